"""Starting, meeting and ending a case's clocks from inside a verb. The case is locked already."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cases.engine import Face, counts, face
from cases.facts import (
    ASKING,
    BREACHABLE,
    PAUSABLE,
    PROMISED,
    Asked,
    CaseRules,
    LevelRules,
    NewClock,
)
from cases.models import Assignment, AssignmentEnd, Case, Clock, ClockKind, ClockState
from cases.rules import clock_facts, live_clocks, rules_of, spans_of
from cases.starting import level_clocks, pause_clock, rerun, start_clock
from journal.actions import record
from ladder.durations import parse_window
from ladder.models import DEFAULT_THRESHOLDS
from ladder.queries import holder_of
from ladder.seats import Holder
from ladder.worktime import CalendarError
from tenants.errors import NotNow

LEVEL_KINDS = (ClockKind.RESPONSE, ClockKind.DECISION)
# What ends with a turn, besides what has to be answered.
TURN_KINDS = (*LEVEL_KINDS, ClockKind.REVIEW)


@contextmanager
def within_hours() -> Iterator[None]:
    """Refuse what would start a clock on a calendar that has no more hours to run on."""
    try:
        yield
    except CalendarError as problem:
        reason = _("The calendar has no working hours this far ahead: it has to be renewed first.")
        raise NotNow(reason) from problem


def store(case: Case, starts: Iterable[NewClock]) -> None:
    """Write new clocks of a case."""
    Clock.objects.bulk_create(
        Clock(
            tenant_id=case.tenant_id,
            case=case,
            assignment_id=case.turn_id if new.of_assignment else None,
            kind=new.kind,
            cycle=case.cycle,
            window=new.window_text,
            target_seconds=new.target_seconds,
            calendar_version_id=case.calendar_version_id,
            anchor=new.anchor,
            due_at=new.due_at,
            soon_at=new.soon_at,
            next_fire_at=new.next_fire_at,
            thresholds=list(new.thresholds),
            **about(new.asked),
        )
        for new in starts
    )


def about(asked: Asked | None) -> dict[str, Any]:
    """Return the columns that say whom a clock asks, where that is not the case's owner."""
    if asked is None:
        return {}
    return {
        "subject": asked.subject,
        "owner_id": asked.owner_id,
        "backup_id": asked.backup_id,
        "level_id": asked.level_id,
        "barred": list(asked.barred),
        "on_behalf_of_id": asked.on_behalf_of,
    }


def begin_turn(
    case: Case, level: LevelRules, *, at: datetime, holder: Holder | None = None
) -> Assignment:
    """Give the case to who holds a level, with that level's full windows."""
    holder = holder or holder_of(level.id, case.region_id, case.category_id, at)
    turn = hold(case, level.id, level.position, holder, at)
    decided = case.status == "decided"
    with within_hours():
        store(case, level_clocks(level, rules_of(case).calendar, at, decided=decided))
    return turn


def start_total(case: Case, rules: CaseRules, at: datetime) -> None:
    """Start the clock of the whole case, of this cycle."""
    total = parse_window(case.windows.get("total") or case.ladder.total_window)
    with within_hours():
        clock = start_clock(
            "total", total, at, rules.calendar, DEFAULT_THRESHOLDS, of_assignment=False
        )
    store(case, [clock])


def hold(case: Case, level_id: UUID, position: int, holder: Holder, at: datetime) -> Assignment:
    """Record a new turn as the current one; its clocks are the caller's."""
    last = Assignment.objects.filter(case_id=case.pk).order_by("-number").first()
    turn = Assignment.objects.create(
        tenant_id=case.tenant_id,
        case=case,
        cycle=case.cycle,
        number=last.number + 1 if last else 1,
        level_id=level_id,
        position=position,
        owner_id=holder.owner_id,
        backup_id=holder.backup_id,
        on_behalf_of_id=holder.on_behalf_of,
        started_at=at,
    )
    case.assignment_id, case.owner_id, case.level_id = turn.pk, holder.owner_id, level_id
    return turn


def end_turn(case: Case, reason: AssignmentEnd, at: datetime) -> None:
    """End the current turn."""
    turn = Assignment.objects.filter(pk=case.turn_id, ended_at=None)
    turn.update(ended_at=at, end_reason=reason)


