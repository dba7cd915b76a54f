"""Letting a case stand still while somebody else owes something, and going on with it.

A pause has a reason from a list, says who owes what, and an instant at which somebody looks again.
However often a case is paused, in one cycle it stands still for the programme's longest time at
most, counted in working time.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases import clockwork
from cases.access import check, leave_for, lock_case
from cases.actions import required
from cases.engine import counts
from cases.facts import BREACHABLE, PAUSABLE
from cases.leave import Leave
from cases.models import (
    OF_A_PARTY,
    Act,
    Case,
    ClockKind,
    MessageKind,
    Party,
    Pause,
    PauseReason,
    Rule,
)
from cases.outside import keep, overseers, set_aside
from cases.pauses import pause_of, wake
from cases.rules import calendar_of, clock_facts, live_clocks, spans_of
from cases.telling import Said, Told, owner_of, parties_of, partners_contacts, say
from journal.models import Audience
from ladder.durations import Window
from ladder.queries import programme
from ladder.worktime import Compiled
from ladder.worktime import Pause as Span
from tenants.errors import Invalid, NotNow
from tenants.models import Membership

# Outside the rules too somebody looks again within a year.
LONGEST_EVER = timedelta(days=366)


@transaction.atomic
def pause(
    case: Case,
    *,
    by: Membership | None,
    at: datetime,
    reason: str,
    waits_for: str,
    review_by: datetime,
    partner_id: UUID | None = None,
    override: bool = False,
) -> Case:
    """Let the case's own clocks stand still: somebody else owes something (`waits_for`, which the
    party reads that owes it, and all parties where none of them does). `override` lets it wait
    beyond the longest time, to the day of the review.

    Raises `NotNow` where a window has been missed: a pause undoes no breach.
    """
    case = lock_case(case)
    leave = leave_for(case, by, override=override)
    check(case, "pause", by)
    _refuse_now(case, at)
    errors = _wrong(case, reason, partner_id) | _wrong_time(review_by, at)
    text = required("waits_for", waits_for)
    if errors:
        raise Invalid(errors)
    kept = Pause.objects.create(
        tenant_id=case.tenant_id,
        case=case,
        cycle=case.cycle,
        reason=reason,
        partner_id=partner_id,
        started_at=at,
        started_by_id=by.user_id if by else None,
        review_by=review_by,
        ends_by=_ends_by(case, at, review_by, leave),
    )
    clockwork.stop(case, at, review_by)
    clockwork.settle(case, at)
    if partner_id is not None:
        Party.objects.filter(case_id=case.pk, partner_id=partner_id).update(asked_at=at)
    said = _say_paused(case, kept, leave, by=by, at=at, text=text)
    keep(case, leave, Act.PAUSE, said, case.level.position)
    return case


def _ends_by(case: Case, at: datetime, review_by: datetime, leave: Leave) -> datetime:
    """Return when a pause ends by itself, or refuse one that is reviewed after that."""
    longest = cap_of(case, at)
    if longest is None:
        used = _("The case has stood still for the longest time allowed.")
        leave.need(Rule.LONGEST, NotNow(used, ["decide"]))
        return review_by
    if review_by > longest:
        leave.need(Rule.LONGEST, Invalid({"review_by": _too_late(longest)}))
        return review_by
    return longest


def _say_paused(
    case: Case, kept: Pause, leave: Leave, *, by: Membership | None, at: datetime, text: str
) -> Said:
    only = kept.partner_id
    watching = overseers(case, leave, by, at)
    people = (*owner_of(case), *watching, *partners_contacts(case, only=only))
    return say(
        case,
        "case.paused",
        by=by,
        at=at,
        text=text,
        kind=MessageKind.MESSAGE,
        facts={
            "pause": str(kept.pk),
            "reason": str(kept.reason),
            "partner": str(only) if only else None,
            "review_by": kept.review_by.isoformat(),
            "ends_by": kept.ends_by.isoformat(),
            **set_aside(leave),
        },
        told=Told(people, Audience.PARTY if only else Audience.PARTIES, only),
    )


def _refuse_now(case: Case, at: datetime) -> None:
    """Refuse a pause where one lasts, where there is nothing to stop, or where time is over."""
    if pause_of(case) is not None:
        raise NotNow(_("The case is paused already."), ["resume", "keep_waiting"])
    clocks = [c for c in live_clocks(case) if counts(clock_facts(c), case.turn_id)]
    if any(c.kind in BREACHABLE and (c.breached_at or c.due_at <= at) for c in clocks):
        raise NotNow(_("A window was missed, and a pause does not undo that."), ["decide"])
    if not any(c.kind in PAUSABLE for c in clocks):
        raise NotNow(_("No clock runs that could stand still."), ["resolve"])


def _wrong(case: Case, reason: str, partner_id: UUID | None) -> dict[str, str]:
    if reason not in PauseReason.values:
        return {"reason": _("Choose one of the reasons.")}
    if reason in OF_A_PARTY and partner_id not in parties_of(case):
        return {"partner": _("Say which party owes it.")}
    if reason not in OF_A_PARTY and partner_id is not None:
        return {"partner": _("No party owes anything for this reason.")}
    return {}


def _wrong_time(review_by: datetime, at: datetime) -> dict[str, str]:
    if review_by <= at:
        return {"review_by": _("Choose a time in the future.")}
    if review_by - at > LONGEST_EVER:
        return {"review_by": _("Choose a time within a year.")}
    return {}


def _too_late(ends_by: datetime) -> str:
    until = ends_by.isoformat(timespec="minutes")
    return _("The case can stand still until %(until)s at the longest.") % {"until": until}


def cap_of(case: Case, at: datetime) -> datetime | None:
    """Return when a pause that began now would end by itself; None where the case has stood still
    for the longest time already."""
    hours, spans = calendar_of(case.calendar_version), spans_of(case.pk, case.cycle)
    left = seconds_left(hours, spans, at, programme().pause_cap_days)
    if left <= 0:
        return None
    with clockwork.within_hours():
        return hours.due_at(at, left)


def seconds_left(hours: Compiled, spans: Sequence[Span], at: datetime, cap_days: int) -> int:
    """Return for how many seconds of working time a case may still stand still: the cap is counted
    from its first pause, in the unit of the clocks it stops."""
    first = spans[0][0] if spans else at
    with clockwork.within_hours():
        whole = hours.target_seconds(first, Window(days=cap_days))
    return whole - sum(hours.worked_seconds(start, end or at) for start, end in spans)


def review_instant(case: Case, day: date) -> datetime:
    """Return when work begins on a day, or on the first day after it that has hours."""
    hours = calendar_of(case.calendar_version)
    with clockwork.within_hours():
        return hours.next_open(datetime.combine(day, time(), hours.zone))


def day_end(case: Case, day: date) -> datetime:
    """Return when a day ends where the case's calendar is."""
    zone = calendar_of(case.calendar_version).zone
    return datetime.combine(day + timedelta(days=1), time(), zone)


