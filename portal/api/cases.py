"""A partner's cases: read behind its wall, acted on through the one door."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from cases.access import case_for
from cases.actions import add_message, withdraw
from cases.api.collection import Cases, OneCase
from cases.api.talk import Clocks, Messages
from cases.api.verbs import RequestLevel, Withdraw
from cases.incoming import read_new
from cases.listing import CLOCK_ORDER
from cases.models import Case, Message
from cases.opening import open_case
from cases.requests import request_level
from cases.serializers import (
    CaseInSerializer,
    CasesQuery,
    MessageInSerializer,
    ReasonSerializer,
)
from cases.shapes import Shape, clock, named
from journal.models import Audience
from memos.models import MemoCopy, MemoStatus
from partners.queries import partners_by_name
from portal import queries
from portal.api import shapes
from portal.clocks import COLUMNS as CLOCK
from portal.clocks import known_clocks
from portal.door import as_application
from tenants.errors import Invalid, NotAllowed
from tenants.rest.operation import Operation, QueryError, for_partners
from tenants.rest.paging import (
    PageQuery,
    Slice,
    answer,
    check_order,
    cut,
    instant,
    page_by_id,
    page_by_instant,
)

COLUMNS = (*queries.COLUMNS, *queries.WITH_PART, "category__slug", "own_memo")
# What a partner may narrow its list to. When a case last changed is not among it: that would tell
# of every other party's answer.
FILTERS = {"status": "status__in", "number": "number"}
ORDER = "-opened_at"
PLACED = frozenset({"limit", "cursor"})


def company_of(operation: Operation) -> UUID:
    """Return for which partner the token acts."""
    found: UUID = operation.request._request.partner_id  # type: ignore[attr-defined]
    return found


@for_partners(Cases, "get")
def own_cases(operation: Cases, request: Request) -> Response:
    """Answer a page of the partner's cases, the last opened first."""
    partner_id, asked = company_of(operation), operation.asked(CasesQuery)
    if unknown := set(asked) - set(FILTERS) - PLACED:
        raise QueryError({name: [_("Only the vendor asks this.")] for name in sorted(unknown)})
    page = replace(page_of(partner_id, asked), cut=False)
    return Response(answer(request, page, shapes.summaries(partner_id, list(page.rows))))


def page_of(partner_id: UUID, asked: Mapping[str, Any]) -> Slice[dict[str, Any]]:
    """Return a page of a partner's cases by keyset."""
    begin, limit = asked.get("cursor"), asked["limit"]
    check_order(begin, ORDER, [instant, UUID])
    down = begin is None or not begin.backwards
    cases = rows_of(partner_id).filter(**{FILTERS[k]: v for k, v in asked.items() if k in FILTERS})
    if begin is not None:
        at, ident = datetime.fromisoformat(begin.values[0]), UUID(begin.values[1])
        word = "lt" if down else "gt"
        same = Q(opened_at=at, **{f"id__{word}": ident})
        cases = cases.filter(Q(**{f"opened_at__{word}": at}) | same)
    sign = "-" if down else ""
    found = list(cases.order_by(f"{sign}opened_at", f"{sign}id").values(*COLUMNS)[: limit + 1])
    return cut(found, limit, begin, ORDER, place_of)


def place_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return where a case stands in the list."""
    return row["opened_at"].isoformat(), str(row["id"])


def rows_of(partner_id: UUID) -> "QuerySet[Case]":
    """Return a partner's cases, each with its part in it and the memo whose copy it may read."""
    copies = MemoCopy.objects.filter(
        partner_id=partner_id, memo__case_id=OuterRef("pk"), memo__status=MemoStatus.ISSUED
    )
    latest = copies.order_by("-memo__version").values("memo_id")[:1]
    return queries.with_parts(partner_id).annotate(own_memo=Subquery(latest))


def shape_of(partner_id: UUID, case_id: UUID) -> Shape:
    """Return a case of the partner's, or fail as for a missing one."""
    rows = list(rows_of(partner_id).filter(pk=case_id).values(*COLUMNS))
    own = queries.own_case(partner_id, case_id)
    if not rows or own is None:
        raise Http404
    company = named(partner_id, queries.company(partner_id)["name"])
    shape = shapes.summaries(partner_id, rows)[0]
    return shapes.whole(shape, queries.own_account(partner_id, case_id), own.role, company)


@for_partners(OneCase, "get")
def own_case(operation: OneCase, request: Request, case_id: UUID) -> Response:
    """Answer one of the partner's cases."""
    return Response(shape_of(company_of(operation), case_id))


@for_partners(Cases, "post")
def log_own(operation: Cases, request: Request) -> Response:
    """Log a dispute in the partner's own name."""
    partner_id = company_of(operation)
    given = operation.given(CaseInSerializer)
    with as_application():
        own = partners_by_name().get(pk=partner_id)
        case = open_case(read_new(given, own=own), by=operation.member, at=operation.at)
    place = reverse("api-case", args=[case.pk], request=request)
    return Response(shape_of(partner_id, case.pk), status=201, headers={"Location": place})


