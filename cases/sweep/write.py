"""Collecting what a batch changes, and writing it back in a few statements."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from cases.engine import CaseFacts, Change, ClockChange, ClockFacts, Face, Plan, after, face
from cases.sweep import statements
from cases.sweep.load import Loaded, Row, arrays
from ladder.seats import Holder, holder
from tenants.ids import uuid7

STATES = {
    Change.WARN: "running",
    Change.REMIND: "running",
    Change.BREACH: "breached",
    Change.CLOSE: "ended",
    Change.END: "ended",
}
REPORTED = {
    Change.WARN: "case.clock.warning",
    Change.BREACH: "case.clock.breached",
    Change.REMIND: "case.reminder",
    Change.CLOSE: "case.closed",
}


@dataclass(frozen=True, slots=True)
class Climb:
    """A case that moved, for the operator's line."""

    number: str
    before: int
    position: int
    kind: str


@dataclass(slots=True)
class Written:
    """The rows of a batch, table by table."""

    at: datetime
    clocks: list[tuple[Any, ...]] = field(default_factory=list)
    ended_turns: list[tuple[Any, ...]] = field(default_factory=list)
    turns: list[tuple[Any, ...]] = field(default_factory=list)
    new_clocks: list[tuple[Any, ...]] = field(default_factory=list)
    cases: list[tuple[Any, ...]] = field(default_factory=list)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    notices: list[tuple[Any, ...]] = field(default_factory=list)
    climbs: list[Climb] = field(default_factory=list)

    def add(self, row: Row, case: CaseFacts, plan: Plan, loaded: Loaded) -> None:
        """Add everything that happens to one case."""
        turn_id, level_id, owner = row.assignment_id, _level_id(row, loaded), row.owner_id
        for change in plan.changes:
            self._change(row, change, loaded)
        if plan.climb_to is not None:
            held = _holder(row, plan, loaded)
            turn_id, level_id, owner = uuid7(), plan.climb_to.id, held.owner_id
            self._climb(row, plan, held, turn_id, loaded)
        if plan.alarm and plan.cause is not None:
            self._alarm(row, plan.cause, owner, loaded)
        for new in plan.starts:
            clock = (new.kind, row.cycle, new.window_text, new.target_seconds)
            times = (new.anchor, new.due_at, new.soon_at, new.next_fire_at)
            thresholds = "{" + ",".join(map(str, new.thresholds)) + "}"
            turn = turn_id if new.of_assignment else None
            self.new_clocks.append(
                (
                    row.tenant_id,
                    uuid7(),
                    row.id,
                    turn,
                    *clock,
                    row.calendar_version_id,
                    *times,
                    thresholds,
                )
            )
        shown = Face() if plan.close else face(after(plan, case), turn_id)
        status, closed_at = ("closed", self.at) if plan.close else (row.status, None)
        self.cases.append(
            (
                row.tenant_id,
                row.id,
                status,
                turn_id,
                owner,
                level_id,
                shown.due_at,
                shown.kind,
                shown.soon_at,
                shown.missed,
                closed_at,
                self.at,
            )
        )

    def _change(self, row: Row, change: ClockChange, loaded: Loaded) -> None:
        state = STATES[change.change]
        self.clocks.append(
            (
                row.tenant_id,
                change.clock.id,
                state,
                change.fired,
                change.next_fire_at,
                change.due_at,
                self.at,
            )
        )
        kind = REPORTED.get(change.change)
        if kind is None:
            return
        people = _told_of_change(row, change, loaded)
        shared = "parties" if change.change is Change.CLOSE else "internal"
        facts = {**_clock_facts(change.clock), "share": change.fired, "position": row.position}
        self._event(row, kind, facts, shared, f"{change.clock.id}:{change.fired}", people)

    def _climb(self, row: Row, plan: Plan, held: Holder, turn_id: UUID, loaded: Loaded) -> None:
        assert plan.climb_to is not None and plan.cause is not None  # noqa: S101, PT018 - for mypy
        target, cause = plan.climb_to, plan.cause
        self.ended_turns.append((row.tenant_id, row.assignment_id))
        self.turns.append(
            (
                row.tenant_id,
                turn_id,
                row.id,
                row.cycle,
                row.turn + 1,
                target.id,
                target.position,
                held.owner_id,
                held.backup_id,
                self.at,
            )
        )
        facts = {
            **_clock_facts(cause),
            "from": row.position,
            "to": target.position,
            "cause": "clock",
            "assignment": str(turn_id),
            "owner": str(held.owner_id) if held.owner_id else None,
            "previous_owner": str(row.owner_id) if row.owner_id else None,
        }
        people = [held.owner_id, row.owner_id, *loaded.contacts.get(row.id, ())]
        self._event(row, "case.escalated", facts, "parties", f"{cause.id}:climb", people)
        if held.owner_id is None:
            nobody = {"position": target.position, "assignment": str(turn_id)}
            admins = loaded.admins.get(row.tenant_id, [])
            self._event(row, "case.unowned", nobody, "internal", f"{turn_id}:unowned", admins)
        self.climbs.append(Climb(row.number, row.position, target.position, cause.kind))

    def _alarm(self, row: Row, cause: ClockFacts, owner: UUID | None, loaded: Loaded) -> None:
        people = [owner, row.backup_id, *loaded.admins.get(row.tenant_id, ())]
        facts = {**_clock_facts(cause), "position": row.position}
        self._event(row, "case.alarm", facts, "internal", f"{cause.id}:alarm", people)

    def _event(
        self,
        row: Row,
        kind: str,
        facts: dict[str, Any],
        audience: str,
        once_key: str,
        people: Sequence[UUID | None],
    ) -> None:
        event = uuid7()
        self.events.append(
            (row.tenant_id, event, kind, self.at, row.id, json.dumps(facts), audience, once_key)
        )
        for user in dict.fromkeys(people):
            if user is not None:
                self._notice(row.tenant_id, event, user)

    def _notice(self, tenant_id: UUID, event: UUID, user: UUID) -> None:
        at = self.at
        self.notices.append((tenant_id, uuid7(), event, user, "bell", "sent", None, at, at))
        self.notices.append((tenant_id, uuid7(), event, user, "email", "pending", at, at, None))

    def store(self, cursor: CursorWrapper) -> None:
        """Write it all; the order follows the references."""
        cursor.execute(statements.CHANGE_CLOCKS, arrays(self.clocks, 7))
        if self.turns:
            cursor.execute(statements.END_TURNS, [self.at, *arrays(self.ended_turns, 2)])
            cursor.execute(statements.START_TURNS, arrays(self.turns, 10))
        if self.new_clocks:
            cursor.execute(statements.START_CLOCKS, arrays(self.new_clocks, 14))
        cursor.execute(statements.CHANGE_CASES, arrays(self.cases, 12))
        cursor.execute(statements.RECORD, arrays(self.events, 8))
        cursor.execute(statements.TELL, arrays(self.notices, 9))


def _level_id(row: Row, loaded: Loaded) -> UUID:
    return next(
        level.id for level in loaded.levels[row.ladder_id] if level.position == row.position
    )


def _holder(row: Row, plan: Plan, loaded: Loaded) -> Holder:
    assert plan.climb_to is not None  # noqa: S101 - for mypy
    return holder(loaded.seats.get(plan.climb_to.id, ()), row.region_id, row.category_id)


def _told_of_change(row: Row, change: ClockChange, loaded: Loaded) -> list[UUID | None]:
    if change.change is Change.WARN:
        return [row.owner_id]
    if change.change is Change.REMIND:
        return [row.owner_id, row.backup_id, *loaded.admins.get(row.tenant_id, ())]
    return []


def _clock_facts(clock: ClockFacts) -> dict[str, Any]:
    due_at = clock.due_at.isoformat()
    return {"clock": str(clock.id), "kind": clock.kind, "due_at": due_at}
