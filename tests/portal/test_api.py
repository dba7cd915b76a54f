"""What a partner's token is told, and what not, when it logs a dispute or is refused."""

from typing import Any

import pytest

from cases.actions import withdraw
from journal.models import Event
from ladder.models import Category
from tests.api import company, pointers
from tests.conftest import NOON
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db
SEALED, MADE_UP = "integrity", "integrita"


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor with a sealed kind of dispute, whose template asks for something; its scope is not
    in force."""
    world = make_world()
    with world.scope():
        Category.objects.create(
            tenant=world.tenant,
            slug=SEALED,
            name="Integrity",
            category_class="strategic",
            confidentiality="sealed",
            fields=[{"name": "rumour", "label": "Rumour", "type": "text", "required": True}],
        )
    return world


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"fields": {"rumour": "Heard it."}},
        {"partner": "nobody"},
        {"ladder": "0199d3a0-5e00-7333-9999-5a3d6c1b2e04"},
        {"impact": {"revenue": 1}},
    ],
    ids=lambda others: ",".join(others) or "alone",
)
def test_a_sealed_kind_is_answered_as_one_that_there_is_not(
    vendor: World, others: dict[str, Any]
) -> None:
    anna, told = company(vendor, "anna", "alpenwerk"), []
    for slug in (SEALED, MADE_UP):
        answer = anna.ask("post", "cases/", {"category": slug, "title": "A lead", **others})
        headers = {k: v for k, v in answer.headers.items() if not k.startswith(("Rate", "X-Req"))}
        told.append((pointers(answer), answer.json(), headers))
    assert told[0] == told[1]
    assert set(told[0][0]) <= {"/category", "/partner", "/ladder"}
    with vendor.scope():
        assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("who", "own", "instead"),
    [("anna", "alpenwerk", {"messages", "withdraw"}), ("marc", "rheintor", {"messages"})],
)
def test_a_refusal_offers_each_party_what_is_its_own(
    vendor: World, who: str, own: str, instead: set[str]
) -> None:
    with vendor.scope():
        case = vendor.case(others=((vendor.partners["rheintor"], "respondent"),))
    program = company(vendor, who, own)
    asking = f"cases/{case.pk}/request-level/"
    assert program.ask("post", asking, {"reason": "Nobody has read it."}).status_code == 200
    again = program.ask("post", asking, {"reason": "Still nobody."})
    told = {error["detail"] for error in again.json()["errors"] if error["code"] == "allowed"}
    assert (again.status_code, told) == (409, instead)
    with vendor.scope():
        withdraw(case, by=vendor["anna"], at=NOON, reason="It is settled.")
    over = program.ask("post", asking, {"reason": "And now?"})
    told = {error["detail"] for error in over.json()["errors"]}
    assert (over.status_code, told & {"withdraw", "request-level"}) == (409, set())
