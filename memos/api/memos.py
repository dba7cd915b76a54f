"""Memos: read, begun, changed."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404, HttpResponse
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from cases.shapes import named
from memos import pdf, printed, queries
from memos.access import memo_for, visible_memos
from memos.actions.issue import words_to_confirm
from memos.actions.memo import ActionText, Contents, CopyText, draft_memo, edit_memo
from memos.api import examples
from memos.api.concessions import case_of
from memos.models.memo import SECTIONS, Memo, MemoAction, MemoCopy
from memos.places import numbered
from memos.serializers.memo import (
    MemoEditSerializer,
    MemoInSerializer,
    MemoPage,
    MemoSerializer,
    MemosQuery,
    PdfQuery,
)
from memos.views.memo import as_file, file_name
from tenants.errors import Invalid
from tenants.rest.description import PDF, listed, operation
from tenants.rest.matching import tags_seen
from tenants.rest.operation import Operation
from tenants.rest.paging import answer, page_by_id

READS, WRITES = "memos:read", "memos:write"


class Memos(Operation):
    """The memos of the cases a token sees."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS, "POST": WRITES}

    @listed("memos_list", "The memos this token sees", MemosQuery, MemoPage, examples.SUMMARY)
    def get(self, request: Request) -> Response:
        """Answer a page of the memos, the one begun last first."""
        asked = self.asked(MemosQuery)
        found = visible_memos(self.member).select_related("issued_by").defer("search", *SECTIONS)
        named_by = {"case": "case_id", "status": "status"}
        found = found.filter(**{named_by[k]: v for k, v in asked.items() if k in named_by})
        if "q" in asked:
            found = found.filter(pk__in=queries.with_words(asked["q"]))
        page = page_by_id(found, asked, "-id")
        return Response(answer(request, page, [summary(memo) for memo in page.rows]))

    @operation(
        "memos_create",
        "Begin the memo of a case",
        method="post",
        takes=MemoInSerializer,
        gives=MemoSerializer,
        status=201,
        address=False,
        versioned=True,
        example={"case": examples.SUMMARY["case"]},
        answer=examples.BEGUN,
    )
    def post(self, request: Request) -> Response:
        """Begin the memo of an open case, filled with what the case says already."""
        case = case_of(self, self.given(MemoInSerializer)["case"])
        memo = draft_memo(case, by=self.member, at=self.at)
        return shown(self, memo.pk, status=201)


class OneMemo(Operation):
    """One memo."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS, "PUT": WRITES}

    @operation(
        "memos_retrieve", "One memo", gives=MemoSerializer, versioned=True, answer=examples.WRITTEN
    )
    def get(self, request: Request, memo_id: UUID) -> Response:
        """Answer a memo with everything it says."""
        return shown(self, memo_id)

    @operation(
        "memos_update",
        "Change what a memo says",
        method="put",
        takes=MemoEditSerializer,
        gives=MemoSerializer,
        tagged=True,
        versioned=True,
        example=examples.GIVEN,
        answer=examples.WRITTEN,
    )
    def put(self, request: Request, memo_id: UUID) -> Response:
        """Change a memo that is not issued; one in review goes back to draft."""
        memo = memo_for(self.member, memo_id)
        memo.seen_tags = tags_seen(request)
        given = self.given(MemoEditSerializer)
        said: dict[str, Any] = {"revision": memo.revision, "contents": contents_of(memo, given)}
        try:
            edit_memo(memo, by=self.member, at=self.at, **said)
        except Invalid as problem:
            order = {str(copy["partner"]): n for n, copy in enumerate(given.get("copies", ()))}
            raise Invalid(numbered(problem.errors, order)) from None
        return shown(self, memo_id)


class PdfRenderer(BaseRenderer):
    """A print; what is refused is said in JSON."""

    media_type = PDF
    format = "pdf"
    render_style = "binary"

    def render(self, data: Any, *_: Any) -> bytes:
        """Return the bytes of a print, or of a problem."""
        return data if isinstance(data, bytes) else JSONRenderer().render(data)


class MemoPdf(Operation):
    """The print of a memo."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS}
    renderer_classes: ClassVar[list[Any]] = [PdfRenderer, JSONRenderer]  # type: ignore[misc]

    @operation("memos_pdf", "A memo for print", query=PdfQuery, file=PDF)
    def get(self, request: Request, memo_id: UUID) -> HttpResponse:
        """Answer the memo as an accessible PDF: complete, or the copy of one party."""
        memo = memo_for(self.member, memo_id)
        partner = self.asked(PdfQuery).get("partner")
        vendor = self.member.tenant.name
        copies, rows = queries.copies_of(memo), queries.actions_of(memo)
        if partner is None:
            return as_file(pdf.render(printed.full(memo, rows, copies, vendor)), file_name(memo))
        copy = next((copy for copy in copies if copy.partner_id == partner), None)
        if copy is None:
            raise Http404
        sheet = printed.for_party(memo, copy, rows, vendor)
        return as_file(pdf.render(sheet), f"{file_name(memo)}-{copy.partner.slug}")


