"""What happens to a case at an instant: pure.

A function of the rules pinned for the case, the facts of its clocks, and the instant. The sweep
applies it to rows; verbs use the same pieces, so that a clock is started in one way only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ladder.durations import Window, format_window
from ladder.worktime import Compiled, always_open, run_from

SOON_SHARE = 75
SHORTEST_REMINDER = 60
OPEN = frozenset({"new", "in_progress", "decided"})
# What a turn on a level starts with, and what leaving it ends.
LEVEL_KINDS = frozenset({"response", "decision"})
TURN_KINDS = LEVEL_KINDS | {"request"}
# What the case's owner owes: missed, it moves the case, and the case shows it.
BREACHABLE = TURN_KINDS | {"total"}
# What somebody else owes: missed, it moves itself, never the case.
ASKING = frozenset({"approval", "action"})
# What runs in days of 24 hours, whatever hours the case has pinned.
CLOCK_DAYS = frozenset({"closing", "action"})


@dataclass(frozen=True, slots=True)
class LevelRules:
    """A level as the engine needs it."""

    id: UUID
    position: int
    response: Window
    decision: Window
    thresholds: tuple[int, ...] = (50, 75, 90)
    concessions_only: bool = False
    concedes: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a clock asks, where that is not the case's owner, and about what; `on_behalf_of` whom
    the owner stands in for. `barred` may not answer: who asked, and whom they asked for."""

    subject: UUID
    owner_id: UUID | None = None
    backup_id: UUID | None = None
    level_id: UUID | None = None
    barred: tuple[UUID, ...] = ()
    on_behalf_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class StepWindows:
    """What a route says of one step from its starting level; None leaves it to the level."""

    response: Window | None = None
    decision: Window | None = None


@dataclass(frozen=True, slots=True)
class CaseRules:
    """The rules a case runs under: its ladder's levels by position, its route's windows."""

    levels: tuple[LevelRules, ...]
    start_position: int
    calendar: Compiled
    steps: tuple[StepWindows, ...] = ()

    def level(self, position: int) -> LevelRules:
        """Return a level; `KeyError` where the ladder has none at this position."""
        for level in self.levels:
            if level.position == position:
                return self._with_route(level)
        raise KeyError(position)

    def rung(self, level_id: UUID) -> LevelRules:
        """Return a level by its id; `KeyError` where it is not one of this ladder."""
        for level in self.levels:
            if level.id == level_id:
                return self._with_route(level)
        raise KeyError(level_id)

    def beyond(self, level_id: UUID) -> list[LevelRules]:
        """Return the levels above one from the lowest, those for concessions only among them."""
        position = self.rung(level_id).position
        return [self._with_route(level) for level in self.levels if level.position > position]

    def above(self, position: int) -> LevelRules | None:
        """Return the level a case climbs to from here, or None at the top."""
        for level in self.levels:
            if level.position > position and not level.concessions_only:
                return self._with_route(level)
        return None

    def _with_route(self, level: LevelRules) -> LevelRules:
        """Apply the route's windows, which count climbable levels from the starting one."""
        climbable = [
            other.position
            for other in self.levels
            if not other.concessions_only and self.start_position <= other.position
        ]
        step = sum(position < level.position for position in climbable)
        if level.position not in climbable or step >= len(self.steps):
            return level
        own = self.steps[step]
        return replace(
            level, response=own.response or level.response, decision=own.decision or level.decision
        )


