"""The vendors of a bench: people, regions, partners, and one policy each.

A ladder of three levels that cases climb and one above for concessions only; on the first two a
seat for each region, on the third one person with a backup. Hours are an office's in Berlin, with
holidays. Every id follows from a number, so that the rows of one table know those of another.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.backends.utils import CursorWrapper

from tests.bench.crowd.copying import copy

REGIONS, PARTNERS, CATEGORIES, LEVELS = 4, 20, 6, 4
ADMIN, FIRST, SECOND, TOP, BACKUP, CONCEDING = 0, 1, 5, 9, 10, 11
STAFF = 12  # admin, four holders on each of two levels, three above
THRESHOLDS = "{50,75,90}"
RESPONSE, DECISION, TOTAL, VETO = "PT4H", "PT16H", "PT100H", "PT4H"
BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
# Of what a row is, as part of its id.
TENANT, PERSON, MEMBER, REGION, TIER, PARTNER, CONTACT = range(1, 8)
CALENDAR, VERSION, PROGRAMME, LADDER, LEVEL, SEAT, CATEGORY, ROUTE = range(8, 16)
CASE, PARTY, TURN, CLOCK = range(16, 20)
HOURS = {
    "timezone": "Europe/Berlin",
    "weekly": {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": ["2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25"],
}
Rows = Iterator[tuple[Any, ...]]


def ident(kind: int, number: int) -> str:
    """Return a row's id: a UUID of version 7, whose time grows with the number."""
    time = 1_767_600_000_000 + number // 16
    return f"{time:012x}7{kind:03x}8{number:015x}"


def person(tenant: int, place: int) -> str:
    """Return the id of one of a tenant's people: staff first, then a contact for each partner."""
    return ident(PERSON, tenant * 64 + place)


def of_tenant(kind: int, tenant: int, place: int = 0) -> str:
    """Return the id of one of the few rows of a kind that a tenant has."""
    return ident(kind, tenant * 64 + place)


def holder(position: int, region: int) -> int:
    """Return which of the staff holds a level for a region."""
    return (FIRST + region, SECOND + region, TOP, CONCEDING)[position - 1]


def copy_people(cursor: CursorWrapper, tenants: range) -> None:
    """Copy everything that tenants have before their first case."""
    for table, (columns, rows) in TABLES.items():
        copy(cursor, table, columns, (row for tenant in tenants for row in rows(tenant)))


def _tenant(t: int) -> Rows:
    yield ident(TENANT, t), f"vendor-{t}", f"Vendor {t}", BEGAN


def _users(t: int) -> Rows:
    for place in range(STAFF + PARTNERS):
        name = f"Person {place} of {t}"
        yield person(t, place), "!", "f", f"p{place}@v{t}.example", name, "UTC", "t", "f", BEGAN


def _members(t: int) -> Rows:
    for place in range(STAFF + PARTNERS):
        role = "partner" if place >= STAFF else "staff" if place else "admin"
        key = (of_tenant(MEMBER, t, place), ident(TENANT, t), person(t, place))
        yield *key, role, "", "t", BEGAN


def _regions(t: int) -> Rows:
    for r in range(REGIONS):
        yield of_tenant(REGION, t, r), ident(TENANT, t), f"region-{r}", f"Region {r}"


def _tiers(t: int) -> Rows:
    yield of_tenant(TIER, t), ident(TENANT, t), "gold", "Gold", 1


def _partners(t: int) -> Rows:
    for p in range(PARTNERS):
        of = (of_tenant(REGION, t, p % REGIONS), of_tenant(TIER, t))
        key = (of_tenant(PARTNER, t, p), ident(TENANT, t))
        yield *key, f"partner-{p}", f"Partner {p} GmbH", "reseller", *of, BEGAN


def _contacts(t: int) -> Rows:
    for p in range(PARTNERS):
        key = (of_tenant(CONTACT, t, p), ident(TENANT, t))
        yield *key, of_tenant(PARTNER, t, p), person(t, STAFF + p), BEGAN


