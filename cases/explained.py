"""A clock of a case with everything its explanation needs, as the vendor's people may know it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.http import Http404

from cases.explaining import Counted, Explanation, Stand, explain
from cases.facts import PAUSABLE
from cases.models import Case, Clock, Message, Pause, Source
from cases.rules import calendar_of
from journal.models import Event
from ladder.durations import parse_window

RELATED = (
    *("owner", "backup", "level", "calendar_version__calendar"),
    *("assignment__owner", "assignment__backup", "assignment__level"),
)


def clock_for(case: Case, clock_id: UUID) -> Clock:
    """Return a clock of a case, or fail as for a missing one."""
    found = Clock.objects.filter(case_id=case.pk, pk=clock_id).select_related(*RELATED).first()
    if found is None:
        raise Http404
    return found


def shown_clock(case: Case) -> Clock | None:
    """Return the clock that a case shows, None where it shows none."""
    if case.due_at is None:
        return None
    shown = Clock.objects.filter(
        case_id=case.pk, cycle=case.cycle, kind=case.due_kind, due_at=case.due_at, met_at=None
    )
    return shown.filter(state__in=("running", "breached")).order_by("-anchor", "id").first()


def explain_clock(case: Case, clock: Clock, at: datetime) -> Explanation:
    """Explain a clock of a case at an instant."""
    return explain(counted_of(clock, stands_of(case, clock)), at)


def counted_of(
    clock: Clock, stands: Sequence[Stand] = (), since: datetime | None = None
) -> Counted:
    """Return what a clock counts; a reader knows of it `since` then."""
    return Counted(
        kind=clock.kind,
        state=clock.state,
        anchor=clock.anchor,
        due_at=clock.due_at,
        target_seconds=clock.target_seconds,
        calendar=calendar_of(clock.calendar_version),
        stands=tuple(stands),
        met_at=clock.met_at,
        breached_at=clock.breached_at,
        ended_at=clock.ended_at,
        since=since,
        days=parse_window(clock.window).days,
    )


def stands_of(case: Case, clock: Clock) -> list[Stand]:
    """Return when a case stood still in the cycle of a clock that stands still with it."""
    if clock.kind not in PAUSABLE:
        return []
    pauses = Pause.objects.filter(case_id=case.pk, cycle=clock.cycle)
    found = list(pauses.select_related("partner", "started_by").order_by("started_at"))
    texts = texts_of(case) if found else {}
    if not found and case.source == Source.IMPORT:
        return imported_stands(case)
    return [
        Stand(
            id=pause.pk,
            started_at=pause.started_at,
            ended_at=pause.ended_at,
            reason=str(pause.get_reason_display()),
            code=pause.reason,
            owed=pause.partner.name if pause.partner else "",
            owed_id=pause.partner_id,
            text=texts.get(str(pause.pk), ""),
            ends_by=pause.ends_by,
            by=pause.started_by.name if pause.started_by else "",
            end_reason=str(pause.get_end_reason_display()) if pause.end_reason else "",
        )
        for pause in found
    ]


def texts_of(case: Case) -> dict[str, str]:
    """Return what was written when a case was paused, by pause."""
    events = Event.objects.filter(case_id=case.pk, kind="case.paused")
    pauses = {event: facts.get("pause", "") for event, facts in events.values_list("id", "facts")}
    texts = Message.objects.filter(case_id=case.pk, event_id__in=list(pauses))
    return {pauses[event]: body for event, body in texts.values_list("event_id", "body")}


def imported_stands(case: Case) -> list[Stand]:
    """Return when a case stood still in the system it was imported from: its story tells."""
    told = Event.objects.filter(case_id=case.pk, kind__in=("case.paused", "case.resumed"))
    found: list[Stand] = []
    for event in told.order_by("at", "id"):
        reason = str(event.facts.get("reason", "")).replace("_", " ")
        if event.kind == "case.paused":
            found.append(Stand(event.pk, event.at, reason=reason, code=reason))
        elif found and found[-1].ended_at is None:
            found[-1] = replace(found[-1], ended_at=event.at)
    return found
