"""Reading a policy file: what it says, and every refusal with its field and reason."""

import json
from decimal import Decimal

import pytest

from ladder.durations import Window
from ladder.policy import LadderEntry, LevelEntry, Policy, RouteEntry, SeatEntry
from ladder.policy_file import parse_policy
from tenants.errors import Invalid
from tests.ladder.policies import good, spoiled, written

SECOND = Window(seconds=1)
KINDS = (
    "Must be one of protection, late_claim, lead, service_credit, fee, split, price, funds,"
    " true_up, terms, exclusivity, tier, or price_5_points for a price of at most 5 percent."
)


def errors_of(data: bytes) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        parse_policy(data)
    return caught.value.errors


def test_a_good_file() -> None:
    policy = parse_policy(written(good()))
    assert [calendar.name for calendar in policy.calendars] == ["Office", "Always"]
    assert policy.calendars[0].rules.to_json()["exceptions"] == {"2026-12-25": []}
    assert policy.ladders == (
        LadderEntry(
            "Trial",
            Window(seconds=120),
            (
                LevelEntry(
                    1,
                    "First",
                    Window(seconds=5),
                    Window(seconds=20),
                    (SeatEntry("tom@vendor.example", "petra@vendor.example"),),
                    veto=Window(seconds=3),
                    amount=Decimal("5000.50"),
                    currency="CHF",
                    kinds=("lead",),
                ),
                LevelEntry(
                    2,
                    "Second",
                    Window(seconds=5),
                    Window(seconds=20),
                    (
                        SeatEntry("petra@vendor.example", region="dach"),
                        SeatEntry(
                            "marianne@vendor.example",
                            "petra@vendor.example",
                            category="territory",
                            rank=2,
                        ),
                    ),
                    responsibilities="Decides.",
                    thresholds=(40, 80),
                    amount=None,
                    quarter=Decimal(70_000),
                ),
            ),
            calendar="Always",
        ),
    )
    assert policy.matrix == (
        RouteEntry(
            "Trial",
            category="lead-routing",
            severity="s1",
            region="dach",
            tier="gold",
            start=2,
            windows={"total": "PT1M", "veto": "PT2S", "steps": [{"response": "PT4S"}]},
            owner="tom@vendor.example",
            backup="petra@vendor.example",
        ),
        RouteEntry("Trial"),
    )


def test_each_part_may_stand_alone() -> None:
    assert parse_policy(b'{"matrix": [{"ladder": "A"}]}') == Policy(matrix=(RouteEntry("A"),))
    assert parse_policy(b'{"calendars": []}') == Policy()


