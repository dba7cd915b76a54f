"""By whose authority a concession is decided: by the seats, limits and rates of now."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cases.models import Case
from ladder.actions import set_rate
from ladder.models import Level, Seat
from memos.concession_access import decidable, may
from memos.models import Concession, Decision
from memos.routing import last_clocks
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.models import Membership
from tests.factories import World
from tests.memos import deals
from tests.memos.deals import ASKED, LATER, again, ask, decide


def limit(world: World, position: int, **changes: Any) -> None:
    """Change what a level may concede."""
    Level.objects.filter(pk=world.levels[position - 1].pk).update(**changes)


def test_who_lost_the_seat_decides_no_more_and_who_has_it_does(
    desk: World, case: Case, made: Concession
) -> None:
    deals.seat(desk, 2, user=desk["olga"].user)
    assert deals.asked(made) == ("Petra", 2)
    for verdict in ("approve", "deny", "counter"):
        with pytest.raises(NotAllowed, match="Only who holds the level"):
            decide(desk, made, verdict, amount="1")
    assert not may(again(made), "decide", desk["petra"])
    clocks = last_clocks([made.pk])
    found = {name: decidable(case, [made], clocks, desk[name]) for name in ("petra", "olga")}
    assert found == {"petra": set(), "olga": {made.pk}}
    assert decide(desk, made, by="olga").state == "approved"
    assert Decision.objects.get().on_behalf_of_id is None


def test_who_backs_nobody_up_any_more_decides_no_more(desk: World, case: Case) -> None:
    deals.seat(desk, 2, backup=desk["olga"].user)
    made = ask(desk, case)
    deals.seat(desk, 2, backup=desk["ines"].user)
    with pytest.raises(NotAllowed, match="Only who holds the level"):
        decide(desk, made, by="olga")
    assert decide(desk, made, by="ines").state == "approved"
    assert Decision.objects.get().on_behalf_of_id == desk["petra"].user_id


def test_a_backup_of_who_has_left_decides_in_their_own_right(desk: World, made: Concession) -> None:
    deals.seat(desk, 2, backup=desk["olga"].user)
    Membership.objects.filter(pk=desk["petra"].pk).update(is_active=False)
    assert decide(desk, made, by="olga").state == "approved"
    assert Decision.objects.get().on_behalf_of_id is None


@pytest.mark.parametrize(
    "less", [{"authority_amount": Decimal("2999.99")}, {"authority_kinds": ["lead"]}]
)
def test_what_a_level_may_allow_no_longer_is_not_approved_there(
    desk: World, made: Concession, less: dict[str, Any]
) -> None:
    limit(desk, 1, authority_amount=Decimal(10), authority_kinds=["lead"])
    limit(desk, 2, **less)
    with pytest.raises(NotNow, match="ask again") as refused:
        decide(desk, made)
    assert refused.value.allowed == ("concession.counter", "concession.deny")
    assert again(made).state == "pending"
    assert not Decision.objects.exists()
    assert decide(desk, made, by="marianne").state == "approved"


def test_what_is_beyond_a_lowered_limit_may_be_denied_or_countered_within_it(
    desk: World, case: Case, made: Concession
) -> None:
    other = ask(desk, case)
    limit(desk, 1, authority_amount=Decimal(10))
    limit(desk, 2, authority_amount=Decimal(2_000))
    with pytest.raises(Invalid, match="beyond your own authority"):
        decide(desk, made, "counter", amount="2000.01")
    assert decide(desk, made, "counter", amount="2000").state == "countered"
    assert decide(desk, other, "deny").state == "denied"


def test_a_rate_that_has_moved_counts_as_it_is_now(desk: World, case: Case) -> None:
    set_rate("USD", Decimal("0.5"), ASKED.date(), by=desk["ines"], at=ASKED)
    made = ask(desk, case, amount="50000", currency="USD")
    assert deals.asked(made) == ("Petra", 2)
    tomorrow = LATER + timedelta(days=1)
    set_rate("USD", Decimal("0.51"), tomorrow.date(), by=desk["ines"], at=ASKED)
    with pytest.raises(NotNow, match="ask again"):
        decide(desk, made, at=tomorrow)
    assert decide(desk, made, at=LATER).state == "approved"


def test_of_two_authorities_the_one_that_covers_it_counts(desk: World, made: Concession) -> None:
    limit(desk, 1, authority_amount=Decimal(10))
    limit(desk, 2, authority_amount=Decimal(10))
    deals.seat(desk, 3, backup=desk["petra"].user)
    assert decide(desk, made).state == "approved"
    decision = Decision.objects.get()
    assert (decision.level.position, decision.on_behalf_of_id) == (3, desk["marianne"].user_id)


def test_what_is_worth_more_than_any_amount_is_refused_not_taken_for_unknown(
    desk: World, case: Case
) -> None:
    limit(desk, 4, authority_amount=Decimal(200_000))
    set_rate("KWD", Decimal(12), ASKED.date(), by=desk["ines"], at=ASKED)
    for amount in ("8333333333333.334", "99999999999999.999"):
        with pytest.raises(Invalid, match="Too large") as refused:
            ask(desk, case, currency="KWD", amount=amount)
        assert set(refused.value.errors) == {"amount"}
    with pytest.raises(NotNow, match="No level of this ladder may concede this"):
        ask(desk, case, currency="KWD", amount="8333333333333.333")
    assert not Concession.objects.exists()
    made = ask(desk, case, currency="KWD", amount="10000")
    with pytest.raises(Invalid, match="Too large"):
        deals.change(desk, made, currency="KWD", amount="20000000000000")


def test_nobody_holds_a_level_that_was_asked_before_and_the_one_above_decides(
    desk: World, made: Concession
) -> None:
    Seat.objects.filter(level=desk.levels[1]).delete()
    with pytest.raises(NotAllowed):
        decide(desk, made)
    assert decide(desk, made, by="marianne").state == "approved"
