"""Who makes and revokes which token, and programs."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from journal.models import Event
from partners.models import Contact
from tenants import actions
from tenants.actions import (
    LONGEST_LIFE,
    NewPerson,
    add_member,
    add_program,
    check_maker,
    make_token,
    revoke_token,
)
from tenants.backends import EmailBackend
from tenants.errors import Invalid, NotAllowed, NotNow, Refused
from tenants.models import ApiToken, Membership, Role
from tenants.queries import admin_ids, colleagues, programs, token_with, tokens_of
from tenants.scopes import ALL_SCOPES, DEFAULT_SCOPES
from tenants.tokens import BadToken, find_token
from tests.factories import World
from tests.tenants.catalogue import grants

DAY = timedelta(days=1)
STAFF = ("ines", "tom", "petra", "pavel", "ruth")
ANOTHER = "Nobody makes a token in another person's name."
PROGRAMS = "Only an admin of the programme makes tokens of programs."


@pytest.fixture
def program(world: World, at: datetime) -> Membership:
    """A program of the vendor's."""
    return add_program("CRM connection", Role.STAFF, by=world["ines"], at=at)


def refusal(member: Membership, by: Membership, at: datetime) -> str:
    """Return why somebody may not make a token of a member's, or an empty text."""
    partner = Contact.objects.filter(user=member.user).values_list("partner_id", flat=True).first()
    before = ApiToken.objects.count()
    try:
        make_token(member, name="T", partner_id=partner, by=by, at=at)
    except NotAllowed as told:
        assert ApiToken.objects.count() == before
        with pytest.raises(NotAllowed, match=re.escape(told.reason)):
            check_maker(member, by)
        return told.reason
    check_maker(member, by)
    return ""


@pytest.mark.parametrize("maker", [*STAFF, "anna", "marc"])
def test_people_make_their_own_and_an_admin_those_of_programs(
    world: World, at: datetime, program: Membership, maker: str
) -> None:
    for owner in (*STAFF, "anna", "marc"):
        expected = "" if owner == maker else ANOTHER
        assert refusal(world[owner], world[maker], at) == expected, owner
    assert refusal(program, world[maker], at) == ("" if maker == "ines" else PROGRAMS)


def test_a_program_makes_none(world: World, at: datetime, program: Membership) -> None:
    other = add_program("ERP", Role.AUDITOR, by=world["ines"], at=at)
    assert refusal(program, program, at) == PROGRAMS
    assert refusal(other, program, at) == PROGRAMS
    assert refusal(world["tom"], program, at) == ANOTHER


def test_the_installation_makes_any(world: World, at: datetime, program: Membership) -> None:
    for member in (world["tom"], program):
        row, _secret = make_token(member, name="T", lifetime=None, by=None, at=at)
        assert row.expiry is None


