"""The rules of a tenant as they stand: read once, for any number of cases.

A clock keeps the rules it started with; what it would have by those of today is asked here.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cases.facts import LevelRules
from cases.models import Case
from cases.rules import level_rules
from ladder.durations import Window, format_window, parse_window
from ladder.models import CalendarVersion, Ladder, RegionCalendar, Route
from ladder.queries import levels_of_all, matrix, programme


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case belongs, as the matrix asks: its complainant's region and tier."""

    region_id: UUID | None = None
    tier_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Today:
    """Ladders, levels and lines of the matrix that are in force, and the newest version of each
    calendar. `own` are the calendars of regions, `home` is the programme's."""

    ladders: dict[UUID, Ladder]
    levels: dict[UUID, tuple[LevelRules, ...]]
    lines: tuple[Route, ...]
    newest: dict[UUID, CalendarVersion]
    own: dict[UUID, UUID]
    home: UUID
    floor: Window

    def version_for(self, ladder_id: UUID, region_id: UUID | None) -> CalendarVersion:
        """Return whose hours count: the ladder's, else the region's, else the programme's."""
        calendar = self.ladders[ladder_id].calendar_id
        if calendar is None and region_id is not None:
            calendar = self.own.get(region_id)
        return self.newest[calendar or self.home]

    def line_for(self, case: Case, place: Place) -> Route | None:
        """Return the first line of the matrix that fits a case, None where none does."""
        wanted = (case.category_id, case.severity, place.region_id, place.tier_id)
        return next((line for line in self.lines if fits(line, wanted)), None)

    def of_calendar(self, calendar_id: UUID) -> str:
        """Return a hash of the rules by which the clocks of a calendar would be put on today's."""
        return fingerprint([str(self.newest[calendar_id].pk), format_window(self.floor)])

    def of_ladder(self, ladder_id: UUID) -> str:
        """Return a hash of the rules by which the clocks of a ladder would be: whatever may say
        how long they run, and in which hours."""
        ladder = self.ladders[ladder_id]
        may_count = [ladder.calendar_id] if ladder.calendar_id else [self.home, *self.own.values()]
        return fingerprint(
            [
                format_window(self.floor),
                ladder.total_window,
                [repr(level) for level in self.levels.get(ladder_id, ())],
                sorted({str(self.newest[calendar].pk) for calendar in may_count}),
                sorted((str(k), str(v)) for k, v in self.own.items() if not ladder.calendar_id),
                [said_by(line) for line in self.lines],
            ]
        )


Wanted = tuple[UUID | None, str, UUID | None, UUID | None]


def fits(line: Route, wanted: Wanted) -> bool:
    """Whether a line of the matrix fits: an empty condition matches everything."""
    asks = (line.category_id, line.severity, line.region_id, line.tier_id)
    return all(not ask or ask == has for ask, has in zip(asks, wanted, strict=True))


def said_by(line: Route) -> list[Any]:
    """Return what a line of the matrix says; the same words written again are the same line."""
    asks = (line.category_id, line.severity, line.region_id, line.tier_id)
    return [*map(str, asks), str(line.ladder_id), line.start_position, line.windows]


def fingerprint(rules: Any) -> str:
    """Return the hash of rules."""
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()


def rules_of_today() -> Today:
    """Read the rules of the current tenant: a handful of statements, however many cases."""
    ladders = {ladder.pk: ladder for ladder in Ladder.objects.all()}
    found = programme()
    return Today(
        ladders=ladders,
        levels={
            ladder_id: tuple(level_rules(level) for level in levels)
            for ladder_id, levels in levels_of_all(ladders).items()
        },
        lines=tuple(matrix()),
        newest=newest_versions(),
        own=dict(RegionCalendar.objects.values_list("region_id", "calendar_id")),
        home=found.calendar_id,
        floor=parse_window(found.floor_window),
    )


def newest_versions() -> dict[UUID, CalendarVersion]:
    """Return by calendar the hours that new clocks pin."""
    versions = CalendarVersion.objects.order_by("calendar_id", "-number")
    return {version.calendar_id: version for version in versions.distinct("calendar_id")}


def versions_by_id(ids: Iterable[UUID]) -> dict[UUID, CalendarVersion]:
    """Return versions of calendars by their ids, each read once however many clocks pin it."""
    return CalendarVersion.objects.in_bulk(set(ids))
