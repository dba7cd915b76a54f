"""What business time refuses, how far it looks, and that asking leaves no trace."""

from datetime import UTC, datetime, timedelta, tzinfo
from threading import Thread
from zoneinfo import ZoneInfo

import pytest

from ladder.durations import Window
from ladder.worktime import CalendarError, Compiled, Rules, compile_rules, to_us
from tests.ladder.calendars import NEW_YORK, OFFICE, at, utc


class NoOffset(tzinfo):
    """A zone that does not know its offset: as good as none."""

    def utcoffset(self, _when: datetime | None) -> None:
        return None

    def dst(self, _when: datetime | None) -> None:
        return None

    def tzname(self, _when: datetime | None) -> None:
        return None


GOOD = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "instant",
    [
        datetime.fromisoformat("2026-11-20T12:00"),
        datetime(2026, 11, 20, 12, tzinfo=NoOffset()),
        datetime(1, 1, 1, tzinfo=ZoneInfo("Asia/Tokyo")),
        datetime(9999, 12, 31, 23, 59, tzinfo=ZoneInfo(NEW_YORK)),
        datetime(1899, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2201, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
        "2026-11-20",
        float("nan"),
        None,
    ],
)
def test_instants_that_cannot_be_used(instant: datetime) -> None:
    for call, field in (
        (lambda: OFFICE.due_at(instant, 60), "anchor"),
        (lambda: OFFICE.at_share(instant, 60, 50), "anchor"),
        (lambda: OFFICE.target_seconds(instant, Window(days=1)), "anchor"),
        (lambda: OFFICE.worked_us(instant, GOOD), "start"),
        (lambda: OFFICE.worked_us(GOOD, instant), "end"),
        (lambda: OFFICE.is_open(instant), "instant"),
        (lambda: OFFICE.next_open(instant), "instant"),
        (lambda: OFFICE.explain(instant, 60), "anchor"),
        (lambda: OFFICE.due_at(GOOD, 60, [(GOOD, GOOD), (instant, None)]), "pauses[1].start"),
    ):
        with pytest.raises(CalendarError) as caught:
            call()
        assert caught.value.field == field


@pytest.mark.parametrize("target", [0, -1, 60.0, float("nan"), True, "60", None])
def test_targets_are_whole_positive_seconds(target: int) -> None:
    with pytest.raises(CalendarError) as caught:
        OFFICE.due_at(GOOD, target)
    assert caught.value.field == "target_seconds"


def test_microsecond_form() -> None:
    anchor = to_us(at("2026-11-20T16:59:59.999999"))
    assert OFFICE.due_us(anchor, 1) == to_us(at("2026-11-20T17:00"))
    assert OFFICE.due_us(anchor, 2) == to_us(at("2026-11-23T09:00:00.000001"))
    for target in (0, -1):
        with pytest.raises(CalendarError) as caught:
            OFFICE.due_us(anchor, target)
        assert caught.value.field == "target_us"
    with pytest.raises(CalendarError) as caught:
        OFFICE.due_us(10**30, 1)
    assert caught.value.field == "instant"


def test_ends_before_starts_are_refused() -> None:
    earlier = GOOD - timedelta(microseconds=1)
    with pytest.raises(CalendarError) as caught:
        OFFICE.worked_us(GOOD, earlier)
    assert caught.value.field == "end"
    with pytest.raises(CalendarError) as caught:
        OFFICE.due_at(GOOD, 60, [(GOOD, earlier)])
    assert caught.value.field == "pauses[0].end"


ONE_DAY_ONLY = {"timezone": "UTC", "weekly": {}, "exceptions": {"2026-11-24": [["09:00", "17:00"]]}}


def test_the_search_for_an_end_is_bounded() -> None:
    once = Compiled(Rules.from_json(ONE_DAY_ONLY))
    assert once.due_at(GOOD, 8 * 3600) == utc("2026-11-24T17:00")
    for call in (
        lambda: once.due_at(GOOD, 8 * 3600 + 1),
        lambda: once.next_open(utc("2026-11-24T17:00")),
        lambda: once.target_seconds(GOOD, Window(days=2)),
        lambda: OFFICE.due_at(GOOD, 10**15),
        lambda: OFFICE.due_at(utc("2200-12-31T00:00"), 40 * 3600),
        lambda: OFFICE.target_seconds(utc("2200-12-30T12:00"), Window(days=9)),
    ):
        with pytest.raises(CalendarError) as caught:
            call()
        reason = "The calendar has too few hours: no end within twenty years."
        assert (caught.value.field, caught.value.reason) == ("window", reason)


def test_the_bound_is_twenty_years_however_far_the_calendar_is_compiled() -> None:
    compiled = Compiled(Rules.from_json(ONE_DAY_ONLY))
    compiled.worked_us(utc("1990-01-01T00:00"), utc("2050-01-01T00:00"))
    assert compiled.next_open(utc("2006-11-24T09:00:01")) == utc("2026-11-24T09:00")
    for call in (
        lambda: compiled.next_open(utc("2006-11-24T08:00")),
        lambda: compiled.target_seconds(utc("2006-11-23T08:00"), Window(days=1)),
    ):
        with pytest.raises(CalendarError) as caught:
            call()
        assert caught.value.field == "window"


def test_the_edges_of_the_years() -> None:
    early, compiled = Compiled(Rules.always()), Compiled(Rules.always())
    assert early.due_at(utc("1900-01-01T00:00"), 60) == utc("1900-01-01T00:01")
    assert compiled.due_at(utc("2200-12-31T23:59"), 60) == utc("2201-01-01T00:00")
    assert compiled.target_seconds(utc("2200-12-30T12:00"), Window(days=1)) == 36 * 3600
    end = utc("2201-01-01T00:00")
    assert compiled.worked_seconds(utc("2200-12-31T23:59"), end) == 60
    assert compiled.explain(utc("2200-12-31T23:59"), 60)[-1].to == end
    with pytest.raises(CalendarError):
        Compiled(Rules.always()).due_at(end, 1)


def test_answers_do_not_depend_on_what_was_asked_before() -> None:
    anchors = [utc(f"{year}-06-15T10:00") for year in (2026, 2040, 1999, 2027, 2010, 2060)]
    grown = Compiled(OFFICE.rules)
    for anchor in anchors:
        fresh = Compiled(OFFICE.rules)
        assert grown.due_at(anchor, 12_000 * 3600) == fresh.due_at(anchor, 12_000 * 3600)
        days = Window(days=1_500)
        assert grown.target_seconds(anchor, days) == fresh.target_seconds(anchor, days)


def test_threads_share_a_calendar() -> None:
    compiled, found = Compiled(OFFICE.rules), set()
    anchors = [datetime(2026 + 2 * n, 11, 20, 21, tzinfo=UTC) for n in range(8)]

    def ask(anchor: datetime) -> None:
        found.add((anchor, compiled.due_at(anchor, 7_200)))

    threads = [Thread(target=ask, args=(anchor,)) for anchor in anchors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {(anchor, Compiled(OFFICE.rules).due_at(anchor, 7_200)) for anchor in anchors}


def test_the_same_rules_are_compiled_once() -> None:
    again = Rules.from_json(OFFICE.rules.to_json())
    assert compile_rules(again) is OFFICE
    assert compile_rules(Rules.always()) is not OFFICE
