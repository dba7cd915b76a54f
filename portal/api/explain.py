"""Why a partner's clocks are due when they are."""

from uuid import UUID

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.explain import ExplainClock, rebased_shape, shape
from cases.models import Clock
from cases.shapes import Shape, named
from portal.api.cases import company_of
from portal.clocks import own_clock
from tenants.rest.operation import for_partners

# What is only the vendor's.
HIDDEN: Shape = {"level": None, "window": None, "window_from": None}


@for_partners(ExplainClock, "get")
def explain_own(operation: ExplainClock, request: Request, clock_id: UUID) -> Response:
    """Answer how a clock that the partner may know of comes to its due time."""
    row = Clock.objects.filter(pk=clock_id).values("case_id").first()
    partner_id = company_of(operation)
    found = own_clock(partner_id, row["case_id"], clock_id, operation.at) if row else None
    if found is None:
        raise Http404
    own: Shape = {
        **HIDDEN,
        "id": found.row["id"],
        "case": found.row["case_id"],
        "subject": found.row["subject"],
        "asks": named(found.owner_id, found.owner_name) if found.owner_name else None,
        "cause": found.cause,
        "rebased": rebased_shape(found.rebased_at, None),
    }
    return Response({**own, **shape(found.explained, None, None, found.version)})
