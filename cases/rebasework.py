"""An approved re-base is carried out: case by case, each under its own lock and with its own event.

Many cases are a worker's, each in a transaction of its own. What is done stays done if the worker
dies: a clock that runs by the rules of today is not touched again, and the next worker goes on
behind the last part that was looked at. Where the rules change on the way it stops.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q
from kombu.exceptions import OperationalError as NoBrokerError

from cases import clockwork
from cases.access import lock_case
from cases.models import Answer, Case, Rebase
from cases.pauses import wake_if_over
from cases.rebaselook import AT_ONCE, Look
from cases.rebaseplan import Change, Plan, candidates, plans_of, rules_now, scope_of
from cases.retiming import write
from cases.telling import Told, fingerprint, owner_of, partners_contacts, say
from cases.today import Today, rules_of_today
from journal.actions import record, tell
from journal.models import Audience, Event
from ladder.actions import hold_policy
from ladder.durations import format_window
from tenants.models import Membership
from tenants.scope import background_role

logger = logging.getLogger(__name__)
# So many cases may be carried out within the request that approves them.
FEW = 50
LEASE = timedelta(seconds=60)
WAKE_SECONDS = 30
Scoped = Callable[[], AbstractContextManager[None]]


def note(
    rebase: Rebase,
    kind: str,
    *,
    by: Membership | None,
    at: datetime,
    text: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Event:
    """Record what became of a proposal: in its case where it is about one."""
    named = {"case": rebase.case_id, "ladder": rebase.ladder_id, "calendar": rebase.calendar_id}
    said: dict[str, Any] = {"rebase": str(rebase.pk), **(facts or {})}
    said |= {name: str(value) for name, value in named.items() if value}
    if text:
        said["text_sha256"] = fingerprint(text)
    who = by.user_id if by else None
    return record(kind, at=at, by=who, case_id=rebase.case_id, facts=said)


def few(rebase: Rebase, today: Today) -> bool:
    """Whether so few cases may be concerned that who approves can wait for them."""
    found = candidates(Case.objects.all(), scope_of(rebase), today)
    return found[: FEW + 1].count() <= FEW


def carry_few(rebase: Rebase, today: Today, at: datetime) -> None:
    """Carry a proposal out at once, within the transaction that approves it."""
    part = part_of(rebase, today, at)
    for case_id in part.concerned:
        _carry(rebase, case_id, today, at)
    finish(rebase, at)


def leave_to_worker(rebase: Rebase) -> None:
    """Wake a worker for a proposal once its approval has committed."""
    transaction.on_commit(partial(wake, rebase.tenant_id, rebase.pk), robust=True)


def wake(tenant_id: UUID, rebase_id: UUID) -> None:
    """Ask a worker to go on with an approved proposal; if the broker is away, `wake_lost` will."""
    try:
        args = (str(tenant_id), str(rebase_id))
        current_app.send_task("cases.rebase", args=args, retry=False, expires=WAKE_SECONDS)
    except NoBrokerError:
        logger.warning("no broker: re-base %s waits", rebase_id)


def wake_lost(at: datetime) -> int:
    """Wake workers for what was approved and nobody is at: the wake-up, or the worker, was lost."""
    with background_role("relay") as cursor:
        cursor.execute(
            "SELECT tenant_id, id FROM cases_rebase WHERE answer = 'approved' AND done_at IS NULL"
            " AND (held_until IS NULL OR held_until < %s)",
            [at],
        )
        found = cursor.fetchall()
    for tenant_id, rebase_id in found:
        wake(tenant_id, rebase_id)
    return len(found)


@dataclass(frozen=True, slots=True)
class Part:
    """Some cases that were looked at: which are concerned, and how far that was; to the end where
    `last` is None."""

    concerned: Sequence[UUID]
    last: UUID | None


def carry_out(
    rebase_id: UUID, scoped: Scoped, now: Callable[[], datetime], until: datetime
) -> bool:
    """Go on with an approved proposal until an instant; return whether it is over. `scoped` begins
    a transaction of its tenant's. Two at once: the second leaves it to the first."""
    with scoped():
        if not take(rebase_id, now()):
            return True
    while now() < until:
        with scoped():
            part = next_part(rebase_id, now())
        if part is None:
            return True
        for case_id in part.concerned:
            if now() >= until:
                return release(rebase_id, scoped)
            carry_one(rebase_id, case_id, scoped, now())
        with scoped():
            pass_by(rebase_id, part, now())
    return release(rebase_id, scoped)


def under_way(rebase_id: UUID) -> "Rebase | None":
    """Return a proposal that is approved and not over, locked."""
    rows = Rebase.objects.select_for_update(of=("self",))
    return rows.filter(pk=rebase_id, answer=Answer.APPROVED, done_at=None).first()


def take(rebase_id: UUID, at: datetime) -> bool:
    """Take a proposal for a minute; tell whether nobody else is at it."""
    free = Q(held_until=None) | Q(held_until__lt=at)
    rows = Rebase.objects.filter(free, pk=rebase_id, answer=Answer.APPROVED, done_at=None)
    return bool(rows.update(held_until=at + LEASE))


