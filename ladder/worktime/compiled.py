"""A calendar ready to answer: due times, worked time and their reasons."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from threading import Lock
from zoneinfo import ZoneInfo

from ladder.durations import Window
from ladder.worktime.errors import CalendarError, StillPausedError
from ladder.worktime.explain import Step, explain_steps
from ladder.worktime.instants import (
    DAY_US,
    LAST_US,
    LAST_YEAR,
    NEVER_US,
    SECOND_US,
    Pause,
    Span,
    from_us,
    in_years,
    pause_spans,
    target_to_us,
    to_us,
)
from ladder.worktime.rules import Rules, load_zone
from ladder.worktime.table import Table, build_table

_CHUNK_YEARS = 4
_SEARCH_US = 20 * 36525 * DAY_US // 100
_TOO_FAR = "The calendar has too few hours: no end within twenty years."

_EMPTY = Table(0, 0, [], [], [0], [], [])


class Compiled:
    """A calendar compiled from `Rules`; safe to share between threads.

    W(a, b) is the open time between two instants, outside pauses; a due time is the
    earliest instant with W(anchor, due) = target. Every method raises `CalendarError` for
    naive datetimes, years outside 1900 to 2200, targets that are not positive, and ends
    that lie more than twenty years past their anchor (or past the last pause).
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.zone: ZoneInfo = load_zone(rules.timezone)
        self._lock = Lock()
        # Replaced whole when it grows, so that readers need no lock.
        self._table = _EMPTY

    def due_us(self, anchor_us: int, target_us: int) -> int:
        """The earliest instant with W(anchor, due) = target, all in microseconds."""
        if target_us <= 0:
            raise CalendarError("target_us", "Must be more than zero.")
        table = self._table
        if not table.low <= anchor_us < table.high:
            table = self._covering(anchor_us, anchor_us)
        goal = table.before(anchor_us) + target_us
        due = table.at(goal) if goal <= table.sums[-1] else self._far(table, anchor_us, target_us)
        if due - anchor_us > _SEARCH_US:
            raise CalendarError("window", _TOO_FAR)
        return due

    def due_at(
        self, anchor: datetime, target_seconds: int, pauses: Iterable[Pause] = ()
    ) -> datetime:
        """The earliest instant, in UTC, with W(anchor, due) = target.

        Raises `StillPausedError` if a pause without an end begins before the target is used.
        """
        target_us = target_to_us(target_seconds)
        return from_us(self._due(to_us(anchor, "anchor"), target_us, pause_spans(pauses)))

    def at_share(
        self,
        anchor: datetime,
        target_seconds: int,
        share_percent: int,
        pauses: Iterable[Pause] = (),
    ) -> datetime:
        """The instant at which 1 to 100 per cent of the target are used; errors as `due_at`."""
        if type(share_percent) is not int or not 1 <= share_percent <= 100:
            raise CalendarError("share_percent", "Must be a whole number from 1 to 100.")
        share_us = target_to_us(target_seconds) * share_percent // 100
        return from_us(self._due(to_us(anchor, "anchor"), share_us, pause_spans(pauses)))

    def worked_us(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> int:
        """W(start, end) in microseconds; a pause without an end lasts past ``end``."""
        start_us, end_us = to_us(start, "start"), to_us(end, "end")
        if end_us < start_us:
            raise CalendarError("end", "Must not lie before the start.")
        return self._worked(start_us, end_us, pause_spans(pauses))

    def worked_seconds(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> int:
        """W(start, end) in whole seconds, rounded down."""
        return self.worked_us(start, end, pauses) // SECOND_US

    def target_us(self, anchor_us: int, window: Window) -> int:
        """The window as microseconds of open time from the anchor, exactly.

        Business days end at the last closing time of the n-th open day after the anchor's
        local date; an open day is a local date on which hours start.
        """
        if not window.in_days:
            return window.seconds * SECOND_US
        closing = self._closing(anchor_us, window.days)
        return self._worked(anchor_us, closing, [])

    def target_seconds(self, anchor: datetime, window: Window) -> int:
        """The window as whole seconds of open time, to be fixed when the clock starts.

        Rounded down, at least 1: from an anchor within a second, business days then end
        less than a second before closing, never on the next morning.
        """
        return max(1, self.target_us(to_us(anchor, "anchor"), window) // SECOND_US)

    def is_open(self, instant: datetime) -> bool:
        """Whether the calendar is open in the microsecond that begins at the instant."""
        start = to_us(instant)
        return self._worked(start, start + 1, []) == 1

    def next_open(self, instant: datetime) -> datetime:
        """The earliest open instant, in UTC, that does not lie before the given one."""
        return from_us(self.due_us(to_us(instant), 1) - 1)

    def explain(
        self,
        anchor: datetime,
        target_seconds: int,
        pauses: Iterable[Pause] = (),
        due: datetime | None = None,
    ) -> list[Step]:
        """The way from the anchor to the due time, step by step; see `Step`.

        ``due`` is worked out if not given; one at which the target is not exactly used
        raises `CalendarError`. At most `explain.MAX_STEPS` steps.
        """
        start, target_us = to_us(anchor, "anchor"), target_to_us(target_seconds)
        spans = pause_spans(pauses)
        end = self._due(start, target_us, spans) if due is None else to_us(due, "due")
        if end < start or self._worked(start, end, spans) != target_us:
            raise CalendarError("due", "The target is not used up exactly at this time.")
        return self._steps(start, end, spans)

    def way(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> list[Step]:
        """The way between two instants, step by step, whatever counted of it; see `Step`.

        A pause without an end lasts past ``end``. At most `explain.MAX_STEPS` steps.
        """
        start_us, end_us = to_us(start, "start"), to_us(end, "end")
        if end_us < start_us:
            raise CalendarError("end", "Must not lie before the start.")
        return self._steps(start_us, end_us, pause_spans(pauses))

    def _steps(self, start: int, end: int, spans: list[Span]) -> list[Step]:
        table = self._covering(start, end)
        return explain_steps(self.rules, self.zone, table, (start, end), spans)

    def _due(self, anchor_us: int, target_us: int, spans: list[Span]) -> int:
        resumed, left = anchor_us, target_us
        for start, end in spans:
            if end <= resumed:
                continue
            due = self.due_us(resumed, left)
            if due <= start:
                return due
            if end == NEVER_US:
                raise StillPausedError("pauses", "A pause that has not ended: nothing is due yet.")
            left -= self._worked(resumed, max(start, resumed), [])
            resumed = end
        return self.due_us(resumed, left)

    def _worked(self, start: int, end: int, spans: list[Span]) -> int:
        table = self._covering(start, end)
        paused = sum(
            table.before(min(pause_end, end)) - table.before(max(pause_start, start))
            for pause_start, pause_end in spans
            if pause_start < end and pause_end > start
        )
        return table.before(end) - table.before(start) - paused

    def _closing(self, anchor_us: int, days: int) -> int:
        """The last closing of the n-th open day after the anchor's local date."""
        table = self._covering(anchor_us, anchor_us)
        today = from_us(anchor_us).astimezone(self.zone).toordinal()
        while (index := _open_day(table, today, anchor_us) + days - 1) >= len(table.closings):
            table = self._longer(table, anchor_us)
        closing = table.closings[index]
        if closing - anchor_us > _SEARCH_US:
            raise CalendarError("window", _TOO_FAR)
        return closing

    def _far(self, table: Table, anchor_us: int, target_us: int) -> int:
        while (goal := table.before(anchor_us) + target_us) > table.sums[-1]:
            table = self._longer(table, anchor_us)
        return table.at(goal)

    def _longer(self, table: Table, anchor_us: int) -> Table:
        if table.high >= min(anchor_us + _SEARCH_US, LAST_US):
            raise CalendarError("window", _TOO_FAR)
        return self._grown(table.low, table.high)

    def _covering(self, first_us: int, last_us: int) -> Table:
        """A table from the first instant to the last, made longer if it must be."""
        table = self._table
        if table.low <= first_us and last_us <= table.high and table is not _EMPTY:
            return table
        return self._grown(first_us, last_us)

    def _grown(self, first_us: int, last_us: int) -> Table:
        first_year = from_us(in_years(first_us, "instant")).year
        end_year = from_us(in_years(last_us, "instant")).year + _CHUNK_YEARS
        with self._lock:
            if self._table is not _EMPTY:
                first_year = min(first_year, from_us(self._table.low).year)
                end_year = max(end_year, from_us(self._table.high).year)
            end_year = min(end_year, LAST_YEAR + 1)
            self._table = build_table(self.rules, self.zone, first_year, end_year)
            return self._table


def _open_day(table: Table, today: int, anchor_us: int) -> int:
    """The index of the first open day after the local date that has not closed already.

    Clocks set back across midnight repeat the end of a day after the next one has begun.
    """
    index = bisect_right(table.days, today)
    while index < len(table.closings) and table.closings[index] <= anchor_us:
        index += 1
    return index


@lru_cache(maxsize=256)
def compile_rules(rules: Rules) -> Compiled:
    """The compiled calendar of these rules, the same one each time while it is cached."""
    return Compiled(rules)


@dataclass(frozen=True, slots=True)
class Run:
    """A window that began at an instant: its target, its end, and when shares of it are used."""

    target_seconds: int
    due_at: datetime
    share_at: tuple[datetime, ...]


# What begins in one moment begins under few calendars and few windows.
@lru_cache(maxsize=1024)
def run_from(calendar: Compiled, at: datetime, window: Window, shares: tuple[int, ...]) -> Run:
    """Return what a window comes to that begins at an instant; errors as `due_at`."""
    target = calendar.target_seconds(at, window)
    due_at = calendar.due_at(at, target)
    return Run(target, due_at, tuple(calendar.at_share(at, target, share) for share in shares))
