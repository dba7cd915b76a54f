"""Due times, worked time, business days and pauses, by example."""

from datetime import UTC, datetime

import pytest

from ladder.durations import Window
from ladder.worktime import CalendarError, Compiled, StillPausedError, run_from, to_us
from ladder.worktime.instants import Pause
from tests.ladder.calendars import (
    ALL_DAYS,
    ALWAYS,
    NEW_YORK,
    NINE_TO_FIVE,
    OFFICE,
    WORKDAYS,
    Pairs,
    at,
    calendar,
    utc,
)

THANKSGIVING = calendar(NEW_YORK, WORKDAYS, NINE_TO_FIVE, holidays=("2026-11-26",))
CHRISTMAS = calendar(
    NEW_YORK,
    WORKDAYS,
    NINE_TO_FIVE,
    exceptions={"2026-12-24": [["09:00", "12:00"]], "2026-12-25": []},
)
THANKSGIVING_PAUSE = [(at("2026-11-25T16:00"), at("2026-11-27T10:00"))]
RIYADH = calendar("Asia/Riyadh", ("sun", "mon", "tue", "wed", "thu"), NINE_TO_FIVE)


@pytest.mark.parametrize(
    ("compiled", "anchor", "hours", "pauses", "due"),
    [
        (OFFICE, at("2026-10-30T16:30"), 1, [], "2026-11-02T09:30-05:00"),
        (OFFICE, at("2026-10-30T16:00"), 1, [], "2026-10-30T17:00-04:00"),
        (ALWAYS, at("2026-10-31T12:00"), 24, [], "2026-11-01T11:00-05:00"),
        (ALWAYS, at("2026-03-07T12:00"), 24, [], "2026-03-08T13:00-04:00"),
        (
            calendar(NEW_YORK, ALL_DAYS, ("00:00", "08:00")),
            at("2026-03-08T00:00"),
            8,
            [],
            "2026-03-09T01:00-04:00",
        ),
        (
            THANKSGIVING,
            at("2026-11-25T10:00"),
            8,
            THANKSGIVING_PAUSE,
            "2026-11-27T12:00-05:00",
        ),
        (CHRISTMAS, at("2026-12-23T15:00"), 8, [], "2026-12-28T12:00-05:00"),
        (RIYADH, at("2026-11-26T15:00", "Asia/Riyadh"), 4, [], "2026-11-29T11:00+03:00"),
    ],
)
def test_the_eight_rows_of_the_specification(
    compiled: Compiled, anchor: datetime, hours: int, pauses: list[Pause], due: str
) -> None:
    found = compiled.due_at(anchor, hours * 3600, pauses)
    assert found == datetime.fromisoformat(due)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("compiled", "start", "end", "hours"),
    [
        # Clocks back: 01:00 and 01:30 mean their first occurrence.
        (
            calendar(NEW_YORK, ALL_DAYS, ("01:00", "01:30")),
            "2026-11-01T04:00",
            "2026-11-01T12:00",
            0.5,
        ),
        (
            calendar(NEW_YORK, ALL_DAYS, ("01:30", "02:30")),
            "2026-11-01T04:00",
            "2026-11-01T12:00",
            2,
        ),
        # Clocks forward: 02:30 does not exist and becomes 03:00, the transition.
        (
            calendar(NEW_YORK, ALL_DAYS, ("02:30", "04:00")),
            "2026-03-08T00:00",
            "2026-03-08T12:00",
            1,
        ),
        (
            calendar(NEW_YORK, ALL_DAYS, ("01:00", "02:30")),
            "2026-03-08T00:00",
            "2026-03-08T12:00",
            1,
        ),
        (
            calendar(NEW_YORK, ALL_DAYS, ("02:10", "02:50")),
            "2026-03-08T00:00",
            "2026-03-08T12:00",
            0,
        ),
        # Night shifts are an hour longer or shorter.
        (
            calendar(NEW_YORK, ("sat",), ("22:00", "06:00")),
            "2026-10-31T12:00",
            "2026-11-02T00:00",
            9,
        ),
        (
            calendar(NEW_YORK, ("sat",), ("22:00", "06:00")),
            "2026-03-07T12:00",
            "2026-03-09T00:00",
            7,
        ),
        # Lord Howe moves by half an hour, both ways.
        (
            calendar("Australia/Lord_Howe", ALL_DAYS, ("00:00", "08:00")),
            "2026-10-03T12:00",
            "2026-10-04T06:00",
            7.5,
        ),
        (
            calendar("Australia/Lord_Howe", ALL_DAYS, ("00:00", "08:00")),
            "2026-04-04T12:00",
            "2026-04-05T06:00",
            8.5,
        ),
        # Dublin's winter time is the exception (negative summer time in the database).
        (
            calendar("Europe/Dublin", ALL_DAYS, ("00:00", "08:00")),
            "2026-03-28T12:00",
            "2026-03-29T12:00",
            7,
        ),
        (
            calendar("Europe/Dublin", ALL_DAYS, ("00:00", "08:00")),
            "2026-10-24T12:00",
            "2026-10-25T12:00",
            9,
        ),
        # Kathmandu is 5:45 ahead: 09:00 there is 03:15 UTC.
        (
            calendar("Asia/Kathmandu", WORKDAYS, NINE_TO_FIVE),
            "2026-11-23T00:00",
            "2026-11-23T04:00",
            0.75,
        ),
        # Apia skipped 2011-12-30, a Friday, whole.
        (
            calendar("Pacific/Apia", ALL_DAYS, NINE_TO_FIVE),
            "2011-12-29T10:00",
            "2012-01-01T10:00",
            24,
        ),
        (
            calendar("Pacific/Apia", ("fri",), NINE_TO_FIVE),
            "2011-12-29T10:00",
            "2012-01-01T10:00",
            0,
        ),
        # Overlaps and touching hours count once.
        (
            calendar("UTC", ALL_DAYS, ("09:00", "12:00"), ("10:00", "13:00"), ("13:00", "14:00")),
            "2026-11-23T00:00",
            "2026-11-24T00:00",
            5,
        ),
        (
            calendar("UTC", ALL_DAYS, ("09:00", "17:00"), ("10:00", "11:00")),
            "2026-11-23T00:00",
            "2026-11-24T00:00",
            8,
        ),
        # A night shift's tail overlapping the next morning.
        (
            calendar("UTC", ALL_DAYS, ("22:00", "06:00"), ("05:00", "07:00")),
            "2026-11-23T12:00",
            "2026-11-24T12:00",
            9,
        ),
    ],
)
def test_hours_worked_across_clock_changes_and_overlaps(
    compiled: Compiled, start: str, end: str, hours: float
) -> None:
    assert compiled.worked_seconds(utc(start), utc(end)) == hours * 3600


