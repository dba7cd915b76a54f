"""What a partner's token is not told when it logs a dispute."""

from typing import Any

import pytest

from journal.models import Event
from ladder.models import Category
from tests.api import company, pointers
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
