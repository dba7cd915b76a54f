"""Concessions: asking for one, and deciding it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from cases.access import visible_cases
from cases.models import Case, Clock
from cases.queries import complainant_of
from cases.serializers import ReasonSerializer
from cases.shapes import named
from ladder.money import plain_amount
from ladder.queries import programme
from memos.actions import concession as actions
from memos.api import concession_examples as examples
from memos.concession_access import concession_for, visible_concessions
from memos.concession_pages import has_lapsed
from memos.models import Concession, Decision
from memos.routing import last_clocks
from memos.serializers.concession import (
    AskSerializer,
    ConcessionDecideSerializer,
    ConcessionInSerializer,
    ConcessionPage,
    ConcessionSerializer,
    ConcessionsQuery,
)
from memos.terms import Ask
from tenants.errors import Invalid
from tenants.rest.description import EmptySerializer, listed, operation
from tenants.rest.description import verb as described
from tenants.rest.matching import tags_seen
from tenants.rest.operation import Operation
from tenants.rest.paging import answer, page_by_id

READS, WRITES = "concessions:read", "concessions:write"
Form = type[serializers.Serializer[Any]]


class Concessions(Operation):
    """The concessions of the cases a token sees."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS, "POST": WRITES}

    @listed(
        "concessions_list",
        "The concessions this token sees",
        ConcessionsQuery,
        ConcessionPage,
        examples.PENDING,
    )
    def get(self, request: Request) -> Response:
        """Answer a page of the concessions, the one asked for last first."""
        asked = self.asked(ConcessionsQuery)
        found = visible_concessions(self.member)
        named_by = {"case": "case_id", "state": "state"}
        found = found.filter(**{named_by[k]: v for k, v in asked.items() if k in named_by})
        page = page_by_id(found, asked, "-id")
        return Response(answer(request, page, shapes(page.rows)))

    @operation(
        "concessions_create",
        "Ask for a concession",
        method="post",
        takes=ConcessionInSerializer,
        gives=ConcessionSerializer,
        status=201,
        address=False,
        versioned=True,
        example=examples.GIVEN,
        answer=examples.PENDING,
    )
    def post(self, request: Request) -> Response:
        """Ask to concede something: it goes to the lowest level that has the authority, and to
        nobody who asked."""
        given = self.given(ConcessionInSerializer)
        case = case_of(self, given["case"])
        made = actions.request_concession(
            case,
            ask_of(given, case.currency),
            by=self.member,
            at=self.at,
            partner_id=given.get("partner") or usual_party(case),
            reason=given["reason"],
            condition=given["condition"],
        )
        return shown(self, made.pk, status=201)


class OneConcession(Operation):
    """One concession."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS}

    @operation(
        "concessions_retrieve",
        "One concession",
        gives=ConcessionSerializer,
        versioned=True,
        answer=examples.PENDING,
    )
    def get(self, request: Request, concession_id: UUID) -> Response:
        """Answer a concession and what was decided about it."""
        return shown(self, concession_id)


class ConcessionVerb(Operation):
    """One verb of a concession."""

    scopes: ClassVar[dict[str, str]] = {"POST": WRITES}
    form: ClassVar[Form] = EmptySerializer
    act: ClassVar[Callable[..., Any]]

    def facts(self, concession: Concession) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return what the verb is told, by place and by name."""
        return (), self.given(self.form)

    def post(self, request: Request, concession_id: UUID) -> Response:
        """Carry it out, or say why not; answer the concession as it is then."""
        concession = concession_for(self.member, concession_id)
        concession.seen_tags = tags_seen(request)
        places, facts = self.facts(concession)
        type(self).act(concession, *places, by=self.member, at=self.at, **facts)
        return shown(self, concession_id)


def verb(
    name: str,
    summary: str,
    form: Form,
    leads_to: dict[str, Any],
    example: dict[str, Any] | None = None,
) -> Any:
    """Describe a verb of a concession, with how it stands after it."""
    return described(
        f"concessions_{name}",
        summary,
        form,
        gives=ConcessionSerializer,
        answer=leads_to,
        example=example,
    )


