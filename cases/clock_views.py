"""Pages of a case's clocks."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from cases.access import case_for
from cases.clockpage import context_of
from cases.explained import clock_for, shown_clock
from tenants.middleware import ScopedRequest
from tenants.models import Role


@require_GET
def clock(request: ScopedRequest, slug: str, case_id: UUID, clock_id: UUID) -> HttpResponse:
    """Why is it due then? The answer, step by step."""
    case = case_for(request.membership, case_id)
    found = clock_for(case, clock_id)
    case_url = reverse("case", args=[slug, case.pk])
    may_rebase = request.membership.role == Role.ADMIN and case.is_open
    shown = context_of(case, found, case_url, timezone.now())
    return render(request, "clock.html", {**shown, "may_rebase": may_rebase})


@require_GET
def due(request: ScopedRequest, slug: str, case_id: UUID) -> HttpResponse:
    """To the clock that a case shows in lists; to the case itself where it shows none any more."""
    case = case_for(request.membership, case_id)
    shown = shown_clock(case)
    if shown is None:
        return redirect("case", slug, case.pk)
    return redirect("case-clock", slug, case.pk, shown.pk)
