"""When a person works: read from where they sit."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from ladder.models import CalendarVersion, RegionCalendar, Seat
from ladder.queries import programme
from ladder.worktime import Compiled, Rules, compile_rules
from tenants.models import User


def next_at_work(user: User, at: datetime) -> datetime:
    """Return the earliest instant, from `at` on, at which a person works.

    By the hours of every seat they hold or back up (the ladder's, else the region's, else the
    programme's), or the programme's without one; as hours of the person's own time zone.
    """
    return min(there(rules, user.timezone).next_open(at) for rules in _hours_of(user.pk))


def there(rules: dict[str, Any], zone: str) -> Compiled:
    """Return a calendar's hours as they are lived in a zone."""
    return compile_rules(replace(Rules.from_json(rules), timezone=zone))


def _hours_of(user_id: UUID) -> list[dict[str, Any]]:
    held = Seat.objects.filter(Q(user_id=user_id) | Q(backup_id=user_id))
    places = set(held.values_list("level__ladder__calendar_id", "region_id"))
    regions = {region_id for calendar_id, region_id in places if calendar_id is None}
    of_region = _calendars_of(region_id for region_id in regions if region_id)
    calendars = {own or of_region.get(region_id) for own, region_id in places} or {None}
    default = programme().calendar_id if None in calendars else None
    versions = CalendarVersion.objects.filter(calendar_id__in=[c or default for c in calendars])
    latest = versions.order_by("calendar_id", "-number").distinct("calendar_id")
    return list(latest.values_list("rules", flat=True))


def _calendars_of(region_ids: Iterable[UUID]) -> dict[UUID | None, UUID]:
    rows = RegionCalendar.objects.filter(region_id__in=list(region_ids))
    return dict(rows.values_list("region_id", "calendar_id"))
