"""What pages show of cases: plain values, worked out once, named as the templates read them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.facts import OF_THE_CASE
from cases.models import Case, Clock, ClockKind, ClockState, Status
from cases.nextstep import Next, Standing, next_of
from ladder.money import amount_text


@dataclass(frozen=True, slots=True)
class ClockChip:
    """One clock: `state` is what the icon and the word say."""

    kind: str
    label: str
    state: str
    due_at: datetime | None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    soon_at: datetime | None = None
    then: str = ""
    reason: str = ""
    # Where it says why it is due then.
    url: str = ""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list."""

    id: UUID
    url: str
    number: str
    title: str
    facts: str
    level_position: int
    level_count: int
    level_name: str
    clock: ClockChip | None
    next_step: str
    owner_name: str
    owner_initials: str
    owner_is_me: bool
    can_acknowledge: bool
    acknowledge_url: str
    status: str
    status_label: str
    due_at: datetime | None
    restricted: bool = False
    lacks_answers: bool = False
    owner_for: str = ""
    alone: bool = False


@dataclass(slots=True)
class Group:
    """Rows of one day."""

    key: str
    label: str
    rows: list[CaseRow] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Return how many rows of this page stand here."""
        return len(self.rows)


def clock_words() -> dict[str, str]:
    """Return how a page calls each kind of clock."""
    return {
        "response": _("Response"),
        "decision": _("Decision"),
        "total": _("Total"),
        "reminder": _("Reminder"),
        "closing": _("Closing"),
        "request": _("Request"),
        "approval": _("Concession"),
        "action": _("Action"),
        "pause": _("Pause"),
        "review": _("Sending back"),
        "update": _("Next update"),
    }


def running_state(due_at: datetime, soon_at: datetime | None, now: datetime) -> str:
    """Return how a clock that nobody has met looks."""
    if due_at <= now:
        return "late"
    return "soon" if soon_at is not None and soon_at <= now else "running"


def face_chip(case: Case, now: datetime, url: str = "") -> ClockChip | None:
    """Return the one clock a list shows of a case."""
    if case.due_at is None:
        return None
    if case.due_kind == ClockKind.PAUSE:
        reason = _("Look again")
        return ClockChip("pause", _("Clocks"), "paused", case.due_at, reason=reason, url=url)
    state = "late" if case.due_missed else running_state(case.due_at, case.due_soon_at, now)
    label, soon_at = clock_words()[case.due_kind], case.due_soon_at
    return ClockChip(case.due_kind, label, state, case.due_at, soon_at=soon_at, url=url)


def chip(
    clock: Clock, case: Case, now: datetime, then: str, waits_for: str = "", url: str = ""
) -> ClockChip:
    """Return a clock as the case page shows it. One that stands still has no due time: `waits_for`
    says why."""
    running, paused = clock.state == ClockState.RUNNING, clock.state == ClockState.PAUSED
    label = clock_words()[clock.kind]
    return ClockChip(
        kind=clock.kind,
        # Of several that ask different people, whom.
        label=f"{label}, {asked_name(clock)}" if clock.owner else label,
        state=chip_state(clock, case, now),
        due_at=None if paused else clock.due_at,
        started_at=clock.anchor,
        ended_at=clock.met_at or clock.ended_at,
        soon_at=clock.soon_at if running else None,
        then=then if running else "",
        reason=waits_for if paused else "",
        url=url,
    )


def asked_name(clock: Clock) -> str:
    """Return whom a clock asks, and in whose place where that is another's."""
    name = clock.owner.name if clock.owner else ""
    if clock.on_behalf_of is None:
        return name
    return _("%(name)s for %(principal)s") % {"name": name, "principal": clock.on_behalf_of.name}


def chip_state(clock: Clock, case: Case, now: datetime) -> str:
    """Return what the icon and the word of a clock say."""
    if clock.state == ClockState.RUNNING:
        return running_state(clock.due_at, clock.soon_at, now)
    if clock.state == ClockState.BREACHED and clock.met_at is None:
        asks = case.is_open and (
            clock.kind in OF_THE_CASE or clock.assignment_id == case.assignment_id
        )
        return "late" if asks else "missed"
    return {"met": "met", "breached": "met_late", "ended": "ended", "paused": "paused"}[clock.state]


def next_words(case: Case, standing: Standing, *, mine: bool) -> str:
    """Return the one thing that has to happen next, from the viewer's side."""
    step = next_of(standing)
    if step == Next.NOTHING:
        closed = case.status == Status.CLOSED
        return _("Nothing: closed") if closed else _("Nothing: withdrawn")
    own, other = step_words()[step]
    if mine or case.owner is None:
        return own
    return other % {"name": case.owner.name.partition(" ")[0]}


def step_words() -> dict[Next, tuple[str, str]]:
    """Return each step as who takes it reads it, and as others do."""
    return {
        Next.CLOSE: (_("Closes by itself"), _("Closes by itself")),
        Next.FIND_OWNER: (_("Find an owner"), _("Find an owner")),
        Next.COMPLETE_FIELDS: (
            _("Complete what is missing"),
            _("%(name)s completes what is missing"),
        ),
        Next.ACKNOWLEDGE: (_("Acknowledge"), _("%(name)s acknowledges")),
        Next.ANSWER_REQUEST: (_("Answer the request"), _("%(name)s answers the request")),
        Next.WAIT: (_("Wait for the answer, or go on"), _("Paused")),
        Next.WRITE_RESULT: (_("Write the result down"), _("%(name)s writes the result down")),
        Next.ISSUE_MEMO: (_("Issue the memo"), _("Issue the memo")),
        Next.RESOLVE: (_("Resolve the case"), _("%(name)s resolves the case")),
        # By whoever has the authority, not by the case's owner.
        Next.DECIDE_CONCESSION: (_("Decide the concession"), _("Decide the concession")),
        Next.DECIDE: (_("Decide"), _("%(name)s decides")),
    }


def facts_line(parties: Sequence[str], case: Case) -> str:
    """Return the quiet line under a title."""
    amount = amount_text(case.amount, case.currency)
    names = _(" v ").join(parties)
    return " · ".join(part for part in (names, amount, case.get_severity_display()) if part)


def by_day(rows: Iterable[CaseRow], now: datetime) -> list[Group]:
    """Group rows, which come in order of what is due, under the day they are due."""
    today = timezone.localtime(now).date()
    groups: dict[str, Group] = {}
    for row in rows:
        key, label = _day(row, now, today)
        groups.setdefault(key, Group(key, label)).rows.append(row)
    return list(groups.values())


def _day(row: CaseRow, now: datetime, today: Any) -> tuple[str, str]:
    if row.due_at is None:
        return "none", _("No clock runs")
    if row.due_at <= now:
        return "late", _("Past due")
    day = timezone.localtime(row.due_at).date()
    if day == today:
        return "today", _("Due today")
    if day == today + timedelta(days=1):
        return "tomorrow", _("Due tomorrow")
    return "later", _("Later")
