"""Why is it due then? Derived again from what happened, without a database."""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.explaining import Explanation, explain
from cases.explainwords import (
    because,
    doubt_words,
    outcome_words,
    why_words,
)
from ladder.worktime import Compiled, Rules, Why, to_us
from tests.cases.counting import BERLIN, HOUR, ROWS, counted, sentence, stand, told
from tests.ladder.calendars import NEW_YORK, OFFICE, at
from tests.ladder.oracle import Oracle
from tests.ladder.random_calendars import SPAN_DAYS, Example, examples


@pytest.mark.parametrize("name", ROWS)
def test_the_rows_of_the_specification_explain_themselves_to_the_minute(name: str) -> None:
    clock, way, answer = ROWS[name]
    zone = clock.calendar.zone.key
    found = explain(clock, clock.anchor)
    assert told(found, zone) == way
    assert sentence(found, zone) == answer
    assert (found.due_at, found.derived_at, found.agrees) == (clock.due_at, clock.due_at, True)
    assert (found.counted_seconds, found.left_seconds) == (0, clock.target_seconds)


def test_what_became_of_it_is_said_with_the_way_to_when_it_was_due() -> None:
    calendar, anchor = OFFICE, at("2026-10-30T16:30")
    due = calendar.due_at(anchor, HOUR)
    now = at("2026-11-05T12:00")
    for facts, words, left in (
        (
            {"state": "met", "met_at": at("2026-11-02T09:10")},
            "Met Mon 2 Nov 09:10, when 20 min of business time were left.",
            1200,
        ),
        (
            {"state": "breached", "breached_at": due, "met_at": at("2026-11-02T10:00")},
            "Met Mon 2 Nov 10:00, after it was due.",
            0,
        ),
        ({"state": "breached", "breached_at": due}, "It was missed.", 0),
        (
            {"state": "ended", "ended_at": at("2026-10-30T16:45")},
            "It ended Fri 30 Oct 16:45: nobody has to meet it any more.",
            2700,
        ),
    ):
        found = explain(counted(calendar, anchor, HOUR, **facts), now)
        with timezone.override(NEW_YORK):
            assert outcome_words(found) == words
        assert (found.left_seconds, found.agrees) == (left, True)
        assert told(found) == ROWS["over a weekend"][1]


def test_what_stands_still_has_no_due_time_and_says_what_is_left() -> None:
    clock = counted(
        OFFICE,
        at("2026-10-30T10:00"),
        8 * HOUR,
        stand(1, at("2026-10-30T16:00"), None, reason="Evidence from a party", owed="Alpenwerk"),
        due_at=at("2026-11-02T10:00"),
        state="paused",
    )
    found = explain(clock, at("2026-11-03T12:00"))
    assert (found.due_at, found.agrees) == (None, True)
    assert (found.counted_seconds, found.left_seconds) == (6 * HOUR, 2 * HOUR)
    assert told(found) == [
        ("Fri 30 10:00", "Fri 30 16:00", 6 * HOUR, 6 * HOUR, "open"),
        ("Fri 30 16:00", "Tue 03 12:00", 0, 6 * HOUR, "pause"),
    ]
    assert sentence(found) == (
        "It stands still, so it has no due time: of 8 h of business time 6 h have counted since Fri"
        " 30 Oct 10:00, and 2 h are left."
    )
    assert outcome_words(found) == ""
    assert why_words(found, found.stretches[1]) == (
        "Stood still, waiting for Alpenwerk: Evidence from a party"
    )


def test_what_ended_while_it_stood_still_was_due_at_no_time() -> None:
    """The sweep hands a case up: its decision ends, and nobody works its due time out again."""
    paused, ended = at("2026-10-30T16:00"), at("2026-11-03T12:00")
    clock = counted(
        OFFICE,
        at("2026-10-30T10:00"),
        8 * HOUR,
        stand(1, paused, ended),
        due_at=at("2026-11-02T10:00"),
        state="ended",
        ended_at=ended,
    )
    found = explain(clock, at("2026-11-05T12:00"))
    assert (found.due_at, found.agrees, found.left_seconds) == (None, True, 2 * HOUR)
    assert found.until == ended
    assert sentence(found) == "It stood still when it ended, so that it was due at no time."


