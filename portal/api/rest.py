"""What else a partner's token reads: its copies of memos, itself, and what a dispute is asked."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from cases.intake import offered
from cases.shapes import Shape, named
from ladder.api import categories
from memos import pdf
from memos.actions.followup import acknowledge_memo
from memos.api.memo_verbs import AcknowledgeMemo
from memos.api.memos import MemoPdf, Memos, OneMemo
from memos.models import Memo, MemoAction, MemoCopy, MemoStatus
from memos.serializers.memo import MemosQuery, PdfQuery
from memos.views.memo import as_file
from partners.api import OnePartner, Partners
from partners.models import Contact, Partner
from partners.serializers import PartnersQuery
from portal import queries
from portal.api.cases import company_of
from portal.door import as_application
from portal.memo_queries import own_copy
from portal.memo_views import sheet_of
from tenants.rest.description import EmptySerializer
from tenants.rest.operation import Operation, QueryError, for_partners
from tenants.rest.paging import PageQuery, answer, page_by_id

MEMO = ("case_id", "number", "version", "status", "issued_at", "issued_by_id")


def copies_of(partner_id: UUID) -> Any:
    """Return the copies of issued memos that a partner may read."""
    own = MemoCopy.objects.filter(partner_id=partner_id, memo__status=MemoStatus.ISSUED)
    columns = ("id", "tenant_id", "memo_id", "partner_id", "title", "body", "sha256")
    return own.select_related("memo").only(*columns, *(f"memo__{name}" for name in MEMO))


@for_partners(Memos, "get")
def own_memos(operation: Memos, request: Request) -> Response:
    """Answer a page of the memos the partner has a copy of, the latest first."""
    asked = operation.asked(MemosQuery)
    if "q" in asked:
        raise QueryError({"q": [_("Only the vendor asks this.")]})
    named_by = {"case": "memo__case_id", "status": "memo__status"}
    found = copies_of(company_of(operation))
    found = found.filter(**{named_by[k]: v for k, v in asked.items() if k in named_by})
    page = page_by_id(found, asked, "-id")
    names = queries.names_of({c.memo.issued_by_id for c in page.rows if c.memo.issued_by_id})
    return Response(answer(request, page, [summary(copy, names) for copy in page.rows]))


def summary(copy: MemoCopy, names: dict[UUID, str]) -> Shape:
    """Return a memo under the heading of the partner's copy."""
    memo = copy.memo
    return {
        "id": memo.pk,
        "case": memo.case_id,
        "number": memo.number,
        "version": memo.version,
        "status": memo.status,
        "title": copy.title,
        "issued_at": memo.issued_at,
        "issued_by": named(memo.issued_by_id, names.get(memo.issued_by_id))
        if memo.issued_by_id in names
        else None,
        "sha256": copy.sha256,
    }


def found_copy(operation: Operation, memo_id: UUID) -> MemoCopy:
    """Return the partner's copy of a memo, or fail as for a missing one."""
    found: MemoCopy | None = copies_of(company_of(operation)).filter(memo_id=memo_id).first()
    if found is None:
        raise Http404
    return found


def whole(operation: Operation, copy: MemoCopy) -> Shape:
    """Return a memo as the partner reads it: its copy, and what it has to do."""
    partner_id = company_of(operation)
    company = named(partner_id, queries.company(partner_id)["name"])
    actions = MemoAction.objects.filter(memo_id=copy.memo_id, partner_id=partner_id)
    rows = actions.order_by("position", "id").values("id", "what", "due_on", "done_at")
    own = {"partner": company, "title": copy.title, "body": copy.body, "sha256": copy.sha256}
    names = queries.names_of({copy.memo.issued_by_id} - {None})
    return {
        **summary(copy, names),
        "sections": None,
        "copies": [own],
        "actions": [{**row, "owner": None, "partner": company} for row in rows],
        "author": None,
        "reviewer": None,
        "reviewed_at": None,
        "review_note": "",
        "words_to_confirm": [],
        "predecessor": None,
        "revision": None,
    }


