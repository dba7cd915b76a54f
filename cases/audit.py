"""The auditor: looks over all open cases, not only recent ones, for what must never be.

Every open case has one owner who still works here, one turn, a running clock and something due
next; nothing waits beyond its lag; events get sealed and notices leave. The same statement runs
across tenants in the background, as a role that sees ids and times only, and for one tenant on its
health page.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from cases.left_alone import FINDING, FOUND
from tenants.scope import background_role

LAG = timedelta(seconds=15)
OUTBOX_LAG = timedelta(minutes=5)
GIVEN_UP_FOR = timedelta(days=1)
ALARM = "audit.violation"
OPEN = "c.status IN ('new', 'in_progress', 'decided')"
TURN = "a.tenant_id = c.tenant_id AND a.id = c.assignment_id"

FINDINGS: dict[str, str] = {
    "no_owner": f"SELECT tenant_id FROM cases_case c WHERE {OPEN} AND owner_id IS NULL",
    "owner_gone": (
        "SELECT c.tenant_id FROM cases_case c JOIN tenants_membership m"
        " ON m.tenant_id = c.tenant_id AND m.user_id = c.owner_id"
        " JOIN tenants_user u ON u.id = m.user_id"
        f" WHERE {OPEN} AND NOT (m.is_active AND u.is_active)"
    ),
    FINDING: FOUND,
    "asked_gone": (
        "SELECT k.tenant_id FROM cases_clock k JOIN tenants_membership m"
        " ON m.tenant_id = k.tenant_id AND m.user_id = k.owner_id"
        " JOIN tenants_user u ON u.id = m.user_id"
        " WHERE k.state = 'running' AND k.owner_id IS NOT NULL AND k.met_at IS NULL"
        " AND k.ended_at IS NULL AND NOT (m.is_active AND u.is_active)"
    ),
    "no_turn": (
        f"SELECT c.tenant_id FROM cases_case c LEFT JOIN cases_assignment a ON {TURN}"
        f" WHERE {OPEN} AND (a.id IS NULL OR a.ended_at IS NOT NULL)"
    ),
    "two_owners": (
        f"SELECT c.tenant_id FROM cases_case c JOIN cases_assignment a ON {TURN}"
        f" WHERE {OPEN} AND a.owner_id IS DISTINCT FROM c.owner_id"
    ),
    "no_clock": (
        f"SELECT c.tenant_id FROM cases_case c WHERE {OPEN} AND NOT EXISTS ("
        "SELECT FROM cases_clock k WHERE k.tenant_id = c.tenant_id AND k.case_id = c.id"
        " AND k.state = 'running' AND k.kind NOT IN ('review', 'update'))"
    ),
    "no_next_step": f"SELECT tenant_id FROM cases_case c WHERE {OPEN} AND due_at IS NULL",
    "overdue": (
        # The second part finds what was put off because it cannot be moved. Two, because each
        # has its index.
        "SELECT tenant_id FROM cases_clock WHERE state = 'running' AND next_fire_at < %(late)s"
        " UNION ALL SELECT tenant_id FROM cases_clock WHERE state = 'running'"
        " AND due_at < %(late)s AND next_fire_at >= %(late)s"
    ),
    "undelivered": (
        # What waits for others of its kind, or for somebody's morning, is not late until then.
        "SELECT tenant_id FROM journal_notice WHERE state = 'pending'"
        " AND coalesce(held_until, created_at) < %(outbox_late)s"
    ),
    "undeliverable": (
        # An alarm that could not be mailed is no reason for the next alarm.
        "SELECT n.tenant_id FROM journal_notice n"
        " JOIN journal_event e ON e.tenant_id = n.tenant_id AND e.id = n.event_id"
        " WHERE n.state = 'failed' AND n.channel = 'email' AND n.done_at > %(lately)s"
        f" AND e.kind <> '{ALARM}'"
    ),
    "unsealed": (
        "SELECT tenant_id FROM journal_event WHERE seq IS NULL AND recorded_at < %(late)s"
    ),
}
STATEMENT = " UNION ALL ".join(
    f"SELECT tenant_id, '{name}', count(*) FROM ({sql}) f GROUP BY tenant_id"
    for name, sql in FINDINGS.items()
)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the auditor found: per tenant, how often each thing that must never be is."""

    at: datetime
    by_tenant: dict[UUID, dict[str, int]] = field(default_factory=dict)

    @property
    def totals(self) -> dict[str, int]:
        """Return the counts over all tenants; every finding is named, also where it is zero."""
        counts = Counter(dict.fromkeys(FINDINGS, 0))
        for found in self.by_tenant.values():
            counts.update(found)
        return dict(counts)

    @property
    def count(self) -> int:
        """Return how many violations there are in all."""
        return sum(self.totals.values())

    def as_figures(self) -> dict[str, Any]:
        """Return what the heartbeat keeps: numbers, no tenant's data."""
        return {"count": self.count, **self.totals}


def audit(at: datetime) -> Findings:
    """Look over every open case of every tenant."""
    with background_role("auditor") as cursor:
        return Findings(at, _grouped(_run(cursor, at)))


def audit_tenant(at: datetime) -> dict[str, int]:
    """Look over every open case of the current tenant; row security keeps it to that."""
    with connection.cursor() as cursor:
        found = {name: count for _, name, count in _run(cursor, at)}
    return {name: found.get(name, 0) for name in FINDINGS}


def _run(cursor: CursorWrapper, at: datetime) -> list[tuple[UUID, str, int]]:
    since = {"late": at - LAG, "outbox_late": at - OUTBOX_LAG, "lately": at - GIVEN_UP_FOR}
    cursor.execute(STATEMENT, {"at": at, **since})
    return list(cursor.fetchall())


def _grouped(rows: Iterable[tuple[UUID, str, int]]) -> dict[UUID, dict[str, int]]:
    groups: dict[UUID, dict[str, int]] = {}
    for tenant_id, name, count in rows:
        groups.setdefault(tenant_id, {})[name] = count
    return groups
