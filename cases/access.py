"""The only door to a case: who sees it, and who may do what to it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.leave import Leave
from cases.models import (
    Assignment,
    Case,
    CaseGrant,
    Clock,
    Confidentiality,
    Override,
    Party,
    PartyRole,
    Rebase,
    Rule,
)
from cases.transitions import ALLOWED, allowed_in
from ladder.models import Seat
from ladder.queries import acted_for_by, acts_for, seats_above
from ladder.seats import Holder
from partners.models import Contact
from tenants.errors import NotAllowed, NotNow
from tenants.models import Membership, Role
from tenants.onelook import seen_once
from tenants.seen import refuse_stale

SEES_ALL = (Role.ADMIN, Role.STAFF, Role.AUDITOR)
WORKS = (Role.ADMIN, Role.STAFF)
HOLDERS_ONLY = frozenset({"acknowledge", "decide", "resolve", "escalate", "revise", "decline"})
# What is done in the holder's place, where somebody else does it.
FROM_ABOVE = frozenset({"reassign", "jump", "hold"})
IN_PLACE = HOLDERS_ONLY | FROM_ABOVE | {"hand_back", "hand_over"}
# Who keeps a case confidential, lets others in, and says how much is at stake: who holds it, and
# the seats above.
KEEPERS_ONLY = frozenset({"restrict", "lift", "grant", "revoke", "severity"})
# Which rule stands in the way of who may not, where it can be set aside: never of a decision.
CAN_BE_SET_ASIDE: Mapping[str, Rule] = {
    "escalate": Rule.TURN,
    "hand_back": Rule.TURN,
    "severity": Rule.TURN,
    "jump": Rule.ABOVE,
    "hold": Rule.ABOVE,
}
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
    """Return the condition under which a person answers for a case: its holder, in whose place
    they hold it, and their backup; the seats above that fit it; where nobody holds it those on its
    level; and who stands in for one of them now."""
    people = acts_for(user_id)
    turn = Assignment.objects.filter(
        Q(backup_id__in=people) | Q(on_behalf_of_id__in=people), pk=OuterRef("assignment_id")
    )
    seats = Seat.objects.filter(
        Q(user_id__in=people) | Q(backup_id__in=people),
        Q(region_id=None) | Q(region_id=OuterRef("region_id")),
        Q(category_id=None) | Q(category_id=OuterRef("category_id")),
        level__ladder_id=OuterRef("ladder_id"),
    )
    above = seats.filter(level__position__gt=OuterRef("level__position"))
    beside = seats.filter(level__position=OuterRef("level__position"))
    mine = Q(owner_id__in=people) | Q(Exists(turn))
    return mine | Q(Exists(above)) | (orphaned() & Q(Exists(beside)))


def may_know(case: Case, user_id: UUID) -> bool:
    """Whether a person sees a case: what is confidential is put to nobody else."""
    if case.confidentiality == Confidentiality.NORMAL:
        return True
    member = Membership.objects.filter(user_id=user_id).first()
    return member is not None and visible_cases(member).filter(pk=case.pk).exists()


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


def visible_overrides(member: Membership) -> QuerySet[Override]:
    """Return the acts outside the rules in the cases a member sees; none for partners."""
    if member.role == Role.PARTNER:
        return Override.objects.none()
    return Override.objects.filter(Exists(visible_cases(member).filter(pk=OuterRef("case_id"))))


def override_for(member: Membership, override_id: UUID) -> Override:
    """Return an act outside the rules, or fail in the same way whether it is missing or not for
    this member."""
    related = ("case", "by", "reconciled_by")
    found = visible_overrides(member).select_related(*related).filter(pk=override_id).first()
    if found is None:
        raise Http404
    return found


def visible_rebases(member: Membership) -> QuerySet[Rebase]:
    """Return the proposals to put running clocks on other rules that a member sees: who reads the
    rules, and of one case who sees it. Partners and custodians see none."""
    if member.role not in SEES_ALL:
        return Rebase.objects.none()
    seen = Exists(visible_cases(member).filter(pk=OuterRef("case_id")))
    return Rebase.objects.filter(Q(case_id=None) | Q(seen))


def rebase_for(member: Membership, rebase_id: UUID) -> Rebase:
    """Return a proposal, or fail in the same way whether it is missing or not for this member."""
    related = ("case", "ladder", "calendar", "by", "answered_by")
    rows = visible_rebases(member).select_related(*related).defer("case__search")
    found = rows.filter(pk=rebase_id).first()
    if found is None:
        raise Http404
    return found


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
    """Return who backs up the holder in this turn."""
    turn = Assignment.objects.filter(pk=case.turn_id)
    return turn.values_list("backup_id", flat=True).first()


@dataclass(frozen=True, slots=True)
class Hold:
    """How a person stands to a case's turn. It is theirs (`owns`) as its owner, as whom the owner
    has it on behalf of, or as who stands in for one of them; its backup, and who stands in for that
    one, `acts` in it too. `on_behalf_of` is in whose place, where that is not their own."""

    holder: Holder
    owns: bool = False
    acts: bool = False
    on_behalf_of: UUID | None = None


def holds_of(cases: Iterable[Case], user_id: UUID) -> dict[UUID, Hold]:
    """Return by case how a person stands to its current turn; one query for any number."""
    people = acts_for(user_id)
    theirs = Q(owner_id__in=people) | Q(on_behalf_of_id__in=people)
    turns = Assignment.objects.filter(pk__in=[c.assignment_id for c in cases if c.assignment_id])
    rows = turns.annotate(
        owns=_whether(theirs), acts=_whether(theirs | Q(backup_id__in=people))
    ).values_list("case_id", "owner_id", "backup_id", "on_behalf_of_id", "owns", "acts")
    return {
        case_id: _hold(Holder(*held), user_id, owns=bool(owns), acts=bool(acts))
        for case_id, *held, owns, acts in rows
    }


def _whether(condition: Q) -> "ExpressionWrapper[Q]":
    return ExpressionWrapper(condition, output_field=BooleanField())


def _hold(holder: Holder, user_id: UUID, *, owns: bool, acts: bool) -> Hold:
    principal = holder.on_behalf_of or holder.owner_id
    in_place = principal if acts and principal != user_id else None
    return Hold(holder, owns, acts, in_place)


@seen_once
def hold_of(case: Case, user_id: UUID) -> Hold:
    """Return how a person stands to the current turn of a case."""
    return holds_of([case], user_id).get(case.pk, Hold(Holder()))


def parts_of(case: Case, member: Membership) -> dict[UUID, str]:
    """Return the partners this member speaks for that have a part in the case, with their part."""
    speaks = Party.objects.filter(case_id=case.pk, partner__contacts__user_id=member.user_id)
    return dict(speaks.values_list("partner_id", "role"))


def check(case: Case, verb: str, by: Membership | None, leave: Leave | None = None) -> None:
    """Refuse a verb to who may not use it (`NotAllowed`), or in a status that does not allow it
    (`NotNow`). None is the system, which carries out what rules say. With `leave` a rule on who may
    can be set aside, by who may set rules aside."""
    if by is not None and (reason := _refusal(case, verb, by)):
        refusal, rule = NotAllowed(reason), CAN_BE_SET_ASIDE.get(verb)
        if rule is None or not may_override(case, by):
            raise refusal
        (leave or Leave()).need(rule, refusal)
    case.acting_for = in_whose_place(case, verb, by)
    if case.status not in ALLOWED[verb]:
        raise NotNow(
            _("This is not possible while the case is %(status)s.")
            % {"status": case.get_status_display().lower()},
            possible(case, by, allowed_in(case.status)),
        )


def possible(case: Case, by: Membership | None, verbs: Iterable[str]) -> list[str]:
    """Return the verbs that a refusal names instead: to a partner none that are not its own."""
    if by is None or by.role != Role.PARTNER:
        return list(verbs)
    return [verb for verb in verbs if not _refusal_to_partner(case, verb, by)]


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
    may, otherwise = RIGHTS.get(verb, (None, ""))
    return str(otherwise) if may is not None and not may(case, member) else ""


def _refusal_to_partner(case: Case, verb: str, member: Membership) -> str:
    parts = parts_of(case, member).values()
    if verb not in PARTNERS or not parts:
        return _("Only staff of the vendor can do this.")
    if verb == "withdraw" and PartyRole.COMPLAINANT not in parts:
        return _("Only the partner that raised the dispute can withdraw it.")
    return ""


def barred(case: Case, verb: str, member: Membership) -> str:
    """Return why a member may not use a verb now that its status allows, where that is a rule which
    can be set aside; an empty text otherwise."""
    applies = verb in CAN_BE_SET_ASIDE and case.status in ALLOWED[verb]
    return _refusal(case, verb, member) if applies else ""


@seen_once
def keeps(case: Case, member: Membership) -> bool:
    """Whether a member may say who knows of a case. A grant to see it is no right to let others
    in."""
    return Case.objects.filter(answers_for(member.user_id), pk=case.pk).exists()


def may_override(case: Case, member: Membership) -> bool:
    """Whether a member may act outside the rules in a case, which stays on record until another
    person has looked at it: who holds the case, who holds a level above, and an admin."""
    return works_on(case, member) and (member.role == Role.ADMIN or keeps(case, member))


def leave_for(case: Case, by: Membership | None, *, override: bool) -> Leave:
    """Return what leave a verb has to set rules aside. Raises `NotAllowed` where somebody asks for
    it who may not."""
    if override and (by is None or not may_override(case, by)):
        reason = _("Only who holds the case, a level above, or an admin can set a rule aside.")
        raise NotAllowed(reason)
    return Leave(asked=override)


def may_reconcile(case: Case, by_user_id: UUID, position: int, member: Membership) -> bool:
    """Whether a member may say what was learned of an act outside the rules, done by a person on a
    level of this position: another person, who holds a level above, or is an admin."""
    if member.user_id == by_user_id or not works_on(case, member):
        return False
    return member.role == Role.ADMIN or bool(
        _seats_above(case, position) & acted_for_by(member.user_id) - {by_user_id}
    )


def works_on(case: Case, member: Membership) -> bool:
    """Whether it is a member's work to act in a case; a custodian's only in sealed ones."""
    sealed = case.confidentiality == Confidentiality.SEALED
    return member.role in WORKS or (sealed and member.role == Role.CUSTODIAN)


def _above(case: Case, member: Membership) -> set[UUID]:
    """Return who of those that hold a level above a case a member is, or stands in for."""
    return _seats_above(case, case.level.position) & acted_for_by(member.user_id)


def _seats_above(case: Case, position: int) -> set[UUID]:
    return seats_above(case.ladder_id, position, case.region_id, case.category_id)


def in_whose_place(case: Case, verb: str, by: Membership | None) -> UUID | None:
    """Return in whose place somebody acts in a case; None where they act for themselves, and for
    the system and partners. What every colleague may do only its owner does for another."""
    if by is None or by.role == Role.PARTNER or case.assignment_id is None:
        return None
    hold = hold_of(case, by.user_id)
    if verb in FROM_ABOVE and not hold.acts:
        above = _above(case, by)
        return None if by.user_id in above else min(above, default=None)
    if verb in IN_PLACE or hold.holder.owner_id == by.user_id:
        return hold.on_behalf_of
    return None


def _may_hand_over(case: Case, member: Membership) -> bool:
    """Whether a member has something in a case to hand over, or stands in for who has."""
    if member.role == Role.ADMIN or hold_of(case, member.user_id).owns:
        return True
    asked = Clock.objects.filter(case_id=case.pk, met_at=None, ended_at=None)
    return asked.filter(owner_id__in=acts_for(member.user_id)).exists()


def _may_reassign(case: Case, member: Membership) -> bool:
    if member.role == Role.ADMIN or hold_of(case, member.user_id).owns:
        return True
    if _above(case, member):
        return True
    left = Case.objects.filter(orphaned(), answers_for(member.user_id), pk=case.pk)
    return left.exists()


def _may_reconcile(case: Case, member: Membership) -> bool:
    done = Override.objects.filter(case_id=case.pk).values_list("by_id", "position")
    return any(may_reconcile(case, by_id, position, member) for by_id, position in done.distinct())


def _acts(case: Case, member: Membership) -> bool:
    return hold_of(case, member.user_id).acts


def _owns(case: Case, member: Membership) -> bool:
    return hold_of(case, member.user_id).owns


Right = Callable[[Case, Membership], object]
# What not all staff who see a case may do to it: who may, and what the others are told.
RIGHTS: Mapping[str, tuple[Right, str | Promise]] = {
    **dict.fromkeys(
        HOLDERS_ONLY,
        (_acts, gettext_lazy("Only the person whose turn it is, or their backup, can do this.")),
    ),
    "hand_back": (
        _owns,
        gettext_lazy("Only the person whose turn it is can hand the case back."),
    ),
    "jump": (
        _above,
        gettext_lazy("Only who holds a level above can take the case past the next one."),
    ),
    "hold": (_above, gettext_lazy("Only who holds a level above can hold a window.")),
    "hand_over": (
        _may_hand_over,
        gettext_lazy(
            "Only who has something to do here, who stands in, or an admin, can hand it over."
        ),
    ),
    "reassign": (
        _may_reassign,
        gettext_lazy(
            "Only the holder, a level above, or an admin can give the case to a colleague."
        ),
    ),
    "reconcile": (
        _may_reconcile,
        gettext_lazy("Only another person does this, who holds a level above, or an admin."),
    ),
    "reopen": (
        _may_reassign,
        gettext_lazy("Only who had the case last, a level above, or an admin can reopen it."),
    ),
}