@pytest.mark.parametrize(
    "lifetime",
    [None, timedelta(0), -DAY, LONGEST_LIFE + timedelta(seconds=1), timedelta.max],
)
def test_a_persons_token_ends_within_a_year(
    world: World, at: datetime, program: Membership, lifetime: timedelta | None
) -> None:
    for member, by in ((world["tom"], world["tom"]), (program, world["ines"])):
        with pytest.raises(Invalid) as told:
            make_token(member, name="T", lifetime=lifetime, by=by, at=at)
        assert told.value.errors == {"lifetime": "A token is valid for 366 days at most."}
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("name", STAFF)
def test_nobody_gives_a_token_more_than_their_role(world: World, at: datetime, name: str) -> None:
    member = world[name]
    for scope in ALL_SCOPES:
        if scope not in DEFAULT_SCOPES[member.role]:
            with pytest.raises(Invalid, match="scopes: More than a member of this role may do"):
                make_token(member, name=scope, scopes=[scope], by=member, at=at)
            continue
        row, _secret = make_token(member, name=scope, scopes=[scope], by=member, at=at)
        assert row.scopes == [scope]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["cases:delete"]}, "scopes"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "a\u202eb"}, "name"),
    ],
)
def test_what_is_no_token_is_refused(
    world: World, at: datetime, facts: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as told:
        make_token(world["tom"], **{"name": "T", **facts}, by=world["tom"], at=at)  # type: ignore[arg-type]
    assert set(told.value.errors) == {field}
    assert not ApiToken.objects.exists()
    assert not Event.objects.filter(kind="tenant.token_made").exists()


def test_a_contact_names_a_partner_they_speak_for(world: World, at: datetime) -> None:
    anna, rheintor = world["anna"], world.partners["rheintor"]
    with pytest.raises(Invalid, match="does not speak for this partner"):
        make_token(anna, name="T", partner_id=rheintor.pk, by=anna, at=at)
    Contact.objects.create(tenant=world.tenant, partner=rheintor, user=anna.user)
    row, _secret = make_token(anna, name="T", partner_id=rheintor.pk, by=anna, at=at)
    assert tokens_of(anna, rheintor.pk) == [row]
    assert tokens_of(anna, world.partners["alpenwerk"].pk) == []


def test_there_is_an_end_to_how_many(
    world: World, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_TOKENS", 2)
    tom = world["tom"]
    first, _secret = make_token(tom, name="1", by=tom, at=at)
    make_token(tom, name="2", by=tom, at=at)
    with pytest.raises(Invalid, match="There are 2 tokens already"):
        make_token(tom, name="3", by=tom, at=at)
    make_token(world["petra"], name="1", by=world["petra"], at=at)
    revoke_token(first, by=tom, at=at)
    make_token(tom, name="3", by=tom, at=at)


def test_the_same_form_sent_twice_makes_one_token(world: World, at: datetime) -> None:
    tom, petra = world["tom"], world["petra"]
    make_token(tom, name="T", once="0" * 12, by=tom, at=at)
    with pytest.raises(NotNow, match="made already, and its secret was shown then"):
        make_token(tom, name="T", once="0" * 12, by=tom, at=at)
    assert len(tokens_of(tom)) == 1
    make_token(petra, name="T", once="0" * 12, by=petra, at=at)
    make_token(tom, name="T", once="1" * 12, by=tom, at=at)


@pytest.mark.parametrize("who", ["tom", "ines", None])
def test_a_token_is_revoked_at_once_and_the_trail_says_by_whom(
    world: World, at: datetime, who: str | None
) -> None:
    row, secret = make_token(world["tom"], name="CRM", by=world["tom"], at=at)
    by = world[who] if who else None
    revoke_token(row, by=by, at=at)
    with pytest.raises(BadToken, match=r"This token is not known\."):
        find_token(f"Bearer {secret}", timezone.now())
    event = Event.objects.get(kind="tenant.token_revoked")
    assert (event.at, event.by_id) == (at, by.user_id if by else None)
    assert event.facts == {"member": str(world["tom"].pk), "token_key": secret[:15]}
    with pytest.raises(NotNow, match="revoked already"):
        revoke_token(row, by=by, at=at)
    assert Event.objects.filter(kind="tenant.token_revoked").count() == 1


@pytest.mark.parametrize("who", ["petra", "pavel", "ruth", "anna", "program"])
def test_nobody_else_revokes_it(world: World, at: datetime, program: Membership, who: str) -> None:
    row, _secret = make_token(world["tom"], name="CRM", by=None, at=at)
    with pytest.raises(NotAllowed, match="Only its owner or an admin"):
        revoke_token(row, by=program if who == "program" else world[who], at=at)
    assert ApiToken.objects.filter(pk=row.pk).exists()


def test_a_token_is_found_by_its_beginning_as_it_is_listed(world: World, at: datetime) -> None:
    alpenwerk = world.partners["alpenwerk"].pk
    row, secret = make_token(world["anna"], name="A", partner_id=alpenwerk, by=None, at=at)
    key = secret[:15]
    assert token_with(key) == token_with(key, member=world["anna"], partner_id=alpenwerk) == row
    assert token_with(secret) is None
    assert token_with(key, member=world["anna"]) is None
    assert token_with(key, member=world["anna"], partner_id=world.partners["rheintor"].pk) is None
    assert token_with(key, member=world["tom"]) is None


def test_a_secret_is_in_no_row_of_any_table(world: World, at: datetime) -> None:
    _row, secret = make_token(world["tom"], name="CRM", by=world["tom"], at=at)
    readable = [name for name, said in grants("parley_app").items() if "SELECT" in said]
    assert "tenants_apitoken" in readable
    with connection.cursor() as cursor:
        for table in readable:
            statement = f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s"
            cursor.execute(statement, [f"%{secret[15:]}%"])
            assert cursor.fetchone() == (0,), table


def test_a_program_has_an_address_that_receives_nothing(world: World, at: datetime) -> None:
    names = ("CRM connection", "Ünïcode  & Söhne", "倉庫", "x" * 120)
    for name in names:
        program = add_program(name, Role.STAFF, by=world["ines"], at=at)
        user = program.user
        local, _at, domain = user.email.partition("@")
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*-[0-9a-f]{8}", local), local
        assert domain == f"programs.{world.tenant.slug}.invalid"
        assert (user.is_service, user.has_usable_password(), user.name) == (True, False, name)
        assert (program.role, program.tenant_id) == ("staff", world.tenant.pk)
        event = Event.objects.filter(kind="tenant.member_added").latest("at", "id")
        assert event.facts == {"member": str(program.pk), "user": str(user.pk), "role": "staff"}
    assert {member.user.name for member in programs()} == set(names)


@pytest.mark.parametrize("role", Role.values)
def test_a_program_is_staff_or_an_auditor(world: World, at: datetime, role: str) -> None:
    person, admin = NewPerson("crm@vendor.example", "ERP", is_service=True), world["ines"]
    if role in ("staff", "auditor"):
        assert add_program("CRM", role, by=admin, at=at).role == role
        assert add_member(person, role, by=admin, at=at).role == role
        return
    with pytest.raises(Invalid, match="role: A program is staff or an auditor"):
        add_program("CRM", role, by=admin, at=at)
    with pytest.raises(Invalid, match="role: A program is staff or an auditor"):
        add_member(person, role, by=admin, at=at)
    assert programs() == []


@pytest.mark.parametrize(
    ("name", "role", "field"),
    [
        ("", "staff", "name"),
        ("x" * 121, "staff", "name"),
        ("crm CONNECTION", "staff", "name"),
        ("ERP", "king", "role"),
    ],
)
def test_what_is_no_program_is_refused(
    world: World, at: datetime, program: Membership, name: str, role: str, field: str
) -> None:
    with pytest.raises(Invalid) as told:
        add_program(name, role, by=world["ines"], at=at)
    assert set(told.value.errors) == {field}
    assert programs() == [program]


@pytest.mark.parametrize("who", ["tom", "pavel", "ruth", "anna"])
def test_only_an_admin_adds_a_program(world: World, at: datetime, who: str) -> None:
    with pytest.raises(Refused, match="Only an admin"):
        add_program("CRM", Role.STAFF, by=world[who], at=at)
    assert programs() == []


def test_a_program_is_no_colleague_no_admin_and_signs_in_nowhere(
    world: World, at: datetime, program: Membership
) -> None:
    user = program.user
    assert program not in colleagues(Role.values)
    assert user.pk not in admin_ids()
    with world.scope(user_id=user.pk):
        user.set_password("a long password")
        user.save(update_fields=["password"])
    backend = EmailBackend()
    assert backend.authenticate(None, email=user.email, password="a long password") is None
    assert backend.get_user(user.pk) is None
