"""The only door to a case: who sees it, and who may do what to it."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.http import Http404
from django.utils.translation import gettext as _

from cases.models import Assignment, Case, CaseGrant, Confidentiality, Party, PartyRole
from cases.transitions import ALLOWED, allowed_in
from ladder.models import Seat
from ladder.queries import seats_above
from partners.models import Contact
from tenants.errors import NotAllowed, NotNow
from tenants.models import Membership, Role
from tenants.seen import refuse_stale

SEES_ALL = (Role.ADMIN, Role.STAFF, Role.AUDITOR)
WORKS = (Role.ADMIN, Role.STAFF)
HOLDERS_ONLY = frozenset({"acknowledge", "decide", "resolve", "escalate", "revise", "decline"})
# Who keeps a case confidential, lets others in, and says how much is at stake: who holds it, and
# the seats above.
KEEPERS_ONLY = frozenset({"restrict", "lift", "grant", "revoke", "severity"})
PARTNERS = frozenset({"message", "request", "withdraw"})
PARTNERS_ONLY = frozenset({"request"})
# Django's own word for it, which django-guardian's grants refer to.
SEES = "view_case"


def visible_cases(member: Membership) -> QuerySet[Case]:
    """Return the cases a member sees: the one rule for lists, counts, search and notices.

    A restricted case is there only for who has to know of it; a sealed one for custodians too.
    """
    if member.role in SEES_ALL:
        return Case.objects.filter(
            Q(confidentiality=Confidentiality.NORMAL) | has_to_know(member.user_id)
        )
    if member.role == Role.CUSTODIAN:
        return Case.objects.filter(confidentiality=Confidentiality.SEALED)
    companies = Contact.objects.filter(user_id=member.user_id).values("partner_id")
    return Case.objects.filter(
        pk__in=Party.objects.filter(partner_id__in=companies).values("case_id")
    )


def has_to_know(user_id: UUID) -> Q:
    """Return the condition under which a case is known to a person whatever its confidentiality:
    who answers for it, and who was granted it by name."""
    granted = grants_in_force().filter(content_object_id=OuterRef("pk"), user_id=user_id)
    return answers_for(user_id) | Q(Exists(granted))


def answers_for(user_id: UUID) -> Q:
    """Return the condition under which a person answers for a case: its holder and their backup,
    the seats above that fit it, and where nobody holds it those on its level."""
    turn = Assignment.objects.filter(pk=OuterRef("assignment_id"), backup_id=user_id)
    seats = Seat.objects.filter(
        Q(user_id=user_id) | Q(backup_id=user_id),
        Q(region_id=None) | Q(region_id=OuterRef("region_id")),
        Q(category_id=None) | Q(category_id=OuterRef("category_id")),
        level__ladder_id=OuterRef("ladder_id"),
    )
    above = seats.filter(level__position__gt=OuterRef("level__position"))
    beside = seats.filter(level__position=OuterRef("level__position"))
    return (
        Q(owner_id=user_id) | Q(Exists(turn)) | Q(Exists(above)) | (orphaned() & Q(Exists(beside)))
    )


def orphaned() -> Q:
    """Return the condition under which nobody holds a case: its level was empty, or its holder has
    left. Then who has a seat on its own level answers for it, or at the top nobody would."""
    here = Membership.objects.filter(
        user_id=OuterRef("owner_id"), is_active=True, user__is_active=True
    )
    return Q(owner_id=None) | ~Q(Exists(here))


def grants_in_force() -> QuerySet[CaseGrant]:
    """Return the exceptional rights that hold now, by the database's clock."""
    live = CaseGrant.objects.filter(revoked_at=None, expires_at__gt=Now())
    return live.filter(permission__codename=SEES)


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
    refuse_stale(case.seen_tags, locked.tag)
    return locked


def backup_of(case: Case) -> UUID | None:
    """Return who stands in for the holder in this turn."""
    turn = Assignment.objects.filter(pk=case.turn_id)
    return turn.values_list("backup_id", flat=True).first()


def parts_of(case: Case, member: Membership) -> dict[UUID, str]:
    """Return the partners this member speaks for that have a part in the case, with their part."""
    speaks = Party.objects.filter(case_id=case.pk, partner__contacts__user_id=member.user_id)
    return dict(speaks.values_list("partner_id", "role"))


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
    if member.role == Role.PARTNER:
        return _refusal_to_partner(case, verb, member)
    if verb in PARTNERS_ONLY:
        return _("Only a partner asks for the next level.")
    if verb in KEEPERS_ONLY:
        return "" if keeps(case, member) else _("Only who holds the case, or a level above, can.")
    if not works_on(case, member):
        return _("Only staff of the vendor can do this.")
    return _refusal_to_staff(case, verb, member)


def _refusal_to_staff(case: Case, verb: str, member: Membership) -> str:
    if verb in HOLDERS_ONLY and member.user_id not in (case.owner_id, backup_of(case)):
        return _("Only the person whose turn it is, or their backup, can do this.")
    if verb == "hand_back" and member.user_id != case.owner_id:
        return _("Only the person whose turn it is can hand the case back.")
    if verb == "jump" and member.user_id not in seats_above(case.ladder_id, case.level.position):
        return _("Only who holds a level above can take the case past the next one.")
    if verb == "hold" and member.user_id not in seats_above(case.ladder_id, case.level.position):
        return _("Only who holds a level above can hold a window.")
    if verb in ("reassign", "reopen") and not _may_reassign(case, member):
        return {
            "reassign": _(
                "Only the holder, a level above, or an admin can give the case to a colleague."
            ),
            "reopen": _("Only who had the case last, a level above, or an admin can reopen it."),
        }[verb]
    return ""


def _refusal_to_partner(case: Case, verb: str, member: Membership) -> str:
    parts = parts_of(case, member).values()
    if verb not in PARTNERS or not parts:
        return _("Only staff of the vendor can do this.")
    if verb == "withdraw" and PartyRole.COMPLAINANT not in parts:
        return _("Only the partner that raised the dispute can withdraw it.")
    return ""


def keeps(case: Case, member: Membership) -> bool:
    """Whether a member may say who knows of a case. A grant to see it is no right to let others
    in."""
    return Case.objects.filter(answers_for(member.user_id), pk=case.pk).exists()


def works_on(case: Case, member: Membership) -> bool:
    """Whether it is a member's work to act in a case; a custodian's only in sealed ones."""
    sealed = case.confidentiality == Confidentiality.SEALED
    return member.role in WORKS or (sealed and member.role == Role.CUSTODIAN)


def _may_reassign(case: Case, member: Membership) -> bool:
    if member.role == Role.ADMIN or member.user_id == case.owner_id:
        return True
    if member.user_id in seats_above(case.ladder_id, case.level.position):
        return True
    left = Case.objects.filter(orphaned(), answers_for(member.user_id), pk=case.pk)
    return left.exists()
