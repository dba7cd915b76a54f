"""The clocks a partner may know of, and what it may know of how they count."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from cases.explaining import Counted, Explanation, Stand, explain
from cases.facts import PAUSABLE, SHARED
from cases.models import (
    OF_A_PARTY,
    Assignment,
    Clock,
    ClockKind,
    Message,
    MessageKind,
    Pause,
    PauseReason,
)
from cases.origins import Cause
from journal.models import Audience
from ladder.models import CalendarVersion
from ladder.queries import compiled
from portal import queries

Row = Mapping[str, Any]
COLUMNS = (
    *("case_id", "cycle", "id", "kind", "state", "due_at", "anchor", "met_at", "breached_at"),
    *("ended_at", "assignment_id", "subject"),
)
COUNTS = ("target_seconds", "calendar_version_id", "rebased_at")


def known_clocks(partner_id: UUID, case_ids: Iterable[UUID]) -> QuerySet[Clock]:
    """Return the clocks that a partner may know of, of every cycle: the vendor's own, and those of
    its own requests. Of who got its part later the wall keeps what was over by then."""
    own = Q(kind=ClockKind.REQUEST, subject=partner_id)
    return Clock.objects.filter(Q(kind__in=SHARED) | own, case_id__in=list(case_ids))


def clocks_of(
    partner_id: UUID, rows: Sequence[Row], joined: Mapping[UUID, datetime | None]
) -> dict[UUID, list[Row]]:
    """Return the clocks that a partner may know of, of each case's cycle; `joined` says when it got
    its part later, `since` when it knows of them."""
    ids = {row["id"]: row["cycle"] for row in rows}
    found: dict[UUID, list[Row]] = defaultdict(list)
    clocks = known_clocks(partner_id, ids).order_by("anchor", "kind", "id")
    for one in clocks.values(*COLUMNS, *COUNTS):
        if one["cycle"] == ids[one["case_id"]]:
            found[one["case_id"]].append({**one, "since": joined.get(one["case_id"])})
    return found


@dataclass(frozen=True, slots=True)
class OwnClock:
    """A clock as a partner may know it. `owner_id` is who has or had the case then; `cause` is
    None where it began with a turn, which `got_by` got; `version` is that of the vendor's hours."""

    row: Row
    explained: Explanation
    version: int
    others: tuple[Row, ...]
    owner_id: UUID | None = None
    owner_name: str = ""
    got_by: str = ""
    cause: Cause | None = None

    @property
    def rebased_at(self) -> datetime | None:
        """When it was put on other rules, as far as the partner knows of it since then."""
        at: datetime | None = self.row["rebased_at"]
        return at if at is not None and at >= (self.row["since"] or at) else None


def own_clock(partner_id: UUID, case_id: UUID, clock_id: UUID, now: datetime) -> OwnClock | None:
    """Return a clock of a partner's case explained; None whether it is missing or not for it."""
    cases = queries.of_partner(partner_id).filter(pk=case_id)
    case = cases.values("id", "cycle", "opened_at", "owner_id").first()
    joined = queries.joined_at(partner_id, case_id) if case else None
    known = clocks_of(partner_id, [case], {case_id: joined})[case_id] if case else []
    row = next((one for one in known if one["id"] == clock_id), None)
    if case is None or row is None:
        return None
    version = CalendarVersion.objects.get(pk=row["calendar_version_id"])
    turn = Assignment.objects.filter(pk=row["assignment_id"]).values("owner_id").first()
    owner_id = turn["owner_id"] if turn else case["owner_id"]
    # A colleague who was given the case since has its clocks as they were.
    first_id = turns_begun(row).values_list("owner_id", flat=True).first()
    names = queries.names_of({one for one in (owner_id, first_id) if one})
    return OwnClock(
        row=row,
        explained=explain(counted_of(row, version, stands_of(partner_id, row)), now),
        version=version.number,
        others=tuple(one for one in known if one["id"] != clock_id),
        owner_id=owner_id,
        owner_name=names.get(owner_id, ""),
        got_by=names.get(first_id, "") if first_id else "",
        cause=cause_of(case, row),
    )


