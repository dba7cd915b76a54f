"""The list of acts outside the rules: what is open, and what was learned."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.models import Override
from cases.overridepage import facts_of, reasons_of
from cases.overrides import listed
from cases.paging import bounded, paged, tab
from cases.views import place_url, read_place
from tenants.middleware import ScopedRequest
from tenants.models import Membership

VIEWS = ("open", "reconciled")


@require_GET
def overrides(request: ScopedRequest, slug: str) -> HttpResponse:
    """Acts outside the rules in the cases this member sees: what is open, the oldest first, or what
    was learned, the latest first."""
    view = request.GET.get("view", "open")
    if view not in VIEWS:
        raise Http404
    rows = listed(request.membership, is_open=view == "open")
    rows = rows.select_related("case", "by", "reconciled_by").defer("case__search")
    key = "at" if view == "open" else "reconciled_at"
    page = paged(rows, key, read_place(request), latest_first=view != "open")
    context = {
        "rows": rows_of(slug, page.rows),
        "tabs": tabs(request.membership, slug, view),
        "next_url": place_url(request, page.next),
        "previous_url": place_url(request, page.previous),
        "empty": empty(view),
    }
    return render(request, "overrides.html", context)


def rows_of(slug: str, found: Sequence[Override]) -> list[dict[str, Any]]:
    """Return a list's rows; as many queries for fifty as for one."""
    reasons, now = reasons_of(found), timezone.now()
    return [
        {
            **facts_of(row, reasons, now),
            "url": f"{reverse('case', args=[slug, row.case_id])}#override-{row.pk}",
            "number": row.case.number,
            "title": row.case.title,
            "finding": row.get_finding_display(),
            "learned": row.learned,
            "reconciled_by": row.reconciled_by.name if row.reconciled_by else "",
            "reconciled_at": row.reconciled_at,
        }
        for row in found
    ]


def tabs(member: Membership, slug: str, current: str) -> list[dict[str, Any]]:
    """Return both lists with how many stand there, counted up to a bound."""
    labels = {"open": _("Open"), "reconciled": _("Reconciled")}
    own = reverse("overrides", args=[slug])
    return [
        tab(
            label,
            bounded(listed(member, is_open=view == "open")),
            f"{own}?{urlencode({'view': view})}",
            current=view == current,
        )
        for view, label in labels.items()
    ]


def empty(view: str) -> dict[str, str]:
    """Return what an empty list says."""
    if view == "open":
        return {
            "title": _("Nothing is open"),
            "text": _(
                "What is done outside the rules stands here until somebody says what was learned."
            ),
        }
    return {
        "title": _("Nothing yet"),
        "text": _("What was learned of acts outside the rules stands here."),
    }
