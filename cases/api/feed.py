"""What happened: in one case, and in all that a token sees, in the order of the trail."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access import case_for, visible_cases
from journal.models import Audience, Event
from tenants.models import Membership, Role
from tenants.rest.description import listed, page_of
from tenants.rest.operation import Operation
from tenants.rest.paging import PageQuery, Slice, answer, check_order, cut, page_by_id

READS = "events:read"
# Who reads what is about no case: rules, people, tokens; and who was denied what.
OVERSEES = (Role.ADMIN, Role.AUDITOR)
DENIED = "access.denied"
ORDER = "seq"


class EventSerializer(serializers.Serializer[Any]):
    """One entry of the audit trail: ids and facts that changed, never a name or a text. `seq` is
    its place in the tenant's chain, null for a moment after it happened."""

    id = serializers.UUIDField()
    seq = serializers.IntegerField(allow_null=True)
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    by = serializers.UUIDField(allow_null=True, help_text="Null: the system.")
    case = serializers.UUIDField(allow_null=True)
    audience = serializers.ChoiceField(Audience.choices)
    partner = serializers.UUIDField(allow_null=True, help_text="The one party it is for.")
    facts = serializers.DictField()
    version = serializers.IntegerField(help_text="Of this shape: 1.")


EventPage = page_of(EventSerializer, "Event")
EXAMPLE = {
    "id": "0199d3a0-7e00-7555-9999-5a3d6c1b2e06",
    "seq": 1841,
    "kind": "case.escalated",
    "at": "2026-11-12T11:00:01Z",
    "by": None,
    "case": "0199d3a0-7c10-7a41-9f02-5a3d6c1b2e01",
    "audience": "parties",
    "partner": None,
    "facts": {"from": 1, "to": 2, "cause": "clock"},
    "version": 1,
}


class FeedQuery(PageQuery):
    """Which events, and from where on."""

    after = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**62,
        help_text="The `seq` of the last one you have.",
    )
    kind = serializers.CharField(required=False, max_length=60)
    case = serializers.UUIDField(required=False)


class Feed(Operation):
    """The feed of all events a token sees."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS}

    @listed(
        "events_list", "What happened, in the order of the trail", FeedQuery, EventPage, EXAMPLE
    )
    def get(self, request: Request) -> Response:
        """Answer a page of events in order; an event appears once it has its place in the chain,
        a moment after it happened. To follow the feed, ask again `after` the last `seq`."""
        page = feed_of(self.member, self.asked(FeedQuery))
        return Response(answer(request, page, [shape(event) for event in page.rows]))


class CaseEvents(Operation):
    """The events of one case."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS}

    @listed("cases_events", "What happened in a case", PageQuery, EventPage, EXAMPLE, address=True)
    def get(self, request: Request, case_id: UUID) -> Response:
        """Answer a page of the case's events, the latest first."""
        case = case_for(self.member, case_id)
        events = overseen(self.member, Event.objects.filter(case_id=case.pk))
        page = page_by_id(events, self.asked(PageQuery), "-id")
        return Response(answer(request, page, [shape(event) for event in page.rows]))


def feed_of(member: Membership, asked: dict[str, Any]) -> Slice[Event]:
    """Return a page of the sealed events a member sees, by their place in the chain."""
    begin, limit = asked.get("cursor"), asked["limit"]
    check_order(begin, ORDER, [int])
    down = begin is not None and begin.backwards
    events = overseen(member, known_to(member)).filter(seq__isnull=False)
    if begin is not None:
        events = events.filter(**{"seq__lt" if down else "seq__gt": int(begin.values[0])})
    named = {"after": "seq__gt", "kind": "kind", "case": "case_id"}
    events = events.filter(**{named[k]: v for k, v in asked.items() if k in named})
    found = list(events.order_by("-seq" if down else "seq")[: limit + 1])
    return cut(found, limit, begin, ORDER, lambda event: (str(event.seq),))


def known_to(member: Membership) -> "QuerySet[Event]":
    """Return the events of the cases a member sees; who oversees reads the others too."""
    seen = Exists(visible_cases(member).filter(pk=OuterRef("case_id")))
    rest = Q(case_id=None) if member.role in OVERSEES else Q(pk=None)
    return Event.objects.filter(Q(seen) | rest)


def overseen(member: Membership, events: "QuerySet[Event]") -> "QuerySet[Event]":
    """Leave out who was denied what, where the member does not oversee that."""
    return events if member.role in OVERSEES else events.exclude(kind=DENIED)


def shape(event: Event) -> dict[str, Any]:
    """Return an event as it is sent."""
    return {
        "id": event.pk,
        "seq": event.seq,
        "kind": event.kind,
        "at": event.at,
        "by": event.by_id,
        "case": event.case_id,
        "audience": event.audience,
        "partner": event.partner_id,
        "facts": event.facts,
        "version": 1,
    }