def counted_of(row: Row, version: CalendarVersion, stands: Sequence[Stand]) -> Counted:
    """Return what a clock counts, from when on the partner knows of it."""
    names = ("kind", "state", "anchor", "due_at", "target_seconds", "met_at", "breached_at")
    return Counted(
        **{name: row[name] for name in names},
        ended_at=row["ended_at"],
        calendar=compiled(version.pk, version.rules),
        stands=tuple(stands),
        since=row["since"],
    )


def stands_of(partner_id: UUID, row: Row) -> list[Stand]:
    """Return when a case stood still in the cycle of a clock that stands still with it. Who may
    read what it waited for is whom the text tells that was written in the same instant."""
    if row["kind"] not in PAUSABLE:
        return []
    pauses = Pause.objects.filter(case_id=row["case_id"], cycle=row["cycle"])
    columns = ("id", "reason", "started_at", "ended_at", "ends_by")
    found = list(pauses.order_by("started_at").values(*columns))
    said = _said(partner_id, row["case_id"], [pause["started_at"] for pause in found])
    return [_stand(pause, said) for pause in found]


def _said(
    partner_id: UUID, case_id: UUID, instants: Sequence[datetime]
) -> dict[tuple[datetime, str], str]:
    meant = Q(audience=Audience.PARTIES) | Q(audience=Audience.PARTY, partner_id=partner_id)
    texts = Message.objects.filter(
        meant, case_id=case_id, kind=MessageKind.MESSAGE, at__in=list(instants)
    )
    return {(at, who): body for at, who, body in texts.values_list("at", "audience", "body")}


def _stand(pause: Row, said: Mapping[tuple[datetime, str], str]) -> Stand:
    audience = Audience.PARTY if pause["reason"] in OF_A_PARTY else Audience.PARTIES
    text = said.get((pause["started_at"], audience))
    times = {name: pause[name] for name in ("id", "started_at", "ended_at", "ends_by")}
    if text is None:
        return Stand(**times)
    reason = pause["reason"]
    return Stand(**times, reason=reason_words(reason), code=reason, text=text)


def reason_words(reason: str) -> str:
    """Return what a case stood still for, as who owes it reads it."""
    return {
        PauseReason.EVIDENCE: _("evidence from you"),
        PauseReason.ANSWER: _("an answer from you"),
        PauseReason.CUSTOMER: _("the customer's decision"),
        PauseReason.THIRD_PARTY: _("somebody outside the dispute"),
        PauseReason.STANDSTILL: _("a standstill the parties agreed on"),
    }[PauseReason(reason)]


def cause_of(case: Row, row: Row) -> Cause | None:
    """Return what a clock began with, as far as a partner may know; None for somebody's turn."""
    known = {ClockKind.REQUEST: Cause.REQUESTED, ClockKind.UPDATE: Cause.SHARED}
    if row["kind"] in known:
        return known[row["kind"]]
    if row["kind"] == ClockKind.PAUSE:
        begun = Pause.objects.filter(case_id=row["case_id"], started_at=row["anchor"])
        return Cause.PAUSED if begun.exists() else Cause.LOOKED_AGAIN
    if row["anchor"] == case["opened_at"]:
        return Cause.OPENED
    # The whole case has a clock of its own for each time it is open.
    whole = Clock.objects.filter(case_id=row["case_id"], kind=ClockKind.TOTAL)
    if whole.filter(anchor=row["anchor"]).exists():
        return Cause.REOPENED
    return None if turns_begun(row).exists() else Cause.REVISED


def turns_begun(row: Row) -> QuerySet[Assignment]:
    """Return the turns that began when a clock did; of several in one instant the last first."""
    found = Assignment.objects.filter(case_id=row["case_id"], started_at=row["anchor"])
    return found.order_by(F("ended_at").desc(nulls_first=True))