class Change(StrEnum):
    """What the sweep does to one clock."""

    WARN = "warn"
    BREACH = "breach"
    REMIND = "remind"
    CLOSE = "close"
    END = "end"


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """A clock that runs, or that was missed and not met since."""

    id: UUID
    kind: str
    state: str
    window: Window
    target_seconds: int
    anchor: datetime
    due_at: datetime
    calendar: Compiled
    thresholds: tuple[int, ...] = ()
    fired: int = 0
    next_fire_at: datetime | None = None
    soon_at: datetime | None = None
    assignment_id: UUID | None = None
    asked: Asked | None = None

    @property
    def runs(self) -> bool:
        """Whether it can still fall due."""
        return self.state == "running"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case at one moment. `clocks` are those of its cycle that run, or were missed and not met
    since; of the levels before, only what still counts (see `counts`)."""

    id: UUID
    status: str
    position: int
    assignment_id: UUID
    clocks: tuple[ClockFacts, ...]


@dataclass(frozen=True, slots=True)
class NewClock:
    """A clock to start."""

    kind: str
    window: Window
    target_seconds: int
    anchor: datetime
    due_at: datetime
    soon_at: datetime | None
    next_fire_at: datetime
    thresholds: tuple[int, ...] = ()
    of_assignment: bool = True
    asked: Asked | None = None

    @property
    def window_text(self) -> str:
        """The window as it is stored."""
        return format_window(self.window)


@dataclass(frozen=True, slots=True)
class ClockChange:
    """What happens to one clock, and the share in percent or number of the reminder told. `again`
    is what a clock that repeats runs for next."""

    clock: ClockFacts
    change: Change
    fired: int
    next_fire_at: datetime | None = None
    again: NewClock | None = None


@dataclass(slots=True)
class Plan:
    """Everything that happens to a case at an instant. Empty where nothing was due.

    `unanswered` are approvals that were missed: each goes to the next level that somebody holds,
    which only who writes the plan knows (see `ask` and `insist`).
    """

    changes: list[ClockChange] = field(default_factory=list)
    climb_to: LevelRules | None = None
    cause: ClockFacts | None = None
    alarm: bool = False
    close: bool = False
    unanswered: list[ClockFacts] = field(default_factory=list)
    starts: list[NewClock] = field(default_factory=list)

    @property
    def happened(self) -> bool:
        """Whether anything is to be written."""
        return bool(self.changes)


def start_clock(
    kind: str,
    window: Window,
    at: datetime,
    calendar: Compiled,
    thresholds: Sequence[int] = (),
    *,
    of_assignment: bool = True,
    asked: Asked | None = None,
) -> NewClock:
    """Start a clock: its target is fixed and its due time worked out, once.

    Raises `CalendarError` where the calendar has no such time within its bounds.
    """
    shares = (SOON_SHARE, min(thresholds)) if thresholds else ()
    run = run_from(calendar, at, window, shares)
    soon_at, first_at = run.share_at or (None, run.due_at)
    return NewClock(
        kind=kind,
        window=window,
        target_seconds=run.target_seconds,
        anchor=at,
        due_at=run.due_at,
        soon_at=soon_at,
        next_fire_at=first_at,
        thresholds=tuple(thresholds),
        of_assignment=of_assignment,
        asked=asked,
    )


def level_clocks(
    level: LevelRules, calendar: Compiled, at: datetime, *, decided: bool = False
) -> list[NewClock]:
    """Return the clocks of a turn on a level; a case already decided only has to be answered."""
    clocks = [start_clock("response", level.response, at, calendar, level.thresholds)]
    if not decided:
        clocks.append(start_clock("decision", level.decision, at, calendar, level.thresholds))
    return clocks


def ask(level: LevelRules, calendar: Compiled, at: datetime, asked: Asked) -> NewClock:
    """Return the clock by which a level decides a concession: its decision window, whatever
    clocks the case itself runs under."""
    return start_clock(
        "approval", level.decision, at, calendar, level.thresholds, of_assignment=False, asked=asked
    )


def insist(level: LevelRules, calendar: Compiled, at: datetime, asked: Asked) -> NewClock:
    """Return the clock that repeats an alarm about a concession that nobody above can decide."""
    return replace(reminder(level, calendar, at), asked=asked)


def reminder(level: LevelRules, calendar: Compiled, at: datetime) -> NewClock:
    """Return the clock that repeats an alarm every response window, at least every minute."""
    window = level.response
    if not window.in_days and window.seconds < SHORTEST_REMINDER:
        window = Window(seconds=SHORTEST_REMINDER)
    return start_clock("reminder", window, at, calendar, of_assignment=False)


def counts(clock: ClockFacts, assignment_id: UUID) -> bool:
    """Whether a missed clock still asks for something: it is this turn's, or the total."""
    return clock.kind == "total" or clock.assignment_id == assignment_id


def decide(case: CaseFacts, rules: CaseRules, at: datetime) -> Plan:
    """Return what happens to a case at `at`.

    Several clocks missed together move it one level; after an outage of any length it climbs one
    level and gets a real window there. What a climb ends is not warned of any more.
    """
    plan = Plan()
    running = [c for c in case.clocks if c.runs]
    missed = [c for c in running if c.kind in BREACHABLE and c.due_at <= at]
    if missed:
        _breach(plan, case, rules, missed, at)
    for clock in running:
        if clock.kind in ASKING and clock.due_at <= at:
            plan.changes.append(ClockChange(clock, Change.BREACH, fired=100))
            plan.unanswered += [clock] if clock.kind == "approval" else []
    ended = {change.clock.id for change in plan.changes}
    for clock in running:
        if clock.id not in ended and clock.next_fire_at and clock.next_fire_at <= at:
            _fire(plan, case, rules, clock, at)
    return plan


