"""The approvals: what waits for a member, each decided in place."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.access import WORKS
from memos.approvals import MOST_SHOWN, last_decisions
from memos.concession_pages import decision_line, title_of, waiting
from memos.forms.concession import form_for
from memos.models import Concession
from tenants.errors import NotAllowed
from tenants.middleware import ScopedRequest

Bound = dict[tuple[UUID, str], forms.Form]


@require_GET
def dashboard(request: ScopedRequest, slug: str) -> HttpResponse:
    """What waits for this member to decide."""
    return approvals(request, slug)


def approvals(request: ScopedRequest, slug: str, bound: Bound | None = None) -> HttpResponse:
    """Render the approvals, with the form that was refused, if one was."""
    member = request.membership
    if member.role not in WORKS:
        raise NotAllowed(_("Only staff decide concessions."))
    cards = waiting(member, timezone.now())
    for card in cards:
        card["answer"] = answer(card["concession"], slug, bound, back="approvals")
    context = {
        "cards": cards,
        "more": len(cards) == MOST_SHOWN,
        "last": [
            {
                **decision_line(decision, decision.concession),
                "title": title_of(decision.concession),
                "case_number": decision.concession.case.number,
                "url": reverse(
                    "concession", args=[slug, decision.concession.case_id, decision.concession_id]
                ),
            }
            for decision in last_decisions(member)
        ],
        "empty": {
            "title": _("Nothing waits for you"),
            "text": _("When a concession needs your authority, it appears here with its clock."),
        },
    }
    return render(request, "approvals.html", context, status=422 if bound else 200)


def answer(
    found: Concession, slug: str, bound: Bound | None = None, back: str = ""
) -> dict[str, Any]:
    """Return the forms by which a request is decided in place."""
    given = bound or {}
    return {
        "key": f"answer-{found.pk}",
        "counter_key": f"counter-{found.pk}",
        "url": url_of(found, "decide", slug),
        "back": back,
        "form": given.get((found.pk, "answer")) or form_for("answer", found),
        "counter": given.get((found.pk, "counter")) or form_for("counter", found),
    }


def url_of(found: Concession, verb: str, slug: str) -> str:
    """Return where a verb is posted to."""
    return reverse("concession-do", args=[slug, found.case_id, found.pk, verb])
