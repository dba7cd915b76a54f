"""The rows of a case at one moment."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from cases.models import Assignment, Case, Clock, Override, Pause, Result
from journal.models import Event
from ladder.models import Absence

Row = dict[str, Any]
CASE = (
    *("status", "cycle", "severity", "assignment_id", "owner_id", "level_id", "windows"),
    *("level__position", "ladder__name", "start_position", "due_at", "due_kind"),
    *("due_soon_at", "due_missed", "version", "resolved_at", "closed_at", "outcome"),
)
EVENT = ("id", "kind", "at", "by_id", "facts", "once_key", "audience")
TABLES = (
    *("cases_case", "cases_assignment", "cases_clock", "cases_pause", "cases_party"),
    *(
        "cases_message",
        "cases_result",
        "cases_override",
        "journal_event",
        "journal_notice",
        "ladder_absence",
    ),
)
DIGEST = " UNION ALL ".join(
    f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t.id), '')) FROM {name} t"
    for name in TABLES
)


@dataclass(frozen=True)
class Act:
    """What was done between two looks: a verb, or a tick of the sweep (`sweep`). `ladder` is where
    the matrix leads for the severity that was named."""

    verb: str
    at: datetime
    by: UUID | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    done: bool = True
    ladder: str = ""


@dataclass(frozen=True)
class Snapshot:
    """A case as its rows stand: clocks and events by id, turns by number."""

    at: datetime
    case: Row
    turns: list[Row]
    clocks: dict[UUID, Row]
    pauses: list[Row]
    results: list[Row]
    events: dict[UUID, Row]
    absences: list[Row]
    overrides: list[Row]

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes something."""
        return self.case["status"] in ("new", "in_progress", "decided")

    @property
    def moves(self) -> bool:
        """Whether it may go up and down."""
        return self.case["status"] in ("new", "in_progress")

    def waits_for(self, kind: str) -> bool:
        """Whether a clock of this kind, of the current turn, asks for something."""
        mine = (c for c in self.clocks.values() if c["assignment_id"] == self.case["assignment_id"])
        return any(c["kind"] == kind and not (c["met_at"] or c["ended_at"]) for c in mine)

    @property
    def asked(self) -> UUID | None:
        """A partner that waits for an answer to its request."""
        waiting = [
            c for c in self.clocks.values() if c["kind"] == "request" and c["state"] != "met"
        ]
        mine = (c for c in waiting if c["assignment_id"] == self.case["assignment_id"])
        return next((c["subject"] for c in mine if not (c["met_at"] or c["ended_at"])), None)

    @property
    def came_up(self) -> bool:
        """Whether it was on a lower level in this cycle."""
        been = [t["position"] for t in self.turns if t["cycle"] == self.case["cycle"]]
        return any(position < self.case["level__position"] for position in been)

    @property
    def turn(self) -> Row:
        """The turn the case names as its own."""
        return next(turn for turn in self.turns if turn["id"] == self.case["assignment_id"])

    def spans(self, clock: Row) -> tuple[tuple[datetime, datetime | None], ...]:
        """When a clock stood still."""
        if clock["kind"] not in ("decision", "total"):
            return ()
        mine = (pause for pause in self.pauses if pause["cycle"] == clock["cycle"])
        return tuple((pause["started_at"], pause["ended_at"]) for pause in mine)

    @property
    def pause(self) -> Row | None:
        """The pause the case is in."""
        return next((pause for pause in self.pauses if pause["ended_at"] is None), None)

    def stand_ins(self, person: UUID | None) -> set[UUID]:
        """A person, and whoever stands in for them now, by the absences alone."""
        found: set[UUID] = set()
        while person is not None and person not in found:
            found.add(person)
            away = [one for one in self.absences if one["person_id"] == person and self._now(one)]
            last = max(away, key=lambda one: (one["starts_at"], one["id"]), default=None)
            person = last["delegate_id"] if last else None
        return found

    def _now(self, absence: Row) -> bool:
        ends = [end for end in (absence["ends_at"], absence["ended_at"]) if end]
        return absence["starts_at"] <= self.at and (not ends or self.at < min(ends))


def look(case_id: UUID, at: datetime) -> Snapshot:
    """Read the rows of a case."""
    events = Event.objects.filter(case_id=case_id).order_by("id")
    return Snapshot(
        at=at,
        case=Case.objects.values(*CASE).get(pk=case_id),
        turns=_rows(Assignment.objects.filter(case_id=case_id).order_by("number")),
        clocks=_by_id(_rows(Clock.objects.filter(case_id=case_id).order_by("anchor", "id"))),
        pauses=_rows(Pause.objects.filter(case_id=case_id).order_by("started_at")),
        results=_rows(Result.objects.filter(case_id=case_id).order_by("cycle")),
        events=_by_id(_rows(events, *EVENT)),
        absences=_rows(Absence.objects.order_by("id")),
        overrides=_rows(Override.objects.filter(case_id=case_id).order_by("id")),
    )


def _rows(found: QuerySet[Any], *names: str) -> list[Row]:
    return [dict(row) for row in found.values(*names)]


def _by_id(rows: Iterable[Row]) -> dict[UUID, Row]:
    return {row["id"]: row for row in rows}


def digest() -> str:
    """A fingerprint of everything a verb could write in the tenant in force."""
    with connection.cursor() as cursor:
        cursor.execute(DIGEST)
        return hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
