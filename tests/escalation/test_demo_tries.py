"""What each of the demo's people can try is there, for them, and can be put away."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from escalation.demo.builder import build
from escalation.demo.cast import FJORDSOUND, QUELLWERK, Person, Vendor
from escalation.demo.panel import own_title
from escalation.demo.signins import write_signins
from escalation.demo.stage import arm, stage_of
from escalation.demo.tries import APPROVALS, SEARCH, TRIES, Hint
from tenants.models import Role, User
from tenants.scope import act_in, identify
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
LINKS = re.compile(r'<a href="([^"]+)">([^<]+)</a>')
SIGN_IN, CHOOSE, HIDE = "/sign-in/", "/choose/", "/demo/hide/"


@pytest.fixture
def demo(settings: Settings, tmp_path: Any) -> None:
    """The demo as it is a moment after its start. It begins now: a grant is asked by the
    database's clock."""
    settings.DATA_DIR, settings.DEMO = tmp_path, True
    people = [{"email": person.email} for v in (QUELLWERK, FJORDSOUND) for person in v.everybody]
    write_signins(tmp_path / "demo.json", {"users": people})
    tenants = build(timezone.now())
    with act_in(tenants["quellwerk"].pk):
        arm(stage_of(QUELLWERK), timezone.now())


def first_page(vendor: Vendor, person: Person) -> str:
    """Return the address at which a person arrives."""
    if person.role != Role.PARTNER:
        return reverse("inbox", args=[vendor.slug])
    company = next(c for c in vendor.companies if c.contact == person)
    return reverse("portal-cases", args=[vendor.slug, company.slug])


def enter(person: Person) -> Client:
    """Come in with one click."""
    client = Client()
    assert client.post(SIGN_IN, {"as": person.email})["Location"] == CHOOSE
    return client


def shown(client: Client, url: str) -> str:
    """Return a page that is there, as it is read."""
    answer = client.get(url, follow=True)
    assert answer.status_code == 200, url
    return unescape(answer.content.decode())


def panel_of(page: str) -> dict[str, str]:
    """Return the steps on a page: their addresses by their words."""
    _before, found, rest = page.partition('<aside class="p-try"')
    return (
        {text: url for url, text in LINKS.findall(rest.partition("</aside>")[0])} if found else {}
    )


def test_everybody_has_something_to_try() -> None:
    everybody = {(v.slug, p.key) for v in (QUELLWERK, FJORDSOUND) for p in v.everybody}
    assert set(TRIES) == everybody


@pytest.mark.parametrize("key", TRIES, ids="-".join)
def test_the_line_names_the_case_and_two_or_three_steps_follow(key: tuple[str, str]) -> None:
    found = TRIES[key]
    words = {word.lower() for word in re.findall(r"\w{6,}", found.tale.title)}
    assert words & {word.lower() for word in re.findall(r"\w{6,}", found.line)}
    assert len(found.line) <= 90
    assert 1 <= len(found.hints) <= 3
    assert max(len(hint.text) for hint in found.hints) <= 64


def test_every_step_of_everybody_leads_where_it_says(demo: None) -> None:
    for vendor in (QUELLWERK, FJORDSOUND):
        for person in vendor.everybody:
            client, found = enter(person), TRIES[vendor.slug, person.key]
            line = shown(Client(), SIGN_IN)
            assert vendor is FJORDSOUND or found.line in line
            links = panel_of(shown(client, first_page(vendor, person)))
            assert list(links) == [hint.text for hint in found.hints], person.key
            for hint in found.hints:
                leads(client, person, vendor, hint, links[hint.text])


def leads(client: Client, person: Person, vendor: Vendor, hint: Hint, url: str) -> None:
    """Look whether the page of a step shows what it is about."""
    page = shown(client, url)
    if hint.page == SEARCH:
        assert "Nothing found" in page, (person.key, hint.words)
    elif hint.tale is None:
        assert page
    elif person.role == Role.PARTNER:
        company = next(c.slug for c in vendor.companies if c.contact == person)
        assert own_title(hint.tale, company) in page, (person.key, hint.text)
    else:
        assert hint.tale.title in page, (person.key, hint.text)
    assert panel_of(page) == {} or hint.page == APPROVALS


