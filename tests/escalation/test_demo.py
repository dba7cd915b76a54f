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

from cases.models import Case, Clock, Party
from escalation import demo
from escalation.demo.builder import build
from escalation.demo.cast import FJORDSOUND, QUELLWERK
from escalation.demo.moments import days_ago, minutes_ago, workday
from escalation.demo.signins import keep_signins, read_signins, write_signins
from escalation.demo.stage import arm, stage_of
from ladder.checking import Checker
from ladder.defaults.regions import REGIONS
from ladder.models import Ladder, Level, Seat
from ladder.queries import holder_of
from partners.models import Region
from tenants.models import Membership, Tenant, User
from tenants.queries import memberships_of, tenant_at
from tenants.scope import act_in, identify
from tenants.tokens import find_token

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
WEDNESDAY = datetime(2026, 11, 25, 9, 12, 30, tzinfo=UTC)
# Whatever the day and the hour: a working day, its night, a weekend, holidays, a new year.
STARTS = [
    WEDNESDAY,
    datetime(2026, 11, 24, 23, 5, tzinfo=UTC),
    datetime(2026, 11, 22, 3, 30, tzinfo=UTC),
    datetime(2026, 12, 28, 8, 0, tzinfo=UTC),
    datetime(2027, 1, 1, 0, 5, tzinfo=UTC),
    datetime(2027, 3, 29, 20, 45, tzinfo=UTC),
]
FIRST_FOUR = ("channel manager", "regional manager", "executive sponsor", "partner")


@pytest.fixture(autouse=True)
def demo_folder(settings: Any, tmp_path: Path) -> Path:
    """Keep the sign-ins of each test in a folder of its own."""
    settings.DATA_DIR, settings.DEMO = tmp_path, True
    settings.PUBLIC_URL = "http://127.0.0.1:8123"
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


CHANNEL, REGIONAL, SPONSOR = "Channel manager", "Regional manager", "Executive sponsor"
OPEN_CASES = [
    ("in_progress", "s2", SPONSOR, "Marianne Voss"),
    ("in_progress", "s1", SPONSOR, "Marianne Voss"),
    ("new", "s3", CHANNEL, "Tom Brandt"),
    ("new", "s2", CHANNEL, "Tom Brandt"),
]
EARLIER = {
    ("closed", "s3", CHANNEL, "Tom Brandt"),
    ("closed", "s4", CHANNEL, "Grace Doyle"),
    ("decided", "s3", REGIONAL, "Petra Winkler"),
    ("withdrawn", "s4", CHANNEL, "Tom Brandt"),
    ("in_progress", "s4", CHANNEL, "Omar Haddad"),
    ("resolved", "s3", CHANNEL, "Grace Doyle"),
    ("in_progress", "s3", REGIONAL, "Petra Winkler"),
    ("in_progress", "s3", CHANNEL, "Grace Doyle"),
}


@pytest.mark.parametrize("at", STARTS, ids=lambda at: f"{at:%a-%d-%b-%H%M}")
def test_the_story_holds_whenever_it_starts(at: datetime) -> None:
    tenants = build(at)
    with act_in(tenants["quellwerk"].pk):
        case = arm(stage_of(QUELLWERK), at)
        assert case is not None
        assert (case.due_kind, case.due_at) == ("response", at + timedelta(seconds=60))
    found = states(tenants["quellwerk"])
    assert found[-4:] == OPEN_CASES
    assert set(found[:-4]) == EARLIER
    assert len(found) == 13
    for tenant in tenants.values():
        with act_in(tenant.pk):
            assert not Clock.objects.filter(state="breached").exists()
            assert not Clock.objects.filter(state="running", due_at__lte=at).exists()
            opened = list(Case.objects.order_by("number").values_list("opened_at", flat=True))
            assert opened[:12] == sorted(opened[:12])


def test_the_other_vendor_has_three_cases() -> None:
    tenants = build(WEDNESDAY)
    assert sorted(states(tenants["fjordsound"])) == [
        ("closed", "s4", "Partner manager", "Nils Berge"),
        ("new", "s3", "Partner manager", "Nils Berge"),
        ("withdrawn", "s4", "Partner manager", "Nils Berge"),
    ]
    with act_in(tenants["fjordsound"].pk):
        levels = list(Level.objects.values_list("name", flat=True))
        assert levels == ["Partner manager", "Head of sales"]
        assert list(Checker(WEDNESDAY).failing()) == []


def test_every_level_is_held_everywhere_and_nobody_is_a_stopgap() -> None:
    for tenant in build(WEDNESDAY).values():
        with act_in(tenant.pk):
            assert not Seat.objects.filter(provisional=True).exists()
            for level in Level.objects.all():
                for region in Region.objects.all():
                    assert holder_of(level.pk, region.pk, None).owner_id is not None


