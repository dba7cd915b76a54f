"""Calendars as JSON: read, refused with the field at fault, written back."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from ladder.worktime import CalendarError, Interval, Rules
from tests.ladder.random_calendars import Example, examples

HOUR = 3600
HOURS = [["09:00", "17:00"]]


def data(**changes: Any) -> dict[str, Any]:
    return {"timezone": "Europe/Berlin", "weekly": {"mon": HOURS}, **changes}


def test_reading() -> None:
    rules = Rules.from_json(
        {
            "timezone": "Europe/Berlin",
            "weekly": {"mon": [["13:00", "17:30"], ["09:00", "12:00:30"]], "sun": []},
            "holidays": ["2026-12-25", "2026-12-25"],
            "exceptions": {"2026-12-31": [], "2026-12-24": [["22:00", "06:00"]]},
        }
    )
    monday = (Interval(9 * HOUR, 12 * HOUR + 30), Interval(13 * HOUR, 17 * HOUR + 1800))
    assert rules == Rules(
        timezone="Europe/Berlin",
        weekly=(monday, (), (), (), (), (), ()),
        holidays=frozenset({date(2026, 12, 25)}),
        exceptions=(
            (date(2026, 12, 24), (Interval(22 * HOUR, 30 * HOUR),)),
            (date(2026, 12, 31), ()),
        ),
    )
    assert len({rules, Rules.from_json(rules.to_json())}) == 1


@pytest.mark.parametrize(
    ("pair", "start", "end"),
    [
        (["00:00", "24:00"], 0, 24),
        (["00:00", "24:00:00"], 0, 24),
        (["22:00", "24:00"], 22, 24),
        (["22:00", "00:00"], 22, 24),
        (["22:00", "06:00"], 22, 30),
        (("09:00:00", "17:00"), 9, 17),
    ],
)
def test_hours(pair: list[str], start: int, end: int) -> None:
    rules = Rules.from_json(data(weekly={"tue": [pair]}))
    assert rules.weekly[1] == (Interval(start * HOUR, end * HOUR),)


def test_writing_in_order() -> None:
    exceptions = {"2026-12-31": [], "2026-12-24": [["22:00", "06:00"]]}
    rules = Rules.from_json(
        data(
            weekly={"sun": [["20:00", "24:00"], ["09:00:05", "12:00"]]},
            holidays=["2026-12-26", "2026-12-25"],
            exceptions=exceptions,
        )
    )
    assert json.dumps(rules.to_json()) == json.dumps(
        {
            "timezone": "Europe/Berlin",
            "weekly": {
                "mon": [],
                "tue": [],
                "wed": [],
                "thu": [],
                "fri": [],
                "sat": [],
                "sun": [["09:00:05", "12:00"], ["20:00", "24:00"]],
            },
            "holidays": ["2026-12-25", "2026-12-26"],
            "exceptions": {"2026-12-24": [["22:00", "06:00"]], "2026-12-31": []},
        }
    )


@settings(max_examples=60, deadline=None)
@given(examples())
def test_round_trip(example: Example) -> None:
    rules = Rules.from_json(example.calendar)
    assert Rules.from_json(json.loads(json.dumps(rules.to_json()))) == rules


def test_always() -> None:
    rules = Rules.always("Asia/Tokyo")
    assert rules.to_json()["weekly"] == {
        day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    }
    assert Rules.always().timezone == "UTC"


ZONE = "Must be the name of an IANA time zone."
TIMES = "Times are written like 09:00, from 00:00 to 24:00."
PAIR = 'Hours are written like ["09:00", "17:00"].'
DATES = "Dates are written like 2026-12-24."
YEARS = "Dates must lie in the years 1900 to 2200."
EMPTY = "A calendar needs opening hours."
MANY = [["09:00", "17:00"]] * 49
DAYS = [str(date.fromordinal(700_000 + n)) for n in range(5_001)]


@pytest.mark.parametrize(
    ("calendar", "field", "reason"),
    [
        (None, "calendar", "Must be an object."),
        ([], "calendar", "Must be an object."),
        ("UTC", "calendar", "Must be an object."),
        ({"weekly": {"mon": HOURS}}, "timezone", "Is missing."),
        ({"timezone": "UTC"}, "weekly", "Is missing."),
        (data(name="x"), "name", "There is no such field in a calendar."),
        (data(timezone="Europe/Atlantis"), "timezone", ZONE),
        (data(timezone="Europe"), "timezone", ZONE),
        (data(timezone="../etc/passwd"), "timezone", ZONE),
        (data(timezone="/etc/localtime"), "timezone", ZONE),
        (data(timezone="localtime"), "timezone", ZONE),
        (data(timezone="right/UTC"), "timezone", ZONE),
        (data(timezone="Factory"), "timezone", ZONE),
        (data(timezone=""), "timezone", ZONE),
        (data(timezone="x\x00y"), "timezone", ZONE),
        (data(timezone="\ud800"), "timezone", ZONE),
        (data(timezone="A" * 5_000), "timezone", ZONE),
        (data(timezone=1), "timezone", ZONE),
        (data(weekly=[]), "weekly", "Must be an object."),
        (
            data(weekly={"Mon": HOURS}),
            "weekly.Mon",
            "Weekdays are mon, tue, wed, thu, fri, sat, sun.",
        ),
        (data(weekly={"mon": "09:00-17:00"}), "weekly.mon", "Must be a list."),
        (data(weekly={"mon": MANY}), "weekly.mon", "Must not hold more than 48 entries."),
        (data(weekly={"mon": ["09:00-17:00"]}), "weekly.mon[0]", PAIR),
        (data(weekly={"mon": [["09:00"]]}), "weekly.mon[0]", PAIR),
        (data(weekly={"mon": [*HOURS, ["9:00", "17:00"]]}), "weekly.mon[1]", TIMES),
        (data(weekly={"mon": [["09:00", "24:01"]]}), "weekly.mon[0]", TIMES),
        (data(weekly={"mon": [["24:00", "09:00"]]}), "weekly.mon[0]", TIMES),
        (data(weekly={"mon": [["09:60", "17:00"]]}), "weekly.mon[0]", TIMES),
        (data(weekly={"mon": [["09:00", "17:00:60"]]}), "weekly.mon[0]", TIMES),
        (data(weekly={"mon": [["09:00", 17]]}), "weekly.mon[0]", TIMES),
        (data(weekly={"mon": [["09:00", "17:00\n"]]}), "weekly.mon[0]", TIMES),
        (
            data(weekly={"mon": [["09:00", "09:00"]]}),
            "weekly.mon[0]",
            "Hours cannot end when they start.",
        ),
        (data(weekly={}), "weekly", EMPTY),
        (data(weekly={"mon": []}, exceptions={"2026-12-24": []}), "weekly", EMPTY),
        (data(holidays={}), "holidays", "Must be a list."),
        (data(holidays=["2026-12-24", "24.12."]), "holidays[1]", DATES),
        (data(holidays=["20261224"]), "holidays[0]", DATES),
        (data(holidays=[20261224]), "holidays[0]", DATES),
        (data(holidays=["2026-02-30"]), "holidays[0]", "There is no such date."),
        (data(holidays=["1899-12-31"]), "holidays[0]", YEARS),
        (data(holidays=DAYS), "holidays", "Must not hold more than 5000 entries."),
        (data(exceptions=[]), "exceptions", "Must be an object."),
        (data(exceptions={"2201-01-01": []}), "exceptions.2201-01-01", YEARS),
        (data(exceptions={"tomorrow": []}), "exceptions.tomorrow", DATES),
        (
            data(exceptions={"2026-12-24": MANY}),
            "exceptions.2026-12-24",
            "Must not hold more than 48 entries.",
        ),
        (
            data(exceptions={"2026-12-24": [["a", "b"]]}),
            "exceptions.2026-12-24[0]",
            TIMES,
        ),
        (
            data(exceptions={day: [] for day in DAYS}),
            "exceptions",
            "Must not hold more than 5000 entries.",
        ),
    ],
)
def test_refusals_name_the_field(calendar: object, field: str, reason: str) -> None:
    with pytest.raises(CalendarError) as caught:
        Rules.from_json(calendar)
    assert (caught.value.field, caught.value.reason) == (field, reason)
    assert str(caught.value) == f"{field}: {reason}"


def test_the_largest_calendar() -> None:
    rules = Rules.from_json(
        data(weekly={"mon": MANY[1:]}, holidays=DAYS[1:], exceptions={day: [] for day in DAYS[1:]})
    )
    assert (len(rules.weekly[0]), len(rules.holidays), len(rules.exceptions)) == (48, 5000, 5000)


WEEK = ((Interval(0, HOUR),),) * 7


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"timezone": "Europe/Atlantis", "weekly": WEEK}, "timezone"),
        ({"timezone": "UTC", "weekly": WEEK[1:]}, "weekly"),
        ({"timezone": "UTC", "weekly": ((),) * 7}, "weekly"),
        ({"timezone": "UTC", "weekly": WEEK, "holidays": frozenset({date.min})}, "holidays"),
        (
            {"timezone": "UTC", "weekly": WEEK, "exceptions": ((date.max, ()),)},
            "exceptions.9999-12-31",
        ),
    ],
)
def test_rules_made_directly_are_checked_too(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(CalendarError) as caught:
        Rules(**fields)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (-1, 60),
        (60, 60),
        (60, 59),
        (86_400, 86_401),
        (0, 86_401),
        (3_600, 90_000),
    ],
)
def test_intervals_are_checked(start: int, end: int) -> None:
    with pytest.raises(CalendarError) as caught:
        Interval(start, end)
    assert caught.value.field == "interval"


def test_longest_intervals() -> None:
    assert Interval(0, 86_400) < Interval(1, 86_400) < Interval(3_600, 89_999)
