"""The engine by itself, about what somebody else than the case's owner is asked."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from cases.engine import Change, Face, decide, face
from cases.facts import Asked, ClockFacts
from cases.starting import ask, insist
from ladder.durations import parse_window
from tests.cases.test_engine import ALWAYS, HOUR, START, case, changed, clock, level, rules, started

CONCESSION, MARIANNE, DANIEL = UUID(int=70), UUID(int=71), UUID(int=72)
ASKED = Asked(CONCESSION, MARIANNE, None, level(2).id, (DANIEL,))


def asking(kind: str = "approval", window: str = "PT4H", **facts: Any) -> ClockFacts:
    """Return a clock that asks Marianne, who has a seat on the second level."""
    return replace(clock(kind, window, assignment_id=None), asked=ASKED, **facts)


def test_what_a_level_is_asked_runs_for_its_decision_window_and_knows_whom_it_asks() -> None:
    asked = ask(level(2), ALWAYS, START, ASKED)
    assert (asked.kind, (asked.due_at - START) / HOUR) == ("approval", 16)
    assert (asked.asked, asked.of_assignment) == (ASKED, False)


def test_a_missed_concession_leaves_the_case_where_it_is() -> None:
    approval = asking()
    plan = decide(case(clock(), approval, clock("total", "PT40H")), rules(), approval.due_at)
    late = [change for change in plan.changes if change.clock is approval]
    assert [(change.change, change.fired) for change in late] == [(Change.BREACH, 100)]
    assert plan.unanswered == [approval]
    alone = decide(case(approval), rules(), approval.due_at)
    assert (alone.climb_to, alone.alarm, alone.starts) == (None, False, [])


def test_a_missed_action_is_said_and_goes_nowhere() -> None:
    action = asking("action")
    plan = decide(case(action, status="closed"), rules(), action.due_at)
    assert changed(plan) == [("action", "breach")]
    assert (plan.unanswered, plan.climb_to, plan.starts, plan.close) == ([], None, [], False)


def test_what_others_are_asked_is_warned_of_like_any_other_clock() -> None:
    approval = asking()
    plan = decide(case(approval), rules(), START + 2 * HOUR)
    assert [(c.change, c.fired) for c in plan.changes] == [(Change.WARN, 50)]


def test_a_climb_leaves_what_others_are_asked_alone_and_ends_a_request() -> None:
    mine = clock("response")
    request = replace(clock("request", "PT8H"), assignment_id=mine.assignment_id)
    plan = decide(case(mine, request, asking(window="PT20H")), rules(), mine.due_at)
    assert changed(plan) == [("response", "breach"), ("request", "end")]
    assert plan.climb_to == level(2)


def test_a_request_that_nobody_answers_moves_the_case() -> None:
    request = clock("request", "PT8H", thresholds=(50, 75, 90))
    plan = decide(case(request), rules(), request.due_at)
    assert plan.climb_to == level(2)
    assert started(plan) == [("response", 12.0), ("decision", 24.0)]


def test_a_case_shows_what_its_owner_owes_and_not_what_others_do() -> None:
    assert face([asking(), asking("action")], None) == Face()
    request = replace(clock("request", "PT1H"), assignment_id=UUID(int=1))
    shown = face([asking(), request, clock("total")], UUID(int=1))
    assert (shown.kind, shown.missed) == ("request", False)
    late = replace(request, state="breached")
    assert face([late], UUID(int=1)).missed
    assert face([late], UUID(int=2)) == Face()


def test_the_reminder_of_a_concession_goes_by_the_level_it_is_about() -> None:
    slow = level(2, response="PT9H")
    ladder = rules(level(1), slow, level(3))
    again = insist(slow, ALWAYS, START, ASKED)
    assert (again.kind, again.asked, (again.due_at - START) / HOUR) == ("reminder", ASKED, 9)
    running = asking("reminder", "PT9H", thresholds=())
    plan = decide(case(running), ladder, running.due_at)
    [change] = plan.changes
    assert change.again is not None
    assert (change.again.due_at - running.due_at) / HOUR == 9


def test_a_reminder_of_a_concession_is_none_of_the_case() -> None:
    top = clock("response", "PT4H")
    other = asking("reminder", "PT40H", thresholds=())
    plan = decide(case(top, other, position=3), rules(), top.due_at)
    assert plan.alarm
    assert [new.kind for new in plan.starts] == ["reminder"]


def test_levels_beyond_one_are_those_above_it_with_those_for_concessions() -> None:
    ladder = rules(level(1), level(2), level(3), level(4, only=True))
    assert [found.position for found in ladder.beyond(level(2).id)] == [3, 4]
    assert ladder.beyond(level(4).id) == []
    with pytest.raises(KeyError):
        ladder.rung(UUID(int=99))
    assert ladder.rung(level(4).id).response == parse_window("PT4H")
