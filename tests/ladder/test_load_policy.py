"""Putting a policy in force: by the verb and by the command, all of it or nothing."""

import json
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from journal.models import Event
from ladder.actions import install_defaults, load_policy, publish_calendar
from ladder.checking import Checker
from ladder.models import (
    Calendar,
    CalendarVersion,
    Category,
    Ladder,
    Level,
    Programme,
    RegionCalendar,
    Route,
    Seat,
)
from ladder.policy_file import parse_policy
from ladder.queries import find_route, holder_of
from ladder.worktime import Rules
from partners.models import Region, Tier
from tenants.actions import NewPerson, add_member
from tenants.errors import Invalid, NotAllowed
from tenants.models import Membership, Role, Tenant
from tenants.scope import act_in
from tests.escalation.browsing import browser
from tests.factories import OPENED, World, make_world
from tests.ladder.policies import good, spoiled, written


def add_people(world: World, at: datetime) -> None:
    """Give the people of the policy files their accounts."""
    for name, role in (
        ("tom", Role.STAFF),
        ("petra", Role.STAFF),
        ("marianne", Role.STAFF),
        ("pavel", Role.AUDITOR),
    ):
        person = NewPerson(f"{name}@vendor.example", name.title())
        world.people[name] = add_member(person, role, by=None, at=at)


@pytest.fixture
def staffed(world: World, at: datetime) -> World:
    add_people(world, at)
    return world


def load(data: bytes, at: datetime, by: Membership | None = None) -> None:
    load_policy(parse_policy(data), by=by, at=at)


def refused(data: bytes, at: datetime) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        load(data, at)
    return caught.value.errors


def everything() -> list[Any]:
    """Return all rows of the policy, to see that nothing was half written."""
    kinds = (Calendar, CalendarVersion, Ladder, Level, Seat, Route)
    return [list(kind.objects.order_by("pk").values()) for kind in kinds]


def test_a_level_is_urgent_where_it_is_written_and_the_rules_say_so(
    staffed: World, at: datetime
) -> None:
    policy = good()
    policy["ladders"][0]["levels"][1]["urgent"] = True
    load(written(policy), at)
    levels = Level.objects.filter(ladder__name="Trial").order_by("position")
    assert list(levels.values_list("urgent", flat=True)) == [False, True]
    shown = browser(staffed, "ines").get(reverse("policy", args=[staffed.tenant.slug]))
    assert shown.content.decode().count("reminders are mailed outside working hours too") == 1
    load(written(good()), at)
    assert not levels.filter(urgent=True).exists()


def test_a_policy_comes_into_force(staffed: World, at: datetime) -> None:
    load(written(good()), at, by=staffed["ines"])
    ladder = Ladder.objects.get(name="Trial")
    assert (ladder.calendar and ladder.calendar.name, ladder.total_window) == ("Always", "PT2M")
    first, second = Level.objects.filter(ladder=ladder)
    assert (first.response_window, first.decision_window, first.veto_window) == (
        "PT5S",
        "PT20S",
        "PT3S",
    )
    assert (str(first.authority_amount), first.authority_currency) == ("5000.5000", "CHF")
    assert first.authority_kinds == ["lead"]
    assert (second.authority_amount, str(second.authority_quarter)) == (None, "70000.0000")
    assert second.thresholds == [40, 80]
    seats = Seat.objects.filter(level=second).select_related("user", "backup", "region")
    assert [
        (s.user.name, s.backup and s.backup.name, s.region and s.region.slug, s.rank)
        for s in seats.order_by("rank")
    ] == [("Petra", None, "dach", 1), ("Marianne", "Petra", None, 2)]


def test_the_matrix_is_replaced_and_used(staffed: World, at: datetime) -> None:
    load(written(good()), at)
    lead, territory = staffed.categories["lead-routing"], staffed.categories["territory"]
    dach, gold = Region.objects.get(slug="dach"), Tier.objects.get(slug="gold")
    first = find_route(lead, "s1", dach, gold)
    assert (first.position, first.start_position) == (1, 2)
    assert first.windows == {"total": "PT1M", "veto": "PT2S", "steps": [{"response": "PT4S"}]}
    assert first.owner_id == staffed["tom"].user_id
    assert find_route(lead, "s2", dach, gold).position == 2
    assert find_route(territory, "s1", dach, None).position == 2
    assert Route.objects.filter(retired_at=None).count() == 2


def test_a_case_keeps_the_line_it_took(staffed: World, at: datetime) -> None:
    case = staffed.case()
    load(written(good()), at)
    case.refresh_from_db()
    assert case.route == staffed.route
    assert [route.pk for route in Route.objects.filter(retired_at=at)] == [case.route_id]
    later = staffed.case()
    assert later.ladder.name == "Trial"
    assert later.owner_id == staffed["tom"].user_id


