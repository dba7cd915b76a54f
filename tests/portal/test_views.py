"""What a partner sees of its own cases, as the portal's database role."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from cases.models import Case, Clock, Status
from ladder.models import Category, Seat
from portal import queries
from tests.cases.verbs import STATUSES, case_in, do
from tests.escalation.browsing import browser, left
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db
WORDS = {
    "new": ("Received", "Tom answers first, by"),
    "in_progress": ("Being worked on", "Tom gives you a decision by"),
    "decided": ("Decided: upheld", "Tom completes the case by"),
    "resolved": ("Resolved", "Nothing is open between us here."),
    "closed": ("Closed", "Nothing is open between us here."),
    "withdrawn": ("Withdrawn", "This was withdrawn."),
}


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


def page(world: World, name: str = "anna", partner: str = "alpenwerk", query: str = "") -> str:
    """Return a company's page."""
    client: Client = browser(world, name)
    answer = client.get(reverse("portal-cases", args=[world.tenant.slug, partner]) + query)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.content.decode()


def case_page(
    world: World, case_id: UUID, name: str = "anna", partner: str = "alpenwerk", query: str = ""
) -> str:
    """Return a company's page of one case."""
    url = reverse("portal-case", args=[world.tenant.slug, partner, case_id])
    answer = browser(world, name).get(url + query)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.content.decode()


def test_a_company_without_cases_is_told_so(vendor: World) -> None:
    assert "No cases yet" in page(vendor)


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_is_told_in_plain_words(vendor: World, status: str) -> None:
    assert set(STATUSES) == set(WORDS) == set(Status.values)
    with vendor.scope():
        case = case_in(vendor, status, title="Our lead")
    words, step = WORDS[status]
    for text in (page(vendor), case_page(vendor, case.pk)):
        assert (words in text, step in text) == (True, True)
        assert (case.number in text, "Our lead" in text) == (True, True)
        assert ("With Tom" in text) == (status in ("new", "in_progress", "decided"))


@pytest.mark.parametrize("missed", [True, False])
def test_a_time_that_has_passed_is_said(vendor: World, missed: bool) -> None:
    with vendor.scope():
        case = vendor.case(at=timezone.now())
        past = timezone.now() - timedelta(hours=1)
        response = Clock.objects.filter(case=case, kind="response")
        response.update(due_at=past)
        if missed:
            response.update(state="breached", breached_at=past, next_fire_at=None)
    for text in (page(vendor), case_page(vendor, case.pk)):
        assert ("The time for the first answer has passed" in text) == missed
        assert ("This time has passed." in text, "answers first" in text) == (not missed,) * 2


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


def test_a_long_list_has_pages(vendor: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 1)
    with vendor.scope():
        case_in(vendor, "closed", title="Alpha")
        case_in(vendor, "new", title="Beta")
    first = page(vendor)
    assert ("Beta" in first, "Alpha" in first) == (True, False)
    (onward,) = re.findall(r'href="(\?after=[^"]+)" rel="next"', first)
    second = page(vendor, query=onward)
    assert ("Beta" in second, "Alpha" in second) == (False, True)
    (backward,) = re.findall(r'href="(\?before=[^"]+)" rel="prev"', second)
    assert "Beta" in page(vendor, query=backward)
    for broken in ("?after=", "?after=2_x_y", "?before=0_2026-11-25_1", "?after=0_9999-12-31_1"):
        assert "Beta" in page(vendor, query=broken)


def test_a_company_sees_nothing_of_a_rivals_and_no_level_code_or_address(vendor: World) -> None:
    rheintor = vendor.partners["rheintor"]
    with vendor.scope():
        Category.objects.filter(slug="lead-routing").update(name="Leads")
        shared = vendor.case(
            title="Shared",
            others=((rheintor, "respondent"),),
            category=Category.objects.get(slug="lead-routing"),
        )
        for body, audience, partner in (
            ("To the rival.", "party", rheintor.pk),
            ("Careful.", "internal", None),
        ):
            told: dict[str, Any] = {"body": body, "audience": audience, "partner_id": partner}
            do(vendor, "add_message", shared, **told)
        do(vendor, "escalate", shared, reason="Above my limit.")
        vendor.case(title="Rheintor alone", partner=rheintor)
        vendor.case(title="Alpenwerk alone")
        staff = {member.user.email for member in vendor.people.values()}
    anna, marc = page(vendor), page(vendor, "marc", "rheintor")
    assert ("Shared" in anna, "Alpenwerk alone" in anna) == (True, True)
    assert ("Rheintor alone" in anna, "Rheintor" in anna) == (False, False)
    # Under a title of its own: the complainant's may name a customer.
    assert ("Leads" in marc, "Rheintor alone" in marc) == (True, True)
    assert ("Shared" in marc, "Alpenwerk" in marc) == (False, False)
    own = case_page(vendor, shared.pk)
    rivals = case_page(vendor, shared.pk, "marc", "rheintor")
    assert ("To the rival." in own, "Rheintor" in own) == (False, False)
    assert ("To the rival." in rivals, "Alpenwerk" in rivals) == (True, False)
    for text in (anna, marc, own, rivals):
        assert not [email for email in staff if email in text]
        assert not re.search(r"level|lead-routing|\bs[1-4]\b", text, re.IGNORECASE)
        assert ("Careful." in text, "Above my limit." in text) == (False, False)


def test_a_decision_and_a_resolution_are_read_by_the_party(vendor: World) -> None:
    with vendor.scope():
        case = case_in(vendor, "decided")
        do(vendor, "resolve", case, resolution="Alpenwerk gets <b>the</b> next lead.")
    text = case_page(vendor, case.pk)
    assert text.index("Resolution") < text.index("Decision")
    assert "Alpenwerk gets &lt;b&gt;the&lt;/b&gt; next lead." in text


def test_nothing_written_yet_is_said_and_older_texts_are_reached(
    vendor: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with vendor.scope():
        case = vendor.case()
    assert "Nothing has been written yet." in case_page(vendor, case.pk)
    with vendor.scope():
        for body in ("First.", "Second."):
            do(vendor, "add_message", case, body=body, audience="parties")
    monkeypatch.setattr(queries, "PAGE", 1)
    latest = case_page(vendor, case.pk)
    assert ("Second." in latest, "First." in latest) == (True, False)
    (older,) = re.findall(r'href="(\?before=[^"]+)"', latest)
    rest = case_page(vendor, case.pk, query=older)
    assert ("Second." in rest, "First." in rest) == (False, True)


def test_a_rivals_case_answers_as_one_that_does_not_exist(vendor: World) -> None:
    with vendor.scope():
        rivals = vendor.case(partner=vendor.partners["rheintor"]).pk
    client, slug = browser(vendor, "anna"), vendor.tenant.slug
    # Two answers of one instant differ by nothing but what they were asked for.
    answers = []
    with time_machine.travel(timezone.now(), tick=False):
        for pk in (rivals, uuid4()):
            answer: Any = client.get(reverse("portal-case", args=[slug, "alpenwerk", pk]))
            answers.append(left(answer, pk))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


def test_no_query_per_row(
    vendor: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    counts = []
    for total in (1, 20):
        with vendor.scope():
            while Case.objects.count() < total:
                vendor.case()
        client = browser(vendor, "anna")
        with django_assert_max_num_queries(40) as captured:
            client.get(reverse("portal-cases", args=[vendor.tenant.slug, "alpenwerk"]))
        counts.append(len(captured))
    assert counts[0] == counts[1]