def test_who_holds_what_at_quellwerk() -> None:
    with act_in(build(WEDNESDAY)["quellwerk"].pk):
        names = dict(Ladder.objects.values_list("name", "pk"))
        assert sorted(names) == [
            "Administrative",
            "Integrity",
            "Open deals, day and night",
            "Strategic",
        ]
        regions = {region.slug: region.pk for region in Region.objects.all()}

        def owners(ladder: str, region: str) -> list[str]:
            people = dict(Membership.objects.values_list("user_id", "user__name"))
            levels = Level.objects.filter(ladder_id=names[ladder]).order_by("position")
            held = [holder_of(level.pk, regions[region], None).owner_id for level in levels]
            return [people[owner] for owner in held if owner]

        sponsor, board = "Marianne Voss", "Henrik Aas"
        assert owners("Administrative", "dach") == ["Tom Brandt", "Petra Winkler", sponsor, board]
        assert owners("Administrative", "gulf") == ["Omar Haddad", "Daniel Cho", sponsor, board]
        assert owners("Administrative", "na")[0] == "Grace Doyle"
        assert owners("Strategic", "iberia") == ["Petra Winkler", sponsor, board]
        assert owners("Integrity", "uk") == ["Ruth Adeyemi", board, sponsor]
        assert list(Checker(WEDNESDAY).failing()) == []


def test_the_case_that_falls_due_concerns_both_resellers() -> None:
    with act_in(build(WEDNESDAY)["quellwerk"].pk):
        case = arm(stage_of(QUELLWERK), WEDNESDAY)
        assert case is not None
        assert case.title == "Two registrations for the Klinikum Isartal network"
        assert (str(case.amount), case.currency, case.impact_score) == ("180000", "EUR", 51)
        parties = Party.objects.filter(case=case).order_by("role")
        assert [(p.partner.name, p.role) for p in parties] == [
            ("Alpenwerk", "complainant"),
            ("Rheintor", "respondent"),
        ]
        above = case.ladder.levels.get(position=2)
        holder = holder_of(above.pk, case.region_id, case.category_id)
        assert User.objects.get(pk=holder.owner_id).name == "Petra Winkler"


def test_the_first_start_prints_who_can_sign_in(demo_folder: Path) -> None:
    printed = seed(WEDNESDAY).splitlines()
    kept = json.loads((demo_folder / "demo.json").read_text())
    assert printed[0] == "Quellwerk Networks (/t/quellwerk/)"
    for user in (*kept["users"], *kept["other_tenant"]["users"]):
        assert sum(user["email"] in line and user["password"] in line for line in printed) >= 1
    assert printed[-2] == f"Sign-ins and API tokens: {demo_folder / 'demo.json'}"
    assert printed[-1] == "ESC-2026-0013 is with Tom Brandt and falls due in a minute."


def test_what_is_kept_in_the_file(demo_folder: Path) -> None:
    seed(WEDNESDAY)
    path = demo_folder / "demo.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = json.loads(path.read_text())
    assert set(kept) == {"url", "tenant", "api_token", "users", "other_tenant"}
    assert (kept["url"], kept["tenant"]) == ("http://127.0.0.1:8123", "quellwerk")
    emails = {user["role"]: user["email"] for user in kept["users"]}
    assert len(emails) == len(kept["users"]) == 18
    assert {role: emails[role] for role in (*FIRST_FOUR, "other partner", "admin", "auditor")} == {
        "channel manager": "tom.brandt@quellwerk.example",
        "regional manager": "petra.winkler@quellwerk.example",
        "executive sponsor": "marianne.voss@quellwerk.example",
        "partner": "anna.huber@alpenwerk.example",
        "other partner": "marc.thielen@rheintor.example",
        "admin": "ines.falk@quellwerk.example",
        "auditor": "pavel.novak@quellwerk.example",
    }
    other = kept["other_tenant"]
    assert set(other) == {"tenant", "api_token", "users"}
    assert other["tenant"] == "fjordsound"
    assert len(other["users"]) == 6
    for user in (*kept["users"], *other["users"]):
        assert set(user) == {"role", "email", "password", "token"}


def test_passwords_and_tokens_let_their_people_in(demo_folder: Path) -> None:
    seed(WEDNESDAY)
    kept = read_signins(demo_folder / "demo.json")
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
        assert len(program.token.scopes) == 6


