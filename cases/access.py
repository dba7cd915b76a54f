"""The only door to a case: who sees it, and who may do what to it."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from cases.models import Assignment, Case
from cases.transitions import ALLOWED, allowed_in
from ladder.queries import seats_above
from partners.models import Contact
from tenants.errors import NotAllowed, NotNow
from tenants.models import Membership, Role

SEES_ALL = (Role.ADMIN, Role.STAFF, Role.AUDITOR)
WORKS = (Role.ADMIN, Role.STAFF)
HOLDERS_ONLY = frozenset({"acknowledge", "decide", "resolve", "escalate", "revise"})


def visible_cases(member: Membership) -> QuerySet[Case]:
    """Return the cases a member sees: the one rule for lists, counts, search and notices."""
    if member.role in SEES_ALL:
        return Case.objects.all()
    if member.role == Role.PARTNER:
        companies = Contact.objects.filter(user_id=member.user_id).values("partner_id")
        return Case.objects.filter(Q(parties__partner_id__in=companies)).distinct()
    return Case.objects.none()


def case_for(member: Membership, case_id: UUID) -> Case:
    """Return a case, or fail in the same way whether it is missing or not for this member."""
    related = ("category", "ladder", "level", "owner", "region")
    case = visible_cases(member).select_related(*related).filter(pk=case_id).first()
    if case is None:
        raise Http404
    return case


def lock_case(case: Case) -> Case:
    """Lock a case, then read it: verbs lock the case first, its clocks after.

    A click that was meant for a turn that has ended meanwhile is refused, so that a double click,
    or one that races the clock, never acts on the next level.
    """
    locked = Case.objects.select_for_update().get(pk=case.pk)
    if case.seen_turn is not None and case.seen_turn != locked.assignment_id:
        raise NotNow(_("The case has moved on since you opened it."), allowed_in(locked.status))
    return locked


def backup_of(case: Case) -> UUID | None:
    """Return who stands in for the holder in this turn."""
    turn = Assignment.objects.filter(pk=case.turn_id)
    return turn.values_list("backup_id", flat=True).first()


def check(case: Case, verb: str, by: Membership | None) -> None:
    """Refuse a verb to who may not use it (`NotAllowed`), or in a status that does not allow it
    (`NotNow`). None is the system, which carries out what rules say."""
    if by is not None and (reason := _refusal(case, verb, by)):
        raise NotAllowed(reason)
    if case.status not in ALLOWED[verb]:
        raise NotNow(
            _("This is not possible while the case is %(status)s.")
            % {"status": case.get_status_display().lower()},
            allowed_in(case.status),
        )


def may(case: Case, verb: str, member: Membership) -> bool:
    """Whether a page should offer a verb."""
    return case.status in ALLOWED[verb] and not _refusal(case, verb, member)


def _refusal(case: Case, verb: str, member: Membership) -> str:
    """Return why this member may not, or an empty text."""
    if member.role not in WORKS:
        return _("Only staff of the vendor can do this.")
    if verb in HOLDERS_ONLY and member.user_id not in (case.owner_id, backup_of(case)):
        return _("Only the person whose turn it is, or their backup, can do this.")
    if verb == "hand_back" and member.user_id != case.owner_id:
        return _("Only the person whose turn it is can hand the case back.")
    if verb == "reassign" and not _may_reassign(case, member):
        return _("Only the holder, a level above, or an admin can give the case to a colleague.")
    return ""


def _may_reassign(case: Case, member: Membership) -> bool:
    if member.role == Role.ADMIN or member.user_id == case.owner_id:
        return True
    return member.user_id in seats_above(case.ladder_id, case.level.position)
