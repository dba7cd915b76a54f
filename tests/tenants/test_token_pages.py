"""The pages of tokens, of the vendor's people and in the portal."""

import html
import logging
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

from journal.models import Event
from partners.models import Contact
from tenants import token_views
from tenants.actions import add_program, make_token
from tenants.models import ApiToken, Membership, Role
from tenants.scopes import DEFAULT_SCOPES, SCOPES
from tests.escalation.browsing import browser, left
from tests.factories import World, make_world
from tests.tenants.held import hold_tokens

pytestmark = pytest.mark.django_db
SECRET = re.compile(r"pry_[0-9a-f]{64}")
FILLED = {"name": "CRM sync", "scopes": ["me:read"], "lifetime": "90"}
PORTAL = "/p/{slug}/alpenwerk/tokens/"
STAFF = "/t/{slug}/settings/tokens/"


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


@pytest.fixture
def program(vendor: World) -> Membership:
    """A program of the vendor's."""
    with vendor.scope():
        return add_program("ERP", Role.AUDITOR, by=vendor["ines"], at=timezone.now())


def address(world: World, name: str, *rest: Any) -> str:
    """Return an address of the vendor's, or of Alpenwerk's in its portal."""
    own = ("alpenwerk",) if name.startswith("portal") else ()
    return reverse(name, args=[world.tenant.slug, *own, *rest])


def page(client: Client, url: str) -> str:
    """Return the text of a page that is there."""
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return html.unescape(" ".join(answer.content.decode().split()))


def once_in(client: Client, url: str) -> str:
    """Open a form, and return what makes it good for one token."""
    found = re.search(r'name="once" value="([0-9a-f]{12})"', page(client, url))
    assert found
    return found[1]


def made(client: Client, url: str, **facts: Any) -> str:
    """Make a token by its form, and return the secret its answer shows, once."""
    answer = client.post(url, {**FILLED, "once": once_in(client, url), **facts})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    (secret,) = SECRETS_IN(answer.content.decode())
    return str(secret)


SECRETS_IN = SECRET.findall
WAYS = [("tom", "tokens", "token-new"), ("anna", "portal-tokens", "portal-token-new")]


@pytest.mark.parametrize(("who", "listed", "new"), WAYS)
def test_the_secret_is_shown_on_one_answer_and_nowhere_else(
    vendor: World, caplog: pytest.LogCaptureFixture, who: str, listed: str, new: str
) -> None:
    caplog.set_level(logging.DEBUG)
    client, url = browser(vendor, who), address(vendor, new)
    secret = made(client, url)
    answer = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.json()["user"]["id"] == str(vendor[who].user_id)
    assert answer.json()["scopes"] == ["me:read"]
    rest = secret[15:]
    for later in (address(vendor, listed), url):
        assert rest not in page(client, later)
    assert "CRM sync" in page(client, address(vendor, listed))
    assert rest not in caplog.text
    assert rest not in str([*client.session.items(), *client.cookies.values()])
    with vendor.scope():
        assert rest not in str(list(Event.objects.values()))
        assert ApiToken.objects.filter(token_key=secret[:15]).exists()


