"""Putting events into their tenant's chain, in order, shortly after they were committed.

Writers never wait for the chain: an event commits without a place, and this gives it one. The
place also orders the public feed, so a reader that has seen a place has seen all before it.
"""

import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from journal.chain import HASHED, link
from tenants.scope import background_role

BATCH = 2000
ANCHOR_SECONDS = 60
# One sealer at a time: a number of our own for the advisory lock.
TAKE_TURN = "SELECT pg_try_advisory_xact_lock(73656164)"
CLAIM = (
    f"SELECT {', '.join(HASHED)} FROM journal_event WHERE seq IS NULL"  # noqa: S608 - constants
    " ORDER BY recorded_at, id LIMIT %s"
)
HEADS = "SELECT tenant_id, seq, hash FROM journal_chainhead WHERE tenant_id = ANY(%s::uuid[])"
PLACE = """
UPDATE journal_event e SET seq = v.seq, hash = v.hash
FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::bytea[]) AS v (tenant_id, id, seq, hash)
WHERE e.tenant_id = v.tenant_id AND e.id = v.id
"""
ADVANCE = """
INSERT INTO journal_chainhead (tenant_id, seq, hash)
SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::bytea[])
ON CONFLICT (tenant_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
"""
Head = tuple[int, bytes]


def seal_batch(limit: int = BATCH) -> dict[UUID, Head]:
    """Seal up to `limit` events of any tenants in one transaction; return the new heads.

    Empty when nothing waits, or when another sealer is at it.
    """
    with background_role("sealer") as cursor:
        cursor.execute(TAKE_TURN)
        if not cursor.fetchone()[0]:
            return {}
        cursor.execute(CLAIM, [limit])
        entries = [dict(zip(HASHED, row, strict=True)) for row in cursor.fetchall()]
        if not entries:
            return {}
        cursor.execute(HEADS, [[str(e["tenant_id"]) for e in entries]])
        heads = {tenant: (seq, bytes(digest)) for tenant, seq, digest in cursor.fetchall()}
        cursor.execute(PLACE, _place(entries, heads))
        changed = {e["tenant_id"]: heads[e["tenant_id"]] for e in entries}
        cursor.execute(ADVANCE, _columns([(t, *head) for t, head in changed.items()]))
    return changed


def _place(entries: list[dict[str, Any]], heads: dict[UUID, Head]) -> list[list[Any]]:
    """Give each event its number and hash, moving the heads along."""
    rows = []
    for entry in entries:
        entry["facts"] = json.loads(entry["facts"])  # raw cursors give JSON as text
        seq, previous = heads.get(entry["tenant_id"], (0, b""))
        head = (seq + 1, link(previous, entry, seq + 1))
        heads[entry["tenant_id"]] = head
        rows.append((entry["tenant_id"], entry["id"], *head))
    return _columns(rows)


def _columns(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [
        [str(v) if isinstance(v, UUID) else v for v in column] for column in zip(*rows, strict=True)
    ]


class Anchors:
    """The heads of chains, written to a file outside the database, at most one a minute each.

    A chain whose tail was cut together with its head still disagrees with its last anchor.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._written: dict[UUID, float] = {}

    def keep(self, heads: dict[UUID, Head]) -> None:
        """Append the heads that are due."""
        now = time.monotonic()
        due = [t for t in heads if now - self._written.get(t, -ANCHOR_SECONDS) >= ANCHOR_SECONDS]
        if due:
            with self.path.open("a", encoding="utf-8") as file:
                file.writelines(self._line(t, heads[t]) for t in due)
            self._written.update(dict.fromkeys(due, now))

    @staticmethod
    def _line(tenant_id: UUID, head: Head) -> str:
        anchor = {"tenant": str(tenant_id), "seq": head[0], "hash": head[1].hex()}
        return json.dumps({"at": time.time(), **anchor}) + "\n"