def test_loading_it_twice_changes_nothing_but_the_lines(staffed: World, at: datetime) -> None:
    load(written(good()), at)
    before = everything()
    load(written(good()), at)
    after = everything()
    assert after[:3] == before[:3]  # calendars, their versions, ladders
    assert [row["id"] for row in after[3]] == [row["id"] for row in before[3]]
    assert Route.objects.filter(retired_at=None).count() == 2


def test_a_calendar_gets_a_version_only_when_its_hours_change(staffed: World, at: datetime) -> None:
    load(written({"calendars": good()["calendars"]}), at)
    load(written({"calendars": good()["calendars"]}), at)
    assert CalendarVersion.objects.filter(calendar__name="Office").count() == 1
    load(spoiled("calendars[0].weekly.mon[0][1]", "18:00"), at)
    numbers = CalendarVersion.objects.filter(calendar__name="Office").order_by("number")
    assert list(numbers.values_list("number", flat=True)) == [1, 2]
    assert CalendarVersion.objects.filter(calendar__name="Always").count() == 1


def test_it_is_on_the_trail_once(staffed: World, at: datetime) -> None:
    load(written(good()), at, by=staffed["ines"])
    event = Event.objects.get(kind="policy.loaded")
    assert (event.at, event.by_id) == (at, staffed["ines"].user_id)
    assert event.facts == {
        "calendars": [
            str(Calendar.objects.get(name="Office").pk),
            str(Calendar.objects.get(name="Always").pk),
        ],
        "ladders": [str(Ladder.objects.get(name="Trial").pk)],
        "routes": 2,
        "habits": {},
    }


@pytest.mark.parametrize("name", ["tom", "pavel", "ruth"])
def test_only_an_admin_may(staffed: World, at: datetime, name: str) -> None:
    with pytest.raises(NotAllowed, match="Only an admin of the programme can change the policy"):
        load(written(good()), at, by=staffed[name])


@pytest.mark.parametrize(
    ("path", "value", "place", "reason"),
    [
        (
            "ladders[0].levels[0].holder",
            "nobody@vendor.example",
            "ladders[0].levels[0].holder",
            "nobody@vendor.example is not a member of this tenant.",
        ),
        (
            "ladders[0].levels[0].backup",
            "nobody@vendor.example",
            "ladders[0].levels[0].backup",
            "nobody@vendor.example is not a member of this tenant.",
        ),
        (
            "ladders[0].levels[1].holder[0].user",
            "pavel@vendor.example",
            "ladders[0].levels[1].holder[0].user",
            "pavel@vendor.example may not work on cases here: active staff only.",
        ),
        (
            "ladders[0].levels[1].holder[1].category",
            "gossip",
            "ladders[0].levels[1].holder[1].category",
            "gossip is not the slug of a category.",
        ),
        (
            "ladders[0].levels[1].holder[0].region",
            "mars",
            "ladders[0].levels[1].holder[0].region",
            "mars is not the slug of a region.",
        ),
        (
            "ladders[0].calendar",
            "Lunar",
            "ladders[0].calendar",
            "Lunar is not a calendar of this tenant or of this file.",
        ),
        ("matrix[0].category", "gossip", "matrix[0].category", None),
        ("matrix[0].region", "mars", "matrix[0].region", "mars is not the slug of a region."),
        ("matrix[0].tier", "tin", "matrix[0].tier", "tin is not the slug of a tier."),
        (
            "matrix[1].ladder",
            "Rope",
            "matrix[1].ladder",
            "Rope is not a ladder of this tenant or of this file.",
        ),
        (
            "matrix[0].owner",
            "nobody@vendor.example",
            "matrix[0].owner",
            "nobody@vendor.example is not a member of this tenant.",
        ),
        (
            "matrix[0].start_level",
            3,
            "matrix[0].start_level",
            "The ladder Trial has no level 3 that takes cases.",
        ),
        (
            "matrix[0].steps",
            [{"response_window": "PT4S"}] * 2,
            "matrix[0].steps",
            "A case can be on 1 levels of the ladder Trial only.",
        ),
    ],
)
def test_what_does_not_fit_the_tenant_is_refused_whole(
    staffed: World, at: datetime, path: str, value: object, place: str, reason: str | None
) -> None:
    before = everything()
    found = refused(spoiled(path, value), at)
    assert found == {place: reason or "gossip is not the slug of a category."}
    assert everything() == before
    assert not Event.objects.filter(kind="policy.loaded").exists()


