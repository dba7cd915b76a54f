"""Why is it due then? Steps without gaps whose counted seconds are the target."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from ladder.worktime import CalendarError, Compiled, Rules, Step, Why, compile_rules
from ladder.worktime.explain import MAX_STEPS
from ladder.worktime.instants import Pause

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
ALL_DAYS = (*WORKDAYS, "sat", "sun")
NEW_YORK = ZoneInfo("America/New_York")


def office(**changes: object) -> Compiled:
    week = {day: [["09:00", "17:00"]] for day in WORKDAYS}
    data = {"timezone": "America/New_York", "weekly": week}
    return compile_rules(Rules.from_json({**data, **changes}))


def told(steps: list[Step], zone: ZoneInfo = NEW_YORK) -> list[tuple[str, str, int, str]]:
    """Steps in local time, as a page would show them."""

    def local(instant: datetime) -> str:
        return f"{instant.astimezone(zone):%a %d %H:%M}"

    return [(local(s.from_), local(s.to), s.counted_seconds, s.why.value) for s in steps]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def test_across_a_weekend() -> None:
    steps = office().explain(at("2026-10-30T16:30"), 3600)
    assert told(steps) == [
        ("Fri 30 16:30", "Fri 30 17:00", 1800, "open"),
        ("Fri 30 17:00", "Mon 02 09:00", 0, "closed"),
        ("Mon 02 09:00", "Mon 02 09:30", 1800, "open"),
    ]
    assert all(step.from_.tzinfo is UTC and step.to.tzinfo is UTC for step in steps)


def test_a_pause_over_a_holiday() -> None:
    pauses = [(at("2026-11-25T16:00"), at("2026-11-27T10:00"))]
    steps = office(holidays=["2026-11-26"]).explain(at("2026-11-25T10:00"), 8 * 3600, pauses)
    assert told(steps) == [
        ("Wed 25 10:00", "Wed 25 16:00", 21_600, "open"),
        ("Wed 25 16:00", "Fri 27 10:00", 0, "pause"),
        ("Fri 27 10:00", "Fri 27 12:00", 7_200, "open"),
    ]


def test_a_holiday_and_a_short_day() -> None:
    compiled = office(holidays=["2026-12-25"], exceptions={"2026-12-24": [["09:00", "12:00"]]})
    assert told(compiled.explain(at("2026-12-23T15:00"), 8 * 3600)) == [
        ("Wed 23 15:00", "Wed 23 17:00", 7_200, "open"),
        ("Wed 23 17:00", "Thu 24 00:00", 0, "closed"),
        ("Thu 24 00:00", "Thu 24 09:00", 0, "exception"),
        ("Thu 24 09:00", "Thu 24 12:00", 10_800, "open"),
        ("Thu 24 12:00", "Fri 25 00:00", 0, "exception"),
        ("Fri 25 00:00", "Sat 26 00:00", 0, "holiday"),
        ("Sat 26 00:00", "Mon 28 09:00", 0, "closed"),
        ("Mon 28 09:00", "Mon 28 12:00", 10_800, "open"),
    ]


@pytest.mark.parametrize(
    "pause",
    [
        ("2026-10-30T10:00", "2026-10-30T11:00"),
        ("2026-10-30T10:00", "2026-10-30T12:00"),
        ("2026-10-30T13:00", "2026-10-30T14:00"),
        ("2026-10-30T13:00", None),
    ],
)
def test_pauses_outside_the_way_are_not_told(pause: tuple[str, str | None]) -> None:
    pauses = [(at(pause[0]), None if pause[1] is None else at(pause[1]))]
    steps = office().explain(at("2026-10-30T12:00"), 3600, pauses)
    assert told(steps) == [("Fri 30 12:00", "Fri 30 13:00", 3600, "open")]


def test_a_pause_around_the_anchor_begins_with_it() -> None:
    pauses = [(at("2026-10-30T10:00"), at("2026-10-30T12:30"))]
    assert told(office().explain(at("2026-10-30T12:00"), 3600, pauses)) == [
        ("Fri 30 12:00", "Fri 30 12:30", 0, "pause"),
        ("Fri 30 12:30", "Fri 30 13:30", 3600, "open"),
    ]


def test_counted_seconds_sum_up_from_within_a_second() -> None:
    anchor = at("2026-10-30T16:59:59.4")
    steps = office().explain(anchor, 2)
    assert [step.counted_seconds for step in steps] == [0, 0, 2]
    assert steps[-1].to == at("2026-11-02T09:00:01.4")


def test_clocks_set_back_across_midnight() -> None:
    # St John's, 2010-11-07 00:01 back to 2010-11-06 23:01: the anchor's Saturday is over.
    rules = Rules.from_json(
        {
            "timezone": "America/St_Johns",
            "weekly": {day: [["12:00", "13:00"]] for day in ALL_DAYS},
            "holidays": ["2010-11-06"],
        }
    )
    steps = compile_rules(rules).explain(datetime(2010, 11, 7, 3, tzinfo=UTC), 60)
    assert [step.why for step in steps] == [Why.CLOSED, Why.OPEN]


def test_the_due_time_may_be_given() -> None:
    anchor, due = at("2026-10-30T16:30"), at("2026-11-02T09:30")
    assert office().explain(anchor, 3600, due=due) == office().explain(anchor, 3600)
    # Later, but no more worked: the evening after a target used up at closing time.
    evening = office().explain(at("2026-10-30T16:00"), 3600, due=at("2026-10-30T18:00"))
    assert told(evening) == [
        ("Fri 30 16:00", "Fri 30 17:00", 3600, "open"),
        ("Fri 30 17:00", "Fri 30 18:00", 0, "closed"),
    ]


@pytest.mark.parametrize(
    "due",
    [
        at("2026-11-02T09:29:59.999999"),
        at("2026-11-02T09:30:00.000001"),
        at("2026-10-30T16:29"),
        datetime.fromisoformat("2026-11-02T09:30"),
    ],
)
def test_a_due_time_that_does_not_fit_is_an_error(due: datetime) -> None:
    with pytest.raises(CalendarError) as caught:
        office().explain(at("2026-10-30T16:30"), 3600, due=due)
    assert caught.value.field == "due"


def _check_way(steps: list[Step], anchor: datetime, due: datetime, target: int) -> None:
    assert (steps[0].from_, steps[-1].to) == (anchor, due)
    assert all(a.to == b.from_ for a, b in pairwise(steps))
    assert sum(step.counted_seconds for step in steps) == target
    assert all(step.why is Why.OPEN or not step.counted_seconds for step in steps)
    assert len(steps) <= MAX_STEPS


def test_quiet_months_are_drawn_together_between_special_days() -> None:
    compiled, anchor, target = office(holidays=["2026-12-25"]), at("2026-11-02T09:00"), 480 * 3600
    steps = compiled.explain(anchor, target)
    _check_way(steps, anchor, compiled.due_at(anchor, target), target)
    assert told(steps) == [
        ("Mon 02 09:00", "Mon 02 17:00", 28_800, "open"),
        ("Mon 02 17:00", "Tue 03 09:00", 0, "closed"),
        ("Tue 03 09:00", "Tue 03 17:00", 28_800, "open"),
        ("Tue 03 17:00", "Wed 04 09:00", 0, "closed"),
        ("Wed 04 09:00", "Fri 25 00:00", 37 * 28_800, "open"),
        ("Fri 25 00:00", "Sat 26 00:00", 0, "holiday"),
        ("Sat 26 00:00", "Thu 21 17:00", 19 * 28_800, "open"),
        ("Thu 21 17:00", "Fri 22 09:00", 0, "closed"),
        ("Fri 22 09:00", "Fri 22 17:00", 28_800, "open"),
        ("Fri 22 17:00", "Mon 25 09:00", 0, "closed"),
        ("Mon 25 09:00", "Mon 25 17:00", 28_800, "open"),
    ]


def test_many_special_days_lose_the_middle() -> None:
    anchor, target = at("2026-11-02T09:00"), 480 * 3600
    pauses: list[Pause] = [
        (anchor + timedelta(days=2 * n, hours=1), anchor + timedelta(days=2 * n, hours=2))
        for n in range(60)
    ]
    steps = office().explain(anchor, target, pauses)
    _check_way(steps, anchor, office().due_at(anchor, target, pauses), target)
    assert len(steps) == MAX_STEPS
    assert sum(step.why is Why.PAUSE for step in steps) > 10


def test_exactly_as_many_steps_as_allowed_stay_whole() -> None:
    anchor = at("2026-11-02T09:00")
    pauses = [
        (anchor + timedelta(minutes=2 * n + 1), anchor + timedelta(minutes=2 * n + 2))
        for n in range(20)
    ]
    whole = office().explain(anchor, 20 * 60, pauses[:19])
    assert [step.why for step in whole] == [Why.OPEN, Why.PAUSE] * 19 + [Why.OPEN]
    assert len(office().explain(anchor, 21 * 60, pauses)) == MAX_STEPS


def test_the_way_between_two_instants_whatever_counted_of_it() -> None:
    steps = office().way(at("2026-10-30T16:30"), at("2026-11-02T09:10"))
    assert told(steps) == [
        ("Fri 30 16:30", "Fri 30 17:00", 1800, "open"),
        ("Fri 30 17:00", "Mon 02 09:00", 0, "closed"),
        ("Mon 02 09:00", "Mon 02 09:10", 600, "open"),
    ]
    anchor = at("2026-10-30T16:30")
    assert office().way(anchor, at("2026-11-02T09:30")) == office().explain(anchor, 3600)
    assert office().way(anchor, anchor) == []


def test_a_pause_that_lasts_goes_on_to_the_end_of_the_way() -> None:
    lasting: list[Pause] = [(at("2026-10-30T12:30"), None)]
    assert told(office().way(at("2026-10-30T12:00"), at("2026-11-03T12:00"), lasting)) == [
        ("Fri 30 12:00", "Fri 30 12:30", 1800, "open"),
        ("Fri 30 12:30", "Tue 03 12:00", 0, "pause"),
    ]


def test_a_way_that_ends_before_it_begins_is_an_error() -> None:
    with pytest.raises(CalendarError) as caught:
        office().way(at("2026-10-30T12:00"), at("2026-10-30T11:59"))
    assert caught.value.field == "end"
