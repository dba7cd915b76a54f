"""Exchange rates: an admin adds them by day, nobody changes them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.utils import timezone

from journal.models import Event
from ladder.actions import set_rate
from ladder.models import ExchangeRate
from ladder.queries import rates_on
from tenants.errors import Invalid, NotAllowed
from tests.factories import OPENED, World

DAY = date(2026, 11, 25)


def test_an_admin_adds_a_rate_and_the_trail_keeps_it(world: World) -> None:
    rate = set_rate(" usd", Decimal("0.91"), DAY, by=world["ines"], at=OPENED)
    assert (rate.currency, rate.rate, rate.valid_from) == ("USD", Decimal("0.91"), DAY)
    event = Event.objects.get(kind="policy.rate")
    assert event.by_id == world["ines"].user_id
    assert event.facts == {
        "rate": str(rate.pk),
        "currency": "USD",
        "worth": "0.91",
        "valid_from": "2026-11-25",
    }


@pytest.mark.parametrize("who", ["tom", "pavel", "ruth", "anna"])
def test_nobody_else_does(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        set_rate("USD", Decimal(1), DAY, by=world[who], at=OPENED)


@pytest.mark.parametrize(
    ("currency", "rate", "field"),
    [
        ("XXX", "1", "currency"),
        ("EUR", "1", "currency"),
        ("USD", "0", "rate"),
        ("USD", "-1", "rate"),
        ("USD", "NaN", "rate"),
        ("USD", "Infinity", "rate"),
        ("USD", "10000000000", "rate"),
        ("USD", "0.123456789", "rate"),
    ],
)
def test_what_is_no_rate_is_refused(world: World, currency: str, rate: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        set_rate(currency, Decimal(rate), DAY, by=world["ines"], at=OPENED)
    assert set(refused.value.errors) == {field}
    assert not ExchangeRate.objects.exists()


def test_a_day_has_one_rate_and_a_later_one_supersedes_it(world: World) -> None:
    admin = world["ines"]
    set_rate("USD", Decimal("0.9"), DAY, by=admin, at=OPENED)
    set_rate("GBP", Decimal("1.2"), DAY, by=admin, at=OPENED)
    with pytest.raises(Invalid) as refused:
        set_rate("USD", Decimal("0.95"), DAY, by=admin, at=OPENED)
    assert set(refused.value.errors) == {"valid_from"}
    set_rate("USD", Decimal("0.95"), DAY + timedelta(days=2), by=admin, at=OPENED)
    found = [{r.currency: r.rate for r in rates_on(DAY + timedelta(days=n))} for n in (-1, 1, 2)]
    assert found == [
        {},
        {"USD": Decimal("0.9"), "GBP": Decimal("1.2")},
        {"USD": Decimal("0.95"), "GBP": Decimal("1.2")},
    ]


def test_the_database_lets_nobody_change_a_rate(world: World) -> None:
    rate = set_rate("USD", Decimal("0.9"), DAY, by=world["ines"], at=OPENED)
    rate.rate = Decimal(2)
    for change in (rate.save, rate.delete):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change()
    assert ExchangeRate.objects.get().rate == Decimal("0.9")


def browser(world: World, name: str) -> Client:
    """Return a browser of one person's."""
    client = Client()
    client.force_login(world[name].user, backend="tenants.backends.EmailBackend")
    return client


def test_the_page_of_rates(world: World) -> None:
    address = f"/t/{world.tenant.slug}/rules/rates/"
    admin, today = browser(world, "ines"), timezone.localdate()
    assert "No rates yet" in admin.get(address).content.decode()
    given = {"currency": "usd", "rate": "0.91", "valid_from": today.isoformat()}
    assert admin.post(address, given).status_code == 302
    wrong = admin.post(address, given)
    assert wrong.status_code == 422
    assert "This day has its rate already" in wrong.content.decode()
    page = browser(world, "tom").get(address).content.decode()
    assert "0.91" in page
    assert "in force" in page
    assert "Add the rate" not in page
    assert browser(world, "tom").post(address, given).status_code == 403
    assert address in browser(world, "pavel").get(f"/t/{world.tenant.slug}/rules/").content.decode()
