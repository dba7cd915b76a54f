"""The demo: its story holds whenever it starts, and starting again changes nothing but one case."""

import json
import stat
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from cases.models import Case, Party
from escalation import demo
from escalation.demo.builder import build
from escalation.demo.cast import FJORDSOUND, QUELLWERK
from escalation.demo.signins import keep_signins, read_signins, write_signins
from escalation.demo.stage import arm, stage_of
from ladder.checking import Checker
from ladder.models import Ladder, Level, Seat
from ladder.queries import holder_of
from partners.models import Region
from tenants.models import Membership, Tenant, User
from tenants.queries import memberships_of, tenant_at
from tenants.scope import act_in, identify
from tenants.scopes import ALL_SCOPES
from tenants.tokens import BadToken, find_token

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
WEDNESDAY = datetime(2026, 11, 25, 9, 12, 30, tzinfo=UTC)
ROLES = {
    "channel manager": "tom.brandt@quellwerk.example",
    "regional manager": "petra.winkler@quellwerk.example",
    "executive sponsor": "marianne.voss@quellwerk.example",
    "partner": "anna.huber@alpenwerk.example",
    "other partner": "marc.thielen@rheintor.example",
    "admin": "ines.falk@quellwerk.example",
    "auditor": "pavel.novak@quellwerk.example",
}


@pytest.fixture(autouse=True)
def demo_folder(settings: Any, tmp_path: Path) -> Path:
    """Keep the sign-ins of each test in a folder of its own."""
    settings.DATA_DIR, settings.DEMO = tmp_path, True
    settings.PUBLIC_URL = "http://127.0.0.1:8123"
    # Two dozen passwords a test: the real one takes its time on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return tmp_path


def seed(at: datetime) -> str:
    """Run the command at an instant; return what it prints."""
    out = StringIO()
    with time_machine.travel(at, tick=False):
        call_command("seed_demo", stdout=out)
    return out.getvalue()


def states(tenant: Tenant) -> list[tuple[str, str, str, str]]:
    """Return each case of a tenant: where it stands, how severe it is, on whom it waits."""
    with act_in(tenant.pk):
        cases = Case.objects.select_related("owner", "level").order_by("number")
        return [
            (case.status, case.severity, case.level.name, case.owner.name if case.owner else "")
            for case in cases
        ]


def test_who_sits_where_and_what_waits() -> None:
    tenants = build(WEDNESDAY)
    for tenant in tenants.values():
        with act_in(tenant.pk):
            every_level_is_held_everywhere()
            assert list(Checker(WEDNESDAY).failing()) == []
    with act_in(tenants["quellwerk"].pk):
        quellwerks_seats()
        the_case_that_falls_due()
    assert sorted(states(tenants["fjordsound"])) == [
        ("closed", "s4", "Partner manager", "Nils Berge"),
        ("new", "s3", "Partner manager", "Nils Berge"),
        ("withdrawn", "s4", "Partner manager", "Nils Berge"),
    ]
    with act_in(tenants["fjordsound"].pk):
        levels = list(Level.objects.values_list("name", flat=True))
        assert levels == ["Partner manager", "Head of sales"]


def every_level_is_held_everywhere() -> None:
    assert not Seat.objects.filter(provisional=True).exists()
    for level in Level.objects.all():
        for region in Region.objects.all():
            assert holder_of(level.pk, region.pk, None, WEDNESDAY).owner_id is not None


def quellwerks_seats() -> None:
    names = dict(Ladder.objects.values_list("name", "pk"))
    assert sorted(names) == [
        "Administrative",
        "Integrity",
        "Open deals, day and night",
        "Strategic",
    ]
    regions = {region.slug: region.pk for region in Region.objects.all()}
    people = dict(Membership.objects.values_list("user_id", "user__name"))

    def owners(ladder: str, region: str, at: datetime = WEDNESDAY) -> list[str]:
        levels = Level.objects.filter(ladder_id=names[ladder]).order_by("position")
        held = [holder_of(level.pk, regions[region], None, at).owner_id for level in levels]
        return [people[owner] for owner in held if owner]

    sponsor, board = "Marianne Voss", "Henrik Aas"
    assert owners("Administrative", "dach") == ["Tom Brandt", "Petra Winkler", sponsor, board]
    # Omar Haddad is away until three days from now.
    assert owners("Administrative", "gulf") == ["Grace Doyle", "Daniel Cho", sponsor, board]
    back = owners("Administrative", "gulf", WEDNESDAY + timedelta(days=3))
    assert back == ["Omar Haddad", "Daniel Cho", sponsor, board]
    assert owners("Administrative", "na")[0] == "Grace Doyle"
    assert owners("Strategic", "iberia") == ["Petra Winkler", sponsor, board]
    assert owners("Integrity", "uk") == ["Ruth Adeyemi", board, sponsor]


