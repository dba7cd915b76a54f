"""Starting a clock, in one way only: its target is fixed, its due time worked out, once. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from math import ceil

from cases.facts import (
    SHORTEST_REMINDER,
    SOON_SHARE,
    Asked,
    ClockFacts,
    LevelRules,
    NewClock,
    due_of,
    stops_of,
)
from ladder.durations import Window
from ladder.worktime import Compiled, Pause, run_from


def start_clock(
    kind: str,
    window: Window,
    at: datetime,
    calendar: Compiled,
    thresholds: Sequence[int] = (),
    *,
    of_assignment: bool = True,
    asked: Asked | None = None,
) -> NewClock:
    """Start a clock: its target is fixed and its due time worked out, once.

    Raises `CalendarError` where the calendar has no such time within its bounds.
    """
    shares = (SOON_SHARE, min(thresholds)) if thresholds else ()
    run = run_from(calendar, at, window, shares)
    soon_at, first_at = run.share_at or (None, run.due_at)
    return NewClock(
        kind=kind,
        window=window,
        target_seconds=run.target_seconds,
        anchor=at,
        due_at=run.due_at,
        soon_at=soon_at,
        next_fire_at=first_at,
        thresholds=tuple(thresholds),
        of_assignment=of_assignment,
        asked=asked,
    )


def level_clocks(
    level: LevelRules, calendar: Compiled, at: datetime, *, decided: bool = False
) -> list[NewClock]:
    """Return the clocks of a turn on a level; a case already decided only has to be answered."""
    clocks = [start_clock("response", level.response, at, calendar, level.thresholds)]
    if not decided:
        clocks.append(start_clock("decision", level.decision, at, calendar, level.thresholds))
    return clocks


def ask(level: LevelRules, calendar: Compiled, at: datetime, asked: Asked) -> NewClock:
    """Return the clock by which a level decides a concession: its decision window, whatever
    clocks the case itself runs under."""
    return start_clock(
        "approval", level.decision, at, calendar, level.thresholds, of_assignment=False, asked=asked
    )


def insist(level: LevelRules, calendar: Compiled, at: datetime, asked: Asked) -> NewClock:
    """Return the clock that repeats an alarm about a concession that nobody above can decide."""
    return replace(reminder(level, calendar, at), asked=asked)


def reminder(level: LevelRules, calendar: Compiled, at: datetime) -> NewClock:
    """Return the clock that repeats an alarm every response window, at least every minute."""
    window = level.response
    if not window.in_days and window.seconds < SHORTEST_REMINDER:
        window = Window(seconds=SHORTEST_REMINDER)
    return start_clock("reminder", window, at, calendar, of_assignment=False)


def rerun(clock: ClockFacts, pauses: Sequence[Pause]) -> NewClock:
    """Return how a clock runs on that stood still in these pauses: with the same anchor and target,
    so that what it had used stays used, in the unit of its target.

    It may be due at once, where the end of a pause was noticed late.
    """
    times, pauses = (clock.anchor, clock.target_seconds), stops_of(clock.kind, pauses)
    due_at = due_of(clock.kind, clock.calendar, *times, pauses)
    soon_at = clock.hours.at_share(*times, SOON_SHARE, pauses) if clock.soon_at else None
    coming = [share for share in sorted(clock.thresholds) if share > clock.fired]
    next_at = clock.hours.at_share(*times, coming[0], pauses) if coming else due_at
    return NewClock(
        kind=clock.kind,
        window=clock.window,
        target_seconds=clock.target_seconds,
        anchor=clock.anchor,
        due_at=due_at,
        soon_at=soon_at,
        next_fire_at=next_at,
        thresholds=clock.thresholds,
        asked=clock.asked,
    )


def retargeted(clock: ClockFacts, window: Window, at: datetime, floor: Window) -> ClockFacts:
    """Return a clock under another window, with the same anchor and pauses. Where that would have
    been used up by now, what was used and the floor are its target."""
    target = clock.hours.target_seconds(clock.anchor, window)
    return replace(_with_floor(clock, target, at, floor), window=window)


def rebased(
    clock: ClockFacts, window: Window, calendar: Compiled, at: datetime, floor: Window
) -> ClockFacts:
    """Return a clock under the rules of today, with the same anchor and pauses and the same floor.
    One that keeps its window keeps the time it was given beyond that, too."""
    given = clock.target_seconds != clock.hours.target_seconds(clock.anchor, clock.window)
    moved = replace(clock, calendar=calendar)
    if given and window == clock.window:
        return _with_floor(moved, clock.target_seconds, at, floor)
    return retargeted(moved, window, at, floor)


def _with_floor(clock: ClockFacts, target: int, at: datetime, floor: Window) -> ClockFacts:
    used = clock.hours.worked_seconds(clock.anchor, at, clock.pauses)
    if used >= target:
        target = used + clock.hours.target_seconds(at, floor)
    return replace(clock, target_seconds=target)


def pause_clock(at: datetime, until: datetime) -> NewClock:
    """Return the clock of a pause: by when somebody has to look whether it still has a reason, or
    when it ends. It is given its end, on the wall clock; its window is that, rounded up."""
    seconds = max(1, ceil((until - at).total_seconds()))
    return NewClock(
        kind="pause",
        window=Window(seconds=seconds),
        target_seconds=seconds,
        anchor=at,
        due_at=until,
        soon_at=None,
        next_fire_at=until,
        of_assignment=False,
    )
