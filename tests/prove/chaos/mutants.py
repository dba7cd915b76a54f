"""Faults that are planted in a sweep on purpose: whoever judges the chaos has to find each.

Each one is what a hasty hand could write. Between the two halves of what should be one step it
lingers a little, so that what must go wrong does.
"""

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from cases.sweep import run, statements
from cases.sweep.load import Key, Loaded
from cases.sweep.rows import Rows
from cases.sweep.run import Batch

LINGER_SECONDS = 0.3
LOCK = "FOR UPDATE OF c, k SKIP LOCKED"
# What makes a second escalation for one breach impossible, whatever a sweeper does.
UNIQUE = {
    "event_happens_once": "DROP INDEX {name}",
    "one_turn_at_a_time": "DROP INDEX {name}",
    "one_running_clock_per_subject": "DROP INDEX {name}",
    "assignment_number_per_case": "ALTER TABLE cases_assignment DROP CONSTRAINT {name}",
}


def without_uniqueness() -> list[str]:
    """Return the statements that take the walls away."""
    return [statement.format(name=name) for name, statement in UNIQUE.items()]


def claim_without_lock() -> None:
    """Claim without locking: what somebody is answering in this moment is decided all the same."""
    without = statements.CLAIM.replace(LOCK, "")
    assert without != statements.CLAIM
    statements.CLAIM = without


def claim_in_company() -> None:
    """Claim without locking, and linger, so that others claim the same meanwhile."""
    claim_without_lock()
    load = run.load  # type: ignore[attr-defined]  # what the sweep itself will call

    def load_and_linger(cursor: CursorWrapper, claimed: Iterable[Key]) -> Loaded:
        found = load(cursor, claimed)
        if len(found.rows) > 1:
            time.sleep(LINGER_SECONDS)
        return found

    run.load = load_and_linger  # type: ignore[attr-defined]


def in_two_transactions(split: Callable[[Any], Callable[[CursorWrapper], None]]) -> None:
    """Write a part of each batch in a transaction of its own, after the first has committed.
    `split` takes that part off the rows, and returns what writes it."""

    def run_batch(at: datetime, limit: int, using: str) -> Batch:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            claimed = run._claim(cursor, at, limit)
            if not claimed:
                return Batch()
            rows, climbs = run._decide_all(cursor, claimed, at)
            write_rest = split(rows)
            rows.store(cursor)
        time.sleep(LINGER_SECONDS)
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            write_rest(cursor)
        return Batch(len(claimed), climbs)

    run.run_batch = run_batch


def act_after_commit(rows: Any) -> Callable[[CursorWrapper], None]:
    """Note that the clocks were missed, commit, and only then move the cases."""
    parts = ("ended_turns", "turns", "new_clocks", "cases", "events", "notices")
    kept = {name: getattr(rows, name) for name in parts}
    for name in parts:
        setattr(rows, name, [])

    def write(cursor: CursorWrapper) -> None:
        rows.clocks = []
        for name in parts:
            setattr(rows, name, kept[name])
        rows.store(cursor)

    return write


def tell_after_commit(rows: Any) -> Callable[[CursorWrapper], None]:
    """Move the cases, commit, and only then tell anybody."""
    notices, rows.notices = rows.notices, []

    def write(cursor: CursorWrapper) -> None:
        Rows(rows.at, notices=notices).store(cursor)

    return write


MUTANTS: dict[str, Callable[[], None]] = {
    "no_lock": claim_without_lock,
    "act_after_commit": lambda: in_two_transactions(act_after_commit),
    # The walls are taken out of the database; this is what runs against them.
    "no_uniqueness": claim_in_company,
    "notice_outside": lambda: in_two_transactions(tell_after_commit),
}


def plant(name: str) -> None:
    """Plant a fault in this process; an empty name plants none."""
    if name:
        MUTANTS[name]()
