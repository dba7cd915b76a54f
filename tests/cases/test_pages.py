"""What lists and pages say of a case, without a database."""

from uuid import uuid4

import pytest

from cases.models import Case
from cases.nextstep import Standing
from cases.pages import next_words
from tenants.models import User


def said(standing: Standing, owner: str = "Petra Winkler") -> tuple[str, str]:
    """Return what comes next in a case held by somebody or by nobody, as who takes the step reads
    it, and as others do."""
    holder = User(id=uuid4(), name=owner) if owner else None
    case = Case(status=standing.status, owner=holder)
    return next_words(case, standing, mine=True), next_words(case, standing, mine=False)


@pytest.mark.parametrize(
    ("standing", "mine", "others"),
    [
        (Standing("new", unanswered=True), "Acknowledge", "Petra acknowledges"),
        (Standing("new"), "Decide", "Petra decides"),
        (Standing("in_progress"), "Decide", "Petra decides"),
        (
            Standing("in_progress", requested=True),
            "Answer the request",
            "Petra answers the request",
        ),
        (
            Standing("in_progress", concession_pending=True),
            "Decide the concession",
            "Decide the concession",
        ),
        (Standing("decided"), "Write the result down", "Petra writes the result down"),
        (Standing("decided", unanswered=True), "Acknowledge", "Petra acknowledges"),
        (Standing("decided", strategic=True), "Issue the memo", "Issue the memo"),
        (Standing("decided", has_memo=True), "Resolve the case", "Petra resolves the case"),
        (
            Standing("new", unanswered=True, lacks_fields=True),
            "Complete what is missing",
            "Petra completes what is missing",
        ),
        (Standing("resolved"), "Closes by itself", "Closes by itself"),
        (Standing("closed"), "Nothing: closed", "Nothing: closed"),
        (Standing("withdrawn"), "Nothing: withdrawn", "Nothing: withdrawn"),
    ],
)
def test_the_next_step_is_named_with_who_takes_it(
    standing: Standing, mine: str, others: str
) -> None:
    assert said(standing) == (mine, others)


def test_a_case_that_nobody_holds_needs_an_owner_first() -> None:
    standing = Standing("new", owned=False, unanswered=True)
    assert said(standing, owner="") == ("Find an owner", "Find an owner")
