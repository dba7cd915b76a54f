"""How long a memo takes to print.

An ordinary memo of two pages and the largest one: seven sections of 20,000 characters in four
scripts and sixty actions. Both once a round, ten rounds, in random order; the figures are
milliseconds a memo: least, median and most of the rounds. The first memo of a process, which
reads the fonts, is measured by itself.
"""

import json
import os
import random
import statistics
import time
from dataclasses import replace

from memos.pdf import PrintedAction, PrintedMemo, render

ROUNDS, LIMIT_MS = 10, 1_000
SENTENCE = (
    "The tickets show **31 hours** of interruption between the 26th and the 29th; *the fault was "
    "ours*, a workaround existed after 9 hours (Müller, Straße, Núñez, المنار, 李明). "
)
ACTION = PrintedAction("Deliver the release to every customer", "Tom Brandt", "Mon 30 Nov", "Open")
ORDINARY = PrintedMemo(
    vendor="Quellwerk Networks",
    case_number="C-9",
    number="M-7",
    version=1,
    title="Firmware fault at two joint customers",
    issued_on="Wed 18 Nov 2026, 11:20 Berlin",
    decided_by="Tom Brandt",
    status="Issued",
    sections=tuple((f"Section {number}", SENTENCE * 3) for number in range(7)),
    actions=(ACTION,) * 3,
    parties=("Alpenwerk", "المنار"),
    proof="9f2c41ab" * 8,
    audience_line="Internal, complete",
)


def largest() -> PrintedMemo:
    """Return the largest memo that the product lets anyone write."""
    body = "\n\n".join([SENTENCE * 3] * 100)[:20_000]
    sections = tuple((heading, body) for heading, _ in ORDINARY.sections)
    return replace(ORDINARY, sections=sections, actions=(ACTION,) * 60)


def printed_in(memo: PrintedMemo) -> float:
    """Return the milliseconds that printing a memo takes."""
    begun = time.perf_counter()
    render(memo)
    return (time.perf_counter() - begun) * 1e3


def measure(memos: dict[str, PrintedMemo]) -> dict[str, list[float]]:
    """Return the milliseconds of each memo, round by round; no two memos are the same."""
    figures: dict[str, list[float]] = {name: [] for name in memos}
    for number in range(ROUNDS):
        for name in random.sample(list(memos), len(memos)):
            title = f"{memos[name].title} {number}"
            figures[name].append(printed_in(replace(memos[name], title=title)))
    return figures


def main() -> None:
    """Measure, print the table and the JSON; fail where the largest memo takes too long."""
    load = os.getloadavg()[0]
    first = printed_in(ORDINARY)
    figures = measure({"ordinary": ORDINARY, "largest": largest()})
    print(f"{'memo':16} {'least':>8} {'median':>8} {'most':>8}   ms a memo, load {load:.1f}")
    print(f"{'first':16} {first:8.1f}")
    for name, rounds in figures.items():
        row = (min(rounds), statistics.median(rounds), max(rounds))
        print(f"{name:16} " + " ".join(f"{value:8.1f}" for value in row))
    print(json.dumps({"bench": "pdf", "load": load, "first": first, "milliseconds": figures}))
    if statistics.median(figures["largest"]) > LIMIT_MS:
        raise SystemExit(f"the largest memo takes longer than {LIMIT_MS} ms")


if __name__ == "__main__":
    main()
