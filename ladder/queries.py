"""Reads of the policy."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Least

from ladder.absence import AbsenceFacts, Absences
from ladder.authority import Rate, Rung
from ladder.models import (
    Absence,
    Calendar,
    CalendarVersion,
    Category,
    ExchangeRate,
    Ladder,
    Level,
    Programme,
    RegionCalendar,
    Route,
    Seat,
)
from ladder.seats import Holder, SeatFacts, holder
from ladder.worktime import Compiled, Rules, compile_rules
from partners.models import Region, Tier
from tenants.errors import Invalid
from tenants.models import Membership, Role

# Who can do another one's work.
STANDS_IN = (Role.ADMIN, Role.STAFF, Role.CUSTODIAN)
_compiled: dict[UUID, Compiled] = {}
MOST_COMPILED = 4096


def compiled(version_id: UUID, rules: dict[str, Any]) -> Compiled:
    """Return a calendar's version ready to answer; versions never change, so compiled once."""
    found = _compiled.get(version_id)
    if found is None:
        found = compile_rules(Rules.from_json(rules))
        if len(_compiled) >= MOST_COMPILED:
            _compiled.clear()
        _compiled[version_id] = found
    return found


def known(version_id: UUID) -> Compiled | None:
    """Return a version this process has compiled already, or None."""
    return _compiled.get(version_id)


def current_version(calendar: Calendar) -> CalendarVersion:
    """Return the hours of a calendar that new clocks pin."""
    return calendar.versions.latest("number")


def calendar_for(ladder: Ladder, region: Region | None) -> CalendarVersion:
    """Return whose hours count: the ladder's, else the region's, else the programme's."""
    calendar = ladder.calendar
    if calendar is None and region is not None:
        own = RegionCalendar.objects.select_related("calendar").filter(region=region).first()
        calendar = own.calendar if own else None
    return current_version(calendar or programme().calendar)


def programme() -> Programme:
    """Return the current tenant's programme."""
    return Programme.objects.select_related("calendar").get()


def find_route(
    category: Category, severity: str, region: Region | None, tier: Tier | None
) -> Route:
    """Return the first line of the matrix that matches; `Invalid` where a tenant has no matrix."""
    matching = matrix().filter(
        Q(category=None) | Q(category=category),
        Q(severity=None) | Q(severity=severity),
        Q(region=None) | Q(region=region),
        Q(tier=None) | Q(tier=tier),
    )
    route = matching.select_related("ladder__calendar").order_by("position").first()
    if route is None:
        raise Invalid({"category": "No route of the matrix leads anywhere from here."})
    return route


def matrix() -> QuerySet[Route]:
    """Return the lines of the matrix that are in force, in the order they are tried."""
    return Route.objects.filter(retired_at=None).order_by("position")


def levels_of(ladder_id: UUID) -> list[Level]:
    """Return a ladder's levels from the lowest."""
    return list(Level.objects.filter(ladder_id=ladder_id).order_by("position"))


def levels_of_all(ladder_ids: Iterable[UUID]) -> dict[UUID, list[Level]]:
    """Return the levels of several ladders, each from the lowest."""
    found: dict[UUID, list[Level]] = {ladder_id: [] for ladder_id in ladder_ids}
    for level in Level.objects.filter(ladder_id__in=list(found)).order_by("position"):
        found[level.ladder_id].append(level)
    return found


def holder_of(
    level_id: UUID, region_id: UUID | None, category_id: UUID | None, at: datetime
) -> Holder:
    """Return who holds a level for a region and category, at an instant."""
    seats = seats_of([level_id]).get(level_id, ())
    return holder(seats, region_id, category_id, absences_at(at))