def test_what_is_not_said_has_its_default() -> None:
    level = {
        "name": "Only",
        "holder": "a@b.example",
        "response_window": "PT1H",
        "decision_window": "P1D",
    }
    data = {"ladders": [{"name": "L", "total_window": "P3D", "levels": [level]}]}
    ladder = parse_policy(written(data)).ladders[0]
    seats = (SeatEntry("a@b.example"),)
    only = LevelEntry(1, "Only", Window(seconds=3600), Window(days=1), seats)
    assert ladder == LadderEntry("L", Window(days=3), (only,))
    assert only.amount == 0
    assert (only.veto, only.thresholds) == (Window(seconds=4 * 3600), (50, 75, 90))


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("ladders[0].levels[1].response_window", "PT0S", "A window cannot be zero."),
        ("ladders[0].levels[1].response_window", "P0D", "A window cannot be zero."),
        ("ladders[0].levels[0].decision_window", 4, "A window is a text like PT4H or P2D."),
        (
            "ladders[0].total_window",
            "P1DT2H",
            "Days and hours cannot be mixed: write P2D or PT16H.",
        ),
        ("ladders[0].levels[0].veto_window", "-PT1H", "A window cannot be negative."),
        ("ladders[0].levels[0].holder", ..., "Is missing."),
        ("ladders[0].levels[0].holder", None, "Is missing."),
        ("ladders[0].levels[1].holder", [], "A level needs somebody who holds it."),
        ("ladders[0].levels[0].holder", "tom", "Must be an e-mail address."),
        ("ladders[0].levels[0].holder", 7, "Must be a text."),
        ("ladders[0].levels[1].holder[0].rank", 0, "Must be a whole number from 1 to 1000."),
        ("ladders[0].levels[1].holder[0].rank", True, "Must be a whole number from 1 to 1000."),
        ("ladders[0].levels[1].holder[0].user", ..., "Is missing."),
        (
            "ladders[0].levels[1].backup",
            "tom@vendor.example",
            "Name the backup beside each holder of the list.",
        ),
        ("ladders[0].levels", [], "A ladder needs at least one level."),
        ("ladders[0].levels", {}, "Must be a list."),
        (
            "ladders[0].levels[1].position",
            3,
            "Levels stand in order, from 1, without gaps.",
        ),
        ("ladders[0].levels[0].name", " ", "Must be a text."),
        ("ladders[0].levels[0].name", "x" * 81, "At most 80 characters."),
        ("ladders[0].levels[0].name", "a\x00b", "Contains a character that cannot be stored."),
        ("ladders[0].levels[0].name", "a\nb", "Contains a character that cannot be stored."),
        ("ladders[0].levels[0].name", "\ud800", "Contains a character that cannot be stored."),
        ("ladders[0].levels[0].thresholds", [90, 50], "Percentages in ascending order, each once."),
        ("ladders[0].levels[1].thresholds[0]", 100, "Must be a whole number from 1 to 99."),
        ("ladders[0].levels[0].concessions_only", "yes", "Must be true or false."),
        ("ladders[0].levels[0].urgent", "yes", "Must be true or false."),
        ("ladders[0].levels[0].hours", 4, "There is no such field."),
        (
            "ladders[0].levels[0].authority.amount",
            -1,
            "Must be an amount of zero or more, with at most four decimals.",
        ),
        (
            "ladders[0].levels[0].authority.amount",
            "NaN",
            "Must be an amount of zero or more, with at most four decimals.",
        ),
        (
            "ladders[0].levels[0].authority.amount",
            10**14,
            "Must be an amount of zero or more, with at most four decimals.",
        ),
        (
            "ladders[0].levels[0].authority.amount",
            0.00001,
            "Must be an amount of zero or more, with at most four decimals.",
        ),
        (
            "ladders[0].levels[0].authority.currency",
            "eur",
            "Must be a currency's three capital letters, like EUR.",
        ),
        (
            "ladders[0].levels[0].authority.currency",
            "XXX",
            "Must be a currency's three capital letters, like EUR.",
        ),
        *(
            (
                "ladders[0].levels[0].authority.kinds[0]",
                name,
                KINDS,
            )
            for name in ("gift", "Lead", "price_0_points", "price_101_points", "price_5_points_off")
        ),
        ("ladders[0].levels[0].authority.kinds", "lead", "Must be a list."),
        ("calendars[0].timezone", "Mars/Base", "Must be the name of an IANA time zone."),
        ("calendars[0].weekly", {}, "A calendar needs opening hours."),
        (
            "calendars[0].weekly.mon[0]",
            ["9", "17:00"],
            "Times are written like 09:00, from 00:00 to 24:00.",
        ),
        (
            "calendars[0].weekly.mo",
            [],
            "Weekdays are mon, tue, wed, thu, fri, sat, sun.",
        ),
        (
            "calendars[0].exceptions.0001-01-01",
            [],
            "Dates must lie in the years 1900 to 2200.",
        ),
        (
            "calendars[0].exceptions.9999-12-31",
            [["09:00", "12:00"]],
            "Dates must lie in the years 1900 to 2200.",
        ),
        ("calendars[0].exceptions.2026-02-30", [], "There is no such date."),
        ("calendars[0].name", ..., "Is missing."),
        ("calendars[1].name", "Office", "This name stands in the list already."),
        ("calendars[0].hours", [], "There is no such field."),
        ("matrix[0].severity", "s5", "Must be one of s1, s2, s3, s4."),
        ("matrix[0].start_level", 0, "Must be a whole number from 1 to 20."),
        (
            "matrix[0].steps[0].response_window",
            "1h",
            "Write business time like PT4H or PT1H30M, or business days like P2D.",
        ),
        ("matrix[1].ladder", ..., "Is missing."),
        ("matrix[1]", "Trial", "Must be an object."),
        ("matrix[0].when", "always", "There is no such field."),
        ("rules", [], "There is no such field."),
    ],
)
def test_what_is_wrong_is_told_with_its_place(path: str, value: object, reason: str) -> None:
    found = errors_of(spoiled(path, value))
    assert found == {path: reason}


