"""Running clocks on the rules of today: asked for, previewed, answered."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from cases.access import rebase_for, visible_cases, visible_rebases
from cases.api import examples
from cases.models import Answer, Case, ClockKind, Rebase
from cases.rebaselook import Look, Row, Tally, clocks_page, tally
from cases.rebasepage import state_of
from cases.rebaseplan import Scope, scope_of
from cases.rebasing import allowed, approve_rebase, ask_rebase, turn_down_rebase
from cases.serializers import LONGEST_TEXT, NamedSerializer
from cases.shapes import Shape, named
from cases.today import Today, rules_of_today
from ladder.api.categories import READS, WRITES
from ladder.durations import format_window
from tenants.rest.description import listed, operation, page_of
from tenants.rest.operation import Operation, refuse_others
from tenants.rest.paging import PageQuery, answer, page_by_id
from tenants.rest.strict import StrictSerializer

STATES = ("waiting", "stale", "under_way", "done", "stopped", "turned_down")


class CountsSerializer(serializers.Serializer[Any]):
    """How much would change, counted among the first cases: `more` where there are others. `stay`
    are clocks to which the hours of today give no such time."""

    cases = serializers.IntegerField()
    clocks = serializers.IntegerField()
    earlier = serializers.IntegerField()
    floored = serializers.IntegerField()
    stay = serializers.IntegerField()
    more = serializers.BooleanField()


class RebaseSerializer(serializers.Serializer[Any]):
    """A proposal to put running clocks on the rules of today: of one calendar, ladder or case.
    `stale` is one whose rules have changed since. `counts` is null in lists, and once it was
    answered; `changed` says how many cases it changed so far."""

    id = serializers.UUIDField()
    calendar = serializers.UUIDField(allow_null=True)
    ladder = serializers.UUIDField(allow_null=True)
    case = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField([(state, state) for state in STATES])
    reason = serializers.CharField()
    by = NamedSerializer()
    at = serializers.DateTimeField()
    answer = serializers.ChoiceField(Answer.choices, allow_null=True)
    word = serializers.CharField(allow_blank=True)
    answered_by = NamedSerializer(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    changed = serializers.IntegerField()
    done_at = serializers.DateTimeField(allow_null=True)
    counts = CountsSerializer(allow_null=True)


class RebaseInSerializer(StrictSerializer):
    """Whose clocks are meant (a calendar's, a ladder's or a case's), and why."""

    calendar = serializers.UUIDField(required=False)
    ladder = serializers.UUIDField(required=False)
    case = serializers.UUIDField(required=False)
    reason = serializers.CharField(max_length=LONGEST_TEXT)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse more than one subject, or none."""
        if len(attrs.keys() & {"calendar", "ladder", "case"}) != 1:
            raise serializers.ValidationError(_("Name a calendar, a ladder or a case."))
        return attrs


class RebaseWordSerializer(StrictSerializer):
    """What is said to it: who asked reads it."""

    word = serializers.CharField(max_length=LONGEST_TEXT)


class RebasesQuery(PageQuery):
    """Which proposals."""

    calendar = serializers.UUIDField(required=False)
    ladder = serializers.UUIDField(required=False)
    case = serializers.UUIDField(required=False)
    answered = serializers.BooleanField(required=False)


class RebaseClockSerializer(serializers.Serializer[Any]):
    """A clock as it is, and as it would be if this were approved now. A due time is null where it
    stands still; `stays` is one to which the hours of today give no such time."""

    clock = serializers.UUIDField()
    case = serializers.UUIDField()
    number = serializers.CharField()
    kind = serializers.ChoiceField(ClockKind.choices)
    window = serializers.CharField(help_text="ISO 8601.")
    window_then = serializers.CharField()
    calendar_version = serializers.UUIDField()
    calendar_version_then = serializers.UUIDField()
    due_at = serializers.DateTimeField(allow_null=True)
    due_then = serializers.DateTimeField(allow_null=True)
    earlier = serializers.BooleanField()
    floored = serializers.BooleanField(help_text="It would have been due already.")
    stays = serializers.BooleanField()


RebasePage = page_of(RebaseSerializer, "Rebase")
RebaseClockPage = page_of(RebaseClockSerializer, "RebaseClock")
ASKED = {
    "calendar": "0199d3a0-6f10-7777-9999-5a3d6c1b2e08",
    "reason": "The works council day of 4 December was missing.",
}
EXAMPLE: dict[str, Any] = {
    "id": "0199d3a0-8f10-7777-9999-5a3d6c1b2e21",
    "calendar": ASKED["calendar"],
    "ladder": None,
    "case": None,
    "state": "waiting",
    "reason": ASKED["reason"],
    "by": examples.PETRA,
    "at": "2026-11-24T10:00:00Z",
    "answer": None,
    "word": "",
    "answered_by": None,
    "answered_at": None,
    "changed": 0,
    "done_at": None,
    "counts": {
        "cases": 14,
        "clocks": 31,
        "earlier": 0,
        "floored": 0,
        "stay": 0,
        "more": False,
    },
}
SAID = {"word": "Agreed: we told the partners on Monday."}
ANSWERED: dict[str, Any] = {
    **EXAMPLE,
    **SAID,
    "answered_by": examples.TOM,
    "answered_at": "2026-11-24T11:00:00Z",
    "counts": None,
}
CLOCK = {
    "clock": examples.DECISION["id"],
    "case": examples.WHOLE["id"],
    "number": examples.WHOLE["number"],
    "kind": "decision",
    "window": "P2D",
    "window_then": "P2D",
    "calendar_version": "0199d3a0-6f11-7777-9999-5a3d6c1b2e22",
    "calendar_version_then": "0199d3a0-6f12-7777-9999-5a3d6c1b2e23",
    "due_at": "2026-12-04T16:00:00Z",
    "due_then": "2026-12-07T16:00:00Z",
    "earlier": False,
    "floored": False,
    "stays": False,
}


class Rebases(Operation):
    """What was asked for."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS, "POST": WRITES}

    @listed("rebases_list", "Proposals to re-base clocks", RebasesQuery, RebasePage, EXAMPLE)
    def get(self, request: Request) -> Response:
        """Answer a page of the proposals, the oldest first."""
        refuse_others(self)
        asked = self.asked(RebasesQuery)
        rows = visible_rebases(self.member).select_related("case", "by", "answered_by")
        named_ids = {f"{k}_id": asked[k] for k in ("calendar", "ladder", "case") if k in asked}
        found = rows.filter(**named_ids).defer("case__search")
        if "answered" in asked:
            found = found.exclude(answer="") if asked["answered"] else found.filter(answer="")
        page = page_by_id(found, asked)
        today = rules_of_today() if page.rows else None
        shapes = [shape(row, today) for row in page.rows] if today else []
        return Response(answer(request, page, shapes))

    @operation(
        "rebases_create",
        "Ask for running clocks to be put on the rules of today",
        method="post",
        takes=RebaseInSerializer,
        gives=RebaseSerializer,
        status=201,
        address=False,
        example=ASKED,
        answer=EXAMPLE,
    )
    def post(self, request: Request) -> Response:
        """Ask for it, as an admin. Nothing changes until another admin approves it: `clocks` shows
        what would."""
        allowed(self.member)
        given = self.given(RebaseInSerializer)
        scope = Scope(given.get("case"), given.get("ladder"), given.get("calendar"))
        made = ask_rebase(scope, by=self.member, at=self.at, reason=given["reason"])
        place = reverse("api-rebase", args=[made.pk], request=request)
        return Response(told(self, made.pk), status=201, headers={"Location": place})


class OneRebase(Operation):
    """One proposal."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS}

    @operation("rebases_retrieve", "One proposal", gives=RebaseSerializer, answer=EXAMPLE)
    def get(self, request: Request, rebase_id: UUID) -> Response:
        """Answer a proposal, and as long as it waits how much it would change."""
        refuse_others(self)
        return Response(told(self, rebase_id))


class RebaseClocks(Operation):
    """What a proposal would change."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS}

    @listed(
        "rebases_clocks",
        "The clocks a proposal would change",
        PageQuery,
        RebaseClockPage,
        CLOCK,
        address=True,
    )
    def get(self, request: Request, rebase_id: UUID) -> Response:
        """Answer a page of the clocks that would change if it were approved now, of the cases this
        token sees. Of very many cases a page may be short, and still have a next one. Once it was
        answered there are none."""
        refuse_others(self)
        found, asked = rebase_for(self.member, rebase_id), self.asked(PageQuery)
        cases = visible_cases(self.member) if not found.answer else Case.objects.none()
        look = Look(cases, scope_of(found), rules_of_today(), self.at)
        page = clocks_page(look, asked.get("cursor"), asked["limit"])
        return Response(answer(request, page, [clock_shape(row) for row in page.rows]))


class ApproveRebase(Operation):
    """Another admin's yes."""

    scopes: ClassVar[dict[str, str]] = {"POST": WRITES}

    @operation(
        "rebases_approve",
        "Approve a proposal",
        method="post",
        takes=RebaseWordSerializer,
        gives=RebaseSerializer,
        example=SAID,
        answer={
            **ANSWERED,
            "state": "done",
            "answer": "approved",
            "changed": 14,
            "done_at": "2026-11-24T11:00:00Z",
        },
    )
    def post(self, request: Request, rebase_id: UUID) -> Response:
        """Approve it, as another admin than who asked. A few cases are changed at once; many by a
        worker, case by case: then the state is `under_way`."""
        refuse_others(self)
        found = rebase_for(self.member, rebase_id)
        allowed(self.member)
        approve_rebase(found, by=self.member, at=self.at, **self.given(RebaseWordSerializer))
        return Response(told(self, rebase_id))


class TurnDownRebase(Operation):
    """Another admin's no."""

    scopes: ClassVar[dict[str, str]] = {"POST": WRITES}

    @operation(
        "rebases_turn_down",
        "Turn a proposal down",
        method="post",
        takes=RebaseWordSerializer,
        gives=RebaseSerializer,
        example=SAID,
        answer={**ANSWERED, "state": "turned_down", "answer": "turned_down"},
    )
    def post(self, request: Request, rebase_id: UUID) -> Response:
        """Turn it down, as another admin than who asked: every clock runs on as it does."""
        refuse_others(self)
        found = rebase_for(self.member, rebase_id)
        allowed(self.member)
        turn_down_rebase(found, by=self.member, at=self.at, **self.given(RebaseWordSerializer))
        return Response(told(self, rebase_id))


def told(operation: Operation, rebase_id: UUID) -> Shape:
    """Return one as it is sent, with how much it would change while it waits."""
    row, today = rebase_for(operation.member, rebase_id), rules_of_today()
    look = Look(Case.objects.all(), scope_of(row), today, operation.at)
    return shape(row, today, None if row.answer else tally(look))


def shape(row: Rebase, today: Today, counted: Tally | None = None) -> Shape:
    """Return one as it is sent."""
    answered = row.answered_by
    return {
        "id": row.pk,
        "calendar": row.calendar_id,
        "ladder": row.ladder_id,
        "case": row.case_id,
        "state": state_of(row, today),
        "reason": row.reason,
        "by": named(row.by_id, row.by.name),
        "at": row.at,
        "answer": row.answer or None,
        "word": row.word,
        "answered_by": named(answered.pk, answered.name) if answered else None,
        "answered_at": row.answered_at,
        "changed": row.changed,
        "done_at": row.done_at,
        "counts": counts(counted) if counted else None,
    }


def counts(counted: Tally) -> Shape:
    """Return how much would change as it is sent."""
    names = ("cases", "clocks", "earlier", "floored", "stay", "more")
    return {name: getattr(counted, name) for name in names}


def clock_shape(row: Row) -> Shape:
    """Return a clock as it is sent."""
    change, clock = row.change, row.change.clock
    after = change.after
    return {
        "clock": clock.pk,
        "case": row.case.pk,
        "number": row.case.number,
        "kind": clock.kind,
        "window": clock.window,
        "window_then": format_window(after.window) if after else clock.window,
        "calendar_version": clock.calendar_version_id,
        "calendar_version_then": change.version.pk if after else clock.calendar_version_id,
        "due_at": change.due_before,
        "due_then": change.due_at,
        "earlier": change.earlier,
        "floored": change.floored,
        "stays": after is None,
    }
