"""Reading everything a batch needs, in a few statements."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from cases.facts import PAUSABLE, Asked, CaseFacts, CaseRules, ClockFacts, LevelRules, Standstill
from cases.rules import step_windows, veto_window
from cases.sweep import statements
from cases.sweep.arrays import array, arrays
from ladder.absence import NOBODY_AWAY, AbsenceFacts, Absences
from ladder.durations import parse_window
from ladder.queries import compiled, known
from ladder.seats import Holder, SeatFacts, holder
from ladder.worktime import Compiled, Pause

Key = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Row:
    """A claimed case, as its row stands."""

    tenant_id: UUID
    id: UUID
    number: str
    status: str
    cycle: int
    ladder_id: UUID
    category_id: UUID
    region_id: UUID | None
    start_position: int
    windows: dict[str, Any]
    calendar_version_id: UUID
    assignment_id: UUID
    owner_id: UUID | None
    turn: int
    position: int
    backup_id: UUID | None
    confidential: bool
    reviewed: list[int]
    on_behalf_of: UUID | None = None


@dataclass(slots=True)
class Loaded:
    """A batch, ready to be decided."""

    rows: list[Row]
    clocks: dict[UUID, list[ClockFacts]]
    pauses: dict[UUID, Standstill]
    levels: dict[UUID, tuple[LevelRules, ...]]
    calendars: dict[UUID, Compiled]
    seats: dict[UUID, list[SeatFacts]] = field(default_factory=dict)
    contacts: dict[UUID, list[UUID]] = field(default_factory=dict)
    admins: dict[UUID, list[UUID]] = field(default_factory=dict)
    absences: dict[UUID, Absences] = field(default_factory=dict)
    held: dict[tuple[UUID, UUID | None, UUID], Holder] = field(default_factory=dict)

    def away(self, row: Row) -> Absences:
        """Return who is away in a case's tenant."""
        return self.absences.get(row.tenant_id, NOBODY_AWAY)

    def holder(self, row: Row, level: LevelRules) -> Holder:
        """Return who holds a level for a case now: people are resolved live, once for all the cases
        of one region and category."""
        place = (level.id, row.region_id, row.category_id)
        found = self.held.get(place)
        if found is None:
            seats = self.seats.get(level.id, ())
            found = self.held[place] = holder(seats, *place[1:], self.away(row))
        return found

    def facts(self, row: Row) -> CaseFacts:
        """Return a case as the engine needs it."""
        clocks, pause = tuple(self.clocks.get(row.id, ())), self.pauses.get(row.id)
        return CaseFacts(
            id=row.id,
            status=row.status,
            position=row.position,
            assignment_id=row.assignment_id,
            clocks=clocks,
            pause=pause,
            reviewed=frozenset(row.reviewed),
        )

    def rules(self, row: Row) -> CaseRules:
        """Return the rules a case runs under."""
        return CaseRules(
            levels=self.levels[row.ladder_id],
            start_position=row.start_position,
            calendar=self.calendars[row.calendar_version_id],
            steps=step_windows(row.windows),
            veto=veto_window(row.windows),
        )


def _grouped(rows: Iterable[tuple[Any, ...]], make: Callable[..., Any]) -> dict[UUID, list[Any]]:
    groups: dict[UUID, list[Any]] = defaultdict(list)
    for key, *values in rows:
        groups[key].append(make(*values))
    return dict(groups)


def load(cursor: CursorWrapper, claimed: Iterable[Key]) -> Loaded:
    """Read the claimed cases, their live clocks and the rules they run under."""
    cursor.execute(statements.CASES, arrays(claimed, 2))
    rows = [_row(values) for values in cursor.fetchall()]
    cycles = arrays([(r.tenant_id, r.id, r.cycle) for r in rows], 3)
    cursor.execute(statements.CLOCKS, cycles)
    clocks = cursor.fetchall()
    calendars = _calendars(cursor, rows, clocks)
    cursor.execute(statements.PAUSES, cycles)
    spans, lasting = _pauses(cursor.fetchall())
    grouped: dict[UUID, list[ClockFacts]] = defaultdict(list)
    for case_id, *values in clocks:
        grouped[case_id].append(_clock(values, calendars, spans.get(case_id, ())))
    return Loaded(rows, grouped, lasting, _levels(cursor, rows), calendars)


def _pauses(
    rows: Iterable[tuple[Any, ...]],
) -> tuple[dict[UUID, tuple[Pause, ...]], dict[UUID, Standstill]]:
    """Return when each case stood still, and which still do."""
    spans: dict[UUID, tuple[Pause, ...]] = {}
    lasting = {}
    for case_id, ident, started_at, ended_at, ends_by in rows:
        spans[case_id] = (*spans.get(case_id, ()), (started_at, ended_at))
        if ended_at is None:
            lasting[case_id] = Standstill(ident, started_at, ends_by)
    return spans, lasting


