"""What lists and pages say of a case, without a database."""

from uuid import uuid4

import pytest

from cases.models import Case
from cases.pages import next_words, standing_of
from tenants.models import User


def a_case(status: str, due_kind: str, owner: str = "Petra Winkler") -> Case:
    """Return a case in memory, held by somebody or by nobody."""
    holder = User(id=uuid4(), name=owner) if owner else None
    return Case(status=status, due_kind=due_kind, owner=holder)


@pytest.mark.parametrize(
    ("status", "due_kind", "waits", "mine", "others"),
    [
        ("new", "response", True, "Acknowledge", "Petra acknowledges"),
        ("new", "total", True, "Acknowledge", "Petra acknowledges"),
        ("new", "total", False, "Decide", "Petra decides"),
        ("in_progress", "response", True, "Acknowledge", "Petra acknowledges"),
        ("in_progress", "total", True, "Acknowledge", "Petra acknowledges"),
        ("in_progress", "decision", False, "Decide", "Petra decides"),
        ("in_progress", "request", False, "Answer the request", "Petra answers the request"),
        ("decided", "total", False, "Write the result down", "Petra writes the result down"),
        ("decided", "total", True, "Acknowledge", "Petra acknowledges"),
        ("resolved", "closing", False, "Closes by itself", "Closes by itself"),
        ("closed", "", False, "Nothing: closed", "Nothing: closed"),
        ("withdrawn", "", False, "Nothing: withdrawn", "Nothing: withdrawn"),
    ],
)
def test_the_next_step_is_named_with_who_takes_it(
    status: str, due_kind: str, waits: bool, mine: str, others: str
) -> None:
    case = a_case(status, due_kind)
    standing = standing_of(case, waits=waits, lacks=False)
    said = (next_words(case, standing, mine=True), next_words(case, standing, mine=False))
    assert said == (mine, others)


def test_with_its_memo_issued_a_case_is_there_to_be_resolved() -> None:
    case = a_case("decided", "total")
    case.memo_id = uuid4()
    standing = standing_of(case, waits=False, lacks=False)
    assert next_words(case, standing, mine=True) == "Resolve the case"


def test_a_case_that_nobody_holds_needs_an_owner_first() -> None:
    case = a_case("new", "response", owner="")
    standing = standing_of(case, waits=True, lacks=False)
    assert next_words(case, standing, mine=False) == "Find an owner"


def test_what_is_missing_comes_before_anything_else() -> None:
    case = a_case("new", "response")
    standing = standing_of(case, waits=True, lacks=True)
    said = (next_words(case, standing, mine=True), next_words(case, standing, mine=False))
    assert said == ("Complete what is missing", "Petra completes what is missing")


def test_a_decided_strategic_case_waits_for_its_memo() -> None:
    case = a_case("decided", "total")
    standing = standing_of(case, waits=False, lacks=False, strategic=True)
    assert next_words(case, standing, mine=True) == "Issue the memo"
