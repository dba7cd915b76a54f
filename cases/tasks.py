"""Background work of cases: thin."""

import logging
import sys
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from cases.alarm import raise_alarms
from cases.audit import Findings, audit
from cases.left_alone import FINDING, tell_above
from cases.rebasework import carry_out, wake, wake_lost
from cases.sweep import PATIENCE, Batch, sweep_until
from journal.queries import beat, heartbeats
from ladder.empty_levels import tell_of_empty_levels
from ladder.missed import tenants_left_empty
from tenants.scope import act_in

logger = logging.getLogger(__name__)
STUCK_SHOWN = timedelta(minutes=5)
REBASING = timedelta(seconds=20)
TICK = timedelta(seconds=settings.SWEEP_TICK_SECONDS)
# Only ids and levels: the sweep never sees a title or a name.
LINE = "parley: {at:%H:%M:%S} {number} had no {kind} in time: level {before} -> level {position}"


@shared_task(name="cases.sweep")
def run_sweep() -> None:
    """Move every case whose time has come, and until the next tick each one as its time comes.

    What it tells waits for a few seconds, and is then found by the relay.
    """
    began = timezone.now()
    batches = sweep_until(timezone.now, began + TICK)
    if settings.DEMO:
        show(batches)
    moved = sum(len(batch.climbs) for batch in batches)
    stuck = sum(batch.stuck for batch in batches)
    at, before = timezone.now(), last_detail()
    # Before its patience is over a sweep ends only when nothing is left to do.
    caught_up = at.isoformat() if at - began < PATIENCE else before.get("caught_up")
    detail = {"moved": moved, "caught_up": caught_up, **stuck_lately(stuck, at, before)}
    beat("sweep", at, detail)


def last_detail() -> dict[str, Any]:
    """Return what the sweep before has said of itself."""
    before = heartbeats().get("sweep")
    return before.detail if before else {}


def stuck_lately(stuck: int, at: datetime, before: dict[str, Any]) -> dict[str, Any]:
    """Return how many cases could not be moved the last time there were any, and when that was;
    0 once that is `STUCK_SHOWN` ago. Ticks between two looks at such a case find none."""
    if stuck:
        return {"stuck": stuck, "stuck_at": at.isoformat()}
    last = before.get("stuck_at")
    if last and at - datetime.fromisoformat(last) < STUCK_SHOWN:
        return {"stuck": before["stuck"], "stuck_at": last}
    return {"stuck": 0}


def show(batches: list[Batch]) -> None:
    """Print a line for each escalation, for who watches the demo's terminal."""
    for batch in batches:
        for climb in batch.climbs:
            line = LINE.format(
                at=timezone.localtime(),
                number=climb.number,
                kind={"response": "answer", "decision": "decision"}.get(climb.kind, "resolution"),
                before=climb.before,
                position=climb.position,
            )
            sys.stdout.write(line + "\n")
    sys.stdout.flush()


@shared_task(name="cases.audit")
def run_audit() -> None:
    """Look over all open cases and keep what was found; tell of levels that nobody is there for."""
    found = audit(timezone.now())
    if found.count:
        logger.error("the auditor found: %s", found.as_figures())
        told = raise_alarms(found)
        logger.info("the admins of %d tenants are told", len(told))
    beat("audit", timezone.now(), found.as_figures())
    tell_of_absences(found)


def tell_of_absences(found: Findings) -> None:
    """Tell who has to know of levels and of cases that absences have left with nobody."""
    empty = [(tenant_id, tell_of_empty_levels) for tenant_id in tenants_left_empty(found.at)]
    alone = [(key, tell_above) for key, named in found.by_tenant.items() if FINDING in named]
    for tenant_id, tell in (*empty, *alone):
        try:
            with act_in(tenant_id):
                tell(found.at)
        except Exception:
            # The next look, in half a minute, tries again; the other tenants' people hear now.
            logger.exception("who has to know of an absence in %s is not told", tenant_id)


@shared_task(name="cases.rebase", max_retries=3)
def run_rebase(tenant_id: str, rebase_id: str) -> None:
    """Carry an approved re-base out; many cases go on in the next task."""
    scoped = partial(act_in, UUID(tenant_id))
    if not carry_out(UUID(rebase_id), scoped, timezone.now, timezone.now() + REBASING):
        wake(UUID(tenant_id), UUID(rebase_id))


@shared_task(name="cases.rebase_lost")
def run_lost_rebases() -> None:
    """Wake workers for approved re-bases that nobody is at."""
    wake_lost(timezone.now())
