"""Logging a dispute, step by step: its kind, what happened, check, open."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cases.access import WORKS
from cases.intake import IntakeForm, answers, goes_to, offered
from cases.opening import open_case
from ladder.models import CategoryClass
from tenants.errors import Invalid, NotAllowed
from tenants.forms import put_on
from tenants.middleware import ScopedRequest


def only_staff(request: ScopedRequest) -> None:
    """Refuse who reads only."""
    if request.membership.role not in WORKS:
        raise NotAllowed(_("Only staff of the vendor can log a dispute here."))


@require_GET
def log(request: ScopedRequest, slug: str) -> HttpResponse:
    """Step 1: administrative friction and strategic conflict differ from the first click."""
    only_staff(request)
    hints = {
        CategoryClass.ADMINISTRATIVE: _("Something went wrong that rules already settle."),
        CategoryClass.STRATEGIC: _("Interests collide; it ends with a written memo."),
    }
    categories = list(offered())
    groups = [
        {
            "label": str(CategoryClass(kind).label),
            "hint": hint,
            "items": [
                {
                    "name": category.name,
                    "hint": category.summary,
                    "url": reverse("log-category", args=[slug, category.slug]),
                }
                for category in categories
                if category.category_class == kind
            ],
        }
        for kind, hint in hints.items()
    ]
    return render(request, "log.html", {"categories": groups})


@require_http_methods(["GET", "POST"])
def log_category(request: ScopedRequest, slug: str, category: str) -> HttpResponse:
    """Steps 2 and 3: the answers, and once more all of them before the case is opened."""
    only_staff(request)
    kind = offered().filter(slug=category).first()
    if kind is None:
        raise Http404
    step = request.POST.get("step", "check")
    form = IntakeForm(request.POST if request.method == "POST" else None, category=kind)
    context = {
        "form": form,
        "category": {"name": kind.name, "evidence": kind.evidence, "rule": kind.rule_of_thumb},
        "pick_url": reverse("log", args=[slug]),
    }
    if request.method == "GET":
        return render(request, "log.html", context)
    if step == "change":
        kept = {field.name: field.value() for field in form}
        return render(
            request, "log.html", {**context, "form": IntakeForm(category=kind, initial=kept)}
        )
    if not form.is_valid():
        return render(request, "log.html", context, status=422)
    if step != "open":
        checked = {
            "answers": answers(form),
            "confirm": form,
            "goes_to": goes_to(form.new_case(), timezone.now()),
        }
        return render(request, "log.html", {**context, **checked})
    return opened(request, form, context)


def opened(request: ScopedRequest, form: IntakeForm, context: dict[str, Any]) -> HttpResponse:
    """Open the case, or show why not."""
    try:
        case = open_case(form.new_case(), by=request.membership, at=timezone.now())
    except Invalid as problem:
        put_on(form, problem)
        return render(request, "log.html", context, status=422)
    messages.success(request, _("%(number)s is open. The clock runs.") % {"number": case.number})
    return redirect("case", request.tenant.slug, case.pk)
