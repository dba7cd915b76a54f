"""How fast the sweep is, against plain SQL that writes the same rows.

Open cases over 200 tenants, at each size in a database of its own; as many of them as a round needs
miss their response window. Three forms: the product's sweep; plain SQL that writes exactly the rows
which the sweep writes (see `tests.bench.crowd.plain`); and one bare statement of three rows a case.
Each form once a round, in random order, on cases of its own, in batches of 500 as the sweeper's
role, every constraint in force. The ratios are taken within a round; the figures are their least,
median and most.

Afterwards the rows are looked at: every due case moved, none twice, those at the top in alarm, and
the two forms that write the same have written the same.

    ./dev bench sweep [--cases 100000 1000000] [--rounds 7] [--each 2000]
"""

import argparse
import json
import os
import random
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from cases.sweep import sweep
from tests.bench.crowd.database import bench_database
from tests.bench.crowd.figures import Spread, machine, spread
from tests.bench.crowd.loading import MINUTE, START, Crowd, load
from tests.bench.crowd.plain import bare_statement, plain_sql
from tests.bench.crowd.written import check

FORMS = ("product", "plain", "bare")
RATIO, LIMIT = "product : plain SQL", 0.6


def product(at: datetime) -> Callable[[], int]:
    """Return the sweep as the worker runs it."""
    return lambda: sum(batch.locked for batch in sweep(lambda: at))


MAKE = {"product": product, "plain": plain_sql, "bare": bare_statement}


def until_nothing_is_due(batch: Callable[[], int]) -> int:
    """Run a form until it finds nothing; return how many cases it moved."""
    moved = 0
    while found := batch():
        moved += found
    return moved


def timed(form: str, at: datetime, each: int) -> float:
    """Return the seconds a form takes for one slice; fail where it did not move all of it."""
    batch = MAKE[form](at)
    begun = time.perf_counter()
    moved = until_nothing_is_due(batch)
    seconds = time.perf_counter() - begun
    if moved != each:
        raise SystemExit(f"{form} moved {moved} cases, {each} were due")
    return seconds


def measure(rounds: int, each: int) -> tuple[list[dict[str, float]], dict[str, list[datetime]]]:
    """Return the seconds of each form, round by round, and the instants each form ran at. The
    first round warms up and is not counted."""
    seconds: list[dict[str, float]] = []
    instants: dict[str, list[datetime]] = {form: [] for form in FORMS}
    at = START
    for _ in range(rounds + 1):
        one = {}
        for form in random.sample(FORMS, len(FORMS)):
            at += MINUTE
            one[form] = timed(form, at, each)
            instants[form].append(at)
        seconds.append(one)
    return seconds[1:], instants


def figures(rounds: list[dict[str, float]], each: int) -> dict[str, Spread]:
    """Return what is printed: cases a second of each form, and the ratios within the rounds."""
    rates = {form: spread([each / one[form] for one in rounds]) for form in FORMS}
    return {
        **{f"{form}, cases/s": rate for form, rate in rates.items()},
        RATIO: spread([one["plain"] / one["product"] for one in rounds]),
        "product : bare": spread([one["bare"] / one["product"] for one in rounds]),
    }


def at_size(cases: int, rounds: int, each: int) -> dict[str, Any]:
    """Load a database of a size, measure, check, and print its table; return it all."""
    slices = (rounds + 1) * len(FORMS)
    with bench_database():
        begun = time.perf_counter()
        load(Crowd(cases=cases, slices=slices, each=each))
        loaded = time.perf_counter() - begun
        before = os.getloadavg()[0]
        seconds, instants = measure(rounds, each)
        loads = [before, os.getloadavg()[0]]
        checked = check(instants, each)
    found = figures(seconds, each)
    print(f"{cases} open cases, loaded in {loaded:.0f} s; load average {loads[0]:.1f}", end=" ")
    print(f"to {loads[1]:.1f}\n{'':24} {'least':>9} {'median':>9} {'most':>9}")
    for name, one in found.items():
        digits = 2 if ":" in name else 0
        print(f"{name:24} " + " ".join(f"{value:9.{digits}f}" for value in one))
    return {"cases": cases, "load": loads, "seconds": seconds, "found": found, "checked": checked}


def main() -> None:
    """Measure each size, print the tables and the JSON; fail below the limit."""
    words = argparse.ArgumentParser(prog="./dev bench sweep")
    words.add_argument("--cases", type=int, nargs="+", default=[100_000, 1_000_000])
    words.add_argument("--rounds", type=int, default=7)
    words.add_argument("--each", type=int, default=2_000, help="cases a form moves in a round")
    chosen = words.parse_args()
    sizes = [at_size(cases, chosen.rounds, chosen.each) for cases in sorted(chosen.cases)]
    rates = [one["found"]["product, cases/s"].median for one in sizes]
    if len(sizes) > 1:
        print(f"the largest runs at {rates[-1] / rates[0]:.2f} of the speed of the smallest")
    for one in sizes:
        one["found"] = {name: value._asdict() for name, value in one["found"].items()}
    print(json.dumps({"bench": "sweep", **vars(chosen), "sizes": sizes, "machine": machine()}))
    if any(one["found"][RATIO]["median"] < LIMIT for one in sizes):
        raise SystemExit(f"the sweep is below {LIMIT} of plain SQL")


if __name__ == "__main__":
    main()
