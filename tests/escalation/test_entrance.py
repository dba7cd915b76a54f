"""Coming in: passwords, throttling, where one goes next, and the demo's one click."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from devtools.ports import free_port
from escalation.entrance import places_of
from partners.models import Contact
from tenants.models import Membership
from tenants.signin import MOST_TRIES, throttled
from tests.factories import PASSWORD, World, make_world

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    # The cache is shared by all that run at once, and counts by e-mail.
    return make_world(f"vendor-{uuid4().hex[:12]}")


def sign_in(email: str, password: str = PASSWORD, **more: Any) -> tuple[Client, Any]:
    """Fill in the form."""
    client = Client()
    return client, client.post(SIGN_IN, {"email": email, "password": password, **more})


def test_with_the_right_password_one_comes_to_ones_desk(vendor: World) -> None:
    client, answer = sign_in(vendor["tom"].user.email.upper())
    assert (answer.status_code, answer["Location"]) == (302, reverse("choose"))
    answer = client.get(answer["Location"])
    assert answer["Location"] == reverse("inbox", args=[vendor.tenant.slug])
    assert client.get("/").headers["Location"] == reverse("choose")


def test_a_session_begins_under_a_new_key(vendor: World) -> None:
    client = Client()
    client.get(SIGN_IN)
    before = client.session.session_key
    client.post(SIGN_IN, {"email": vendor["tom"].user.email, "password": PASSWORD})
    assert client.session.session_key != before
    cookie = client.cookies["parley_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_wrong_password_and_an_unknown_person_are_told_the_same(vendor: World) -> None:
    pages = []
    for email, password in (
        (vendor["tom"].user.email, "wrong"),
        ("nobody@elsewhere.example", PASSWORD),
    ):
        client, answer = sign_in(email, password)
        assert answer.status_code == 422
        assert "_auth_user_id" not in client.session
        pages.append("E-mail and password do not fit together." in answer.content.decode())
    assert pages == [True, True]


@pytest.mark.parametrize(
    "data", [{}, {"email": "x"}, {"email": "a\x00@b.example"}, {"password": ""}]
)
def test_a_form_that_is_not_filled_in_comes_back(vendor: World, data: dict[str, str]) -> None:
    answer = Client().post(SIGN_IN, {"email": "tom@x.example", "password": "x"} | data)
    assert answer.status_code == 422


@pytest.mark.parametrize("change", ["is_active", "is_service"])
def test_who_may_not_sign_in_does_not(vendor: World, change: str) -> None:
    user = vendor["tom"].user
    with vendor.scope(user_id=user.pk):
        setattr(user, change, change == "is_service")
        user.save(update_fields=[change])
    client, answer = sign_in(user.email)
    assert answer.status_code == 422
    assert "_auth_user_id" not in client.session


def test_who_is_shut_out_is_out_of_a_running_session(vendor: World) -> None:
    client, _ = sign_in(vendor["tom"].user.email)
    user = vendor["tom"].user
    with vendor.scope(user_id=user.pk):
        user.is_active = False
        user.save(update_fields=["is_active"])
    assert client.get(reverse("inbox", args=[vendor.tenant.slug])).status_code == 302


def test_after_ten_wrong_passwords_even_the_right_one_waits(vendor: World) -> None:
    email = vendor["tom"].user.email
    for _ in range(MOST_TRIES):
        assert sign_in(email, "wrong")[1].status_code == 422
    client, answer = sign_in(email.upper())
    assert answer.status_code == 429
    assert "Too many tries" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    # Only this person waits.
    assert sign_in(vendor["petra"].user.email)[1].status_code == 302
    kept = cache._cache.get_client().keys("*")  # type: ignore[attr-defined]
    assert kept
    assert not any(email.encode() in key for key in kept)


def test_without_the_cache_people_still_come_in(vendor: World, settings: Settings) -> None:
    away = settings.CACHES["default"] | {"LOCATION": f"redis://127.0.0.1:{free_port()}/0"}
    settings.CACHES = {"default": away}
    assert sign_in(vendor["tom"].user.email, "wrong")[1].status_code == 422
    assert sign_in(vendor["tom"].user.email)[1].status_code == 302
    assert not throttled(vendor["tom"].user.email)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "\\\\evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        "https://testserver@evil.example/",
        "\x00//evil.example",
    ],
)
def test_one_is_not_sent_anywhere_else(vendor: World, target: str) -> None:
    _, answer = sign_in(vendor["tom"].user.email, next=target)
    assert answer["Location"] == reverse("choose")
    page = Client().get(SIGN_IN, {"next": target}).content.decode()
    assert "evil.example" not in page


def test_one_goes_on_to_where_one_wanted(vendor: World) -> None:
    wanted = reverse("search", args=[vendor.tenant.slug]) + "?q=a&b=c"
    client = Client()
    asked = client.get(wanted)
    assert asked.status_code == 302
    assert asked["Location"].startswith(f"{SIGN_IN}?next=%2Ft%2F")
    assert 'name="next"' in client.get(asked["Location"]).content.decode()
    _, answer = sign_in(vendor["tom"].user.email, next=wanted)
    assert answer["Location"] == wanted


def test_outside_a_demo_nobody_comes_in_with_one_click(vendor: World, settings: Settings) -> None:
    settings.DEMO = False
    client = Client()
    page = client.get(SIGN_IN).content.decode()
    assert 'name="as"' not in page
    answer = client.post(SIGN_IN, {"as": vendor["tom"].user.email})
    assert answer.status_code == 422
    assert "_auth_user_id" not in client.session


def test_in_a_demo_only_its_people_come_in_with_one_click(
    vendor: World, settings: Settings
) -> None:
    settings.DEMO = True
    client = Client()
    for email in (vendor["tom"].user.email, "", "\x00"):
        assert client.post(SIGN_IN, {"as": email}).status_code == 422
    assert "_auth_user_id" not in client.session


def test_signing_out_ends_the_session(vendor: World) -> None:
    client, _ = sign_in(vendor["tom"].user.email)
    key = str(client.session.session_key)
    assert client.post("/sign-out/")["Location"] == SIGN_IN
    client.cookies["parley_session"] = key
    assert client.get(reverse("inbox", args=[vendor.tenant.slug])).status_code == 302


def test_who_works_in_several_places_chooses(vendor: World) -> None:
    other = make_world()
    anna = vendor["anna"].user
    with vendor.scope():
        Contact.objects.create(tenant=vendor.tenant, partner=vendor.partners["rheintor"], user=anna)
    with other.scope():
        Membership.objects.create(tenant=other.tenant, user=anna, role="auditor")
    client, _ = sign_in(anna.email)
    page = client.get(reverse("choose")).content.decode()
    places = [
        reverse("portal-cases", args=[vendor.tenant.slug, "alpenwerk"]),
        reverse("portal-cases", args=[vendor.tenant.slug, "rheintor"]),
        reverse("inbox", args=[other.tenant.slug]),
    ]
    assert [place for place in places if place not in page] == []
    assert [client.get(place).status_code for place in places] == [200, 200, 200]
    assert reverse("inbox", args=[vendor.tenant.slug]) not in page


def test_who_is_nowhere_is_told_so(vendor: World) -> None:
    with vendor.scope():
        vendor["pavel"].delete()
    client, _ = sign_in(vendor["pavel"].user.email)
    assert "not in any company yet" in client.get(reverse("choose")).content.decode()


def test_a_desk_is_named_with_ones_title_and_without_one_with_the_role(vendor: World) -> None:
    tom, petra = vendor["tom"], vendor["petra"]
    tom.title = "Channel manager, DACH"
    with vendor.scope():
        lines = [places_of(member)[0]["line"] for member in (tom, petra)]
    assert lines == ["Channel manager, DACH", "Staff"]
