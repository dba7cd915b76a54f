"""The policy over the API: calendars and what windows on them come to, ladders, categories."""

from typing import Any
from uuid import uuid4

import pytest

from ladder.models import CalendarVersion, Category, Ladder
from tests.api import Program, company, pointers, refused
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db
NINE_TO_FIVE = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
NEW_YORK: dict[str, Any] = {"timezone": "America/New_York", "weekly": NINE_TO_FIVE}
EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = {
    "timezone": "America/New_York",
    "weekly": {day: [["00:00", "24:00"]] for day in EVERY_DAY},
}
NIGHTS = {
    "timezone": "America/New_York",
    "weekly": {day: [["00:00", "08:00"]] for day in EVERY_DAY},
}
CHRISTMAS = {**NEW_YORK, "exceptions": {"2026-12-24": [["09:00", "12:00"]], "2026-12-25": []}}
THANKSGIVING = {**NEW_YORK, "holidays": ["2026-11-26"]}
RIYADH = {
    "timezone": "Asia/Riyadh",
    "weekly": {day: [["09:00", "17:00"]] for day in ("sun", "mon", "tue", "wed", "thu")},
}


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


@pytest.fixture
def admin(vendor: World) -> Program:
    """Ines's program."""
    return Program(vendor, "ines")


# --- What a window comes to -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calendar", "start", "window", "due"),
    [
        (NEW_YORK, "2026-10-30T16:30:00-04:00", "PT1H", "2026-11-02T14:30:00Z"),
        (NEW_YORK, "2026-10-30T16:00:00-04:00", "PT1H", "2026-10-30T21:00:00Z"),
        (ALWAYS, "2026-10-31T12:00:00-04:00", "PT24H", "2026-11-01T16:00:00Z"),
        (ALWAYS, "2026-03-07T12:00:00-05:00", "PT24H", "2026-03-08T17:00:00Z"),
        (NIGHTS, "2026-03-08T00:00:00-05:00", "PT8H", "2026-03-09T05:00:00Z"),
        (CHRISTMAS, "2026-12-23T15:00:00-05:00", "PT8H", "2026-12-28T17:00:00Z"),
        (RIYADH, "2026-11-26T15:00:00+03:00", "PT4H", "2026-11-29T08:00:00Z"),
    ],
)
def test_the_table_of_due_times(
    vendor: World, calendar: dict[str, Any], start: str, window: str, due: str
) -> None:
    asked = {"calendar": calendar, "start": start, "window": window}
    found = Program(vendor, "pavel").post("calendars/preview/", asked)
    assert found["due_at"] == due
    counted = sum(step["counted_seconds"] for step in found["steps"])
    assert counted == found["target_seconds"]


def test_a_pause_does_not_count_and_says_so(vendor: World) -> None:
    asked = {
        "calendar": THANKSGIVING,
        "start": "2026-11-25T10:00:00-05:00",
        "window": "PT8H",
        "pauses": [{"start": "2026-11-25T16:00:00-05:00", "end": "2026-11-27T10:00:00-05:00"}],
    }
    found = Program(vendor, "tom").post("calendars/preview/", asked)
    assert found["due_at"] == "2026-11-27T17:00:00Z"
    assert [step["why"] for step in found["steps"]] == ["open", "pause", "open"]


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"window": "P1DT2H"}, "/window"),
        ({"window": "PT0S"}, "/window"),
        ({"start": "2026-11-25"}, "/start"),
        ({"start": "1850-01-01T00:00:00Z"}, "/start"),
        ({"calendar": str(uuid4())}, "/calendar"),
        ({"calendar": "Hours"}, "/calendar"),
        ({"calendar": 5}, "/calendar"),
        ({"calendar": {"timezone": "UTC"}}, "/calendar/weekly"),
        ({"calendar": {**NEW_YORK, "colour": 1}}, "/calendar/colour"),
        ({"calendar": {**NEW_YORK, "timezone": "Mars"}}, "/calendar/timezone"),
        ({"calendar": {**NEW_YORK, "weekly": {"mon": [["9", "17"]]}}}, "/calendar/weekly/mon/0"),
        (
            {"pauses": [{"start": "2026-11-25T16:00:00Z", "end": "2026-11-25T15:00:00Z"}]},
            "/pauses/0/end",
        ),
    ],
)
def test_what_cannot_be_worked_out_is_refused_where_it_stands(
    vendor: World, given: dict[str, Any], where: str
) -> None:
    asked = {"calendar": NEW_YORK, "start": "2026-11-25T15:00:00Z", "window": "PT1H", **given}
    answer = Program(vendor, "tom").ask("post", "calendars/preview/", asked)
    assert list(pointers(answer)) == [where]


# --- Calendars ------------------------------------------------------------------------------------