@verb(
    "decide",
    "Approve, deny or counter",
    ConcessionDecideSerializer,
    examples.APPROVED,
    {"decision": "approve", "reason": examples.FAIR},
)
class DecideConcession(ConcessionVerb):
    """As who holds the level that was asked, or one above; never one's own request."""

    form = ConcessionDecideSerializer
    act = staticmethod(actions.decide_concession)

    def facts(self, concession: Concession) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return what the verb is told."""
        given = self.given(self.form)
        given["verdict"] = given.pop("decision")
        return (), given


@verb("accept", "Accept a counter", EmptySerializer, examples.ACCEPTED)
class AcceptCounter(ConcessionVerb):
    """Approved at what was offered."""

    act = staticmethod(actions.accept_counter)


@verb(
    "change",
    "Ask for something else instead",
    AskSerializer,
    examples.CHANGED,
    examples.LESS,
)
class ChangeConcession(ConcessionVerb):
    """What was decided before is void."""

    form = AskSerializer
    act = staticmethod(actions.change_concession)

    def facts(self, concession: Concession) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return what the verb is told."""
        given = self.given(self.form)
        return (ask_of(given, concession.currency),), {"reason": given["reason"]}


@verb(
    "withdraw",
    "Take a request back",
    ReasonSerializer,
    examples.WITHDRAWN,
    {"reason": "No longer needed."},
)
class WithdrawConcession(ConcessionVerb):
    """Nobody has to decide it any more."""

    form = ReasonSerializer
    act = staticmethod(actions.withdraw_concession)


def case_of(operation: Operation, case_id: UUID) -> Case:
    """Return the case that a body names. Raises `Invalid` whether it is missing or hidden."""
    found = visible_cases(operation.member).filter(pk=case_id).first()
    if found is None:
        raise Invalid({"case": _("There is none like this.")})
    return found


def usual_party(case: Case) -> UUID:
    """Return the partner that raised the dispute. Raises `Invalid` where there is none."""
    found = complainant_of(case)
    if found is None:
        raise Invalid({"partner": _("The case has no complainant: name the party.")})
    return found.pk


def ask_of(given: dict[str, Any], usual: str) -> Ask:
    """Return what is asked for; in the usual currency unless one is named."""
    currency = given.get("currency") or usual or programme().currency
    return Ask(given["kind"], given["amount"], currency, given.get("percent"))


def shown(operation: Operation, concession_id: UUID, *, status: int = 200) -> Response:
    """Return the answer that shows a concession."""
    found = concession_for(operation.member, concession_id)
    headers = {"ETag": found.tag}
    if status == 201:
        place = reverse("api-concession", args=[found.pk], request=operation.request)
        headers["Location"] = place
    return Response(shapes([found])[0], status=status, headers=headers)


def shapes(rows: Iterable[Concession]) -> list[dict[str, Any]]:
    """Return concessions as they are sent; two queries for any number."""
    found = list(rows)
    ids = [row.pk for row in found]
    decisions: dict[UUID, list[Decision]] = defaultdict(list)
    related = Decision.objects.select_related("by", "on_behalf_of", "level")
    for decision in related.filter(concession_id__in=ids).order_by("revision"):
        decisions[decision.concession_id].append(decision)
    clocks = last_clocks(ids)
    return [shape(row, clocks.get(row.pk), decisions[row.pk]) for row in found]


def shape(row: Concession, clock: Clock | None, decisions: list[Decision]) -> dict[str, Any]:
    """Return a concession as it is sent."""
    owner = clock.owner if clock else None
    asked_for = clock.on_behalf_of if clock else None
    return {
        "id": row.pk,
        "case": row.case_id,
        "number": row.number,
        "partner": named(row.partner_id, row.partner.name),
        "kind": row.kind,
        "amount": plain_amount(row.amount),
        "currency": row.currency,
        "percent": plain_amount(row.percent),
        "value": plain_amount(row.value),
        "value_currency": row.value_currency,
        "reason": row.reason,
        "condition": row.condition,
        "state": row.state,
        "lapsed": has_lapsed(row),
        "revision": row.revision,
        "requested_by": named(row.requested_by_id, row.requested_by.name),
        "requested_at": row.requested_at,
        "decided_at": row.decided_at,
        "counter_amount": plain_amount(row.counter_amount),
        "counter_percent": plain_amount(row.counter_percent),
        "conditions": row.conditions,
        "asked": named(owner.pk, owner.name) if owner else None,
        "asked_on_behalf_of": named(asked_for.pk, asked_for.name) if asked_for else None,
        "asked_level": clock.level.position if clock and clock.level else None,
        "due_at": clock.due_at if clock else None,
        "decisions": [decided(decision) for decision in decisions],
    }


def decided(row: Decision) -> dict[str, Any]:
    """Return one decision as it is sent."""
    held_for = row.on_behalf_of
    return {
        "verdict": row.verdict,
        "reason": row.reason,
        "amount": plain_amount(row.amount),
        "percent": plain_amount(row.percent),
        "conditions": row.conditions,
        "by": named(row.by_id, row.by.name),
        "on_behalf_of": named(held_for.pk, held_for.name) if held_for else None,
        "level": row.level.name,
        "revision": row.revision,
        "at": row.at,
        "voided_at": row.voided_at,
    }