def test_an_ambiguous_closing_time_is_its_first_occurrence() -> None:
    compiled = calendar(NEW_YORK, ALL_DAYS, ("00:00", "01:30"))
    assert compiled.due_at(at("2026-11-01T00:00"), 5400) == utc("2026-11-01T05:30")
    assert not compiled.is_open(utc("2026-11-01T06:00"))


def test_a_time_in_a_gap_is_the_instant_of_the_transition() -> None:
    """Half past two is not there on that night: what opens or closes then does so at three."""
    opens = calendar(NEW_YORK, ALL_DAYS, ("02:30", "04:30"))
    assert opens.due_at(at("2026-03-08T00:00"), 1) == utc("2026-03-08T07:00:01")
    assert opens.due_at(at("2026-03-08T00:00"), 5400) == utc("2026-03-08T08:30")
    closes = calendar(NEW_YORK, ALL_DAYS, ("00:00", "02:30"))
    assert closes.due_at(at("2026-03-08T00:00"), 7200) == utc("2026-03-08T07:00")
    assert not closes.is_open(utc("2026-03-08T07:00"))


def test_the_tail_of_a_night_shift_is_not_cut_by_the_next_day() -> None:
    cases: list[tuple[dict[str, Pairs], tuple[str, ...]]] = [
        ({"2026-11-24": []}, ()),
        ({}, ("2026-11-24",)),
    ]
    for exceptions, holidays in cases:
        compiled = calendar(
            "UTC", ("mon", "tue"), ("22:00", "06:00"), exceptions=exceptions, holidays=holidays
        )
        assert compiled.due_at(utc("2026-11-23T22:00"), 8 * 3600) == utc("2026-11-24T06:00")
        assert compiled.next_open(utc("2026-11-24T06:00")) == utc("2026-11-30T22:00")


