"""Deciding a concession: who may, what is kept, late and in another's place."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cases.models import Case, Message
from journal.models import Event, Notice
from ladder.models import Level, Seat
from memos.models import Concession, Decision
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.models import Role
from tests.factories import OPENED, World, make_person
from tests.memos import deals
from tests.memos.deals import ASKED, HOUR, LATER, again, ask, decide


def told(event: Event) -> set[str]:
    """Return who is told of an event."""
    return set(Notice.objects.filter(event=event).values_list("user__name", flat=True))


def last(case: Case) -> Event:
    """Return what happened last about a concession."""
    found = Event.objects.filter(case_id=case.pk, kind__startswith="concession.")
    event = found.order_by("-at", "-id").first()
    assert event is not None
    return event


def test_an_approval_keeps_who_why_and_by_whose_authority(
    desk: World, case: Case, made: Concession
) -> None:
    done = decide(desk, made, conditions="Paid first.")
    assert (done.state, done.decided_at, done.conditions) == ("approved", LATER, "Paid first.")
    decision = Decision.objects.get()
    assert (decision.verdict, decision.reason, decision.conditions) == (
        "approve",
        "It is fair.",
        "Paid first.",
    )
    assert (decision.amount, decision.percent, decision.revision) == (Decimal(3000), None, 1)
    assert (decision.by_id, decision.on_behalf_of_id) == (desk["petra"].user_id, None)
    assert (decision.level_id, decision.at) == (desk.levels[1].pk, LATER)
    [clock] = deals.approvals(made)
    assert (clock.state, clock.met_at) == ("met", LATER)
    event = last(case)
    assert (event.kind, event.audience) == ("concession.approved", "internal")
    assert (event.facts["position"], event.facts["conditional"]) == (2, True)
    assert "fair" not in str(event.facts)
    assert Message.objects.get(event_id=event.pk).body == "It is fair.\n\nConditions: Paid first."
    assert told(event) == {"Tom"}


def test_a_denial_keeps_no_amount_and_no_conditions(
    desk: World, case: Case, made: Concession
) -> None:
    done = decide(desk, made, "deny", conditions="Left in the form.")
    assert (done.state, done.conditions) == ("denied", "")
    decision = Decision.objects.get()
    assert (decision.verdict, decision.amount, decision.conditions) == ("deny", None, "")
    assert last(case).kind == "concession.denied"


def test_a_counter_names_what_would_be_allowed(desk: World, case: Case, made: Concession) -> None:
    done = decide(desk, made, "counter", amount="2500.50")
    assert (done.state, done.counter_amount) == ("countered", Decimal("2500.5"))
    assert last(case).kind == "concession.countered"
    assert last(case).facts["offered"] == "2500.5"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"verdict": "maybe"}, "verdict"),
        ({"verdict": ""}, "verdict"),
        ({"verdict": "approve", "reason": " "}, "reason"),
        ({"verdict": "deny", "reason": ""}, "reason"),
        ({"verdict": "counter", "reason": "", "amount": "1"}, "reason"),
        ({"verdict": "approve", "conditions": "x" * 20_001}, "conditions"),
        ({"verdict": "counter"}, "amount"),
        ({"verdict": "counter", "amount": "NaN"}, "amount"),
        ({"verdict": "counter", "amount": "0"}, "amount"),
        ({"verdict": "counter", "amount": "3000.00"}, "amount"),
        ({"verdict": "counter", "amount": "3000.01"}, "amount"),
        ({"verdict": "counter", "amount": "1", "percent": "5"}, "percent"),
    ],
)
def test_wrong_input_is_refused_by_its_field(
    desk: World, made: Concession, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        decide(desk, made, **facts)
    assert set(refused.value.errors) == {field}
    assert again(made).state == "pending"
    assert not Decision.objects.exists()


def test_a_counter_to_a_price_is_held_to_the_percent_that_was_asked(
    desk: World, case: Case
) -> None:
    made = ask(desk, case, kind="price", amount="100", percent="4")
    for percent in ("4.01", "", None):
        with pytest.raises(Invalid) as refused:
            decide(desk, made, "counter", amount="90", percent=percent)
        assert set(refused.value.errors) == {"percent"}
    assert decide(desk, made, "counter", amount="100", percent="3").state == "countered"


def test_a_counter_without_a_rate_is_for_the_highest_level(desk: World, case: Case) -> None:
    made = ask(desk, case, currency="USD")
    done = decide(desk, made, "counter", by="ada", amount="1000")
    assert (done.state, done.counter_amount) == ("countered", Decimal(1000))


MAY = {"petra": 2, "marianne": 3, "ada": 4}


@pytest.mark.parametrize(
    "name", ["tom", "petra", "marianne", "ada", "olga", "ines", "pavel", "ruth", "anna"]
)
def test_the_level_that_was_asked_or_one_above_decides(
    desk: World, made: Concession, name: str
) -> None:
    if name in MAY:
        assert decide(desk, made, by=name).state == "approved"
        assert Decision.objects.get().level.position == MAY[name]
        return
    with pytest.raises(NotAllowed):
        decide(desk, made, by=name)
    assert again(made).state == "pending"


@pytest.mark.parametrize("verdict", ["approve", "deny", "counter"])
def test_nobody_decides_what_they_asked_for_whatever_they_hold(
    desk: World, case: Case, verdict: str
) -> None:
    made = ask(desk, case, by="marianne", amount="3000")
    assert deals.asked(made) == ("Petra", 2)
    with pytest.raises(NotAllowed, match="Nobody decides what they asked for"):
        decide(desk, made, verdict, by="marianne", amount="1")


def test_an_admin_without_a_seat_decides_nothing(desk: World, made: Concession) -> None:
    with pytest.raises(NotAllowed, match="Only who holds the level"):
        decide(desk, made, by="ines")
    Seat.objects.create(tenant=desk.tenant, level=desk.levels[1], user=desk["ines"].user, rank=2)
    assert decide(desk, made, by="ines").state == "approved"


def test_a_backup_decides_in_the_holders_place(desk: World, case: Case) -> None:
    deals.seat(desk, 2, backup=desk["olga"].user)
    made = ask(desk, case)
    [clock] = deals.approvals(made)
    assert (clock.owner_id, clock.backup_id) == (desk["petra"].user_id, desk["olga"].user_id)
    assert told(last(case)) == {"Petra", "Olga"}
    decide(desk, made, by="olga")
    decision = Decision.objects.get()
    assert (decision.by_id, decision.on_behalf_of_id) == (
        desk["olga"].user_id,
        desk["petra"].user_id,
    )
    assert last(case).facts["on_behalf_of"] == str(desk["petra"].user_id)


def test_the_backup_of_a_level_above_decides_in_its_holders_place(
    desk: World, made: Concession
) -> None:
    deals.seat(desk, 3, backup=desk["olga"].user)
    decide(desk, made, by="olga")
    decision = Decision.objects.get()
    assert (decision.level.position, decision.on_behalf_of_id) == (3, desk["marianne"].user_id)


def test_ones_own_right_counts_before_anothers(desk: World, case: Case) -> None:
    deals.seat(desk, 2, backup=desk["marianne"].user)
    decide(desk, ask(desk, case), by="marianne")
    decision = Decision.objects.get()
    assert (decision.level.position, decision.on_behalf_of_id) == (3, None)


def test_a_seat_for_another_category_or_region_decides_nothing(
    desk: World, made: Concession
) -> None:
    make_person(desk, "uwe", Role.STAFF)
    place = {"tenant": desk.tenant, "level": desk.levels[2], "user": desk["uwe"].user}
    Seat.objects.create(**place, category=desk.categories["territory"])
    with pytest.raises(NotAllowed, match="Only who holds the level"):
        decide(desk, made, by="uwe")
    Seat.objects.create(**place, category=desk.categories["lead-routing"])
    assert decide(desk, made, by="uwe").state == "approved"


def test_a_level_above_that_may_concede_nothing_decides_nothing(
    desk: World, made: Concession
) -> None:
    Level.objects.filter(pk=desk.levels[2].pk).update(authority_kinds=[])
    with pytest.raises(NotAllowed, match="Only who holds the level"):
        decide(desk, made, by="marianne")


def test_a_late_decision_before_anybody_noticed_wins(
    desk: World, case: Case, made: Concession
) -> None:
    late = ASKED + 17 * HOUR
    assert decide(desk, made, at=late).state == "approved"
    [clock] = deals.approvals(made)
    assert (clock.state, clock.breached_at, clock.met_at) == ("breached", clock.due_at, late)
    assert Event.objects.filter(case_id=case.pk, kind="case.clock.breached").count() == 1


def test_there_is_one_decision_also_for_the_database(desk: World, made: Concession) -> None:
    decide(desk, made)
    with pytest.raises(NotNow, match="The request is approved"):
        decide(desk, made, "deny", by="marianne")
    first = Decision.objects.get()
    first.pk = None
    first.id = made.pk
    with pytest.raises(IntegrityError, match="one_decision_per_revision"), transaction.atomic():
        first.save(force_insert=True)


def test_the_database_refuses_a_price_without_a_percent(made: Concession) -> None:
    for wrong in ({"kind": "price"}, {"percent": Decimal(5)}, {"amount": Decimal(0)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Concession.objects.filter(pk=made.pk).update(**wrong)


def test_deciding_is_told_to_requester_holder_and_who_they_stood_in_for(desk: World) -> None:
    case = desk.case(at=OPENED)
    made = ask(desk, case, by="olga")
    decide(desk, made)
    assert told(last(case)) == {"Olga", "Tom"}
