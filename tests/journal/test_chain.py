"""The hash chain by itself: its bytes never change, and whatever is done to it is found."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from journal.chain import HASHED, Break, canonical, first_break, link

GOLDEN_BYTES = (
    b'{"at":"2026-11-25T09:00:00.000123+00:00","audience":"party","by_id":null,'
    b'"case_id":"00000000-0000-0000-0000-000000000003","facts":{"a":[1,2.5,null],'
    b'"b":"\xc3\xbc"},"id":"00000000-0000-0000-0000-000000000002","kind":"case.opened",'
    b'"partner_id":"00000000-0000-0000-0000-000000000004","seq":7,'
    b'"tenant_id":"00000000-0000-0000-0000-000000000001"}'
)
GOLDEN_HASH = "c42fb5a7031cbada2b727f6f043f8b00357ff884ead620932d3e0451e43c168a"


def entry(**changes: Any) -> dict[str, Any]:
    """Return an event as a row."""
    return {
        "tenant_id": UUID(int=1),
        "id": UUID(int=2),
        "kind": "case.opened",
        "at": datetime(2026, 11, 25, 9, 0, 0, 123, tzinfo=UTC),
        "by_id": None,
        "case_id": UUID(int=3),
        "facts": {"b": "ü", "a": [1, 2.5, None]},
        "audience": "party",
        "partner_id": UUID(int=4),
    } | changes


def chain(length: int) -> list[dict[str, Any]]:
    """Return a sealed chain."""
    entries, previous = [], b""
    for seq in range(1, length + 1):
        one = entry(id=UUID(int=seq))
        previous = link(previous, one, seq)
        entries.append({**one, "seq": seq, "hash": previous})
    return entries


def head(entries: list[dict[str, Any]]) -> tuple[int, bytes]:
    """Return where a chain ends."""
    return (entries[-1]["seq"], entries[-1]["hash"]) if entries else (0, b"")


def test_the_bytes_that_are_hashed_are_these() -> None:
    assert canonical(entry(), 7) == GOLDEN_BYTES
    assert link(b"\x00" * 32, entry(), 7).hex() == GOLDEN_HASH


def test_the_same_instant_in_another_zone_is_the_same_bytes() -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    assert canonical(entry(at=entry()["at"].astimezone(zone)), 7) == GOLDEN_BYTES


@pytest.mark.parametrize("length", [0, 1, 5])
def test_a_chain_as_it_was_sealed_holds(length: int) -> None:
    entries = chain(length)
    assert first_break(entries, head(entries)) is None


@pytest.mark.parametrize("name", HASHED)
def test_a_changed_column_is_found_where_it_was_changed(name: str) -> None:
    entries = chain(5)
    other = {"at": datetime(2026, 1, 1, tzinfo=UTC), "facts": {"b": "ue"}, "kind": "case.closed"}
    entries[2] = {**entries[2], name: other.get(name, UUID(int=99))}
    assert first_break(entries, head(entries)) == Break(3, "the event or its place was changed")


def test_a_missing_an_added_and_a_moved_event_are_found() -> None:
    entries = chain(5)
    end = head(entries)
    assert first_break(entries[:2] + entries[3:], end) == Break(3, "an event is missing")
    assert first_break([*entries[:2], entries[1], *entries[2:]], end) == Break(
        3, "an event is missing"
    )
    swapped = [entries[0], {**entries[2], "seq": 2}, {**entries[1], "seq": 3}, *entries[3:]]
    assert first_break(swapped, end) == Break(2, "the event or its place was changed")


def test_a_cut_tail_is_found() -> None:
    entries = chain(5)
    assert first_break(entries[:3], head(entries)) == Break(3, "the chain ends before its head")
    assert first_break([], head(entries)) == Break(0, "the chain ends before its head")
    # Cut together with its head it holds: that is what the anchors outside are for.
    assert first_break(entries[:3], head(entries[:3])) is None
