"""A partner's page of one clock."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.clockpage import context_of
from portal.clocks import own_clock
from portal.views import own_case, partner_in_force, sides
from tenants.middleware import ScopedRequest


@require_GET
def clock(
    request: ScopedRequest, slug: str, partner: str, case_id: UUID, clock_id: UUID
) -> HttpResponse:
    """Why is it due then? The answer in the company's words, step by step."""
    case = own_case(request, case_id)
    found = own_clock(partner_in_force(request), case_id, clock_id, timezone.now())
    if found is None:
        raise Http404
    url = partial(_url, slug, partner, case_id)
    return render(request, "portal_clock.html", {**sides(request), **context_of(case, found, url)})


def _url(slug: str, partner: str, case_id: UUID, name: str, *rest: Any) -> str:
    return reverse(name, args=[slug, partner, case_id, *rest])
