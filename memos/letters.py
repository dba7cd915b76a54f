"""How the events of memos are told: in which words, and where they lead."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cases.letters import CaseSubject, own_companies
from cases.models import Party
from cases.words import Kind, Names
from journal.models import Event
from journal.registry import Letter
from tenants.models import Membership, Role, User


class MemoSubject(CaseSubject):
    """Answers for events whose kind begins with `memo.`: seen as their case, read in the memo."""

    def letters(self, events: Sequence[Event], user: User) -> dict[UUID, Letter]:
        """Return what the person is told, each with the address of the memo, or of its copy."""
        found = super().letters(events, user)
        member = Membership.objects.select_related("tenant").filter(user=user, is_active=True)
        who = member.first()
        if who is None or not found:
            return found
        told = [event for event in events if event.pk in found]
        places = portal_places(who, told) if who.role == Role.PARTNER else staff_places(who, told)
        return {
            pk: replace(letter, url=places[pk]) if pk in places else letter
            for pk, letter in found.items()
        }


def staff_places(member: Membership, events: Sequence[Event]) -> dict[UUID, str]:
    """Return where the vendor's people read each memo."""
    slug = member.tenant.slug
    return {event.pk: reverse("memo", args=[slug, UUID(event.facts["memo"])]) for event in events}


def portal_places(member: Membership, events: Sequence[Event]) -> dict[UUID, str]:
    """Return where a party reads its copy."""
    slug, companies = member.tenant.slug, own_companies(member)
    cases = {event.case_id for event in events if event.case_id}
    parts = Party.objects.filter(case_id__in=cases, partner_id__in=companies)
    known: dict[UUID | None, UUID] = dict(parts.values_list("case_id", "partner_id"))
    found = {}
    for event in events:
        partner = event.partner_id or known.get(event.case_id)
        if partner in companies:
            address = [slug, companies[partner], event.case_id]
            found[event.pk] = reverse("portal-memo", args=address)
    return found


def _drafted(facts: Mapping[str, Any], _names: Names) -> str:
    if facts.get("predecessor"):
        return _("began a correction of the memo.")
    return _("began the memo.")


def _asked(facts: Mapping[str, Any], names: Names) -> str:
    name = names.get(UUID(facts["person"]), _("somebody"))
    return _("asked %(name)s to review the memo.") % {"name": name}


def _returned(facts: Mapping[str, Any], _names: Names) -> str:
    if facts.get("agree") is False:
        return _("reviewed the memo and sent it back.")
    return _("took the memo back to draft.")


def _numbered(first: str, later: str) -> Any:
    def say(facts: Mapping[str, Any], _names: Names) -> str:
        return _(later if facts["version"] > 1 else first) % facts

    return say


def _plain(text: str) -> Any:
    return lambda _facts, _names: _(text)


KINDS = {
    "memo.drafted": Kind("event", "memo", _drafted),
    "memo.edited": Kind("event", "pencil", _plain(gettext_noop("changed the memo's draft."))),
    "memo.review_asked": Kind("event", "eye", _asked, gettext_noop("A memo to review")),
    "memo.reviewed": Kind(
        "event",
        "check",
        _plain(gettext_noop("reviewed the memo: it may be issued.")),
        gettext_noop("The memo was reviewed"),
    ),
    "memo.returned": Kind("event", "back", _returned, gettext_noop("The memo came back")),
    "memo.issued": Kind(
        "event",
        "memo",
        _numbered(
            gettext_noop("issued memo %(number)s."),
            gettext_noop(
                "issued memo %(number)s, version %(version)s, which replaces the earlier one."
            ),
        ),
        gettext_noop("The memo was issued"),
    ),
    "memo.action_done": Kind(
        "event",
        "check",
        _plain(gettext_noop("did what the memo asks: an action is done.")),
        gettext_noop("An action is done"),
    ),
    "memo.acknowledged": Kind(
        "event",
        "check",
        _numbered(
            gettext_noop("read memo %(number)s."),
            gettext_noop("read memo %(number)s, version %(version)s."),
        ),
        gettext_noop("The memo was read"),
    ),
}
