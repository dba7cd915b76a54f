"""Clocks of a past that nobody watched: pure. They are over before they are written.

What the case's own windows would have asked for is set beside what happened. Nothing fires,
nobody is told, and a deadline that was missed moves nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.facts import LevelRules
from cases.importing.plan import Cycle
from ladder.durations import Window, format_window
from ladder.worktime import Compiled, Pause


@dataclass(frozen=True, slots=True)
class SilentClock:
    """A deadline that was met, in time or late."""

    kind: str
    cycle: int
    window: str
    target_seconds: int
    anchor: datetime
    due_at: datetime
    met_at: datetime

    @property
    def is_missed(self) -> bool:
        """Whether the answer came at the due time or after it."""
        return self.due_at <= self.met_at

    @property
    def of_turn(self) -> bool:
        """Whether it belongs to a turn; the total belongs to the case."""
        return self.kind != "total"


def silent_clocks(
    cycle: Cycle, level: LevelRules, total: Window, calendar: Compiled
) -> Iterator[SilentClock]:
    """Yield the clocks of one cycle on its starting level.

    Acknowledging meets the response, resolving the decision and the total; pauses stop the two
    latter. Raises `CalendarError` where the calendar has no such time within its bounds.
    """
    if cycle.acknowledged_at is not None:
        yield _clock("response", level.response, cycle, cycle.acknowledged_at, calendar)
    for kind, window in (("decision", level.decision), ("total", total)):
        yield _clock(kind, window, cycle, cycle.resolved_at, calendar, cycle.pauses)


def _clock(
    kind: str,
    window: Window,
    cycle: Cycle,
    met_at: datetime,
    calendar: Compiled,
    pauses: Sequence[Pause] = (),
) -> SilentClock:
    target = calendar.target_seconds(cycle.started_at, window)
    return SilentClock(
        kind=kind,
        cycle=cycle.number,
        window=format_window(window),
        target_seconds=target,
        anchor=cycle.started_at,
        due_at=calendar.due_at(cycle.started_at, target, pauses),
        met_at=met_at,
    )
