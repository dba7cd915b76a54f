"""Where a log's words lead in one tenant."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.importing.mapping import Meaning
from cases.importing.plan import Subject
from cases.importing.targets import Targets
from ladder.models import Category, Programme, RegionCalendar, Route
from partners.models import Partner, Region, Tier
from tenants.errors import Invalid
from tenants.ids import uuid7
from tenants.models import Tenant
from tenants.scope import act_in
from tests.factories import BERLIN_HOURS, World, make_calendar


def subject(category: str = "Category 1", counterpart: str = "Location 1") -> Subject:
    """Return an incident of severity S3."""
    return Subject("INC1", "INC1", category, counterpart, "s3")


def refusal(meaning: Meaning) -> dict[str, str]:
    """Return why a mapping is refused in this tenant."""
    with pytest.raises(Invalid) as caught:
        Targets(meaning)
    return caught.value.errors


def test_labels_spread_over_the_administrative_categories_always_alike(world: World) -> None:
    for slug in ("product", "mdf-co-op"):
        Category.objects.create(
            tenant=world.tenant, slug=slug, name=slug, category_class="administrative"
        )
    labels = [f"Category {n}" for n in range(1, 31)]
    first = [Targets(Meaning()).category(label).slug for label in labels]
    assert first == [Targets(Meaning()).category(label).slug for label in labels]
    assert set(first) == {"lead-routing", "product", "mdf-co-op"}
    assert first[:5] == ["lead-routing", "product", "product", "mdf-co-op", "product"]


def test_the_mapping_names_categories_and_one_for_all_others(world: World) -> None:
    other = Category.objects.create(
        tenant=world.tenant, slug="mdf-co-op", name="Funds", category_class="administrative"
    )
    targets = Targets(Meaning(categories={"Category 1": "mdf-co-op", "*": "lead-routing"}))
    assert targets.category("Category 1") == other
    assert targets.category("Category 2") == world.categories["lead-routing"]
    assert targets.category("") == world.categories["lead-routing"]


def test_unknown_and_strategic_categories_are_refused(world: World) -> None:
    assert refusal(Meaning(categories={"Category 1": "none"})) == {
        "categories.Category 1": "There is no category “none”."
    }
    assert refusal(Meaning(categories={"*": "territory"})) == {
        "categories.*": "“territory” is strategic; incidents map to administrative categories."
    }
    world.categories["lead-routing"].delete()
    assert refusal(Meaning()) == {"categories": "The tenant has no administrative category."}


def test_the_mapping_names_partners(world: World) -> None:
    targets = Targets(Meaning(partners={"Location 1": "rheintor", "*": "alpenwerk"}))
    assert targets.partner("Location 1") == world.partners["rheintor"]
    assert targets.partner("Location 2") == world.partners["alpenwerk"]
    assert not Partner.objects.filter(slug="imported-servicenow").exists()


def test_an_unknown_partner_is_refused(world: World) -> None:
    assert refusal(Meaning(partners={"Location 1": "none"})) == {
        "partners.Location 1": "There is no partner “none”."
    }


def test_without_a_mapping_one_partner_stands_for_all_and_is_made_once(world: World) -> None:
    targets = Targets(Meaning(partners={"Location 9": "rheintor"}))
    assert targets.start(subject()).route == world.route
    assert not Partner.objects.filter(slug="imported-servicenow").exists()
    made = targets.partner("Location 1")
    assert (made.slug, made.name, made.region.slug) == (
        "imported-servicenow",
        "Imported (ServiceNow)",
        "dach",
    )
    assert Targets(Meaning()).partner("Location 2") == made


def test_the_made_partner_is_of_the_region_that_works_as_the_programme_does(
    world: World,
) -> None:
    assert world.calendar is not None
    uk = Region.objects.create(tenant=world.tenant, slug="uk", name="UK")
    RegionCalendar.objects.create(tenant=world.tenant, region=uk, calendar=world.calendar.calendar)
    assert Targets(Meaning()).partner("").region == uk


def test_the_matrix_says_where_a_case_starts(world: World) -> None:
    assert world.ladder is not None
    gold = Tier.objects.get(slug="gold")
    Partner.objects.filter(slug="rheintor").update(tier=gold)
    higher = Route.objects.create(
        tenant=world.tenant,
        position=0,
        tier=gold,
        ladder=world.ladder,
        start_position=2,
        windows={"total": "PT8H", "steps": [{"response": "PT30M"}]},
    )
    targets = Targets(Meaning(partners={"Location 1": "rheintor", "*": "alpenwerk"}))
    start = targets.start(subject())
    assert (start.route, start.total.seconds) == (higher, 8 * 3600)
    assert start.rules.level(2).response.seconds == 1800
    assert targets.start(subject(counterpart="Location 2")).route == world.route


def test_a_tenant_without_a_matrix_is_refused(world: World) -> None:
    Route.objects.all().delete()
    with pytest.raises(Invalid) as caught:
        Targets(Meaning()).start(subject())
    assert list(caught.value.errors) == ["category"]


def test_a_tenant_without_a_programme_is_refused(world: World) -> None:
    Programme.objects.all().delete()
    assert refusal(Meaning()) == {"tenant": "It has no partner programme yet."}


@pytest.mark.django_db
def test_a_tenant_without_a_region_is_refused() -> None:
    tenant = Tenant(id=uuid7(), slug="bare", name="Bare")
    with act_in(tenant.pk):
        tenant.save(force_insert=True)
        bare = World(tenant)
        calendar = make_calendar(bare, "Hours", BERLIN_HOURS).calendar
        Programme.objects.create(tenant=tenant, name="Partners", calendar=calendar)
        Category.objects.create(
            tenant=tenant, slug="other", name="Other", category_class="administrative"
        )
        assert refusal(Meaning()) == {"tenant": "It has no region yet."}


def test_times_are_in_the_mappings_zone_else_in_the_programmes(world: World) -> None:
    Programme.objects.update(
        calendar=make_calendar(world, "Berlin", BERLIN_HOURS).calendar, close_after_days=3
    )
    assert Targets(Meaning()).zone == ZoneInfo("Europe/Berlin")
    assert Targets(Meaning(zone=ZoneInfo("Asia/Riyadh"))).zone == ZoneInfo("Asia/Riyadh")
    assert Targets(Meaning()).closes_after == timedelta(days=3)
