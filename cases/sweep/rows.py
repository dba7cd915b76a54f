"""The rows of a batch, table by table, and the statements that write them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from cases.engine import ClockChange, Face
from cases.facts import Asked, NewClock
from cases.sweep import statements
from cases.sweep.arrays import array, arrays
from cases.sweep.load import Row
from journal.gathering import LONGEST, QUIET
from ladder.seats import Holder
from tenants.ids import uuid7

Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is once a plan is carried out."""

    id: UUID
    level_id: UUID
    position: int
    holder: Holder


def about(asked: Asked | None) -> Values:
    """Return the columns that say whom a clock asks, and about what."""
    if asked is None:
        return (None, None, None, None, "{}", None)
    people = (asked.owner_id, asked.backup_id, asked.level_id)
    return (asked.subject, *people, array(asked.barred), asked.on_behalf_of)


@dataclass(slots=True)
class Rows:
    """What a batch writes; `at` is when it noticed."""

    at: datetime
    clocks: list[Values] = field(default_factory=list)
    ended_pauses: list[Values] = field(default_factory=list)
    ended_turns: list[Values] = field(default_factory=list)
    turns: list[Values] = field(default_factory=list)
    new_clocks: list[Values] = field(default_factory=list)
    cases: list[Values] = field(default_factory=list)
    events: list[Values] = field(default_factory=list)
    notices: list[Values] = field(default_factory=list)

    def change_clock(self, row: Row, change: ClockChange, state: str) -> None:
        """Add what happens to one clock."""
        told = (change.fired, change.next_fire_at)
        new = change.again
        again: Values = (None,) * 5
        if new is not None:
            times = (new.anchor, new.due_at, new.soon_at)
            again = (new.window_text, new.target_seconds, *times)
        self.clocks.append((row.tenant_id, change.clock.id, state, *told, *again))

    def end_pause(self, row: Row, pause_id: UUID, ended_at: datetime, reason: str) -> None:
        """Add the end of a pause."""
        self.ended_pauses.append((row.tenant_id, pause_id, ended_at, reason))

    def start_turn(self, row: Row, turn: Turn) -> None:
        """End the current turn, and add the next one."""
        self.ended_turns.append((row.tenant_id, row.assignment_id))
        place = (row.cycle, row.turn + 1, turn.level_id, turn.position)
        held = (turn.holder.owner_id, turn.holder.backup_id, turn.holder.on_behalf_of)
        self.turns.append((row.tenant_id, turn.id, row.id, *place, *held))

    def start_clock(self, row: Row, turn: Turn, new: NewClock) -> None:
        """Add a clock that starts."""
        of_turn = turn.id if new.of_assignment else None
        target = (new.kind, row.cycle, new.window_text, new.target_seconds)
        times = (new.anchor, new.due_at, new.soon_at, new.next_fire_at)
        key = (row.tenant_id, uuid7(), row.id, of_turn)
        pinned = (*target, row.calendar_version_id, *times, array(new.thresholds))
        self.new_clocks.append((*key, *pinned, *about(new.asked)))

    def change_case(self, row: Row, turn: Turn, shown: Face, *, closes: bool) -> None:
        """Add how the case stands afterwards."""
        status, closed_at = ("closed", self.at) if closes else (row.status, None)
        now_with = (turn.id, turn.holder.owner_id, turn.level_id)
        due = (shown.due_at, shown.kind, shown.soon_at, shown.missed)
        self.cases.append((row.tenant_id, row.id, status, *now_with, *due, closed_at))

    def record(
        self,
        row: Row,
        kind: str,
        facts: dict[str, Any],
        once_key: str,
        told: Sequence[UUID | None] = (),
        audience: str = "internal",
    ) -> None:
        """Add an event that can happen once, and tell each person once."""
        event = uuid7()
        body = (row.id, json.dumps(facts), audience, once_key)
        self.events.append((row.tenant_id, event, kind, *body))
        for user in dict.fromkeys(told):
            if user is not None:
                self.notices.append((row.tenant_id, event, user, uuid7(), uuid7()))

    def store(self, cursor: CursorWrapper) -> None:
        """Write it all; the order follows the references."""
        at: list[Any] = [self.at]
        cursor.execute(statements.CHANGE_CLOCKS, at * 2 + arrays(self.clocks, 10))
        if self.ended_pauses:
            cursor.execute(statements.END_PAUSES, arrays(self.ended_pauses, 4))
        if self.turns:
            cursor.execute(statements.END_TURNS, at + arrays(self.ended_turns, 2))
            cursor.execute(statements.START_TURNS, at + arrays(self.turns, 10))
        if self.new_clocks:
            cursor.execute(statements.START_CLOCKS, arrays(self.new_clocks, 20))
        cursor.execute(statements.CHANGE_CASES, at + arrays(self.cases, 11))
        cursor.execute(statements.RECORD, at + arrays(self.events, 7))
        held = [self.at + QUIET, self.at + LONGEST]
        cursor.execute(statements.TELL, at + arrays(self.notices, 5) + at + held)
