"""From rows to what the engine needs."""

from typing import Any

from cases.engine import Asked, CaseRules, ClockFacts, LevelRules, StepWindows
from cases.models import Case, Clock
from ladder.durations import Window, parse_window
from ladder.models import CalendarVersion, Level
from ladder.queries import compiled, levels_of
from ladder.worktime import Compiled


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
    )


def step_windows(windows: dict[str, Any]) -> tuple[StepWindows, ...]:
    """Return a route's windows, step by step from its starting level."""

    def one(step: dict[str, str], name: str) -> Window | None:
        return parse_window(step[name]) if step.get(name) else None

    steps = windows.get("steps", [])
    return tuple(StepWindows(one(step, "response"), one(step, "decision")) for step in steps)


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
    )


def clock_facts(clock: Clock) -> ClockFacts:
    """Return a clock as the engine needs it."""
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
    )


def asked_of(clock: Clock) -> Asked | None:
    """Return whom a clock asks, and about what; None where it asks the case's owner alone."""
    if clock.subject is None:
        return None
    people = (clock.owner_id, clock.backup_id)
    barred = tuple(clock.barred)
    return Asked(clock.subject, *people, clock.level_id, barred, clock.on_behalf_of_id)


def live_clocks(case: Case) -> list[Clock]:
    """Return the clocks of this cycle that run, or were missed and not met since."""
    clocks = Clock.objects.filter(case_id=case.pk, cycle=case.cycle, met_at=None)
    live = clocks.filter(state__in=("running", "breached")).select_related("calendar_version")
    return list(live.order_by("due_at"))
