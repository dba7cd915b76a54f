"""Faults that are planted in the product on purpose, each what a hasty hand could write: the judge
has to find every one. Product code knows nothing of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from cases import clockwork, engine, reopening, retiming
from cases.facts import PAUSABLE, CaseFacts, CaseRules, ClockFacts, NewClock
from cases.models import Case, Clock
from cases.rules import clock_facts, live_clocks, rules_of, spans_of
from cases.starting import rerun, retargeted
from cases.sweep import run
from ladder.durations import parse_window
from ladder.worktime import Pause

LONG = timedelta(hours=12)
Plant = Callable[[pytest.MonkeyPatch], None]


def resuming_forgets(patch: pytest.MonkeyPatch) -> None:
    """Who resumes counts from now on: what was used before the pause is lost."""

    def anew(clock: ClockFacts, pauses: Sequence[Pause]) -> NewClock:
        ends = [end for _start, end in pauses if end]
        begin = max([clock.anchor, *ends])
        return replace(rerun(replace(clock, anchor=begin), ()), anchor=clock.anchor)

    patch.setattr(clockwork, "rerun", anew)


def severity_erases_a_breach(patch: pytest.MonkeyPatch) -> None:
    """Another severity gives its window to a clock that is late already, and nobody has noticed."""

    def retime(case: Case, at: datetime) -> list[dict[str, Any]]:
        rules, floor = rules_of(case), parse_window("PT1H")
        spans = spans_of(case.pk, case.cycle)
        for clock in live_clocks(case):
            window = retiming.window_now(clock, case, rules)
            if window is not None:
                facts = clock_facts(clock, spans)
                retiming.write(clock, retargeted(facts, window, at, floor))
        return []

    patch.setattr(retiming, "retime", retime)


def an_outage_climbs_two_levels(patch: pytest.MonkeyPatch) -> None:
    """A case that is long overdue goes past the next level at once."""

    def decide(case: CaseFacts, rules: CaseRules, at: datetime) -> engine.Plan:
        plan = engine.decide(case, rules, at)
        late = plan.cause is not None and at - plan.cause.due_at > LONG
        if late and plan.climb_to is not None:
            plan.climb_to = rules.above(plan.climb_to.position) or plan.climb_to
        return plan

    patch.setattr(run, "decide", decide)


def reopening_keeps_the_old_clock(patch: pytest.MonkeyPatch) -> None:
    """What closes a resolved case runs on after it was reopened."""
    kept = {name: getattr(clockwork, name) for name in ("begin_turn", "start_total", "settle")}
    patch.setattr(reopening, "clockwork", SimpleNamespace(**kept, end=lambda *_: None))


def a_new_target_warns_anew(patch: pytest.MonkeyPatch) -> None:
    """A clock with another target forgets which thresholds it has told."""
    write = retiming.write

    def forgetful(clock: Clock, facts: ClockFacts) -> None:
        clock.fired = 0
        write(clock, replace(facts, fired=0))

    patch.setattr(retiming, "write", forgetful)


def the_first_answer_stands_still(patch: pytest.MonkeyPatch) -> None:
    """A pause stops the response too."""
    kinds = PAUSABLE | {"response"}
    patch.setattr(clockwork, "PAUSABLE", kinds)


# Each with the rule that has to find it.
FAULTS: dict[str, tuple[Plant, str]] = {
    "resuming_forgets": (resuming_forgets, "due_follows_from_what_happened"),
    "severity_erases_a_breach": (
        severity_erases_a_breach,
        "targets_change_by_severity_and_hold_only",
    ),
    "an_outage_climbs_two_levels": (an_outage_climbs_two_levels, "one_level_at_a_time"),
    "reopening_keeps_the_old_clock": (reopening_keeps_the_old_clock, "only_this_cycle_runs"),
    "a_new_target_warns_anew": (a_new_target_warns_anew, "a_breach_stays"),
    "the_first_answer_stands_still": (the_first_answer_stands_still, "a_pause_stops_what_it_may"),
}
