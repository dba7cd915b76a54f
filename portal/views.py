"""Pages of partners. They know no levels and no codes."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.queries import OwnCase, company, own_cases
from tenants.middleware import ScopedRequest


@require_GET
def cases(request: ScopedRequest, slug: str, partner: str) -> HttpResponse:
    """A company's own cases: how each stands, who has it, what comes next and when."""
    partner_id = request.partner_id
    assert partner_id is not None  # noqa: S101 - the middleware lets nobody in without one
    context = {
        "partner": company(partner_id),
        "vendor": {"name": request.tenant.name},
        "cases": [line(case) for case in own_cases()],
        "empty": {
            "title": _("No cases yet"),
            "text": _("When you and the vendor have a dispute, you can follow it here."),
        },
    }
    return render(request, "portal_cases.html", context)


def line(case: OwnCase) -> dict[str, Any]:
    """Return a case in plain words."""
    words, step = status_words()[case.status]
    who = case.owner_name or _("the vendor")
    return {
        "number": case.number,
        "title": case.title,
        "status_words": words,
        "owner_words": _("With %(name)s") % {"name": who} if case.is_open else "",
        "due_at": case.due_at if case.is_open else None,
        "next_words": step % {"name": who},
        "opened_at": case.opened_at,
    }


def status_words() -> dict[str, tuple[str, str]]:
    """Return how each status is told, and what comes next."""
    return {
        "new": (_("Received"), _("%(name)s answers first, by")),
        "in_progress": (_("Being worked on"), _("%(name)s gives you a decision by")),
        "decided": (_("Decided"), _("%(name)s completes the case by")),
        "resolved": (_("Resolved"), _("Nothing is open between us here.")),
        "closed": (_("Closed"), _("Nothing is open between us here.")),
        "withdrawn": (_("Withdrawn"), _("This was withdrawn.")),
    }
