"""Carrying out what was decided: each plan becomes rows, events and notices."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from cases.asking import Matter, taken_over
from cases.engine import Change, ClockChange, Face, Plan, face
from cases.engine import after as clocks_after
from cases.facts import OPEN, PROMISED, Asked, CaseFacts, ClockFacts, LevelRules, Standstill
from cases.starting import ask, insist
from cases.sweep.load import Loaded, Row
from cases.sweep.rows import Rows, Turn
from ladder.seats import Holder
from tenants.ids import uuid7

STATES = {
    Change.WARN: "running",
    Change.REMIND: "running",
    Change.REVIEW: "running",
    Change.RESUME: "running",
    Change.BREACH: "breached",
    Change.CLOSE: "ended",
    Change.END: "ended",
}
REPORTED = {
    Change.WARN: "case.clock.warning",
    Change.BREACH: "case.clock.breached",
    Change.REMIND: "case.reminder",
    Change.REVIEW: "case.pause.review",
    Change.CLOSE: "case.closed",
}

# Told after a climb of the same moment, to who has the case from then on.
TELLING = frozenset({Change.WARN, Change.REMIND})


@dataclass(frozen=True, slots=True)
class Climb:
    """A case that moved, for the operator's line."""

    number: str
    before: int
    position: int
    kind: str


def carry_out(rows: Rows, row: Row, case: CaseFacts, plan: Plan, loaded: Loaded) -> Climb | None:
    """Add everything that happens to one case; return its move, if it moved."""
    turn, climb = current_turn(row, loaded), None
    if case.pause is not None and plan.resumes_at is not None:
        resume(rows, row, case.pause, plan, loaded)
    for change in plan.changes:
        if change.change not in TELLING:
            report(rows, row, change, turn, loaded)
    if plan.climb_to is not None and plan.cause is not None:
        turn = next_turn(row, plan.climb_to, loaded)
        climb = Climb(row.number, row.position, turn.position, plan.cause.kind)
        move(rows, row, turn, plan.cause, loaded)
    for change in plan.changes:
        if change.change in TELLING:
            report(rows, row, change, turn, loaded)
    if plan.alarm and plan.cause is not None:
        alarm(rows, row, turn, plan.cause, loaded)
    for clock in plan.unanswered:
        ask_higher(rows, row, turn, clock, loaded)
    for new in plan.starts:
        rows.start_clock(row, turn, new)
    over = plan.close or row.status not in OPEN
    shown = Face() if over else face(clocks_after(plan, case), turn.id)
    rows.change_case(row, turn, shown, closes=plan.close)
    return climb


def resume(rows: Rows, row: Row, pause: Standstill, plan: Plan, loaded: Loaded) -> None:
    """End a pause. Where its longest time was over, who had the case is told, and the parties; a
    climb is told by itself."""
    assert plan.resumes_at is not None  # noqa: S101 - the caller asks
    moved = pause.ends_by > rows.at
    reason = "moved" if moved else "cap"
    rows.end_pause(row, pause.id, plan.resumes_at, reason)
    facts = {"pause": str(pause.id), "cause": reason, "ended_at": plan.resumes_at.isoformat()}
    told = [] if moved else [row.owner_id, row.backup_id, *loaded.contacts.get(row.id, ())]
    rows.record(row, "case.resumed", facts, f"{pause.id}:ended", told, "parties")


def current_turn(row: Row, loaded: Loaded) -> Turn:
    """Return the turn a case is in."""
    levels = loaded.levels[row.ladder_id]
    level = next(level.id for level in levels if level.position == row.position)
    held = Holder(row.owner_id, row.backup_id, row.on_behalf_of)
    return Turn(row.assignment_id, level, row.position, held)


def next_turn(row: Row, target: LevelRules, loaded: Loaded) -> Turn:
    """Return the turn a case climbs to: people are resolved now, rules were pinned before."""
    return Turn(uuid7(), target.id, target.position, loaded.holder(row, target))


def report(rows: Rows, row: Row, change: ClockChange, turn: Turn, loaded: Loaded) -> None:
    """Change a clock and say so, where it is worth saying, in the turn it belongs to."""
    rows.change_clock(row, change, STATES[change.change])
    if kind := REPORTED.get(change.change):
        facts = {**clock_facts(change.clock), "share": change.fired, "position": turn.position}
        told = heard(row, told_of(row, change, turn, loaded), loaded)
        audience = "parties" if change.change is Change.CLOSE else "internal"
        rows.record(row, kind, facts, f"{change.clock.id}:{change.fired}", told, audience)


def told_of(row: Row, change: ClockChange, turn: Turn, loaded: Loaded) -> list[UUID | None]:
    """Return who hears of what happened to a clock."""
    held = turn.holder
    asked = change.clock.asked
    if asked and asked.owner_id:
        held = Holder(asked.owner_id, asked.backup_id)
    if change.change is Change.WARN:
        return [held.owner_id]
    if change.change is Change.REVIEW:
        return [held.owner_id, held.backup_id]
    if change.change is Change.REMIND:
        return [held.owner_id, held.backup_id, *loaded.admins.get(row.tenant_id, ())]
    if change.change is Change.BREACH and change.clock.kind == "action":
        return [held.owner_id, row.owner_id]
    if change.change is Change.BREACH and change.clock.kind in PROMISED:
        return [held.owner_id, held.backup_id]
    return []


