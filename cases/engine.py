"""What happens to a case at an instant: pure.

A function of the rules pinned for the case, the facts of its clocks, and the instant. The sweep
applies it to rows; verbs use the same pieces, so that a clock is started in one way only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from cases.facts import (
    ASKING,
    BREACHABLE,
    OF_THE_CASE,
    PROMISED,
    SHOWN,
    TURN_KINDS,
    CaseFacts,
    CaseRules,
    ClockFacts,
    LevelRules,
    NewClock,
    Standstill,
)
from cases.starting import level_clocks, pause_clock, reminder, rerun, start_clock
from ladder.worktime import Pause


class Change(StrEnum):
    """What the sweep does to one clock."""

    WARN = "warn"
    BREACH = "breach"
    REMIND = "remind"
    REVIEW = "review"
    RESUME = "resume"
    CLOSE = "close"
    END = "end"


@dataclass(frozen=True, slots=True)
class ClockChange:
    """What happens to one clock, and the share in percent or number of the reminder told. `again`
    is what a clock that repeats, or that stood still, runs for from then on."""

    clock: ClockFacts
    change: Change
    fired: int
    next_fire_at: datetime | None = None
    again: NewClock | None = None


@dataclass(slots=True)
class Plan:
    """Everything that happens to a case at an instant. Empty where nothing was due.

    `unanswered` are approvals that were missed: each goes to the next level that somebody holds,
    which only who writes the plan knows (see `ask` and `insist`). `resumes_at` is when the pause
    the case was in ended.
    """

    changes: list[ClockChange] = field(default_factory=list)
    climb_to: LevelRules | None = None
    cause: ClockFacts | None = None
    alarm: bool = False
    close: bool = False
    resumes_at: datetime | None = None
    unanswered: list[ClockFacts] = field(default_factory=list)
    starts: list[NewClock] = field(default_factory=list)

    @property
    def happened(self) -> bool:
        """Whether anything is to be written."""
        return bool(self.changes)


def counts(clock: ClockFacts, assignment_id: UUID) -> bool:
    """Whether a missed clock still asks for something: it is this turn's, or the whole case's."""
    return clock.kind in OF_THE_CASE or clock.assignment_id == assignment_id


def decide(case: CaseFacts, rules: CaseRules, at: datetime) -> Plan:
    """Return what happens to a case at `at`.

    Several clocks missed together move it one level; after an outage of any length it climbs one
    level and gets a real window there. What a climb ends is not warned of any more. A pause whose
    longest time is over ended then, however late that is noticed: what its clocks have missed
    since is missed with the rest.
    """
    plan = Plan()
    again: dict[UUID, NewClock] = {}
    if case.pause is not None and case.pause.ends_by <= at:
        case, again = _past_the_pause(plan, case, case.pause)
    running = [c for c in case.clocks if c.runs]
    missed = [c for c in running if c.kind in BREACHABLE and c.due_at <= at]
    if missed:
        _breach(plan, case, rules, missed, at)
    for clock in running:
        if clock.kind in ASKING | PROMISED and clock.due_at <= at:
            plan.changes.append(ClockChange(clock, Change.BREACH, fired=100))
            plan.unanswered += [clock] if clock.kind == "approval" else []
    ended = {change.clock.id for change in plan.changes}
    for clock in running:
        if clock.id not in ended and clock.next_fire_at and clock.next_fire_at <= at:
            _fire(plan, case, rules, clock, at)
    _run_on(plan, case, again)
    return plan


def _past_the_pause(
    plan: Plan, case: CaseFacts, pause: Standstill
) -> tuple[CaseFacts, dict[UUID, NewClock]]:
    """Return a case as it stood once its pause had ended by itself, and how its clocks ran on."""
    _resume(plan, case, pause, pause.ends_by)
    again = {one.clock.id: one.again for one in plan.changes if one.again is not None}
    plan.changes = [one for one in plan.changes if one.again is None]
    over = {one.clock.id for one in plan.changes}
    clocks = tuple(
        _running(clock, again[clock.id], pause) if clock.id in again else clock
        for clock in case.clocks
        if clock.id not in over
    )
    return replace(case, clocks=clocks, pause=None), again


def _running(clock: ClockFacts, again: NewClock, pause: Standstill) -> ClockFacts:
    return replace(
        clock,
        state="running",
        due_at=again.due_at,
        soon_at=again.soon_at,
        next_fire_at=again.next_fire_at,
        pauses=tuple(ended(clock.pauses, pause.ends_by)),
    )


def _run_on(plan: Plan, case: CaseFacts, again: dict[UUID, NewClock]) -> None:
    """Let what stood still run on, whatever else has happened to it since."""
    plan.changes = [replace(one, again=again.get(one.clock.id, one.again)) for one in plan.changes]
    changed = {one.clock.id for one in plan.changes}
    for clock in case.clocks:
        if clock.id in again and clock.id not in changed:
            new = again[clock.id]
            plan.changes.append(
                ClockChange(clock, Change.RESUME, clock.fired, new.next_fire_at, new)
            )


def _breach(
    plan: Plan, case: CaseFacts, rules: CaseRules, missed: list[ClockFacts], at: datetime
) -> None:
    plan.changes += [ClockChange(clock, Change.BREACH, fired=100) for clock in missed]
    plan.cause = min(missed, key=lambda clock: clock.due_at)
    plan.climb_to = rules.above(case.position)
    stays = plan.climb_to is None
    plan.alarm = stays or any(clock.kind == "total" for clock in missed)
    if plan.climb_to is not None:
        _climb(plan, case, rules, plan.climb_to, at)
    reminding = (c for c in case.clocks if c.kind == "reminder" and c.runs and not c.asked)
    if plan.alarm and not any(reminding):
        level = plan.climb_to or rules.level(case.position)
        plan.starts.append(reminder(level, rules.calendar, at))


def _climb(plan: Plan, case: CaseFacts, rules: CaseRules, target: LevelRules, at: datetime) -> None:
    handled = {change.clock.id for change in plan.changes}
    plan.changes += [
        ClockChange(clock, Change.END, fired=clock.fired)
        for clock in case.clocks
        if (clock.runs or clock.waits) and clock.kind in TURN_KINDS and clock.id not in handled
    ]
    if case.pause is not None:
        # Whoever has it now says whether it still waits for somebody.
        _resume(plan, case, case.pause, at)
    decided = case.status == "decided"
    plan.starts += level_clocks(target, rules.calendar, at, decided=decided)
    if target.veto is not None and target.position not in case.reviewed and not decided:
        plan.starts.append(start_clock("review", target.veto, at, rules.calendar))


def _resume(plan: Plan, case: CaseFacts, pause: Standstill, ended_at: datetime) -> None:
    """End a pause: what stood still runs on, unless it ends at the same time."""
    handled = {change.clock.id for change in plan.changes}
    for clock in case.clocks:
        if clock.id in handled:
            continue
        if clock.kind == "pause" and clock.runs:
            plan.changes.append(ClockChange(clock, Change.END, fired=clock.fired))
        elif clock.waits:
            again = rerun(clock, ended(clock.pauses, ended_at))
            next_at = again.next_fire_at
            plan.changes.append(ClockChange(clock, Change.RESUME, clock.fired, next_at, again))
    plan.resumes_at = max(ended_at, pause.started_at)


def ended(pauses: Iterable[Pause], at: datetime) -> list[Pause]:
    """Return pauses with the one that lasted ended at an instant."""
    return [(start, max(start, at) if end is None else end) for start, end in pauses]


def _fire(plan: Plan, case: CaseFacts, rules: CaseRules, clock: ClockFacts, at: datetime) -> None:
    if clock.kind == "pause" and case.pause is not None:
        # Somebody has to look whether it still has a reason.
        again = pause_clock(at, case.pause.ends_by)
        times = (clock.fired + 1, again.next_fire_at, again)
        plan.changes.append(ClockChange(clock, Change.REVIEW, *times))
    elif clock.kind == "review":
        # Nobody has sent it back: it stays where it is.
        plan.changes.append(ClockChange(clock, Change.END, fired=clock.fired))
    elif clock.kind == "closing":
        plan.close = True
        plan.changes.append(ClockChange(clock, Change.CLOSE, fired=100))
    elif clock.kind == "reminder":
        # By the hours the clock has pinned, and the level it is about: where the case is from now.
        level = plan.climb_to or rules.level(case.position)
        if clock.asked and clock.asked.level_id:
            level = rules.rung(clock.asked.level_id)
        again = reminder(level, clock.calendar, at)
        plan.changes.append(
            ClockChange(clock, Change.REMIND, clock.fired + 1, again.next_fire_at, again)
        )
    else:
        plan.changes.append(_warning(clock, at))


def _warning(clock: ClockFacts, at: datetime) -> ClockChange:
    """Of several thresholds crossed together only the highest is told."""
    told, next_fire_at = clock.fired, clock.due_at
    times = (clock.anchor, clock.target_seconds)
    for share in sorted(s for s in clock.thresholds if s > clock.fired):
        instant = clock.hours.at_share(*times, share, clock.pauses)
        if instant > at:
            next_fire_at = instant
            break
        told = share
    return ClockChange(clock, Change.WARN, told, next_fire_at)


@dataclass(frozen=True, slots=True)
class Face:
    """The one clock a case shows: the earliest missed and not met, else what is due next."""

    due_at: datetime | None = None
    kind: str = ""
    soon_at: datetime | None = None
    missed: bool = False


def face(clocks: Iterable[ClockFacts | NewClock], assignment_id: UUID | None) -> Face:
    """Return what a case with these clocks shows."""
    missed, running = [], []
    for clock in clocks:
        if clock.kind not in SHOWN:
            continue
        if isinstance(clock, NewClock) or clock.runs:
            running.append(clock)
        elif not clock.waits and assignment_id and counts(clock, assignment_id):
            missed.append(clock)
    shown = min(missed or running, key=_first_shown, default=None)
    if shown is None:
        return Face()
    return Face(shown.due_at, shown.kind, shown.soon_at, missed=bool(missed))


def _first_shown(clock: ClockFacts | NewClock) -> tuple[datetime, bool, str, datetime]:
    # Of two due together always the same one, in whatever order rows come; an answer first.
    soon_at = clock.soon_at or clock.due_at
    return (clock.due_at, clock.kind != "response", clock.kind, soon_at)


def after(plan: Plan, case: CaseFacts) -> list[ClockFacts | NewClock]:
    """Return the clocks a case has once a plan is carried out."""
    done = {change.clock.id: change for change in plan.changes}
    kept: list[ClockFacts | NewClock] = []
    for clock in case.clocks:
        change = done.get(clock.id)
        if change is None:
            kept.append(clock)
        elif change.change is Change.BREACH:
            kept.append(replace(change.clock, state="breached"))
        elif change.change is not Change.END and change.again is not None:
            kept.append(change.again)
        elif change.change is Change.WARN:
            kept.append(clock)
    return kept + plan.starts