def test_jonas_is_a_member_of_both(demo_folder: Path) -> None:
    seed(WEDNESDAY)
    with identify(email="jonas.reuter@quellwerk.example"):
        jonas = User.objects.get(email="jonas.reuter@quellwerk.example")
    slugs = [member.tenant.slug for member in memberships_of(jonas.pk)]
    assert slugs == ["fjordsound", "quellwerk"]
    kept = read_signins(demo_folder / "demo.json")
    own = [
        u for part in (kept, kept["other_tenant"]) for u in part["users"] if "jonas" in u["email"]
    ]
    assert len({user["password"] for user in own}) == 1
    assert len({user["token"] for user in own}) == 2


def test_starting_again_at_once_changes_nothing(demo_folder: Path) -> None:
    seed(WEDNESDAY)
    before = (demo_folder / "demo.json").read_bytes(), states(tenant_at("quellwerk"))
    printed = seed(WEDNESDAY + timedelta(seconds=20))
    assert printed == f"Sign-ins and API tokens: {demo_folder / 'demo.json'}\n"
    after = (demo_folder / "demo.json").read_bytes(), states(tenant_at("quellwerk"))
    assert after == before


def test_a_later_start_opens_one_more_case(demo_folder: Path) -> None:
    seed(WEDNESDAY)
    later = WEDNESDAY + timedelta(minutes=5)
    assert seed(later).endswith("ESC-2026-0014 is with Tom Brandt and falls due in a minute.\n")
    with act_in(tenant_at("quellwerk").pk):
        case = Case.objects.get(number="ESC-2026-0014")
        assert case.title == "Two quotes for the town library of Rosenheim"
        assert (case.severity, case.due_at) == ("s2", later + timedelta(seconds=60))
    seed(later + timedelta(minutes=5))
    assert len(states(tenant_at("quellwerk"))) == 15


def test_a_lost_file_is_made_again_and_the_old_tokens_end(demo_folder: Path) -> None:
    seed(WEDNESDAY)
    path = demo_folder / "demo.json"
    old = read_signins(path)
    path.unlink()
    assert "tom.brandt@quellwerk.example" in seed(WEDNESDAY)
    new = read_signins(path)
    assert {u["password"] for u in new["users"]} & {u["password"] for u in old["users"]} == set()
    found = find_token(f"Bearer {new['api_token']}", WEDNESDAY)
    assert found is not None
    with pytest.raises(Exception, match="This token is not known"):
        find_token(f"Bearer {old['api_token']}", WEDNESDAY)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"api_token": 7}', '{"other_tenant": []}'])
def test_a_damaged_file_is_made_again(demo_folder: Path, text: str) -> None:
    tenants = build(WEDNESDAY)
    path = demo_folder / "demo.json"
    path.write_text(text)
    kept = keep_signins(path, tenants, "http://localhost:1", WEDNESDAY)
    assert kept.is_new
    assert read_signins(path) == kept.signins


def test_another_address_is_noted(demo_folder: Path) -> None:
    tenants = build(WEDNESDAY)
    path = demo_folder / "demo.json"
    first = keep_signins(path, tenants, "http://localhost:1", WEDNESDAY)
    second = keep_signins(path, tenants, "http://localhost:2", WEDNESDAY)
    assert (first.is_new, second.is_new) == (True, False)
    assert read_signins(path) == {**first.signins, "url": "http://localhost:2"}


def test_the_buttons_of_the_sign_in_page(demo_folder: Path) -> None:
    tenants = build(WEDNESDAY)
    keep_signins(demo_folder / "demo.json", tenants, "http://localhost:1", WEDNESDAY)
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


@pytest.mark.parametrize(
    ("moment", "instant"),
    [
        (minutes_ago(50), datetime(2026, 11, 25, 8, 22, 30, tzinfo=UTC)),
        (workday(1, "10:20"), datetime(2026, 11, 24, 9, 20, tzinfo=UTC)),
        (workday(3, "16:30"), datetime(2026, 11, 20, 15, 30, tzinfo=UTC)),
        (days_ago(3, "09:00"), datetime(2026, 11, 20, 8, 0, tzinfo=UTC)),
        (days_ago(200, "09:00"), datetime(2026, 5, 8, 7, 0, tzinfo=UTC)),
        # 2026-10-03 is a Saturday and a holiday.
        (days_ago(53, "09:00"), datetime(2026, 10, 2, 7, 0, tzinfo=UTC)),
    ],
)
def test_moments(moment: Any, instant: datetime) -> None:
    assert moment.instant(WEDNESDAY, REGIONS[0].rules(2026)) == instant


def test_both_vendors_know_an_alpenwerk() -> None:
    names = [{c.slug for c in vendor.companies} for vendor in (QUELLWERK, FJORDSOUND)]
    assert names[0] & names[1] == {"alpenwerk"}
