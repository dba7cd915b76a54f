"""Partners over the API."""

from typing import Any

import pytest

from tests.api import Program, company, pointers, refused
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db
NEW = {"slug": "brightmoor", "name": "Brightmoor", "kind": "distributor", "region": "dach"}


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


def test_an_admin_adds_a_partner_and_the_crm_finds_it_by_its_own_id(vendor: World) -> None:
    admin = Program(vendor, "ines")
    made = admin.ask("post", "partners/", {**NEW, "tier": "gold", "external_id": "CRM-9"})
    assert made.status_code == 201
    found = made.json()
    assert made.headers["Location"].endswith(f"/api/v1/partners/{found['id']}/")
    assert (found["tier"], found["region"], found["contacts"]) == ("gold", "dach", [])
    tom = Program(vendor, "tom")
    assert tom.get("partners/?external_id=CRM-9")["results"] == [found]
    assert tom.get("partners/?slug=brightmoor")["results"] == [found]
    assert tom.get(f"partners/{found['id']}/") == found


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"slug": "alpenwerk"}, ["/slug"]),
        ({"slug": "Not a slug"}, ["/slug"]),
        ({"kind": "rival"}, ["/kind"]),
        ({"region": "mars", "tier": "tin"}, ["/region", "/tier"]),
        ({"tier": "tin"}, ["/tier"]),
        ({"external_id": "CRM-1"}, ["/external_id"]),
    ],
)
def test_what_cannot_be_is_refused(vendor: World, given: dict[str, Any], where: list[str]) -> None:
    admin = Program(vendor, "ines")
    admin.post("partners/", {**NEW, "slug": "first", "external_id": "CRM-1"})
    answer = admin.ask("post", "partners/", {**NEW, **given})
    assert sorted(pointers(answer)) == where
    assert len(admin.get("partners/")["results"]) == 3


def test_a_partner_reads_itself_alone(vendor: World) -> None:
    anna = company(vendor, "anna", "alpenwerk")
    own = anna.get("partners/")["results"]
    assert [(p["slug"], p["external_id"]) for p in own] == [("alpenwerk", None)]
    assert [person["name"] for person in own[0]["contacts"]] == ["Anna"]
    assert anna.get(f"partners/{own[0]['id']}/") == own[0]
    assert anna.get("partners/?slug=rheintor")["results"] == []
    refused(anna.ask("get", f"partners/{vendor.partners['rheintor'].pk}/"), 404)
    assert list(pointers(anna.ask("get", "partners/?external_id=1"))) == ["?external_id"]
