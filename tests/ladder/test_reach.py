"""A ladder whose total is too short is refused with the case that shows it."""

from datetime import UTC, datetime, timedelta

import pytest

from ladder.durations import parse_window
from ladder.reach import Counterexample, StepWindows, Walk, check_reach
from ladder.worktime import CalendarError, Rules, compile_rules

START = datetime(2026, 11, 22, tzinfo=UTC)
NEW_YORK = compile_rules(
    Rules.from_json(
        {
            "timezone": "America/New_York",
            "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        }
    )
)
ALWAYS = compile_rules(Rules.always())


def steps(*pairs: str) -> list[StepWindows]:
    windows = (pair.split("/") for pair in pairs)
    return [StepWindows(parse_window(first), parse_window(then)) for first, then in windows]


@pytest.mark.parametrize(
    ("route", "total"),
    [
        (steps("PT4H/P2D", "PT4H/P2D", "PT8H/P3D"), "P8D"),
        (steps("PT8H/P4D", "PT8H/P4D", "PT8H/P5D"), "P14D"),
        (steps("PT8H/P8D", "PT8H/P8D", "PT16H/P10D"), "P28D"),
        (steps("PT1H/P100D"), "PT1S"),
    ],
)
def test_ladders_that_leave_time(route: list[StepWindows], total: str) -> None:
    assert check_reach(NEW_YORK, route, parse_window(total), START) is None


def test_the_last_level_may_be_reached_at_the_instant_of_the_total() -> None:
    route = steps("PT24H/PT24H", "PT24H/PT24H", "PT1H/PT1H")
    assert check_reach(ALWAYS, route, parse_window("PT48H"), START) is None


def test_a_second_less_is_too_short() -> None:
    route = steps("PT24H/PT24H", "PT24H/PT24H", "PT1H/PT1H")
    found = check_reach(ALWAYS, route, parse_window("PT47H59M59S"), START)
    assert found == Counterexample(
        opened_at=START,
        walk=Walk.UNTOUCHED,
        reached_at=(START, START + timedelta(hours=24), START + timedelta(hours=48)),
        total_due_at=START + timedelta(hours=47, minutes=59, seconds=59),
        reason=(
            "A case opened Sun 2026-11-22 00:00:00 UTC that nobody touches passes its total on"
            " Mon 2026-11-23 23:59:59 UTC, before it reaches level 3 of its route on"
            " Tue 2026-11-24 00:00:00 UTC."
        ),
    )


def test_acknowledged_everywhere_and_decided_nowhere() -> None:
    found = check_reach(NEW_YORK, steps("PT4H/P2D", "PT4H/P2D"), parse_window("PT12H"), START)
    assert found == Counterexample(
        opened_at=START,
        walk=Walk.ACKNOWLEDGED,
        reached_at=(START, datetime(2026, 11, 24, 22, tzinfo=UTC)),
        total_due_at=datetime(2026, 11, 24, 18, tzinfo=UTC),
        reason=(
            "A case opened Sat 2026-11-21 19:00 EST that every level acknowledges and none"
            " decides passes its total on Tue 2026-11-24 13:00 EST, before it reaches level 2"
            " of its route on Tue 2026-11-24 17:00 EST."
        ),
    )


def test_an_untouched_case_leaves_at_the_decision_due_where_that_comes_first() -> None:
    # Hours written shorter for the decision than for the response: 1 h a level, not 9 h.
    route = steps("PT9H/PT1H", "PT9H/PT1H", "PT9H/PT1H")
    assert check_reach(ALWAYS, route, parse_window("PT2H"), START) is None
    found = check_reach(ALWAYS, route, parse_window("PT1H59M"), START)
    assert found is not None
    assert found.reached_at == tuple(START + timedelta(hours=hours) for hours in (0, 1, 2))


@pytest.mark.parametrize(
    ("short_day", "opened_at"),
    [
        ("2027-01-17", datetime(2027, 1, 16, 13, tzinfo=UTC)),
        ("2027-01-19", None),
    ],
)
def test_eight_weeks_of_hours_are_tried_and_no_more(
    short_day: str, opened_at: datetime | None
) -> None:
    # A day of one second at noon ends the total's business day but stops the level's hours.
    # The eight weeks end on 2027-01-17 00:00.
    week = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    exceptions = {short_day: [["12:00", "12:00:01"]]}
    rules = Rules.from_json({"timezone": "UTC", "weekly": week, "exceptions": exceptions})
    route = steps("PT12H/PT12H", "PT12H/PT12H")
    found = check_reach(compile_rules(rules), route, parse_window("P1D"), START)
    assert (found and found.opened_at) == opened_at


def test_a_route_without_levels_is_an_error() -> None:
    with pytest.raises(CalendarError) as caught:
        check_reach(ALWAYS, [], parse_window("P1D"), START)
    assert caught.value.field == "steps"


def test_a_start_without_zone_is_an_error() -> None:
    with pytest.raises(CalendarError) as caught:
        check_reach(ALWAYS, steps("PT1H/PT1H"), parse_window("P1D"), START.replace(tzinfo=None))
    assert caught.value.field == "start"
