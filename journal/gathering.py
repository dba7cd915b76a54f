"""Which notices leave in one mail, and when.

What one person tells another leaves at once. What the sweep tells waits a few seconds for more of
the same, and until the sweep has nothing left to do: after an outage it works for a while, batch by
batch, and everybody gets one mail about it. Reminders wait for their reader's working hours.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Least

from journal.models import Channel, Event, Notice, NoticeState
from journal.queries import caught_up
from journal.registry import reminders, reminds
from tenants import scope
from tenants.models import User

logger = logging.getLogger(__name__)
# Since the last of a burst; since its first, once the sweep has caught up; whatever the sweep does.
QUIET = timedelta(seconds=3)
PATIENT = timedelta(seconds=20)
LONGEST = timedelta(minutes=3)
MAILS_AT_ONCE = 200
# One who decides at a time in each tenant; the number is ours among the advisory locks.
TAKE_TURN = "SELECT pg_try_advisory_xact_lock(1835099500, hashtext(%s))"
COLUMNS = ("id", "user_id", "event_id", "event__kind", "created_at", "next_attempt_at")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that is in no mail yet."""

    id: UUID
    user_id: UUID
    event_id: UUID
    kind: str
    created_at: datetime
    next_attempt_at: datetime
    held_until: datetime | None = None

    @property
    def of_burst(self) -> bool:
        """Whether it waits for others of its kind, and not for an hour of the day."""
        return self.held_until is not None and self.held_until > self.next_attempt_at


def gather(at: datetime) -> int:
    """Decide which waiting notices of the current tenant leave now, and in which mail; return how
    many mails there are now that were not before. Nothing where another worker is at it.

    It has to be committed before anything is sent: a mail keeps its id whatever happens.
    """
    mails = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE_TURN, [str(scope.tenant_in_force())])
        if not cursor.fetchone()[0]:
            return 0
        swept = caught_up()
        for user_id, rows in _by_person(at):
            mails += _put_together(user_id, ready(rows, at, swept), at)
            if mails >= MAILS_AT_ONCE:
                break
    return mails


def _by_person(at: datetime) -> Iterator[tuple[UUID, list[Waiting]]]:
    """Yield what waits for each person, and what will within the quiet of a burst."""
    notices = Notice.objects.filter(
        state=NoticeState.PENDING,
        channel=Channel.EMAIL,
        mail_id=None,
        next_attempt_at__lte=at + QUIET,
    ).order_by("user_id", "next_attempt_at", "id")
    rows = notices.values_list(*COLUMNS, "held_until").iterator(chunk_size=2000)
    waiting = (Waiting(*row) for row in rows)
    for user_id, group in groupby(waiting, key=lambda one: one.user_id):
        yield user_id, list(group)


def ready(rows: Sequence[Waiting], at: datetime, swept: datetime | None) -> list[Waiting]:
    """Return what leaves now of what waits for one person; `swept` is when the sweep last had
    nothing left to do. While it is at work, whatever can wait does."""
    burst = [row for row in rows if row.of_burst]
    if not burst or is_over(burst, at, swept):
        return [row for row in rows if row.of_burst or row.next_attempt_at <= at]
    return [row for row in rows if row.held_until is None and row.next_attempt_at <= at]


def is_over(burst: Sequence[Waiting], at: datetime, swept: datetime | None) -> bool:
    """Tell whether nothing more is to be waited for."""
    first = min(row.created_at for row in burst)
    if at >= min(row.held_until for row in burst if row.held_until):
        return True
    if swept is None or swept < first:
        return False
    return at >= first + PATIENT or at >= max(row.next_attempt_at for row in burst)


def _put_together(user_id: UUID, rows: Sequence[Waiting], at: datetime) -> int:
    """Put a person's notices into one mail, except reminders that come too early or too late;
    return how many mails that makes."""
    asked = [row for row in rows if reminds(row.kind)]
    times = _times(user_id, [row.event_id for row in asked], at) if asked else {}
    later: dict[datetime | None, list[UUID]] = {}
    for row in asked:
        when = times.get(row.event_id, at)
        if when is None or when > at:
            later.setdefault(when, []).append(row.id)
    for when, ids in later.items():
        _put_off(ids, when, at)
    kept_back = {ident for ids in later.values() for ident in ids}
    together = [row.id for row in rows if row.id not in kept_back]
    if together:
        own = Notice.objects.filter(pk__in=together, state=NoticeState.PENDING)
        own.update(mail_id=together[0], next_attempt_at=Least("next_attempt_at", Value(at)))
    return 1 if together else 0


def _put_off(ids: Sequence[UUID], when: datetime | None, at: datetime) -> None:
    notices = Notice.objects.filter(pk__in=ids, state=NoticeState.PENDING)
    if when is None:
        notices.update(state=NoticeState.DROPPED, done_at=at, next_attempt_at=None)
    else:
        notices.update(next_attempt_at=when, held_until=when)


def _times(user_id: UUID, event_ids: Sequence[UUID], at: datetime) -> dict[UUID, datetime | None]:
    """Return from when on each reminder may be mailed. Where that cannot be told it is now: one bad
    row must not keep a tenant's mail waiting."""
    try:
        user = User.objects.get(pk=user_id)
        return reminders(list(Event.objects.filter(pk__in=event_ids)), user, at)
    except (ValueError, LookupError) as error:
        logger.warning("when to remind %s is not known: %s", user_id, type(error).__name__)
        return {}