def test_a_calendar_is_published_and_its_next_version_is_for_new_clocks(
    vendor: World, admin: Program
) -> None:
    made = admin.ask("post", "calendars/", {"name": "NY", **CHRISTMAS})
    found = made.json()
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert found["exceptions"] == CHRISTMAS["exceptions"]
    assert found["weekly"]["sat"] == []
    here = f"calendars/{found['id']}/"
    assert admin.get(here) == found
    shorter = {"name": "NY", **NEW_YORK}
    refused(admin.ask("put", here, shorter, If_Match='"2"'), 412)
    assert admin.put(here, shorter, If_Match='"1"')["version"] == 2
    assert admin.put(here, shorter)["version"] == 2
    with vendor.scope():
        assert CalendarVersion.objects.filter(calendar_id=found["id"]).count() == 2
    for name in ("NY", "Other"):
        wrong = admin.ask(
            "post" if name == "NY" else "put",
            here if name != "NY" else "calendars/",
            {"name": name, **NEW_YORK},
        )
        assert list(pointers(wrong)) == ["/name"]


def test_hours_that_cannot_be_are_refused(admin: Program) -> None:
    for given, where in (
        ({"weekly": {}}, "/weekly"),
        ({"weekly": {"mon": [["09:00"]]}}, "/weekly/mon/0"),
        ({"holidays": ["2026-13-01"]}, "/holidays/0"),
        ({"timezone": "localtime"}, "/timezone"),
        ({"weekly": {"mon.tue[0]": []}}, "/weekly/mon.tue[0]"),
        ({"exceptions": {"24.12.2026": []}}, "/exceptions/24.12.2026"),
        ({"exceptions": {"2026-12-32": []}}, "/exceptions/2026-12-32"),
    ):
        answer = admin.ask("post", "calendars/", {"name": "NY", **NEW_YORK, **given})
        found = list(pointers(answer))
        assert len(found) == 1
        assert found[0].startswith(where), given


# --- Ladders --------------------------------------------------------------------------------------


def ladder(world: World, **others: Any) -> dict[str, Any]:
    """Return a ladder of two levels to publish."""
    levels = [
        {
            "position": position,
            "name": f"Level {position}",
            "holder": world[name].user.email,
            "response_window": "PT4H",
            "decision_window": "PT8H",
            "authority": {"amount": "5000.50", "currency": "EUR", "kinds": ["fee"]},
        }
        for position, name in ((1, "tom"), (2, "petra"))
    ]
    return {"name": "Deals", "total_window": "PT100H", "levels": levels, **others}


def test_a_ladder_is_published_read_and_changed(vendor: World, admin: Program) -> None:
    made = admin.ask("post", "ladders/", ladder(vendor))
    found = made.json()
    assert made.status_code == 201
    assert (found["calendar"], found["flags"]) == (None, [])
    assert found["levels"][0]["authority"]["amount"] == "5000.5"
    assert [level["holder"] for level in found["levels"]] == [
        vendor[name].user.email for name in ("tom", "petra")
    ]
    here = f"ladders/{found['id']}/"
    assert admin.get(here) == found
    # What was read can be sent back as it is.
    again = {k: v for k, v in found.items() if k not in ("id", "flags")}
    same = admin.ask("put", here, again, If_Match=made.headers["ETag"])
    assert (same.status_code, same.json()) == (200, found)
    shorter = {**ladder(vendor), "levels": ladder(vendor)["levels"][:1]}
    after = admin.ask("put", here, shorter, If_Match=made.headers["ETag"])
    assert len(after.json()["levels"]) == 1
    refused(admin.ask("put", here, shorter, If_Match=made.headers["ETag"]), 412)
    wrong = admin.ask("put", here, {**shorter, "name": "Other"})
    assert list(pointers(wrong)) == ["/name"]
    assert list(pointers(admin.ask("post", "ladders/", ladder(vendor)))) == ["/name"]


def test_windows_of_seconds_are_allowed_and_flagged(vendor: World, admin: Program) -> None:
    given = ladder(vendor)
    for level in given["levels"]:
        level |= {"response_window": "PT5S", "decision_window": "PT10S"}
    made = admin.post("ladders/", given)
    assert made["flags"] == ["short_windows"]
    assert made["levels"][0]["response_window"] == "PT5S"


def test_a_ladder_that_leaves_no_time_is_refused_with_the_case_that_shows_it(
    vendor: World, admin: Program
) -> None:
    answer = admin.ask("post", "ladders/", ladder(vendor, total_window="PT1H"))
    said = pointers(answer)
    assert list(said) == ["/total_window"]
    assert "passes its total" in said["/total_window"]
    assert [found["name"] for found in admin.get("ladders/")["results"]] == ["Standard"]


def test_several_hold_a_level(vendor: World, admin: Program) -> None:
    given = ladder(vendor)
    tom, petra = (vendor[name].user.email for name in ("tom", "petra"))
    first = given["levels"][0]
    first.pop("holder")
    first["seats"] = [
        {"user": tom, "backup": petra, "region": "dach"},
        {"user": petra, "rank": 2},
    ]
    made = admin.post("ladders/", given)["levels"][0]
    assert (made["holder"], made["backup"]) == (tom, petra)
    assert [(s["user"], s["region"], s["rank"]) for s in made["seats"]] == [
        (tom, "dach", 1),
        (petra, None, 2),
    ]
    given["name"], first["holder"] = "Another", petra
    assert list(pointers(admin.ask("post", "ladders/", given))) == ["/levels/0/seats"]