def test_pauses_after_it_was_over_do_not_move_it() -> None:
    """A decision was met, taken up again, and the new one paused before the old one was due."""
    clock = counted(
        OFFICE,
        at("2026-10-30T10:00"),
        16 * HOUR,
        stand(1, at("2026-11-02T09:30"), at("2026-11-04T10:00")),
        due_at=OFFICE.due_at(at("2026-10-30T10:00"), 16 * HOUR),
        state="met",
        met_at=at("2026-10-30T12:00"),
    )
    assert explain(clock, at("2026-11-05T12:00")).agrees


def test_a_due_time_that_does_not_follow_is_said_with_the_one_that_would() -> None:
    clock = counted(OFFICE, at("2026-10-30T16:30"), HOUR, due_at=at("2026-11-02T11:30"))
    found = explain(clock, at("2026-10-30T16:45"))
    assert (found.agrees, found.due_at) == (False, at("2026-11-02T11:30"))
    assert found.derived_at == at("2026-11-02T09:30")
    assert found.until == found.due_at
    with timezone.override(NEW_YORK):
        assert doubt_words(found) == (
            "This does not follow from what is recorded: counted again, it would be due Mon 2 Nov"
            " 09:30. What counts is the time that was told."
        )
    never = counted(
        OFFICE,
        at("2026-10-30T16:30"),
        HOUR,
        stand(1, at("2026-10-30T16:40"), None),
        due_at=at("2026-11-02T09:30"),
    )
    lost = explain(never, at("2026-10-30T16:45"))
    assert (lost.agrees, lost.derived_at) == (False, None)
    assert "another time is left, or none" in doubt_words(lost)


def test_what_is_left_of_what_stands_still_must_fit_too() -> None:
    clock = counted(
        OFFICE,
        at("2026-10-30T10:00"),
        8 * HOUR,
        stand(1, at("2026-10-30T16:00"), None),
        due_at=at("2026-11-02T12:00"),
        state="paused",
    )
    found = explain(clock, at("2026-11-03T12:00"))
    assert (found.agrees, found.left_seconds) == (False, 2 * HOUR)


def test_the_response_does_not_stand_still() -> None:
    pause = stand(1, at("2026-10-30T10:30"), at("2026-10-30T12:00"))
    due = OFFICE.due_at(at("2026-10-30T10:00"), HOUR)
    clock = counted(OFFICE, at("2026-10-30T10:00"), HOUR, pause, kind="response", due_at=due)
    found = explain(clock, due)
    assert (found.agrees, found.clock.stops()) == (True, [])
    assert [s.why for s in found.stretches] == [Why.OPEN]


def test_the_end_a_pause_was_given_needs_no_whole_second() -> None:
    anchor = at("2026-10-30T16:00:00.4")
    due = at("2026-10-30T18:00")
    found = explain(counted(OFFICE, anchor, 7200, kind="pause", due_at=due), anchor)
    assert (found.agrees, found.target_seconds) == (True, 7199)
    wrong = counted(OFFICE, anchor, 7300, kind="pause", due_at=due)
    assert not explain(wrong, anchor).agrees


def test_who_came_later_knows_of_the_way_since_then_and_of_no_pause_before() -> None:
    """What counted before would tell how long the case stood still before."""
    before = stand(1, at("2026-10-30T10:30"), at("2026-10-30T12:30"))
    whole = counted(OFFICE, at("2026-10-30T10:00"), 8 * HOUR, before)
    since = at("2026-10-30T15:00")
    own = counted(OFFICE, at("2026-10-30T10:00"), 8 * HOUR, due_at=whole.due_at, since=since)
    found = explain(own, at("2026-10-30T16:00"))
    assert (found.agrees, found.target_seconds) == (True, None)
    assert (found.counted_seconds, found.left_seconds) == (HOUR, 4 * HOUR)
    assert told(found) == [
        ("Fri 30 15:00", "Fri 30 17:00", 2 * HOUR, 2 * HOUR, "open"),
        ("Fri 30 17:00", "Mon 02 09:00", 0, 2 * HOUR, "closed"),
        ("Mon 02 09:00", "Mon 02 12:00", 3 * HOUR, 5 * HOUR, "open"),
    ]
    assert sentence(found) == (
        "Due Mon 2 Nov 12:00 because 5 h of business time were left at Fri 30 Oct 15:00, when you"
        " became a party: 2 h on Friday, none at the weekend, 3 h on Monday."
    )
    late = explain(
        counted(
            OFFICE,
            at("2026-10-29T10:00"),
            HOUR,
            state="breached",
            since=since,
            breached_at=at("2026-10-29T11:00"),
        ),
        at("2026-10-30T16:00"),
    )
    assert (late.stretches, sentence(late)) == (
        (),
        "Due Thu 29 Oct 11:00, before you became a party.",
    )


