"""Clocks that are put on other hours and windows on the way, and what the minute-by-minute oracle
makes of the same story."""

from dataclasses import dataclass, replace
from datetime import datetime

from hypothesis import strategies as st

from cases.starting import rebased, rerun, start_clock
from ladder.durations import Window
from ladder.worktime import Compiled, Rules
from tests.cases.clock_stories import (
    FLOOR,
    SECOND_US,
    SHARES,
    Counted,
    Story,
    clock_of,
    fits,
    play,
    same,
    stories,
    windows,
)
from tests.ladder.oracle import ONE_DAY, Oracle
from tests.ladder.random_calendars import SPAN_DAYS, Example, examples


@dataclass(frozen=True)
class Moved:
    """A story of a clock, before which of its steps it is put on whose hours, and under which
    window: None is the one it has."""

    story: Story
    other: Example
    before: int
    window: Window | None


moved_stories = st.builds(
    Moved, stories(), examples(), st.integers(0, 8), st.one_of(st.none(), windows)
)


def rebase(counted: Counted, oracle: Oracle, window: Window, at: datetime) -> None:
    """Put a clock on other hours, as the oracle counts: what it was given beyond its window it
    keeps while it keeps that, and it never falls due in the past."""
    given = counted.target != counted.seconds(counted.anchor, counted.window)
    kept = given and window == counted.window
    counted.oracle, counted.window = oracle, window
    if not kept:
        counted.target = counted.seconds(counted.anchor, window)
    used = oracle.worked(counted.anchor, at, counted.pauses) // SECOND_US
    if used >= counted.target:
        counted.target = used + FLOOR.seconds


def agree_moved(moved: Moved) -> bool:
    """Play a story through the product's functions and the oracle; after each step they agree.
    Returns whether the clock was put on other hours in it."""
    story = moved.story
    oracle = Oracle(story.example.calendar, story.example.first, SPAN_DAYS * 1440)
    other = Oracle(moved.other.calendar, story.example.first, SPAN_DAYS * 1440)
    hours = Compiled(Rules.from_json(story.example.calendar))
    at, done = story.begins, False
    if not fits(oracle, at, story.window):
        return False
    counted = Counted(oracle, at, story.window)
    clock = clock_of(start_clock("decision", story.window, at, hours, SHARES), hours)
    for number, step in enumerate(story.steps):
        at += step.after
        if at > oracle.end - 2 * ONE_DAY or not fits(counted.oracle, at, step.window):
            break
        late = not counted.stands and clock.due_at <= at
        window = moved.window or clock.window
        if number == moved.before and not late and fits(other, clock.anchor, window):
            hours = Compiled(Rules.from_json(moved.other.calendar))
            clock = rebased(clock, window, hours, at, FLOOR)
            rebase(counted, other, window, at)
            if not counted.stands:
                clock = replace(clock, due_at=rerun(clock, clock.pauses).due_at)
                assert clock.due_at > at
                same(clock, counted)
            done = True
        if (after := play(clock, counted, step, at, hours)) is not None:
            clock, counted = after
            if not counted.stands:
                same(clock, counted)
    return done
