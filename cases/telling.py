"""An event of a case, its text, and who is told."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cases.models import Case, Message, MessageKind, Party
from journal.actions import record, tell
from journal.models import Audience, Event
from ladder.queries import absences_at
from partners.models import Contact
from tenants.models import Membership
from tenants.queries import admin_ids

People = tuple[UUID | None, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told of an event (the one who did it is not), and who may see it at all."""

    people: Iterable[UUID | None] = ()
    audience: str = Audience.INTERNAL
    partner_id: UUID | None = None


NOBODY = Told()


@dataclass(frozen=True, slots=True)
class Said:
    """What one verb wrote into the trail."""

    event: Event
    message: Message


def owner_of(case: Case) -> People:
    """Return whose turn it is."""
    return (case.owner_id,)


def admins() -> People:
    """Return who is told when the rules themselves fail."""
    return tuple(admin_ids())


def parties_of(case: Case) -> list[UUID]:
    """Return the partners that are parties to a case."""
    return list(Party.objects.filter(case_id=case.pk).values_list("partner_id", flat=True))


def partners_contacts(case: Case, only: UUID | None = None) -> People:
    """Return the people who speak for the parties, or for one of them."""
    partners = [only] if only else parties_of(case)
    people = Contact.objects.filter(partner_id__in=partners).order_by("created_at")
    return tuple(people.values_list("user_id", flat=True))


def heard(people: Iterable[UUID | None], at: datetime) -> list[UUID]:
    """Return who is told, and with each who is away those who stand in: nothing waits unread for
    somebody's return."""
    told = [person for person in people if person]
    if not told:
        return []
    absences = absences_at(at)
    return [one for person in told for one in (person, *absences.chain(person))]


def fingerprint(text: str) -> str:
    """Return the hash of a text that its event carries in the text's place."""
    return hashlib.sha256(text.encode()).hexdigest()


def _all_facts(
    case: Case, by: Membership | None, facts: Mapping[str, Any], text: str
) -> dict[str, Any]:
    """Return the facts of an event, with the hash of its text, and in whose place it was done.
    Beside an `owner`, `on_behalf_of` says in whose place that one has the case: then it is
    `acted_for`."""
    found = dict(facts)
    if text:
        found["text_sha256"] = fingerprint(text)
    if by is not None and case.acting_for is not None:
        found["acted_for" if "owner" in facts else "on_behalf_of"] = str(case.acting_for)
    return found


def say(
    case: Case,
    event_kind: str,
    *,
    by: Membership | None,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    text: str = "",
    kind: str = "",
    told: Told = NOBODY,
) -> Said:
    """Record one event of a case, with its text where there is one, and tell people.

    A message, a decision and a resolution are read by the event's audience; why staff handed a
    case on is theirs alone.
    """
    author = by.user_id if by else None
    event = record(
        event_kind,
        at=at,
        by=author,
        case_id=case.pk,
        facts=_all_facts(case, by, facts or {}, text),
        audience=told.audience,
        partner_id=told.partner_id,
    )
    message = Message(
        tenant_id=case.tenant_id,
        case_id=case.pk,
        event_id=event.pk,
        kind=kind or MessageKind.REASON,
        author_id=author,
        audience=told.audience if kind else Audience.INTERNAL,
        partner_id=told.partner_id,
        body=text,
        at=at,
    )
    if text:
        message.save(force_insert=True)
    tell(event, heard(told.people, at), at=at)
    return Said(event, message)
