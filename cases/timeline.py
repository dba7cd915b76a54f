"""What happened in a case, for the vendor's people: by day, the latest first."""

from collections import defaultdict
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases import paging, queries
from cases.models import Case, Message, MessageKind
from cases.paging import Place
from cases.words import Whole, acted_for, for_whom, kind_of, people_in, sentence
from journal.models import Event
from tenants.models import Membership, initials_of

# Texts that stand as cards, whatever happened with them.
CARDS = (MessageKind.MESSAGE, MessageKind.UPDATE)


def timeline(
    case: Case, member: Membership, before: Place | None
) -> tuple[list[dict[str, Any]], str]:
    """Return what happened, by day, the latest first, and where older entries are."""
    events, texts = queries.timeline(case, before)
    shown, more = events[: paging.PAGE], len(events) > paging.PAGE
    ids: set[Any] = {event.by_id for event in shown}
    for event in shown:
        ids |= people_in(event.facts)
    names = queries.names_of(ids)
    days: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in shown:
        label = date_format(timezone.localtime(event.at), "l j F Y")
        days[label].append(entry(event, texts.get(event.pk), names, member))
    place = {"before": f"{shown[-1].at.isoformat()}_{shown[-1].pk}"} if more else {}
    older = f"?{urlencode(place)}" if more else ""
    return [{"label": label, "entries": entries} for label, entries in days.items()], older


def entry(
    event: Event, message: Message | None, names: dict[UUID, str], member: Membership
) -> dict[str, Any]:
    """Return one line or card of the timeline."""
    kind = kind_of(event.kind)
    said = sentence(event.kind, event.facts, names)
    who = "" if isinstance(said, Whole) else _author(event, names)
    mine = event.by_id == member.user_id
    principal = acted_for(event.kind, event.facts)
    return {
        # What parties read is shown as what it is to them.
        "kind": "message" if message and message.kind in CARDS else kind.shape,
        "icon": kind.icon,
        "at": event.at,
        "who": for_whom(_("You") if mine else who, principal, names) if who else "",
        "initials": initials_of(who),
        "text": said,
        "aside": bool(event.facts.get("set_aside")),
        "body": message.body if message else "",
        "audience": message.audience if message else event.audience,
        "audience_label": readers(message, member.tenant.name),
    }


def _author(event: Event, names: dict[UUID, str]) -> str:
    somebody = _("Somebody")
    return names.get(event.by_id, somebody) if event.by_id else somebody


def readers(message: Message | None, vendor: str) -> str:
    """Return who reads a message, in words."""
    if message is None or message.audience == "internal":
        return _("Internal, %(vendor)s only") % {"vendor": vendor}
    if message.partner is not None:
        return _("%(partner)s only") % {"partner": message.partner.name}
    return _("All parties")