@pytest.mark.parametrize(("who", "listed", "new"), WAYS)
def test_a_form_sent_again_makes_no_second_token(
    vendor: World, who: str, listed: str, new: str
) -> None:
    client, url = browser(vendor, who), address(vendor, new)
    filled = {**FILLED, "once": once_in(client, url)}
    assert SECRETS_IN(client.post(url, filled).content.decode())
    again = client.post(url, filled)
    assert again.status_code == 409
    text = again.content.decode()
    assert "This token was made already" in text
    assert ("CRM sync" in text, SECRETS_IN(text)) == (True, [])
    with vendor.scope():
        assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "field", "reason"),
    [
        ({"name": ""}, "What it is for", "This field is required."),
        ({"name": "a\u202eb"}, "What it is for", "A text of at most 80 characters."),
        ({"scopes": []}, "What it may do", "This field is required."),
        ({"scopes": ["cases:delete"]}, "What it may do", "Select a valid choice."),
        ({"lifetime": "366"}, "How long it is valid", "Select a valid choice."),
        ({"lifetime": "-1"}, "How long it is valid", "Select a valid choice."),
        ({"lifetime": "x"}, "How long it is valid", "Select a valid choice."),
    ],
)
@pytest.mark.parametrize(("who", "listed", "new"), WAYS)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_made(
    vendor: World, who: str, listed: str, new: str, facts: dict[str, Any], field: str, reason: str
) -> None:
    client, url = browser(vendor, who), address(vendor, new)
    once = once_in(client, url)
    answer = client.post(url, {**FILLED, "once": once, **facts})
    text = html.unescape(" ".join(answer.content.decode().split()))
    assert answer.status_code == 422
    assert f"{field}: {reason}" in text
    with vendor.scope():
        assert not ApiToken.objects.exists()
        assert not Event.objects.filter(kind="tenant.token_made").exists()
    assert made(client, url, once=once)


@pytest.mark.parametrize("who", ["ines", "tom", "pavel", "ruth", "anna"])
def test_the_form_offers_what_the_role_may_have(vendor: World, who: str) -> None:
    new = "portal-token-new" if who == "anna" else "token-new"
    client, url = browser(vendor, who), address(vendor, new)
    text = page(client, url)
    own = DEFAULT_SCOPES[vendor[who].role]
    assert {scope for scope in SCOPES if f'value="{scope}"' in text} == set(own)
    assert [SCOPES[scope] in text for scope in own] == [True] * len(own)
    more = [scope for scope in SCOPES if scope not in own]
    for scope in more:
        answer = client.post(url, {**FILLED, "scopes": [scope], "once": "0" * 12})
        assert answer.status_code == 422, scope
    made(client, url, scopes=list(own), lifetime="365")


def test_an_admin_makes_a_programs_token_within_its_role(
    vendor: World, program: Membership
) -> None:
    client, url = browser(vendor, "ines"), address(vendor, "token-new-for", program.pk)
    assert 'value="cases:write"' not in page(client, url)
    refused = client.post(url, {**FILLED, "scopes": ["cases:write"], "once": "0" * 12})
    assert refused.status_code == 422
    secret = made(client, url)
    answer = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {secret}"})
    assert (answer.json()["user"]["is_service"], answer.json()["role"]) == (True, "auditor")
    with vendor.scope():
        event = Event.objects.get(kind="tenant.token_made")
        assert event.by_id == vendor["ines"].user_id
        assert event.facts["member"] == str(program.pk)


@pytest.mark.parametrize(
    ("who", "whose", "reason"),
    [
        ("ines", "tom", "Nobody makes a token in another person's name."),
        ("ines", "anna", "Nobody makes a token in another person's name."),
        ("tom", "ines", "Nobody makes a token in another person's name."),
        ("tom", "program", "Only an admin of the programme makes tokens of programs."),
        ("pavel", "program", "Only an admin of the programme makes tokens of programs."),
    ],
)
def test_a_token_for_somebody_else_is_refused_with_the_reason(
    vendor: World, program: Membership, who: str, whose: str, reason: str
) -> None:
    member = program if whose == "program" else vendor[whose]
    client, url = browser(vendor, who), address(vendor, "token-new-for", member.pk)
    for answer in (client.get(url), client.post(url, {**FILLED, "once": "0" * 12})):
        assert answer.status_code == 403
        assert reason in html.unescape(answer.content.decode())
    with vendor.scope():
        assert not ApiToken.objects.exists()
        assert Event.objects.filter(kind="access.denied").count() == 2