def test_who_came_later_knows_what_is_left_of_what_stands_still() -> None:
    earlier = stand(1, at("2026-10-30T10:30"), at("2026-10-30T12:30"))
    due = OFFICE.due_at(at("2026-10-30T10:00"), 8 * HOUR, [(earlier.started_at, earlier.ended_at)])
    own = counted(
        OFFICE,
        at("2026-10-30T10:00"),
        8 * HOUR,
        stand(2, at("2026-10-30T15:00"), None),
        due_at=due,
        state="paused",
        since=at("2026-10-30T14:00"),
    )
    found = explain(own, at("2026-10-30T16:00"))
    assert (found.counted_seconds, found.left_seconds, found.agrees) == (HOUR, 5 * HOUR, True)
    assert sentence(found) == (
        "It stands still, so it has no due time: 5 h of business time are left."
    )


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(examples(), st.integers(0, 9 * 86_400))
def test_whatever_the_calendar_counted_seconds_sum_to_the_target_without_a_gap(
    example: Example, later: int
) -> None:
    hours = Compiled(Rules.from_json(example.calendar))
    oracle = Oracle(example.calendar, example.first, SPAN_DAYS * 1440)
    for anchor in example.anchors:
        available = hours.worked_seconds(anchor, oracle.end, example.pauses)
        target = available * example.permille // 1000
        if not target:
            continue
        stands = [stand(n, *pause) for n, pause in enumerate(example.pauses)]
        clock = counted(hours, anchor, target, *stands)
        found = explain(clock, anchor + timedelta(seconds=later))
        assert found.agrees
        assert (found.stretches[0].from_, found.until) == (anchor, clock.due_at)
        assert all(a.to == b.from_ for a, b in pairwise(found.stretches))
        assert sum(s.counted_seconds for s in found.stretches) == target
        assert found.stretches[-1].total_seconds == target
        assert found.counted_seconds + found.left_seconds == target
        now = min(found.at, clock.due_at)
        assert found.counted_seconds == oracle.worked(anchor, now, example.pauses) // 1_000_000
        assert all(s.stands for s in found.stretches if s.why is Why.PAUSE)
        for zone in (BERLIN, "America/New_York", example.calendar["timezone"]):
            _days_sum_up(found, zone)


def _days_sum_up(found: Explanation, zone: str) -> None:
    """Whatever the reader's zone, the days that the sentence names sum to the target."""
    with timezone.override(zone):
        day = timezone.localtime(found.clock.begin).date()
        last = timezone.localtime(found.until).date()
        total, place = 0, ZoneInfo(zone)
        while day <= last:
            start = datetime(day.year, day.month, day.day, tzinfo=place)
            following = day + timedelta(days=1)
            end = datetime(following.year, following.month, following.day, tzinfo=place)
            total += found.counted_between(start, end)
            day = following
        assert total == found.target_seconds
        assert because(found).startswith("Due ")


def test_instants_are_kept_to_the_microsecond() -> None:
    anchor = at("2026-10-30T16:59:59.4")
    found = explain(counted(OFFICE, anchor, 2), anchor)
    assert [s.counted_seconds for s in found.stretches] == [0, 0, 2]
    assert to_us(found.until) == to_us(at("2026-11-02T09:00:01.4"))
