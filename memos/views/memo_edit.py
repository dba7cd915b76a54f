"""The page that edits a memo: sections with preview, what each party reads, actions."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.queries import parties_with_people
from memos import queries
from memos.access import check_memo, memo_for
from memos.actions.memo import edit_memo
from memos.forms.memo import MemoForms
from memos.markdown import render as as_html
from memos.models.memo import SECTIONS, Memo
from memos.printed import doer, heading_of
from tenants.errors import Invalid, NotNow
from tenants.middleware import ScopedRequest
from tenants.queries import colleagues


@require_http_methods(["GET", "POST"])
def edit(request: ScopedRequest, slug: str, memo_id: UUID) -> HttpResponse:
    """Change a memo, or see how it will read before it is saved."""
    found = memo_for(request.membership, memo_id)
    check_memo(found, "edit", request.membership)
    forms = forms_of(found, request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return show(request, found, forms)
    if request.POST.get("step") == "preview":
        shown = preview(forms)
        if request.htmx:  # type: ignore[attr-defined]
            return render(request, "components/memo_preview.html", {"preview": shown})
        return show(request, found, forms, preview=shown)
    if not forms.is_valid():
        return show(request, found, forms, status=422)
    return save(request, found, forms)


def forms_of(found: Memo, data: Any) -> MemoForms:
    """Return the forms of a memo, filled with what was sent, or with what is saved."""
    return MemoForms(
        found,
        {copy.partner_id: copy for copy in queries.copies_of(found)},
        queries.actions_of(found),
        parties_with_people(found.case),
        colleagues(),
        data,
    )


def save(request: ScopedRequest, found: Memo, forms: MemoForms) -> HttpResponse:
    """Save; what was refused, or overtaken, comes back with everything that was written."""
    revision = forms.memo.cleaned_data["revision"]
    by, at = request.membership, timezone.now()
    try:
        edit_memo(found, by=by, at=at, revision=revision, contents=forms.contents())
    except Invalid as problem:
        forms.refuse(problem.errors)
        return show(request, found, forms, status=422)
    except NotNow:
        again = memo_for(by, found.pk)
        # Who may no longer change it at all is told so, as everywhere.
        check_memo(again, "edit", by)
        return overtaken(request, again, forms)
    messages.success(request, _("Saved."))
    return redirect("memo", request.tenant.slug, found.pk)


def overtaken(request: ScopedRequest, again: Memo, forms: MemoForms) -> HttpResponse:
    """Show what was written once more, to be saved over what somebody else saved meanwhile."""
    forms.memo.data = forms.memo.data.copy()  # type: ignore[attr-defined]
    forms.memo.data["revision"] = str(again.revision)  # type: ignore[index]
    clash = {"by": again.edited_by.name, "at": again.updated_at}
    return show(request, again, forms, clash=clash, status=409)


def preview(forms: MemoForms) -> dict[str, Any]:
    """Return how what was sent will read."""
    raw = forms.raw()
    return {
        "sections": [
            {"heading": heading_of(name), "html": as_html(raw[name])}
            for name in SECTIONS
            if raw[name].strip()
        ],
        "copies": [
            {
                "partner": party.partner.name,
                "heading": str(form["heading"].value() or ""),
                "html": as_html(str(form["body"].value() or "")[:20_000]),
            }
            for party in forms.parties
            if (form := forms.copies[party.partner_id])
        ],
    }


def show(
    request: ScopedRequest,
    found: Memo,
    forms: MemoForms,
    *,
    preview: dict[str, Any] | None = None,
    clash: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the editor."""
    slug = request.tenant.slug
    own = reverse("memo-edit", args=[slug, found.pk])
    done = [action for action in queries.actions_of(found) if action.done_at]
    context = {
        "memo": found,
        "form": forms.memo,
        "sections": forms.memo.sections(),
        "copies": [
            {"party": party, "form": forms.copies[party.partner_id]} for party in forms.parties
        ],
        "actions": forms.actions,
        "done": [{"what": a.what, "who": doer(a), "at": a.done_at} for a in done],
        "errors": errors_of(forms),
        "preview": preview,
        "clash": clash,
        "reviewed": found.status == "in_review",
        "url": own,
        "memo_url": reverse("memo", args=[slug, found.pk]),
    }
    return render(request, "memo_edit.html", context, status=status)


def errors_of(forms: MemoForms) -> list[dict[str, str]]:
    """Return everything to correct, each with where it is."""
    found = []
    names = {f"party-{p.partner_id}": p.partner.name for p in forms.parties}
    for form in forms.all_forms():
        for name, reasons in form.errors.items():
            field = form[name] if name in form.fields else None
            whose = names.get(str(form.prefix), "")
            label = str(field.label) if field else ""
            label = ", ".join(part for part in (whose, label) if part)
            place = f"#{field.id_for_label}" if field else ""
            found += [{"label": label, "text": str(reason), "url": place} for reason in reasons]
    return found