@transaction.atomic
def resume(case: Case, *, by: Membership | None, at: datetime) -> Case:
    """Go on with a case that is paused: its clocks fall due later by the working time it stood
    still."""
    case = lock_case(case)
    check(case, "resume", by)
    told = (*owner_of(case), *partners_contacts(case))
    if not wake(case, by=by, at=at, reason="resumed", told=told):
        raise NotNow(_("The case is not paused."), ["pause"])
    clockwork.settle(case, at)
    return case


@transaction.atomic
def keep_waiting(case: Case, *, by: Membership | None, at: datetime, review_by: datetime) -> Case:
    """Say that the pause still has its reason, and when to look again."""
    case = lock_case(case)
    check(case, "keep_waiting", by)
    lasting = pause_of(case)
    if lasting is None or lasting.ends_by <= at:
        raise NotNow(_("The case is not paused."), ["pause"])
    if errors := _wrong_time(review_by, at):
        raise Invalid(errors)
    if review_by > lasting.ends_by:
        raise Invalid({"review_by": _too_late(lasting.ends_by)})
    lasting.review_by = review_by
    lasting.save(update_fields=["review_by"], force_update=True)
    clockwork.end(case, at, [ClockKind.PAUSE])
    clockwork.look_again(case, at, review_by)
    clockwork.settle(case, at)
    facts = {"pause": str(lasting.pk), "review_by": review_by.isoformat()}
    say(case, "case.pause.kept", by=by, at=at, facts=facts, told=Told(owner_of(case)))
    return case
