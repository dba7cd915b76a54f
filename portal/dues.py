"""What is due next in a case, as every party to it may know: from the vendor's own clocks, never
from another party's request, which would tell that it asked and when."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cases.models import OPEN, Clock, ClockKind, ClockState

DUE = ("id", "case_id", "cycle", "assignment_id", "kind", "state", "due_at", "met_at")
LIVE = (ClockState.RUNNING, ClockState.BREACHED)
OWED = (ClockKind.RESPONSE, ClockKind.DECISION, ClockKind.TOTAL, ClockKind.PAUSE)


@dataclass(frozen=True, slots=True)
class Due:
    """The earliest clock that was missed and not met since, else the one that is due next; empty
    where nothing is."""

    due_at: datetime | None = None
    due_kind: str = ""
    due_missed: bool = False
    due_clock: UUID | None = None


def dues_of(rows: Iterable[Mapping[str, Any]]) -> dict[UUID, Due]:
    """Return what is due next in each open case of `rows`, which name `id`, `status`, `cycle` and
    `assignment_id`; one query for any number."""
    cases = [row for row in rows if row["status"] in OPEN]
    ids = [row["id"] for row in cases]
    clocks = Clock.objects.filter(case_id__in=ids, kind__in=OWED, met_at=None, state__in=LIVE)
    return dues_among(cases, clocks.values(*DUE))


def dues_among(
    rows: Iterable[Mapping[str, Any]], clocks: Iterable[Mapping[str, Any]]
) -> dict[UUID, Due]:
    """Return the same from clocks that were read already."""
    cases = {row["id"]: row for row in rows if row["status"] in OPEN}
    found: dict[UUID, list[Mapping[str, Any]]] = defaultdict(list)
    for clock in clocks:
        case = cases.get(clock["case_id"])
        if case is not None and clock["cycle"] == case["cycle"] and asks(clock):
            found[clock["case_id"]].append(clock)
    return {case_id: due(own, cases[case_id]["assignment_id"]) for case_id, own in found.items()}


def asks(clock: Mapping[str, Any]) -> bool:
    """Whether a clock is one by which a case is due: of the vendor's own, and still to be met."""
    return clock["kind"] in OWED and clock["state"] in LIVE and clock["met_at"] is None


def due(clocks: list[Mapping[str, Any]], turn: UUID | None) -> Due:
    """Return what one case shows, in the turn it is in: as the engine says for its owner."""
    missed = [
        clock
        for clock in clocks
        if clock["state"] == ClockState.BREACHED
        and (clock["kind"] == ClockKind.TOTAL or clock["assignment_id"] == turn)
    ]
    running = [clock for clock in clocks if clock["state"] == ClockState.RUNNING]
    first = min(missed or running, key=lambda clock: clock["due_at"], default=None)
    if first is None:
        return Due()
    return Due(first["due_at"], first["kind"], bool(missed), first["id"])
