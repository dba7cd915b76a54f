"""Logging a dispute as a partner, step by step: its kind, what happened, check, open."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cases.intake import PortalIntakeForm, answers, goes_to, offered
from cases.models import Case
from cases.opening import open_case
from ladder.models import Category, CategoryClass
from partners.queries import partners_by_name
from portal.door import as_application
from portal.views import partner_in_force, sides
from tenants.errors import Invalid
from tenants.forms import put_on
from tenants.middleware import ScopedRequest


@require_GET
def log(request: ScopedRequest, slug: str, partner: str) -> HttpResponse:
    """Step 1: what kind of dispute it is."""
    with as_application():
        kinds = list(offered())
    groups = [
        {
            "label": label,
            "items": [
                {
                    "name": kind.name,
                    "hint": kind.summary,
                    "url": reverse("portal-log-category", args=[slug, partner, kind.slug]),
                }
                for kind in kinds
                if kind.category_class == which
            ],
        }
        for which, label in kinds_in_words().items()
    ]
    return render(request, "portal_log.html", {**sides(request), "groups": groups})


def kinds_in_words() -> dict[str, str]:
    """Return the two classes of dispute as a partner reads them."""
    return {
        CategoryClass.ADMINISTRATIVE: _("Something went wrong with a claim, a lead or a payment"),
        CategoryClass.STRATEGIC: _("You and the vendor see an agreement differently"),
    }


@require_http_methods(["GET", "POST"])
def log_category(request: ScopedRequest, slug: str, partner: str, category: str) -> HttpResponse:
    """Steps 2 and 3: the answers, and once more all of them before the case is opened."""
    with as_application():
        kind = offered().filter(slug=category).first()
        if kind is None:
            raise Http404
        form = form_of(request, kind, filled=request.method == "POST")
        step = request.POST.get("step", "check") if request.method == "POST" else "ask"
        shown: dict[str, Any] = {"category": {"name": kind.name, "evidence": kind.evidence}}
        if step == "change":
            kept = {field.name: field.value() for field in form}
            form, step = form_of(request, kind, initial=kept), "ask"
        found = None if step == "ask" else checked(request, form, opens=step == "open")
    if isinstance(found, Case):
        said = _("%(number)s is open. You can follow it here.") % {"number": found.number}
        messages.success(request, said)
        return redirect("portal-case", slug, partner, found.pk)
    shown |= {
        "pick_url": reverse("portal-log", args=[slug, partner]),
        "form": form,
        **(found or {}),
    }
    status = 422 if form.errors else 200
    return render(request, "portal_log.html", {**sides(request), **shown}, status=status)


def form_of(
    request: ScopedRequest, kind: Category, *, filled: bool = False, **others: Any
) -> PortalIntakeForm:
    """Return the form of one kind of dispute for this company."""
    own = partners_by_name().get(pk=partner_in_force(request))
    data = request.POST if filled else None
    return PortalIntakeForm(data, category=kind, partner=own, **others)


def checked(
    request: ScopedRequest, form: PortalIntakeForm, *, opens: bool
) -> Case | dict[str, Any] | None:
    """Return the opened case, or all answers once more with who gets them; None, and the reasons
    on the form, where something is to be corrected."""
    if not form.is_valid():
        return None
    now = timezone.now()
    try:
        if opens:
            return open_case(form.new_case(), by=request.membership, at=now)
        return once_more(form, now)
    except Invalid as problem:
        put_on(form, problem)
        return None


def once_more(form: PortalIntakeForm, now: datetime) -> dict[str, Any]:
    """Return every answer, who gets them, and by when the first answer comes."""
    return {
        "goes_to": goes_to(form.new_case(), now),
        "answers": answers(form),
    }
