"""How the events of concessions are told: in the timeline, the bell and e-mail."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cases.letters import CaseSubject
from cases.models import Clock, ClockKind
from cases.words import Kind, Names, owner_words
from journal.models import Event
from journal.registry import Letter
from ladder.kinds import ConcessionKind
from ladder.money import amount_text, decimals
from tenants.models import Membership, User

ASKS = ("concession.requested", "concession.changed")


def percent_text(percent: Decimal | None) -> str:
    """Return a percentage as people read it, or an empty text."""
    return "" if percent is None else f"{percent:.{max(0, decimals(percent))}f} %"


def what(facts: Mapping[str, Any], amount: str = "amount") -> str:
    """Return kind, percent and amount of a concession in a few words."""
    percent = Decimal(facts["percent"]) if facts.get("percent") else None
    parts = (
        str(ConcessionKind(facts["kind"]).label),
        percent_text(percent),
        amount_text(Decimal(facts[amount]), facts["currency"]),
    )
    return ", ".join(part for part in parts if part)


def _name(facts: Mapping[str, Any], key: str, names: Names) -> str:
    return names.get(UUID(facts[key]), _("somebody"))


def _requested(facts: Mapping[str, Any], names: Names) -> str:
    values = {"what": what(facts), "owner": owner_words(facts, names)}
    return _("asked for a concession (%(what)s). %(owner)s decides.") % values


def _changed(facts: Mapping[str, Any], names: Names) -> str:
    values = {"what": what(facts), "owner": owner_words(facts, names)}
    return _("changed the request for a concession (%(what)s). %(owner)s decides anew.") % values


def _approved(facts: Mapping[str, Any], names: Names) -> str:
    said = _("approved the concession (%(what)s)")
    if facts.get("conditional"):
        said = _("approved the concession with conditions (%(what)s)")
    return _decided(said % {"what": what(facts)}, facts, names)


def _denied(facts: Mapping[str, Any], names: Names) -> str:
    return _decided(_("denied the concession (%(what)s)") % {"what": what(facts)}, facts, names)


def _countered(facts: Mapping[str, Any], names: Names) -> str:
    offered = {**facts, "percent": facts.get("offered_percent", facts.get("percent"))}
    values = {"what": what(facts), "offered": what(offered, "offered")}
    said = _("offered something else (%(offered)s) than was asked for (%(what)s)") % values
    return _decided(said, facts, names)


def _decided(said: str, facts: Mapping[str, Any], names: Names) -> str:
    """End a sentence, naming the holder in whose place a backup decided."""
    if not facts.get("on_behalf_of"):
        return f"{said}."
    return _("%(said)s, on behalf of %(name)s.") % {
        "said": said,
        "name": _name(facts, "on_behalf_of", names),
    }


def _accepted(facts: Mapping[str, Any], _names: Names) -> str:
    return _("accepted what was offered: approved (%(what)s).") % {"what": what(facts)}


def _withdrawn(facts: Mapping[str, Any], _names: Names) -> str:
    return _("took the request for a concession back (%(what)s).") % {"what": what(facts)}


KINDS: dict[str, Kind] = {
    "concession.requested": Kind(
        "event", "scale", _requested, gettext_noop("A concession is asked for")
    ),
    "concession.changed": Kind(
        "event", "pencil", _changed, gettext_noop("The request for a concession has changed")
    ),
    "concession.approved": Kind(
        "event", "check", _approved, gettext_noop("The concession is approved"), says_for_whom=True
    ),
    "concession.denied": Kind(
        "event", "x", _denied, gettext_noop("The concession is denied"), says_for_whom=True
    ),
    "concession.countered": Kind(
        "event", "switch", _countered, gettext_noop("Something else is offered"), says_for_whom=True
    ),
    "concession.accepted": Kind("event", "check", _accepted, gettext_noop("The offer is accepted")),
    "concession.withdrawn": Kind(
        "event", "ended", _withdrawn, gettext_noop("The request was taken back")
    ),
}


class ConcessionSubject(CaseSubject):
    """Answers for events whose kind begins with `concession.`: who decides reads on where they
    decide, everybody else at the request."""

    def letters(self, events: Sequence[Event], user: User) -> dict[UUID, Letter]:
        """Return what the person is told of the events they may see."""
        found = super().letters(events, user)
        member = Membership.objects.select_related("tenant").filter(user=user).first()
        if not found or member is None:
            return found
        asked = asked_of(user, [e.facts["concession"] for e in events if e.kind in ASKS])
        return {
            e.pk: replace(found[e.pk], url=place_of(e, member.tenant.slug, asked))
            for e in events
            if e.pk in found
        }


def asked_of(user: User, ids: Sequence[str]) -> set[str]:
    """Return which of these concessions a person is asked to decide, or was."""
    clocks = Clock.objects.filter(kind=ClockKind.APPROVAL, subject__in=ids)
    mine = clocks.filter(Q(owner_id=user.pk) | Q(backup_id=user.pk))
    return {str(subject) for subject in mine.values_list("subject", flat=True)}


def place_of(event: Event, slug: str, asked: set[str]) -> str:
    """Return where a person reads on about an event."""
    concession = event.facts["concession"]
    if event.kind in ASKS and concession in asked:
        return reverse("approvals", args=[slug])
    return reverse("concession", args=[slug, event.case_id, concession])
