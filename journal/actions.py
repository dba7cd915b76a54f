"""The verbs of the trail: record what happened, and tell people."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from journal.models import Audience, Channel, Event, Notice, NoticeState
from tenants import scope

logger = logging.getLogger(__name__)
WAKE_SECONDS = 30


def record(
    kind: str,
    *,
    at: datetime,
    by: UUID | None,
    case_id: UUID | None = None,
    facts: Mapping[str, Any] | None = None,
    audience: str = Audience.INTERNAL,
    partner_id: UUID | None = None,
    once_key: str | None = None,
) -> Event:
    """Append one event to the current tenant's trail.

    `facts` holds ids, enumerated values, numbers and hashes; never a name, an address or a text.
    With a `once_key` a second event of that key fails with `IntegrityError`.
    """
    return Event.objects.create(
        tenant_id=scope.tenant_in_force(),
        kind=kind,
        at=at,
        by_id=by,
        case_id=case_id,
        facts=dict(facts or {}),
        audience=audience,
        partner_id=partner_id,
        once_key=once_key,
    )


def tell(event: Event, user_ids: Iterable[UUID | None], *, at: datetime) -> None:
    """Tell people of an event, once each, in the app and by e-mail; not the one who did it.

    The rows are written with the event; workers are woken when both have committed.
    """
    people = dict.fromkeys(u for u in user_ids if u and u != event.by_id)
    rows = [notice(event, user_id, channel, at) for user_id in people for channel in Channel]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        transaction.on_commit(partial(wake, event.tenant_id), robust=True)


def notice(event: Event, user_id: UUID, channel: Channel, at: datetime) -> Notice:
    """Return the row that tells one person on one channel; a bell rings by being there."""
    rings = channel == Channel.BELL
    return Notice(
        tenant_id=event.tenant_id,
        event=event,
        user_id=user_id,
        channel=channel,
        state=NoticeState.SENT if rings else NoticeState.PENDING,
        next_attempt_at=None if rings else at,
        created_at=at,
        done_at=at if rings else None,
    )


def wake(tenant_id: UUID) -> None:
    """Ask a worker to deliver a tenant's notices now; if the broker is away the relay will."""
    try:
        # A wake-up that waited this long is stale: the relay has sent others since.
        current_app.send_task(
            "journal.deliver", args=(str(tenant_id),), retry=False, expires=WAKE_SECONDS
        )
    except OperationalError:
        logger.warning("no broker: notices of tenant %s wait for the relay", tenant_id)


def mark_read(user_id: UUID, *, at: datetime) -> int:
    """Mark everything a person was told in the app as read; return how much it was."""
    unread = Notice.objects.filter(user_id=user_id, channel=Channel.BELL, read_at=None)
    return unread.update(read_at=at)
