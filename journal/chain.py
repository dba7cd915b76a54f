"""The hash chain of the audit trail: pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

HASHED = ("tenant_id", "id", "kind", "at", "by_id", "case_id", "facts", "audience", "partner_id")


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold."""

    seq: int
    reason: str


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value


def canonical(entry: Mapping[str, Any], seq: int) -> bytes:
    """Return the bytes of an event that its hash covers: its columns in a fixed order, as JSON
    with sorted keys and no white space, times in UTC to the microsecond."""
    body = {"seq": seq, **{name: _plain(entry[name]) for name in HASHED}}
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link(previous: bytes, entry: Mapping[str, Any], seq: int) -> bytes:
    """Return an event's hash: SHA-256 over the hash before it and its own bytes."""
    return hashlib.sha256(previous + canonical(entry, seq)).digest()


def first_break(entries: Iterable[Mapping[str, Any]], head: tuple[int, bytes]) -> Break | None:
    """Check a tenant's sealed events in order of `seq` against the head of the chain.

    A missing, added, changed or moved event, and a cut tail, give the first place that fails.
    """
    seq, previous = 0, b""
    for entry in entries:
        seq += 1
        if entry["seq"] != seq:
            return Break(seq, "an event is missing")
        if bytes(entry["hash"]) != link(previous, entry, seq):
            return Break(seq, "the event or its place was changed")
        previous = bytes(entry["hash"])
    if (seq, previous) != (head[0], bytes(head[1])):
        return Break(seq, "the chain ends before its head")
    return None