def test_a_person_of_another_vendor_is_nobody_here(world: World, at: datetime) -> None:
    other = make_world("elsewhere")
    with other.scope():
        add_people(other, at)
    assert refused(written(good()), at)["ladders[0].levels[0].holder"] == (
        "tom@vendor.example is not a member of this tenant."
    )


def test_a_ladder_that_cannot_be_climbed_in_time(staffed: World, at: datetime) -> None:
    data = good()
    data["ladders"][0]["total_window"] = "PT19S"
    del data["matrix"][0]["total_window"], data["matrix"][0]["steps"]
    assert refused(written(data), at) == {
        "ladders[0].total_window": (
            "A case opened Wed 2026-11-25 09:00:00 UTC that every level acknowledges and none"
            " decides passes its total on Wed 2026-11-25 09:00:19 UTC, before it reaches level 2"
            " of its route on Wed 2026-11-25 09:00:20 UTC. The hours are those of the calendar"
            " Always."
        )
    }


def test_a_line_whose_windows_cannot_be_climbed_in_time(staffed: World, at: datetime) -> None:
    data = good()
    data["ladders"][0]["total_window"] = "P9D"
    data["matrix"][0].update({"start_level": 1, "total_window": "PT1H"})
    data["matrix"][0]["steps"] = [{"response_window": "PT2H", "decision_window": "P2D"}]
    found = refused(written(data), at)
    assert list(found) == ["matrix[0].total_window"]
    assert found["matrix[0].total_window"].startswith("A case opened Wed 2026-11-25 09:00 UTC")


def test_a_ladder_without_a_line_is_checked_too(staffed: World, at: datetime) -> None:
    data = {"ladders": good()["ladders"], "calendars": good()["calendars"]}
    data["ladders"][0]["total_window"] = "PT1S"
    assert list(refused(written(data), at)) == ["ladders[0].total_window"]


def test_the_hours_of_every_region_count(staffed: World, at: datetime) -> None:
    sparse = Rules.from_json({"timezone": "UTC", "weekly": {"sat": [["09:00", "10:00"]]}})
    version = publish_calendar("Saturdays", sparse, by=None, at=at)
    RegionCalendar.objects.create(
        tenant=staffed.tenant, region=Region.objects.get(), calendar=version.calendar
    )
    data = good()
    del data["ladders"][0]["calendar"]
    for level in data["ladders"][0]["levels"]:
        level["decision_window"] = "P1D"
    data["ladders"][0]["total_window"] = "PT30M"
    del data["matrix"][0]
    found = refused(written(data), at)
    assert list(found) == ["ladders[0].total_window"]
    assert "The hours are those of the calendar" in found["ladders[0].total_window"]


def test_a_calendar_with_too_few_hours(staffed: World, at: datetime) -> None:
    data = spoiled(
        "calendars[1]",
        {
            "name": "Always",
            "timezone": "UTC",
            "weekly": {},
            "exceptions": {"2026-12-01": [["09:00", "09:01"]]},
        },
    )
    found = refused(data, at)
    assert set(found) == {"ladders[0].total_window", "matrix[0].total_window"}
    assert all(reason.endswith("calendar Always.") for reason in found.values())


def test_a_level_goes_only_if_no_case_has_been_on_it(staffed: World, at: datetime) -> None:
    load(written(good()), at)
    shorter = good()
    del shorter["ladders"][0]["levels"][1], shorter["matrix"][0]
    load(written(shorter), at)
    assert Level.objects.filter(ladder__name="Trial").count() == 1
    load(written(good()), at)
    staffed.case()
    staffed.case(severity="s1", partner=golden(staffed))
    before = everything()
    assert refused(written(shorter), at) == {
        "ladders[0].levels": "Level 2 (Second) cannot go: cases have been on it."
    }
    assert everything() == before


def golden(world: World) -> Any:
    """Return a partner that takes the first line."""
    partner = world.partners["alpenwerk"]
    partner.tier = Tier.objects.get(slug="gold")
    partner.save()
    return partner


def test_a_shorter_ladder_must_still_hold_the_lines_that_stay(staffed: World, at: datetime) -> None:
    load(written(good()), at)
    shorter = good()
    del shorter["ladders"][0]["levels"][1], shorter["matrix"]
    assert refused(written(shorter), at) == {
        "ladders[0].levels": "The ladder Trial has no level 2 that takes cases."
    }


def test_the_ladder_of_seconds_is_climbed(staffed: World, at: datetime) -> None:
    load(written(good()), at)
    case = staffed.case(at=at)
    windows = case.clocks.order_by("kind").values_list("kind", "target_seconds")
    assert list(windows) == [("decision", 20), ("response", 5), ("total", 120)]


