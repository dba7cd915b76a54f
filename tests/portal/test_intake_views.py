"""A partner logs a dispute: kind, answers, once more all of them, and the case it becomes."""

import re
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from cases.intake import PortalIntakeForm
from cases.models import Case, Party
from journal.models import Event, Notice
from ladder.models import Category, Route, Seat
from partners.models import Tier
from tests.escalation.browsing import browser
from tests.factories import OPENED, World, make_world
from tests.portal.pages import address, get, plain

pytestmark = pytest.mark.django_db
FIELDS = [
    {"name": "lead_id", "label": "Lead id", "type": "text", "required": True},
    {"name": "found", "label": "Found on", "type": "date"},
    {"name": "claimed", "label": "Claimed", "type": "money"},
    {"name": "people", "label": "People", "type": "number"},
    {"name": "known", "label": "Known before", "type": "yes_no"},
    {"name": "stage", "label": "Stage", "type": "choice", "choices": [["talks", "In talks"]]},
    {"name": "rival", "label": "Rival", "type": "text", "private": True, "required": True},
]
ANSWERS = {
    "title": "Our lead from Hannover",
    "description": "We sourced it on 3 November.",
    "expected_outcome": "The lead back.",
    "own_lead_id": "L-4711",
    "customer": "Klinikum Isartal",
    "amount": "30000",
    "customers": "1",
    "deal_id": "REG-21007",
}


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force, with a template for leads and a sealed category."""
    world = make_world()
    with world.scope():
        Category.objects.filter(slug="lead-routing").update(
            fields=FIELDS, evidence=["Routing log"], rule_of_thumb="Proven source wins."
        )
        Category.objects.create(
            tenant=world.tenant,
            slug="integrity",
            name="Integrity",
            category_class="strategic",
            confidentiality="sealed",
        )
    return world


def post(world: World, step: str, category: str = "lead-routing", **answers: Any) -> Any:
    """Send the form as Anna."""
    url = address(world, "portal-log-category", category)
    return browser(world, "anna").post(url, {**ANSWERS, **answers, "step": step})


def count(world: World) -> int:
    """Return how many cases there are."""
    with world.scope():
        return Case.objects.count()


def test_each_kind_but_a_sealed_one_is_offered(vendor: World) -> None:
    text = plain(get(vendor, "portal-log"))
    assert re.findall(r"<b>([\w-]+)</b>", text) == ["lead-routing", "territory"]
    for method in ("get", "post"):
        url = address(vendor, "portal-log-category", "integrity")
        assert getattr(browser(vendor, "anna"), method)(url).status_code == 404
    assert get(vendor, "portal-log-category", "no-such-kind").status_code == 404


def test_nothing_internal_is_asked_and_no_other_partner(vendor: World) -> None:
    text = plain(get(vendor, "portal-log-category", "lead-routing"))
    asked = set(re.findall(r'name="([a-z_]+)"', text)) - {"csrfmiddlewaretoken", "viewport"}
    assert asked >= {"title", "description", "expected_outcome", "own_lead_id", "own_found"}
    assert asked.isdisjoint(
        {"partner", "severity", "severity_reason", "internal_note", "own_rival"}
        | {"revenue", "exposure", "relationship"}
    )
    assert ("Routing log" in text, "Proven source wins." in text) == (True, False)
    assert ("Rheintor" in text, "nternal" in text) == (False, False)


def test_the_answers_are_shown_once_more_with_who_gets_them(vendor: World) -> None:
    with time_machine.travel(OPENED, tick=False):
        answer = post(vendor, "check")
    text = plain(answer)
    assert answer.status_code == 200
    for words in ("Check your answers", "Klinikum Isartal", "L-4711", "This goes to <b>Tom</b>"):
        assert words in text
    # Four hours around the clock from ten in Berlin.
    assert "today 14:00" in text
    assert "Another partner reads none of it." in text
    assert count(vendor) == 0


def test_sending_opens_the_case_for_this_company(vendor: World) -> None:
    answer = post(vendor, "open", decides_soon="on")
    with vendor.scope():
        case = Case.objects.select_related("owner").get()
        party = Party.objects.get()
        told = set(
            Notice.objects.filter(event__kind="case.opened").values_list("user__name", flat=True)
        )
        event = Event.objects.get(kind="case.opened")
    assert (answer.status_code, answer.url) == (302, address(vendor, "portal-case", case.pk))
    assert (case.source, case.title, case.owner.name) == ("portal", ANSWERS["title"], "Tom")
    assert (case.opened_by_id, event.by_id) == (vendor["anna"].user_id,) * 2
    # 30,000 euro and one customer, who decides soon: one step up.
    assert (case.severity, case.impact_score, case.deal_id) == ("s2", 25, "REG-21007")
    assert case.impact == {
        "revenue": "30000",
        "customers": 1,
        "exposure": "none",
        "relationship": "calm",
        "decides_soon": True,
    }
    assert case.fields == {
        "expected_outcome": "The lead back.",
        "customer": "Klinikum Isartal",
        "lead_id": "L-4711",
    }
    assert (party.partner_id, party.role) == (vendor.partners["alpenwerk"].pk, "complainant")
    assert (party.title, party.account) == (ANSWERS["title"], ANSWERS["description"])
    assert told == {"Tom"}
    text = plain(get(vendor, "portal-case", case.pk))
    assert ("What you told us" in text, ANSWERS["description"] in text) == (True, True)


OWN = {"found": "2026-11-03", "claimed": "12.50", "people": "3", "known": "no", "stage": "talks"}


def test_each_type_of_field_is_asked_shown_and_kept(vendor: World) -> None:
    own = {f"own_{name}": value for name, value in OWN.items()}
    text = plain(post(vendor, "check", **own))
    for words in ("<dd>Tue 3 Nov 2026</dd>", "<dd>12.50</dd>", "<dd>No</dd>", "<dd>In talks</dd>"):
        assert words in text
    assert post(vendor, "open", **own).status_code == 302
    with vendor.scope():
        kept = Case.objects.get().fields
    assert {name: kept[name] for name in OWN} == {**OWN, "people": 3}
    wrong = {"own_stage": "other", "own_people": "many", "own_found": "soon", "own_known": "?"}
    text = plain(post(vendor, "open", **wrong))
    for label in ("Stage:", "People:", "Found on:", "Known before:"):
        assert f"{label} " in text


def test_the_new_case_is_said_with_its_number(vendor: World) -> None:
    url = address(vendor, "portal-log-category", "lead-routing")
    text = plain(browser(vendor, "anna").post(url, {**ANSWERS, "step": "open"}, follow=True))
    with vendor.scope():
        number = Case.objects.get().number
    assert f"{number} is open. You can follow it here." in text


@pytest.mark.parametrize("step", ["check", "open"])
def test_wrong_answers_are_named_and_all_are_kept(vendor: World, step: str) -> None:
    answer = post(vendor, step, title="", own_lead_id="", amount="NaN", customer="nul\x00")
    text = plain(answer)
    assert answer.status_code == 422
    for words in ("Lead id: This field is required.", "Enter a number.", "Klinikum"):
        assert (words in text) == (words != "Klinikum")
    for kept in ("description", "expected_outcome", "deal_id"):
        assert ANSWERS[kept] in text
    assert count(vendor) == 0


def test_changing_answers_gives_all_of_them_back(vendor: World) -> None:
    for soon in ({}, {"decides_soon": "on"}):
        text = plain(post(vendor, "change", **soon))
        for kept in ANSWERS.values():
            assert kept in text
        box = re.findall(r'<input type="checkbox" name="decides_soon"[^>]*>', text)
        assert ["checked" in one for one in box] == [bool(soon)]
    # As the page with all answers hands it back: unticked, and said so.
    text = plain(post(vendor, "change", decides_soon="False"))
    (box,) = re.findall(r'<input type="checkbox" name="decides_soon"[^>]*>', text)
    assert "checked" not in box


def test_a_dispute_that_leads_nowhere_is_said_on_the_form(vendor: World) -> None:
    with vendor.scope():
        Route.objects.update(retired_at=timezone.now())
    answer = post(vendor, "open")
    assert (answer.status_code, ANSWERS["title"] in plain(answer)) == (422, True)
    assert count(vendor) == 0


def test_nobody_there_is_no_name_and_the_case_opens(vendor: World) -> None:
    with vendor.scope():
        Seat.objects.all().delete()
    assert "This goes to" not in plain(post(vendor, "check"))
    assert post(vendor, "open").status_code == 302


@pytest.mark.parametrize(
    ("rank", "amount", "customers", "score", "severity"),
    [(None, "", "", 0, "s4"), (2, "100000", "6", 45, "s3"), (1, "500000", "21", 66, "s2")],
)
def test_what_is_at_stake_makes_the_severity(
    vendor: World, rank: int | None, amount: str, customers: str, score: int, severity: str
) -> None:
    with vendor.scope():
        own, kind = vendor.partners["alpenwerk"], vendor.categories["territory"]
        if rank:
            own.tier = Tier.objects.create(tenant=vendor.tenant, slug=f"t{rank}", rank=rank)
        data = {**ANSWERS, "amount": amount, "customers": customers}
        form = PortalIntakeForm(data, category=kind, partner=own)
        assert form.is_valid(), form.errors
        new = form.new_case()
    assert (new.impact_score, new.severity, new.severity_reason) == (score, severity, "")
    assert (new.currency, new.partner) == ("EUR" if amount else "", own)