def test_an_admin_sees_all_and_everybody_else_their_own(vendor: World) -> None:
    with vendor.scope():
        program = hold_tokens(vendor)
    admin = page(browser(vendor, "ines"), address(vendor, "tokens"))
    for words in ("Nightly sync", "Reports on Mondays", "My script", "Our ticket system"):
        assert words in admin
    assert ("CRM connection" in admin, "Warehouse export" in admin) == (True, True)
    assert "No token: it cannot come in." in admin
    assert ("Tom, Staff" in admin, "Anna, Partner contact" in admin) == (True, True)
    assert ("Ends soon" in admin, "Has ended" in admin) == (True, True)
    assert address(vendor, "token-new-for", program.pk) in admin
    tom = page(browser(vendor, "tom"), address(vendor, "tokens"))
    for words in (
        "Nightly sync",
        "Reports on Mondays",
        "Our ticket system",
        "CRM",
        "Add a program",
    ):
        assert words not in tom
    assert "My script" in tom
    assert "You have no tokens" in page(browser(vendor, "petra"), address(vendor, "tokens"))
    anna = page(browser(vendor, "anna"), address(vendor, "portal-tokens"))
    assert ("Our ticket system" in anna, "My script" in anna) == (True, False)
    assert SECRETS_IN(admin + tom + anna) == []


def test_the_token_of_who_left_is_marked(vendor: World) -> None:
    with vendor.scope():
        hold_tokens(vendor)
        Membership.objects.filter(pk=vendor["tom"].pk).update(is_active=False)
    assert "Its owner has left" in page(browser(vendor, "ines"), address(vendor, "tokens"))


def test_a_long_list_of_others_has_pages(vendor: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_views, "OTHERS_SHOWN", 2)
    with vendor.scope():
        for number in range(5):
            make_token(vendor["tom"], name=f"Number-{number}", by=None, at=timezone.now())
        ApiToken.objects.filter(name__in=["Number-1", "Number-2"]).update(created=timezone.now())
    client, url, seen = browser(vendor, "ines"), address(vendor, "tokens"), []
    query = ""
    for _page in range(3):
        text = page(client, url + query)
        seen += re.findall(r">(Number-\d)</p>", text)
        onward = re.search(r'href="(\?before=[^"#]+)#others"', text)
        query = onward[1] if onward else ""
    assert (sorted(seen), query) == ([f"Number-{n}" for n in range(5)], "")
    first = page(client, url)
    for broken in ("x", "2026-11-25T09:00:00_x", "9999-99-99_x", "2026-11-25T09:00:00+00:00_a%00"):
        text = page(client, f"{url}?before={broken}")
        assert ("Older tokens" in text) == ("Older tokens" in first)


def revoked(client: Client, url: str, message: str = "is revoked") -> bool:
    """Revoke a token by its form, and say whether the page that follows says so."""
    answer = client.post(url, follow=True)
    return answer.status_code == 200 and message in answer.content.decode()


@pytest.mark.parametrize(
    ("who", "whose"), [("tom", "tom"), ("ines", "tom"), ("ines", "anna"), ("anna", "anna")]
)
def test_who_may_revoke_does_and_it_lets_nobody_in(vendor: World, who: str, whose: str) -> None:
    new = "portal-token-new" if whose == "anna" else "token-new"
    secret = made(browser(vendor, whose), address(vendor, new))
    name = "portal-token-revoke" if who == "anna" else "token-revoke"
    client, url = browser(vendor, who), address(vendor, name, secret[:15])
    assert client.get(url).status_code == 405
    assert revoked(client, url)
    answer = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.json()["detail"]) == (401, "This token is not known.")
    assert client.post(url).status_code == 404
    with vendor.scope():
        event = Event.objects.get(kind="tenant.token_revoked")
        assert (event.by_id, event.facts["token_key"]) == (vendor[who].user_id, secret[:15])


