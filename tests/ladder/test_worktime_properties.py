"""Business time on random calendars: against the oracle, and its laws."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ladder.worktime import Compiled, Rules
from tests.ladder.calendars import utc
from tests.ladder.random_calendars import Example, agree, examples


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(examples())
def test_random_calendars_agree_with_the_oracle(example: Example) -> None:
    agree(example)


INSTANTS = st.integers(0, 3 * 365 * 86_400_000_000).map(
    lambda us: utc("2025-01-01T00:00") + timedelta(microseconds=us)
)
CALENDARS = examples().map(lambda example: Compiled(Rules.from_json(example.calendar)))
PROPERTIES = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@PROPERTIES
@given(CALENDARS, st.lists(INSTANTS, min_size=3, max_size=3), st.lists(INSTANTS, max_size=4))
def test_worked_time_is_additive(
    compiled: Compiled, instants: list[datetime], edges: list[datetime]
) -> None:
    first, middle, last = sorted(instants)
    pauses = list(pairwise(sorted(edges)))
    whole = compiled.worked_us(first, last, pauses)
    parts = compiled.worked_us(first, middle, pauses) + compiled.worked_us(middle, last, pauses)
    assert whole == parts
    assert 0 <= whole <= (last - first) // timedelta(microseconds=1)


@PROPERTIES
@given(CALENDARS, INSTANTS, st.integers(1, 400_000), st.integers(1, 400_000))
def test_due_times_are_monotonic_and_invert_worked_time(
    compiled: Compiled, anchor: datetime, shorter: int, more: int
) -> None:
    due, later = compiled.due_at(anchor, shorter), compiled.due_at(anchor, shorter + more)
    assert due < later
    assert compiled.worked_us(anchor, due) == shorter * 1_000_000
    assert compiled.worked_us(anchor, due - timedelta(microseconds=1)) < shorter * 1_000_000
    assert compiled.due_at(anchor + timedelta(seconds=1), shorter) >= due
    # Climbing in two stages is climbing in one.
    assert compiled.due_at(due, more) == later


@PROPERTIES
@given(CALENDARS, INSTANTS, INSTANTS, st.integers(1, 400_000))
def test_a_pause_said_twice_changes_nothing(
    compiled: Compiled, anchor: datetime, start: datetime, target: int
) -> None:
    pause = (start, start + timedelta(days=3))
    once = compiled.due_at(anchor, target, [pause])
    assert compiled.due_at(anchor, target, [pause, pause]) == once
    assert once >= compiled.due_at(anchor, target)
    assert compiled.next_open(compiled.next_open(anchor)) == compiled.next_open(anchor)
