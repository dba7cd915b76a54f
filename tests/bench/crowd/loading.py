"""Open cases by the million, and when each falls due.

Most fall due in the days after the bench. Some, spread evenly over tenants and over the table, miss
their response window in slices of a minute: slice 0 within the first minute after the start, slice
1 within the second, and so on, so that each form of a bench has cases of its own. In a slice one
case of twenty is on the top level, one of four on the second, the others on the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connections

from tests.bench.crowd import people
from tests.bench.crowd.copying import OWNER, copy, wide_open
from tests.bench.crowd.people import CLOCK, PARTY, TURN, ident, of_tenant, person

# A Wednesday at nine in Berlin: what starts within the hour is due on the same day.
START = datetime(2026, 6, 10, 7, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BIG = ["cases_case", "cases_party", "cases_assignment", "cases_clock"]
WORDS = ("Lead", "Deal", "Rebate", "Licence", "Renewal", "Delivery", "Invoice", "Territory")
PLACES = ("Hannover", "Bremen", "Wien", "Basel", "Lyon", "Turin", "Porto", "Gent", "Aarhus")
TEXT = (
    "The partner reports that the matter was agreed on the telephone in March and that the price"
    " list of the programme says otherwise; both sides have sent what they have."
)


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many tenants and open cases there are, and how many fall due in how many slices."""

    tenants: int = 200
    cases: int = 1_000_000
    slices: int = 0
    each: int = 0
    start: datetime = START
    span: timedelta = MINUTE
    # Of so many cases one is restricted; none where it is 0.
    restricted: int = 0

    @property
    def stride(self) -> int:
        """Of how many cases one falls due during the bench."""
        return self.cases // max(1, self.slices * self.each)

    def slice_of(self, number: int) -> tuple[int, int] | None:
        """Return the slice in which a case falls due and its place there, None for most."""
        turn, rest = divmod(number, self.stride)
        if rest or turn >= self.slices * self.each:
            return None
        place, found = divmod(turn, self.slices)
        return found, place


