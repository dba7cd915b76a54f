"""What comes next, for every way a case can stand."""

import pytest

from cases.nextstep import Next, Standing, next_of

OPEN = ("new", "in_progress", "decided")


@pytest.mark.parametrize(
    ("standing", "step"),
    [
        (Standing("new", unanswered=True), Next.ACKNOWLEDGE),
        (Standing("in_progress"), Next.DECIDE),
        (Standing("in_progress", requested=True), Next.ANSWER_REQUEST),
        (Standing("in_progress", concession_pending=True), Next.DECIDE_CONCESSION),
        (Standing("decided"), Next.WRITE_RESULT),
        (Standing("decided", strategic=True), Next.ISSUE_MEMO),
        (Standing("decided", strategic=True, has_memo=True), Next.RESOLVE),
        (Standing("decided", unanswered=True), Next.ACKNOWLEDGE),
        (Standing("resolved", lacks_fields=True), Next.CLOSE),
        (Standing("closed"), Next.NOTHING),
        (Standing("withdrawn", owned=False), Next.NOTHING),
    ],
)
def test_what_comes_next(standing: Standing, step: Next) -> None:
    assert next_of(standing) is step


@pytest.mark.parametrize("status", OPEN)
def test_an_owner_comes_before_answers_and_answers_before_all_else(status: str) -> None:
    everything = {"unanswered": True, "requested": True, "concession_pending": True}
    assert next_of(Standing(status, owned=False, lacks_fields=True)) is Next.FIND_OWNER
    assert next_of(Standing(status, lacks_fields=True, **everything)) is Next.COMPLETE_FIELDS
