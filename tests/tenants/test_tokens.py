"""Tokens of the API, through the one operation there is."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.test import Client
from django.utils import timezone

from journal.models import Event
from partners.models import Contact
from tenants.models import ApiToken
from tests.factories import World, make_token, make_world

pytestmark = pytest.mark.django_db
URL = "/api/v1/me/"


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


def token_of(world: World, name: str, **facts: Any) -> str:
    """Make a token of a person's."""
    facts.setdefault("scopes", ["me:read"])
    with world.scope():
        return make_token(world[name], **facts)


def ask(header: str | None, url: str = URL) -> Any:
    """Ask who the token acts for."""
    return Client().get(url, headers={"Authorization": header} if header is not None else {})


def refused(answer: Any, status: int = 401) -> str:
    """Check that an answer is a problem, and return its sentence."""
    body = answer.json()
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert (body["type"], body["status"], body["errors"]) == ("about:blank", status, [])
    if status == 401:
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    return str(body["detail"])


def test_a_token_says_for_whom_it_acts(vendor: World) -> None:
    tom = vendor["tom"]
    answer = ask(f"Bearer {token_of(vendor, 'tom')}")
    assert answer.status_code == 200
    assert answer.json() == {
        "user": {
            "id": str(tom.user_id),
            "name": "Tom",
            "email": tom.user.email,
            "timezone": "Europe/Berlin",
            "is_service": False,
        },
        "tenant": {
            "id": str(vendor.tenant.pk),
            "slug": vendor.tenant.slug,
            "name": vendor.tenant.name,
        },
        "role": "staff",
        "partner_id": None,
        "scopes": ["me:read"],
        "expires_at": None,
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_secret_is_nowhere_in_the_database(vendor: World) -> None:
    secret = token_of(vendor, "tom")
    with vendor.scope(), connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM tenants_apitoken t")
        rows = [row[0] for row in cursor.fetchall()]
    assert len(rows) == 1
    assert secret not in rows[0]
    kept = ApiToken._meta.get_field("token_key").max_length
    assert secret[kept:] not in rows[0]


def test_a_token_of_another_scope_is_told_which_it_lacks(vendor: World) -> None:
    answer = ask(f"Bearer {token_of(vendor, 'tom', scopes=['cases:read'])}")
    assert refused(answer, 403) == "The token lacks the scope me:read."
    with vendor.scope():
        denied = Event.objects.get(kind="access.denied")
    assert (denied.by_id, denied.facts) == (
        vendor["tom"].user_id,
        {"view": "api-me", "method": "GET"},
    )


def test_a_denial_in_the_portals_role_is_in_the_trail_too(vendor: World) -> None:
    partner = vendor.partners["alpenwerk"].pk
    secret = token_of(vendor, "anna", scopes=[], partner_id=partner)
    refused(ask(f"Bearer {secret}"), 403)
    with vendor.scope():
        assert Event.objects.get(kind="access.denied").by_id == vendor["anna"].user_id


def test_a_token_ends(vendor: World) -> None:
    secret = token_of(vendor, "tom")
    with vendor.scope():
        ApiToken.objects.update(expiry=timezone.now() + timedelta(seconds=30))
    assert ask(f"Bearer {secret}").status_code == 200
    with vendor.scope():
        ApiToken.objects.update(expiry=timezone.now())
    assert refused(ask(f"Bearer {secret}")) == "This token has expired."


@pytest.mark.parametrize("who", ["person", "member"])
def test_a_token_of_somebody_who_left_lets_nobody_in(vendor: World, who: str) -> None:
    secret = token_of(vendor, "tom")
    tom = vendor["tom"]
    with vendor.scope(user_id=tom.user_id):
        if who == "person":
            tom.user.is_active = False
            tom.user.save(update_fields=["is_active"])
        else:
            tom.is_active = False
            tom.save()
    assert refused(ask(f"Bearer {secret}")) == "This token's owner may no longer sign in."


def test_a_contact_acts_for_one_partner_as_long_as_they_speak_for_it(vendor: World) -> None:
    partner = vendor.partners["alpenwerk"].pk
    secret = token_of(vendor, "anna", partner_id=partner)
    answer = ask(f"Bearer {secret}")
    assert (answer.status_code, answer.json()["partner_id"]) == (200, str(partner))
    with vendor.scope():
        Contact.objects.filter(user=vendor["anna"].user).delete()
    assert "no longer" in refused(ask(f"Bearer {secret}"))


def test_a_contacts_token_for_a_rival_lets_nobody_in(vendor: World) -> None:
    secret = token_of(vendor, "anna", partner_id=vendor.partners["rheintor"].pk)
    assert "no longer" in refused(ask(f"Bearer {secret}"))


def test_a_token_goes_with_its_membership(vendor: World) -> None:
    secret = token_of(vendor, "pavel")
    with vendor.scope():
        vendor["pavel"].delete()
        with pytest.raises(ObjectDoesNotExist):
            ApiToken.objects.get()
    assert refused(ask(f"Bearer {secret}")) == "This token is not known."


HOW = "Send the token as: Authorization: Bearer <token>."


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (None, "Authentication credentials were not provided."),
        ("", "Authentication credentials were not provided."),
        ("Bearer", HOW),
        ("Bearer ", HOW),
        ("Basic dG9tOnRvbQ==", HOW),
        ("Token abc", HOW),
        ("Bearer " + "x" * 201, HOW),
        ("Bearer a\x00b", HOW),
        ("Bearer ü", HOW),
        ("Bearer a\nb", HOW),
        ("Bearer pry_unknown", "This token is not known."),
        ("Bearer 6f1c1f3e-54f4-4a51-9a25-2f1f5a6f3a11", "This token is not known."),
        ("Bearer ' OR true --", "This token is not known."),
    ],
)
def test_a_header_that_lets_nobody_in(vendor: World, header: str | None, said: str) -> None:
    assert refused(ask(header)) == said


def test_a_secret_that_begins_like_a_known_one_is_not_known(vendor: World) -> None:
    secret = token_of(vendor, "tom")
    assert refused(ask(f"Bearer {secret[:-1]}x")) == "This token is not known."
    assert refused(ask(f"Bearer {secret[:15]}")) == "This token is not known."


def test_a_token_in_the_address_is_not_looked_at(vendor: World) -> None:
    secret = token_of(vendor, "tom")
    for name in ("token", "access_token", "Authorization"):
        refused(ask(None, f"{URL}?{name}={secret}"))


def test_a_session_does_not_open_the_api(vendor: World) -> None:
    client = Client()
    client.force_login(vendor["tom"].user, backend="tenants.backends.EmailBackend")
    refused(client.get(URL))


def test_a_method_that_is_not_there_is_a_problem_too(vendor: World) -> None:
    headers = {"Authorization": f"Bearer {token_of(vendor, 'tom')}"}
    assert "not allowed" in refused(Client().post(URL, headers=headers), 405)
