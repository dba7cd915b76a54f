"""What is kept of an act outside the rules, and who hears of it at once."""

from datetime import datetime

from django.utils.translation import gettext as _

from cases.access import barred, may_override
from cases.leave import Leave
from cases.models import Act, Case, Override
from cases.telling import People, Said, admins
from cases.transitions import ALLOWED
from cases.turns import WayBack, holders_above, way_back
from tenants.models import Membership


def overseers(case: Case, leave: Leave, by: Membership | None, at: datetime) -> People:
    """Return who is told at once that rules were set aside: who holds the next level, other than
    who did it; the admins where nobody does. Asked before the case moves."""
    if not leave.rules:
        return ()
    did = by.user_id if by else None
    return holders_above(case, case.level.position, at, but=did)[:1] or admins()


def set_aside(leave: Leave) -> dict[str, object]:
    """Return what the trail keeps of rules that were set aside."""
    return {"set_aside": [str(rule) for rule in leave.rules]} if leave.rules else {}


def keep(case: Case, leave: Leave, act: Act, said: Said, position: int) -> None:
    """Keep an act outside the rules until it is reconciled; nothing where it was within them.
    `position` is the level it was done on."""
    event = said.event
    if leave.rules and event.by_id is not None:
        Override.objects.create(
            tenant_id=case.tenant_id,
            case=case,
            cycle=case.cycle,
            position=position,
            act=act,
            rules=leave.rules,
            event_id=event.pk,
            by_id=event.by_id,
            at=event.at,
        )


def in_the_way(case: Case, verb: str, member: Membership, at: datetime) -> str:
    """Return the rule that stands in the way of a verb, in words, where this member can set it
    aside; an empty text where none does, or where it is not theirs."""
    why = barred(case, verb, member)
    if not why and verb == "hand_back" and case.status in ALLOWED[verb]:
        late = way_back(case, at) is WayBack.LATE
        why = _("The time for sending it back is over.") if late else ""
    return why if why and may_override(case, member) else ""
