"""Making tenants, members and tokens."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from journal.models import Event
from tenants.actions import (
    LETTERS,
    NewPerson,
    add_member,
    create_tenant,
    make_token,
    new_password,
    set_password,
)
from tenants.errors import Invalid, NotAllowed
from tenants.models import ApiToken, Membership, Role, Tenant, User
from tenants.queries import tenant_at
from tenants.scope import act_in, identify
from tenants.scopes import ALL_SCOPES, DEFAULT_SCOPES, SCOPES
from tenants.tokens import find_token
from tests.factories import PASSWORD, World, make_world

EVA = NewPerson("Eva.Stern@Vendor.example", "Eva Stern", "Legal", "Europe/Vienna")
with_owner = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_passwords_can_be_read_out_and_differ() -> None:
    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        assert [len(group) for group in password.split("-")] == [4, 4, 4, 4]
        assert set(password) <= set(LETTERS) | {"-"}
    assert not set(LETTERS) & set("01ilo")


def test_a_new_member(world: World, at: datetime) -> None:
    member = add_member(EVA, Role.STAFF, password="a long password", by=world["ines"], at=at)
    user = member.user
    assert (user.email, user.name, user.timezone) == (
        "eva.stern@vendor.example",
        "Eva Stern",
        "Europe/Vienna",
    )
    assert user.check_password("a long password")
    assert (member.role, member.title, member.tenant_id) == ("staff", "Legal", world.tenant.pk)
    event = Event.objects.get(kind="tenant.member_added")
    assert (event.at, event.by_id) == (at, world["ines"].user_id)
    assert event.facts == {"member": str(member.pk), "user": str(user.pk), "role": "staff"}


def test_a_member_without_a_password_cannot_sign_in(world: World, at: datetime) -> None:
    assert not add_member(EVA, Role.STAFF, by=None, at=at).user.has_usable_password()


def test_a_member_of_another_tenant_keeps_their_account(world: World, at: datetime) -> None:
    other = make_world("elsewhere")
    with other.scope():
        theirs = other["tom"].user
        account = NewPerson(theirs.email.upper(), "Somebody Else", timezone="Asia/Tokyo")
    member = add_member(account, Role.AUDITOR, password="another password", by=None, at=at)
    assert (member.user_id, member.role) == (theirs.pk, "auditor")
    member.user.refresh_from_db()
    assert (member.user.name, member.user.timezone) == ("Tom", "Europe/Berlin")
    assert member.user.check_password(PASSWORD)
    with identify(user_id=theirs.pk):
        assert Membership.objects.filter(user=theirs).count() == 2


@pytest.mark.parametrize(
    ("person", "role", "field", "reason"),
    [
        (NewPerson("eva", "Eva"), "staff", "email", "This is not an e-mail address."),
        (NewPerson("e@v.example", " "), "staff", "name", "A text of at most 120 characters."),
        (NewPerson("e@v.example", "E\x00"), "staff", "name", "A text of at most 120 characters."),
        (NewPerson("e@v.example", "Eva"), "king", "role", "There is no such role."),
        (
            NewPerson("e@v.example", "Eva", timezone="Mars/Base"),
            "staff",
            "timezone",
            "There is no such time zone.",
        ),
    ],
)
def test_a_member_that_cannot_be(
    world: World, at: datetime, person: NewPerson, role: str, field: str, reason: str
) -> None:
    before = Membership.objects.count()
    with pytest.raises(Invalid) as caught:
        add_member(person, role, by=world["ines"], at=at)
    assert caught.value.errors == {field: reason}
    assert Membership.objects.count() == before


@pytest.mark.parametrize("password", ["short", "qwerty123456", "eva-winkler-1"])
def test_a_first_password_is_not_easily_guessed(world: World, at: datetime, password: str) -> None:
    person = NewPerson("e@v.example", "Eva Winkler")
    with pytest.raises(Invalid, match="password: "):
        add_member(person, Role.STAFF, password=password, by=world["ines"], at=at)


def test_nobody_is_a_member_twice(world: World, at: datetime) -> None:
    add_member(EVA, Role.STAFF, by=None, at=at)
    with pytest.raises(Invalid, match="email: This person is a member already"):
        add_member(EVA, Role.AUDITOR, by=None, at=at)


@pytest.mark.parametrize("name", ["tom", "pavel", "ruth", "anna"])
def test_only_an_admin_adds_people(world: World, at: datetime, name: str) -> None:
    with pytest.raises(NotAllowed):
        add_member(EVA, Role.STAFF, by=world[name], at=at)


def test_a_token_lets_its_member_in(world: World, at: datetime) -> None:
    row, secret = make_token(world["tom"], name="CRM", by=world["tom"], at=at)
    assert secret.startswith("pry_")
    assert secret not in (row.digest, row.token_key)
    found = find_token(f"Bearer {secret}", timezone.now())
    assert found is not None
    assert found.member == world["tom"]
    assert tuple(row.scopes) == ALL_SCOPES
    event = Event.objects.get(kind="tenant.token_made")
    assert event.facts == {
        "member": str(world["tom"].pk),
        "token_key": row.token_key,
        "scopes": list(ALL_SCOPES),
    }


def test_a_token_ends_within_a_year_unless_told_otherwise(world: World, at: datetime) -> None:
    usual, _ = make_token(world["tom"], name="A", by=None, at=at)
    short, _ = make_token(world["tom"], name="B", lifetime=timedelta(hours=1), by=None, at=at)
    endless, _ = make_token(world["tom"], name="C", lifetime=None, by=None, at=at)
    now = timezone.now()
    assert timedelta(days=365) < usual.expiry - now <= timedelta(days=366)
    assert timedelta(minutes=59) < short.expiry - now <= timedelta(hours=1)
    assert endless.expiry is None


@pytest.mark.parametrize(("name", "role"), [("pavel", "auditor"), ("ruth", "custodian")])
def test_a_token_has_the_scopes_of_its_role(
    world: World, at: datetime, name: str, role: str
) -> None:
    row, _secret = make_token(world[name], name="Mine", by=None, at=at)
    assert tuple(row.scopes) == DEFAULT_SCOPES[role]
    with pytest.raises(Invalid, match="scopes: More than a member of this role may do"):
        make_token(world[name], name="Mine", scopes=["cases:write"], by=None, at=at)


def test_a_contacts_token_names_one_partner(world: World, at: datetime) -> None:
    alpenwerk = world.partners["alpenwerk"]
    row, _secret = make_token(world["anna"], name="A", partner_id=alpenwerk.pk, by=None, at=at)
    assert (row.partner_id, tuple(row.scopes)) == (alpenwerk.pk, DEFAULT_SCOPES["partner"])
    with pytest.raises(Invalid, match="names one partner, no other does"):
        make_token(world["anna"], name="A", by=None, at=at)
    with pytest.raises(Invalid, match="names one partner, no other does"):
        make_token(world["tom"], name="A", partner_id=alpenwerk.pk, by=None, at=at)


def test_unknown_scopes_are_refused(world: World, at: datetime) -> None:
    with pytest.raises(Invalid, match="scopes: There is no scope cases:delete"):
        make_token(world["tom"], name="A", scopes=["me:read", "cases:delete"], by=None, at=at)
    assert not ApiToken.objects.filter(tenant=world.tenant).exists()


def test_every_role_has_scopes_and_every_scope_a_meaning() -> None:
    assert set(DEFAULT_SCOPES) == set(Role.values)
    assert all(set(scopes) <= set(SCOPES) for scopes in DEFAULT_SCOPES.values())
    assert set(DEFAULT_SCOPES[Role.AUDITOR]) == {s for s in SCOPES if not s.endswith(":write")}
    assert all(SCOPES.values())


@with_owner
class TestTenants:
    """What only the database's owner may do."""

    def test_a_new_tenant(self) -> None:
        tenant = create_tenant("acme", " Acme Ltd ")
        with act_in(tenant.pk):
            assert Tenant.objects.get().name == "Acme Ltd"
        assert tenant_at("acme") == tenant

    def test_one_that_was_never_filled_is_taken_up(self) -> None:
        assert create_tenant("acme", "Acme").pk == create_tenant("acme", "Acme Ltd").pk
        assert tenant_at("acme").name == "Acme Ltd"

    def test_an_address_is_given_once(self) -> None:
        make_world("acme")
        with pytest.raises(Invalid, match="slug: There is a tenant at this address already"):
            create_tenant("acme", "Other")
        assert tenant_at("acme").name == "Acme"

    @pytest.mark.parametrize("slug", ["", "Acme", "a_b", "-a", "a-", "a--b", "a/b", "a" * 41, "ä"])
    def test_addresses_that_cannot_be(self, slug: str) -> None:
        with pytest.raises(Invalid) as caught:
            create_tenant(slug, "Acme")
        assert caught.value.errors == {
            "slug": "At most 40 small letters, digits and single hyphens."
        }

    def test_a_tenant_needs_a_name(self) -> None:
        with pytest.raises(Invalid, match="name: A text of at most 120 characters"):
            create_tenant("acme", "")
        with pytest.raises(Invalid, match="tenant: There is no tenant at “acme”"):
            tenant_at("acme")

    def test_a_new_password(self) -> None:
        world = make_world()
        with world.scope():
            email = world["tom"].user.email
        set_password(email.upper(), "quite another one")
        with identify(email=email):
            assert User.objects.get(email=email).check_password("quite another one")

    def test_a_password_that_is_easily_guessed_is_refused(self) -> None:
        world = make_world()
        with world.scope():
            email = world["tom"].user.email
        for password in ("short", "qwerty123456", email):
            with pytest.raises(Invalid, match="password: "):
                set_password(email, password)

    def test_no_password_for_nobody_and_no_program(self, at: datetime) -> None:
        world = make_world()
        with world.scope():
            program = NewPerson("crm@vendor.example", "CRM", is_service=True)
            add_member(program, Role.STAFF, by=None, at=at)
        for email in ("nobody@vendor.example", "crm@vendor.example"):
            with pytest.raises(Invalid, match="email: Nobody has an account with this e-mail"):
                set_password(email, "x")


def test_without_the_owners_account_tenants_stay_hidden(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_world("acme")
    monkeypatch.setattr("tenants.queries.connections", {"default": connection})
    with pytest.raises(Invalid, match="There is no tenant at “acme”"):
        tenant_at("acme")