def move(rows: Rows, row: Row, turn: Turn, cause: ClockFacts, loaded: Loaded) -> None:
    """Hand a case up: both owners and the parties are told once."""
    rows.start_turn(row, turn)
    owner = turn.holder.owner_id
    about = clock_facts(cause)
    # All parties may read this; which of them had asked, only itself.
    about.pop("subject", None)
    facts = {
        **about,
        "from": row.position,
        "to": turn.position,
        "cause": "clock",
        "assignment": str(turn.id),
        "owner": str(owner) if owner else None,
        **in_place(turn.holder.on_behalf_of),
        "previous_owner": str(row.owner_id) if row.owner_id else None,
    }
    told = heard(row, [owner, row.owner_id], loaded) + loaded.contacts.get(row.id, [])
    rows.record(row, "case.escalated", facts, f"{cause.id}:climb", told, "parties")
    if owner is None:
        nobody = {"position": turn.position, "assignment": str(turn.id)}
        told = heard(
            row, [*loaded.admins.get(row.tenant_id, ()), *above(row, turn, loaded)], loaded
        )
        rows.record(row, "case.unowned", nobody, f"{turn.id}:unowned", told)


def in_place(principal: UUID | None) -> dict[str, str]:
    """Return how the trail says in whose place somebody has something."""
    return {"on_behalf_of": str(principal)} if principal else {}


def above(row: Row, turn: Turn, loaded: Loaded) -> list[UUID | None]:
    """Return who holds the next level above a turn that anybody holds, and who backs them up."""
    for level in loaded.rules(row).beyond(turn.level_id):
        held = Holder() if level.concessions_only else loaded.holder(row, level)
        if held.owner_id:
            return [held.owner_id, held.backup_id]
    return []


def heard(row: Row, told: Iterable[UUID | None], loaded: Loaded) -> list[UUID]:
    """Return who is told, and with each who is away those who stand in, as verbs do."""
    absences = loaded.away(row)
    return [one for person in told if person for one in (person, *absences.chain(person))]


def alarm(rows: Rows, row: Row, turn: Turn, cause: ClockFacts, loaded: Loaded) -> None:
    """Raise the governance alarm: to the owner, the backup and the admins. A case that moved has
    passed its total; one that stayed has nobody above."""
    told = [turn.holder.owner_id, turn.holder.backup_id, *loaded.admins.get(row.tenant_id, ())]
    moved = {"to": turn.position} if turn.id != row.assignment_id else {}
    facts = {**clock_facts(cause), "position": row.position, **moved}
    rows.record(row, "case.alarm", facts, f"{cause.id}:alarm", heard(row, told, loaded))


def ask_higher(rows: Rows, row: Row, turn: Turn, clock: ClockFacts, loaded: Loaded) -> None:
    """Give a concession that nobody has decided in time to the next level that may concede and that
    somebody holds; it is never decided by itself, and the case stays where it is."""
    assert clock.asked is not None  # noqa: S101 - the engine puts no other clock here
    assert clock.asked.level_id is not None  # noqa: S101 - nor one without a level
    rules, asked = loaded.rules(row), clock.asked
    away = loaded.away(row)
    matter = Matter(row.region_id, row.category_id, asked.barred, absences=away)
    if row.confidential:
        matter = matter.known_to(turn.position, turn.holder)
    if found := taken_over(rules.beyond(clock.asked.level_id), loaded.seats, matter):
        level, held = found
        now = replace(
            asked,
            owner_id=held.owner_id,
            backup_id=held.backup_id,
            level_id=level.id,
            on_behalf_of=held.on_behalf_of,
        )
        rows.start_clock(row, turn, ask(level, rules.calendar, rows.at, now))
        say_asked_higher(rows, row, clock, now, level.position, loaded)
        return
    level = rules.rung(clock.asked.level_id)
    rows.start_clock(row, turn, insist(level, rules.calendar, rows.at, asked))
    told = [asked.owner_id, asked.backup_id, *loaded.admins.get(row.tenant_id, ())]
    facts = {**clock_facts(clock), "position": level.position}
    rows.record(row, "case.alarm", facts, f"{clock.id}:alarm", heard(row, told, loaded))


def say_asked_higher(
    rows: Rows, row: Row, clock: ClockFacts, now: Asked, position: int, loaded: Loaded
) -> None:
    """Tell who decides a concession from now on, who did not, and who asked."""
    before = clock.asked.owner_id if clock.asked else None
    facts = {
        **clock_facts(clock),
        "to": position,
        "owner": str(now.owner_id),
        **in_place(now.on_behalf_of),
        "previous_owner": str(before) if before else None,
    }
    told = heard(row, [now.owner_id, before, *now.barred], loaded)
    rows.record(row, "case.approval.escalated", facts, f"{clock.id}:climb", told)


def clock_facts(clock: ClockFacts) -> dict[str, Any]:
    """Return what the trail keeps of a clock."""
    due_at = clock.due_at.isoformat()
    about = {"subject": str(clock.asked.subject)} if clock.asked else {}
    return {"clock": str(clock.id), "kind": clock.kind, "due_at": due_at, **about}
