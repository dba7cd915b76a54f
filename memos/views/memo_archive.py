"""The archive of memos: what was issued last first, found again by words and filters."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.paging import bounded, tab
from cases.queries import party_names
from cases.views import place_url, read_place
from ladder.models import Category
from memos import queries
from memos.models.memo import Memo, MemoStatus
from memos.queries import Sought
from tenants.middleware import ScopedRequest

FILTERS = ("status", "q", "category", "partner", "year")


@require_GET
def archive(request: ScopedRequest, slug: str) -> HttpResponse:
    """The memos this member sees, a page at a time."""
    member, sought = request.membership, read_sought(request)
    memos = queries.listed(member, sought)
    page = queries.page_of(memos, sought, read_place(request))
    context = {
        "rows": rows_of(request, page.rows),
        "tabs": tabs(request, sought),
        "sought": sought,
        "categories": Category.objects.order_by("position", "name"),
        "partners": queries.partner_names(),
        "years": queries.years(member),
        "next_url": place_url(request, page.next, FILTERS),
        "previous_url": place_url(request, page.previous, FILTERS),
        "empty": empty(slug, sought, filtered=is_filtered(sought)),
        "filtered": is_filtered(sought),
        "clear_url": f"{reverse('memos', args=[slug])}?{urlencode({'status': sought.status})}",
    }
    return render(request, "memos.html", context)


def read_sought(request: HttpRequest) -> Sought:
    """Return what is asked for; what cannot be meant is left out."""
    said = {name: request.GET.get(name, "").replace("\x00", "")[:200] for name in FILTERS}
    year = said["year"]
    known = said["status"] in MemoStatus.values
    right = len(year) == 4 and year.isascii() and year.isdigit() and int(year) > 0
    return queries.sought_by(
        status=said["status"] if known else MemoStatus.ISSUED,
        text=said["q"],
        category=said["category"],
        partner=said["partner"],
        year=int(year) if right else None,
    )


def is_filtered(sought: Sought) -> bool:
    """Whether more than the status is asked for."""
    return bool(sought.text or sought.category or sought.partner or sought.year)


def rows_of(request: ScopedRequest, memos: Sequence[Memo]) -> list[dict[str, Any]]:
    """Return a list's rows; as many queries for fifty as for one."""
    slug = request.tenant.slug
    names = party_names(memo.case for memo in memos)
    return [
        {
            "url": reverse("memo", args=[slug, memo.pk]),
            "number": memo.number,
            "version": memo.version,
            "title": memo.title,
            "case_number": memo.case.number,
            "category": memo.case.category.name,
            "parties": names.get(memo.case_id, []),
            "status": memo.status,
            "status_label": memo.get_status_display(),
            "issued_at": memo.issued_at,
            "updated_at": memo.updated_at,
            "author": memo.author.name,
            "issued_by": memo.issued_by.name if memo.issued_by else "",
            "found": found_line(memo),
        }
        for memo in memos
    ]


def found_line(memo: Memo) -> str:
    """Return the line in which the words stand, marked; empty where none was sought or shown."""
    headline = getattr(memo, "headline", "")
    return queries.marked(headline) if queries.START in headline else ""


def tabs(request: ScopedRequest, sought: Sought) -> list[dict[str, Any]]:
    """Return the three states with how many memos each holds, counted up to a bound."""
    own = reverse("memos", args=[request.tenant.slug])
    kept = {k: v for k, v in request.GET.items() if k in FILTERS and k != "status" and v}
    return [
        tab(
            str(status.label),
            bounded(queries.listed(request.membership, replace(sought, status=status))),
            f"{own}?{urlencode({'status': status.value, **kept})}",
            current=status == sought.status,
        )
        for status in (MemoStatus.ISSUED, MemoStatus.IN_REVIEW, MemoStatus.DRAFT)
    ]


def empty(slug: str, sought: Sought, *, filtered: bool) -> dict[str, str]:
    """Return what an empty list says."""
    own = reverse("memos", args=[slug])
    if filtered:
        return {
            "title": _("Nothing fits"),
            "text": _("No memo of this state has these words and filters."),
            "action_url": f"{own}?{urlencode({'status': sought.status})}",
            "action_label": _("Show all of them"),
        }
    said = {
        MemoStatus.ISSUED: _("A memo is the written resolution of a case. Issued ones stand here."),
        MemoStatus.IN_REVIEW: _("A memo that a colleague is asked to review stands here."),
        MemoStatus.DRAFT: _("A memo is begun on the page of its case."),
    }
    return {"title": _("No memos here yet"), "text": said[MemoStatus(sought.status)]}