def contents_of(memo: Memo, given: dict[str, Any]) -> Contents:
    """Return what a memo is to say: sections that were left out stay."""
    before = {name: getattr(memo, name) for name in SECTIONS}
    return Contents(
        title=given["title"],
        sections={**before, **given["sections"]},
        copies=tuple(
            CopyText(copy["partner"], copy["title"], copy["body"])
            for copy in given.get("copies", ())
        ),
        actions=tuple(
            ActionText(
                action["what"],
                action["due_on"],
                owner_id=action.get("owner"),
                partner_id=action.get("partner"),
                id=action.get("id"),
            )
            for action in given.get("actions", ())
        ),
    )


def shown(operation: Operation, memo_id: UUID, *, status: int = 200) -> Response:
    """Return the answer that shows a memo."""
    memo = memo_for(operation.member, memo_id)
    headers = {"ETag": memo.tag}
    if status == 201:
        headers["Location"] = reverse("api-memo", args=[memo.pk], request=operation.request)
    return Response(whole(memo), status=status, headers=headers)


def shown_order(memo: Memo) -> dict[str, int]:
    """Return where in their lists the copies and actions of a memo are shown, by party and id."""
    copies = {str(copy.partner_id): n for n, copy in enumerate(queries.copies_of(memo))}
    return {**copies, **{str(row.pk): n for n, row in enumerate(queries.actions_of(memo))}}


def summary(memo: Memo) -> dict[str, Any]:
    """Return a memo as lists show it."""
    return {
        "id": memo.pk,
        "case": memo.case_id,
        "number": memo.number,
        "version": memo.version,
        "status": memo.status,
        "title": memo.title,
        "issued_at": memo.issued_at,
        "issued_by": person(memo.issued_by),
        "sha256": memo.sha256,
    }


def whole(memo: Memo) -> dict[str, Any]:
    """Return a memo with everything it says."""
    copies, rows = queries.copies_of(memo), queries.actions_of(memo)
    words = [] if memo.is_issued else words_to_confirm(memo, copies, rows)
    return {
        **summary(memo),
        "sections": {name: getattr(memo, name) for name in SECTIONS},
        "copies": [copy_shape(copy) for copy in copies],
        "actions": [action_shape(row) for row in rows],
        "author": person(memo.author),
        "reviewer": person(memo.reviewer),
        "reviewed_at": memo.reviewed_at,
        "review_note": memo.review_note,
        "words_to_confirm": [{"partner": c.partner_id, "word": word} for c, word in words],
        "predecessor": memo.predecessor_id,
        "revision": memo.revision,
    }


def person(user: Any) -> dict[str, Any] | None:
    """Return somebody by id and name, None where it is nobody."""
    return named(user.pk, user.name) if user else None


def copy_shape(copy: MemoCopy) -> dict[str, Any]:
    """Return what one party reads, as it is sent."""
    return {
        "partner": named(copy.partner_id, copy.partner.name),
        "title": copy.title,
        "body": copy.body,
        "sha256": copy.sha256,
    }


def action_shape(row: MemoAction) -> dict[str, Any]:
    """Return an action as it is sent."""
    return {
        "id": row.pk,
        "what": row.what,
        "due_on": row.due_on,
        "owner": person(row.owner),
        "partner": person(row.partner),
        "done_at": row.done_at,
    }
