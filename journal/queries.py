"""Reads of the trail, the outbox and the background loops."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import Subquery
from django.db.models.functions import Coalesce

from journal.anchors import Anchor
from journal.chain import HASHED, Break, first_break
from journal.models import ChainHead, Channel, Event, Heartbeat, Notice
from journal.registry import known
from tenants.models import User
from tenants.scope import background_role

BEAT = """
INSERT INTO journal_heartbeat (name, at, detail) VALUES (%s, %s, %s::jsonb)
ON CONFLICT (name) DO UPDATE SET at = excluded.at, detail = excluded.detail
"""


def beat(name: str, at: datetime, detail: Mapping[str, Any] | None = None) -> None:
    """Note that a background loop has run, and what it found (numbers only)."""
    with connections["sweeper"].cursor() as cursor:
        cursor.execute(BEAT, [name, at, json.dumps(dict(detail or {}))])


def heartbeats() -> dict[str, Heartbeat]:
    """Return when each background loop last ran."""
    return {heartbeat.name: heartbeat for heartbeat in Heartbeat.objects.all()}


def caught_up() -> datetime | None:
    """Return when the sweep last had nothing left to do; None before that ever was."""
    beats = Heartbeat.objects.filter(name="sweep").values_list("detail", flat=True)
    detail = beats.first() or {}
    return datetime.fromisoformat(detail["caught_up"]) if detail.get("caught_up") else None


def tenants_waiting(at: datetime) -> list[UUID]:
    """Return the tenants that have notices to deliver now."""
    with background_role("relay") as cursor:
        cursor.execute(
            "SELECT DISTINCT tenant_id FROM journal_notice"
            " WHERE state = 'pending' AND next_attempt_at <= %s",
            [at],
        )
        return [row[0] for row in cursor.fetchall()]


def unread_count(user: User, *, at_most: int = 100) -> int:
    """Return how many notices a person has not read and may still know of, counted up to a
    bound."""
    unread = Notice.objects.filter(user_id=user.pk, channel=Channel.BELL, read_at=None)
    newest = unread.order_by("-created_at", "-id")
    ids = list(newest.values_list("event_id", flat=True)[:at_most])
    events = list(Event.objects.filter(pk__in=ids)) if ids else []
    return len(known(events, user))


def verify_chain(tenant_id: UUID) -> Break | None:
    """Check the current tenant's chain from its first event to its head.

    The sealer may go on meanwhile: what it adds after the head was read is not looked at.
    """
    heads = ChainHead.objects.filter(tenant_id=tenant_id)
    head = heads.values_list("seq", "hash").first() or (0, b"")
    found = first_break(_sealed(head[0]), (head[0], bytes(head[1])))
    # In one statement: its snapshot holds a head and no event that was sealed after it.
    last = Coalesce(Subquery(heads.values("seq")), 0)
    if found is None and Event.objects.filter(seq__gt=last).exists():
        return Break(head[0] + 1, "an event stands beyond the head")
    return found


def verify_anchor(anchor: Anchor) -> Break | None:
    """Check that the current tenant's chain still holds what was anchored."""
    found = Event.objects.filter(seq=anchor.seq).values_list("hash", flat=True).first()
    if found is None:
        return Break(anchor.seq, "the chain ends before its last anchor")
    if bytes(found) != anchor.hash:
        return Break(anchor.seq, "the event is another one than its anchor says")
    return None


def sealed_count() -> int:
    """Return how many events of the current tenant have their place in the chain."""
    return Event.objects.filter(seq__isnull=False).count()


def _sealed(last: int) -> Iterator[dict[str, Any]]:
    events = Event.objects.filter(seq__lte=last).order_by("seq")
    yield from events.values("seq", "hash", *HASHED).iterator(chunk_size=2000)