def seats_of(level_ids: Iterable[UUID]) -> dict[UUID, list[SeatFacts]]:
    """Return the seats of levels, and who of them still works here."""
    working = Membership.objects.filter(is_active=True, user__is_active=True)
    columns = ("user_id", "backup_id", "region_id", "category_id", "rank")
    seats = Seat.objects.filter(level_id__in=list(level_ids)).annotate(
        there=Exists(working.filter(user_id=OuterRef("user_id"))),
        backup_there=Exists(working.filter(user_id=OuterRef("backup_id"))),
    )
    found: dict[UUID, list[SeatFacts]] = defaultdict(list)
    for level_id, *row in seats.values_list("level_id", *columns, "there", "backup_there"):
        found[level_id].append(SeatFacts(*row))
    return dict(found)


def absence_facts(since: datetime) -> list[AbsenceFacts]:
    """Return the absences that are not over at an instant, those to come among them."""
    able = Membership.objects.filter(
        user_id=OuterRef("delegate_id"),
        is_active=True,
        user__is_active=True,
        role__in=STANDS_IN,
    )
    rows = (
        Absence.objects.annotate(over_at=Least("ends_at", "ended_at"), able=Exists(able))
        .filter(Q(over_at=None) | Q(over_at__gt=since))
        .values_list(
            *("id", "person_id", "delegate_id", "able", "starts_at", "over_at", "weekdays", "zone")
        )
    )
    return [
        AbsenceFacts(
            id=ident,
            person_id=person_id,
            delegate_id=delegate_id if able else None,
            starts_at=starts_at,
            ends_at=over_at,
            weekdays=frozenset(weekdays),
            zone=zone,
        )
        for ident, person_id, delegate_id, able, starts_at, over_at, weekdays, zone in rows
    ]


def absences_at(at: datetime) -> Absences:
    """Return who is away at an instant, and who stands in."""
    return Absences.at(absence_facts(at), at)


def acts_for(user_id: UUID) -> RawSQL:
    """Return a person and everybody for whom they stand in now, for a condition `__in`: by the
    database's clock, so that nothing has to run for an absence to begin or to end."""
    return RawSQL("SELECT parley_acts_for(%s)", [user_id])


def acted_for_by(user_id: UUID) -> set[UUID]:
    """Return a person and everybody for whom they stand in now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT parley_acts_for(%s)", [user_id])
        return {row[0] for row in cursor.fetchall()}


def rungs(levels: Iterable[Level]) -> list[Rung]:
    """Return how much levels may concede, each by itself."""
    return [
        Rung(
            level.pk,
            level.position,
            frozenset(level.authority_kinds),
            level.authority_amount,
            level.authority_currency,
        )
        for level in levels
    ]


def rates_on(day: date) -> list[Rate]:
    """Return what each currency is worth in the programme's on a day, as far as a rate is known."""
    known = ExchangeRate.objects.filter(valid_from__lte=day).order_by("currency", "-valid_from")
    rows = known.distinct("currency").values_list("currency", "rate", "valid_from")
    return [Rate(*row) for row in rows]


def holders_from(ladder_id: UUID, position: int) -> dict[UUID, UUID | None]:
    """Return who holds a level of a ladder or one above it, and who backs them up there; those
    who only back somebody up are among them. Nobody who has left is."""
    seats = Seat.objects.filter(level__ladder_id=ladder_id, level__position__gte=position)
    pairs = list(seats.order_by("-level__position").values_list("user_id", "backup_id"))
    people = {user_id for pair in pairs for user_id in pair if user_id}
    here = set(
        Membership.objects.filter(
            user_id__in=people, is_active=True, user__is_active=True
        ).values_list("user_id", flat=True)
    )
    backups: dict[UUID, UUID | None] = {b: None for _, b in pairs if b in here}
    return backups | {user: b if b in here else None for user, b in pairs if user in here}


def seats_above(
    ladder_id: UUID, position: int, region_id: UUID | None, category_id: UUID | None
) -> set[UUID]:
    """Return the people who hold a level above `position` for a region and category."""
    seats = Seat.objects.filter(
        Q(region_id=None) | Q(region_id=region_id),
        Q(category_id=None) | Q(category_id=category_id),
        level__ladder_id=ladder_id,
        level__position__gt=position,
    )
    return set(seats.values_list("user_id", flat=True))