def test_what_waits_for_a_decision_is_at_the_sponsor_and_her_backup(demo: None) -> None:
    for key in ("marianne", "henrik"):
        client = enter(next(p for p in QUELLWERK.people if p.key == key))
        page = shown(client, reverse("approvals", args=["quellwerk"]))
        assert "38,000" in page
        assert len(panel_of(page)) == len(TRIES["quellwerk", key].hints)
    tom = enter(QUELLWERK.people[0])
    page = shown(tom, reverse("approvals", args=["quellwerk"]))
    assert "38,000" not in page
    assert panel_of(page) == {}


def test_the_facilitator_sees_the_restricted_case_and_others_do_not(demo: None) -> None:
    title, inbox = "Sierra Clara quotes a port operator in Gibraltar", "/t/quellwerk/inbox/"
    people = {person.key: person for person in QUELLWERK.people}
    seen = {
        key: title in shown(enter(people[key]), f"{inbox}?view=all")
        for key in (
            "petra",
            "jonas",
            "daniel",
            "marianne",
            "lucia",
            "grace",
            "tom",
            "pavel",
            "ines",
        )
    }
    assert {key for key, sees in seen.items() if sees} == {"petra", "jonas", "daniel", "marianne"}


def test_the_steps_stay_away_once_they_are_hidden(demo: None) -> None:
    client, inbox = enter(QUELLWERK.people[0]), "/t/quellwerk/inbox/"
    page = shown(client, inbox)
    assert panel_of(page)
    assert panel_of(shown(client, f"{inbox}?view=all")) == {}
    assert f'action="{HIDE}" method="post"' in page
    answer = client.post(HIDE, {"next": inbox})
    assert (answer.status_code, answer["Location"]) == (302, inbox)
    assert panel_of(shown(client, inbox)) == {}
    assert panel_of(shown(enter(QUELLWERK.people[0]), inbox))


@pytest.mark.parametrize("target", ["", "https://evil.example/", "//evil.example"])
def test_hiding_sends_nobody_anywhere_else(vendor: World, settings: Settings, target: str) -> None:
    settings.DEMO = True
    client = browser_of(vendor)
    assert client.post(HIDE, {"next": target})["Location"] == CHOOSE


@pytest.fixture
def vendor() -> World:
    """A vendor of no demo."""
    return make_world()


def browser_of(world: World) -> Client:
    """Return Tom's browser."""
    client = Client()
    client.force_login(world["tom"].user, backend="tenants.backends.EmailBackend")
    return client


def test_outside_a_demo_there_is_nothing_to_hide(vendor: World, settings: Settings) -> None:
    settings.DEMO = False
    assert browser_of(vendor).post(HIDE).status_code == 404
    assert Client().post(HIDE)["Location"].startswith(SIGN_IN)


def test_who_is_not_of_the_demo_is_told_nothing(vendor: World, settings: Settings) -> None:
    settings.DEMO = True
    assert panel_of(shown(browser_of(vendor), reverse("inbox", args=[vendor.tenant.slug]))) == {}


def test_the_panel_asks_the_database_once(demo: None) -> None:
    with identify(email=QUELLWERK.people[0].email):
        user = User.objects.get(email=QUELLWERK.people[0].email)
    counts = []
    for hidden in (False, True):
        client = Client()
        client.force_login(user, backend="tenants.backends.EmailBackend")
        if hidden:
            client.post(HIDE)
        counts.append(queries_of(client, "/t/quellwerk/inbox/"))
    assert counts[0] - counts[1] == 1


def queries_of(client: Client, url: str) -> int:
    """Return how many statements a page needs."""
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)
