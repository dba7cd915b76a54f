"""Opening hours of some years as sorted spans of UTC with prefix sums."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ladder.worktime.instants import DAY_US, EPOCH, SECOND_US, Span
from ladder.worktime.rules import Interval, Rules

# A shift may reach into the next day, and no zone is further than a day from UTC.
_MARGIN = timedelta(days=3)
_FIRST_DAY = EPOCH.toordinal()


@dataclass(frozen=True, slots=True)
class Table:
    """The open spans within ``[low, high]``, merged and cut to it, in microseconds.

    ``sums[i]`` is the open time before span ``i``, the last entry all of it. ``days`` are
    the ordinals of the open local dates, each with its last ``closings`` instant.
    """

    low: int
    high: int
    starts: list[int]
    ends: list[int]
    sums: list[int]
    days: list[int]
    closings: list[int]

    def before(self, instant_us: int) -> int:
        """Open microseconds between ``low`` and the instant."""
        index = bisect_right(self.starts, instant_us) - 1
        if index < 0:
            return 0
        return self.sums[index] + min(instant_us, self.ends[index]) - self.starts[index]

    def at(self, open_us: int) -> int:
        """The earliest instant before which ``open_us`` (above 0, at most all) lie."""
        # A sum that is reached exactly belongs to the span that ends there: Friday 17:00.
        index = bisect_left(self.sums, open_us) - 1
        return self.starts[index] + open_us - self.sums[index]

    def spans(self, start: int, end: int) -> list[Span]:
        """The open spans between two instants, cut to them."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        last = bisect_left(self.starts, end)
        cut = (
            (max(self.starts[index], start), min(self.ends[index], end))
            for index in range(first, last)
        )
        return [span for span in cut if span[0] < span[1]]


def first_instant(day: date, seconds: int, zone: ZoneInfo) -> int:
    """The first instant, in microseconds, at which a local clock reads a time or has passed it.

    ``seconds`` count from the midnight that begins ``day``. So an ambiguous time is its
    first occurrence, and one in a gap the instant of the transition (PEP 495 gives both
    readings of a local time by ``fold``; in a gap the offset before is the smaller one).
    """
    local = datetime.combine(day, time()) + timedelta(seconds=seconds)
    wall = (local.toordinal() - _FIRST_DAY) * 86_400 + seconds % 86_400
    before = _offset(local.replace(tzinfo=zone))
    after = _offset(local.replace(tzinfo=zone, fold=1))
    if before >= after:
        return (wall - before) * SECOND_US
    candidates = range(wall - after, wall - before + 1)
    passed = bisect_left(candidates, local, key=lambda at: _reading(at, zone))
    return candidates[passed] * SECOND_US


def _offset(local: datetime) -> int:
    offset = local.utcoffset() or timedelta()
    return offset.days * 86_400 + offset.seconds


def _reading(epoch_seconds: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(epoch_seconds, UTC).astimezone(zone).replace(tzinfo=None)


def build_table(rules: Rules, zone: ZoneInfo, first_year: int, end_year: int) -> Table:
    """The table of the years from ``first_year`` up to, not including, ``end_year``."""
    low, high = _new_year(first_year), _new_year(end_year)
    day, last = date(first_year, 1, 1) - _MARGIN, date(end_year, 1, 1) + _MARGIN
    spans: list[Span] = []
    days: list[int] = []
    closings: list[int] = []
    while day < last:
        if opened := _day_spans(day, rules.hours_on(day), zone):
            spans += opened
            days.append(day.toordinal())
            closings.append(max(end for _start, end in opened))
        day += timedelta(days=1)
    starts, ends = _merged(spans, low, high)
    return Table(low, high, starts, ends, _running_sums(starts, ends), days, closings)


def _new_year(year: int) -> int:
    return (date(year, 1, 1).toordinal() - _FIRST_DAY) * DAY_US


def _day_spans(day: date, hours: tuple[Interval, ...], zone: ZoneInfo) -> list[Span]:
    """The day's hours in UTC, without those that a gap swallows whole."""
    resolved = (
        (first_instant(day, span.start, zone), first_instant(day, span.end, zone)) for span in hours
    )
    return [span for span in resolved if span[0] < span[1]]


def _merged(spans: list[Span], low: int, high: int) -> tuple[list[int], list[int]]:
    starts: list[int] = []
    ends: list[int] = []
    cut = ((max(start, low), min(end, high)) for start, end in sorted(spans))
    for start, end in (span for span in cut if span[0] < span[1]):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return starts, ends


def _running_sums(starts: list[int], ends: list[int]) -> list[int]:
    sums = [0]
    for start, end in zip(starts, ends, strict=True):
        sums.append(sums[-1] + end - start)
    return sums
