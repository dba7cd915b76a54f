"""What lists and pages say of a case, without a database."""

import pytest

from cases.models import Case
from cases.pages import next_words
from tenants.models import User


def a_case(status: str, due_kind: str, owner: str = "Petra Winkler") -> Case:
    """Return a case in memory, held by somebody or by nobody."""
    holder = User(name=owner) if owner else None
    return Case(status=status, due_kind=due_kind, owner=holder)


@pytest.mark.parametrize(
    ("status", "due_kind", "mine", "others"),
    [
        ("new", "response", "Acknowledge", "Petra acknowledges"),
        ("new", "total", "Acknowledge", "Petra acknowledges"),
        ("in_progress", "response", "Acknowledge", "Petra acknowledges"),
        ("in_progress", "decision", "Decide", "Petra decides"),
        ("decided", "total", "Resolve the case", "Petra resolves the case"),
        ("decided", "response", "Resolve the case", "Petra resolves the case"),
        ("resolved", "closing", "Closes by itself", "Closes by itself"),
        ("closed", "", "Nothing: closed", "Nothing: closed"),
        ("withdrawn", "", "Nothing: withdrawn", "Nothing: withdrawn"),
    ],
)
def test_the_next_step_is_named_with_who_takes_it(
    status: str, due_kind: str, mine: str, others: str
) -> None:
    case = a_case(status, due_kind)
    assert (next_words(case, mine=True), next_words(case, mine=False)) == (mine, others)


def test_a_case_that_nobody_holds_needs_an_owner_first() -> None:
    assert next_words(a_case("new", "response", owner=""), mine=False) == "Find an owner"
