"""Taking up a case again that was over: a new cycle, with targets of its own.

What the earlier cycle came to stays as it was, in a row that nothing changes.
"""

from datetime import datetime

from django.db import transaction

from cases import clockwork
from cases.access import check, lock_case
from cases.actions import required
from cases.models import Assignment, Case, Result, Status
from cases.rules import rules_of
from cases.telling import Told, partners_contacts, say
from cases.turns import alarm_if_unowned, climb_facts, former_holder
from journal.models import Audience
from tenants.models import Membership


@transaction.atomic
def reopen(case: Case, *, by: Membership | None, at: datetime, reason: str) -> Case:
    """Take up again a case that was resolved or closed, on the level that had it last.

    Every window begins anew: nothing is overdue because the case is old.
    """
    case = lock_case(case)
    check(case, "reopen", by)
    reason = required("reason", reason)
    _freeze(case)
    clockwork.end(case, at)
    last = Assignment.objects.get(pk=case.turn_id)
    case.cycle += 1
    case.status, case.outcome, case.resolution = Status.IN_PROGRESS, "", ""
    case.resolved_at = case.closed_at = None
    rules = rules_of(case)
    holder = former_holder(last, at)
    turn = clockwork.begin_turn(case, rules.level(last.position), at=at, holder=holder)
    clockwork.start_total(case, rules, at)
    clockwork.settle(case, at)
    say(
        case,
        "case.reopened",
        by=by,
        at=at,
        text=reason,
        facts={**climb_facts(last.position, turn, None, cause="person"), "cycle": case.cycle},
        told=Told((turn.owner_id, *partners_contacts(case)), Audience.PARTIES),
    )
    alarm_if_unowned(case, turn, at)
    return case


def _freeze(case: Case) -> None:
    """Keep what the cycle came to."""
    Result.objects.create(
        tenant_id=case.tenant_id,
        case=case,
        cycle=case.cycle,
        outcome=case.outcome,
        resolution=case.resolution,
        memo_id=case.memo_id if case.has_memo else None,
        level_id=case.level_id,
        owner_id=case.owner_id,
        resolved_at=case.resolved_at,
        closed_at=case.closed_at,
    )
