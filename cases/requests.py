"""A partner asks for the next level: a clock of its own, that has to be answered.

The owner escalates, which is an answer, or declines with a reason. If the clock is missed the case
escalates by itself.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases import clockwork
from cases.access import backup_of, check, lock_case, parts_of, possible
from cases.actions import required
from cases.facts import Asked
from cases.models import Case, Clock, ClockKind, MessageKind
from cases.pauses import wake_for
from cases.rules import rules_of
from cases.starting import start_clock
from cases.telling import Told, owner_of, partners_contacts, say
from journal.models import Audience
from ladder.durations import Window
from ladder.models import DEFAULT_THRESHOLDS
from tenants.errors import NotAllowed, NotNow
from tenants.models import Membership

ANSWER_WITHIN = Window(seconds=8 * 3600)


def unanswered(case: Case, partner_id: UUID | None = None) -> list[Clock]:
    """Return the requests that wait for an answer, of one partner or of all."""
    waiting = Clock.objects.filter(
        case_id=case.pk, cycle=case.cycle, kind=ClockKind.REQUEST, met_at=None, ended_at=None
    )
    if partner_id is not None:
        waiting = waiting.filter(subject=partner_id)
    return [clock for clock in waiting if clock.assignment_id == case.assignment_id]


@transaction.atomic
def request_level(
    case: Case, *, by: Membership, at: datetime, partner_id: UUID, reason: str
) -> Case:
    """Ask for the next level, as a party: the owner has eight business hours to answer."""
    case = lock_case(case)
    check(case, "request", by)
    if partner_id not in parts_of(case, by):
        raise NotAllowed(_("A partner asks in its own name only."))
    reason = required("reason", reason)
    rules, instead = rules_of(case), possible(case, by, ["message", "withdraw"])
    if rules.above(case.level.position) is None:
        raise NotNow(_("Nobody is above the person who has the case."), instead)
    if unanswered(case, partner_id):
        raise NotNow(_("You have asked already, and will get an answer."), instead)
    wake_for(case, partner_id, by=by, at=at)
    with clockwork.within_hours():
        clock = start_clock(
            ClockKind.REQUEST,
            ANSWER_WITHIN,
            at,
            rules.calendar,
            DEFAULT_THRESHOLDS,
            asked=Asked(partner_id),
        )
    clockwork.store(case, [clock])
    clockwork.settle(case, at)
    say(
        case,
        "case.requested",
        by=by,
        at=at,
        text=reason,
        kind=MessageKind.MESSAGE,
        facts={"partner": str(partner_id), "position": case.level.position},
        told=Told((*owner_of(case), backup_of(case)), Audience.PARTY, partner_id),
    )
    return case


@transaction.atomic
def decline_request(
    case: Case, *, by: Membership | None, at: datetime, partner_id: UUID, reason: str
) -> Case:
    """Answer a partner's request for the next level with no, and say why: the partner reads it."""
    case = lock_case(case)
    check(case, "decline", by)
    reason = required("reason", reason)
    if not unanswered(case, partner_id):
        raise NotNow(_("This request was answered already."), ["escalate", "message"])
    clockwork.meet(case, [ClockKind.REQUEST], at, subject=partner_id)
    clockwork.settle(case, at)
    say(
        case,
        "case.declined",
        by=by,
        at=at,
        text=reason,
        kind=MessageKind.MESSAGE,
        facts={"partner": str(partner_id), "position": case.level.position},
        told=Told(
            (*owner_of(case), *partners_contacts(case, only=partner_id)),
            Audience.PARTY,
            partner_id,
        ),
    )
    return case
