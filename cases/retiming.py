"""Changing what a case has to be done by: another severity with its windows, or time held.

A clock keeps its anchor, what it has used and its pauses; only its target changes. Where it would
be due already it gets the programme's floor from now on, instead of a burst. What was missed stays
missed, noticed or not.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases import clockwork
from cases.access import backup_of, check, leave_for, lock_case
from cases.actions import required
from cases.facts import LEVEL_KINDS, CaseRules, ClockFacts
from cases.models import Act, Case, Clock, ClockKind, ClockState, Party, PartyRole
from cases.moments import when_words
from cases.outside import keep, overseers, set_aside
from cases.pauses import wake_if_over
from cases.rules import clock_facts, held_windows, live_clocks, rules_of, spans_of
from cases.starting import rerun, retargeted
from cases.telling import People, Told, owner_of, partners_contacts, say
from cases.turns import holders_above
from journal.models import Audience
from ladder.durations import Window, format_window, parse_window
from ladder.models import Severity
from ladder.queries import find_route, programme
from ladder.worktime import Pause
from tenants.errors import Invalid, NotNow
from tenants.models import Membership


@transaction.atomic
def change_severity(
    case: Case,
    *,
    by: Membership | None,
    at: datetime,
    severity: str,
    reason: str,
    override: bool = False,
) -> Case:
    """Say that more, or less, is at stake than was thought: the windows of the matrix for the new
    severity count for the clocks that run, and for every level from here on.

    The case stays on its ladder and on its level. Where the matrix would now take another ladder,
    the windows stay too. `override` sets aside who may.
    """
    case = lock_case(case)
    leave = leave_for(case, by, override=override)
    check(case, "severity", by, leave)
    reason = required("reason", reason)
    if severity not in Severity.values:
        raise Invalid({"severity": _("Choose a severity from S1 to S4.")})
    if severity == case.severity:
        raise Invalid({"severity": _("The case has this severity already.")})
    wake_if_over(case, by=by, at=at)
    before = case.severity
    case.severity, case.severity_reason = severity, reason
    changed = retime(case, at) if _takes_windows(case) else []
    clockwork.settle(case, at)
    ahead = holders_above(case, case.level.position, at)[:1]
    facts = {"before": before, "severity": severity, "clocks": changed, **set_aside(leave)}
    said = say(
        case,
        "case.severity_changed",
        by=by,
        at=at,
        text=reason,
        facts=facts,
        told=_concerned(case, (*overseers(case, leave, by, at), *ahead), changed),
    )
    keep(case, leave, Act.SEVERITY, said, case.level.position)
    return case


def _concerned(case: Case, above: People, changed: Sequence[object]) -> Told:
    """Return who is told of another severity: who has the case, who backs them up, and who holds
    the next level; the parties too where a due time moved."""
    people = (*owner_of(case), backup_of(case), *above)
    if not changed:
        return Told(people)
    return Told((*people, *partners_contacts(case)), Audience.PARTIES)


def _takes_windows(case: Case) -> bool:
    """Give the case the windows that the matrix has for it now; tell whether it has any for it."""
    if case.route_id is None:
        # It was logged on a ladder named by hand: no line of the matrix is its own.
        return False
    own = Party.objects.select_related("partner__region", "partner__tier")
    partner = own.get(case_id=case.pk, role=PartyRole.COMPLAINANT).partner
    route = find_route(case.category, case.severity, partner.region, partner.tier)
    if route.ladder_id != case.ladder_id:
        return False
    # Steps count from the level at which such a dispute begins; one below keeps its own windows.
    case.route, case.windows, case.start_position = route, route.windows, route.start_position
    return True


def retime(case: Case, at: datetime) -> list[dict[str, Any]]:
    """Let a case's clocks run on under the windows it has now; return what changed, for the trail.

    One whose time has passed is left to the sweep: another target erases no breach. Time that a
    level above has given by holding a window is not taken away again.
    """
    rules, changed, given = rules_of(case), [], held_windows([case.pk])
    spans, floor = spans_of(case.pk, case.cycle), parse_window(programme().floor_window)
    for clock in live_clocks(case):
        window = window_now(clock, case, rules)
        passed = clock.state == ClockState.RUNNING and clock.due_at <= at
        if window is None or passed or format_window(window) == clock.window:
            continue
        facts = clock_facts(clock, spans)
        with clockwork.within_hours():
            facts = retargeted(facts, window, at, floor)
            if given.get(clock.pk) == clock.window and facts.target_seconds < clock.target_seconds:
                continue
            write(clock, facts)
        changed.append(_changed(clock))
    return changed


def window_now(clock: Clock, case: Case, rules: CaseRules) -> Window | None:
    """Return the window that the rules have for a clock now; None where they have none, or where
    it was missed."""
    if clock.state not in (ClockState.RUNNING, ClockState.PAUSED):
        return None
    if clock.kind == ClockKind.TOTAL:
        return parse_window(case.windows.get("total") or case.ladder.total_window)
    if clock.kind not in LEVEL_KINDS or clock.assignment_id != case.turn_id:
        return None
    level = rules.level(case.level.position)
    return level.response if clock.kind == ClockKind.RESPONSE else level.decision


@transaction.atomic
def hold(
    case: Case,
    *,
    by: Membership | None,
    at: datetime,
    until: datetime,
    reason: str,
    override: bool = False,
) -> Case:
    """Give the level that has the case time until an instant, as a level above: what it owes falls
    due at the last moment of business time before that. The whole case is not held. `override`
    sets aside who may.

    Raises `NotNow` where a window has been missed, `Invalid` for an instant that gives no time, or
    that lies behind the due time of the whole case.
    """
    case = lock_case(case)
    leave = leave_for(case, by, override=override)
    check(case, "hold", by, leave)
    reason = required("reason", reason)
    live = live_clocks(case)
    owed = [c for c in live if c.kind in LEVEL_KINDS and c.assignment_id == case.turn_id]
    if any(c.breached_at or (c.state == ClockState.RUNNING and c.due_at <= at) for c in owed):
        raise NotNow(_("A window was missed, and holding it does not undo that."), ["escalate"])
    running = [c for c in owed if c.state == ClockState.RUNNING]
    _check_until(until, live)
    spans = spans_of(case.pk, case.cycle)
    changed = [kept for clock in running if (kept := _held(clock, spans, until))]
    if not changed:
        raise Invalid({"until": _("Choose a time after what is due now.")})
    clockwork.settle(case, at)
    people = (*owner_of(case), backup_of(case), *overseers(case, leave, by, at))
    said = say(
        case,
        "case.held",
        by=by,
        at=at,
        text=reason,
        facts={"until": until.isoformat(), "clocks": changed, **set_aside(leave)},
        told=Told((*people, *partners_contacts(case)), Audience.PARTIES),
    )
    keep(case, leave, Act.HOLD, said, case.level.position)
    return case


def _check_until(until: datetime, live: list[Clock]) -> None:
    """Refuse an instant behind the due time of the whole case."""
    for clock in live:
        if clock.kind == ClockKind.TOTAL and clock.state == "running" and until > clock.due_at:
            reason = _("The whole case is due before that, on %(due)s.")
            raise Invalid({"until": reason % {"due": when_words(clock.due_at)}})


def _held(clock: Clock, spans: Sequence[Pause], until: datetime) -> dict[str, Any] | None:
    """Let a clock run to the last moment of business time before an instant; None where it does
    anyway."""
    facts = clock_facts(clock, spans)
    if until <= clock.anchor:
        return None
    with clockwork.within_hours():
        target = facts.hours.worked_seconds(clock.anchor, until, facts.pauses)
        if target <= clock.target_seconds:
            return None
        write(clock, replace(facts, window=Window(seconds=target), target_seconds=target))
    return _changed(clock)


def _changed(clock: Clock) -> dict[str, Any]:
    """Return what the trail keeps of a clock that changed."""
    due_at = clock.due_at.isoformat() if clock.state == ClockState.RUNNING else None
    return {"clock": str(clock.pk), "window": clock.window, "due_at": due_at}


def write(clock: Clock, facts: ClockFacts) -> None:
    """Write a clock's window and target, and when it is due by them. One that stands still has no
    due time; what is kept is the one it had before its pause, from which follows what is left."""
    clock.window, clock.target_seconds = format_window(facts.window), facts.target_seconds
    again = rerun(facts, [pause for pause in facts.pauses if pause[1] is not None])
    clock.due_at, clock.soon_at = again.due_at, again.soon_at
    if clock.state == ClockState.RUNNING:
        clock.next_fire_at = again.next_fire_at
    clock.save()
