"""Reminders: what is told of a clock that still runs, and when it may be mailed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models.functions import Coalesce

from cases.models import Clock, ClockState
from journal.models import Event
from ladder.personal import next_at_work
from tenants.models import User

# Not what has happened: a window that was missed, a climb, an alarm.
KINDS = frozenset({"case.clock.warning", "case.reminder", "case.pause.review"})


def times(events: Sequence[Event], user: User, at: datetime) -> dict[UUID, datetime | None]:
    """Return from when on a person may be reminded of each clock: within their working hours, or
    now where its level is urgent; None where the clock does not run any more, because somebody has
    answered or the case has moved on."""
    clocks = {event.pk: UUID(event.facts["clock"]) for event in events}
    running = Clock.objects.filter(pk__in=set(clocks.values()), state=ClockState.RUNNING)
    urgent = dict(
        running.annotate(presses=Coalesce("level__urgent", "case__level__urgent")).values_list(
            "pk", "presses"
        )
    )
    opens = at if all(urgent.values()) else next_at_work(user, at)
    return {
        event_id: (at if urgent[clock] else opens) if clock in urgent else None
        for event_id, clock in clocks.items()
    }
