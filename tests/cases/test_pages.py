"""What lists and pages say of a case, without a database."""

from decimal import Decimal
from uuid import uuid4

import pytest

from cases.models import Case
from cases.pages import amount_text, next_words
from tenants.models import User


def a_case(status: str, due_kind: str, owner: str = "Petra Winkler") -> Case:
    """Return a case in memory, held by somebody or by nobody."""
    holder = User(name=owner) if owner else None
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
    said = (next_words(case, mine=True, waits=waits), next_words(case, mine=False, waits=waits))
    assert said == (mine, others)


def test_with_its_memo_issued_a_case_is_there_to_be_resolved() -> None:
    case = a_case("decided", "total")
    case.memo_id = uuid4()
    assert next_words(case, mine=True, waits=False) == "Resolve the case"


def test_a_case_that_nobody_holds_needs_an_owner_first() -> None:
    case = a_case("new", "response", owner="")
    assert next_words(case, mine=False, waits=True) == "Find an owner"


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1250.0000", "EUR", "€1,250"),
        ("1250.5000", "EUR", "€1,250.50"),
        ("1.1250", "KWD", "1.125 KWD"),
        ("0.0001", "CLF", "0.0001 CLF"),
    ],
)
def test_an_amount_is_said_exactly(amount: str, currency: str, text: str) -> None:
    assert amount_text(Decimal(amount), currency) == text