def _calendars(t: int) -> Rows:
    yield of_tenant(CALENDAR, t), ident(TENANT, t), "Office", BEGAN


def _versions(t: int) -> Rows:
    key = (of_tenant(VERSION, t), ident(TENANT, t), of_tenant(CALENDAR, t))
    yield *key, 1, json.dumps(HOURS), BEGAN


def _programmes(t: int) -> Rows:
    key = (of_tenant(PROGRAMME, t), ident(TENANT, t))
    yield *key, "Partners", "EUR", 10, of_tenant(CALENDAR, t)


def _ladders(t: int) -> Rows:
    key = (of_tenant(LADDER, t), ident(TENANT, t))
    yield *key, "Standard", of_tenant(CALENDAR, t), TOTAL, BEGAN


def _levels(t: int) -> Rows:
    for position in range(1, LEVELS + 1):
        key = (of_tenant(LEVEL, t, position), ident(TENANT, t), of_tenant(LADDER, t))
        windows = (RESPONSE, DECISION, VETO)
        money = (1000 * position, "EUR", "{discount}")
        apart = "t" if position == LEVELS else "f"
        yield *key, position, f"Level {position}", "", *windows, THRESHOLDS, apart, *money


def _seats(t: int) -> Rows:
    for position in range(1, LEVELS + 1):
        for region in range(REGIONS if position < 3 else 1):
            own = of_tenant(REGION, t, region) if position < 3 else None
            backup = person(t, BACKUP) if position == 3 else None
            key = (of_tenant(SEAT, t, position * 8 + region), ident(TENANT, t))
            held = (person(t, holder(position, region)), backup, own)
            yield *key, of_tenant(LEVEL, t, position), *held, 1, "f"


def _categories(t: int) -> Rows:
    for c in range(CATEGORIES):
        key = (of_tenant(CATEGORY, t, c), ident(TENANT, t), f"kind-{c}", f"Kind {c}")
        yield *key, "", "administrative", "normal", "[]", "[]", "", "", c


def _routes(t: int) -> Rows:
    yield of_tenant(ROUTE, t), ident(TENANT, t), 1, of_tenant(LADDER, t), 1, "{}"


TABLES = {
    "tenants_tenant": ("id, slug, name, created_at", _tenant),
    "tenants_user": (
        ("id, password, is_superuser, email, name, timezone, is_active, is_service, created_at"),
        _users,
    ),
    "tenants_membership": (
        ("id, tenant_id, user_id, role, title, is_active, created_at"),
        _members,
    ),
    "partners_region": ("id, tenant_id, slug, name", _regions),
    "partners_tier": ("id, tenant_id, slug, name, rank", _tiers),
    "partners_partner": (
        ("id, tenant_id, slug, name, kind, region_id, tier_id, created_at"),
        _partners,
    ),
    "partners_contact": ("id, tenant_id, partner_id, user_id, created_at", _contacts),
    "ladder_calendar": ("id, tenant_id, name, created_at", _calendars),
    "ladder_calendarversion": (
        ("id, tenant_id, calendar_id, number, rules, created_at"),
        _versions,
    ),
    "ladder_programme": (
        ("id, tenant_id, name, currency, close_after_days, calendar_id"),
        _programmes,
    ),
    "ladder_ladder": ("id, tenant_id, name, calendar_id, total_window, created_at", _ladders),
    "ladder_level": (
        (
            "id, tenant_id, ladder_id, position, name, responsibilities, response_window,"
            " decision_window, veto_window, thresholds, concessions_only, authority_amount,"
            " authority_currency, authority_kinds"
        ),
        _levels,
    ),
    "ladder_category": (
        (
            "id, tenant_id, slug, name, summary, category_class, confidentiality, fields, evidence,"
            " rule_of_thumb, never_share, position"
        ),
        _categories,
    ),
    "ladder_seat": (
        ("id, tenant_id, level_id, user_id, backup_id, region_id, rank, provisional"),
        _seats,
    ),
    "ladder_route": (
        ("id, tenant_id, position, ladder_id, start_position, windows"),
        _routes,
    ),
}
