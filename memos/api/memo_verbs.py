"""The verbs of a memo, each an address of its own."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.examples import PETRA
from memos.access import memo_for
from memos.actions.followup import complete_action
from memos.actions.issue import issue_memo
from memos.actions.memo import succeed_memo
from memos.actions.review import ask_review, review_memo, take_back_memo
from memos.api import examples
from memos.api.memos import WRITES, shown, shown_order
from memos.memopage import action_of
from memos.places import numbered
from memos.serializers.memo import (
    ActionDoneSerializer,
    AskReviewSerializer,
    IssueSerializer,
    MemoSerializer,
    ReviewSerializer,
)
from tenants.errors import Invalid, NotAllowed
from tenants.rest.description import EmptySerializer, operation
from tenants.rest.description import verb as described
from tenants.rest.matching import tags_seen
from tenants.rest.operation import Operation

Form = type[serializers.Serializer[Any]]


class MemoVerb(Operation):
    """One verb of a memo."""

    scopes: ClassVar[dict[str, str]] = {"POST": WRITES}
    form: ClassVar[Form] = EmptySerializer
    act: ClassVar[Callable[..., Any]]
    status: ClassVar[int] = 200

    def facts(self) -> dict[str, Any]:
        """Return what the verb is told."""
        return self.given(self.form)

    def post(self, request: Request, memo_id: UUID) -> Response:
        """Carry it out, or say why not; answer the memo as it is then."""
        memo = memo_for(self.member, memo_id)
        memo.seen_tags = tags_seen(request)
        facts = self.facts()
        try:
            after = type(self).act(memo, by=self.member, at=self.at, **facts)
        except Invalid as problem:
            raise Invalid(numbered(problem.errors, shown_order(memo))) from None
        return shown(self, after.pk, status=self.status)


def verb(
    name: str,
    summary: str,
    form: Form,
    leads_to: dict[str, Any],
    example: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> Any:
    """Describe a verb of a memo, with what the memo says after it."""
    return described(
        f"memos_{name}",
        summary,
        form,
        gives=MemoSerializer,
        status=status,
        answer=leads_to,
        example=example,
    )


@verb(
    "ask_review",
    "Ask a colleague to review it",
    AskReviewSerializer,
    examples.ASKED,
    {"reviewer": PETRA["id"]},
)
class AskReview(MemoVerb):
    """Somebody who wrote none of it."""

    form = AskReviewSerializer
    act = staticmethod(ask_review)

    def facts(self) -> dict[str, Any]:
        """Return what the verb is told."""
        return {"reviewer_id": self.given(self.form)["reviewer"]}


@verb(
    "review",
    "Review it",
    ReviewSerializer,
    examples.REVIEWED,
    {"agree": True, "note": examples.REVIEWED["review_note"]},
)
class Review(MemoVerb):
    """As the colleague who was asked."""

    form = ReviewSerializer
    act = staticmethod(review_memo)


@verb("take_back", "Take it out of review", EmptySerializer, examples.TAKEN_BACK)
class TakeBack(MemoVerb):
    """It is a draft again."""

    act = staticmethod(take_back_memo)


@verb("issue", "Issue it", IssueSerializer, examples.ISSUED, {"confirmed": 0})
class Issue(MemoVerb):
    """As who holds the deciding level. From then on nobody changes it. What keeps it from being
    issued is named where the memo shows it: `/sections/decision`, `/copies/0/body`."""

    form = IssueSerializer
    act = staticmethod(issue_memo)


@verb(
    "succeed",
    "Begin the successor that corrects it",
    EmptySerializer,
    examples.CORRECTED,
    status=201,
)
class Succeed(MemoVerb):
    """The memo in force stays until the successor is issued."""

    act = staticmethod(succeed_memo)
    status = 201


@extend_schema_view(
    post=operation(
        "memos_action_done",
        "Say that an action is done",
        method="post",
        takes=ActionDoneSerializer,
        gives=MemoSerializer,
        tagged=True,
        versioned=True,
        example={"note": "A lead of the same size was passed on."},
        answer=examples.DONE,
    )
)
class ActionDone(Operation):
    """What a memo binds somebody to do is done."""

    scopes: ClassVar[dict[str, str]] = {"POST": WRITES}

    def post(self, request: Request, memo_id: UUID, action_id: UUID) -> Response:
        """Say so, as who had to do it, or who holds the case."""
        memo = memo_for(self.member, memo_id)
        given = self.given(ActionDoneSerializer)
        action = action_of(memo, action_id)
        if action is None:
            raise Http404
        action.memo.seen_tags = tags_seen(request)
        complete_action(action, by=self.member, at=self.at, note=given["note"])
        return shown(self, memo_id)


@extend_schema_view(
    post=operation(
        "memos_acknowledge",
        "Say, as a party's person, that one has read its copy",
        method="post",
        gives=MemoSerializer,
        answer=examples.OWN,
    )
)
class AcknowledgeMemo(Operation):
    """A party says that it has read its copy."""

    scopes: ClassVar[dict[str, str]] = {"POST": WRITES}

    def post(self, request: Request, memo_id: UUID) -> Response:
        """Refuse staff: only a person of a party can say so."""
        memo_for(self.member, memo_id)
        raise NotAllowed(_("Only a person of this party can say that it has read its copy."))
