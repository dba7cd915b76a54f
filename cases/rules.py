"""From rows to what the engine needs."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q

from cases.facts import Asked, CaseRules, ClockFacts, LevelRules, StepWindows, stops_of
from cases.models import Case, Clock, ClockKind, Pause
from journal.models import Event
from ladder.durations import Window, parse_window
from ladder.models import CalendarVersion, Level
from ladder.queries import compiled, levels_of
from ladder.worktime import Compiled
from ladder.worktime import Pause as Span


def level_rules(level: Level) -> LevelRules:
    """Return a level as the engine needs it."""
    return LevelRules(
        id=level.pk,
        position=level.position,
        response=parse_window(level.response_window),
        decision=parse_window(level.decision_window),
        thresholds=tuple(level.thresholds),
        concessions_only=level.concessions_only,
        concedes=bool(level.authority_kinds),
        veto=parse_window(level.veto_window),
    )


def step_windows(windows: dict[str, Any]) -> tuple[StepWindows, ...]:
    """Return a route's windows, step by step from its starting level."""

    def one(step: dict[str, str], name: str) -> Window | None:
        return parse_window(step[name]) if step.get(name) else None

    steps = windows.get("steps", [])
    return tuple(StepWindows(one(step, "response"), one(step, "decision")) for step in steps)


def veto_window(windows: dict[str, Any]) -> Window | None:
    """Return a route's own window for sending an automatic escalation back."""
    return parse_window(windows["veto"]) if windows.get("veto") else None


def calendar_of(version: CalendarVersion) -> Compiled:
    """Return a pinned calendar, compiled."""
    return compiled(version.pk, version.rules)


def rules_of(case: Case) -> CaseRules:
    """Return the rules a case runs under."""
    return CaseRules(
        levels=tuple(level_rules(level) for level in levels_of(case.ladder_id)),
        start_position=case.start_position,
        calendar=calendar_of(case.calendar_version),
        steps=step_windows(case.windows),
        veto=veto_window(case.windows),
    )


def clock_facts(clock: Clock, pauses: Sequence[Span] = ()) -> ClockFacts:
    """Return a clock as the engine needs it, with the pauses of its case."""
    return ClockFacts(
        id=clock.pk,
        kind=clock.kind,
        state=clock.state,
        window=parse_window(clock.window),
        target_seconds=clock.target_seconds,
        anchor=clock.anchor,
        due_at=clock.due_at,
        calendar=calendar_of(clock.calendar_version),
        thresholds=tuple(clock.thresholds),
        fired=clock.fired,
        next_fire_at=clock.next_fire_at,
        soon_at=clock.soon_at,
        assignment_id=clock.assignment_id,
        asked=asked_of(clock),
        pauses=stops_of(clock.kind, pauses),
    )


def spans_of(case_id: UUID, cycle: int) -> list[Span]:
    """Return when a case stood still, from the first; None ends one that lasts."""
    pauses = Pause.objects.filter(case_id=case_id, cycle=cycle).order_by("started_at")
    return list(pauses.values_list("started_at", "ended_at"))


def held_windows(case_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the windows that levels above have given the clocks of cases by holding, by clock; of
    several the last."""
    held = Event.objects.filter(case_id__in=case_ids, kind="case.held").order_by("at", "id")
    clocks = [one for facts in held.values_list("facts", flat=True) for one in facts["clocks"]]
    return {UUID(one["clock"]): one["window"] for one in clocks}


def asked_of(clock: Clock) -> Asked | None:
    """Return whom a clock asks, and about what; None where it asks the case's owner alone."""
    if clock.subject is None:
        return None
    people = (clock.owner_id, clock.backup_id)
    barred = tuple(clock.barred)
    return Asked(clock.subject, *people, clock.level_id, barred, clock.on_behalf_of_id)


def live_clocks(case: Case) -> list[Clock]:
    """Return the clocks of this cycle that run or stand still, or were missed and not met since;
    what memos of earlier ones bind people to do, too."""
    of_cycle = Q(cycle=case.cycle) | Q(kind=ClockKind.ACTION)
    clocks = Clock.objects.filter(of_cycle, case_id=case.pk, met_at=None)
    states = ("running", "paused", "breached")
    live = clocks.filter(state__in=states).select_related("calendar_version")
    return list(live.order_by("due_at"))
