"""Reads of an issued memo for one party, as the portal's database role: its copy, its actions."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from memos.models import Memo, MemoAction, MemoCopy, MemoReceipt, MemoStatus
from portal.queries import names_of


@dataclass(frozen=True, slots=True)
class OwnAction:
    """What the party has to do."""

    what: str
    due_on: date
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody of the party who has read its copy; `name` is empty where it may not be told."""

    user_id: UUID
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnCopy:
    """What the memo in force says to one party."""

    memo_id: UUID
    number: str
    version: int
    issued_at: datetime
    issued_by: str
    title: str
    body: str
    sha256: str
    actions: tuple[OwnAction, ...]
    readers: tuple[Reader, ...]


def own_copy(partner_id: UUID, case_id: UUID) -> OwnCopy | None:
    """Return a party's copy of the memo in force, None whether there is none or it is another's."""
    copy = latest(partner_id, case_id)
    if copy is None:
        return None
    ident, memo_id, title, body, sha256 = copy
    columns = ("number", "version", "issued_at", "issued_by_id")
    number, version, issued_at, by = Memo.objects.filter(pk=memo_id).values_list(*columns).get()
    actions = MemoAction.objects.filter(memo_id=memo_id, partner_id=partner_id)
    rows = actions.order_by("position", "id").values_list("what", "due_on", "done_at")
    receipts = MemoReceipt.objects.filter(copy_id=ident).order_by("at", "id")
    read = list(receipts.values_list("user_id", "at"))
    names = names_of({by, *(user_id for user_id, _at in read)})
    return OwnCopy(
        memo_id=memo_id,
        number=number,
        version=version,
        issued_at=issued_at,
        issued_by=names.get(by, ""),
        title=title,
        body=body,
        sha256=sha256,
        actions=tuple(OwnAction(*row) for row in rows),
        readers=tuple(Reader(user_id, names.get(user_id, ""), at) for user_id, at in read),
    )


def latest(partner_id: UUID, case_id: UUID) -> tuple[UUID, UUID, str, str, str] | None:
    """Return the party's copy of the latest version that was issued."""
    copies = MemoCopy.objects.filter(
        partner_id=partner_id, memo__case_id=case_id, memo__status=MemoStatus.ISSUED
    )
    columns = ("id", "memo_id", "title", "body", "sha256")
    return copies.order_by("-memo__version").values_list(*columns).first()


def has_memo(partner_id: UUID, case_id: UUID) -> bool:
    """Whether there is an issued memo for this party to read."""
    return latest(partner_id, case_id) is not None
