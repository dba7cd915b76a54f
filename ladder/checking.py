"""Does the policy in force let every case reach every level of its route in time?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ladder.durations import Window, parse_window
from ladder.models import CalendarVersion, Ladder, Level, Route
from ladder.policy import walked
from ladder.queries import calendar_for, compiled, levels_of, matrix
from ladder.reach import Known, StepWindows, check_reach
from ladder.worktime import CalendarError
from partners.models import Region


@dataclass(frozen=True, slots=True)
class Failing:
    """A line of the matrix, or a ladder without one, that cannot stand, and why in a sentence.

    `field` is what to mend: `start_level`, `steps` or `total_window`.
    """

    ladder: Ladder
    route: Route | None
    field: str
    reason: str


@dataclass(slots=True)
class Checker:
    """Checks routes for the eight weeks from an hour on; the same question is asked once."""

    hour: datetime
    regions: list[Region] = field(default_factory=lambda: list(Region.objects.order_by("slug")))
    levels: dict[UUID, list[Level]] = field(default_factory=dict)
    versions: dict[tuple[UUID, UUID | None], CalendarVersion] = field(default_factory=dict)
    answers: dict[object, str] = field(default_factory=dict)
    known: dict[UUID, Known] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hour = self.hour.replace(minute=0, second=0, microsecond=0)

    def failing(self) -> Iterator[Failing]:
        """Yield the lines of the matrix in force that cannot stand, and the ladders that no line
        leads to."""
        led_to = set()
        for route in matrix().select_related("ladder__calendar", "region"):
            led_to.add(route.ladder_id)
            yield from self.of(route.ladder, route)
        for ladder in Ladder.objects.select_related("calendar").exclude(pk__in=led_to):
            yield from self.of(ladder, None)

    def of(self, ladder: Ladder, route: Route | None) -> Iterator[Failing]:
        """Yield why a route, or a ladder by itself, cannot stand; at most one reason."""
        start = route.start_position if route else 1
        windows = route.windows if route else {}
        climbed = [lv for lv in self.levels_of(ladder) if lv.position >= start]
        if climbed and not route:
            start = climbed[0].position
        if not climbed or climbed[0].position != start:
            reason = f"The ladder {ladder.name} has no level {start} that takes cases."
            yield Failing(ladder, route, "start_level", reason)
        elif len(windows.get("steps", [])) > len(climbed):
            reason = f"A case can be on {len(climbed)} levels of the ladder {ladder.name} only."
            yield Failing(ladder, route, "steps", reason)
        elif reason := self.late(ladder, route, climbed):
            yield Failing(ladder, route, "total_window", reason)

    def late(self, ladder: Ladder, route: Route | None, climbed: list[Level]) -> str:
        """Return the case that passes its total too early, in a sentence, or nothing."""
        windows = route.windows if route else {}
        own = [
            (parse_window(lv.response_window), parse_window(lv.decision_window)) for lv in climbed
        ]
        steps = walked(own, windows)
        total = parse_window(windows.get("total") or ladder.total_window)
        for version in self.calendars(ladder, route.region if route else None):
            if reason := self.answer(version, steps, total):
                return f"{reason} The hours are those of the calendar {version.calendar.name}."
        return ""

    def answer(self, version: CalendarVersion, steps: list[StepWindows], total: Window) -> str:
        """Return what speaks against these windows on one calendar, or nothing."""
        question = (version.pk, tuple(steps), total)
        if question not in self.answers:
            self.answers[question] = self._ask(version, steps, total)
        return self.answers[question]

    def _ask(self, version: CalendarVersion, steps: list[StepWindows], total: Window) -> str:
        calendar = compiled(version.pk, version.rules)
        try:
            known = self.known.setdefault(version.pk, {})
            found = check_reach(calendar, steps, total, self.hour, known)
        except CalendarError as error:
            return error.reason
        return found.reason if found else ""

    def levels_of(self, ladder: Ladder) -> list[Level]:
        """Return the levels of a ladder that a case can climb to."""
        if ladder.pk not in self.levels:
            found = levels_of(ladder.pk)
            self.levels[ladder.pk] = [level for level in found if not level.concessions_only]
        return self.levels[ladder.pk]

    def calendars(self, ladder: Ladder, region: Region | None) -> list[CalendarVersion]:
        """Return the hours that cases of a ladder can run under, each once."""
        regions = [region] if region or ladder.calendar_id else [*self.regions, None]
        found = {}
        for place in regions:
            key = (ladder.pk, place.pk if place else None)
            if key not in self.versions:
                self.versions[key] = calendar_for(ladder, place)
            found[self.versions[key].pk] = self.versions[key]
        return list(found.values())
