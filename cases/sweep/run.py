"""One batch after another, until nothing is left to lock."""

import gc
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connections, transaction
from django.db.backends.utils import CursorWrapper

from cases.engine import Plan, decide
from cases.sweep import statements
from cases.sweep.arrays import arrays
from cases.sweep.ids import keep_ids
from cases.sweep.load import (
    Key,
    Loaded,
    Row,
    load,
    load_absences,
    load_admins,
    load_contacts,
    load_seats,
)
from cases.sweep.rows import Rows
from cases.sweep.write import Climb, carry_out

logger = logging.getLogger(__name__)
BATCH = 500
LOOK_AGAIN = timedelta(minutes=1)
# Well below the task's time limit, so that it ends by itself: it says that it ran, and the next
# tick goes on.
PATIENCE = timedelta(seconds=20)
# Between two looks, so that a hundred cases due within a second are moved in a few batches.
REST = timedelta(seconds=0.1)
# No case's fault: a deadlock, a lock's time limit, a lost connection, an end from outside. The next
# tick tries again.
PASSING = (SoftTimeLimitExceeded, OperationalError, InterfaceError)


@dataclass(slots=True)
class Batch:
    """What one transaction did."""

    locked: int = 0
    climbs: list[Climb] = field(default_factory=list)
    stuck: int = 0

    def add(self, other: "Batch") -> None:
        """Count another one's work as this one's."""
        self.locked += other.locked
        self.stuck += other.stuck
        self.climbs += other.climbs


def sweep(
    now: Callable[[], datetime], *, limit: int = BATCH, using: str = "sweeper"
) -> list[Batch]:
    """Move every case whose time has come; return the batches that locked anything.

    Stops when a batch locks nothing, never when it merely changes nothing; and after `PATIENCE`,
    by the same clock. Raises what is no case's fault (`PASSING`).
    """
    batches: list[Batch] = []
    until = now() + PATIENCE
    while now() < until and (batch := careful_batch(now, until, limit, using)).locked:
        batches.append(batch)
    return batches


def sweep_until(
    now: Callable[[], datetime], end: datetime, *, using: str = "sweeper"
) -> list[Batch]:
    """Sweep, and again at each instant before `end` at which something is due next, by its own
    clock: a case waits for its due time, not for a tick. Returns as `sweep` does.

    The instant is kept nowhere: whoever dies while waiting has nothing to lose, and the next tick
    looks for itself.
    """
    batches = sweep(now, using=using)
    for _ in range((end - now()) // REST):
        due_at = next_due(now(), using)
        if due_at is None or due_at >= end:
            break
        time.sleep(max(due_at - now(), REST).total_seconds())
        batches += sweep(now, using=using)
    return batches


def next_due(at: datetime, using: str) -> datetime | None:
    """Return the first instant after `at` at which anything is due, in any tenant."""
    with connections[using].cursor() as cursor:
        cursor.execute(statements.NEXT, [at])
        found: datetime | None = cursor.fetchone()[0]
        return found


def careful_batch(now: Callable[[], datetime], until: datetime, limit: int, using: str) -> Batch:
    """Run a batch; if anything about its rows is unexpected, case by case, so that one bad case
    cannot keep the others waiting: it is put off, loudly."""
    try:
        return run_batch(now(), limit, using)
    except PASSING:
        raise
    except Exception:
        logger.exception("a batch of the sweep failed; going on case by case")
    total = Batch()
    for _ in range(limit):
        one = single(now(), using)
        if not one.locked:
            break
        total.add(one)
        if now() >= until:
            break
    return total


def single(at: datetime, using: str) -> Batch:
    """Move one case; put it off if it cannot be moved, in the transaction that claimed it, so that
    it is this case and no other."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        claimed = _claim(cursor, at, 1)
        if not claimed:
            return Batch()
        try:
            with transaction.atomic(using=using):
                return _carry_out(cursor, claimed, at)
        except PASSING:
            raise
        except Exception:
            logger.exception("a case cannot be moved; looking at it again in a minute")
        cursor.execute(statements.POSTPONE, [at + LOOK_AGAIN, *arrays(claimed, 2), at])
    return Batch(locked=len(claimed), stuck=len(claimed))


def run_batch(at: datetime, limit: int, using: str) -> Batch:
    """Claim up to `limit` clocks that are due, and carry out what follows, in one transaction."""
    with (
        uncollected(),
        transaction.atomic(using=using),
        connections[using].cursor() as cursor,
    ):
        claimed = _claim(cursor, at, limit)
        return _carry_out(cursor, claimed, at) if claimed else Batch()


@contextmanager
def uncollected() -> Iterator[None]:
    """Put the collector of cycles off until the end of a batch: it makes a hundred thousand objects
    and no cycle, and each look through the whole process for one takes as long as deciding."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _carry_out(cursor: CursorWrapper, claimed: list[Key], at: datetime) -> Batch:
    rows, climbs = _decide_all(cursor, claimed, at)
    rows.store(cursor)
    return Batch(len(claimed), climbs)


def _claim(cursor: CursorWrapper, at: datetime, limit: int) -> list[Key]:
    keep_ids(cursor)
    cursor.execute(statements.CLAIM, [at, limit])
    return list(dict.fromkeys(cursor.fetchall()))


def _decide_all(
    cursor: CursorWrapper, claimed: list[Key], at: datetime
) -> tuple[Rows, list[Climb]]:
    loaded = load(cursor, claimed)
    plans: list[tuple[Row, Plan]] = [
        (row, decide(loaded.facts(row), loaded.rules(row), at)) for row in loaded.rows
    ]
    tenants = {r.tenant_id for r, p in plans if p.happened}
    load_absences(cursor, loaded, tenants, at)
    load_seats(cursor, loaded, set(_levels_ahead(plans, loaded)))
    load_seats(cursor, loaded, set(_levels_above_nobody(plans, loaded)))
    heard = {(r.tenant_id, r.id) for r, p in plans if p.climb_to or p.resumes_at}
    load_contacts(cursor, loaded, heard)
    load_admins(cursor, loaded, tenants)
    if sum(plan.happened for _, plan in plans) < len(claimed):
        # It would be claimed again for ever.
        raise ValueError("a claimed case has nothing due")
    rows = Rows(at)
    climbs = [carry_out(rows, row, loaded.facts(row), plan, loaded) for row, plan in plans]
    return rows, [climb for climb in climbs if climb is not None]


def _levels_ahead(plans: list[tuple[Row, Plan]], loaded: Loaded) -> Iterator[Key]:
    """Yield the levels whose holders have to be known: where cases climb, and every one above a
    concession that was not decided."""
    for row, plan in plans:
        if plan.climb_to:
            yield row.tenant_id, plan.climb_to.id
        for clock in plan.unanswered:
            if clock.asked and clock.asked.level_id:
                for level in loaded.rules(row).beyond(clock.asked.level_id):
                    yield row.tenant_id, level.id


def _levels_above_nobody(plans: list[tuple[Row, Plan]], loaded: Loaded) -> Iterator[Key]:
    """Yield the levels above those that cases climb to and nobody holds: who is told of it."""
    for row, plan in plans:
        if plan.climb_to and loaded.holder(row, plan.climb_to).owner_id is None:
            for level in loaded.rules(row).beyond(plan.climb_to.id):
                yield row.tenant_id, level.id