@for_partners(OneMemo, "get")
def own_memo(operation: OneMemo, request: Request, memo_id: UUID) -> Response:
    """Answer the partner's copy."""
    return Response(whole(operation, found_copy(operation, memo_id)))


@for_partners(AcknowledgeMemo, "post")
def acknowledge_own(operation: AcknowledgeMemo, request: Request, memo_id: UUID) -> Response:
    """Say that one has read the copy."""
    copy = found_copy(operation, memo_id)
    operation.given(EmptySerializer)
    with as_application():
        memo = Memo.objects.select_related("case").get(pk=copy.memo_id)
        acknowledge_memo(
            memo,
            by=operation.member,
            at=operation.at,
            partner_id=company_of(operation),
            read=copy.sha256,
        )
    return Response(whole(operation, copy))


@for_partners(MemoPdf, "get")
def own_pdf(operation: MemoPdf, request: Request, memo_id: UUID) -> HttpResponse:
    """Answer the print of the partner's copy of the memo in force."""
    partner_id = company_of(operation)
    if operation.asked(PdfQuery).get("partner", partner_id) != partner_id:
        raise Http404
    copy = found_copy(operation, memo_id)
    case = queries.own_case(partner_id, copy.memo.case_id)
    text = own_copy(partner_id, copy.memo.case_id)
    if case is None or text is None or text.memo_id != memo_id:
        raise Http404
    company = queries.company(partner_id)["name"]
    sheet = sheet_of(operation.member.tenant.name, company, case, text)
    return as_file(pdf.render(sheet), f"{text.number}-v{text.version}")


@for_partners(Partners, "get")
def own_company(operation: Partners, request: Request) -> Response:
    """Answer the partner itself."""
    asked = operation.asked(PartnersQuery)
    found = company_rows(company_of(operation))
    if "external_id" in asked:
        raise QueryError({"external_id": [_("Only the vendor asks this.")]})
    if "slug" in asked:
        found = found.filter(slug=asked["slug"])
    page = page_by_id(found, asked)
    return Response(answer(request, page, [company_shape(row) for row in page.rows]))


@for_partners(OnePartner, "get")
def one_company(operation: OnePartner, request: Request, partner_id: UUID) -> Response:
    """Answer the partner itself, or as for a missing one."""
    found = company_rows(company_of(operation)).filter(pk=partner_id).first()
    if found is None:
        raise Http404
    return Response(company_shape(found))


def company_rows(partner_id: UUID) -> Any:
    """Return the partner, of which the portal's role reads some columns."""
    columns = ("id", "tenant_id", "slug", "name", "kind", "region_id", "tier_id")
    own = Partner.objects.filter(pk=partner_id).select_related("region", "tier")
    places = ("region__slug", "tier__slug")
    return own.only(*columns, *places)


def company_shape(row: Partner) -> Shape:
    """Return the partner as it is sent to itself."""
    contacts = Contact.objects.filter(partner_id=row.pk)
    people = list(contacts.order_by("id").values_list("user_id", flat=True))
    names = queries.names_of(set(people))
    return {
        "id": row.pk,
        "slug": row.slug,
        "name": row.name,
        "kind": row.kind,
        "region": row.region.slug,
        "tier": row.tier.slug if row.tier else None,
        "external_id": None,
        "contacts": [{"id": user, "name": names.get(user, "")} for user in people],
    }


@for_partners(categories.Categories, "get")
def kinds(operation: categories.Categories, request: Request) -> Response:
    """Answer the kinds of dispute a partner may log, with what it is asked."""
    asked = operation.asked(PageQuery)
    with as_application():
        page = page_by_id(offered(), asked)
        found = [categories.shape(row, own=True) for row in page.rows]
    return Response(answer(request, page, found))
