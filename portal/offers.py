"""What a partner may do with its case now: the verbs' own answer, asked beforehand."""

from dataclasses import dataclass
from uuid import UUID

from cases.access import case_for, may
from cases.models import Case
from cases.requests import unanswered
from cases.rules import rules_of
from portal.door import as_application
from tenants.models import Membership


@dataclass(frozen=True, slots=True)
class Offers:
    """Which verbs a page offers. `waits` says that the partner has asked for the next person and
    has no answer yet; `turn_id` is the turn these answers are about."""

    message: bool
    request: bool
    withdraw: bool
    waits: bool
    turn_id: UUID | None


def offers(member: Membership, partner_id: UUID, case_id: UUID, *, is_own: bool) -> Offers:
    """Return what a member may do for one of its companies; `is_own` where that raised the case."""
    with as_application():
        case = case_for(member, case_id)
        asked = bool(unanswered(case, partner_id)) if case.is_open else False
        return Offers(
            message=may(case, "message", member),
            request=may(case, "request", member) and not asked and _somebody_above(case),
            withdraw=is_own and may(case, "withdraw", member),
            waits=asked,
            turn_id=case.assignment_id,
        )


def _somebody_above(case: Case) -> bool:
    return rules_of(case).above(case.level.position) is not None
