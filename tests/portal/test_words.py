"""How a case is told to a partner."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from cases.models import ClockKind, MessageKind, Status
from portal.queries import OwnCase
from portal.words import next_words, owner_words, status_words, text_words

DUE = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
CASE = OwnCase(
    id=UUID(int=1),
    number="ESC-2026-0001",
    title="Our lead",
    status="in_progress",
    outcome="",
    owner_name="Tom",
    due_at=DUE,
    due_kind="decision",
    due_missed=False,
    opened_at=DUE,
)


@pytest.mark.parametrize(
    ("status", "outcome", "words"),
    [
        ("new", "", "Received"),
        ("in_progress", "", "Being worked on"),
        ("decided", "partly", "Decided: partly upheld"),
        ("decided", "", "Decided"),
        ("resolved", "upheld", "Resolved"),
        ("closed", "", "Closed"),
        ("withdrawn", "", "Withdrawn"),
    ],
)
def test_each_status_has_plain_words(status: str, outcome: str, words: str) -> None:
    assert status_words(replace(CASE, status=status, outcome=outcome)) == words


@pytest.mark.parametrize(
    ("kind", "in_time", "missed"),
    [
        ("response", "Tom answers first, by", "for the first answer has passed"),
        ("decision", "Tom gives you a decision by", "for the decision has passed"),
        ("total", "Tom completes the case by", "The time has passed"),
    ],
)
@pytest.mark.parametrize("status", ["new", "in_progress", "decided"])
def test_what_comes_next_is_what_the_clock_asks_for(
    status: str, kind: str, in_time: str, missed: str
) -> None:
    case = replace(CASE, status=status, due_kind=kind)
    assert next_words(case) == in_time
    late = next_words(replace(case, due_missed=True))
    assert missed in late
    assert late.endswith("; the case is with Tom now.")


def test_a_case_without_a_clock_and_one_that_nobody_has() -> None:
    case = replace(CASE, due_kind="", due_at=None)
    assert next_words(case) == "Tom tells you how it goes on."
    assert next_words(replace(CASE, owner_name="")) == "the vendor gives you a decision by"
    assert owner_words(replace(CASE, owner_name="")) == "With the vendor"
    assert owner_words(CASE) == "With Tom"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("resolved", "Nothing is open between us here."),
        ("closed", "Nothing is open between us here."),
        ("withdrawn", "This was withdrawn."),
    ],
)
def test_what_is_over_is_with_nobody(status: str, words: str) -> None:
    over = replace(CASE, status=status, due_missed=True)
    assert (next_words(over), owner_words(over)) == (words, "")


def test_every_status_is_told() -> None:
    assert all(status_words(replace(CASE, status=status)) for status in Status.values)
    assert {"response", "decision", "total"} < set(ClockKind.values)


def test_a_decision_and_a_resolution_are_called_so() -> None:
    said = {kind: text_words(kind) for kind in MessageKind.values}
    assert said == {
        "message": "",
        "reason": "",
        "decision": "Decision",
        "resolution": "Resolution",
    }