@pytest.mark.parametrize(
    ("second", "where"),
    [
        ({"user": "nobody@acme.example"}, "/levels/1/seats/1/user"),
        ({"user": "TOM", "backup": "nobody@acme.example"}, "/levels/1/seats/1/backup"),
        ({"user": "TOM", "backup": "TOM"}, "/levels/1/seats/1"),
        ({"user": "TOM", "region": "mars"}, "/levels/1/seats/1/region"),
        ({"user": "TOM", "rank": 1}, "/levels/1/seats/1"),
    ],
)
def test_who_holds_a_level_is_refused_where_it_was_sent(
    vendor: World, admin: Program, second: dict[str, Any], where: str
) -> None:
    emails = {name: vendor[name].user.email for name in ("tom", "petra")}
    seat = {k: emails["tom"] if v == "TOM" else v for k, v in {"rank": 2, **second}.items()}
    given = ladder(vendor)
    given["levels"][1].pop("holder")
    given["levels"][1]["seats"] = [{"user": emails["petra"]}, seat]
    assert list(pointers(admin.ask("post", "ladders/", given))) == [where]


def test_what_is_wrong_with_another_ladder_is_about_the_whole(
    vendor: World, admin: Program
) -> None:
    with vendor.scope():
        Ladder.objects.filter(pk=vendor.ladder.pk).update(total_window="PT1H")  # type: ignore[union-attr]
    said = pointers(admin.ask("post", "ladders/", ladder(vendor)))
    assert list(said) == [""]
    assert "passes its total" in said[""]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"holder": "nobody@acme.example"}, "/levels/1/holder"),
        ({"holder": "no mail"}, "/levels/1/holder"),
        ({"response_window": "soon"}, "/levels/1/response_window"),
        ({"decision_window": "P1DT2H"}, "/levels/1/decision_window"),
        ({"position": 3}, "/levels/1/position"),
        ({"thresholds": [90, 50]}, "/levels/1/thresholds"),
        ({"authority": {"amount": -1}}, "/levels/1/authority/amount"),
        ({"authority": {"colour": 1}}, "/levels/1/authority/colour"),
        ({"authority": {"kinds": ["fee", "gift"]}}, "/levels/1/authority/kinds/1"),
        ({"authority": {"kinds": ["price_101_points"]}}, "/levels/1/authority/kinds/0"),
        ({"authority": {"currency": "eur"}}, "/levels/1/authority/currency"),
        ({"authority": {"currency": "XXX"}}, "/levels/1/authority/currency"),
        ({"seats": [{"user": "nobody@acme.example"}], "holder": None}, "/levels/1/holder"),
    ],
)
def test_what_is_wrong_in_a_ladder_is_refused_where_it_stands(
    vendor: World, admin: Program, change: dict[str, Any], where: str
) -> None:
    given = ladder(vendor)
    given["levels"][1] |= change
    assert list(pointers(admin.ask("post", "ladders/", given))) == [where]


def test_a_calendar_that_is_not_there_is_refused(vendor: World, admin: Program) -> None:
    answer = admin.ask("post", "ladders/", ladder(vendor, calendar=str(uuid4())))
    assert list(pointers(answer)) == ["/calendar"]


def test_staff_read_the_rules_and_do_not_publish_them(vendor: World) -> None:
    tom = Program(vendor, "tom")
    assert len(tom.get("ladders/")["results"]) == 1
    said = refused(tom.ask("post", "ladders/", ladder(vendor)), 403)["detail"]
    assert said == "Only an admin of the programme can change the policy."


# --- Categories -----------------------------------------------------------------------------------


def test_a_partner_reads_what_it_may_log_and_nothing_that_is_the_vendors(vendor: World) -> None:
    fields = [
        {"name": "reg_no", "label": "Number", "type": "text", "required": True},
        {"name": "stage", "label": "Stage", "type": "choice", "choices": [["won", "Won"]]},
        {"name": "rival", "label": "Rival", "type": "text", "private": True},
    ]
    with vendor.scope():
        Category.objects.filter(slug="lead-routing").update(fields=fields)
        Category.objects.create(
            tenant=vendor.tenant,
            slug="integrity",
            name="Integrity",
            category_class="strategic",
            confidentiality="sealed",
        )
    seen = {c["slug"]: c for c in Program(vendor, "tom").get("categories/")["results"]}
    own = {c["slug"]: c for c in company(vendor, "anna", "alpenwerk").get("categories/")["results"]}
    assert set(seen) - set(own) == {"integrity"}
    assert [f["name"] for f in seen["lead-routing"]["fields"]] == ["reg_no", "stage", "rival"]
    assert [f["name"] for f in own["lead-routing"]["fields"]] == ["reg_no", "stage"]
    assert own["lead-routing"]["fields"][1]["choices"] == ["won"]
