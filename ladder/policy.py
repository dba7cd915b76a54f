"""A policy as a person writes it down: calendars, ladders and matrix by name, pure.

Names, slugs and e-mails stand where the tables have ids. `ladder.policy_file` reads one from
JSON, `ladder.defaults` holds the one a new tenant starts with, `ladder.actions.load_policy`
puts one in force.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ladder.durations import Window, format_window, parse_window
from ladder.reach import StepWindows
from ladder.worktime import Rules

DEFAULT_VETO = Window(seconds=4 * 3600)
THRESHOLDS = (50, 75, 90)


@dataclass(frozen=True, slots=True)
class SeatEntry:
    """Who holds a level: e-mails of the holder and the backup, slugs of region and category.

    `provisional` marks a seat that still waits for the right person; `path` is where the seat
    stands in a file.
    """

    user: str
    backup: str | None = None
    region: str | None = None
    category: str | None = None
    rank: int = 1
    provisional: bool = False
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class LevelEntry:
    """One rung of a ladder. `amount` and `quarter` limit what it may concede in `currency`:
    each concession, and per partner and quarter, which is not yet applied to a decision; None is
    no limit. `urgent`: reminders of what waits here do not wait for working hours."""

    position: int
    name: str
    response: Window
    decision: Window
    seats: tuple[SeatEntry, ...] = ()
    veto: Window = DEFAULT_VETO
    responsibilities: str = ""
    thresholds: tuple[int, ...] = THRESHOLDS
    concessions_only: bool = False
    urgent: bool = False
    amount: Decimal | None = Decimal(0)
    quarter: Decimal | None = None
    currency: str = "EUR"
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LadderEntry:
    """A ladder, its levels from the lowest; without a calendar the region's hours count."""

    name: str
    total: Window
    levels: tuple[LevelEntry, ...]
    calendar: str | None = None

    def seated(self, seats: Mapping[int, Sequence[SeatEntry]]) -> "LadderEntry":
        """Return the ladder with these people on its levels, by position."""
        levels = tuple(replace(lv, seats=tuple(seats[lv.position])) for lv in self.levels)
        return replace(self, levels=levels)


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """A line of the matrix; a condition that is None matches everything.

    `windows` has the form that `ladder.models.Route` keeps.
    """

    ladder: str
    category: str | None = None
    severity: str | None = None
    region: str | None = None
    tier: str | None = None
    start: int = 1
    windows: dict[str, Any] = field(default_factory=dict)
    owner: str | None = None
    backup: str | None = None

    @property
    def catches_all(self) -> bool:
        """Whether every case matches."""
        return not any((self.category, self.severity, self.region, self.tier))


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A calendar by name."""

    name: str
    rules: Rules


@dataclass(frozen=True, slots=True)
class ProgrammeEntry:
    """A programme's habits, by the names of its columns; what is not given stays as it is."""

    habits: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """What to put in force. A matrix replaces the one there is; None leaves it alone."""

    calendars: tuple[CalendarEntry, ...] = ()
    ladders: tuple[LadderEntry, ...] = ()
    matrix: tuple[RouteEntry, ...] | None = None
    programme: ProgrammeEntry = field(default_factory=ProgrammeEntry)


def windows_json(
    total: Window | None, veto: Window | None, steps: Sequence[Mapping[str, Window]]
) -> dict[str, Any]:
    """Return a route's windows as they are stored; what is not given is left out.

    Each step maps `response` and `decision` to a window.
    """
    found: dict[str, Any] = {}
    if total:
        found["total"] = format_window(total)
    if veto:
        found["veto"] = format_window(veto)
    if steps:
        found["steps"] = [{k: format_window(w) for k, w in step.items()} for step in steps]
    return found


def walked(levels: Sequence[tuple[Window, Window]], windows: dict[str, Any]) -> list[StepWindows]:
    """Return the windows that a case walks under: the route's where it has them, else a level's.

    `levels` are response and decision windows of the levels a case can climb to, from the start.
    """
    steps = windows.get("steps", [])
    walk = []
    for number, (response, decision) in enumerate(levels):
        own = steps[number] if number < len(steps) else {}
        walk.append(
            StepWindows(
                parse_window(own["response"]) if "response" in own else response,
                parse_window(own["decision"]) if "decision" in own else decision,
            )
        )
    return walk
