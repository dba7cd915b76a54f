"""The one thing that has to happen next in a case: pure, the same for pages and programs."""

from dataclasses import dataclass
from enum import StrEnum


class Next(StrEnum):
    """What comes next."""

    COMPLETE_FIELDS = "complete_fields"
    FIND_OWNER = "find_owner"
    ACKNOWLEDGE = "acknowledge"
    ANSWER_REQUEST = "answer_request"
    WAIT = "wait"
    DECIDE_CONCESSION = "decide_concession"
    DECIDE = "decide"
    WRITE_RESULT = "write_result"
    ISSUE_MEMO = "issue_memo"
    RESOLVE = "resolve"
    CLOSE = "close"
    # A partner's: it was asked something.
    REPLY = "reply"
    NOTHING = "nothing"


ENDED = {"resolved": Next.CLOSE, "closed": Next.NOTHING, "withdrawn": Next.NOTHING}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands: what its status, its clocks and its gaps say."""

    status: str
    owned: bool = True
    lacks_fields: bool = False
    unanswered: bool = False
    requested: bool = False
    paused: bool = False
    concession_pending: bool = False
    has_memo: bool = False
    strategic: bool = False


def next_of(case: Standing) -> Next:
    """Return what comes next. A gap in what the kind of dispute asks for comes first: nobody can
    answer a question that was not put."""
    if case.status in ENDED:
        return ENDED[case.status]
    questions = (
        (not case.owned, Next.FIND_OWNER),
        (case.lacks_fields, Next.COMPLETE_FIELDS),
        (case.unanswered, Next.ACKNOWLEDGE),
        (case.requested, Next.ANSWER_REQUEST),
        (case.paused, Next.WAIT),
        (case.concession_pending, Next.DECIDE_CONCESSION),
        (case.status != "decided", Next.DECIDE),
        (case.has_memo, Next.RESOLVE),
        (case.strategic, Next.ISSUE_MEMO),
    )
    return next((step for applies, step in questions if applies), Next.WRITE_RESULT)
