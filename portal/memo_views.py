"""The memo as one party reads it: its own copy, what it has to do, and that it has read it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from memos import pdf
from memos.actions.followup import acknowledge_memo
from memos.markdown import render as as_html
from memos.models import Memo
from memos.printed import day_and_time
from portal import queries
from portal.door import as_application
from portal.memo_queries import OwnCopy, own_copy
from portal.queries import OwnCase
from portal.views import partner_in_force, sides
from tenants.middleware import ScopedRequest


def found(request: ScopedRequest, case_id: UUID) -> tuple[OwnCase, OwnCopy]:
    """Return the party's case and copy, or answer as for what does not exist."""
    partner_id = partner_in_force(request)
    case, copy = queries.own_case(partner_id, case_id), own_copy(partner_id, case_id)
    if case is None or copy is None:
        raise Http404
    return case, copy


@require_http_methods(["GET", "POST"])
def memo(request: ScopedRequest, slug: str, partner: str, case_id: UUID) -> HttpResponse:
    """Read the memo; or say that one has read it."""
    case, copy = found(request, case_id)
    if request.method == "POST":
        partner_id, by = partner_in_force(request), request.membership
        read = request.POST.get("copy", "")
        with as_application():
            issued = Memo.objects.select_related("case").get(pk=copy.memo_id)
            acknowledge_memo(issued, by=by, at=timezone.now(), partner_id=partner_id, read=read)
        messages.success(request, _("Thank you. We know now that you have read it."))
        return redirect("portal-memo", slug, partner, case_id)
    return render(request, "portal_memo.html", {**sides(request), **context(request, case, copy)})


def context(request: ScopedRequest, case: OwnCase, copy: OwnCopy) -> dict[str, Any]:
    """Return what the page shows."""
    slug, partner = request.tenant.slug, sides(request)["partner"]["slug"]
    address = [slug, partner, case.id]
    today = timezone.localdate()
    return {
        "case": case,
        "copy": copy,
        "html": as_html(copy.body),
        "issued_by": copy.issued_by or request.tenant.name,
        "actions": [
            {
                "what": action.what,
                "due_on": action.due_on,
                "done_at": action.done_at,
                "late": action.done_at is None and action.due_on < today,
            }
            for action in copy.actions
        ],
        "has_read": any(reader.user_id == request.membership.user_id for reader in copy.readers),
        "case_url": reverse("portal-case", args=address),
        "memo_url": reverse("portal-memo", args=address),
        "pdf_url": reverse("portal-memo-pdf", args=address),
    }


@require_GET
def memo_pdf(request: ScopedRequest, slug: str, partner: str, case_id: UUID) -> HttpResponse:
    """The party's copy for print."""
    case, copy = found(request, case_id)
    sheet = sheet_of(request.tenant.name, sides(request)["partner"]["name"], case, copy)
    answer = HttpResponse(pdf.render(sheet), content_type="application/pdf")
    name = f"{copy.number}-v{copy.version}"
    answer["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return answer


def sheet_of(vendor: str, company: str, case: OwnCase, copy: OwnCopy) -> pdf.PrintedMemo:
    """Return the party's copy as it is printed."""
    return pdf.PrintedMemo(
        vendor=vendor,
        case_number=case.number,
        number=copy.number,
        version=copy.version,
        title=copy.title,
        issued_on=day_and_time(copy.issued_at),
        decided_by=copy.issued_by or vendor,
        status=_("Issued"),
        sections=(("", copy.body),),
        actions=tuple(
            pdf.PrintedAction(
                what=action.what,
                who=company,
                by=date_format(action.due_on, "j F Y"),
                state=_("Done") if action.done_at else _("Open"),
            )
            for action in copy.actions
        ),
        parties=(company,),
        proof=copy.sha256,
        language=get_language() or "en",
        audience_line=_("Copy for %(partner)s") % {"partner": company},
    )