def test_one_off_hours_override_holidays_which_override_the_week() -> None:
    compiled = calendar(
        "UTC",
        WORKDAYS,
        NINE_TO_FIVE,
        holidays=("2026-11-24", "2026-11-25"),
        exceptions={"2026-11-25": [["10:00", "11:00"]]},
    )
    week = utc("2026-11-23T00:00"), utc("2026-11-28T00:00")
    assert compiled.worked_seconds(*week) == (3 * 8 + 1) * 3600


def test_hours_with_seconds() -> None:
    compiled = calendar("UTC", ALL_DAYS, ("09:00:30", "09:00:45"))
    assert compiled.due_at(utc("2026-11-23T00:00"), 20) == utc("2026-11-24T09:00:35")


def test_clock_days_are_multiples_of_24_hours() -> None:
    due = ALWAYS.due_at(at("2026-10-31T12:00:00.000007"), 30 * 24 * 3600)
    assert due == utc("2026-11-30T16:00:00.000007")


@pytest.mark.parametrize(
    ("compiled", "anchor", "days", "hours"),
    [
        (OFFICE, at("2026-11-20T16:00"), 2, 17),  # Friday 16:00 to Tuesday 17:00
        (OFFICE, at("2026-11-21T16:00"), 1, 8),  # a Saturday: Monday's end
        (OFFICE, at("2026-11-19T23:30"), 1, 8),  # Friday in UTC, Thursday there
        (CHRISTMAS, at("2026-12-23T15:00"), 2, 2 + 3 + 8),
        (THANKSGIVING, at("2026-11-25T10:00"), 1, 7 + 8),
        (ALWAYS, at("2026-10-30T12:00"), 2, 12 + 24 + 25),
        # Monday's shift closes on Tuesday; from Tuesday 01:00 the next open day is Wednesday.
        (
            calendar("UTC", ("mon", "wed"), ("22:00", "06:00")),
            utc("2026-11-24T01:00"),
            1,
            5 + 8,
        ),
        # A day whose hours the gap swallows is not an open day.
        (calendar("Pacific/Apia", ALL_DAYS, NINE_TO_FIVE), utc("2011-12-29T20:00"), 1, 7 + 8),
    ],
)
def test_business_days_end_at_the_last_closing_of_the_nth_open_day(
    compiled: Compiled, anchor: datetime, days: int, hours: int
) -> None:
    assert compiled.target_seconds(anchor, Window(days=days)) == hours * 3600


def test_business_days_end_at_the_last_closing_not_the_last_in_the_list() -> None:
    # Hours sort by their start; the longer shift begins first.
    compiled = calendar("UTC", ALL_DAYS, ("09:00", "18:00"), ("10:00", "11:00"))
    assert compiled.target_seconds(utc("2026-11-23T20:00"), Window(days=1)) == 9 * 3600


def test_business_days_from_within_a_second() -> None:
    anchor = at("2026-11-20T16:00:00.25")
    assert compiled_target(OFFICE, anchor, 1) == (9 * 3600 - 0.25) * 1_000_000
    seconds = OFFICE.target_seconds(anchor, Window(days=1))
    assert seconds == 9 * 3600 - 1
    assert OFFICE.due_at(anchor, seconds) == at("2026-11-23T16:59:59.25")


def compiled_target(compiled: Compiled, anchor: datetime, days: int) -> int:
    return compiled.target_us(to_us(anchor), Window(days=days))


def test_business_days_skip_a_day_that_closed_before_clocks_went_back_across_midnight() -> None:
    # St John's, 2010-11-07 00:01 back to 2010-11-06 23:01: Sunday's half minute is over
    # when it is Saturday again.
    compiled = calendar("America/St_Johns", ALL_DAYS, ("00:00", "00:00:30"))
    anchor = utc("2010-11-07T03:00")
    assert anchor.astimezone(compiled.zone).isoformat() == "2010-11-06T23:30:00-03:30"
    assert compiled.target_seconds(anchor, Window(days=1)) == 30
    assert compiled.due_at(anchor, 30) == utc("2010-11-08T03:30:30")


def test_a_time_window_is_its_own_target() -> None:
    assert OFFICE.target_seconds(at("2026-11-21T00:00"), Window(seconds=14_400)) == 14_400


