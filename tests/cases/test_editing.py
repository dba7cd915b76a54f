"""Completing what is missing: on the page, by who may, once."""

from typing import Any

import pytest
from django.urls import reverse

from cases.editing import complete_fields, edit_case
from cases.models import Case
from journal.models import Event
from ladder.models import Category
from tenants.errors import Invalid
from tests.escalation.browsing import browser
from tests.factories import OPENED, World, make_world

pytestmark = pytest.mark.django_db
TEMPLATE = [
    {"name": "reg_no", "label": "Registration number", "type": "text", "required": True},
    {"name": "submitted", "label": "Submitted on", "type": "date", "required": True},
]


@pytest.fixture
def asking(world: World) -> World:
    """The vendor, whose lead routing asks for two things."""
    Category.objects.filter(slug="lead-routing").update(fields=TEMPLATE)
    world.categories["lead-routing"].refresh_from_db()
    return world


def test_only_what_changes_is_written_and_said(world: World) -> None:
    case = world.case(deal_id="D-1")
    same = edit_case(case, {"deal_id": "D-1"}, by=world["tom"], at=OPENED)
    assert same.version == 1
    after = edit_case(case, {"deal_id": "D-2", "title": "B"}, by=world["tom"], at=OPENED)
    assert (after.version, after.deal_id, after.title) == (2, "D-2", "B")
    assert Event.objects.get(kind="case.edited").facts == {"fields": ["deal_id", "title"]}


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"title": " "}, "title"), ({"deal_id": "x" * 121}, "deal_id"), ({"title": "\x00"}, "title")],
)
def test_a_wrong_change_leaves_everything_as_it_was(
    world: World, changes: dict[str, Any], field: str
) -> None:
    case = world.case()
    with pytest.raises(Invalid) as wrong:
        edit_case(case, changes, by=world["tom"], at=OPENED)
    assert set(wrong.value.errors) == {field}
    assert Case.objects.get().version == 1


def test_answers_are_added_and_those_there_are_stay(asking: World) -> None:
    case = asking.case(fields={"customer": "Klinikum"})
    complete_fields(case, by=asking["tom"], at=OPENED, answers={"reg_no": "R-1"})
    assert Case.objects.get().fields == {"customer": "Klinikum", "reg_no": "R-1"}
    with pytest.raises(Invalid, match="at least one"):
        complete_fields(case, by=asking["tom"], at=OPENED, answers={})


def test_the_page_offers_first_what_is_missing_and_takes_it(db: None) -> None:
    world = make_world()
    with world.scope():
        Category.objects.filter(slug="lead-routing").update(fields=TEMPLATE)
        case = world.case()
    client, slug = browser(world, "tom"), world.tenant.slug
    page = reverse("case", args=[slug, case.pk])
    url = reverse("case-do", args=[slug, case.pk, "complete"])
    text = client.get(page).content.decode()
    assert "Still missing: Registration number, Submitted on." in text
    assert client.get(page).context["next"]["action"]["key"] == "complete"
    inbox = client.get(reverse("inbox", args=[slug])).content.decode()
    assert "Complete what is missing" in inbox
    empty = client.post(url, {})
    assert (empty.status_code, "at least one" in empty.content.decode()) == (422, True)
    wrong = client.post(url, {"submitted": "soon"})
    assert wrong.status_code == 422
    assert client.post(url, {"reg_no": "R-1"}).status_code == 302
    assert "Still missing: Submitted on." in client.get(page).content.decode()
    assert client.post(url, {"submitted": "2026-10-05"}).status_code == 302
    assert client.get(page).context["next"]["action"]["key"] == "acknowledge"
    assert browser(world, "pavel").post(url, {"reg_no": "R-2"}).status_code == 403
