"""Clocks that are stopped, given other targets and begun anew on random calendars, and what the
minute-by-minute oracle makes of the same story."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from cases.explaining import Counted as Explained
from cases.explaining import Stand, explain
from cases.facts import ClockFacts, NewClock
from cases.starting import rerun, retargeted, start_clock
from ladder.durations import Window
from ladder.worktime import Compiled, Rules
from tests.ladder.oracle import MINUTE, ONE_DAY, Oracle
from tests.ladder.random_calendars import SPAN_DAYS, Example, examples

SHARES = (50, 75, 90)
FLOOR = Window(seconds=3600)
ACTS = ("pause", "resume", "retarget", "reopen")
SECOND_US = 1_000_000


@dataclass(frozen=True)
class Step:
    """What is done some time after the step before; `window` is the target where there is one."""

    act: str
    after: timedelta
    window: Window


@dataclass(frozen=True)
class Story:
    """A calendar near a change of clocks, a clock's window, and what becomes of the clock."""

    example: Example
    window: Window
    steps: tuple[Step, ...]

    @property
    def begins(self) -> datetime:
        """When the clock starts."""
        return self.example.anchors[0]


windows = st.one_of(
    st.integers(1, 1500).map(lambda minutes: Window(seconds=60 * minutes)),
    st.integers(1, 90_000).map(lambda seconds: Window(seconds=seconds)),
    st.integers(1, 2).map(lambda days: Window(days=days)),
)
_gaps = st.one_of(
    st.integers(0, 16 * 60).map(lambda minutes: minutes * MINUTE),
    st.integers(1, 90_000_000).map(lambda us: timedelta(microseconds=us)),
)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A random story of a clock."""
    # What can only follow a pause is drawn more often.
    acts = st.sampled_from([*ACTS, "resume", "resume"])
    steps = st.lists(st.builds(Step, acts, _gaps, windows), min_size=2, max_size=9)
    return Story(draw(examples()), draw(windows), tuple(draw(steps)))


@dataclass
class Counted:
    """A clock as the oracle counts it."""

    oracle: Oracle
    anchor: datetime
    window: Window
    target: int = 0
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.target = self.seconds(self.anchor, self.window)

    def seconds(self, anchor: datetime, window: Window) -> int:
        """The open seconds of a window from an anchor on."""
        if not window.days:
            return window.seconds
        closing = self.oracle.day_closing(anchor, window.days)
        return max(1, self.oracle.worked(anchor, closing, []) // SECOND_US)

    @property
    def stands(self) -> bool:
        """Whether it stands still."""
        return bool(self.pauses) and self.pauses[-1][1] is None

    def due(self, share: int = 100) -> datetime | None:
        """When a share of the target is used up; None beyond what was walked."""
        target_us = self.target * SECOND_US * share // 100
        if self.oracle.worked(self.anchor, self.oracle.end, self.pauses) < target_us:
            return None
        return self.oracle.due(self.anchor, target_us, self.pauses)

    def retarget(self, window: Window, at: datetime) -> None:
        """Give it another window; the floor from now on, where that is used up already."""
        target, self.window = self.seconds(self.anchor, window), window
        used = self.oracle.worked(self.anchor, at, self.pauses) // SECOND_US
        self.target = used + FLOOR.seconds if used >= target else target


def fits(oracle: Oracle, anchor: datetime, window: Window) -> bool:
    """Whether the oracle walked as far as a window in days may need."""
    today, safe = anchor.astimezone(oracle.zone).date(), (oracle.end - 3 * ONE_DAY).date()
    later = [day for day, end in oracle.closing.items() if today < day < safe and end > anchor]
    return not window.days or len(later) > window.days


def clock_of(new: NewClock, hours: Compiled) -> ClockFacts:
    """Return a clock that has just begun."""
    return ClockFacts(
        id=UUID(int=1),
        kind="decision",
        state="running",
        window=new.window,
        target_seconds=new.target_seconds,
        anchor=new.anchor,
        due_at=new.due_at,
        calendar=hours,
        thresholds=new.thresholds,
        soon_at=new.soon_at,
    )


def agree(story: Story) -> dict[str, int]:
    """Play a story through the product's functions and the oracle; after each step they agree.
    Returns how often each act was compared."""
    oracle = Oracle(story.example.calendar, story.example.first, SPAN_DAYS * 1440)
    hours = Compiled(Rules.from_json(story.example.calendar))
    at, seen = story.begins, dict.fromkeys(ACTS, 0)
    if not fits(oracle, at, story.window):
        return seen
    counted = Counted(oracle, at, story.window)
    clock = clock_of(start_clock("decision", story.window, at, hours, SHARES), hours)
    same(clock, counted)
    for step in story.steps:
        at += step.after
        if at > oracle.end - 2 * ONE_DAY or not fits(oracle, at, step.window):
            break
        if (after := play(clock, counted, step, at, hours)) is None:
            continue
        clock, counted = after
        seen[step.act] += 1
        if not counted.stands:
            same(clock, counted)
    return seen


def play(
    clock: ClockFacts, counted: Counted, step: Step, at: datetime, hours: Compiled
) -> tuple[ClockFacts, Counted] | None:
    """Do one step on both sides; None where a verb would refuse it."""
    if step.act == "reopen":
        new = start_clock("decision", step.window, at, hours, SHARES)
        return clock_of(new, hours), Counted(counted.oracle, at, step.window)
    late = not counted.stands and clock.due_at <= at
    if late or (step.act == "resume" and not counted.stands):
        return None
    if step.act == "pause" and counted.stands:
        return None
    if step.act == "pause":
        counted.pauses.append((at, None))
    elif step.act == "resume":
        counted.pauses[-1] = (counted.pauses[-1][0], at)
    clock = replace(clock, pauses=tuple(counted.pauses))
    if step.act == "retarget":
        clock = retargeted(clock, step.window, at, FLOOR)
        counted.retarget(step.window, at)
    if not counted.stands:
        clock = replace(clock, due_at=rerun(clock, clock.pauses).due_at)
    return clock, counted


def same(clock: ClockFacts, counted: Counted) -> None:
    """A clock says what the oracle counted."""
    assert clock.target_seconds == counted.target
    again = rerun(clock, clock.pauses)
    pairs = ((again.due_at, 100), (again.soon_at, 75), (again.next_fire_at, SHARES[0]))
    for said, share in pairs:
        due = counted.due(share)
        assert said is not None
        assert said == due if due is not None else said > counted.oracle.end
    assert clock.due_at == again.due_at
    _explained(clock)


def _explained(clock: ClockFacts) -> None:
    """The explanation of a clock leads to its due time, and counts its target on the way."""
    told = explain(
        Explained(
            kind=clock.kind,
            state=clock.state,
            anchor=clock.anchor,
            due_at=clock.due_at,
            target_seconds=clock.target_seconds,
            calendar=clock.calendar,
            stands=tuple(Stand(UUID(int=n), *one) for n, one in enumerate(clock.pauses)),
        ),
        clock.anchor,
    )
    assert told.agrees
    assert told.until == clock.due_at
    assert sum(step.counted_seconds for step in told.stretches) == clock.target_seconds
