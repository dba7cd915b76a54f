"""The verbs of partners: one event each, only by admins, wrong input refused by field."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import QuerySet

from journal.models import Event
from partners.actions import add_contact, add_partner, add_tier
from partners.models import Contact, Partner, Region, Tier
from partners.queries import companies_of, company_of, partners_by_name, speaks_for
from tenants.errors import Invalid, NotAllowed
from tenants.models import Membership
from tests.factories import OPENED, World, make_person

Act = Callable[[Membership | None], Any]


def acts(world: World) -> dict[str, tuple[Act, str]]:
    """Return each verb, ready to be called, and the event it writes."""
    region = Region.objects.get()
    person = make_person(world, "olga", "partner")
    partner = world.partners["alpenwerk"]
    return {
        "tier": (lambda by: add_tier("t", "T", 3, by=by, at=OPENED), "partner.tier_added"),
        "partner": (
            lambda by: add_partner("p", "P", "reseller", region=region, by=by, at=OPENED),
            "partner.added",
        ),
        "contact": (
            lambda by: add_contact(partner, person, by=by, at=OPENED),
            "partner.contact_added",
        ),
    }


@pytest.mark.parametrize("name", ["tier", "partner", "contact"])
def test_one_verb_is_one_event_without_a_name(world: World, name: str) -> None:
    act, kind = acts(world)[name]
    made = act(world["ines"])
    event = Event.objects.get()
    assert (event.kind, event.by_id, event.at) == (kind, world["ines"].user_id, OPENED)
    key = {"tier": "tier", "partner": "partner", "contact": "partner"}[name]
    assert event.facts[key] == str(made.partner_id if name == "contact" else made.pk)
    assert made.tenant_id == world.tenant.pk


@pytest.mark.parametrize("name", ["tier", "partner", "contact"])
def test_only_admins_and_whoever_runs_it_may(world: World, name: str) -> None:
    act, _kind = acts(world)[name]
    for who in ("tom", "pavel", "ruth", "anna"):
        with pytest.raises(NotAllowed):
            act(world[who])
    assert not Event.objects.exists()
    act(None)
    assert Event.objects.get().by_id is None


@pytest.mark.parametrize("name", ["tier", "partner", "contact"])
def test_twice_is_refused(world: World, name: str) -> None:
    act, _kind = acts(world)[name]
    act(world["ines"])
    with pytest.raises(Invalid, match="already"):
        act(world["ines"])
    assert Event.objects.count() == 1


def test_a_kind_that_is_not_there_is_refused(world: World) -> None:
    with pytest.raises(Invalid, match="kind"):
        add_partner("p", "P", "friend", region=Region.objects.get(), by=None, at=OPENED)
    assert not Partner.objects.filter(slug="p").exists()


def test_staff_do_not_speak_for_a_partner(world: World) -> None:
    with pytest.raises(Invalid, match="Only a partner contact"):
        add_contact(world.partners["alpenwerk"], world["tom"], by=None, at=OPENED)
    assert not Contact.objects.filter(user=world["tom"].user).exists()


def test_who_speaks_for_whom(world: World) -> None:
    anna, alpenwerk = world["anna"], world.partners["alpenwerk"]
    assert company_of(anna, "alpenwerk") == alpenwerk.pk
    assert company_of(anna, "rheintor") is None
    assert company_of(anna, "nobodys") is None
    assert company_of(world["tom"], "alpenwerk") is None
    assert companies_of(anna) == [alpenwerk]
    assert speaks_for(anna, alpenwerk.pk)
    assert not speaks_for(anna, world.partners["rheintor"].pk)
    assert [p.slug for p in partners_by_name()] == ["alpenwerk", "rheintor"]
    assert [t.slug for t in Tier.objects.all()] == ["gold"]


@pytest.mark.parametrize(("taken", "field"), [("slug", "slug"), ("external_id", "external_id")])
def test_of_two_who_take_the_same_at_once_the_second_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, taken: str, field: str
) -> None:
    region = Region.objects.get()
    Partner.objects.filter(slug="alpenwerk").update(external_id="CRM-1")
    facts: dict[str, Any] = {"slug": "new", "external_id": "CRM-2"}
    facts[taken] = {"slug": "alpenwerk", "external_id": "CRM-1"}[taken]
    # The second has looked before the first was there.
    monkeypatch.setattr(QuerySet, "exists", lambda _rows: False)
    with pytest.raises(Invalid) as refusal:
        add_partner(**facts, name="N", kind="reseller", region=region, by=None, at=OPENED)
    assert list(refusal.value.errors) == [field]
    assert Partner.objects.filter(name="N").count() == 0
