"""The defaults of a new tenant: what they are, and that they fit each other."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ladder.defaults.categories import CATEGORIES
from ladder.defaults.ladders import LADDERS, held_by
from ladder.defaults.matrix import MATRIX
from ladder.defaults.regions import AROUND_THE_CLOCK, REGIONS, TIERS
from ladder.durations import format_window, parse_window
from ladder.policy import RouteEntry, walked
from ladder.reach import check_reach
from ladder.worktime import Rules, compile_rules

TYPES = {"text", "money", "date", "number", "choice", "yes_no", "reference"}
A, B, C = "Administrative", "Strategic", "Integrity"
FAST = {
    "s1": ("P4D", [("PT1H", "P1D")] * 3),
    "s2": ("P4D", [("PT2H", "P1D"), ("PT2H", "P1D"), ("PT2H", "P2D")]),
    "s3": ("P8D", [("PT4H", "P2D"), ("PT4H", "P2D"), ("PT8H", "P3D")]),
}
NORMAL = {
    "s1": ("P4D", [("PT1H", "P1D")] * 3),
    "s2": ("P7D", [("PT2H", "P2D"), ("PT2H", "P2D"), ("PT2H", "P3D")]),
    "s3": ("P14D", [("PT8H", "P4D"), ("PT8H", "P4D"), ("PT8H", "P5D")]),
}
DELIBERATE = {
    "s1": ("P4D", [("PT1H", "P1D")] * 3),
    "s2": ("P14D", [("PT2H", "P4D"), ("PT2H", "P4D"), ("PT2H", "P5D")]),
    "s3": ("P28D", [("PT8H", "P8D"), ("PT8H", "P8D"), ("PT16H", "P10D")]),
}
LEGAL = {
    "s1": ("PT96H", [("PT1H", "PT24H")] * 3),
    "s2": ("PT960H", [("PT2H", "PT360H"), ("PT2H", "PT360H"), ("PT2H", "PT192H")]),
    "s3": ("PT1920H", [("PT72H", "PT720H"), ("PT72H", "PT720H"), ("PT72H", "PT360H")]),
}
EXPECTED = {
    "deal-registration": (A, FAST),
    "lead-routing": (A, FAST),
    "marketing-funds": (A, NORMAL),
    "payout": (A, NORMAL),
    "territory": (B, NORMAL),
    "price-parity": (B, DELIBERATE),
    "exclusivity": (B, DELIBERATE),
    "direct-sales": (B, FAST),
    "contract-terms": (B, DELIBERATE),
    "product-service": (A, FAST),
    "data-privacy": (B, FAST),
    "integrity": (C, LEGAL),
    "one-of-their-own": (A, FAST),
}


def first_match(category: str, severity: str) -> RouteEntry:
    return next(
        line
        for line in MATRIX
        if line.category in (None, category) and line.severity in (None, severity)
    )


def test_the_categories_and_their_kinds() -> None:
    kinds = [(c.slug, c.category_class, c.confidentiality) for c in CATEGORIES]
    assert kinds == [
        ("deal-registration", "administrative", "normal"),
        ("lead-routing", "administrative", "normal"),
        ("marketing-funds", "administrative", "normal"),
        ("payout", "administrative", "normal"),
        ("territory", "strategic", "normal"),
        ("price-parity", "strategic", "normal"),
        ("exclusivity", "strategic", "normal"),
        ("direct-sales", "strategic", "normal"),
        ("contract-terms", "strategic", "normal"),
        ("product-service", "administrative", "normal"),
        ("data-privacy", "strategic", "restricted"),
        ("integrity", "strategic", "sealed"),
    ]


def test_what_deal_registration_asks() -> None:
    fields = CATEGORIES[0].fields
    assert [(f["name"], f["type"], f["required"], f["private"]) for f in fields] == [
        ("reg_no", "text", True, False),
        ("submitted", "date", True, False),
        ("stage", "choice", True, False),
        ("tender_out", "yes_no", False, False),
        ("rival", "reference", False, True),
    ]
    assert fields[2]["choices"][0] == ["qualified", "Qualified"]


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda c: c.slug)
def test_every_category_can_be_stored_and_understood(category: object) -> None:
    assert isinstance(category, type(CATEGORIES[0]))
    names = [field["name"] for field in category.fields]
    assert len(names) == len(set(names)) > 0
    for field in category.fields:
        assert field["type"] in TYPES
        assert field["label"].strip()
        assert ("choices" in field) == (field["type"] == "choice")
    assert category.evidence
    assert len(category.summary) <= 200
    assert category.rule_of_thumb.endswith(".")
    assert category.never_share.endswith(".")


def test_private_fields_are_those_of_the_rules() -> None:
    private = {f["name"] for c in CATEGORIES for f in c.fields if f["private"]}
    expected = {"rival", "terms", "targets_met", "direct_owner", "recipient", "contact"}
    assert private == expected


def test_levels_and_their_authority() -> None:
    rows = [
        (ladder.name, lv.position, lv.name, lv.amount, lv.quarter, lv.concessions_only)
        for ladder in LADDERS
        for lv in ladder.levels
    ]
    manager = ("Channel manager", Decimal(5_000), Decimal(10_000), False)
    regional = ("Regional manager", Decimal(25_000), Decimal(60_000), False)
    sponsor = ("Executive sponsor", Decimal(150_000), Decimal(300_000), False)
    assert rows == [
        (A, 1, *manager),
        (A, 2, *regional),
        (A, 3, *sponsor),
        (A, 4, "Board", None, None, True),
        (B, 1, *regional),
        (B, 2, *sponsor),
        (B, 3, "Board", None, None, False),
        (C, 1, "Custodian", Decimal(0), Decimal(0), False),
        (C, 2, "Compliance head", Decimal(0), Decimal(0), False),
        (C, 3, "Audit chair", Decimal(0), Decimal(0), False),
    ]


def test_each_level_may_concede_what_those_below_may_and_more() -> None:
    for ladder in LADDERS[:2]:
        for lower, upper in zip(ladder.levels, ladder.levels[1:], strict=False):
            assert set(lower.kinds) <= set(upper.kinds)
    assert LADDERS[0].levels[0].kinds == ("protection", "late_claim", "lead", "service_credit")


def test_only_the_integrity_ladder_runs_around_the_clock() -> None:
    assert [ladder.calendar for ladder in LADDERS] == [None, None, AROUND_THE_CLOCK]


def test_warnings_at_half_three_quarters_and_nine_tenths() -> None:
    assert {lv.thresholds for ladder in LADDERS for lv in ladder.levels} == {(50, 75, 90)}


def test_one_person_holds_every_level_provisionally() -> None:
    seats = [seat for ladder in held_by("a@b.example") for lv in ladder.levels for seat in lv.seats]
    assert len(seats) == 10
    assert {(seat.user, seat.backup, seat.provisional) for seat in seats} == {
        ("a@b.example", None, True)
    }


@pytest.mark.parametrize("severity", ["s1", "s2", "s3", "s4"])
@pytest.mark.parametrize("category", EXPECTED)
def test_every_route(category: str, severity: str) -> None:
    ladder, pace = EXPECTED[category]
    total, steps = pace["s3" if severity == "s4" else severity]
    skips = severity == "s1" and ladder == A
    line = first_match(category, severity)
    assert line.ladder == ladder
    assert line.start == (2 if skips else 1)
    assert line.windows == {
        "total": total,
        "veto": "PT1H" if severity == "s1" else "PT4H",
        "steps": [
            {"response": response, "decision": decision}
            for response, decision in (steps[1:] if skips else steps)
        ],
    }


def test_the_ladders_own_windows_are_those_of_their_table() -> None:
    def windows(number: int) -> tuple[str, list[tuple[str, str]]]:
        ladder = LADDERS[number]
        levels = [lv for lv in ladder.levels if not lv.concessions_only]
        return format_window(ladder.total), [
            (format_window(lv.response), format_window(lv.decision)) for lv in levels
        ]

    assert windows(0) == FAST["s3"]
    assert windows(1) == DELIBERATE["s3"]
    assert windows(2) == LEGAL["s3"]


def test_the_matrix_catches_everything() -> None:
    assert [line.catches_all for line in MATRIX].count(True) == 1
    assert MATRIX[-1].catches_all
    assert len(MATRIX) == 39


@pytest.mark.parametrize("region", [*(r.slug for r in REGIONS), "around the clock"])
def test_every_route_reaches_its_top_before_its_total(region: str) -> None:
    rules = {entry.slug: entry.rules(2026) for entry in REGIONS}
    calendar = compile_rules(rules.get(region, Rules.always()))
    ladders = {ladder.name: ladder for ladder in LADDERS}
    asked = set()
    for line in MATRIX:
        levels = [
            (lv.response, lv.decision)
            for lv in ladders[line.ladder].levels
            if not lv.concessions_only and lv.position >= line.start
        ]
        total = parse_window(line.windows["total"])
        asked.add((tuple(walked(levels, line.windows)), total))
    start = datetime(2026, 11, 22, 12, tzinfo=UTC)
    found = [check_reach(calendar, steps, total, start) for steps, total in asked]
    assert found == [None] * 11


def test_the_regions_and_their_hours() -> None:
    rows = [(r.slug, r.timezone, len([d for d in r.weekly if d])) for r in REGIONS]
    assert rows == [
        ("dach", "Europe/Berlin", 5),
        ("uk", "Europe/London", 5),
        ("iberia", "Europe/Madrid", 5),
        ("na", "America/New_York", 5),
        ("gulf", "Asia/Riyadh", 5),
    ]
    sunday, friday = date(2026, 11, 22), date(2026, 11, 27)
    gulf = REGIONS[4].rules(2026)
    assert (len(gulf.hours_on(sunday)), len(gulf.hours_on(friday))) == (1, 0)


@pytest.mark.parametrize(
    ("region", "holiday", "workday"),
    [
        (0, date(2026, 10, 3), date(2026, 8, 31)),  # German Unity Day
        (1, date(2026, 8, 31), date(2026, 7, 13)),  # Summer bank holiday; not Belfast's July
        (2, date(2026, 10, 12), date(2026, 11, 26)),
        (3, date(2026, 11, 26), date(2026, 10, 5)),  # Thanksgiving
        (4, date(2026, 9, 23), date(2026, 12, 24)),  # Saudi National Day
    ],
)
def test_each_region_keeps_its_own_holidays(region: int, holiday: date, workday: date) -> None:
    rules = REGIONS[region].rules(2026)
    assert holiday in rules.holidays
    assert workday not in rules.holidays


def test_holidays_of_this_year_and_the_next_two() -> None:
    for region in REGIONS:
        assert {day.year for day in region.rules(2026).holidays} == {2026, 2027, 2028}


def test_the_tiers() -> None:
    assert [(t.slug, t.rank) for t in TIERS] == [("platinum", 1), ("gold", 2), ("silver", 3)]
