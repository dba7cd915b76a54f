"""Concessions while somebody is away: who is asked and decides, by whose authority, and never what
they or somebody for whom they stand in have asked for."""

from decimal import Decimal

import pytest

from cases import actions
from cases.access import case_for
from cases.models import Case
from journal.models import Event
from journal.registry import letters
from ladder.models import Level
from memos.actions.concession import accept_counter, withdraw_concession
from memos.actions.followup import complete_action
from memos.actions.issue import issue_memo
from memos.approvals import waiting_for
from memos.concession_access import may
from memos.models import Concession, Decision
from tenants.errors import Invalid, NotAllowed, NotNow
from tests.cases.verbs import do
from tests.factories import LONG_AGO, World, make_absence
from tests.memos import deals, story
from tests.memos.deals import ask, asked, decide


def waits_for(world: World, name: str) -> bool:
    """Whether something waits for a person's decision."""
    return waiting_for(world[name]).exists()


def decision() -> tuple[str, int, str | None]:
    """Return who decided, on which level, and on whose behalf."""
    made = Decision.objects.select_related("by", "level", "on_behalf_of").latest("at", "id")
    principal = made.on_behalf_of.name if made.on_behalf_of else None
    return made.by.name, made.level.position, principal


def test_it_goes_to_the_delegate_of_who_holds_the_level_on_their_behalf(
    desk: World, case: Case
) -> None:
    make_absence(desk, "petra", "olga")
    made = ask(desk, case)
    assert asked(made) == ("Olga", 2)
    assert deals.approvals(made)[-1].on_behalf_of_id == desk["petra"].user_id
    facts = deals.events(case)[-1].facts
    assert (facts["owner"], facts["on_behalf_of"]) == (
        str(desk["olga"].user_id),
        str(desk["petra"].user_id),
    )
    # Who is away may still decide.
    assert [waits_for(desk, name) for name in ("olga", "petra", "marianne")] == [True, True, False]
    assert decide(desk, made, by="olga").state == "approved"
    assert decision() == ("Olga", 2, "Petra")


def test_a_delegate_decides_what_was_asked_before(desk: World, made: Concession) -> None:
    with pytest.raises(NotAllowed):
        decide(desk, made, by="olga")
    make_absence(desk, "petra", "olga")
    assert waits_for(desk, "olga")
    assert decide(desk, made, by="olga").state == "approved"
    assert decision() == ("Olga", 2, "Petra")


def test_who_stands_in_no_more_decides_no_more(desk: World, case: Case) -> None:
    absence = make_absence(desk, "petra", "olga")
    made = ask(desk, case)
    absence.ended_at = LONG_AGO
    absence.save()
    assert [waits_for(desk, name) for name in ("olga", "petra")] == [False, True]
    with pytest.raises(NotAllowed):
        decide(desk, made, by="olga")
    assert decide(desk, made, by="petra").state == "approved"
    assert decision() == ("Petra", 2, None)


def test_a_delegate_never_has_more_authority_than_the_delegator(desk: World, case: Case) -> None:
    """Marianne may allow 150,000 herself; in Petra's place she may allow what Petra may."""
    make_absence(desk, "petra", "marianne")
    made, other = ask(desk, case), ask(desk, case)
    assert asked(made) == ("Marianne", 2)
    Level.objects.filter(position__lte=2).update(authority_amount=Decimal(2_000))
    with pytest.raises(NotNow, match="beyond your authority"):
        decide(desk, made, by="marianne")
    with pytest.raises(Invalid, match="beyond your own authority"):
        decide(desk, made, "counter", by="marianne", amount="2500")
    assert decide(desk, made, "counter", by="marianne", amount="2000").state == "countered"
    assert decision() == ("Marianne", 2, "Petra")
    assert decide(desk, other, "deny", by="marianne").state == "denied"
    # Asked again it goes where the authority is: to her own level, in her own right.
    third = ask(desk, case)
    assert asked(third) == ("Marianne", 3)
    assert decide(desk, third, by="marianne").state == "approved"
    assert decision() == ("Marianne", 3, None)


def test_a_delegate_of_lower_rank_has_the_delegators_authority(desk: World, case: Case) -> None:
    make_absence(desk, "marianne", "olga")
    made = ask(desk, case, amount="100000")
    assert asked(made) == ("Olga", 3)
    assert decide(desk, made, by="olga").state == "approved"
    assert decision() == ("Olga", 3, "Marianne")