MONDAY = "2026-11-23T"


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([("10:00", "11:00")], "18:00"),
        ([("10:00", "12:00"), ("11:00", "13:00")], "2026-11-24T11:00"),
        ([("11:00", "13:00"), ("10:00", "14:00")], "2026-11-24T12:00"),
        ([("11:00", "12:00"), ("10:00", "11:00")], "2026-11-24T10:00"),
        ([("06:00", "09:00")], "17:00"),
        ([("06:00", "10:00")], "18:00"),
        ([("06:00", "07:00")], "17:00"),
        ([("17:00", "20:00")], "17:00"),
        ([("10:00", "10:00")], "17:00"),
        ([("16:00", "2026-11-25T09:00")], "2026-11-25T10:00"),
        ([("16:00", "2026-11-28T09:00")], "2026-11-30T10:00"),
        ([("17:00", None)], "17:00"),
    ],
)
def test_pauses_take_open_time_only_and_once(
    pauses: list[tuple[str, str | None]], due: str
) -> None:
    compiled = calendar("UTC", WORKDAYS, ("09:00", "18:00"))

    def on_monday(text: str) -> datetime:
        return utc(text if "T" in text else MONDAY + text)

    spans = [(on_monday(a), None if b is None else on_monday(b)) for a, b in pauses]
    assert compiled.due_at(on_monday("09:00"), 8 * 3600, spans) == on_monday(due)
    assert compiled.worked_seconds(on_monday("09:00"), on_monday(due), spans) == 8 * 3600


def test_an_open_pause_has_no_due_time() -> None:
    pause = [(utc("2026-11-23T10:00"), None)]
    compiled = calendar("UTC", WORKDAYS, NINE_TO_FIVE)
    with pytest.raises(StillPausedError) as caught:
        compiled.due_at(utc("2026-11-23T09:00"), 3601, pause)
    assert caught.value.field == "pauses"
    assert compiled.due_at(utc("2026-11-23T09:00"), 3600, pause) == utc("2026-11-23T10:00")
    assert compiled.worked_seconds(utc("2026-11-23T09:00"), utc("2026-12-23T09:00"), pause) == 3600


def test_thresholds_are_shares_of_worked_time() -> None:
    anchor = at("2026-11-20T16:00")
    assert OFFICE.at_share(anchor, 2 * 3600, 50) == at("2026-11-20T17:00")
    assert OFFICE.at_share(anchor, 2 * 3600, 75) == at("2026-11-23T09:30")
    assert OFFICE.at_share(anchor, 2 * 3600, 100) == OFFICE.due_at(anchor, 2 * 3600)
    assert OFFICE.at_share(anchor, 1, 1) == at("2026-11-20T16:00:00.01")
    pause = [(at("2026-11-20T16:30"), at("2026-11-23T10:00"))]
    assert OFFICE.at_share(anchor, 2 * 3600, 50, pause) == at("2026-11-23T10:30")


@pytest.mark.parametrize("share", [0, 101, -1, 50.0, True, "50"])
def test_shares_are_whole_per_cents(share: int) -> None:
    with pytest.raises(CalendarError) as caught:
        OFFICE.at_share(at("2026-11-20T16:00"), 60, share)
    assert caught.value.field == "share_percent"


def test_open_is_half_open() -> None:
    assert not OFFICE.is_open(at("2026-11-20T08:59:59.999999"))
    assert OFFICE.is_open(at("2026-11-20T09:00"))
    assert OFFICE.is_open(at("2026-11-20T16:59:59.999999"))
    assert not OFFICE.is_open(at("2026-11-20T17:00"))


def test_next_open() -> None:
    assert OFFICE.next_open(at("2026-11-20T12:00:00.5")) == at("2026-11-20T12:00:00.5")
    assert OFFICE.next_open(at("2026-11-20T17:00")) == at("2026-11-23T09:00")
    assert OFFICE.next_open(at("2026-11-23T09:00")) == at("2026-11-23T09:00")


def test_a_run_is_the_target_the_end_and_the_shares_in_one_answer() -> None:
    anchor, window = at("2026-10-30T16:30"), Window(seconds=4 * 3600)
    run = run_from(OFFICE, anchor, window, (75, 50))
    assert (run.target_seconds, run.due_at) == (4 * 3600, OFFICE.due_at(anchor, 4 * 3600))
    shares = tuple(OFFICE.at_share(anchor, 4 * 3600, share) for share in (75, 50))
    assert run.share_at == shares
    assert run_from(OFFICE, anchor, window, ()).share_at == ()
    assert run_from(ALWAYS, anchor, window, ()).due_at != run.due_at
