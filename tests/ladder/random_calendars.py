"""Random calendars and cases near clock changes, and their comparison with the oracle."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from ladder.durations import Window
from ladder.worktime import Compiled, Rules
from tests.ladder.oracle import MINUTE, ONE_DAY, Oracle, Pauses

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Half an hour of summer time, none, negative, at midnight, two hours, a skipped day,
# quarter-hour offsets, a month without it.
ZONES = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Havana",
    "America/New_York",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Riyadh",
    "Asia/Tehran",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Chatham",
    "UTC",
)
SPAN_DAYS = 9
_WITHIN_MINUTE = (0, 0, 1, 30_000_000, 12_345_678, 59_999_999)


@dataclass(frozen=True)
class Example:
    """A calendar as JSON, the first instant of the walk, anchors, pauses and a share."""

    calendar: dict[str, Any]
    first: datetime
    anchors: list[datetime]
    pauses: Pauses
    permille: int


@cache
def clock_changes(zone: str) -> list[datetime]:
    """The days from 2009 on at the end of which the zone's offset is another."""
    place, changes = ZoneInfo(zone), []
    day = datetime(2009, 1, 1, tzinfo=UTC)
    while day.year < 2028:
        after = day + ONE_DAY
        if day.astimezone(place).utcoffset() != after.astimezone(place).utcoffset():
            changes.append(day)
        day = after
    return changes or [datetime(2026, 3, 29, tzinfo=UTC)]


def _text(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


_minutes = st.one_of(
    st.integers(0, 24 * 4 - 1).map(lambda quarter: 15 * quarter),
    st.integers(0, 12 * 15).map(lambda minute: (minute - 30) % 1440),
)
_intervals = (
    st.tuples(_minutes, st.one_of(_minutes, st.just(1440)))
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: [_text(pair[0]), _text(pair[1])])
)
_hours = st.lists(_intervals, max_size=3)


def _dates(first: datetime) -> st.SearchStrategy[str]:
    offsets = st.integers(0, SPAN_DAYS - 1)
    return offsets.map(lambda days: (first.date() + timedelta(days=days)).isoformat())


@st.composite
def examples(draw: st.DrawFn) -> Example:
    """A random calendar with anchors and pauses in the days around a clock change."""
    zone = draw(st.sampled_from(ZONES))
    change = draw(st.sampled_from(clock_changes(zone)))
    first = change - timedelta(days=draw(st.integers(1, 3)))
    weekly = draw(st.fixed_dictionaries(dict.fromkeys(WEEKDAYS, _hours)))
    weekly[draw(st.sampled_from(WEEKDAYS))].append(draw(_intervals))
    calendar = {
        "timezone": zone,
        "weekly": weekly,
        "holidays": draw(st.lists(_dates(first), max_size=2)),
        "exceptions": draw(st.dictionaries(_dates(first), _hours, max_size=3)),
    }
    return Example(
        calendar=calendar,
        first=first,
        anchors=draw(st.lists(_anchors(first), min_size=2, max_size=2)),
        pauses=draw(st.lists(_pauses(first), max_size=3)),
        permille=draw(st.integers(1, 1000)),
    )


def _anchors(first: datetime) -> st.SearchStrategy[datetime]:
    # Small ranges on purpose: hypothesis draws large ones mostly near their ends.
    parts = st.tuples(
        st.integers(0, 2), st.integers(0, 23), st.integers(0, 59), st.sampled_from(_WITHIN_MINUTE)
    )
    return parts.map(
        lambda drawn: (
            first
            + timedelta(days=drawn[0], hours=drawn[1], minutes=drawn[2], microseconds=drawn[3])
        )
    )


def _pauses(first: datetime) -> st.SearchStrategy[tuple[datetime, datetime]]:
    minute = st.integers(0, 6 * 1440)
    length = st.integers(0, 2 * 86_400_000_000)
    return st.tuples(minute, length).map(
        lambda pair: (
            first + pair[0] * MINUTE,
            first + pair[0] * MINUTE + timedelta(microseconds=pair[1]),
        )
    )


def agree(example: Example) -> int:
    """Compare every answer about an example with the oracle; returns how many due times."""
    oracle = Oracle(example.calendar, example.first, SPAN_DAYS * 1440)
    compiled = Compiled(Rules.from_json(example.calendar))
    return sum(_agree_at(oracle, compiled, example, anchor) for anchor in example.anchors)


def _agree_at(oracle: Oracle, compiled: Compiled, example: Example, anchor: datetime) -> int:
    pauses = example.pauses
    available = oracle.worked(anchor, oracle.end, pauses)
    assert compiled.worked_us(anchor, oracle.end, pauses) == available
    minute = (anchor - oracle.first) // MINUTE
    assert compiled.is_open(anchor) == oracle.open[minute]
    _agree_on_days(oracle, compiled, anchor)
    target = available * example.permille // 1_000_000_000
    if not target:
        return 0
    due = oracle.due(anchor, target * 1_000_000, pauses)
    assert compiled.due_at(anchor, target, pauses) == due
    _agree_on_steps(compiled, anchor, target, pauses)
    return 1


def _agree_on_days(oracle: Oracle, compiled: Compiled, anchor: datetime) -> None:
    safe: date = (oracle.end - 3 * ONE_DAY).date()
    anchor_us = (anchor - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    today = anchor.astimezone(oracle.zone).date()
    known = [day for day in oracle.closing if today < day < safe]
    for days in range(1, min(len(known), 3)):
        closing = oracle.day_closing(anchor, days)
        target = oracle.worked(anchor, closing, [])
        assert compiled.target_us(anchor_us, Window(days=days)) == target
        assert compiled.due_us(anchor_us, target) - anchor_us == (closing - anchor) // timedelta(
            microseconds=1
        )


def _agree_on_steps(compiled: Compiled, anchor: datetime, target: int, pauses: Pauses) -> None:
    steps = compiled.explain(anchor, target, pauses)
    assert steps[0].from_ == anchor
    assert steps[-1].to == compiled.due_at(anchor, target, pauses)
    assert all(a.to == b.from_ for a, b in pairwise(steps))
    assert sum(step.counted_seconds for step in steps) == target
