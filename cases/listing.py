"""Cases as programs read them: a page in two statements, plain values, nothing per row.

What is visible says `cases.visible`; the page is cut by keyset before anything is joined to it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection

from cases.models import ENDED, OPEN, Clock, PartyRole
from cases.queries import MOST_WITH_WORDS, with_words
from cases.standings import LACKING
from cases.visible import visible_ids
from tenants.models import Membership
from tenants.rest.paging import Cursor, Slice, check_order, cut, instant, page_by_instant

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Order:
    """An order of the list: the column it walks, and which way."""

    column: str
    down: bool = False
    condition: str = ""


OPEN_ONLY = f"cases_case.status IN ({', '.join(repr(str(status.value)) for status in OPEN)})"
ORDERS: Mapping[str, Order] = {
    "-updated_at": Order("updated_at", down=True),
    "updated_at": Order("updated_at"),
    # What is due next; what is over is due no more.
    "due_at": Order("due_at", condition=OPEN_ONLY),
}
USUAL_ORDER = "-updated_at"
CLOCK_ORDER = "started_at"
# What the list may be narrowed to, each as a condition with one parameter.
FILTERS: Mapping[str, str] = {
    "status": "cases_case.status = ANY(%s)",
    "severity": "cases_case.severity = %s",
    "owner": "cases_case.owner_id = %s",
    "number": "cases_case.number = %s",
    "external_id": "cases_case.external_id = %s",
    "source": "cases_case.source_system = %s",
    "updated_since": "cases_case.updated_at >= %s",
    "category": "cases_case.category_id = (SELECT g.id FROM ladder_category g WHERE g.slug = %s)",
    "partner": "EXISTS (SELECT FROM cases_party p WHERE p.tenant_id = cases_case.tenant_id"
    " AND p.case_id = cases_case.id AND p.partner_id = %s)",
    "ids": "cases_case.id = ANY(%s)",
}
COLUMNS: Mapping[str, str] = {
    **{
        name: f"c.{name}"
        for name in (
            *("id", "number", "title", "status", "outcome", "severity", "confidentiality"),
            *("deal_id", "external_id", "due_at", "due_missed", "opened_at", "updated_at"),
            *("resolved_at", "closed_at", "version", "cycle", "assignment_id", "memo_id"),
            "memo_cycle",
            *("owner_id", "level_id", "ladder_id"),
        )
    },
    "source": "c.source_system",
    "channel": "c.source",
    "category": "g.slug",
    "strategic": "g.category_class = 'strategic'",
    "level_position": "l.position",
    "level_name": "l.name",
    "owner_name": "u.name",
    "on_behalf_of_id": "a.on_behalf_of_id",
    "on_behalf_of_name": "b.name",
    "partner_id": "q.id",
    "partner_name": "q.name",
    "pause_reason": "z.reason",
    "paused_at": "z.started_at",
    "pause_review_by": "z.review_by",
    "pause_ends_by": "z.ends_by",
    "owing_id": "z.partner_id",
    # The names of required answers that the case lacks.
    "missing_fields": f"ARRAY(SELECT f->>'name' {LACKING})",
}
PAGE = """
WITH page AS ({visible}{conditions} ORDER BY {order} LIMIT {limit})
SELECT {columns} FROM page JOIN cases_case c ON c.tenant_id = {tenant} AND c.id = page.id
JOIN ladder_category g ON g.tenant_id = c.tenant_id AND g.id = c.category_id
JOIN ladder_level l ON l.tenant_id = c.tenant_id AND l.id = c.level_id
LEFT JOIN tenants_user u ON u.id = c.owner_id
LEFT JOIN cases_assignment a ON a.tenant_id = c.tenant_id AND a.id = c.assignment_id
    AND a.case_id = c.id