def test_defaults_of_a_new_tenant(db: None, at: datetime) -> None:
    tenant = Tenant(slug="fresh", name="Fresh")
    with act_in(tenant.pk):
        tenant.save(force_insert=True)
        admin = add_member(NewPerson("ada@fresh.example", "Ada"), Role.ADMIN, by=None, at=at)
        install_defaults("Programme", by=admin, at=at)
        assert Programme.objects.get().calendar.name == "DACH"
        assert Category.objects.count() == 12
        assert Route.objects.count() == 39
        assert sorted(Ladder.objects.values_list("name", flat=True)) == [
            "Administrative",
            "Integrity",
            "Strategic",
        ]
        seats = Seat.objects.values_list("user_id", "provisional")
        assert list(seats) == [(admin.user_id, True)] * 10
        for level in Level.objects.all():
            assert holder_of(level.pk, None, None, OPENED).owner_id == admin.user_id
        regions = RegionCalendar.objects.order_by("region__slug")
        assert [(r.region.slug, r.calendar.name) for r in regions] == [
            ("dach", "DACH"),
            ("gulf", "Gulf"),
            ("iberia", "Iberia"),
            ("na", "North America"),
            ("uk", "United Kingdom"),
        ]
        assert list(Checker(at).failing()) == []
        with pytest.raises(Invalid, match="has its programme already"):
            install_defaults("Programme", by=admin, at=at)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
class TestCommand:
    """`load_policy FILE --tenant SLUG`."""

    def run(self, path: Path, tenant: str) -> str:
        out = StringIO()
        call_command("load_policy", str(path), tenant=tenant, stdout=out)
        return out.getvalue()

    def test_it_says_what_is_in_force(self, tmp_path: Path, at: datetime) -> None:
        world = make_world()
        with world.scope():
            add_people(world, at)
        path = tmp_path / "policy.json"
        path.write_bytes(written(good()))
        assert self.run(path, world.tenant.slug) == (
            f"In force now at {world.tenant.slug}: 2 calendars, 1 ladder, 2 lines of the matrix.\n"
        )
        with world.scope():
            assert Ladder.objects.filter(name="Trial").exists()

    def test_a_refusal_is_one_line_a_field(self, tmp_path: Path) -> None:
        world = make_world()
        path = tmp_path / "policy.json"
        path.write_bytes(spoiled("matrix[0].severity", "s9"))
        with pytest.raises(CommandError) as caught:
            self.run(path, world.tenant.slug)
        assert str(caught.value) == "matrix[0].severity: Must be one of s1, s2, s3, s4."
        with world.scope():
            assert not Ladder.objects.filter(name="Trial").exists()

    def test_no_such_tenant(self, tmp_path: Path) -> None:
        path = tmp_path / "policy.json"
        path.write_text(json.dumps(good()))
        with pytest.raises(CommandError, match=r"^tenant: There is no tenant at “nowhere”.$"):
            self.run(path, "nowhere")

    def test_no_such_file(self, tmp_path: Path) -> None:
        world = make_world()
        with pytest.raises(CommandError, match=r"^file: Cannot be opened: No such file"):
            self.run(tmp_path / "missing.json", world.tenant.slug)
        with pytest.raises(CommandError, match=r"^file: Cannot be opened: Is a directory"):
            self.run(tmp_path, world.tenant.slug)


HABITS = {
    "close_after_days": 20,
    "pause_cap_days": 5,
    "floor_window": "PT2H",
    "update_window": "P3D",
}


def test_the_habits_of_a_programme_are_set_and_what_is_left_out_stays(
    world: World, at: datetime
) -> None:
    load(json.dumps({"programme": HABITS}).encode(), at)
    assert Programme.objects.values(*HABITS).get() == HABITS
    assert Event.objects.latest("id").facts["habits"] == HABITS
    load(b'{"programme": {"update_window": null}}', at)
    assert Programme.objects.values(*HABITS).get() == {**HABITS, "update_window": ""}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"pause_cap_days": 0}, "programme.pause_cap_days"),
        ({"close_after_days": "ten"}, "programme.close_after_days"),
        ({"floor_window": "PT0S"}, "programme.floor_window"),
        ({"update_window": "P1W"}, "programme.update_window"),
        ({"name": "Another"}, "programme.name"),
    ],
)
def test_habits_that_cannot_be_are_refused_by_field(
    world: World, at: datetime, wrong: dict[str, Any], field: str
) -> None:
    before = Programme.objects.values().get()
    assert list(refused(json.dumps({"programme": {**HABITS, **wrong}}).encode(), at)) == [field]
    assert Programme.objects.values().get() == before
