"""Working time on a walked calendar: which minutes are open was found minute by minute by the
oracle, and counting is adding them up. Shares nothing with `ladder.worktime`."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any

from tests.cases.life.stage import Place
from tests.ladder.oracle import MINUTE, ONE_DAY, Oracle

US = timedelta(microseconds=1)
SECOND_US, MINUTE_US = 1_000_000, 60_000_000
Span = tuple[datetime, datetime | None]


class Hours:
    """A place's hours over the days a story can last."""

    def __init__(self, calendar: dict[str, Any], first: datetime, days: int) -> None:
        self.oracle = Oracle(calendar, first, days * 1440)
        self.first, self.last = first, first + days * ONE_DAY
        self._before = [0, *accumulate(MINUTE_US * is_open for is_open in self.oracle.open)]

    def _us(self, instant: datetime) -> int:
        """Open microseconds from the beginning of the walk to an instant."""
        whole, rest = divmod((instant - self.first) // US, MINUTE_US)
        return self._before[whole] + (rest if rest and self.oracle.open[whole] else 0)

    def worked(self, start: datetime, end: datetime, pauses: Iterable[Span] = ()) -> int:
        """Open microseconds outside pauses between two instants."""
        if end <= start:
            return 0
        total, reached = self._us(end) - self._us(start), start
        for began, ended in sorted((a, b or end) for a, b in pauses):
            since, until = max(began, reached), min(ended, end)
            if since < until:
                total -= self._us(until) - self._us(since)
                reached = until
        return total

    def due(self, anchor: datetime, target_us: int, pauses: tuple[Span, ...] = ()) -> datetime:
        """The earliest instant at which the target is used up."""
        return _due(self, anchor, target_us, pauses)

    def target(self, anchor: datetime, window: str) -> int:
        """A window's seconds from an anchor on."""
        if not window.startswith("PT"):
            closing = self.oracle.day_closing(anchor, int(window[1:-1]))
            return max(1, self.worked(anchor, closing) // SECOND_US)
        return seconds_of(window)


@lru_cache(maxsize=20_000)
def _due(hours: Hours, anchor: datetime, target_us: int, pauses: tuple[Span, ...]) -> datetime:
    # Whole minutes first, then the microsecond: worked time never shrinks.
    low, high = (anchor - hours.first) // MINUTE, len(hours.oracle.open)
    ends = range(low, high)
    found = bisect_left(
        ends, target_us, key=lambda m: hours.worked(anchor, hours.first + m * MINUTE, pauses)
    )
    assert found < len(ends), "the target is longer than what was walked"
    since = max(anchor, hours.first + (low + found - 1) * MINUTE)
    within = range(MINUTE_US + 1)
    rest = bisect_left(
        within, target_us, key=lambda us: hours.worked(anchor, since + us * US, pauses)
    )
    return since + rest * US


def seconds_of(window: str) -> int:
    """The seconds of a window in hours, minutes and seconds."""
    units = {"H": 3600, "M": 60, "S": 1}
    number, total = "", 0
    for letter in window.removeprefix("PT"):
        if letter in units:
            total, number = total + int(number) * units[letter], ""
        else:
            number += letter
    return total


_walks: dict[tuple[int, datetime, int], Hours] = {}


def walked(place: Place, days: int) -> Hours:
    """The hours of a place from the day before its story begins; walked once a process."""
    first = place.begins.replace(hour=0, minute=0, second=0) - ONE_DAY
    key = (id(place.hours), first, days)
    if key not in _walks:
        _walks[key] = Hours(place.hours, first, days)
    return _walks[key]


def around_the_clock(kind: str) -> bool:
    """Whether a clock counts days of 24 hours, whatever hours its case has."""
    return kind in ("closing", "pause", "action")
