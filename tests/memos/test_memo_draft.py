"""The first draft of a memo: what the case says already, and when one is begun."""

from decimal import Decimal

import pytest

from cases.models import Case
from memos.actions.memo import draft_memo
from memos.drafting import granted_line
from memos.models import Concession, MemoCopy
from tenants.errors import NotAllowed, NotNow
from tests.cases.verbs import case_in, do
from tests.factories import World
from tests.memos.story import (
    AT,
    drafted,
    two_parties,
)
from tests.memos.test_memo import PEOPLE, STAFF


def test_a_draft_holds_what_the_case_says(world: World) -> None:
    case = two_parties(
        world, description="The lead was ours.", fields={"expected_outcome": "The lead back."}
    )
    do(world, "decide", case, at=AT, reason="Rheintor was first, by a day.", outcome="rejected")
    facts = {"value_currency": "EUR", "requested_by_id": world["tom"].user_id, "requested_at": AT}
    for number, state in enumerate(("approved", "denied"), start=1):
        Concession.objects.create(
            tenant=world.tenant,
            case=case,
            number=number,
            kind="lead" if state == "approved" else "fee",
            amount=3000,
            currency="EUR",
            partner=world.partners["alpenwerk"],
            condition="A joint plan is signed.",
            state=state,
            **facts,
        )
    memo = drafted(world, Case.objects.get(pk=case.pk))
    assert memo.title == case.title
    assert "Alpenwerk raised a dispute" in memo.dispute
    assert "Also concerned: Rheintor." in memo.dispute
    assert "The lead was ours." in memo.dispute
    assert "Asked for: The lead back." in memo.dispute
    assert memo.decision == "**Rejected**\n\nRheintor was first, by a day."
    assert memo.compensation == (
        "- Replacement lead: €3,000, to Alpenwerk. Condition: A joint plan is signed."
    )
    assert (memo.risk, memo.outcomes) == ("", "")
    copies = {copy.partner.slug: copy.body for copy in MemoCopy.objects.filter(memo=memo)}
    assert "another partner was first, by a day." in copies["alpenwerk"]
    assert "Replacement lead: €3,000. Condition" in copies["alpenwerk"]
    assert "€3,000" not in copies["rheintor"]
    assert "Rheintor" not in copies["alpenwerk"]
    assert "Alpenwerk" not in copies["rheintor"]


def test_a_draft_calls_a_rival_by_no_short_name_either(world: World) -> None:
    rival = world.partners["rheintor"]
    rival.name = "Rheintor Distribution GmbH"
    rival.save()
    case = two_parties(world)
    reason = "Rheintors letter, Rheintor-Distribution's order and Rheintorallee 5."
    do(world, "decide", case, at=AT, reason=reason)
    memo = drafted(world, Case.objects.get(pk=case.pk))
    copy = MemoCopy.objects.get(memo=memo, partner=world.partners["alpenwerk"])
    assert "another partner letter, another partner's order and Rheintorallee 5." in copy.body


def test_a_case_alone_and_undecided_is_a_draft_too(world: World) -> None:
    memo = drafted(world, world.case())
    assert (memo.decision, memo.compensation) == ("", "")
    [copy] = MemoCopy.objects.filter(memo=memo)
    assert "Another partner" not in copy.body


@pytest.mark.parametrize("status", ["new", "in_progress", "decided"])
def test_a_memo_is_begun_while_the_case_is_open(world: World, status: str) -> None:
    memo = drafted(world, case_in(world, status))
    assert (memo.status, memo.version, memo.number, memo.revision) == ("draft", 1, "", 1)
    with pytest.raises(NotNow, match="written already"):
        drafted(world, memo.case)


@pytest.mark.parametrize("status", ["resolved", "closed", "withdrawn"])
def test_no_memo_is_begun_once_a_case_is_over(world: World, status: str) -> None:
    with pytest.raises(NotNow, match="while the case is open"):
        drafted(world, case_in(world, status))


@pytest.mark.parametrize("name", PEOPLE)
def test_who_begins_a_memo(world: World, name: str) -> None:
    case = two_parties(world)
    if name in STAFF:
        assert draft_memo(case, by=world[name], at=AT).author_id == world[name].user_id
        return
    with pytest.raises(NotAllowed):
        draft_memo(case, by=world[name], at=AT)


def test_a_concession_is_said_in_a_line(world: World) -> None:
    price = Concession(
        kind="price", amount=Decimal("1200.50"), currency="USD", percent=Decimal("5.00")
    )
    assert granted_line(price) == "Special price: $1,200.50, 5 %"
    price.condition, price.conditions = "This deal only.", "Until June."
    assert granted_line(price) == (
        "Special price: $1,200.50, 5 %. Condition: This deal only; Until June."
    )
