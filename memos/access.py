"""The only door to a memo: who sees it, and who may do what to it."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from cases.access import hold_of, lock_case, visible_cases, works_on
from cases.models import Case, Clock, ClockKind
from ladder.queries import acted_for_by
from memos.models.memo import Memo, MemoAction, MemoStatus
from tenants.errors import NotAllowed, NotNow
from tenants.models import Membership
from tenants.seen import refuse_stale

DRAFT, IN_REVIEW, ISSUED = MemoStatus.DRAFT, MemoStatus.IN_REVIEW, MemoStatus.ISSUED
# In which status of the memo each verb is possible.
ALLOWED: dict[str, tuple[str, ...]] = {
    "edit": (DRAFT, IN_REVIEW),
    "ask_review": (DRAFT,),
    "review": (IN_REVIEW,),
    "take_back": (IN_REVIEW,),
    "issue": (IN_REVIEW,),
    "succeed": (ISSUED,),
    "complete": (ISSUED,),
}
# In which statuses of the case a first memo is begun, and any is issued.
DRAFTED_IN = ("new", "in_progress", "decided")
ISSUED_IN = ("decided", "resolved", "closed")


def visible_memos(member: Membership) -> QuerySet[Memo]:
    """Return the memos a member of staff sees: those of the cases they see. Partners never come
    here; what they read are copies, behind the portal's wall."""
    return Memo.objects.filter(case_id__in=visible_cases(member).values("id"))


def memo_for(member: Membership, memo_id: UUID) -> Memo:
    """Return a memo, or fail in the same way whether it is missing or not for this member."""
    related = ("case__category", "author", "reviewer", "issued_by", "issued_level", "predecessor")
    memo = visible_memos(member).select_related(*related).filter(pk=memo_id).first()
    if memo is None:
        raise Http404
    return memo


def lock_memo(memo: Memo) -> Memo:
    """Lock the memo's case, then the memo, then read both."""
    case = lock_case(memo.case)
    locked = Memo.objects.select_for_update().get(pk=memo.pk)
    locked.case = case
    refuse_stale(memo.seen_tags, locked.tag)
    return locked


def allowed_in(memo: Memo) -> list[str]:
    """Return the verbs that the memo's status allows, as refusals name them."""
    return [f"memo.{verb}" for verb, statuses in ALLOWED.items() if memo.status in statuses]


def check_memo(memo: Memo, verb: str, by: Membership) -> None:
    """Refuse a verb to who may not use it (`NotAllowed`), or in a status that does not allow it
    (`NotNow`)."""
    if reason := refusal(memo, verb, by):
        raise NotAllowed(reason)
    if verb == "issue":
        memo.case.acting_for = hold_of(memo.case, by.user_id).on_behalf_of
    if memo.status not in ALLOWED[verb]:
        status = str(memo.get_status_display()).lower()
        reason = _("This is not possible while the memo is %(status)s.") % {"status": status}
        raise NotNow(reason, allowed_in(memo))


def check_seen(memo: Memo, revision: int | None) -> None:
    """Refuse what was meant for a text that has changed since."""
    if revision is not None and revision != memo.revision:
        raise NotNow(_("The memo was changed since you opened it."), allowed_in(memo))


def may_memo(memo: Memo, verb: str, member: Membership) -> bool:
    """Whether a page should offer a verb."""
    return memo.status in ALLOWED[verb] and not refusal(memo, verb, member)


def refusal(memo: Memo, verb: str, member: Membership) -> str:
    """Return why this member may not, or an empty text."""
    if not works_on(memo.case, member):
        return _("Only staff of the vendor can do this.")
    if verb == "review" and member.user_id != memo.reviewer_id:
        return _("Only the colleague who was asked reviews a memo.")
    if verb == "issue" and not holds(memo.case, member):
        return _("Only the person whose turn it is, or their backup, issues the memo.")
    return ""


def check_completes(action: MemoAction, by: Membership) -> None:
    """Refuse who may not say that an action is done: its owner may, and who holds the case; what a
    partner has to do any colleague."""
    case = action.memo.case
    if not works_on(case, by):
        raise NotAllowed(_("Only staff of the vendor can do this."))
    if not completes(action, by):
        raise NotAllowed(_("Only the action's owner, or who holds the case, can do this."))
    if action.owner_id and action.owner_id != by.user_id and not holds(case, by):
        case.acting_for = action.owner_id


def completes(action: MemoAction, member: Membership) -> bool:
    """Whether a colleague may say that an action is done: who owes it, or was asked in their place,
    or stands in for them."""
    if action.partner_id is not None or action.owner_id == member.user_id:
        return True
    if holds(action.memo.case, member):
        return True
    asked = Clock.objects.filter(subject=action.pk, kind=ClockKind.ACTION, owner_id=member.user_id)
    return action.owner_id in acted_for_by(member.user_id) or asked.exists()


def holds(case: Case, member: Membership) -> bool:
    """Whether a member holds the deciding level of a case: its owner, their backup, or who stands
    in for one of them."""
    return hold_of(case, member.user_id).acts


def may_draft(case: Case, member: Membership) -> bool:
    """Whether a page should offer to begin the first memo of a case."""
    return works_on(case, member) and case.status in DRAFTED_IN


def check_drafts(case: Case, by: Membership) -> None:
    """Refuse to begin a first memo: `NotAllowed` to who may not, `NotNow` where one is there."""
    if not works_on(case, by):
        raise NotAllowed(_("Only staff of the vendor can do this."))
    memo = Memo.objects.filter(case_id=case.pk).order_by("-version").first()
    if memo is not None and memo.is_issued:
        reason = _("The memo of this case was issued: correct it by a successor.")
        raise NotNow(reason, ["memo.succeed"])
    if memo is not None:
        raise NotNow(_("A memo of this case is being written already."), allowed_in(memo))
    if case.status not in DRAFTED_IN:
        reason = _("A memo is begun while the case is open; this one is %(status)s.")
        raise NotNow(reason % {"status": str(case.get_status_display()).lower()})
