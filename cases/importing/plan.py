"""From the rows of an incident to the story of a case: pure.

States become acknowledging, pausing, resuming, resolving, closing and reopening; a change of the
assignment group becomes a hand-over, a turn of its own on the same level. Groups are told by the
order in which they come up in the incident, never by name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from cases.importing.parse import Incident, Problem, Row, State

STILL_OPEN = "Still open at the end of the log ({state}): history has no open cases, see --as-open."


@dataclass(frozen=True, slots=True)
class Subject:
    """What an incident is about, by its last word on each thing."""

    number: str
    title: str
    category: str
    counterpart: str
    severity: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. `turn` is the number of the turn it began, where it did."""

    at: datetime
    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    turn: int | None = None


@dataclass(slots=True)
class Turn:
    """A stay with one group. It ends with its hand-over or with the cycle."""

    number: int
    cycle: int
    started_at: datetime
    ended_at: datetime
    end_reason: str


@dataclass(slots=True)
class Cycle:
    """From opening or reopening to resolving. A reopened case is acknowledged as it is."""

    number: int
    started_at: datetime
    resolved_at: datetime
    acknowledged_at: datetime | None = None
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class History:
    """A finished case: what it was about, how it went, and where it ended."""

    subject: Subject
    opened_at: datetime
    resolved_at: datetime
    closed_at: datetime | None
    cycles: Sequence[Cycle]
    turns: Sequence[Turn]
    moments: Sequence[Moment]


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of an incident. Nothing where what is left of it is not enough."""

    subject: Subject | None = None
    history: History | None = None
    used: int = 0
    problems: Sequence[Problem] = ()


def plan_open(incident: Incident) -> Planned:
    """Return what to open a case with now, from an incident of any state."""
    rows, problems = in_order(incident)
    return _about(incident.number, rows, problems)


def plan_history(incident: Incident, *, at: datetime, closes_after: timedelta) -> Planned:
    """Return the story of an incident, as known at `at`.

    One that was resolved is closed by itself after `closes_after`, as every case is. One that is
    still open has no story yet and is reported.
    """
    rows, problems = in_order(incident)
    planned = _about(incident.number, rows, problems)
    if planned.subject is None:
        return planned
    last = rows[-1]
    if not last.state.is_over:
        reason = STILL_OPEN.format(state=last.state.value)
        return _unused(rows, problems, last.line, "incident_state", reason)
    return replace(planned, history=_history(planned.subject, rows, at, closes_after))


def in_order(incident: Incident) -> tuple[list[Row], list[Problem]]:
    """Return the rows in the order in which they happened, without those that contradict it.

    Rows of one minute keep the order of the file.
    """
    rows: list[Row] = []
    problems = list(incident.problems)
    for row in sorted(incident.rows, key=lambda row: (row.updated_at, row.line)):
        if rows and row.opened_at != rows[0].opened_at:
            reason = "Not the opening that the rows before it name."
            problems.append(Problem(row.line, row.number, "opened_at", reason))
        elif rows and row.state is State.NEW and rows[-1].state is not State.NEW:
            reason = f"“New” cannot follow “{rows[-1].state.value}”."
            problems.append(Problem(row.line, row.number, "incident_state", reason))
        else:
            rows.append(row)
    return rows, problems


def _about(number: str, rows: list[Row], problems: list[Problem]) -> Planned:
    if not rows:
        where = problems[0]
        nothing = Problem(where.line, number, "row", "No usable row is left of it: skipped.", 0)
        return Planned(problems=(*problems, *([nothing] if number else [])))
    severity = _last_known(rows, "severity")
    if not severity:
        reason = "No row says its priority: skipped."
        return _unused(rows, problems, rows[0].line, "priority", reason)
    subject = Subject(
        number=number,
        title=_title(number, rows),
        category=_last_known(rows, "category"),
        counterpart=_last_known(rows, "counterpart"),
        severity=severity,
    )
    return Planned(subject, used=len(rows), problems=problems)


def _unused(
    rows: list[Row], problems: list[Problem], line: int, column: str, reason: str
) -> Planned:
    """Report an incident whose good rows are of no use."""
    whole = Problem(line, rows[0].number, column, reason, rows=len(rows))
    return Planned(problems=(*problems, whole))


def _last_known(rows: list[Row], name: str) -> str:
    known: list[str] = [value for row in rows if (value := getattr(row, name))]
    return known[-1] if known else ""


def _title(number: str, rows: list[Row]) -> str:
    labels = [_last_known(rows, name) for name in ("category", "subcategory")]
    about = " / ".join(label for label in labels if label)
    return f"{number} · {about}" if about else number


def _history(subject: Subject, rows: list[Row], at: datetime, closes_after: timedelta) -> History:
    story = _Story(rows[0])
    for row in _resolved_when_said(rows):
        story.read(row)
    if story.closed_at is None and (closing := story.resolved_at + closes_after) <= at:
        story.close(closing, "clock", rows[-1].made_sla)
    return History(
        subject=subject,
        opened_at=story.opened_at,
        resolved_at=story.resolved_at,
        closed_at=story.closed_at,
        cycles=story.cycles,
        turns=story.turns,
        moments=story.moments,
    )


def _resolved_when_said(rows: list[Row]) -> list[Row]:
    """Let the last resolution happen when the operator says it did (`resolved_at`), where that
    lies between the last row that was open and the closing: rows are often written later."""
    first = len(rows)
    while first and rows[first - 1].state.is_over:
        first -= 1
    said = rows[-1].resolved_at
    earliest = rows[first - 1].updated_at if first else rows[0].opened_at
    closing = [row.updated_at for row in rows[first:] if row.state is State.CLOSED]
    if said is None or said < earliest or (closing and said > closing[0]):
        return rows
    resolving = replace(rows[first], state=State.RESOLVED, updated_at=said)
    skipped = 0 if rows[first].state is State.CLOSED else 1
    return [*rows[:first], resolving, *rows[first + skipped :]]


class _Story:
    """Reads rows in order and keeps what happened."""

    def __init__(self, first: Row) -> None:
        self.opened_at = self.resolved_at = first.opened_at
        self.closed_at: datetime | None = None
        self.cycles: list[Cycle] = []
        self.turns: list[Turn] = []
        self.moments: list[Moment] = [Moment(first.opened_at, "case.opened", turn=1)]
        self._is_over = False
        self._paused: tuple[datetime, str] | None = None
        self._group = ""
        self._groups: dict[str, int] = {}
        self._begin_cycle(first.opened_at)

    def read(self, row: Row) -> None:
        """Take one row: at most one of each thing happens, in this order."""
        at = row.updated_at
        if self._is_over and not row.state.is_over:
            self._reopen(at)
        if row.state is not State.NEW:
            self._acknowledge(at)
        self._resume(at, row.state.waits_for)
        self._hand_over(row)
        self._pause(at, row.state.waits_for)
        if row.state.is_over and not self._is_over:
            self._resolve(at)
        if row.state is State.CLOSED and self.closed_at is None:
            self.close(at, "import", row.made_sla)

    def close(self, at: datetime, cause: str, made_sla: bool | None) -> None:
        """File the case away. `made_sla` says whether the operator's own promise was kept."""
        self.closed_at = at
        self._note(at, "case.closed", {"cause": cause, "made_sla": made_sla})

    def _note(
        self, at: datetime, kind: str, facts: Mapping[str, Any] | None = None, *, turn: bool = False
    ) -> None:
        self.moments.append(Moment(at, kind, facts or {}, len(self.turns) if turn else None))

    def _begin_cycle(self, at: datetime) -> None:
        self.cycles.append(Cycle(len(self.cycles) + 1, at, at))
        self._begin_turn(at)

    def _begin_turn(self, at: datetime) -> None:
        number = len(self.turns) + 1
        self.turns.append(Turn(number, self.cycles[-1].number, at, at, ""))

    def _end_turn(self, at: datetime, reason: str) -> None:
        self.turns[-1].ended_at, self.turns[-1].end_reason = at, reason

    def _reopen(self, at: datetime) -> None:
        self._is_over, self.closed_at = False, None
        self._begin_cycle(at)
        self._note(at, "case.reopened", {"cycle": self.cycles[-1].number}, turn=True)

    def _acknowledge(self, at: datetime) -> None:
        cycle = self.cycles[-1]
        if cycle.number == 1 and cycle.acknowledged_at is None:
            cycle.acknowledged_at = at
            self._note(at, "case.acknowledged")

    def _pause(self, at: datetime, waits_for: str) -> None:
        if waits_for and self._paused is None:
            self._paused = at, waits_for
            self._note(at, "case.paused", {"reason": waits_for})

    def _resume(self, at: datetime, waits_for: str) -> None:
        """End a pause, unless the incident still waits for the same."""
        if self._paused is not None and self._paused[1] != waits_for:
            self.cycles[-1].pauses.append((self._paused[0], at))
            self._note(at, "case.resumed", {"reason": self._paused[1]})
            self._paused = None

    def _hand_over(self, row: Row) -> None:
        """A group that is not known is no hand-over; one after resolving moves nobody's turn."""
        if not row.group or row.group == self._group:
            return
        before, self._group = self._groups.get(self._group), row.group
        now = self._groups.setdefault(row.group, len(self._groups) + 1)
        if before is None or self._is_over or row.state.is_over:
            return
        self._end_turn(row.updated_at, "reassigned")
        self._begin_turn(row.updated_at)
        groups = {"from_group": before, "to_group": now}
        self._note(row.updated_at, "case.handed_over", groups, turn=True)

    def _resolve(self, at: datetime) -> None:
        self._is_over, self.resolved_at = True, at
        self.cycles[-1].resolved_at = at
        self._end_turn(at, "resolved")
        self._note(at, "case.resolved")
