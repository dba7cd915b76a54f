"""Why is it due then? The answer in words, in any zone."""

from datetime import UTC, timedelta

import pytest
from django.utils import timezone

from cases.explaining import explain
from cases.explainwords import (
    length_words,
    outcome_words,
    shift_words,
    why_words,
)
from tests.cases.counting import BERLIN, HOUR, ROWS, counted, sentence, stand
from tests.ladder.calendars import NEW_YORK, NINE_TO_FIVE, OFFICE, WORKDAYS, at, calendar


def test_another_reader_reads_the_same_instant_on_the_own_clock() -> None:
    found = explain(ROWS["over a weekend"][0], at("2026-10-30T16:45"))
    assert sentence(found, BERLIN) == (
        "Due Mon 2 Nov 15:30 because it counts 1 h of business time from Fri 30 Oct 21:30: 30 min"
        " on Friday, none at the weekend, 30 min on Monday."
    )
    # Saturday has begun in Tokyo: what counted on Friday in New York counted on Saturday there.
    assert sentence(found, "Asia/Tokyo") == (
        "Due Mon 2 Nov 23:30 because it counts 1 h of business time from Sat 31 Oct 05:30: 30 min"
        " on Saturday, none on Sunday, 30 min on Monday."
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("clocks set back", ["The clocks change on Sun 1 Nov: that day has 25 h."]),
        ("clocks put forward", ["The clocks change on Sun 8 Mar: that day has 23 h."]),
        ("a night that lacks an hour", ["The clocks change on Sun 8 Mar: that day has 23 h."]),
        # Nothing counted on that Sunday.
        ("over a weekend", []),
        ("a pause over a holiday", []),
    ],
)
def test_a_day_of_another_length_is_named(name: str, words: list[str]) -> None:
    found = explain(ROWS[name][0], at("2026-10-30T16:45"))
    with timezone.override(NEW_YORK):
        assert shift_words(found) == words


def test_how_far_it_is_says_what_counted_and_what_is_left() -> None:
    clock = ROWS["a pause over a holiday"][0]
    moments = {
        at("2026-11-25T10:00"): "So far nothing has counted; 8 h of business time are left.",
        at("2026-11-25T12:30"): "So far 2 h 30 min of business time have counted; 5 h 30 min of"
        " business time are left.",
        at("2026-11-27T11:59:20"): "So far 7 h 59 min of business time have counted; 1 min of"
        " business time are left.",
        at("2026-11-27T12:00"): "This time has passed.",
        at("2026-12-01T12:00"): "This time has passed.",
    }
    for moment, words in moments.items():
        assert outcome_words(explain(clock, moment)) == words


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("closing", "Due Mon 9 Nov 15:00 because it counts 10 days around the clock from Fri 30"),
        ("action", "Due Mon 9 Nov 15:00 because it counts 10 days around the clock from Fri 30"),
        ("pause", "Due Mon 9 Nov 15:00 because that time was set for looking again."),
    ],
)
def test_clock_days_run_around_the_clock(kind: str, words: str) -> None:
    anchor = at("2026-10-30T16:00")
    due = anchor.astimezone(UTC) + timedelta(days=10)
    found = explain(counted(OFFICE, anchor, 240 * HOUR, kind=kind, due_at=due), anchor)
    assert sentence(found).startswith(words)
    assert [why_words(found, s) for s in found.stretches] == ["Around the clock"]
    assert found.agrees


def test_a_long_way_is_drawn_together_and_says_so() -> None:
    clock = counted(OFFICE, at("2026-11-02T09:00"), 480 * HOUR)
    found = explain(clock, clock.anchor)
    drawn = [why_words(found, s) for s in found.stretches if s.drawn_together]
    assert drawn == ["Business hours, with the nights and days off between them"]
    assert sentence(found) == (
        "Due Fri 22 Jan 2027 17:00 because it counts 480 h of business time from Mon 2 Nov 09:00."
    )
    month = explain(counted(OFFICE, at("2026-11-02T13:00"), 140 * HOUR), clock.anchor)
    assert sentence(month).endswith(
        "from Mon 2 Nov 13:00: 4 h on Mon 2 Nov, 112 h on the 14 business days between, 8 h a day"
        " from Mon 23 Nov to Wed 25 Nov."
    )


def test_dates_of_holidays_and_exceptions_are_the_calendars() -> None:
    holiday = calendar(NEW_YORK, WORKDAYS, NINE_TO_FIVE, holidays=("2026-11-26", "2026-11-27"))
    found = explain(counted(holiday, at("2026-11-25T16:00"), 2 * HOUR), at("2026-11-25T16:00"))
    words = [why_words(found, s) for s in found.stretches]
    assert words == [
        "Business hours",
        "Outside business hours",
        "Holiday: 26 Nov, 27 Nov",
        "Outside business hours",
        "Business hours",
    ]
    short = explain(ROWS["a short day and a day off"][0], at("2026-12-23T15:00"))
    assert [why_words(short, s) for s in short.stretches] == [
        "Business hours",
        "Outside business hours",
        "Closed by an exception: 24 Dec",
        "One-off business hours: 24 Dec",
        "Closed by an exception: 24 Dec, 25 Dec",
        "Outside business hours",
        "Business hours",
    ]


def test_two_pauses_one_after_the_other_are_both_named() -> None:
    clock = counted(
        OFFICE,
        at("2026-10-30T10:00"),
        4 * HOUR,
        stand(1, at("2026-10-30T11:00"), at("2026-10-30T12:00"), reason="One"),
        stand(2, at("2026-10-30T12:00"), at("2026-10-30T13:00")),
    )
    found = explain(clock, clock.anchor)
    assert why_words(found, found.stretches[1]) == (
        "Stood still, waiting for: One; Stood still, waiting for somebody else"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (3600, "1 h"), (5400, "1 h 30 min"), (90_061, "25 h 1 min 1 s")],
)
def test_lengths_in_words(seconds: int, words: str) -> None:
    assert length_words(seconds) == words


def test_lengths_in_days_of_24_hours() -> None:
    assert length_words(86_400, in_days=True) == "1 day"
    assert length_words(3 * 86_400 + 3600, in_days=True) == "3 days 1 h"


def test_seconds_are_said_where_they_matter() -> None:
    clock = counted(OFFICE, at("2026-10-30T16:59:45"), 30)
    found = explain(clock, at("2026-10-30T16:59:55"))
    assert sentence(found) == (
        "Due Mon 2 Nov 09:00:15 because it counts 30 s of business time from Fri 30 Oct 16:59:45:"
        " 15 s on Friday, none at the weekend, 15 s on Monday."
    )
    assert outcome_words(found) == (
        "So far 10 s of business time have counted; 20 s of business time are left."
    )
