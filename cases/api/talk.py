"""What is written in a case, its deadlines, and what happened to it."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from cases.access import case_for
from cases.actions import add_message
from cases.api import examples
from cases.api.collection import READS, WRITES
from cases.listing import clock_rows
from cases.models import Message
from cases.serializers import (
    ClocksSerializer,
    MessageInSerializer,
    MessagePage,
    MessageSerializer,
)
from cases.shapes import Shape, clock, named
from journal.models import Audience
from tenants.errors import Invalid
from tenants.rest.description import listed, operation
from tenants.rest.matching import tags_seen
from tenants.rest.operation import Operation
from tenants.rest.paging import PageQuery, answer, page_by_id


class Messages(Operation):
    """The texts of a case."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS, "POST": WRITES}

    @listed(
        "cases_messages_list",
        "What was written in a case",
        PageQuery,
        MessagePage,
        examples.MESSAGE,
        address=True,
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """Answer a page of the texts, the latest first."""
        case = case_for(self.member, case_id)
        texts = Message.objects.filter(case_id=case.pk).select_related("author")
        page = page_by_id(texts, self.asked(PageQuery), "-id")
        return Response(answer(request, page, [message(text) for text in page.rows]))

    @operation(
        "cases_messages_create",
        "Write into a case",
        method="post",
        takes=MessageInSerializer,
        gives=MessageSerializer,
        status=201,
        located=False,
        tagged=True,
        example={
            "body": examples.MESSAGE["body"],
            "audience": "party",
            "partner": examples.MESSAGE["partner"],
            "asks": True,
        },
        answer=examples.MESSAGE,
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Write for staff only (unless said otherwise), for one party, or for all."""
        case = case_for(self.member, case_id)
        case.seen_tags = tags_seen(request)
        given = self.given(MessageInSerializer)
        partner = given.get("partner")
        said: dict[str, Any] = {
            "body": given["body"],
            "audience": given.get("audience", Audience.PARTY if partner else Audience.INTERNAL),
            "partner_id": partner,
            "asks": given["asks"],
        }
        try:
            written = add_message(case, by=self.member, at=self.at, **said)
        except Invalid as problem:
            # To whom it goes a form says in one field, a program in two.
            field = "partner" if partner else "audience"
            wrong = {field if k == "audience" else k: v for k, v in problem.errors.items()}
            raise Invalid(wrong) from None
        return Response(message(written), status=201)


def message(text: Message) -> Shape:
    """Return a text as it is sent."""
    return {
        "id": text.pk,
        "kind": text.kind,
        "author": named(text.author_id, text.author.name if text.author else ""),
        "audience": text.audience,
        "partner": text.partner_id,
        "body": text.body,
        "at": text.at,
    }


class Clocks(Operation):
    """The deadlines of a case."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS}

    @operation(
        "cases_clocks",
        "The clocks of a case, of every cycle",
        gives=ClocksSerializer,
        answer={"results": examples.SUMMARY["clocks"]},
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """Answer every clock there ever was, in the order in which they started."""
        case = case_for(self.member, case_id)
        found: list[Any] = clock_rows(case.pk)
        return Response({"results": [clock(row) for row in found]})
