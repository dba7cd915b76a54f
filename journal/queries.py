"""Reads of the trail, the outbox and the background loops."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections

from journal.chain import HASHED, Break, first_break
from journal.models import ChainHead, Channel, Event, Heartbeat, Notice
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


def tenants_waiting(at: datetime) -> list[UUID]:
    """Return the tenants that have notices to deliver now."""
    with background_role("relay") as cursor:
        cursor.execute(
            "SELECT DISTINCT tenant_id FROM journal_notice"
            " WHERE state = 'pending' AND next_attempt_at <= %s",
            [at],
        )
        return [row[0] for row in cursor.fetchall()]


def unread_count(user_id: UUID, *, at_most: int = 100) -> int:
    """Return how many notices a person has not read, counted up to a bound."""
    unread = Notice.objects.filter(user_id=user_id, channel=Channel.BELL, read_at=None)
    return unread[:at_most].count()


def verify_chain(tenant_id: UUID) -> Break | None:
    """Check the current tenant's chain from its first event to its head."""
    head = ChainHead.objects.filter(tenant_id=tenant_id).first()
    return first_break(_sealed(), (head.seq, bytes(head.hash)) if head else (0, b""))


def _sealed() -> Iterator[dict[str, Any]]:
    events = Event.objects.filter(seq__isnull=False).order_by("seq")
    yield from events.values("seq", "hash", *HASHED).iterator(chunk_size=2000)