def release(rebase_id: UUID, scoped: Scoped) -> bool:
    """Leave a proposal to the next task: it is not over."""
    with scoped():
        Rebase.objects.filter(pk=rebase_id, done_at=None).update(held_until=None)
    return False


def next_part(rebase_id: UUID, at: datetime) -> Part | None:
    """Return the next cases to carry out; None where it is over."""
    rebase = Rebase.objects.filter(pk=rebase_id, done_at=None).first()
    return part_of(rebase, rules_of_today(), at) if rebase is not None else None


def part_of(rebase: Rebase, today: Today, at: datetime) -> Part:
    """Look over the cases behind the last ones that were."""
    look = Look(Case.objects.all(), scope_of(rebase), today, at)
    cases = look.part(rebase.through)
    concerned = [plan.case.pk for plan in look.plans(cases) if plan.possible]
    return Part(concerned, cases[-1].pk if len(cases) == AT_ONCE else None)


def carry_one(rebase_id: UUID, case_id: UUID, scoped: Scoped, at: datetime) -> None:
    """Carry out one case in a transaction of its own. One whose rows contradict the rules is left
    as it is, loudly, and stops nobody else; a lost connection or a deadlock is no fault of a case,
    and the next worker tries again."""
    try:
        with scoped():
            hold_policy()
            rebase, today = under_way(rebase_id), rules_of_today()
            if rebase is not None and rules_now(rebase, today) == rebase.rules:
                _carry(rebase, case_id, today, at)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("case %s cannot be put on other rules: it stays as it is", case_id)


def _carry(rebase: Rebase, case_id: UUID, today: Today, at: datetime) -> None:
    """Put a case on the rules of today under its lock, as it stands now; count it."""
    case = lock_case(Case(pk=case_id))
    wake_if_over(case, by=None, at=at)
    plans = plans_of([case], scope_of(rebase), today, at) if case.is_open else ()
    plan = next((plan for plan in plans if plan.possible), None)
    if plan is not None:
        apply(plan, rebase, at)
        Rebase.objects.filter(pk=rebase.pk).update(changed=F("changed") + 1)


def apply(plan: Plan, rebase: Rebase, at: datetime) -> None:
    """Write what becomes of a locked case, say so in the trail, and tell its owner; the parties
    too where a time that they see has changed."""
    case, changes = plan.case, plan.possible
    said, moved = [facts_of(change) for change in changes], any(one.moves for one in changes)
    for change in changes:
        clock = change.clock
        clock.calendar_version, clock.rebased_at = change.version, at
        if change.after is not None:
            write(clock, change.after)
    clockwork.settle(case, at)
    told = Told(owner_of(case))
    if moved:
        told = Told((*owner_of(case), *partners_contacts(case)), Audience.PARTIES)
    say(
        case,
        "case.rebased",
        by=Membership.objects.filter(user=rebase.answered_by).first(),
        at=at,
        text=rebase.reason,
        facts={"rebase": str(rebase.pk), "clocks": said},
        told=told,
    )


def facts_of(change: Change) -> dict[str, Any]:
    """Return what the trail keeps of a clock: what it had, and what it has."""
    clock, after = change.clock, change.after
    before, due = change.due_before, change.due_at
    return {
        "clock": str(clock.pk),
        "kind": clock.kind,
        "window_before": clock.window,
        "window": format_window(after.window) if after else clock.window,
        "calendar_version_before": str(clock.calendar_version_id),
        "calendar_version": str(change.version.pk),
        "due_before": before.isoformat() if before else None,
        "due_at": due.isoformat() if due else None,
        "floor": change.floored,
    }


def pass_by(rebase_id: UUID, part: Part, at: datetime) -> None:
    """Keep how far it came; it is over behind the last case, or where the rules have changed."""
    rebase = under_way(rebase_id)
    if rebase is None:
        return
    if rules_now(rebase, rules_of_today()) != rebase.rules:
        stop(rebase, at)
    elif part.last is None:
        finish(rebase, at, tell_all=True)
    else:
        Rebase.objects.filter(pk=rebase_id).update(through=part.last, held_until=at + LEASE)


def finish(rebase: Rebase, at: datetime, *, tell_all: bool = False) -> None:
    """Close a proposal that was carried out. Who asked and who approved are told where that took a
    worker."""
    Rebase.objects.filter(pk=rebase.pk).update(done_at=at, held_until=None)
    rebase.refresh_from_db()
    event = note(rebase, "rebase.done", by=None, at=at, facts={"changed": rebase.changed})
    if tell_all:
        tell(event, [rebase.by_id, rebase.answered_by_id], at=at)


def stop(rebase: Rebase, at: datetime) -> None:
    """Close a proposal on whose way the rules have changed: what was done stays, and the others
    keep the rules they have."""
    Rebase.objects.filter(pk=rebase.pk).update(done_at=at, held_until=None, stopped=True)
    rebase.refresh_from_db()
    event = note(rebase, "rebase.stopped", by=None, at=at, facts={"changed": rebase.changed})
    tell(event, [rebase.by_id, rebase.answered_by_id], at=at)
