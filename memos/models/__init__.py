"""The rows of what was decided and what it binds."""

from memos.models.concession import Concession, ConcessionState, Decision, Verdict
from memos.models.memo import Memo, MemoAction, MemoCopy, MemoCounter, MemoReceipt, MemoStatus

__all__ = [
    "Concession",
    "ConcessionState",
    "Decision",
    "Memo",
    "MemoAction",
    "MemoCopy",
    "MemoCounter",
    "MemoReceipt",
    "MemoStatus",
    "Verdict",
]