def meet(case: Case, kinds: Iterable[str], at: datetime, *, subject: UUID | None = None) -> None:
    """Meet the clocks of these kinds that still ask for something, or those about a subject. What
    an earlier turn has missed is nothing that this one could answer.

    One whose due time has passed unnoticed was missed, and is met late; the trail says so. The
    answer and the breach race for the case's lock, and exactly one wins: who began to answer in
    time and found the clock missed already is late, by as little as it may be.
    """
    for clock in live_clocks(case):
        if clock.kind not in kinds or (subject and clock.subject != subject):
            continue
        of_a_turn = subject is None or clock.assignment_id is not None
        if of_a_turn and not counts(clock_facts(clock), case.turn_id):
            continue
        if clock.state == ClockState.RUNNING and clock.due_at <= at:
            _miss(case, clock, at)
        elif clock.state == ClockState.RUNNING:
            clock.state = ClockState.MET
        clock.met_at = max(at, clock.processed_at) if clock.processed_at else at
        clock.next_fire_at = None
        clock.save()


def waits(case: Case, kind: str) -> bool:
    """Whether a clock of this kind is unanswered in the current turn."""
    return any(
        clock.kind == kind and counts(clock_facts(clock), case.turn_id)
        for clock in live_clocks(case)
    )


def _miss(case: Case, clock: Clock, at: datetime) -> None:
    clock.state = ClockState.BREACHED
    clock.breached_at, clock.processed_at, clock.fired = clock.due_at, at, 100
    clock.next_fire_at = None
    record(
        "case.clock.breached",
        at=at,
        by=None,
        case_id=case.pk,
        facts={
            "clock": str(clock.pk),
            "kind": clock.kind,
            "position": case.level.position,
            "due_at": clock.due_at.isoformat(),
        },
        once_key=f"{clock.pk}:100",
    )


def end(
    case: Case,
    at: datetime,
    kinds: Iterable[str] | None = None,
    *,
    subject: UUID | None = None,
) -> None:
    """End running clocks that nobody has to meet any more: of these kinds, about a subject, or all
    of the case. What a memo binds people to do outlives the case (see the decisions).

    One whose due time has passed unnoticed was missed, and stays so: an end erases no breach.
    """
    running = Clock.objects.filter(case_id=case.pk, state=ClockState.RUNNING)
    if kinds is not None:
        running = running.filter(kind__in=list(kinds))
    if subject is not None:
        running = running.filter(subject=subject)
    elif kinds is None:
        running = running.exclude(kind=ClockKind.ACTION)
    missed = running.filter(kind__in=BREACHABLE | ASKING | PROMISED, due_at__lte=at)
    for clock in missed.order_by("due_at"):
        _miss(case, clock, at)
        clock.save()
    running.update(state=ClockState.ENDED, ended_at=at, next_fire_at=None)


def stop(case: Case, at: datetime, until: datetime) -> None:
    """Let a case stand still: its own clocks keep what they have used, and the pause's own clock
    runs until somebody has to look."""
    running = Clock.objects.filter(case_id=case.pk, cycle=case.cycle, state=ClockState.RUNNING)
    running.filter(kind__in=PAUSABLE).update(state=ClockState.PAUSED, next_fire_at=None)
    look_again(case, at, until)


def look_again(case: Case, at: datetime, until: datetime) -> None:
    """Start the clock by which somebody has to look whether a pause still has its reason."""
    store(case, [pause_clock(at, until)])


def restart(case: Case, at: datetime) -> None:
    """Let a case go on whose pause has ended: each clock that stood still falls due later by the
    working time of the pause."""
    end(case, at, [ClockKind.PAUSE])
    pauses = spans_of(case.pk, case.cycle)
    for clock in live_clocks(case):
        if clock.state != ClockState.PAUSED:
            continue
        with within_hours():
            again = rerun(clock_facts(clock, pauses), pauses)
        clock.state = ClockState.RUNNING
        clock.due_at, clock.soon_at = again.due_at, again.soon_at
        clock.next_fire_at = again.next_fire_at
        clock.save()


def quiet(case: Case, at: datetime) -> None:
    """End the reminders of what the case itself has missed; those about a subject go on."""
    reminders = Clock.objects.filter(case_id=case.pk, kind=ClockKind.REMINDER, subject=None)
    reminders.filter(state=ClockState.RUNNING).update(
        state=ClockState.ENDED, ended_at=at, next_fire_at=None
    )


def settle(case: Case, at: datetime) -> None:
    """Bring the case's face up to date with its clocks, and write the case.

    The alarm's reminders end once nothing that was missed asks for anything.
    """
    clocks = [clock_facts(clock) for clock in live_clocks(case)]
    shown = face(clocks, case.turn_id) if case.is_open else Face()
    if not shown.missed:
        quiet(case, at)
    case.due_at, case.due_kind = shown.due_at, shown.kind
    case.due_soon_at, case.due_missed = shown.soon_at, shown.missed
    case.changed(at)
    case.save(force_update=True)