def the_case_that_falls_due() -> None:
    case = arm(stage_of(QUELLWERK), WEDNESDAY)
    assert case is not None
    assert case.title == "Two registrations for the Klinikum Isartal network"
    assert (str(case.amount), case.currency, case.impact_score) == ("180000", "EUR", 35)
    assert (case.source, case.opened_by.name) == ("portal", "Anna Huber")
    parties = Party.objects.filter(case=case).order_by("role")
    assert [(p.partner.name, p.role, p.title) for p in parties] == [
        ("Alpenwerk", "complainant", "Two registrations for the Klinikum Isartal network"),
        ("Rheintor", "respondent", "Deal registration"),
    ]
    above = case.ladder.levels.get(position=2)
    holder = holder_of(above.pk, case.region_id, case.category_id, WEDNESDAY)
    names = dict(Membership.objects.values_list("user_id", "user__name"))
    assert holder.owner_id is not None
    assert names[holder.owner_id] == "Petra Winkler"


def test_the_first_start_makes_sign_ins_that_work(demo_folder: Path) -> None:
    printed = seed(WEDNESDAY).splitlines()
    path = demo_folder / "demo.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = json.loads(path.read_text())
    what_is_printed(printed, kept, path)
    what_is_kept(kept)
    what_lets_people_in(kept)
    jonas_is_in_both(kept)


def what_is_printed(printed: list[str], kept: dict[str, Any], path: Path) -> None:
    assert printed[0] == "Quellwerk Networks (/t/quellwerk/)"
    for user in (*kept["users"], *kept["other_tenant"]["users"]):
        lines = [line for line in printed if user["email"] in line]
        assert lines
        assert all(line.endswith(f"  {user['password']}") for line in lines)
    assert printed[-2] == f"Sign-ins and API tokens: {path}"
    assert printed[-1] == "ESC-2026-0015 is with Tom Brandt and falls due in five minutes."


def what_is_kept(kept: dict[str, Any]) -> None:
    assert set(kept) == {"url", "tenant", "api_token", "users", "other_tenant"}
    assert (kept["url"], kept["tenant"]) == ("http://127.0.0.1:8123", "quellwerk")
    emails = {user["role"]: user["email"] for user in kept["users"]}
    assert len(emails) == len(kept["users"]) == 18
    assert {role: emails[role] for role in ROLES} == ROLES
    other = kept["other_tenant"]
    assert set(other) == {"tenant", "api_token", "users"}
    assert (other["tenant"], len(other["users"])) == ("fjordsound", 6)
    for user in (*kept["users"], *other["users"]):
        assert set(user) == {"role", "email", "password", "token"}


def what_lets_people_in(kept: dict[str, Any]) -> None:
    for part in (kept, kept["other_tenant"]):
        tenant = tenant_at(part["tenant"])
        for user in part["users"]:
            with identify(email=user["email"]):
                assert User.objects.get(email=user["email"]).check_password(user["password"])
            found = find_token(f"Bearer {user['token']}", WEDNESDAY)
            assert found is not None
            assert (found.member.user.email, found.token.tenant_id) == (user["email"], tenant.pk)
            assert (found.partner_id is not None) == (found.member.role == "partner")
        program = find_token(f"Bearer {part['api_token']}", WEDNESDAY)
        assert program is not None
        assert (program.member.user.is_service, program.member.role) == (True, "staff")
        assert tuple(program.token.scopes) == ALL_SCOPES


def jonas_is_in_both(kept: dict[str, Any]) -> None:
    with identify(email="jonas.reuter@quellwerk.example"):
        jonas = User.objects.get(email="jonas.reuter@quellwerk.example")
    slugs = [member.tenant.slug for member in memberships_of(jonas.pk)]
    assert slugs == ["fjordsound", "quellwerk"]
    users = [*kept["users"], *kept["other_tenant"]["users"]]
    own = [user for user in users if user["email"] == jonas.email]
    assert len({user["password"] for user in own}) == 1
    assert len({user["token"] for user in own}) == 2


def test_starting_again_changes_nothing_but_one_case(demo_folder: Path) -> None:
    seed(WEDNESDAY)
    path = demo_folder / "demo.json"
    before = path.read_bytes(), states(tenant_at("quellwerk"))
    printed = seed(WEDNESDAY + timedelta(seconds=20))
    assert printed == f"Sign-ins and API tokens: {path}\n"
    assert (path.read_bytes(), states(tenant_at("quellwerk"))) == before
    later = WEDNESDAY + timedelta(minutes=6)
    falls_due = "ESC-2026-0016 is with Tom Brandt and falls due in five minutes.\n"
    assert seed(later).endswith(falls_due)
    with act_in(tenant_at("quellwerk").pk):
        case = Case.objects.get(number="ESC-2026-0016")
        assert case.title == "Two quotes for the town library of Rosenheim"
        assert (case.severity, case.due_at) == ("s2", later + timedelta(minutes=5))
    seed(later + timedelta(minutes=6))
    assert len(states(tenant_at("quellwerk"))) == 17
    assert path.read_bytes() == before[0]


