"""The engine by itself: what happens to a case at an instant, from facts alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from cases.engine import Change, Face, after, counts, decide, face
from cases.facts import CaseFacts, CaseRules, ClockFacts, LevelRules, NewClock, StepWindows
from cases.starting import level_clocks, reminder, start_clock
from ladder.durations import Window, parse_window
from ladder.worktime import Rules, compile_rules
from tests.factories import BERLIN_HOURS

HOUR = timedelta(hours=1)
START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ALWAYS = compile_rules(Rules.always())
TURN, CASE = uuid4(), uuid4()


def level(position: int, *, only: bool = False, response: str = "PT4H") -> LevelRules:
    """Return a level with four hours to answer and sixteen to decide."""
    return LevelRules(
        UUID(int=position),
        position,
        parse_window(response),
        parse_window("PT16H"),
        concessions_only=only,
    )


def rules(*levels: LevelRules, start: int = 1, steps: tuple[StepWindows, ...] = ()) -> CaseRules:
    """Return rules; three levels unless said."""
    return CaseRules(levels or (level(1), level(2), level(3)), start, ALWAYS, steps)


def clock(kind: str = "response", window: str = "PT4H", **facts: Any) -> ClockFacts:
    """Return a clock that runs since the start, warned of nothing yet."""
    thresholds = () if kind in ("reminder", "closing") else (50, 75, 90)
    new = start_clock(kind, parse_window(window), START, ALWAYS, thresholds)
    known: dict[str, Any] = {
        "id": uuid4(),
        "kind": kind,
        "state": "running",
        "window": new.window,
        "target_seconds": new.target_seconds,
        "anchor": START,
        "due_at": new.due_at,
        "calendar": ALWAYS,
        "thresholds": thresholds,
        "next_fire_at": new.next_fire_at,
        "soon_at": new.soon_at,
        "assignment_id": TURN if kind in ("response", "decision") else None,
    }
    return ClockFacts(**known | facts)


def case(*clocks: ClockFacts, position: int = 1, status: str = "new") -> CaseFacts:
    """Return a case on a level."""
    return CaseFacts(CASE, status, position, TURN, clocks)


def changed(plan: Any) -> list[tuple[str, str]]:
    """Return what a plan does to which kind of clock."""
    return [(change.clock.kind, str(change.change)) for change in plan.changes]


def started(plan: Any) -> list[tuple[str, float]]:
    """Return which clocks a plan starts, and in how many hours from the start they are due."""
    return [(new.kind, (new.due_at - START) / HOUR) for new in plan.starts]


# --- Rules ----------------------------------------------------------------------------------------


def test_a_level_for_concessions_only_is_not_climbed_to_and_not_the_top() -> None:
    ladder = rules(level(1), level(2, only=True), level(3), level(4, only=True))
    above = ladder.above(1)
    assert above is not None
    assert above.position == 3
    assert ladder.above(3) is None


def test_a_level_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        rules().level(9)


def test_the_windows_of_a_route_count_climbable_levels_from_the_start() -> None:
    one, two = Window(seconds=60), Window(seconds=120)
    ladder = rules(
        level(1),
        level(2),
        level(3, only=True),
        level(4),
        level(5),
        start=2,
        steps=(StepWindows(response=one), StepWindows(decision=two)),
    )
    usual = (parse_window("PT4H"), parse_window("PT16H"))
    found = {p: (ladder.level(p).response, ladder.level(p).decision) for p in range(1, 6)}
    assert found == {
        1: usual,
        2: (one, usual[1]),
        3: usual,
        4: (usual[0], two),
        5: usual,
    }
    above = ladder.above(2)
    assert above is not None
    assert above.decision == two


# --- Starting clocks ------------------------------------------------------------------------------


def test_a_clock_fires_first_at_its_first_threshold() -> None:
    new = start_clock("response", parse_window("PT4H"), START, ALWAYS, (75, 50))
    assert (new.next_fire_at, new.soon_at, new.due_at) == (
        START + 2 * HOUR,
        START + 3 * HOUR,
        START + 4 * HOUR,
    )
    assert (new.window_text, new.target_seconds, new.of_assignment) == ("PT4H", 14_400, True)


def test_a_clock_without_thresholds_fires_when_it_is_due() -> None:
    new = start_clock("closing", parse_window("PT4H"), START, ALWAYS)
    assert (new.next_fire_at, new.soon_at) == (START + 4 * HOUR, None)


def test_what_is_decided_only_has_to_be_answered() -> None:
    kinds = [c.kind for c in level_clocks(level(2), ALWAYS, START, decided=True)]
    assert kinds == ["response"]
    assert [c.kind for c in level_clocks(level(2), ALWAYS, START)] == ["response", "decision"]


@pytest.mark.parametrize(
    ("response", "seconds"), [("PT5S", 60), ("PT1M", 60), ("PT2M", 120), ("P1D", 86_400 + 54_000)]
)
def test_an_alarm_repeats_every_response_window_and_at_most_every_minute(
    response: str, seconds: int
) -> None:
    """A business day around the clock ends at the end of the next day."""
    new = reminder(level(1, response=response), ALWAYS, START)
    assert (new.kind, new.of_assignment, new.thresholds) == ("reminder", False, ())
    assert (new.due_at - START).total_seconds() == seconds


# --- What happens ---------------------------------------------------------------------------------


def test_before_anything_is_due_nothing_happens() -> None:
    plan = decide(case(clock()), rules(), START + HOUR)
    assert (plan.happened, plan.changes, plan.starts) == (False, [], [])


def test_one_missed_clock_climbs_one_level_and_ends_the_others_of_the_level() -> None:
    response, decision, total = clock(), clock("decision", "PT16H"), clock("total", "PT100H")
    plan = decide(case(response, decision, total), rules(), START + 4 * HOUR)
    assert changed(plan) == [("response", "breach"), ("decision", "end")]
    assert plan.climb_to == level(2)
    assert plan.cause == response
    assert not plan.alarm
    assert started(plan) == [("response", 8), ("decision", 20)]


def test_several_missed_together_are_one_climb_by_the_one_due_first() -> None:
    response, decision, total = clock(), clock("decision", "PT16H"), clock("total", "PT20H")
    at = START + 72 * HOUR
    plan = decide(case(decision, total, response), rules(), at)
    assert sorted(changed(plan)) == [(k, "breach") for k in ("decision", "response", "total")]
    assert plan.climb_to == level(2)
    assert plan.cause == response
    # The total's breach alarms; its reminder repeats by the level the case has climbed to.
    assert plan.alarm
    assert started(plan) == [("response", 76), ("decision", 88), ("reminder", 76)]


def test_a_decided_case_climbs_to_be_answered() -> None:
    plan = decide(case(clock("total", "PT4H"), status="decided"), rules(), START + 4 * HOUR)
    assert started(plan) == [("response", 8), ("reminder", 8)]


def test_at_the_top_it_alarms_and_stays() -> None:
    response, decision = clock(), clock("decision", "PT16H")
    plan = decide(case(response, decision, position=3), rules(), START + 4 * HOUR)
    assert changed(plan) == [("response", "breach")]
    assert plan.climb_to is None
    assert plan.alarm
    assert started(plan) == [("reminder", 8)]


def test_an_alarm_that_repeats_already_is_not_started_twice() -> None:
    missed = clock(state="breached")
    running = clock("reminder", "PT30H")
    decision = clock("decision", "PT16H")
    plan = decide(case(missed, decision, running, position=3), rules(), START + 16 * HOUR)
    assert changed(plan) == [("decision", "breach")]
    assert plan.alarm
    assert plan.starts == []


def test_a_reminder_repeats_with_a_number() -> None:
    again = clock("reminder", "PT4H", fired=3)
    plan = decide(case(again, position=3), rules(), START + 5 * HOUR)
    [change] = plan.changes
    assert (change.change, change.fired) == (Change.REMIND, 4)
    assert change.again == reminder(level(3), ALWAYS, START + 5 * HOUR)
    assert change.next_fire_at == START + 9 * HOUR


def test_a_reminder_that_falls_due_with_a_climb_repeats_by_the_level_climbed_to() -> None:
    ladder = rules(level(1, response="PT4H"), level(2, response="PT7H"))
    again = clock("reminder", "PT4H", fired=1)
    plan = decide(case(clock(), again), ladder, START + 4 * HOUR)
    [change] = [change for change in plan.changes if change.change is Change.REMIND]
    assert change.again == reminder(level(2, response="PT7H"), ALWAYS, START + 4 * HOUR)


def test_a_reminder_repeats_by_the_hours_its_own_row_has_pinned() -> None:
    office = compile_rules(Rules.from_json(BERLIN_HOURS))
    again = clock("reminder", "PT4H", calendar=office)
    plan = decide(case(again, position=3), rules(), START + 4 * HOUR)
    [change] = plan.changes
    assert change.again == reminder(level(3), office, START + 4 * HOUR)


def test_a_resolved_case_closes() -> None:
    plan = decide(case(clock("closing", "PT4H"), status="resolved"), rules(), START + 4 * HOUR)
    assert plan.close
    assert changed(plan) == [("closing", "close")]


@pytest.mark.parametrize(
    ("hours", "fired", "told", "next_hours"),
    [
        (2.0, 0, 50, 3.0),
        (3.5, 0, 75, 3.6),
        (3.7, 0, 90, 4.0),
        (3.0, 50, 75, 3.6),
        (3.7, 90, 90, 4.0),
    ],
)
def test_of_several_thresholds_crossed_only_the_highest_is_told(
    hours: float, fired: int, told: int, next_hours: float
) -> None:
    running = clock(fired=fired, next_fire_at=START)
    plan = decide(case(running), rules(), START + hours * HOUR)
    [change] = plan.changes
    assert (change.change, change.fired) == (Change.WARN, told)
    assert change.next_fire_at == START + next_hours * HOUR


def test_what_a_climb_ends_is_not_warned_of() -> None:
    response, decision = clock(), clock("decision", "PT6H")
    plan = decide(case(response, decision), rules(), START + 4 * HOUR)
    assert changed(plan) == [("response", "breach"), ("decision", "end")]


def test_a_clock_that_was_missed_before_does_nothing_any_more() -> None:
    plan = decide(case(clock(state="breached", next_fire_at=None)), rules(), START + 99 * HOUR)
    assert not plan.happened


# --- What a case shows ----------------------------------------------------------------------------


def test_a_missed_clock_counts_for_its_turn_and_the_total_for_all() -> None:
    assert counts(clock(), TURN)
    assert not counts(clock(), uuid4())
    assert counts(clock("total"), uuid4())


def test_the_face_is_what_was_missed_first_else_what_is_due_next() -> None:
    response, decision = clock(), clock("decision", "PT16H")
    assert face([decision, response], TURN) == Face(
        START + 4 * HOUR, "response", START + 3 * HOUR, missed=False
    )
    missed = replace(decision, state="breached")
    assert face([missed, response], TURN) == Face(
        START + 16 * HOUR, "decision", START + 12 * HOUR, missed=True
    )
    # What an earlier turn missed is its own; reminders and the closing are no face.
    assert face([missed], uuid4()) == Face()
    assert face([missed], None) == Face()
    assert face([clock("reminder"), clock("closing")], TURN) == Face()
    assert face([start_clock("response", parse_window("PT1H"), START, ALWAYS)], TURN).due_at == (
        START + HOUR
    )


def test_of_two_due_together_the_face_is_the_same_in_any_order() -> None:
    """Where both windows of a level are held until one instant."""
    clocks = [clock(), clock("decision"), clock("request")]
    for some in permutations(clocks):
        assert face(some, TURN).kind == "response"
        assert face([replace(one, state="breached") for one in some], TURN).kind == "response"


def test_after_a_climb_a_case_has_what_still_counts() -> None:
    response, decision, total = clock(), clock("decision", "PT16H"), clock("total", "PT100H")
    before = case(response, decision, total)
    kept = after(decide(before, rules(), START + 4 * HOUR), before)
    assert [(c.kind, getattr(c, "state", "new")) for c in kept] == [
        ("response", "breached"),
        ("total", "running"),
        ("response", "new"),
        ("decision", "new"),
    ]
    assert isinstance(kept[-1], NewClock)
    closing = case(clock("closing"), status="resolved")
    assert after(decide(closing, rules(), START + 4 * HOUR), closing) == []
