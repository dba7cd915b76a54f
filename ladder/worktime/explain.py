"""Why is it due then? The way to a due time as a short list of steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from ladder.worktime.instants import SECOND_US, Span, from_us
from ladder.worktime.rules import Rules
from ladder.worktime.table import Table, first_instant

MAX_STEPS = 40
_KEPT_EDGE = 4


class Why(StrEnum):
    """Why the time of a step counted, or why it did not."""

    OPEN = "open"
    CLOSED = "closed"
    PAUSE = "pause"
    HOLIDAY = "holiday"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of the way from anchor to due time, both ends in UTC.

    ``counted_seconds`` of it went into the target; over all steps they sum to it, each
    rounded so that the running total is. Only OPEN steps count. Where the way is long,
    quiet days and nights are drawn together: then an OPEN step counts less than it spans.
    HOLIDAY and EXCEPTION are the closed hours of such a local date.
    """

    from_: datetime
    to: datetime
    counted_seconds: int
    why: Why


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: int
    end: int
    counted: int
    why: Why


def explain_steps(
    rules: Rules, zone: ZoneInfo, table: Table, way: Span, pauses: list[Span]
) -> list[Step]:
    """The steps of a way (from, to) that the table covers; pauses sorted and disjoint."""
    walk = _Walk(rules, zone, table)
    return _as_steps(_shortened(_joined(walk.stretches(way, pauses))))


@dataclass(frozen=True, slots=True)
class _Walk:
    rules: Rules
    zone: ZoneInfo
    table: Table

    def stretches(self, way: Span, pauses: list[Span]) -> Iterator[_Stretch]:
        at, end = way
        for pause_start, pause_end in pauses:
            if pause_end <= at or pause_start >= end:
                continue
            yield from self._running(at, pause_start)
            at, begun = min(pause_end, end), max(at, pause_start)
            yield _Stretch(begun, at, 0, Why.PAUSE)
        yield from self._running(at, end)

    def _running(self, start: int, end: int) -> Iterator[_Stretch]:
        at = start
        for opens, closes in self.table.spans(start, end):
            yield from self._closed(at, opens)
            yield _Stretch(opens, closes, closes - opens, Why.OPEN)
            at = closes
        yield from self._closed(at, end)

    def _closed(self, start: int, end: int) -> Iterator[_Stretch]:
        at, day = start, from_us(start).astimezone(self.zone).date()
        while at < end:
            following = day + timedelta(days=1)
            # At or before `at` when clocks were set back across midnight: the day is over.
            midnight = min(first_instant(following, 0, self.zone), end)
            if midnight > at:
                yield _Stretch(at, midnight, 0, self._reason(day))
                at = midnight
            day = following

    def _reason(self, day: date) -> Why:
        if day in self.rules.one_off:
            return Why.EXCEPTION
        return Why.HOLIDAY if day in self.rules.holidays else Why.CLOSED


def _together(stretches: list[_Stretch], why: Why) -> _Stretch:
    counted = sum(stretch.counted for stretch in stretches)
    return _Stretch(stretches[0].start, stretches[-1].end, counted, why)


def _joined(stretches: Iterator[_Stretch]) -> list[_Stretch]:
    groups = groupby(stretches, key=lambda stretch: stretch.why)
    return [_together(list(group), why) for why, group in groups]


def _shortened(stretches: list[_Stretch]) -> list[_Stretch]:
    """At most `MAX_STEPS`: first the quiet time between special days, then the middle goes."""
    if len(stretches) <= MAX_STEPS:
        return stretches
    head, tail = stretches[:_KEPT_EDGE], stretches[-_KEPT_EDGE:]
    quiet = groupby(
        stretches[_KEPT_EDGE:-_KEPT_EDGE],
        key=lambda stretch: Why.OPEN if stretch.why in (Why.OPEN, Why.CLOSED) else stretch.why,
    )
    shorter = head + [_together(list(group), why) for why, group in quiet] + tail
    if len(shorter) <= MAX_STEPS:
        return shorter
    half = MAX_STEPS // 2
    middle = _together(shorter[half : 1 - half], Why.OPEN)
    return [*shorter[:half], middle, *shorter[1 - half :]]


def _as_steps(stretches: list[_Stretch]) -> list[Step]:
    steps = []
    counted = 0
    for stretch in stretches:
        total = counted + stretch.counted
        seconds = total // SECOND_US - counted // SECOND_US
        steps.append(Step(from_us(stretch.start), from_us(stretch.end), seconds, stretch.why))
        counted = total
    return steps