def test_anothers_token_answers_as_one_that_nobody_has(vendor: World) -> None:
    other = make_world()
    ours = made(browser(vendor, "tom"), address(vendor, "token-new"))[:15]
    annas = made(browser(vendor, "anna"), address(vendor, "portal-token-new"))[:15]
    marcs = marcs_token(vendor)
    theirs = made(browser(other, "tom"), address(other, "token-new"))[:15]
    tried = [
        *[
            (who, "token-revoke", key)
            for who in ("petra", "pavel", "ruth")
            for key in (ours, annas)
        ],
        *[(who, "token-revoke", theirs) for who in ("ines", "tom")],
        *[("anna", "portal-token-revoke", key) for key in (ours, theirs, marcs)],
    ]
    with time_machine.travel(timezone.now(), tick=False):
        for who, name, key in tried:
            client = browser(vendor, who)
            answers: list[Any] = [
                left(client.post(address(vendor, name, each)), each)  # type: ignore[arg-type]
                for each in (key, "pry_nobodys0000")
            ]
            assert answers[0] == answers[1], (who, key)
            assert answers[0][0] == 404
    for world, count in ((vendor, 3), (other, 1)):
        with world.scope():
            assert ApiToken.objects.count() == count


def marcs_token(world: World) -> str:
    """Return how a token of the rival's begins."""
    rheintor = world.partners["rheintor"].pk
    with world.scope():
        row, _secret = make_token(
            world["marc"], name="T", partner_id=rheintor, by=None, at=timezone.now()
        )
    return str(row.token_key)


def test_a_contact_of_two_partners_keeps_their_tokens_apart(vendor: World) -> None:
    rheintor = vendor.partners["rheintor"]
    with vendor.scope():
        Contact.objects.create(tenant=vendor.tenant, partner=rheintor, user=vendor["anna"].user)
    client, slug = browser(vendor, "anna"), vendor.tenant.slug
    url = reverse("portal-token-new", args=[slug, "rheintor"])
    secret = made(client, url)
    answer = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {secret}"})
    assert UUID(answer.json()["partner_id"]) == rheintor.pk
    lists = {p: reverse("portal-tokens", args=[slug, p]) for p in ("alpenwerk", "rheintor")}
    assert "CRM sync" in page(client, lists["rheintor"])
    assert "You have no tokens" in page(client, lists["alpenwerk"])
    assert client.post(address(vendor, "portal-token-revoke", secret[:15])).status_code == 404
    assert revoked(client, reverse("portal-token-revoke", args=[slug, "rheintor", secret[:15]]))


def test_a_program_is_added_and_its_token_comes_next(vendor: World) -> None:
    client, url = browser(vendor, "ines"), address(vendor, "program-new")
    filled = {"name": "Warehouse", "role": "staff"}
    answer = client.post(url, filled)
    with vendor.scope():
        program = Membership.objects.get(user__name="Warehouse")
    next_url = address(vendor, "token-new-for", program.pk)
    assert (answer.status_code, answer.headers["Location"]) == (302, next_url)
    text = page(client, next_url)
    assert ("Warehouse is added." in text, "New token for Warehouse" in text) == (True, True)
    again = client.post(url, filled)
    assert again.status_code == 422
    assert "There is a program with this name already." in again.content.decode()
    for role in ("admin", "custodian", "partner", ""):
        assert client.post(url, {"name": "Another", "role": role}).status_code == 422
    missing = client.get(address(vendor, "token-new-for", uuid4()))
    assert missing.status_code == 404


def test_the_menu_leads_there(vendor: World) -> None:
    for who, home, name in (
        ("ruth", "inbox", "tokens"),
        ("tom", "inbox", "tokens"),
        ("anna", "portal-cases", "portal-tokens"),
    ):
        text = page(browser(vendor, who), address(vendor, home))
        assert f'href="{address(vendor, name)}"' in text, who


def test_no_query_per_token(
    vendor: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    counts = []
    for total in (1, 20):
        with vendor.scope():
            for number in range(total):
                program = add_program(f"P {total} {number}", Role.STAFF, by=None, at=timezone.now())
                for member in (program, vendor["ines"], vendor["tom"]):
                    life = timedelta(days=30)
                    make_token(member, name="T", lifetime=life, by=None, at=timezone.now())
        with django_assert_max_num_queries(40) as captured:
            browser(vendor, "ines").get(address(vendor, "tokens"))
        counts.append(len(captured))
    assert counts[0] == counts[1]