@dataclass(frozen=True, slots=True)
class Drawn:
    """One case, as it is drawn from its number."""

    number: int
    tenant: int
    nth: int
    position: int
    region: int
    due_at: datetime
    is_due: bool
    confidentiality: str = "normal"

    @property
    def id(self) -> str:
        """The case's id."""
        return ident(people.CASE, self.number)

    @property
    def tenant_id(self) -> str:
        """The tenant's id."""
        return ident(people.TENANT, self.tenant)

    @property
    def partner(self) -> int:
        """Which of the tenant's partners complains."""
        return self.region + people.REGIONS * (self.number // 7 % 5)

    @property
    def owner_id(self) -> str:
        """Who holds it."""
        return person(self.tenant, people.holder(self.position, self.region))


def drawn(crowd: Crowd, number: int) -> Drawn:
    """Return a case by its number."""
    tenant, within = number % crowd.tenants, number // crowd.tenants
    due = crowd.slice_of(number)
    if due is None:
        # Spread over four weeks, never during the bench.
        later = crowd.start + 24 * HOUR + timedelta(seconds=number * 7919 % 2_400_000)
        level = 1 + within % 7 // 4
        some = crowd.restricted and within % crowd.restricted == 0
        known = "restricted" if some else "normal"
        drawn_so = (tenant, within, level, within % 4, later)
        return Drawn(number, *drawn_so, is_due=False, confidentiality=known)
    sliced, place = due
    position = 3 if place % 20 == 0 else 2 if place % 4 == 1 else 1
    at = crowd.start + crowd.span * (sliced + (place + 1) / crowd.each)
    return Drawn(number, tenant, within, position, within % 4, at, is_due=True)


def load(crowd: Crowd) -> None:
    """Copy tenants and cases in, and let PostgreSQL look at what it has."""
    numbers = range(crowd.cases)
    with wide_open(BIG) as cursor:
        people.copy_people(cursor, range(crowd.tenants))
        for table, (columns, rows) in TABLES.items():
            cases = (drawn(crowd, number) for number in numbers)
            copy(cursor, table, columns, (row for case in cases for row in rows(case)))
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")


def _case(case: Drawn) -> Iterator[tuple[Any, ...]]:
    t, n = case.tenant, case.number
    title = f"{WORDS[n % 8]} {n % 977} from {PLACES[n % 9]} went past us"
    due = (case.due_at, "response", case.due_at - HOUR, "f")
    yield (
        *(case.id, case.tenant_id, f"ESC-2026-{case.nth + 1:05d}", title, TEXT),
        *(of_tenant(people.CATEGORY, t, n % people.CATEGORIES), f"s{1 + n % 4}", "", "{}", "{}"),
        *("EUR", f"D-{n % 40_000}", of_tenant(people.REGION, t, case.region), "browser", "", ""),
        *("new", "", "", 1, of_tenant(people.LADDER, t), of_tenant(people.ROUTE, t), 1, "{}"),
        *(of_tenant(people.VERSION, t), ident(TURN, n), case.owner_id),
        *(of_tenant(people.LEVEL, t, case.position), *due, case.due_at - 4 * HOUR),
        *(person(t, people.ADMIN), case.due_at - 4 * HOUR, 1, case.confidentiality),
    )


def _party(case: Drawn) -> Iterator[tuple[Any, ...]]:
    partner = of_tenant(people.PARTNER, case.tenant, case.partner)
    yield ident(PARTY, case.number), case.tenant_id, case.id, partner, "complainant"


def _turn(case: Drawn) -> Iterator[tuple[Any, ...]]:
    backup = person(case.tenant, people.BACKUP) if case.position == 3 else None
    level = of_tenant(people.LEVEL, case.tenant, case.position)
    held = (case.owner_id, backup, case.due_at - 4 * HOUR, "")
    yield ident(TURN, case.number), case.tenant_id, case.id, 1, 1, level, case.position, *held


def _clocks(case: Drawn) -> Iterator[tuple[Any, ...]]:
    """The response clock falls due; the two others have a long way to go."""
    n, anchor, version = case.number, case.due_at - 4 * HOUR, of_tenant(people.VERSION, case.tenant)
    for place, (kind, window, hours, days) in enumerate(RUNNING):
        due = case.due_at + timedelta(days=days)
        soon = due - HOUR if kind == "response" else due - timedelta(days=1)
        fires = due if kind == "response" else due - timedelta(hours=20)
        turn = None if kind == "total" else ident(TURN, n)
        yield (
            *(ident(CLOCK, 3 * n + place), case.tenant_id, case.id, turn, kind, 1, "running"),
            *(window, hours * 3600, version, anchor, due, soon, fires, people.THRESHOLDS),
            90 if kind == "response" else 50,
        )


RUNNING = (
    ("response", people.RESPONSE, 4, 0),
    ("decision", people.DECISION, 16, 2),
    ("total", people.TOTAL, 100, 14),
)
TABLES = {
    "cases_case": (
        (
            "id, tenant_id, number, title, description, category_id, severity, severity_reason,"
            " impact, fields, currency, deal_id, region_id, source, source_system, source_url,"
            " status, outcome, resolution, cycle, ladder_id, route_id, start_position, windows,"
            " calendar_version_id, assignment_id, owner_id, level_id, due_at, due_kind,"
            " due_soon_at, due_missed, opened_at, opened_by_id, updated_at, version,"
            " confidentiality"
        ),
        _case,
    ),
    "cases_party": ("id, tenant_id, case_id, partner_id, role", _party),
    "cases_assignment": (
        (
            "id, tenant_id, case_id, cycle, number, level_id, position, owner_id, backup_id,"
            " started_at, end_reason"
        ),
        _turn,
    ),
    "cases_clock": (
        (
            'id, tenant_id, case_id, assignment_id, kind, cycle, state, "window", target_seconds,'
            " calendar_version_id, anchor, due_at, soon_at, next_fire_at, thresholds, fired"
        ),
        _clocks,
    ),
}
