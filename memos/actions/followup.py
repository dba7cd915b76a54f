"""What becomes of an issued memo: actions are done, parties say that they have read it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases import clockwork
from cases.access import lock_case, parts_of
from cases.actions import LONGEST_TEXT
from cases.models import Case, ClockKind
from cases.telling import Told, fingerprint, owner_of, say
from journal.models import Audience
from memos.access import check_completes
from memos.models.memo import Memo, MemoAction, MemoCopy, MemoReceipt, MemoStatus
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.models import Membership, Role
from tenants.seen import refuse_stale


@transaction.atomic
def complete_action(
    action: MemoAction, *, by: Membership, at: datetime, note: str = ""
) -> MemoAction:
    """Say that an action is done, with a note where there is something to say. Meets its clock."""
    seen = action.memo.seen_tags
    case = lock_case(action.memo.case)
    action = MemoAction.objects.select_related("memo").get(pk=action.pk)
    action.memo.case = case
    refuse_stale(seen, action.memo.tag)
    check_completes(action, by)
    check_binding(action.memo, case)
    if action.done_at is not None:
        raise NotNow(_("This action is done already."))
    note = note.strip()
    if len(note) > LONGEST_TEXT or "\x00" in note:
        raise Invalid({"note": _("At most 20,000 characters of plain text.")})
    clockwork.meet(case, [ClockKind.ACTION], at, subject=action.pk)
    action.done_at, action.done_by_id, action.done_note = at, by.user_id, note
    action.save(update_fields=["done_at", "done_by_id", "done_note"], force_update=True)
    _mark_in_successor(action)
    clockwork.settle(case, at)
    facts = {"memo": str(action.memo_id), "action": str(action.pk)}
    if note:
        facts["text_sha256"] = fingerprint(note)
    told = Told((*owner_of(case), action.memo.author_id))
    say(case, "memo.action_done", by=by, at=at, facts=facts, told=told)
    return action


def _mark_in_successor(action: MemoAction) -> None:
    """Say so in the correction that is being written too, so that it binds nobody twice."""
    same = {name: getattr(action, name) for name in ("what", "owner_id", "partner_id", "due_on")}
    drafts = MemoAction.objects.filter(memo__predecessor_id=action.memo_id, done_at=None, **same)
    drafts.exclude(memo__status=MemoStatus.ISSUED).update(
        done_at=action.done_at, done_by_id=action.done_by_id, done_note=action.done_note
    )


def check_binding(memo: Memo, case: Case) -> None:
    """Refuse what is not binding yet, or was replaced by a successor."""
    if memo.status != MemoStatus.ISSUED:
        raise NotNow(_("The memo is not issued yet."), ["edit"])
    if case.memo_id != memo.pk:
        raise NotNow(_("A successor has replaced this memo."))


@transaction.atomic
def acknowledge_memo(
    memo: Memo, *, by: Membership, at: datetime, partner_id: UUID, read: str | None = None
) -> MemoReceipt:
    """Say, as a person of a party, that one has read its copy: once a person. `read` is the hash of
    the copy that was on the page; that of another version says nothing about this one."""
    case = lock_case(memo.case)
    if by.role != Role.PARTNER or partner_id not in parts_of(case, by):
        raise NotAllowed(_("Only a person of this party can say that it has read its copy."))
    memo = Memo.objects.get(pk=memo.pk)
    check_binding(memo, case)
    copy = MemoCopy.objects.get(memo_id=memo.pk, partner_id=partner_id)
    if read is not None and read != copy.sha256:
        raise NotNow(_("A newer version was issued; please read it."))
    if MemoReceipt.objects.filter(copy_id=copy.pk, user_id=by.user_id).exists():
        raise NotNow(_("You have said so already."))
    receipt = MemoReceipt.objects.create(
        tenant_id=case.tenant_id, copy=copy, user_id=by.user_id, at=at
    )
    facts = {"memo": str(memo.pk), "number": memo.number, "version": memo.version}
    told = Told((*owner_of(case), memo.author_id), Audience.PARTY, partner_id)
    say(case, "memo.acknowledged", by=by, at=at, facts=facts, told=told)
    return receipt
