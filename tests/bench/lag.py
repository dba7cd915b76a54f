"""How long after its due time a case is with somebody else.

The whole product runs, on a folder of its own, as `./dev up` starts it: beat ticks once a second,
one sweeper, with watcher, mail and web beside it, PostgreSQL with every guarantee. Of the open
cases, a hundred miss their window every second, evenly.

Asked every 20 ms which of the clocks past their due time still run, a reader says when each was
seen to be done: the lag to what everybody sees, commit included. The figures are over all of them,
and for each stretch of ten seconds.

    ./dev bench lag [--cases 100000] [--rate 100] [--seconds 60]
"""

import argparse
import json
import os
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import environ
import psycopg2
from django.db import connections

from devtools.servers import urls_of
from tests.bench.crowd import people
from tests.bench.crowd.copying import OWNER, wide_open
from tests.bench.crowd.figures import machine, share, spread
from tests.bench.crowd.loading import HOUR, Crowd, load
from tests.live.product import Product

LIMIT, STRETCH, EVERY = 1.2, 10, 0.02
SHARES = {"p50": 50, "p90": 90, "p99": 99, "max": 100}
DUE = """
SELECT id::text, next_fire_at FROM cases_clock WHERE state = 'running' AND next_fire_at < %s
"""
# The demonstration's cases have clocks too.
OURS = f" AND substr(id::text, 15, 4) = '7{people.CLOCK:03x}'"
# Moved to begin now: nobody knows beforehand how long copying takes.
SHIFT = f"""
UPDATE cases_clock SET due_at = due_at - %(by)s::interval,
    next_fire_at = next_fire_at - %(by)s::interval
WHERE state = 'running' AND next_fire_at < %(until)s{OURS}
"""
CLIMBS = """
SELECT count(*), count(DISTINCT facts->>'clock') FROM journal_event
WHERE kind IN ('case.escalated', 'case.alarm') AND facts->>'clock' = ANY(%s)
"""


@dataclass(slots=True)
class Watch:
    """Which clocks fall due when, and when each was seen to be done."""

    due: dict[str, datetime]
    seen: dict[str, datetime] = field(default_factory=dict)

    def look(self, cursor: Any) -> None:
        """Note which of those past their due time do not run any more."""
        asked = datetime.now(UTC)
        cursor.execute(DUE, [asked])
        waiting = {row[0] for row in cursor.fetchall()}
        now = datetime.now(UTC)
        past = [clock for clock, at in self.due.items() if at <= asked and clock not in self.seen]
        self.seen.update((clock, now) for clock in past if clock not in waiting)

    def lags(self) -> list[tuple[datetime, float]]:
        """Return due time and lag in seconds of each, in order."""
        pairs = sorted((at, self.seen[clock]) for clock, at in self.due.items())
        return [(at, (seen - at).total_seconds()) for at, seen in pairs]


def fill(urls: dict[str, str], crowd: Crowd) -> None:
    """Load a crowd into the product's database."""
    connections[OWNER].close()
    connections[OWNER].settings_dict.update(environ.Env.db_url_config(urls["OWNER_DATABASE_URL"]))
    connections[OWNER].settings_dict["ENGINE"] = "tenants.postgresql"
    load(crowd)


def watched(urls: dict[str, str], crowd: Crowd) -> tuple[Watch, tuple[int, int]]:
    """Let the cases fall due from now on; return what was seen, and how many moved how often."""
    until = crowd.start + HOUR
    begin = datetime.now(UTC) + timedelta(seconds=3)
    with wide_open([]) as cursor:
        cursor.execute(SHIFT, {"by": str(crowd.start - begin), "until": until})
    with (
        closing(psycopg2.connect(urls["BACKUP_DATABASE_URL"])) as connection,
        connection.cursor() as cursor,
    ):
        connection.autocommit = True
        end = begin + crowd.slices * crowd.span
        cursor.execute(DUE + OURS, [end + HOUR])
        watch = Watch(dict(cursor.fetchall()))
        while len(watch.seen) < len(watch.due) and datetime.now(UTC) < end + timedelta(minutes=2):
            watch.look(cursor)
            time.sleep(EVERY)
        cursor.execute(CLIMBS, [list(watch.due)])
        [moved] = cursor.fetchall()
        return watch, moved


def stretches(lags: list[tuple[datetime, float]]) -> list[float]:
    """Return the 99th percentile of each stretch of ten seconds."""
    first = lags[0][0]
    parts: dict[int, list[float]] = {}
    for at, lag in lags:
        parts.setdefault(int((at - first).total_seconds() // STRETCH), []).append(lag)
    return [share(part, 99) for part in parts.values() if len(part) > len(lags) // 100]


def main() -> None:
    """Start the product, load, watch, print the table and the JSON; fail above the limit."""
    words = argparse.ArgumentParser(prog="./dev bench lag")
    words.add_argument("--cases", type=int, default=100_000)
    words.add_argument("--rate", type=int, default=100, help="cases due each second")
    words.add_argument("--seconds", type=int, default=60)
    chosen = words.parse_args()
    second, start = timedelta(seconds=1), datetime.now(UTC) + 6 * HOUR
    crowd = Crowd(200, chosen.cases, chosen.seconds, chosen.rate, start, second)
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        try:
            product.wait_ready()
            urls = urls_of(product.data)
            fill(urls, crowd)
            watch, moved = watched(urls, crowd)
            load_average = os.getloadavg()[0]
        finally:
            connections[OWNER].close()
            product.end()
    report(chosen, watch, moved, load_average)


def report(chosen: Any, watch: Watch, moved: tuple[int, int], load_average: float) -> None:
    """Print the table and the JSON; fail where one was missed, moved twice, or too late."""
    due = len(watch.due)
    if len(watch.seen) < due or moved != (due, due):
        raise SystemExit(f"{due} were due, {len(watch.seen)} seen to be done, {moved} moved")
    lags = watch.lags()
    figures = {name: share([lag for _, lag in lags], part) for name, part in SHARES.items()}
    by_stretch = spread(stretches(lags))
    print(f"{due} cases, {chosen.rate} due a second, load average {load_average:.1f}; seconds")
    print(" ".join(f"{name:>8}" for name in figures))
    print(" ".join(f"{value:8.2f}" for value in figures.values()))
    print("p99 of ten seconds: {:.2f} least, {:.2f} median, {:.2f} most".format(*by_stretch))
    print(
        json.dumps(
            {
                "bench": "lag",
                **vars(chosen),
                "load": load_average,
                "lag": figures,
                "p99_of_ten_seconds": by_stretch._asdict(),
                "machine": machine(),
            }
        )
    )
    if figures["p99"] > LIMIT:
        raise SystemExit(f"the 99th percentile is above {LIMIT} s")


if __name__ == "__main__":
    main()
