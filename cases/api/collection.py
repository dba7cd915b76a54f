"""The list of cases, logging one, and one case."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from cases.access import case_for
from cases.api import examples
from cases.incoming import read_new
from cases.listing import case_row, case_rows
from cases.opening import open_case
from cases.queries import parties_with_people, results_of
from cases.serializers import (
    CaseInSerializer,
    CasePage,
    CaseSerializer,
    CasesQuery,
)
from cases.shapes import Shape, summary, whole
from tenants.models import Membership
from tenants.rest.description import listed, operation
from tenants.rest.operation import Operation
from tenants.rest.paging import answer
from tenants.seen import tag_of

READS, WRITES = "cases:read", "cases:write"
UNSEEN = {
    204: OpenApiResponse(None, "Carried out; the case is not for this token to see, or no more.")
}


class Cases(Operation):
    """The cases a token sees."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS, "POST": WRITES}

    @listed(
        "cases_list",
        "The cases this token sees",
        CasesQuery,
        CasePage,
        examples.SUMMARY,
        searched=True,
    )
    def get(self, request: Request) -> Response:
        """Answer a page of the cases, the last changed first."""
        page = case_rows(self.member, self.asked(CasesQuery))
        return Response(answer(request, page, [summary(row) for row in page.rows]))

    @operation(
        "cases_create",
        "Log a dispute",
        method="post",
        takes=CaseInSerializer,
        gives=CaseSerializer,
        status=201,
        also=UNSEEN,
        address=False,
        versioned=True,
        example=examples.LOGGED,
        answer=examples.WHOLE,
    )
    def post(self, request: Request) -> Response:
        """Open a case: it has a number, an owner, clocks and a next step at once."""
        new = read_new(self.given(CaseInSerializer))
        case = open_case(new, by=self.member, at=self.at)
        return shown(self.member, case.pk, request, status=201)


class OneCase(Operation):
    """One case."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS}

    @operation(
        "cases_retrieve",
        "One case",
        gives=CaseSerializer,
        versioned=True,
        answer=examples.WHOLE,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """Answer a case with everything that was told about it; its `ETag` is its version."""
        return shown(self.member, case_id, request)


def shape_of(member: Membership, case_id: UUID) -> Shape | None:
    """Return a case as it is sent; None where this member does not see it."""
    row = case_row(member, case_id)
    if row is None:
        return None
    case = case_for(member, case_id)
    results = results_of(case) if case.cycle > 1 else []
    return whole(row, case, parties_with_people(case), results)


def shown(member: Membership, case_id: UUID, request: Request, *, status: int = 200) -> Response:
    """Return the answer that shows a case; 404 whether it is missing or hidden. Who logged one that
    is not for them to see gets no content: that is no reason to take it back."""
    shape = shape_of(member, case_id)
    if shape is None:
        if status == 201:
            return Response(status=204)
        raise Http404
    headers: dict[str, Any] = {"ETag": tag_of(shape["version"])}
    if status == 201:
        headers["Location"] = reverse("api-case", args=[case_id], request=request)
    return Response(shape, status=status, headers=headers)
