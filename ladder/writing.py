"""Putting a written policy into rows. The caller's transaction holds all of it or nothing."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import ProtectedError

from ladder.directory import Directory
from ladder.durations import format_window
from ladder.models import Calendar, CalendarVersion, Ladder, Level, Route, Seat
from ladder.policy import LadderEntry, LevelEntry, RouteEntry
from ladder.worktime import Rules
from tenants import scope
from tenants.errors import Invalid


def write_calendar(name: str, rules: Rules) -> tuple[CalendarVersion, bool]:
    """Make a calendar, or its next version where its hours change.

    Returns the version in force and whether it is new.
    """
    tenant = scope.tenant_in_force()
    calendar, _made = Calendar.objects.get_or_create(tenant_id=tenant, name=name)
    last = calendar.versions.order_by("-number").first()
    hours = rules.to_json()
    if last is not None and last.rules == hours:
        return last, False
    number = last.number + 1 if last else 1
    version = CalendarVersion.objects.create(
        tenant_id=tenant, calendar=calendar, number=number, rules=hours
    )
    return version, True


def write_ladder(entry: LadderEntry, path: str, names: Directory) -> Ladder:
    """Make a ladder, or bring the one of this name to what is written."""
    ladder = names.found["ladder"].get(entry.name) or Ladder(
        tenant_id=scope.tenant_in_force(), name=entry.name
    )
    ladder.calendar = names("calendar", entry.calendar)
    ladder.total_window = format_window(entry.total)
    ladder.save()
    before = {level.position: level for level in Level.objects.filter(ladder=ladder)}
    for level in entry.levels:
        row = before.pop(level.position, None) or Level(tenant_id=ladder.tenant_id, ladder=ladder)
        write_level(row, level)
        write_seats(row, level, names)
    remove(before.values(), path)
    return ladder


def write_level(row: Level, entry: LevelEntry) -> None:
    """Bring a level to what is written."""
    row.position, row.name = entry.position, entry.name
    row.responsibilities = entry.responsibilities
    row.response_window = format_window(entry.response)
    row.decision_window = format_window(entry.decision)
    row.veto_window = format_window(entry.veto)
    row.thresholds = list(entry.thresholds)
    row.concessions_only = entry.concessions_only
    row.urgent = entry.urgent
    row.authority_amount, row.authority_quarter = entry.amount, entry.quarter
    row.authority_currency, row.authority_kinds = entry.currency, list(entry.kinds)
    row.save()


def write_seats(row: Level, entry: LevelEntry, names: Directory) -> None:
    """Put these people, and nobody else, on a level."""
    Seat.objects.filter(level=row).delete()
    Seat.objects.bulk_create(
        Seat(
            tenant_id=row.tenant_id,
            level=row,
            user_id=names("user", seat.user),
            backup_id=names("user", seat.backup),
            region=names("region", seat.region),
            category=names("category", seat.category),
            rank=seat.rank,
            provisional=seat.provisional,
        )
        for seat in entry.seats
    )


def remove(levels: Iterable[Level], path: str) -> None:
    """Remove levels that are not written any more; refuse where a case has been on one."""
    for level in levels:
        try:
            level.delete()
        except ProtectedError:
            reason = f"Level {level.position} ({level.name}) cannot go: cases have been on it."
            raise Invalid({f"{path}.levels": reason}) from None


def write_matrix(entries: Iterable[RouteEntry], at: datetime, names: Directory) -> None:
    """Replace the matrix; the lines before are retired, for the cases that took them."""
    Route.objects.filter(retired_at=None).update(retired_at=at)
    Route.objects.bulk_create(
        Route(
            tenant_id=scope.tenant_in_force(),
            position=position,
            category=names("category", entry.category),
            severity=entry.severity,
            region=names("region", entry.region),
            tier=names("tier", entry.tier),
            ladder=names("ladder", entry.ladder),
            start_position=entry.start,
            windows=entry.windows,
            owner_id=names("user", entry.owner),
            backup_id=names("user", entry.backup),
        )
        for position, entry in enumerate(entries, start=1)
    )
