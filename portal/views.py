"""Pages of partners. They know no levels and no codes."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.access import case_for, check
from cases.actions import add_message, withdraw
from cases.requests import request_level
from journal.models import Audience
from portal import queries
from portal.casepage import PortalCasePage, line
from portal.door import as_application
from portal.forms import FORMS
from portal.queries import OwnCase, Place, Text
from tenants.errors import NotAllowed
from tenants.middleware import ScopedRequest
from tenants.seen import id_seen


@require_GET
def cases(request: ScopedRequest, slug: str, partner: str) -> HttpResponse:
    """A company's own cases: how each stands, who has it, what comes next and when."""
    now, asked = timezone.now(), "asked" in request.GET
    partner_id = partner_in_force(request)
    page = queries.own_cases(partner_id, read_place(request), asked=asked)
    log_url = reverse("portal-log", args=[slug, partner])
    context = {
        "cases": [{**line(c, now), **urls_of(c, slug, partner)} for c in page.cases],
        "asked": waiting(queries.count_asked(partner_id)),
        "only_asked": asked,
        "next_url": place_url(page.next, asked=asked),
        "previous_url": place_url(page.previous, asked=asked),
        "log_url": log_url,
        "empty": empty(log_url, asked=asked),
    }
    return render(request, "portal_cases.html", {**sides(request), **context})


def urls_of(case: OwnCase, slug: str, partner: str) -> dict[str, str]:
    """Return where a case is, and where it says why what is due next is due then."""
    place = [slug, partner, case.id]
    due = case.due_clock
    return {
        "url": reverse("portal-case", args=place),
        "why_url": reverse("portal-clock", args=[*place, due]) if due else "",
    }


def waiting(count: int) -> dict[str, Any]:
    """Return how many cases wait for the company's answer, counted up to a bound."""
    most = queries.MOST_COUNTED
    return {"count": count, "figure": f"{most}+" if count > most else str(count)}


def empty(log_url: str, *, asked: bool) -> dict[str, str]:
    """Return what an empty list says."""
    if asked:
        return {
            "title": _("Nothing waits for you"),
            "text": _("Where the vendor needs an answer from you, the case appears here."),
        }
    return {
        "title": _("No cases yet"),
        "text": _("Where you and the vendor disagree, say so here, and follow what happens."),
        "action_url": log_url,
        "action_label": _("Log a dispute"),
    }


@require_GET
def case(request: ScopedRequest, slug: str, partner: str, case_id: UUID) -> HttpResponse:
    """One of a company's cases: how it stands, what was written, what the company can do."""
    return show(request, own_case(request, case_id))


def own_case(request: ScopedRequest, case_id: UUID) -> OwnCase:
    """Return a case of the company's, or fail alike for a missing one and for another's."""
    found = queries.own_case(partner_in_force(request), case_id)
    if found is None:
        raise Http404
    return found


def show(
    request: ScopedRequest,
    found: OwnCase,
    bound: dict[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page of a case, with the form that was refused, if one was."""
    both, before = sides(request), read_before(request)
    page = PortalCasePage(
        request, found, both["partner"], timezone.now(), bound=bound, before=before
    )
    context = {**both, **page.context()}
    context["older_url"] = older_url(context["oldest"]) if context["oldest"] else ""
    return render(request, "portal_case.html", context, status=status)


@require_POST
def do(request: ScopedRequest, slug: str, partner: str, case_id: UUID, act: str) -> HttpResponse:
    """Carry out one act of a partner's; wrong input comes back with what was written."""
    found = own_case(request, case_id)
    if act not in ACTS:
        raise Http404
    check_act(request, found, act)
    form = FORMS[act](request.POST)
    if not form.is_valid():
        return show(request, found, {act: form}, status=422)
    with as_application():
        ACTS[act](request, found, form.cleaned_data)
    messages.success(request, done_words(act, request.tenant.name))
    return redirect("portal-case", slug, partner, case_id)


def check_act(request: ScopedRequest, found: OwnCase, act: str) -> None:
    """Refuse who may not, or what is not possible now, whatever they wrote.

    Who speaks for two parties acts here for the one whose page it is.
    """
    if act == "withdraw" and not found.is_own:
        raise NotAllowed(_("Only the partner that raised the dispute can withdraw it."))
    with as_application():
        check(case_for(request.membership, found.id), act, request.membership)


def _reply(request: ScopedRequest, found: OwnCase, facts: dict[str, Any]) -> None:
    add_message(
        case_for(request.membership, found.id),
        by=request.membership,
        at=timezone.now(),
        body=facts["body"],
        audience=Audience.PARTY,
        partner_id=partner_in_force(request),
    )


def _ask(request: ScopedRequest, found: OwnCase, facts: dict[str, Any]) -> None:
    case = case_for(request.membership, found.id)
    case.seen_turn = id_seen(request, "turn")
    request_level(
        case,
        by=request.membership,
        at=timezone.now(),
        partner_id=partner_in_force(request),
        reason=facts["reason"],
    )


def _withdraw(request: ScopedRequest, found: OwnCase, facts: dict[str, Any]) -> None:
    case = case_for(request.membership, found.id)
    withdraw(case, by=request.membership, at=timezone.now(), reason=facts["reason"])


Act = Callable[[ScopedRequest, OwnCase, dict[str, Any]], None]
ACTS: dict[str, Act] = {"message": _reply, "request": _ask, "withdraw": _withdraw}


def done_words(act: str, vendor: str) -> str:
    """Return what is said once an act is done."""
    return {
        "message": _("Sent to %(vendor)s."),
        "request": _("You have asked for the next person. %(vendor)s will answer you."),
        "withdraw": _("Withdrawn. Nobody works on this case any more."),
    }[act] % {"vendor": vendor}


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


def place_url(place: Place | None, *, asked: bool) -> str:
    """Return the address of a neighbouring page, keeping the filter."""
    if place is None:
        return ""
    name = "before" if place.backwards else "after"
    kept = {"asked": "1"} if asked else {}
    return "?" + urlencode({**kept, name: f"{place.over}_{place.at.isoformat()}_{place.id}"})
