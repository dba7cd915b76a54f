"""Asking for a concession, changing it, accepting what is offered, taking it back."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.http import Http404

from cases.models import Case, Message
from journal.models import Event, Notice
from ladder.actions import set_rate
from ladder.models import Level
from memos.concession_access import concession_for
from memos.models import Concession
from memos.terms import Ask, read_terms
from tenants.errors import Invalid, NotAllowed, NotNow
from tests.cases.verbs import do
from tests.factories import OPENED, World
from tests.memos import deals
from tests.memos.deals import ASKED, HOUR, LATER, ask, decide, events


def told(event: Event) -> set[str]:
    """Return who is told of an event."""
    return set(Notice.objects.filter(event=event).values_list("user__name", flat=True))


def test_a_request_goes_to_the_lowest_level_that_has_the_authority(desk: World, case: Case) -> None:
    made = ask(desk, case, condition="After the customer has paid.")
    assert (made.number, made.state, made.revision) == (1, "pending", 1)
    assert (made.amount, made.value, made.value_currency) == (Decimal(3000), Decimal(3000), "EUR")
    assert (made.requested_by_id, made.requested_for_id) == (desk["tom"].user_id, None)
    [clock] = deals.approvals(made)
    assert deals.asked(made) == ("Petra", 2)
    assert (clock.anchor, clock.due_at, clock.window) == (ASKED, ASKED + 16 * HOUR, "PT16H")
    assert (clock.assignment_id, clock.barred) == (None, [desk["tom"].user_id])
    [event] = events(case)
    assert event.kind == "concession.requested"
    assert (event.audience, event.by_id) == ("internal", desk["tom"].user_id)
    text = Message.objects.get(event_id=event.pk)
    assert text.body == f"{deals.REASON}\n\nCondition: After the customer has paid."
    assert (text.kind, text.audience) == ("reason", "internal")
    assert {k: v for k, v in event.facts.items() if k != "text_sha256"} == {
        "concession": str(made.pk),
        "number": 1,
        "revision": 1,
        "kind": "fee",
        "amount": "3000",
        "currency": "EUR",
        "to": 2,
        "owner": str(desk["petra"].user_id),
    }
    assert told(event) == {"Petra"}


@pytest.mark.parametrize(
    ("wanted", "name", "position"),
    [
        ({"kind": "lead", "amount": "5000.01"}, "Petra", 2),
        ({"kind": "fee", "amount": "25000"}, "Petra", 2),
        ({"kind": "fee", "amount": "25000.01"}, "Marianne", 3),
        ({"kind": "terms", "amount": "1"}, "Marianne", 3),
        ({"kind": "price", "amount": "10", "percent": "5"}, "Petra", 2),
        ({"kind": "price", "amount": "10", "percent": "5.5"}, "Marianne", 3),
        ({"kind": "price", "amount": "10", "percent": "20"}, "Ada", 4),
        ({"kind": "fee", "amount": "150000.01"}, "Ada", 4),
        # No rate says what it is worth.
        ({"kind": "lead", "amount": "1", "currency": "USD"}, "Ada", 4),
        # Within Tom's own limit, but he asks.
        ({"kind": "lead", "amount": "10"}, "Petra", 2),
    ],
)
def test_kind_amount_and_percent_say_who_decides(
    desk: World, case: Case, wanted: dict[str, Any], name: str, position: int
) -> None:
    assert deals.asked(ask(desk, case, **wanted)) == (name, position)


def test_who_is_above_may_ask_who_is_below(desk: World, case: Case) -> None:
    made = ask(desk, case, by="petra", kind="lead", amount="10")
    assert deals.asked(made) == ("Tom", 1)


def test_another_currency_counts_by_the_rate_of_the_day(desk: World, case: Case) -> None:
    set_rate("usd", Decimal("0.5"), ASKED.date(), by=desk["ines"], at=OPENED)
    set_rate("USD", Decimal(9), date(2099, 1, 1), by=desk["ines"], at=OPENED)
    made = ask(desk, case, amount="50000", currency="usd")
    assert deals.asked(made) == ("Petra", 2)
    assert (made.currency, made.value, made.value_currency) == ("USD", Decimal(25000), "EUR")
    assert deals.asked(ask(desk, case, amount="50000.01", currency="USD")) == ("Marianne", 3)
    made = ask(desk, case, amount="1", currency="GBP")
    assert (made.value, made.value_currency) == (None, "EUR")


def test_a_backup_asks_in_the_holders_place_and_neither_decides(desk: World) -> None:
    deals.seat(desk, 1, user=desk["petra"].user, backup=desk["tom"].user)
    case = desk.case()
    made = ask(desk, case, by="tom")
    assert made.requested_for_id == desk["petra"].user_id
    # Petra holds the second level too, where she would decide what was asked in her name.
    assert deals.asked(made) == ("Marianne", 3)
    with pytest.raises(NotAllowed, match="in their name"):
        decide(desk, made, by="petra")


def test_a_level_that_only_the_requester_holds_is_passed_over(desk: World, case: Case) -> None:
    deals.seat(desk, 2, user=desk["tom"].user, backup=desk["olga"].user)
    made = ask(desk, case)
    assert deals.asked(made) == ("Marianne", 3)
    # Olga would decide in Tom's place.
    with pytest.raises(NotAllowed, match="Only who holds the level"):
        decide(desk, made, by="olga")


def test_where_nobody_else_may_decide_the_request_is_refused(desk: World, case: Case) -> None:
    for position in (2, 3, 4):
        deals.seat(desk, position, user=desk["tom"].user)
    with pytest.raises(NotNow, match="Nobody else holds a level"):
        ask(desk, case)
    Level.objects.update(authority_kinds=[])
    with pytest.raises(NotNow, match="No level of this ladder may concede this"):
        ask(desk, case, by="petra")
    assert not Concession.objects.exists()
    assert events(case) == []


def test_a_restricted_case_is_put_only_to_who_may_know_of_it(desk: World) -> None:
    case = desk.case()
    do(desk, "escalate", case, by="tom", at=OPENED)
    Case.objects.filter(pk=case.pk).update(confidentiality="restricted")
    # Tom has handed it on, and is no longer to know of it.
    made = ask(desk, Case.objects.get(pk=case.pk), by="petra", kind="lead", amount="10")
    assert deals.asked(made) == ("Marianne", 3)


@pytest.mark.parametrize("who", ["pavel", "ruth", "anna"])
def test_only_staff_ask(desk: World, case: Case, who: str) -> None:
    with pytest.raises(NotAllowed):
        ask(desk, case, by=who)


@pytest.mark.parametrize("status", ["resolved", "closed", "withdrawn"])
def test_nothing_is_asked_in_a_case_that_has_ended(desk: World, status: str) -> None:
    from tests.cases.verbs import case_in  # noqa: PLC0415 - only here

    with pytest.raises(NotNow, match="The case has ended"):
        ask(desk, case_in(desk, status), at=LATER)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"kind": "cash"}, "kind"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "Infinity"}, "amount"),
        ({"amount": "1e309"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1.001"}, "amount"),
        ({"amount": "100000000000000"}, "amount"),
        ({"currency": "EURO"}, "currency"),
        ({"kind": "price"}, "percent"),
        ({"kind": "price", "percent": "0"}, "percent"),
        ({"kind": "price", "percent": "-5"}, "percent"),
        ({"kind": "price", "percent": "100.01"}, "percent"),
        ({"kind": "price", "percent": "5.005"}, "percent"),
        ({"kind": "price", "percent": "NaN"}, "percent"),
        ({"kind": "fee", "percent": "5"}, "percent"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 20_001}, "reason"),
        ({"condition": "x" * 20_001}, "condition"),
        ({"condition": "a\x00b"}, "condition"),
        ({"partner": "rheintor"}, "partner"),
    ],
)
def test_wrong_input_is_refused_by_its_field(
    desk: World, case: Case, wanted: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        ask(desk, case, **wanted)
    assert set(refused.value.errors) == {field}
    assert not Concession.objects.exists()


def test_a_decimal_that_is_no_number_is_refused_as_a_percent() -> None:
    for wrong in ("NaN", "Infinity", "1.001"):
        with pytest.raises(Invalid) as refused:
            read_terms(Ask("price", "1", "EUR", Decimal(wrong)))
        assert set(refused.value.errors) == {"percent"}


def test_concessions_are_numbered_within_their_case(desk: World, case: Case) -> None:
    numbers = [ask(desk, case, amount=amount).number for amount in ("1", "2")]
    assert numbers == [1, 2]
    assert ask(desk, desk.case()).number == 1


def test_the_door_hides_what_is_missing_and_what_is_hidden(desk: World, case: Case) -> None:
    made = ask(desk, case)
    assert concession_for(desk["olga"], made.pk, case_id=case.pk) == made
    Case.objects.filter(pk=case.pk).update(confidentiality="restricted")
    other = desk.case()
    for who, case_id in (("olga", case.pk), ("tom", other.pk)):
        with pytest.raises(Http404):
            concession_for(desk[who], made.pk, case_id=case_id)
    assert concession_for(desk["petra"], made.pk, case_id=case.pk) == made
