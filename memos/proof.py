"""The hash of a memo: over everything it says, in one form that anybody can make again."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from memos.models.memo import SECTIONS, Memo, MemoAction, MemoCopy


def digest(facts: dict[str, Any]) -> str:
    """Return the SHA-256 of canonical JSON: keys in order, no spaces, UTF-8."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def copy_facts(memo: Memo, copy: MemoCopy, actions: Iterable[MemoAction]) -> dict[str, Any]:
    """Return everything that one party is given: who issued it, in which case, its text, and what
    it has to do. People and companies are named by their ids, because names change."""
    own = [action for action in actions if action.partner_id == copy.partner_id]
    return {
        "vendor": str(memo.tenant_id),
        "case": memo.case.number,
        "issued_by": text(memo.issued_by_id),
        "number": memo.number,
        "version": memo.version,
        "issued_at": instant(memo.issued_at),
        "partner": str(copy.partner_id),
        "title": copy.title,
        "body": copy.body,
        "actions": [action_facts(action) for action in ordered(own)],
    }


def memo_facts(
    memo: Memo, copies: Iterable[MemoCopy], actions: Iterable[MemoAction]
) -> dict[str, Any]:
    """Return everything that the vendor's memo says, with the hashes of the copies."""
    before = memo.predecessor
    return {
        "case": str(memo.case_id),
        "number": memo.number,
        "version": memo.version,
        "title": memo.title,
        "sections": {name: getattr(memo, name) for name in SECTIONS},
        "author": text(memo.author_id),
        "reviewer": text(memo.reviewer_id),
        "reviewed_at": instant(memo.reviewed_at),
        "issued_by": text(memo.issued_by_id),
        "issued_level": text(memo.issued_level_id),
        "issued_at": instant(memo.issued_at),
        "predecessor": before.sha256 if before else None,
        "actions": [action_facts(action) for action in ordered(actions)],
        "copies": {str(copy.partner_id): copy.sha256 for copy in copies},
    }


def action_facts(action: MemoAction) -> dict[str, Any]:
    """Return what was agreed; what becomes of it is written beside."""
    return {
        "what": action.what,
        "owner": text(action.owner_id),
        "partner": text(action.partner_id),
        "due_on": action.due_on.isoformat(),
    }


def ordered(actions: Iterable[MemoAction]) -> list[MemoAction]:
    """Return actions in the order they are read."""
    return sorted(actions, key=lambda action: (action.position, str(action.pk)))


def text(ident: object) -> str | None:
    """Return an id as text, None for none."""
    return str(ident) if ident else None


def instant(at: datetime | None) -> str | None:
    """Return an instant in UTC."""
    return at.astimezone(UTC).isoformat() if at else None
