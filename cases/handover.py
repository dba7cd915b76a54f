"""Handing over what somebody has in a case when they are away, to who stands in for them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cases import clockwork
from cases.access import check, hold_of, lock_case, may_know
from cases.models import OPEN, Case, Clock, ClockKind
from cases.telling import Told, partners_contacts, say
from cases.turns import pass_turn
from journal.models import Audience
from ladder.absence import Absences
from ladder.absences import is_over
from ladder.access import check_keeps
from ladder.models import Absence
from ladder.queries import absence_facts, absences_at, acted_for_by
from ladder.seats import Holder
from tenants.errors import Invalid, NotNow
from tenants.models import Membership

ASKED = (ClockKind.APPROVAL, ClockKind.ACTION, ClockKind.REMINDER)


@transaction.atomic
def hand_over(case: Case, *, by: Membership | None, at: datetime, absence_id: UUID) -> Case:
    """Give all that somebody who is away has in a case to who stands in, on their behalf: the turn
    where it is theirs, and every concession and action that asks them. The clocks run on as they
    are, and who is away may still act. Who stands in may take it over by themselves.

    Nobody is handed what they, or somebody for whom they stand in, have asked for: that stays.
    """
    case = lock_case(case)
    check(case, "hand_over", by)
    absence = Absence.objects.filter(pk=absence_id).first()
    if absence is None:
        raise Invalid({"absence": _("There is none like this.")})
    if by is None or absence.person_id not in acted_for_by(by.user_id):
        check_keeps(absence.person_id, by)
    if is_over(absence, at):
        raise NotNow(_("This absence is over."))
    to = takes_over(absence, at)
    if to is None:
        raise NotNow(_("Nobody stands in who is there: name somebody else first."))
    turn = _hand_turn(case, absence.person_id, to, at)
    # The turn makes known what it gives.
    clocks = []
    if turn or may_know(case, to):
        clocks = _hand_clocks(case, absence.person_id, to, absences_at(at))
    if not turn and not clocks:
        raise NotNow(_("Nothing in this case can be handed over to this colleague."))
    clockwork.settle(case, at)
    case.acting_for = None
    said = {
        "absence": str(absence.pk),
        "turn": turn,
        "clocks": [str(clock.pk) for clock in clocks],
        "taken": by is not None and by.user_id == to,
        "owner": str(to),
        "on_behalf_of": str(absence.person_id),
        "previous_owner": str(absence.person_id),
    }
    people = (to, absence.person_id)
    # The parties know by name who has their case.
    told = Told((*people, *partners_contacts(case)), Audience.PARTIES) if turn else Told(people)
    say(case, "case.delegated", by=by, at=at, facts=said, told=told)
    return case


def takes_over(absence: Absence, at: datetime) -> UUID | None:
    """Return who takes over what somebody has when they are away, now or once that begins; None
    where nobody does."""
    facts = absence_facts(at)
    delegate = next((one.delegate_id for one in facts if one.id == absence.pk), None)
    to = Absences.at(facts, at).stand_in(delegate) if delegate else None
    return to if to != absence.person_id else None


def _hand_turn(case: Case, person_id: UUID, to: UUID, at: datetime) -> bool:
    """Give the turn to who stands in, where it is the person's; return whether it was."""
    if not case.is_open or case.owner_id != person_id:
        return False
    held = hold_of(case, person_id).holder
    principal = held.on_behalf_of or person_id
    backup = held.backup_id if held.backup_id != to else None
    pass_turn(case, Holder(to, backup, principal if principal != to else None), at)
    return True


def _hand_clocks(case: Case, person_id: UUID, to: UUID, absences: Absences) -> list[Clock]:
    """Ask who stands in instead, by each clock that asks the person; return those clocks."""
    handed = []
    for clock in asking(person_id).filter(case_id=case.pk):
        if to in absences.with_stand_ins(clock.barred):
            continue
        principal = clock.on_behalf_of_id or person_id
        clock.owner_id, clock.on_behalf_of_id = to, principal if principal != to else None
        clock.backup_id = clock.backup_id if clock.backup_id != to else None
        clock.save(update_fields=["owner_id", "on_behalf_of_id", "backup_id"])
        handed.append(clock)
    return handed


def asking(person_id: UUID) -> QuerySet[Clock]:
    """Return the clocks of concessions and actions that ask a person and wait for an answer: not
    those of concessions that have gone on to a higher level, or of cases that are over."""
    unanswered = Q(met_at=None, ended_at=None, kind__in=ASKED, subject__isnull=False)
    later = Clock.objects.filter(
        kind=ClockKind.APPROVAL, subject=OuterRef("subject"), anchor__gt=OuterRef("anchor")
    )
    asks = Q(kind=ClockKind.ACTION) | (Q(case__status__in=OPEN) & ~Exists(later))
    return Clock.objects.filter(unanswered, asks, owner_id=person_id)