def _calendars(
    cursor: CursorWrapper, rows: list[Row], clocks: list[tuple[Any, ...]]
) -> dict[UUID, Compiled]:
    """Return the pinned calendars, reading only those this process has not compiled yet."""
    tenant_of = {row.id: row.tenant_id for row in rows}
    needed = {(row.tenant_id, row.calendar_version_id) for row in rows}
    needed |= {(tenant_of[values[0]], values[8]) for values in clocks}
    calendars = {version: known(version) for _, version in needed}
    fresh = [key for key in needed if calendars[key[1]] is None]
    if fresh:
        cursor.execute(statements.CALENDARS, arrays(fresh, 2))
        for version, rules in cursor.fetchall():
            calendars[version] = compiled(version, json.loads(rules))
    return {version: calendar for version, calendar in calendars.items() if calendar}


def _row(values: tuple[Any, ...]) -> Row:
    # Raw cursors give JSON as text.
    columns = list(values)
    columns[9] = json.loads(columns[9])
    return Row(*columns)


def _clock(
    values: Iterable[Any], calendars: dict[UUID, Compiled], pauses: tuple[Pause, ...]
) -> ClockFacts:
    (ident, kind, state, window, target, anchor, due_at, calendar, thresholds, *rest) = values
    fired, next_fire_at, soon_at, assignment_id, *asked = rest
    return ClockFacts(
        id=ident,
        kind=kind,
        state=state,
        window=parse_window(window),
        target_seconds=target,
        anchor=anchor,
        due_at=due_at,
        calendar=calendars[calendar],
        thresholds=tuple(thresholds),
        fired=fired,
        next_fire_at=next_fire_at,
        soon_at=soon_at,
        assignment_id=assignment_id,
        asked=_asked(*asked),
        pauses=pauses if kind in PAUSABLE else (),
    )


def _asked(
    subject: UUID | None,
    owner_id: UUID | None,
    backup_id: UUID | None,
    level_id: UUID | None,
    barred: list[UUID],
    on_behalf_of: UUID | None,
) -> Asked | None:
    if subject is None:
        return None
    return Asked(subject, owner_id, backup_id, level_id, tuple(barred), on_behalf_of)


def _levels(cursor: CursorWrapper, rows: list[Row]) -> dict[UUID, tuple[LevelRules, ...]]:
    cursor.execute(statements.LEVELS, arrays({(r.tenant_id, r.ladder_id) for r in rows}, 2))
    groups = _grouped(cursor.fetchall(), _level)
    return {ladder: tuple(levels) for ladder, levels in groups.items()}


def _level(
    ident: UUID,
    position: int,
    response: str,
    decision: str,
    thresholds: list[int],
    concessions_only: bool,
    concedes: bool,
    veto: str,
) -> LevelRules:
    return LevelRules(
        ident,
        position,
        parse_window(response),
        parse_window(decision),
        tuple(thresholds),
        concessions_only,
        concedes,
        parse_window(veto),
    )


def load_seats(cursor: CursorWrapper, loaded: Loaded, levels: set[Key]) -> None:
    """Read who holds the levels that cases climb to."""
    if levels:
        cursor.execute(statements.SEATS, arrays(levels, 2))
        loaded.seats |= _grouped(cursor.fetchall(), SeatFacts)


def load_absences(cursor: CursorWrapper, loaded: Loaded, tenants: set[UUID], at: datetime) -> None:
    """Read who is away, and who stands in."""
    if tenants:
        cursor.execute(statements.ABSENCES, [array(tenants), at, at])
        facts = _grouped(cursor.fetchall(), _absence)
        loaded.absences = {tenant: Absences.at(some, at) for tenant, some in facts.items()}


def _absence(
    ident: UUID,
    person_id: UUID,
    delegate_id: UUID | None,
    starts_at: datetime,
    over_at: datetime | None,
    weekdays: list[int],
    zone: str,
) -> AbsenceFacts:
    days = frozenset(weekdays)
    return AbsenceFacts(ident, person_id, delegate_id, starts_at, over_at, days, zone)


def load_contacts(cursor: CursorWrapper, loaded: Loaded, cases: set[Key]) -> None:
    """Read who speaks for the parties of the cases that climb."""
    if cases:
        cursor.execute(statements.CONTACTS, arrays(cases, 2))
        loaded.contacts = _grouped(cursor.fetchall(), lambda user_id: user_id)


def load_admins(cursor: CursorWrapper, loaded: Loaded, tenants: set[UUID]) -> None:
    """Read who hears of an alarm."""
    if tenants:
        cursor.execute(statements.ADMINS, [array(tenants)])
        loaded.admins = _grouped(cursor.fetchall(), lambda user_id: user_id)
