"""Deadlines of the past: what the windows would have asked for, beside what happened."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from cases.facts import LevelRules
from cases.importing.plan import Cycle
from cases.importing.silent import SilentClock, silent_clocks
from ladder.durations import Window
from ladder.worktime import CalendarError, Rules, compile_rules
from tests.factories import BERLIN_HOURS

HOURS = compile_rules(Rules.from_json(BERLIN_HOURS))
LEVEL = LevelRules(UUID(int=1), 1, response=Window(seconds=4 * 3600), decision=Window(days=2))
TOTAL = Window(seconds=16 * 3600)


def utc(day: int, hour: int) -> datetime:
    """Return an instant in the first week of March 2016; the 1st is a Tuesday."""
    return datetime(2016, 3, day, hour, 0, tzinfo=UTC)


def test_a_cycle_has_three_clocks_whose_pauses_stop_all_but_the_response() -> None:
    cycle = Cycle(
        1,
        started_at=utc(1, 8),
        acknowledged_at=utc(1, 12),
        resolved_at=utc(3, 15),
        pauses=[(utc(1, 9), utc(1, 13))],
    )
    response, decision, total = silent_clocks(cycle, LEVEL, TOTAL, HOURS)
    assert response == SilentClock(
        "response", 1, "PT4H", 4 * 3600, utc(1, 8), utc(1, 12), utc(1, 12)
    )
    assert (decision.kind, decision.window, decision.due_at) == ("decision", "P2D", utc(4, 12))
    assert (total.kind, total.window, total.due_at) == ("total", "PT16H", utc(3, 12))
    assert [c.is_missed for c in (response, decision, total)] == [True, False, True]
    assert [c.of_turn for c in (response, decision, total)] == [True, True, False]


def test_a_reopened_cycle_asks_for_no_answer() -> None:
    cycle = Cycle(2, started_at=utc(1, 8), resolved_at=utc(1, 9))
    assert [(c.kind, c.cycle) for c in silent_clocks(cycle, LEVEL, TOTAL, HOURS)] == [
        ("decision", 2),
        ("total", 2),
    ]


def test_a_window_without_an_end_is_refused() -> None:
    endless = LevelRules(UUID(int=1), 1, response=Window(seconds=3600), decision=Window(days=3650))
    cycle = Cycle(2, started_at=utc(1, 8), resolved_at=utc(1, 9))
    sunday = {"timezone": "UTC", "weekly": {"sun": [["09:00", "10:00"]]}}
    with pytest.raises(CalendarError):
        list(silent_clocks(cycle, endless, TOTAL, compile_rules(Rules.from_json(sunday))))
