"""The verbs of partners."""

from datetime import datetime

import pytest

from journal.models import Event
from partners.actions import add_contact, add_partner, add_tier
from partners.models import Contact, Region, Tier
from tenants.errors import Invalid, NotAllowed
from tests.factories import World


def test_a_partner_is_added_and_on_the_trail(world: World, at: datetime) -> None:
    region, gold = Region.objects.get(), Tier.objects.get(slug="gold")
    partner = add_partner(
        "sierra", "Sierra", "reseller", region=region, tier=gold, by=world["ines"], at=at
    )
    assert (partner.slug, partner.name, partner.kind) == ("sierra", "Sierra", "reseller")
    assert (partner.region, partner.tier, partner.tenant_id) == (region, gold, world.tenant.pk)
    event = Event.objects.get(kind="partner.added")
    assert (event.at, event.by_id) == (at, world["ines"].user_id)
    assert event.facts == {
        "partner": str(partner.pk),
        "kind": "reseller",
        "region": str(region.pk),
    }


@pytest.mark.parametrize(
    ("slug", "kind", "errors"),
    [
        ("sierra", "friend", {"kind": "Choose reseller, distributor or alliance partner."}),
        ("rheintor", "reseller", {"slug": "There is a partner with this address already."}),
    ],
)
def test_a_partner_that_cannot_be(
    world: World, at: datetime, slug: str, kind: str, errors: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as caught:
        add_partner(slug, "S", kind, region=Region.objects.get(), by=None, at=at)
    assert caught.value.errors == errors


def test_a_tier(world: World, at: datetime) -> None:
    tier = add_tier("platinum", "Platinum", 1, by=world["ines"], at=at)
    assert (tier.name, tier.rank) == ("Platinum", 1)
    assert Event.objects.get(kind="partner.tier_added").facts == {"tier": str(tier.pk), "rank": 1}
    with pytest.raises(Invalid, match="slug: There is a tier with this address already"):
        add_tier("gold", "Gold", 2, by=None, at=at)


def test_a_contact_speaks_for_a_second_partner(world: World, at: datetime) -> None:
    rheintor, anna = world.partners["rheintor"], world["anna"]
    add_contact(rheintor, anna, by=world["ines"], at=at)
    speaks_for = Contact.objects.filter(user_id=anna.user_id).order_by("partner__slug")
    assert [c.partner.slug for c in speaks_for] == ["alpenwerk", "rheintor"]
    assert Event.objects.get(kind="partner.contact_added").facts == {
        "partner": str(rheintor.pk),
        "user": str(anna.user_id),
    }
    with pytest.raises(Invalid, match="This person speaks for the partner already"):
        add_contact(rheintor, anna, by=None, at=at)


def test_staff_speak_for_no_partner(world: World, at: datetime) -> None:
    with pytest.raises(Invalid, match="Only a partner contact can speak for a partner"):
        add_contact(world.partners["rheintor"], world["tom"], by=None, at=at)


def test_only_an_admin_may(world: World, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        add_tier("platinum", "Platinum", 1, by=world["tom"], at=at)
    with pytest.raises(NotAllowed):
        add_contact(world.partners["rheintor"], world["anna"], by=world["anna"], at=at)
    region = Region.objects.get()
    with pytest.raises(NotAllowed):
        add_partner("sierra", "S", "reseller", region=region, by=world["pavel"], at=at)
