"""The auditor's alarm: the admins of a tenant are told, at most once in a clock hour of each
finding; once a day of what lasts for days."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.audit import ALARM, Findings
from cases.sweep.statements import ADMINS
from journal.gathering import LONGEST, QUIET
from journal.models import Event
from journal.registry import Letter, Subject
from ladder.queries import STANDS_IN
from tenants.ids import uuid7
from tenants.models import Membership, Role, User

# How often each finding is told again, as a pattern of the time: every hour unless said.
EVERY_HOUR, EVERY_DAY = "%Y%m%d%H", "%Y%m%d"
AGAIN = {"undeliverable": EVERY_DAY, "owner_away": EVERY_DAY}
# Nothing happens where this hour's or day's alarm stands already, whoever raised it.
RAISE = """
INSERT INTO journal_event (tenant_id, id, kind, at, facts, audience, once_key)
VALUES (%s, %s, %s, %s, %s::jsonb, 'internal', %s) ON CONFLICT DO NOTHING
"""
# The e-mail waits as the sweep's do: a sweep that is late is an alarm, and tells the same admins.
TELL = """
INSERT INTO journal_notice (tenant_id, id, event_id, user_id, channel, state, attempts,
    next_attempt_at, held_until, created_at, done_at)
VALUES (%s, %s, %s, %s, 'bell', 'sent', 0, NULL, NULL, %s, %s),
    (%s, %s, %s, %s, 'email', 'pending', 0, %s, %s, %s, NULL)
"""


def raise_alarms(findings: Findings, *, using: str = "sweeper") -> set[UUID]:
    """Tell the admins of every tenant with findings; return the tenants that have new notices."""
    told: set[UUID] = set()
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        for tenant_id, found in findings.by_tenant.items():
            for name, count in found.items():
                if _raise_one(cursor, tenant_id, name, count, findings.at):
                    told.add(tenant_id)
    return told


def _raise_one(cursor: CursorWrapper, tenant_id: UUID, name: str, count: int, at: datetime) -> bool:
    event, tenant = str(uuid7()), str(tenant_id)
    facts = json.dumps({"finding": name, "count": count})
    once = f"audit:{name}:{at.strftime(AGAIN.get(name, EVERY_HOUR))}"
    cursor.execute(RAISE, [tenant, event, ALARM, at, facts, once])
    if not cursor.rowcount:
        return False
    cursor.execute(ADMINS, [[tenant]])
    for _tenant, admin in cursor.fetchall():
        bell: list[str | datetime] = [tenant, str(uuid7()), event, str(admin), at, at]
        email: list[str | datetime] = [tenant, str(uuid7()), event, str(admin)]
        email += [at + QUIET, at + LONGEST, at]
        cursor.execute(TELL, [*bell, *email])
    return True


def finding_words() -> dict[str, str]:
    """Return what each finding means."""
    return {
        "no_owner": _("Open cases without an owner"),
        "owner_gone": _("Open cases whose owner has left"),
        "owner_away": _("Open cases whose owner is away, with nobody there who stands in"),
        "asked_gone": _("Concessions and actions that wait for somebody who has left"),
        "no_turn": _("Open cases in nobody's turn"),
        "two_owners": _("Cases whose owner is not who holds the turn"),
        "no_clock": _("Open cases without a running clock"),
        "no_next_step": _("Open cases with nothing due next"),
        "overdue": _("Clocks past their time that nothing happened to"),
        "undelivered": _("Notices that have waited for more than five minutes"),
        "undeliverable": _("E-mails given up within the last day"),
        "unsealed": _("Events that are not in the chain yet"),
    }


class AuditSubject(Subject):
    """Answers for events whose kind begins with `audit.`: admins are told, and of cases with nobody
    those whom an event is for."""

    def letters(self, events: Sequence[Event], user: User) -> dict[UUID, Letter]:
        """Return what a person is told of the auditor's findings."""
        member = Membership.objects.select_related("tenant").filter(user=user, is_active=True)
        found = member.filter(role__in=STANDS_IN).first()
        if found is None:
            return {}
        admin, slug = found.role == Role.ADMIN, found.tenant.slug
        cases = reverse("inbox", args=[slug]) + "?view=all"
        url = reverse("health", args=[slug]) if admin else cases
        return {event.pk: letter(event, url) for event in events if concerns(event, found)}

    def known(self, events: Sequence[Event], user: User) -> set[UUID]:
        """Return the findings, for an admin; for others those that are for them."""
        working = Membership.objects.filter(user=user, is_active=True, role__in=STANDS_IN).first()
        return {event.pk for event in events if working and concerns(event, working)}


def concerns(event: Event, member: Membership) -> bool:
    """Whether a finding is a member's to know of."""
    told = event.facts.get("for")
    return told == str(member.user_id) if told else member.role == Role.ADMIN


def letter(event: Event, url: str) -> Letter:
    """Return what is told of one finding."""
    what = finding_words().get(str(event.facts.get("finding")), _("Something against the rules"))
    line = f"{what}: {event.facts.get('count')}"
    subject = _("The auditor found something")
    return Letter(number=_("Auditor"), line=line, subject=subject, text=line, url=url, rank=0)
