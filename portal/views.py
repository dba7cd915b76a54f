"""Pages of partners. They know no levels and no codes."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal import queries
from portal.queries import OwnCase, Place, Text
from portal.words import next_words, owner_words, status_words, text_words
from tenants.middleware import ScopedRequest


@require_GET
def cases(request: ScopedRequest, slug: str, partner: str) -> HttpResponse:
    """A company's own cases: how each stands, who has it, what comes next and when."""
    now = timezone.now()
    page = queries.own_cases(partner_in_force(request), read_place(request))
    empty = {
        "title": _("No cases yet"),
        "text": _("When you and the vendor have a dispute, you can follow it here."),
    }
    context = {
        "cases": [
            {**line(c, now), "url": reverse("portal-case", args=[slug, partner, c.id])}
            for c in page.cases
        ],
        "next_url": place_url(page.next),
        "previous_url": place_url(page.previous),
        "empty": empty,
    }
    return render(request, "portal_cases.html", {**sides(request), **context})


@require_GET
def case(request: ScopedRequest, slug: str, partner: str, case_id: UUID) -> HttpResponse:
    """One of a company's cases, and what was written to it: the latest first."""
    partner_id = partner_in_force(request)
    found = queries.own_case(partner_id, case_id)
    if found is None:
        raise Http404
    texts, older = queries.shared_texts(partner_id, case_id, read_before(request))
    context = {
        "case": line(found, timezone.now()),
        "texts": [entry(text, request.tenant.name) for text in texts],
        "older_url": older_url(texts[-1]) if older else "",
    }
    return render(request, "portal_case.html", {**sides(request), **context})


def partner_in_force(request: ScopedRequest) -> UUID:
    """Return whose pages these are."""
    assert request.partner_id is not None  # noqa: S101 - the middleware lets nobody in without one
    return request.partner_id


def sides(request: ScopedRequest) -> dict[str, Any]:
    """Return the partner and the vendor."""
    return {
        "partner": queries.company(partner_in_force(request)),
        "vendor": {"name": request.tenant.name},
    }


def line(case: OwnCase, now: datetime) -> dict[str, Any]:
    """Return a case in plain words."""
    due = case.is_open and case.due_at is not None
    late = due and (case.due_missed or (case.due_at or now) <= now)
    return {
        "number": case.number,
        "title": case.title,
        "status_words": status_words(case),
        "owner_words": owner_words(case),
        "due_at": case.due_at if due and not case.due_missed else None,
        "late": late and not case.due_missed,
        "next_words": next_words(case),
        "opened_at": case.opened_at,
    }


def entry(text: Text, vendor: str) -> dict[str, Any]:
    """Return a text with who wrote it and what it is."""
    return {
        "what": text_words(text.kind),
        "who": text.author or vendor,
        "body": text.body,
        "at": text.at,
    }


def read_place(request: ScopedRequest) -> Place | None:
    """Return where the page begins; a broken address begins at the beginning."""
    for name in ("after", "before"):
        over, _sep, rest = request.GET.get(name, "").partition("_")
        key = read_key(rest)
        if key and over in ("0", "1"):
            return Place(int(over), *key, backwards=name == "before")
    return None


def read_before(request: ScopedRequest) -> tuple[datetime, UUID] | None:
    """Return the text before which the page begins."""
    return read_key(request.GET.get("before", ""))


def read_key(value: str) -> tuple[datetime, UUID] | None:
    """Return the instant and the id that an address names, None for a broken one."""
    at, _sep, ident = value.rpartition("_")
    try:
        return datetime.fromisoformat(at).astimezone(UTC), UUID(ident)
    except (ValueError, OverflowError):
        return None


def older_url(text: Text) -> str:
    """Return the address of the texts before this one."""
    return "?" + urlencode({"before": f"{text.at.isoformat()}_{text.id}"})


def place_url(place: Place | None) -> str:
    """Return the address of a neighbouring page."""
    if place is None:
        return ""
    name = "before" if place.backwards else "after"
    return "?" + urlencode({name: f"{place.over}_{place.at.isoformat()}_{place.id}"})
