"""What a memo waits for before it is issued: concessions, and words that may name a party."""

from datetime import datetime

import pytest

from cases.models import Case
from journal.models import Event
from memos.actions.concession import withdraw_concession
from memos.actions.issue import issue_memo, words_to_confirm
from memos.actions.review import ask_review, review_memo, take_back_memo
from memos.models import Memo, MemoCopy
from tenants.errors import Invalid, NotNow
from tests.cases.verbs import HOUR
from tests.factories import World
from tests.memos import deals
from tests.memos.story import (
    AT,
    doubtful,
    reviewed,
    two_parties,
)


def issue(world: World, memo: Memo, at: datetime = AT) -> Memo:
    """Issue a memo as Tom."""
    return issue_memo(memo, by=world["tom"], at=at)


# --- Concessions ---


def test_a_memo_waits_for_a_concession_that_waits(world: World) -> None:
    deals.empower(world)
    memo = reviewed(world)
    asked_for = deals.ask(world, memo.case, at=AT)
    with pytest.raises(NotNow, match="not decided yet"):
        issue(world, memo, AT + HOUR)
    withdraw_concession(asked_for, by=world["tom"], at=AT + HOUR, reason="No need.")
    assert issue(world, memo, AT + HOUR).is_issued


@pytest.mark.parametrize("way", ["approved", "voided", "denied"])
def test_what_was_conceded_after_the_review_is_reviewed_again(world: World, way: str) -> None:
    deals.empower(world)
    case = two_parties(world)
    if way == "voided":
        done = deals.decide(world, deals.ask(world, case, at=AT), at=AT)
    memo = reviewed(world, Case.objects.get(pk=case.pk))
    if way == "voided":
        again = deals.change(world, done, at=AT + HOUR)
        withdraw_concession(again, by=world["tom"], at=AT + HOUR, reason="No need.")
    else:
        verdict = "approve" if way == "approved" else "deny"
        deals.decide(world, deals.ask(world, case, at=AT), verdict, at=AT + HOUR)
    if way == "denied":
        assert issue(world, memo, AT + 2 * HOUR).is_issued
        return
    with pytest.raises(NotNow, match="Review it again"):
        issue(world, memo, AT + 2 * HOUR)
    late = AT + 2 * HOUR
    memo = take_back_memo(memo, by=world["tom"], at=late)
    memo = ask_review(memo, by=world["tom"], at=late, reviewer_id=world["petra"].user_id)
    memo = review_memo(memo, by=world["petra"], at=late, agree=True)
    assert issue(world, memo, late).is_issued


# --- Words that may name another party ---


@pytest.mark.parametrize("confirmed", [0, 1, 3])
def test_words_in_doubt_are_looked_at_before_the_issue(world: World, confirmed: int) -> None:
    memo = doubtful(world)
    with pytest.raises(Invalid) as problem:
        issue_memo(memo, by=world["tom"], at=AT, confirmed=confirmed)
    assert set(problem.value.errors) == {"confirmed"}
    copies, actions = list(MemoCopy.objects.filter(memo=memo)), list(memo.actions.all())
    found = words_to_confirm(memo, copies, actions)
    assert [(copy.partner.slug, word) for copy, word in found] == [
        ("alpenwerk", "Rheintor"),
        ("alpenwerk", "Rheintor Distribution"),
    ]
    assert issue_memo(memo, by=world["tom"], at=AT, confirmed=2).is_issued
    facts = Event.objects.get(kind="memo.issued").facts
    assert facts["words_confirmed"] == 2
    assert "Rheintor" not in str(facts)


def test_where_nothing_is_in_doubt_nothing_is_confirmed(world: World) -> None:
    memo = reviewed(world)
    with pytest.raises(Invalid):
        issue_memo(memo, by=world["tom"], at=AT, confirmed=1)
    issue_memo(memo, by=world["tom"], at=AT)
    assert "words_confirmed" not in Event.objects.get(kind="memo.issued").facts