def test_sign_ins_mend_themselves(demo_folder: Path) -> None:
    seed(WEDNESDAY)
    path = demo_folder / "demo.json"
    tenants = build(WEDNESDAY)
    old = read_signins(path)
    path.unlink()
    assert "tom.brandt@quellwerk.example" in seed(WEDNESDAY)
    new = read_signins(path)
    assert not {u["password"] for u in new["users"]} & {u["password"] for u in old["users"]}
    assert find_token(f"Bearer {new['api_token']}", WEDNESDAY) is not None
    with pytest.raises(BadToken, match="This token is not known"):
        find_token(f"Bearer {old['api_token']}", WEDNESDAY)
    for text in ("", "{", "[]", '{"api_token": 7}', '{"other_tenant": []}'):
        path.write_text(text)
        kept = keep_signins(path, tenants, "http://localhost:1", WEDNESDAY)
        assert kept.is_new
        assert read_signins(path) == kept.signins
    moved = keep_signins(path, tenants, "http://localhost:2", WEDNESDAY)
    assert not moved.is_new
    assert read_signins(path) == {**kept.signins, "url": "http://localhost:2"}


def test_the_buttons_of_the_sign_in_page(demo_folder: Path) -> None:
    users = [{"email": person.email} for person in QUELLWERK.everybody]
    others = [{"email": person.email} for person in FJORDSOUND.everybody]
    write_signins(demo_folder / "demo.json", {"users": users, "other_tenant": {"users": others}})
    groups = demo.people()
    assert [(group["title"], len(group["people"])) for group in groups] == [
        ("Quellwerk Networks, the vendor", 11),
        ("Its partners", 6),
        ("Neutral", 1),
        ("Fjordsound Audio, another vendor", 5),
    ]
    assert groups[0]["people"][0] == {
        "name": "Tom Brandt",
        "initials": "TB",
        "line": "Channel manager, DACH",
        "try": "Answer Alpenwerk about the Klinikum Isartal network, or watch the case climb.",
        "value": "tom.brandt@quellwerk.example",
    }


def test_outside_demo_mode_there_are_no_buttons(demo_folder: Path, settings: Any) -> None:
    write_signins(demo_folder / "demo.json", {"users": [{"email": QUELLWERK.people[0].email}]})
    assert demo.people() != []
    settings.DEMO = False
    assert demo.people() == []
    settings.DEMO = True
    (demo_folder / "demo.json").unlink()
    assert demo.people() == []


def test_a_tenant_for_real() -> None:
    out = StringIO()
    arguments = {"admin": "Ada@acme.example", "admin_name": "Ada Byron", "stdout": out}
    call_command("create_tenant", "acme", "Acme Ltd", **arguments)
    first, second = out.getvalue().splitlines()
    assert first == "Created Acme Ltd at /t/acme/ with the default policy."
    start, _comma, rest = second.partition(", password ")
    password = rest.removesuffix(" (shown this once).")
    assert (start, len(password)) == ("Admin ada@acme.example", 19)
    with act_in(tenant_at("acme").pk):
        ada = Membership.objects.select_related("user").get()
        assert (ada.role, ada.user.name) == ("admin", "Ada Byron")
        assert ada.user.check_password(password)
        assert set(Seat.objects.values_list("user_id", "provisional")) == {(ada.user_id, True)}
        assert list(Checker(WEDNESDAY).failing()) == []
    with pytest.raises(CommandError, match=r"^slug: There is a tenant at this address already.$"):
        call_command("create_tenant", "acme", "Acme Ltd", **arguments)


def test_a_refused_admin_leaves_the_address_free() -> None:
    with pytest.raises(CommandError, match=r"^email: This is not an e-mail address.$"):
        call_command("create_tenant", "acme", "Acme", admin="ada", admin_name="Ada")
    call_command(
        "create_tenant",
        "acme",
        "Acme",
        admin="ada@acme.example",
        admin_name="Ada",
        stdout=StringIO(),
    )
    with act_in(tenant_at("acme").pk):
        assert Ladder.objects.count() == 3


def test_an_admin_with_an_account_keeps_its_password() -> None:
    for slug in ("acme", "bcme"):
        out = StringIO()
        call_command("create_tenant", slug, slug, admin="a@a.example", admin_name="Ada", stdout=out)
    assert out.getvalue().endswith("Admin a@a.example, with the password they have already.\n")
