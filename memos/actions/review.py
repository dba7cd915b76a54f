"""Four eyes: a colleague who did not write a memo reads it before it is issued."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.access import visible_cases, works_on
from cases.actions import required
from cases.telling import Told, say
from memos.access import check_memo, check_seen, lock_memo
from memos.actions.memo import back_to_draft, keep
from memos.models.memo import Memo, MemoStatus
from tenants.errors import Invalid, NotNow
from tenants.models import Membership


@transaction.atomic
def ask_review(memo: Memo, *, by: Membership, at: datetime, reviewer_id: UUID) -> Memo:
    """Ask a colleague to review a draft: not who wrote any of it, or of what it
    corrects."""
    memo = lock_memo(memo)
    check_memo(memo, "ask_review", by)
    if reviewer_id in memo.writers:
        reason = _("Who wrote a memo, or any part of it, does not review it.")
        raise Invalid({"reviewer": reason})
    if reviewer_id not in {member.user_id for member in reviewers(memo)}:
        raise Invalid({"reviewer": _("Choose a colleague who sees the case.")})
    memo.status, memo.reviewer_id, memo.review_asked_at = MemoStatus.IN_REVIEW, reviewer_id, at
    memo.reviewed_at, memo.review_note = None, ""
    keep(memo, at)
    facts = {**about(memo), "person": str(reviewer_id)}
    say(memo.case, "memo.review_asked", by=by, at=at, facts=facts, told=Told((reviewer_id,)))
    return memo


def reviewers(memo: Memo) -> list[Membership]:
    """Return the colleagues who may review a memo: they see its case, and wrote none of it."""
    people = Membership.objects.filter(
        is_active=True, user__is_active=True, user__is_service=False
    ).exclude(user_id__in=memo.writers)
    found = people.select_related("user").order_by("user__name")
    return [m for m in found if works_on(memo.case, m) and sees(m, memo)]


def sees(member: Membership, memo: Memo) -> bool:
    """Whether a colleague sees a memo's case; a normal one every colleague sees."""
    if memo.case.confidentiality == "normal":
        return True
    return visible_cases(member).filter(pk=memo.case_id).exists()


@transaction.atomic
def review_memo(
    memo: Memo,
    *,
    by: Membership,
    at: datetime,
    agree: bool,
    note: str = "",
    revision: int | None = None,
) -> Memo:
    """Say, as the reviewer, that the memo may be issued, or send it back with what is missing."""
    memo = lock_memo(memo)
    check_memo(memo, "review", by)
    check_seen(memo, revision)
    if memo.reviewed_at is not None:
        raise NotNow(_("The memo was reviewed already."), ["memo.issue", "memo.take_back"])
    note = note.strip() if agree and not note.strip() else required("note", note)
    told = Told((memo.author_id, memo.case.owner_id))
    facts = {**about(memo), "agree": agree}
    if agree:
        memo.reviewed_at = at
    else:
        back_to_draft(memo)
    memo.review_note = note
    keep(memo, at)
    kind = "memo.reviewed" if agree else "memo.returned"
    say(memo.case, kind, by=by, at=at, facts=facts, text=note, told=told)
    return memo


@transaction.atomic
def take_back_memo(memo: Memo, *, by: Membership, at: datetime) -> Memo:
    """Take a memo out of review, back to draft; its review, if it was given, is void."""
    memo = lock_memo(memo)
    check_memo(memo, "take_back", by)
    told = Told((memo.reviewer_id,))
    back_to_draft(memo)
    keep(memo, at)
    say(memo.case, "memo.returned", by=by, at=at, facts=about(memo), told=told)
    return memo


def about(memo: Memo) -> dict[str, object]:
    """Return what the trail keeps of a memo that was not issued."""
    return {"memo": str(memo.pk), "version": memo.version, "revision": memo.revision}
