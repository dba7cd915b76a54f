"""Why is it due then? For programs."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.access import case_for
from cases.api import examples
from cases.api.collection import READS
from cases.explained import clock_for, explain_clock
from cases.explaining import Explanation, Stand, Stretch
from cases.explainwords import because
from cases.models import Clock, ClockKind, ClockState
from cases.origins import Cause, Giver, origin_of, rebase_of
from cases.serializers import LevelRefSerializer, NamedSerializer
from cases.shapes import Shape, named
from ladder.worktime import Why
from tenants.rest.description import operation
from tenants.rest.operation import Operation


def one_of(names: Any) -> list[tuple[str, str]]:
    """Return the values of an enumeration as choices."""
    return [(name.value, name.value) for name in names]


class PinnedCalendarSerializer(serializers.Serializer[Any]):
    """The hours a clock pinned when it started. To partners they have no id and no name."""

    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    version = serializers.IntegerField()
    timezone = serializers.CharField()


class ExplainedPauseSerializer(serializers.Serializer[Any]):
    """A pause that stopped the clock. `reason` is null to a party that may not know it; in what was
    imported it is the other system's word."""

    id = serializers.UUIDField()
    reason = serializers.CharField(allow_null=True)
    partner = serializers.UUIDField(allow_null=True, help_text="Who owed it; null to partners.")
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class ExplainedStepSerializer(serializers.Serializer[Any]):
    """A stretch of the way: how much of it counted, how much had counted by its end, and why or why
    not. `dates` are the calendar's local dates that a holiday or an exception is about. Where the
    way is long, quiet days are drawn together: such an `open` step counts less than it spans."""

    to = serializers.DateTimeField()
    counted_seconds = serializers.IntegerField()
    total_seconds = serializers.IntegerField()
    why = serializers.ChoiceField(one_of(Why))
    dates = serializers.ListField(child=serializers.DateField())
    pauses = serializers.ListField(child=serializers.UUIDField())

    def get_fields(self) -> dict[str, Any]:
        """Add the one whose name Python keeps for itself, first."""
        return {"from": serializers.DateTimeField(), **super().get_fields()}


class RebasedSerializer(serializers.Serializer[Any]):
    """When a clock was put on other rules than those it started with, and by which proposal, which
    is null to partners."""

    at = serializers.DateTimeField()
    rebase = serializers.UUIDField(allow_null=True)


class ExplanationSerializer(serializers.Serializer[Any]):
    """Why a clock is due when it is, as of `as_of`. The steps lead without a gap from where it
    started to where it is due; where it stands still it has no due time, and they lead to now.
    `derived_due_at` is what follows from the record today: where it is not `due_at`, `agrees` is
    false. What is the vendor's is null to partners: level, window and who said it. A partner that
    became a party later knows of the clock since `known_since`, and of no target."""

    id = serializers.UUIDField()
    case = serializers.UUIDField()
    kind = serializers.ChoiceField(ClockKind.choices)
    state = serializers.ChoiceField(ClockState.choices)
    subject = serializers.UUIDField(allow_null=True)
    text = serializers.CharField(help_text="The answer in a sentence, its times in UTC.")
    as_of = serializers.DateTimeField()
    known_since = serializers.DateTimeField(allow_null=True)
    asks = NamedSerializer(allow_null=True)
    level = LevelRefSerializer(allow_null=True)
    started_at = serializers.DateTimeField()
    cause = serializers.ChoiceField(one_of(Cause), allow_null=True)
    window = serializers.CharField(allow_null=True, help_text="ISO 8601.")
    window_from = serializers.ChoiceField(one_of(Giver), allow_null=True)
    around_the_clock = serializers.BooleanField()
    calendar = PinnedCalendarSerializer(
        allow_null=True, help_text="Null where it runs around the clock."
    )
    rebased = RebasedSerializer(allow_null=True, help_text="Null where it never was.")
    target_seconds = serializers.IntegerField(allow_null=True)
    counted_seconds = serializers.IntegerField()
    left_seconds = serializers.IntegerField()
    due_at = serializers.DateTimeField(allow_null=True)
    derived_due_at = serializers.DateTimeField(allow_null=True)
    agrees = serializers.BooleanField()
    met_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    steps = ExplainedStepSerializer(many=True)
    pauses = ExplainedPauseSerializer(many=True)


class ExplainClock(Operation):
    """Why a clock is due when it is."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS}

    @operation(
        "clocks_explain",
        "Why is it due then?",
        gives=ExplanationSerializer,
        answer=examples.EXPLANATION,
    )
    def get(self, request: Request, clock_id: UUID) -> Response:
        """Answer how a clock comes to its due time, step by step, from what happened and the rules
        it has pinned."""
        row = Clock.objects.filter(pk=clock_id).values("case_id").first()
        if row is None:
            raise Http404
        case = case_for(self.member, row["case_id"])
        clock = clock_for(case, clock_id)
        explained = explain_clock(case, clock, self.at)
        origin, version = origin_of(case, clock), clock.calendar_version
        level, rebase = origin.level, rebase_of(case, clock)
        own: Shape = {
            "id": clock.pk,
            "case": case.pk,
            "subject": clock.subject,
            "asks": named(origin.owner.pk, origin.owner.name) if origin.owner else None,
            "level": {"id": level.pk, "position": level.position, "name": level.name}
            if level
            else None,
            "cause": origin.cause.value,
            "window": clock.window,
            "window_from": origin.giver.value,
            "rebased": rebased_shape(clock.rebased_at, rebase.pk if rebase else None),
        }
        pinned = (version.calendar_id, version.calendar.name, version.number)
        return Response({**own, **shape(explained, *pinned)})


def shape(explained: Explanation, calendar: UUID | None, name: str | None, version: int) -> Shape:
    """Return what an explanation says to everybody who may know of its clock."""
    clock = explained.clock
    hours = {"id": calendar, "name": name, "version": version}
    return {
        "kind": clock.kind,
        "state": clock.state,
        "text": because(explained),
        "as_of": explained.at,
        "known_since": clock.begin if clock.joined_late else None,
        "started_at": clock.anchor,
        "around_the_clock": clock.around_the_clock,
        "calendar": None
        if clock.around_the_clock
        else {**hours, "timezone": clock.calendar.rules.timezone},
        "target_seconds": explained.target_seconds,
        "counted_seconds": explained.counted_seconds,
        "left_seconds": explained.left_seconds,
        "due_at": explained.due_at,
        "derived_due_at": explained.derived_at,
        "agrees": explained.agrees,
        "met_at": clock.met_at,
        "breached_at": clock.breached_at,
        "ended_at": clock.ended_at,
        "steps": [step(stretch) for stretch in explained.stretches],
        "pauses": [pause(stand) for stand in clock.stops()],
    }


def rebased_shape(at: datetime | None, rebase: UUID | None) -> Shape | None:
    """Return when a clock was put on other rules, and by which proposal."""
    return {"at": at, "rebase": rebase} if at else None


def step(stretch: Stretch) -> Shape:
    """Return one stretch of the way."""
    return {
        "from": stretch.from_,
        "to": stretch.to,
        "counted_seconds": stretch.counted_seconds,
        "total_seconds": stretch.total_seconds,
        "why": stretch.why.value,
        "dates": [day.isoformat() for day in stretch.dates],
        "pauses": [stand.id for stand in stretch.stands],
    }


def pause(stand: Stand) -> Shape:
    """Return one pause."""
    return {
        "id": stand.id,
        "reason": stand.code or None,
        "partner": stand.owed_id,
        "started_at": stand.started_at,
        "ended_at": stand.ended_at,
    }
