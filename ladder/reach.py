"""Does a ladder's total clock leave time for every level a case can reach?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ladder.durations import Window
from ladder.worktime import CalendarError, Compiled, from_us, to_us

_HOURS = 8 * 7 * 24
_HOUR_US = 3_600_000_000
_MINUTE_US = 60_000_000

# When a window of so many seconds or days ends that starts at an anchor, in microseconds.
Known = dict[tuple[int, int, int], int]
Due = Callable[[int, Window], int]


class Walk(StrEnum):
    """How the case climbs: nobody touches it, or each level acknowledges and none decides."""

    UNTOUCHED = "untouched"
    ACKNOWLEDGED = "acknowledged"


_SENTENCES = {
    Walk.UNTOUCHED: "that nobody touches",
    Walk.ACKNOWLEDGED: "that every level acknowledges and none decides",
}


@dataclass(frozen=True, slots=True)
class StepWindows:
    """The windows of one level on a route, in the order the case climbs."""

    response: Window
    decision: Window


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A case that passes its total before it has been on every level; instants in UTC.

    ``reached_at`` holds the start of each level, the first being the opening; ``reason``
    tells it in one sentence, in the calendar's local time.
    """

    opened_at: datetime
    walk: Walk
    reached_at: tuple[datetime, ...]
    total_due_at: datetime
    reason: str


def check_reach(
    calendar: Compiled,
    steps: Sequence[StepWindows],
    total: Window,
    start: datetime,
    known: Known | None = None,
) -> Counterexample | None:
    """The earliest case that fails among those opened at each hour of eight weeks, or None.

    An untouched case leaves a level at the earlier of its response and decision due, an
    acknowledged one at its decision due; each level starts at the due time of the one
    before. A last level reached at the very instant of the total is in time. Raises
    `CalendarError` for no steps, and where the calendar has too few hours for the windows.
    `known` remembers due times between questions about the same calendar.
    """
    if not steps:
        raise CalendarError("steps", "A route needs at least one level.")
    due = _remembering(calendar, {} if known is None else known)
    first = to_us(start, "start")
    for opened in range(first, first + _HOURS * _HOUR_US, _HOUR_US):
        total_due = due(opened, total)
        for walk, leave in _WALKS.items():
            reached = [opened]
            for step in steps[:-1]:
                reached.append(leave(due, reached[-1], step))
            if reached[-1] > total_due:
                return _counterexample(calendar, walk, reached, total_due)
    return None


def _remembering(calendar: Compiled, known: Known) -> Due:
    """A question that is worked out once: levels start at the same few closing times."""

    def due(anchor_us: int, window: Window) -> int:
        key = (anchor_us, window.seconds, window.days)
        found = known.get(key)
        if found is None:
            found = calendar.due_us(anchor_us, calendar.target_us(anchor_us, window))
            known[key] = found
        return found

    return due


def _leave_untouched(due: Due, anchor_us: int, step: StepWindows) -> int:
    return min(due(anchor_us, step.response), due(anchor_us, step.decision))


def _leave_acknowledged(due: Due, anchor_us: int, step: StepWindows) -> int:
    return due(anchor_us, step.decision)


_WALKS: dict[Walk, Callable[[Due, int, StepWindows], int]] = {
    Walk.UNTOUCHED: _leave_untouched,
    Walk.ACKNOWLEDGED: _leave_acknowledged,
}


def _counterexample(
    calendar: Compiled, walk: Walk, reached: list[int], total_due: int
) -> Counterexample:
    whole = all(instant % _MINUTE_US == 0 for instant in (*reached, total_due))
    clock = "%H:%M" if whole else "%H:%M:%S"

    def local(instant_us: int) -> str:
        return from_us(instant_us).astimezone(calendar.zone).strftime(f"%a %Y-%m-%d {clock} %Z")

    reason = (
        f"A case opened {local(reached[0])} {_SENTENCES[walk]} passes its total on"
        f" {local(total_due)}, before it reaches level {len(reached)} of its route on"
        f" {local(reached[-1])}."
    )
    instants = tuple(from_us(instant) for instant in reached)
    return Counterexample(instants[0], walk, instants, from_us(total_due), reason)