def test_a_delegate_never_decides_what_the_delegator_asked_for(desk: World, case: Case) -> None:
    """Tom asks, then is away; Petra, to whom it went, stands in for him."""
    made = ask(desk, case)
    assert asked(made) == ("Petra", 2)
    make_absence(desk, "tom", "petra")
    assert not waits_for(desk, "petra")
    assert not may(made, "decide", desk["petra"])
    with pytest.raises(NotAllowed, match="for whom they stand in"):
        decide(desk, made, by="petra")
    # What is asked meanwhile goes past her.
    assert asked(ask(desk, case)) == ("Marianne", 3)
    assert decide(desk, made, by="marianne").state == "approved"


def test_a_delegate_never_decides_what_they_asked_for_in_the_delegators_place(
    desk: World,
) -> None:
    make_absence(desk, "tom", "petra")
    case = desk.case(by="olga")
    assert case.owner_id == desk["petra"].user_id
    made = ask(desk, case, by="petra")
    assert made.requested_for_id == desk["tom"].user_id
    assert asked(made) == ("Marianne", 3)
    for name in ("petra", "tom"):
        with pytest.raises(NotAllowed):
            decide(desk, made, by=name)
    facts = deals.events(case)[-1].facts
    assert facts["acted_for"] == str(desk["tom"].user_id)


def test_a_chain_that_leads_to_who_asked_decides_nothing(desk: World, case: Case) -> None:
    make_absence(desk, "petra", "olga")
    make_absence(desk, "olga", "tom")
    assert asked(ask(desk, case)) == ("Marianne", 3)


def test_who_stands_in_takes_a_request_back_and_accepts_what_is_offered(
    desk: World, case: Case
) -> None:
    first, second = ask(desk, case), ask(desk, case)
    decide(desk, first, "counter", amount="2000")
    make_absence(desk, "tom", "olga")
    accepted = accept_counter(deals.again(first), by=desk["olga"], at=deals.LATER)
    assert accepted.state == "approved"
    assert deals.events(case)[-1].facts["on_behalf_of"] == str(desk["tom"].user_id)
    withdraw_concession(deals.again(second), by=desk["olga"], at=deals.LATER, reason="Too late.")


def test_who_stands_in_for_who_made_an_offer_does_not_accept_it(desk: World, case: Case) -> None:
    made = ask(desk, case)
    decide(desk, made, "counter", amount="2000")
    make_absence(desk, "petra", "tom")
    assert not may(deals.again(made), "accept", desk["tom"])


def test_what_is_confidential_is_put_to_the_delegate_of_who_may_know(
    desk: World, case: Case
) -> None:
    do(desk, "restrict", case)
    make_absence(desk, "petra", "olga")
    made = ask(desk, case_for(desk["tom"], case.pk))
    assert asked(made) == ("Olga", 2)
    assert waits_for(desk, "olga")
    assert decide(desk, made, by="olga").state == "approved"


def test_who_stands_in_issues_the_memo_and_completes_an_action(desk: World) -> None:
    memo = story.reviewed(desk)
    with pytest.raises(NotAllowed):
        issue_memo(memo, by=desk["olga"], at=story.AT)
    make_absence(desk, "tom", "olga")
    issued = issue_memo(memo, by=desk["olga"], at=story.AT)
    event = Event.objects.get(kind="memo.issued")
    assert (issued.issued_by_id, event.facts["on_behalf_of"]) == (
        desk["olga"].user_id,
        str(desk["tom"].user_id),
    )
    # A partner is told who issued it, and nothing of whose place it was in.
    assert "Tom" not in letters([event], desk["anna"].user)[event.pk].line
    action = story.action_of(issued, "Find a lead")
    done = complete_action(action, by=desk["olga"], at=story.AT)
    assert done.done_by_id == desk["olga"].user_id


def test_who_stands_in_for_the_owner_of_an_action_completes_it(desk: World) -> None:
    memo = story.issued(desk)
    actions.reassign(
        memo.case,
        by=desk["tom"],
        at=story.AT,
        to_user_id=desk["marianne"].user_id,
        reason="Hers now.",
    )
    action = story.action_of(memo, "Find a lead")
    with pytest.raises(NotAllowed):
        complete_action(action, by=desk["olga"], at=story.AT)
    make_absence(desk, "tom", "olga")
    complete_action(action, by=desk["olga"], at=story.AT)
    event = Event.objects.get(kind="memo.action_done")
    assert event.facts["on_behalf_of"] == str(desk["tom"].user_id)
