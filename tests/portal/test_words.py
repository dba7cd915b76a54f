"""How a case is told to a partner."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from cases.models import OPEN, AssignmentEnd, ClockKind, MessageKind, Status
from portal.queries import OwnCase, Text, Turn
from portal.words import (
    author_words,
    next_words,
    owner_words,
    path_of,
    reader_words,
    status_words,
    text_words,
    turn_words,
)

DUE = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
CASE = OwnCase(
    id=UUID(int=1),
    number="ESC-2026-0001",
    title="Our lead",
    role="complainant",
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
        # Which of several parties asked, is nobody else's business.
        ("request", "Tom answers by", "The time has passed"),
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
    assert {"response", "decision", "total", "request"} < set(ClockKind.values)


def test_a_decision_and_a_resolution_are_called_so() -> None:
    said = {kind: text_words(kind) for kind in MessageKind.values}
    assert said == {
        "message": "",
        "update": "Update",
        "reason": "",
        "decision": "Decision",
        "resolution": "Resolution",
    }


TEXT = Text(
    id=UUID(int=2),
    kind="message",
    author_id=UUID(int=3),
    author="Tom",
    side="vendor",
    audience="party",
    body="Words.",
    at=DUE,
)


@pytest.mark.parametrize(
    ("author", "side", "own", "words"),
    [
        ("Tom", "vendor", False, "Tom, Quellwerk"),
        ("", "vendor", False, "Quellwerk"),
        ("Ben", "own", False, "Ben, Alpenwerk"),
        ("Anna", "own", True, "You"),
        ("", "", False, "Somebody who is not named here"),
    ],
)
def test_who_wrote_is_said_with_their_house(author: str, side: str, own: bool, words: str) -> None:
    text = replace(TEXT, author=author, side=side)
    assert author_words(text, own=own, vendor="Quellwerk", company="Alpenwerk") == words


def test_who_else_reads_is_said() -> None:
    assert reader_words(TEXT, "Quellwerk") == "you and Quellwerk"
    assert reader_words(replace(TEXT, audience="parties"), "Quellwerk") == "all parties"


def titles(case: OwnCase, *turns: Turn) -> list[tuple[str, str]]:
    """Return the steps of a path, each with how it looks."""
    return [(step["title"], step["state"]) for step in path_of(case, list(turns))]


TOM, PETRA = Turn("Tom", DUE, DUE, "breached"), Turn("Petra", DUE, None, "")


@pytest.mark.parametrize(
    ("status", "last"),
    [
        ("new", [("A decision, in writing", "ahead"), ("Completed", "ahead")]),
        ("in_progress", [("A decision, in writing", "ahead"), ("Completed", "ahead")]),
        ("decided", [("Completed", "ahead")]),
        ("resolved", [("Resolved", "was")]),
        ("closed", [("Resolved", "was")]),
        ("withdrawn", [("Withdrawn", "was")]),
    ],
)
def test_a_path_ends_as_the_case_stands(status: str, last: list[tuple[str, str]]) -> None:
    here = "now" if status in OPEN else "was"
    found = titles(replace(CASE, status=status), TOM, PETRA)
    assert found == [("Opened", "was"), ("Tom", "was"), ("Petra", here), *last]


def test_a_turn_of_nobody_and_one_without_an_end() -> None:
    steps = path_of(replace(CASE, status="closed"), [Turn("", DUE, None, "")])
    assert (steps[1]["title"], steps[1]["words"], steps[1]["at"]) == ("Nobody yet", "", None)


def test_every_end_of_a_turn_has_words_without_levels() -> None:
    said = {end: turn_words(end) for end in AssignmentEnd.values}
    assert all(said.values())
    assert len(set(said.values())) == len(said)
    assert not [words for words in said.values() if "level" in words or "escalat" in words]