def carried_out(operation: Operation, case_id: UUID, act: Callable[[Case], object]) -> Response:
    """Carry a verb out through the door; answer the case as it is then."""
    partner_id = company_of(operation)
    if queries.own_case(partner_id, case_id) is None:
        raise Http404
    with as_application():
        act(case_for(operation.member, case_id))
    return Response(shape_of(partner_id, case_id))


@for_partners(RequestLevel, "post")
def ask_own(operation: RequestLevel, request: Request, case_id: UUID) -> Response:
    """Ask for the next level."""
    reason, partner_id = operation.given(ReasonSerializer)["reason"], company_of(operation)
    who: dict[str, Any] = {"by": operation.member, "at": operation.at, "partner_id": partner_id}
    return carried_out(operation, case_id, lambda case: request_level(case, reason=reason, **who))


@for_partners(Withdraw, "post")
def withdraw_own(operation: Withdraw, request: Request, case_id: UUID) -> Response:
    """Withdraw the partner's own case."""
    reason = operation.given(ReasonSerializer)["reason"]
    own = queries.own_case(company_of(operation), case_id)
    if own is not None and not own.is_own:
        raise NotAllowed(_("Only the partner that raised the dispute can withdraw it."))
    who: dict[str, Any] = {"by": operation.member, "at": operation.at}
    return carried_out(operation, case_id, lambda case: withdraw(case, reason=reason, **who))


@for_partners(Clocks, "get")
def own_clocks(operation: Clocks, request: Request, case_id: UUID) -> Response:
    """Answer a page of the clocks the partner may know of, in the order in which they started."""
    partner_id = company_of(operation)
    row = queries.of_partner(partner_id).filter(pk=case_id).values("cycle").first()
    if row is None:
        raise Http404
    found = known_clocks(partner_id, [case_id]).filter(cycle=row["cycle"]).values(*CLOCK)
    page = page_by_instant(found, operation.asked(PageQuery), CLOCK_ORDER, "anchor", "kind")
    return Response(answer(request, page, [clock({**one, "window": None}) for one in page.rows]))


@for_partners(Messages, "get")
def own_messages(operation: Messages, request: Request, case_id: UUID) -> Response:
    """Answer a page of the texts meant for the partner, the latest first."""
    partner_id = company_of(operation)
    if queries.own_case(partner_id, case_id) is None:
        raise Http404
    meant = Q(audience=Audience.PARTIES) | Q(audience=Audience.PARTY, partner_id=partner_id)
    texts = Message.objects.filter(meant, case_id=case_id).only(*TEXT)
    page = page_by_id(texts, operation.asked(PageQuery), "-id")
    names = queries.names_of({text.author_id for text in page.rows if text.author_id})
    found = [text_shape(text, names) for text in page.rows]
    return Response(answer(request, page, found))


TEXT = ("id", "tenant_id", "kind", "author_id", "audience", "partner_id", "body", "at")


def text_shape(text: Message, names: Mapping[UUID, str]) -> Shape:
    """Return a text as the partner reads it: who may not be named is nobody."""
    author = text.author_id
    return {
        "id": text.pk,
        "kind": text.kind,
        "author": named(author, names[author]) if author and names.get(author) else None,
        "audience": text.audience,
        "partner": text.partner_id,
        "body": text.body,
        "at": text.at,
    }


@for_partners(Messages, "post")
def write_own(operation: Messages, request: Request, case_id: UUID) -> Response:
    """Write to the vendor, in the partner's own name."""
    partner_id, given = company_of(operation), operation.given(MessageInSerializer)
    if queries.own_case(partner_id, case_id) is None:
        raise Http404
    refuse_other_readers(given, partner_id)
    with as_application():
        written = add_message(
            case_for(operation.member, case_id),
            by=operation.member,
            at=operation.at,
            body=given["body"],
            audience=Audience.PARTY,
            partner_id=partner_id,
        )
    return Response(
        text_shape(written, {operation.member.user_id: own_name(operation)}), status=201
    )


def own_name(operation: Operation) -> str:
    """Return the name of the person the token belongs to."""
    return str(operation.member.user.name)


def refuse_other_readers(given: Mapping[str, Any], partner_id: UUID) -> None:
    """Refuse a partner's words that are for others than the vendor."""
    said = _("A partner writes in its own name, to the vendor only.")
    errors = {}
    if given.get("audience", Audience.PARTY) != Audience.PARTY:
        errors["audience"] = said
    if given.get("partner", partner_id) != partner_id:
        errors["partner"] = said
    if given["asks"]:
        errors["asks"] = _("Only the vendor asks this way.")
    if errors:
        raise Invalid(errors)
