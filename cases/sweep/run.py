"""One batch after another, until nothing is left to lock."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, connections, transaction
from django.db.backends.utils import CursorWrapper

from cases.engine import Plan, decide
from cases.sweep import statements
from cases.sweep.load import Key, Row, arrays, load, load_admins, load_contacts, load_seats
from cases.sweep.rows import Rows
from cases.sweep.write import Climb, carry_out
from ladder.durations import WindowError
from ladder.worktime import CalendarError

logger = logging.getLogger(__name__)
BATCH = 500
LOOK_AGAIN = timedelta(minutes=1)
# What rows that contradict the rules raise; anything else is a fault of ours and must be seen.
BAD_ROWS = (DatabaseError, CalendarError, WindowError, KeyError, ValueError)


@dataclass(slots=True)
class Batch:
    """What one transaction did."""

    locked: int = 0
    climbs: list[Climb] = field(default_factory=list)
    tenants: set[UUID] = field(default_factory=set)
    stuck: int = 0


def sweep(
    now: Callable[[], datetime], *, limit: int = BATCH, using: str = "sweeper"
) -> list[Batch]:
    """Move every case whose time has come; return the batches that locked anything.

    Stops when a batch locks nothing, never when it merely changes nothing.
    """
    batches = []
    while (batch := careful_batch(now(), limit, using)).locked:
        batches.append(batch)
    return batches


def careful_batch(at: datetime, limit: int, using: str) -> Batch:
    """Run a batch; if its rows contradict the rules, case by case, so that one bad case cannot
    keep the others waiting: it is put off, loudly."""
    try:
        return run_batch(at, limit, using)
    except BAD_ROWS:
        logger.exception("a batch of the sweep failed; going on case by case")
    total = Batch()
    for _ in range(limit):
        one = _single(at, using)
        if not one.locked:
            break
        total.locked += one.locked
        total.stuck += one.stuck
        total.climbs += one.climbs
        total.tenants |= one.tenants
    return total


def _single(at: datetime, using: str) -> Batch:
    try:
        return run_batch(at, 1, using)
    except BAD_ROWS:
        logger.exception("a case cannot be moved; looking at it again in a minute")
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        claimed = _claim(cursor, at, 1)
        keys = arrays(claimed, 2)
        cursor.execute(statements.POSTPONE, [at + LOOK_AGAIN, *keys, at])
    return Batch(locked=len(claimed), stuck=len(claimed))


def run_batch(at: datetime, limit: int, using: str) -> Batch:
    """Claim up to `limit` clocks that are due, and carry out what follows, in one transaction."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        claimed = _claim(cursor, at, limit)
        if not claimed:
            return Batch()
        rows, climbs = _decide_all(cursor, claimed, at)
        rows.store(cursor)
    told = {notice[0] for notice in rows.notices}
    return Batch(len(claimed), climbs, told)


def _claim(cursor: CursorWrapper, at: datetime, limit: int) -> list[Key]:
    cursor.execute(statements.CLAIM, [at, limit])
    return list(dict.fromkeys(cursor.fetchall()))


def _decide_all(
    cursor: CursorWrapper, claimed: list[Key], at: datetime
) -> tuple[Rows, list[Climb]]:
    loaded = load(cursor, claimed)
    plans: list[tuple[Row, Plan]] = [
        (row, decide(loaded.facts(row), loaded.rules(row), at)) for row in loaded.rows
    ]
    climbing = {(r.tenant_id, p.climb_to.id) for r, p in plans if p.climb_to}
    load_seats(cursor, loaded, climbing)
    load_contacts(cursor, loaded, {(r.tenant_id, r.id) for r, p in plans if p.climb_to})
    load_admins(cursor, loaded, {r.tenant_id for r, p in plans if p.happened})
    if sum(plan.happened for _, plan in plans) < len(claimed):
        # It would be claimed again for ever.
        raise ValueError("a claimed case has nothing due")
    rows = Rows(at)
    climbs = [carry_out(rows, row, loaded.facts(row), plan, loaded) for row, plan in plans]
    return rows, [climb for climb in climbs if climb is not None]
