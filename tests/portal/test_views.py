"""What a partner sees of its own cases, as the portal's database role."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Status
from ladder.models import Seat
from portal.views import status_words
from tests.cases.verbs import STATUSES, case_in
from tests.escalation.browsing import browser
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


def page(world: World, name: str = "anna", partner: str = "alpenwerk") -> str:
    """Return a company's page."""
    client: Client = browser(world, name)
    answer = client.get(reverse("portal-cases", args=[world.tenant.slug, partner]))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.content.decode()


def test_a_company_without_cases_is_told_so(vendor: World) -> None:
    assert "No cases yet" in page(vendor)


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_is_told_in_plain_words(vendor: World, status: str) -> None:
    assert set(STATUSES) == set(status_words()) == set(Status.values)
    with vendor.scope():
        case = case_in(vendor, status, title="Our lead")
    text = page(vendor)
    words, step = status_words()[status]
    assert words in text
    assert step % {"name": "Tom"} in text
    assert (case.number in text, "Our lead" in text) == (True, True)
    assert ("With Tom" in text) == (status in ("new", "in_progress", "decided"))


def test_a_case_that_nobody_has_is_with_the_vendor(vendor: World) -> None:
    with vendor.scope():
        Seat.objects.all().delete()
        vendor.case()
    assert "With the vendor" in page(vendor)


def test_open_cases_come_first_the_latest_first(vendor: World) -> None:
    now = timezone.now()
    with vendor.scope():
        for hours, title, status in (
            (3, "Alpha", "new"),
            (2, "Beta", "closed"),
            (1, "Gamma", "new"),
        ):
            case_in(vendor, status, title=title, at=now - timedelta(hours=hours))
    text = page(vendor)
    assert text.index("Gamma") < text.index("Alpha") < text.index("Beta")


def test_a_company_sees_nothing_of_a_rivals_and_no_level_code_or_address(vendor: World) -> None:
    with vendor.scope():
        vendor.case(title="Shared", others=((vendor.partners["rheintor"], "respondent"),))
        vendor.case(title="Rheintor alone", partner=vendor.partners["rheintor"])
        vendor.case(title="Alpenwerk alone")
        staff = {member.user.email for member in vendor.people.values()}
    anna, marc = page(vendor), page(vendor, "marc", "rheintor")
    assert ("Shared" in anna, "Alpenwerk alone" in anna) == (True, True)
    assert ("Rheintor alone" in anna, "Rheintor" in anna) == (False, False)
    assert ("Shared" in marc, "Rheintor alone" in marc) == (True, True)
    assert ("Alpenwerk alone" in marc, "Alpenwerk" in marc) == (False, False)
    for text in (anna, marc):
        assert not [email for email in staff if email in text]
        assert "Level 1" not in text
