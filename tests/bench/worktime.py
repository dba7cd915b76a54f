"""How long one due time takes with a compiled calendar.

Monday to Friday, 9 to 12 and 13 to 17:30 in Berlin with German holidays; a window of 16 h from
20,000 random starts of 2026. Every form once a round, five rounds, in random order; the figures
are microseconds a call: least, median and most of the rounds. It ends with an error where the
median of a due time is beyond `LIMIT`.
"""

import json
import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import holidays

from ladder.durations import Window
from ladder.worktime import Compiled, Rules, compile_rules, to_us
from tests.bench.crowd.figures import machine

ROUNDS, STARTS, TARGET = 5, 20_000, 16 * 3600
# Microseconds that a due time may take, and the forms that are one.
LIMIT, DUE = 20, ("due_us", "due_at")
Form = Callable[[], object]


def calendar() -> Compiled:
    """Return the calendar of the bench, compiled."""
    days = holidays.country_holidays("DE", subdiv="BY", years=range(2025, 2029))
    hours = [["09:00", "12:00"], ["13:00", "17:30"]]
    weekly = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), hours)
    free = [day.isoformat() for day in days if isinstance(day, date)]
    return compile_rules(
        Rules.from_json({"timezone": "Europe/Berlin", "weekly": weekly, "holidays": sorted(free)})
    )


def forms(compiled: Compiled) -> dict[str, Form]:
    """Return what is measured, each over all starts."""
    rng = random.Random(1)  # noqa: S311 - a repeatable bench, no secret
    first = datetime(2026, 1, 1, tzinfo=UTC)
    starts = [first + timedelta(seconds=rng.randrange(365 * 86_400)) for _ in range(STARTS)]
    starts_us = [to_us(start) for start in starts]
    two_days = Window(days=2)
    return {
        "due_us": lambda: [compiled.due_us(us, TARGET * 1_000_000) for us in starts_us],
        "due_at": lambda: [compiled.due_at(at, TARGET) for at in starts],
        "at_share 75 %": lambda: [compiled.at_share(at, TARGET, 75) for at in starts],
        "target of P2D": lambda: [compiled.target_seconds(at, two_days) for at in starts],
    }


def measure(measured: dict[str, Form]) -> dict[str, list[float]]:
    """Return the microseconds a call of each form, round by round."""
    figures: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(ROUNDS):
        for name in random.sample(list(measured), len(measured)):
            begun = time.perf_counter()
            measured[name]()
            figures[name].append((time.perf_counter() - begun) / STARTS * 1e6)
    return figures


def main() -> None:
    """Measure, print the table and the JSON."""
    load = os.getloadavg()[0]
    compiled = calendar()
    measured = forms(compiled)
    for form in measured.values():
        form()  # the horizon is compiled by the first call
    figures = measure(measured)
    print(f"{'form':16} {'least':>8} {'median':>8} {'most':>8}   µs a call, load {load:.1f}")
    for name, rounds in figures.items():
        row = (min(rounds), statistics.median(rounds), max(rounds))
        print(f"{name:16} " + " ".join(f"{value:8.2f}" for value in row))
    said = {"bench": "worktime", "load": load, "microseconds": figures, "machine": machine()}
    print(json.dumps(said))
    for name in DUE:
        if (median := statistics.median(figures[name])) > LIMIT:
            raise SystemExit(f"{name}: {median:.1f} µs a call, the limit is {LIMIT}")


if __name__ == "__main__":
    main()