LEFT JOIN tenants_user b ON b.id = a.on_behalf_of_id
LEFT JOIN cases_party p ON p.tenant_id = c.tenant_id AND p.case_id = c.id AND p.role = '{role}'
LEFT JOIN partners_partner q ON q.tenant_id = p.tenant_id AND q.id = p.partner_id
LEFT JOIN cases_pause z ON z.tenant_id = c.tenant_id AND z.case_id = c.id AND z.ended_at IS NULL
ORDER BY {again}
"""
CLOCK = (
    *("id", "kind", "state", "due_at", "anchor", "met_at", "breached_at", "ended_at"),
    *("window", "assignment_id", "subject", "owner_id"),
)
CLOCKS = """
SELECT k.case_id, {columns} FROM unnest(%s::uuid[], %s::int[]) AS v (id, cycle)
JOIN cases_clock k ON k.tenant_id = {tenant} AND k.case_id = v.id AND k.cycle = v.cycle
ORDER BY k.anchor, k.kind, k.id
""".replace("{columns}", ", ".join(f'k."{name}"' for name in CLOCK))
# The tenant in force, as the database knows it.
TENANT = "(SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid)"
CLOCKS = CLOCKS.replace("{tenant}", TENANT)


def case_rows(member: Membership, asked: Mapping[str, Any]) -> Slice[Row]:
    """Return a page of the cases a member sees, each with its clocks. `asked` names `limit`,
    `ordering`, a `cursor`, and what the list is narrowed to (`FILTERS`, and words as `q`). Of cases
    with these words only as many are looked at as a search finds: `cut` says where it may have left
    some out."""
    name, begin, limit = asked.get("ordering", USUAL_ORDER), asked.get("cursor"), asked["limit"]
    order = ORDERS[name]
    check_order(begin, name, [instant, UUID])
    found_by_words = with_words(asked["q"], ended=ended_of(asked)) if "q" in asked else None
    narrowed = narrowed_to(asked, found_by_words)
    if begin is not None:
        narrowed.append(beyond(order, begin))
    found = _read(member, order, narrowed, begin, limit + 1)
    page = cut(found, limit, begin, name, partial(place_of, order))
    add_clocks(page.rows)
    return replace(page, cut=len(found_by_words or ()) >= MOST_WITH_WORDS)


def place_of(order: Order, row: Row) -> tuple[str, ...]:
    """Return where a case stands in an order."""
    return row[order.column].isoformat(), str(row["id"])


def case_row(member: Membership, case_id: UUID) -> Row | None:
    """Return one case a member sees, with its clocks; None whether it is missing or hidden."""
    found = _read(member, ORDERS[USUAL_ORDER], [("cases_case.id = %s", [case_id])], None, 1)
    add_clocks(found)
    return found[0] if found else None


Condition = tuple[str, list[Any]]


def ended_of(asked: Mapping[str, Any]) -> bool | None:
    """Return whether a program asks for nothing but what has ended (True), or but what is open
    (False), so that the one does not crowd out the other in a search; None where it asks for
    both."""
    statuses = set(asked.get("status", (*OPEN, *ENDED)))
    if ORDERS[asked.get("ordering", USUAL_ORDER)].condition == OPEN_ONLY or statuses <= set(OPEN):
        return False
    return True if statuses <= set(ENDED) else None


def narrowed_to(asked: Mapping[str, Any], ids: list[UUID] | None) -> list[Condition]:
    """Return the conditions that a program has named; `ids` are what its words were found in."""
    named = {name: value for name, value in asked.items() if name in FILTERS}
    if ids is not None:
        named["ids"] = ids
    return [(FILTERS[name], [value]) for name, value in named.items()]


def beyond(order: Order, begin: Cursor) -> Condition:
    """Return the condition under which a row stands beyond a place. Row comparison, so that the
    index is entered at the place."""
    sign = "<" if order.down != begin.backwards else ">"
    text = f"(cases_case.{order.column}, cases_case.id) {sign} (%s::timestamptz, %s::uuid)"
    return text, list(begin.values)


def _read(
    member: Membership,
    order: Order,
    narrowed: Sequence[Condition],
    begin: Cursor | None,
    limit: int,
) -> list[Row]:
    visible, parameters = visible_ids(member)
    conditions = [*([order.condition] if order.condition else []), *(text for text, _ in narrowed)]
    way = "DESC" if order.down != (begin is not None and begin.backwards) else "ASC"
    statement = PAGE.format(
        visible=visible,
        conditions="".join(f" AND {text}" for text in conditions),
        order=f"cases_case.{order.column} {way}, cases_case.id {way}",
        again=f"c.{order.column} {way}, c.id {way}",
        limit=limit,
        columns=", ".join(COLUMNS.values()),
        tenant=TENANT,
        role=PartyRole.COMPLAINANT,
    )
    values = [value for _, given in narrowed for value in given]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, *values])
        return [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]


def add_clocks(rows: Iterable[Row]) -> None:
    """Give each case the clocks of its cycle, in the order in which they started."""
    cases = {row["id"]: row for row in rows}
    found: dict[UUID, list[Row]] = defaultdict(list)
    if cases:
        cycles = [row["cycle"] for row in cases.values()]
        with connection.cursor() as cursor:
            cursor.execute(CLOCKS, [[str(i) for i in cases], cycles])
            for case_id, *values in cursor.fetchall():
                found[case_id].append(dict(zip(CLOCK, values, strict=True)))
    for case_id, row in cases.items():
        row["clocks"] = found[case_id]


def clock_page(case_id: UUID, asked: Mapping[str, Any]) -> Slice[Row]:
    """Return a page of the clocks of a case, of all its cycles, in the order in which they
    started."""
    found = Clock.objects.filter(case_id=case_id).values(*CLOCK)
    return page_by_instant(found, asked, CLOCK_ORDER, "anchor", "kind")
