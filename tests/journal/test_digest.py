"""Several letters in one mail."""

from dataclasses import replace
from datetime import UTC, datetime

from django.conf import settings

from journal.digest import MOST_LINES, compose
from journal.registry import Letter

ZONE = "America/New_York"
WARNED = Letter(
    number="ESC-2026-1",
    line="Half of the time is over.",
    subject="[ESC-2026-1] Time is running",
    text="ESC-2026-1: Half of the time is over.",
    url="/t/acme/cases/1/",
    heading="Time is running",
    rank=8,
    due_at=datetime(2026, 11, 30, 15, 30, tzinfo=UTC),
)
MOVED = replace(WARNED, heading="Escalated", rank=3, line="It is yours.", due_at=None)


def numbered(letter: Letter, number: int) -> Letter:
    """Return the same of another case."""
    name = f"ESC-2026-{number}"
    return replace(
        letter,
        number=name,
        subject=f"[{name}] {letter.heading}",
        text=f"{name}: {letter.line}",
        url=f"/t/acme/cases/{number}/",
    )


def test_a_letter_by_itself_is_as_it_always_was() -> None:
    mail = compose([WARNED], ZONE, "")
    assert mail.subject == "[ESC-2026-1] Time is running"
    assert mail.body == (
        f"ESC-2026-1: Half of the time is over.\n\n{settings.PUBLIC_URL}/t/acme/cases/1/\n"
    )


def test_several_stand_by_kind_the_most_urgent_first_with_number_due_time_and_link() -> None:
    later = replace(WARNED, due_at=datetime(2026, 12, 1, 15, 0, tzinfo=UTC))
    told = [numbered(later, 3), WARNED, numbered(MOVED, 2)]
    mail = compose(told, ZONE, "/t/acme/notices/")
    assert mail.subject == "3 notices: Escalated (1), Time is running (2)"
    assert (
        mail.body
        == f"""3 notices: Escalated (1), Time is running (2)

Escalated (1)

ESC-2026-2: It is yours.
{settings.PUBLIC_URL}/t/acme/cases/2/

Time is running (2)

ESC-2026-1: Half of the time is over.
Due Mon 30 Nov 2026 10:30 (America/New_York)
{settings.PUBLIC_URL}/t/acme/cases/1/

ESC-2026-3: Half of the time is over.
Due Tue 1 Dec 2026 10:00 (America/New_York)
{settings.PUBLIC_URL}/t/acme/cases/3/
"""
    )


def test_a_long_one_says_how_many_more_there_are_and_where() -> None:
    told = [numbered(MOVED, n) for n in range(MOST_LINES - 1)]
    told += [numbered(WARNED, n) for n in range(1000, 1004)]
    mail = compose(told, ZONE, "/t/acme/notices/")
    assert mail.body.count("/cases/") == MOST_LINES
    assert mail.body.endswith(f"\n\nAnd 3 more: {settings.PUBLIC_URL}/t/acme/notices/\n")
    assert "Time is running (4)" in mail.body


def test_what_is_the_same_is_said_once_and_one_case_stands_in_the_subject() -> None:
    assert compose([WARNED, WARNED], ZONE, "") == compose([WARNED], ZONE, "")
    both = compose([WARNED, MOVED, WARNED], ZONE, "/all/")
    assert both.subject == "[ESC-2026-1] 2 notices: Escalated (1), Time is running (1)"


def test_a_subject_stays_short() -> None:
    told = [replace(WARNED, heading=f"Kind {n}", rank=n) for n in range(5)]
    mail = compose(told, ZONE, "/all/")
    assert mail.subject == "[ESC-2026-1] 5 notices: Kind 0 (1), Kind 1 (1), Kind 2 (1) …"
    assert "Kind 4 (1)" in mail.body.splitlines()[0]