def _breach(
    plan: Plan, case: CaseFacts, rules: CaseRules, missed: list[ClockFacts], at: datetime
) -> None:
    plan.changes += [ClockChange(clock, Change.BREACH, fired=100) for clock in missed]
    plan.cause = min(missed, key=lambda clock: clock.due_at)
    plan.climb_to = rules.above(case.position)
    stays = plan.climb_to is None
    plan.alarm = stays or any(clock.kind == "total" for clock in missed)
    if plan.climb_to is not None:
        _climb(plan, case, rules, plan.climb_to, at)
    reminding = (c for c in case.clocks if c.kind == "reminder" and c.runs and not c.asked)
    if plan.alarm and not any(reminding):
        level = plan.climb_to or rules.level(case.position)
        plan.starts.append(reminder(level, rules.calendar, at))


def _climb(plan: Plan, case: CaseFacts, rules: CaseRules, target: LevelRules, at: datetime) -> None:
    handled = {change.clock.id for change in plan.changes}
    plan.changes += [
        ClockChange(clock, Change.END, fired=clock.fired)
        for clock in case.clocks
        if clock.runs and clock.kind in TURN_KINDS and clock.id not in handled
    ]
    plan.starts += level_clocks(target, rules.calendar, at, decided=case.status == "decided")


def _fire(plan: Plan, case: CaseFacts, rules: CaseRules, clock: ClockFacts, at: datetime) -> None:
    if clock.kind == "closing":
        plan.close = True
        plan.changes.append(ClockChange(clock, Change.CLOSE, fired=100))
    elif clock.kind == "reminder":
        # By the hours the clock has pinned, and the level it is about: where the case is from now.
        level = plan.climb_to or rules.level(case.position)
        if clock.asked and clock.asked.level_id:
            level = rules.rung(clock.asked.level_id)
        again = reminder(level, clock.calendar, at)
        plan.changes.append(
            ClockChange(clock, Change.REMIND, clock.fired + 1, again.next_fire_at, again)
        )
    else:
        plan.changes.append(_warning(clock, at))


def _warning(clock: ClockFacts, at: datetime) -> ClockChange:
    """Of several thresholds crossed together only the highest is told."""
    told, next_fire_at = clock.fired, clock.due_at
    calendar = always_open() if clock.kind in CLOCK_DAYS else clock.calendar
    for share in sorted(s for s in clock.thresholds if s > clock.fired):
        instant = calendar.at_share(clock.anchor, clock.target_seconds, share)
        if instant > at:
            next_fire_at = instant
            break
        told = share
    return ClockChange(clock, Change.WARN, told, next_fire_at)


@dataclass(frozen=True, slots=True)
class Face:
    """The one clock a case shows: the earliest missed and not met, else what is due next."""

    due_at: datetime | None = None
    kind: str = ""
    soon_at: datetime | None = None
    missed: bool = False


def face(clocks: Iterable[ClockFacts | NewClock], assignment_id: UUID | None) -> Face:
    """Return what a case with these clocks shows."""
    missed, running = [], []
    for clock in clocks:
        if clock.kind not in BREACHABLE:
            continue
        if isinstance(clock, NewClock) or clock.runs:
            running.append(clock)
        elif assignment_id and counts(clock, assignment_id):
            missed.append(clock)
    shown = min(missed or running, key=lambda clock: clock.due_at, default=None)
    if shown is None:
        return Face()
    return Face(shown.due_at, shown.kind, shown.soon_at, missed=bool(missed))


def after(plan: Plan, case: CaseFacts) -> list[ClockFacts | NewClock]:
    """Return the clocks a case has once a plan is carried out."""
    done = {change.clock.id: change.change for change in plan.changes}
    kept: list[ClockFacts | NewClock] = [
        replace(c, state="breached") if done.get(c.id) is Change.BREACH else c
        for c in case.clocks
        if done.get(c.id) not in (Change.END, Change.CLOSE)
    ]
    return kept + plan.starts
