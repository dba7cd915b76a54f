"""Business time found out minute by minute, sharing nothing with `ladder.worktime`.

It reads the calendar's JSON itself and steps through UTC. What a wall clock shows is only
ever asked from UTC, never the other way round: the *mark* is the furthest reading the
clock has shown so far. A local time counts as come once the mark has reached it, which
settles ambiguous times (the mark stands still while an hour repeats) and gaps (the mark
leaps over them) without knowing that either exists.
"""

from bisect import bisect_left
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)
_MINUTE_US = 60_000_000
_WARM_UP = 12 * 60

Pauses = list[tuple[datetime, datetime | None]]


class Oracle:
    """Which minutes of a stretch of UTC are open; ``first`` is a whole minute."""

    def __init__(self, calendar: dict[str, Any], first: datetime, minutes: int) -> None:
        self.calendar = calendar
        self.zone = ZoneInfo(calendar["timezone"])
        self.first = first
        self.open: list[bool] = []
        self._open_minutes: list[int] = []
        self.closing: dict[date, datetime] = {}
        self._owned: dict[date, list[tuple[date, datetime, datetime]]] = {}
        self._walk(minutes)

    def _walk(self, minutes: int) -> None:
        moment = self.first - _WARM_UP * MINUTE
        mark = moment.astimezone(self.zone).replace(tzinfo=None)
        for index in range(-_WARM_UP, minutes):
            mark = max(mark, moment.astimezone(self.zone).replace(tzinfo=None))
            moment += MINUTE
            if index < 0:
                continue
            owners = [day for day, start, end in self._hours_around(mark) if start <= mark < end]
            self.open.append(bool(owners))
            if owners:
                self._open_minutes.append(index)
            for day in owners:
                self.closing[day] = moment

    def _hours_around(self, mark: datetime) -> list[tuple[date, datetime, datetime]]:
        today = mark.date()
        if today not in self._owned:
            self._owned[today] = [
                (day, start, end)
                for day in (today - ONE_DAY, today)
                for start, end in self._hours_of(day)
            ]
        return self._owned[today]

    def _hours_of(self, day: date) -> list[tuple[datetime, datetime]]:
        name = day.isoformat()
        if name in self.calendar["exceptions"]:
            pairs = self.calendar["exceptions"][name]
        elif name in self.calendar["holidays"]:
            pairs = []
        else:
            pairs = self.calendar["weekly"].get(f"{day:%a}".lower(), [])
        midnight = datetime.combine(day, time())
        hours = [(midnight + _clock(start), midnight + _clock(end)) for start, end in pairs]
        return [(start, end if end > start else end + ONE_DAY) for start, end in hours]

    def worked(self, start: datetime, end: datetime, pauses: Pauses) -> int:
        """Open microseconds outside pauses between two instants."""
        return sum(until - since for since, until in self._pieces(start, end, pauses))

    def due(self, anchor: datetime, target_us: int, pauses: Pauses) -> datetime:
        """The earliest instant at which the target is used up; fails if that is too late."""
        left = target_us
        for since, until in self._pieces(anchor, self.end, pauses):
            if until - since >= left:
                return self.first + timedelta(microseconds=since + left)
            left -= until - since
        raise AssertionError("the target is longer than what the oracle walked")

    def day_closing(self, anchor: datetime, days: int) -> datetime:
        """The last closing of the n-th open day after the anchor's local date."""
        today = anchor.astimezone(self.zone).date()
        later = [day for day in sorted(self.closing) if day > today and self.closing[day] > anchor]
        return self.closing[later[days - 1]]

    @property
    def end(self) -> datetime:
        """The end of what was walked."""
        return self.first + len(self.open) * MINUTE

    def _pieces(self, start: datetime, end: datetime, pauses: Pauses) -> list[tuple[int, int]]:
        """The counted parts of each minute, in microseconds after ``first``."""
        since, until = self._us(start), self._us(end)
        ends = ((a, end if b is None else b) for a, b in pauses)
        stops = [(self._us(a), self._us(b)) for a, b in ends if b > start and a < end]
        pieces: list[tuple[int, int]] = []
        first = bisect_left(self._open_minutes, since // _MINUTE_US)
        for index in self._open_minutes[first:]:
            low, high = max(index * _MINUTE_US, since), min((index + 1) * _MINUTE_US, until)
            if low >= until:
                break
            pieces += _outside(low, high, stops)
        return pieces

    def _us(self, instant: datetime) -> int:
        return (instant - self.first) // timedelta(microseconds=1)


def _outside(low: int, high: int, stops: list[tuple[int, int]]) -> list[tuple[int, int]]:
    stops = [stop for stop in stops if stop[0] < high and low < stop[1]] if stops else stops
    if not stops:
        return [(low, high)]
    edges = {edge for stop in stops for edge in stop if low < edge < high}
    cuts = sorted({low, high} | edges)
    return [
        (a, b) for a, b in pairwise(cuts) if not any(since <= a < until for since, until in stops)
    ]


def _clock(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
