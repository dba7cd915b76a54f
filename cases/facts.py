"""What is known of a case at one moment: its clocks, its pause, and the rules pinned for it.

Pure: the sweep and the verbs fill these from rows, `cases.engine` decides by them.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from ladder.durations import Window, format_window
from ladder.worktime import Compiled, Pause, always_open

SOON_SHARE = 75
SHORTEST_REMINDER = 60
OPEN = frozenset({"new", "in_progress", "decided"})
# What a turn on a level starts with.
LEVEL_KINDS = frozenset({"response", "decision"})
# What leaving it ends.
TURN_KINDS = LEVEL_KINDS | {"request", "review"}
# What the case's owner owes: missed, it moves the case, and the case shows it.
BREACHABLE = LEVEL_KINDS | {"request", "total"}
# What whoever has the case owes, from one turn to the next.
OF_THE_CASE = frozenset({"total", "update"})
# What somebody else owes: missed, it moves itself, never the case.
ASKING = frozenset({"approval", "action"})
# What was promised to the parties: missed, it is told, and moves nothing.
PROMISED = frozenset({"update"})
# What stands still while a case is paused. Who has to answer first, or whom a partner asked, still
# has to; and what is asked of somebody else goes on.
PAUSABLE = frozenset({"decision", "total"})
# What a case shows of its clocks.
SHOWN = BREACHABLE | {"pause"}
# What runs in days of 24 hours, whatever hours the case has pinned.
CLOCK_DAYS = frozenset({"closing", "action", "pause"})


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
    veto: Window | None = None


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
    veto: Window | None = None

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

    def on_route(self, position: int) -> StepWindows:
        """Return what the route says of a level; it counts climbable levels from the starting
        one."""
        climbable = [
            other.position
            for other in self.levels
            if not other.concessions_only and self.start_position <= other.position
        ]
        step = sum(other < position for other in climbable)
        known = position in climbable and step < len(self.steps)
        return self.steps[step] if known else StepWindows()

    def _with_route(self, level: LevelRules) -> LevelRules:
        """Apply the route's windows."""
        own = self.on_route(level.position)
        level = replace(level, veto=self.veto or level.veto)
        return replace(
            level, response=own.response or level.response, decision=own.decision or level.decision
        )


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """A clock that runs or stands still, or that was missed and not met since. `pauses` are those
    of its case, as far as it stood still in them; one without an end lasts."""

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
    pauses: tuple[Pause, ...] = ()

    @property
    def runs(self) -> bool:
        """Whether it can fall due."""
        return self.state == "running"

    @property
    def waits(self) -> bool:
        """Whether it stands still."""
        return self.state == "paused"

    @property
    def hours(self) -> Compiled:
        """The hours it runs in."""
        return always_open() if self.kind in CLOCK_DAYS else self.calendar


@dataclass(frozen=True, slots=True)
class Standstill:
    """The pause a case is in, and when it ends by itself."""

    id: UUID
    started_at: datetime
    ends_by: datetime


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case at one moment. `clocks` are those of its cycle that run, or were missed and not met
    since; of the levels before, only what still counts (see `counts`). `reviewed` are the
    positions to which the clock has handed it up in this cycle with time to send it back."""

    id: UUID
    status: str
    position: int
    assignment_id: UUID
    clocks: tuple[ClockFacts, ...]
    pause: Standstill | None = None
    reviewed: frozenset[int] = frozenset()


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
