"""The page of the rules: who decides what, and up to which amount."""

from decimal import Decimal

import pytest
from django.urls import reverse

from ladder.models import Level, Programme, Seat
from tests.escalation.browsing import browser
from tests.factories import World
from tests.portal.pages import plain


def rules_of(world: World) -> str:
    """Return the page as an admin reads it."""
    return plain(browser(world, "ines").get(reverse("policy", args=[world.tenant.slug])))


@pytest.mark.parametrize(
    ("amount", "said"),
    [("999.50", "Up to €999.50"), ("25000", "Up to €25,000"), (None, "Any amount")],
)
def test_every_level_s_authority_is_shown_with_its_kinds(
    world: World, amount: str | None, said: str
) -> None:
    with world.scope():
        Level.objects.filter(position=1).update(
            authority_amount=amount and Decimal(amount), authority_kinds=["fee", "price_5_points"]
        )
    text = rules_of(world)
    assert f"{said}: Fee, Special price of at most 5 %" in text
    assert text.count("Concedes nothing") == 2


def test_seats_that_wait_for_their_people_are_counted(world: World) -> None:
    with world.scope():
        Seat.objects.filter(level__position=1).update(provisional=True)
    assert "1 seat is held by the admin for now." in rules_of(world)
    with world.scope():
        Seat.objects.update(provisional=True)
    assert "3 seats are held by the admin for now." in rules_of(world)


def test_business_time_is_called_so_throughout(world: World) -> None:
    with world.scope():
        Programme.objects.update(update_window="P1D")
    text = rules_of(world)
    assert "10 business days" in text
    assert "1 business day" in text
    assert "working day" not in text