def test_a_matrix_that_does_not_catch_everything() -> None:
    assert errors_of(spoiled("matrix[1].tier", "gold")) == {
        "matrix": (
            "Needs a line without category, severity, region and tier, which catches what no"
            " other line does."
        )
    }


def test_the_same_seat_twice() -> None:
    holder = [{"user": "a@b.example"}, {"user": "c@d.example"}]
    assert errors_of(spoiled("ladders[0].levels[0]", {**LEVEL, "holder": holder})) == {
        "ladders[0].levels[0].holder[1]": "Two seats for the same region, category and rank."
    }


def test_a_holder_who_is_their_own_backup() -> None:
    level = {**LEVEL, "holder": "A@b.example", "backup": "a@b.example"}
    assert errors_of(spoiled("ladders[0].levels[0]", level)) == {
        "ladders[0].levels[0].holder": "The backup must be somebody else than the holder."
    }


def test_a_ladder_of_concessions_only() -> None:
    level = {**LEVEL, "holder": "a@b.example", "concessions_only": True}
    assert errors_of(spoiled("ladders[0].levels", [level])) == {
        "ladders[0].levels": "At least one level must take cases, not concessions only."
    }


def test_everything_wrong_is_told_at_once() -> None:
    policy = good()
    policy["calendars"][0]["timezone"] = ""
    policy["ladders"][0]["levels"][0]["response_window"] = ""
    policy["ladders"][0]["levels"][1]["decision_window"] = "PT0S"
    policy["matrix"][0]["severity"] = "severe"
    assert list(errors_of(written(policy))) == [
        "calendars[0].timezone",
        "ladders[0].levels[0].response_window",
        "ladders[0].levels[1].decision_window",
        "matrix[0].severity",
    ]


LEVEL = {"name": "One", "response_window": "PT1H", "decision_window": "P1D"}
CUT = json.dumps(good()).encode()[:400]


@pytest.mark.parametrize(
    ("data", "field", "reason"),
    [
        (b"", "file", "Is not JSON, or was cut: Expecting value, line 1, column 1."),
        (CUT, "file", "Is not JSON, or was cut: Expecting value, line 1, column 401."),
        (b"\xff\xfe\x00", "file", "Is not a text in UTF-8."),
        (b"[" * 100_000, "file", "Is nested too deeply."),
        (b"[]", "file", "Must be an object."),
        (b"{}", "file", "Must name calendars, ladders, a matrix or a programme."),
        (b'{"matrix": null}', "file", "Must name calendars, ladders, a matrix or a programme."),
        (b'{"matrix": NaN}', "file", "NaN is no number."),
        (b'{"matrix": [], "matrix": []}', "file", "The name 'matrix' stands twice in one object."),
        (b'{"a\\u001b[31mb": 1}', "a?[31mb", "There is no such field."),
        (b" " * 2_000_001, "file", "Is larger than 2 MB."),
    ],
)
def test_files_that_are_no_policy(data: bytes, field: str, reason: str) -> None:
    assert errors_of(data) == {field: reason}


def test_a_number_of_thousands_of_digits() -> None:
    found = errors_of(b'{"matrix": ' + b"9" * 5000 + b"}")
    assert list(found) == ["file"]
    assert found["file"].startswith("Cannot be read: Exceeds the limit")


def test_a_list_that_is_too_long() -> None:
    levels = [{**LEVEL, "holder": "a@b.example"}] * 21
    assert errors_of(spoiled("ladders[0].levels", levels)) == {
        "ladders[0].levels": "Must not hold more than 20 entries."
    }
