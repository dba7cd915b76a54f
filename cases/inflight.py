"""What somebody has under way: the cases whose turn is theirs, the concessions and actions that ask
them."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from cases.access import visible_cases
from cases.handover import asking
from cases.models import OPEN, Case, ClockKind
from tenants.models import Membership

MOST = 200


@dataclass(frozen=True, slots=True)
class InFlight:
    """A case in which something waits for a person."""

    case: Case
    turn: bool
    concessions: int = 0
    actions: int = 0


def in_flight(person_id: UUID, member: Membership) -> list[InFlight]:
    """Return what waits for a person, as far as a member sees it, by what is due first."""
    # The alarm about a concession is about that concession: it counts once.
    asked_about = {
        (case_id, "action" if kind == ClockKind.ACTION else "concession", subject)
        for case_id, kind, subject in asking(person_id).values_list("case_id", "kind", "subject")
    }
    counted = Counter((case_id, what) for case_id, what, _subject in asked_about)
    mine = Q(owner_id=person_id, status__in=OPEN)
    asked = Q(pk__in={case_id for case_id, _kind in counted})
    cases = visible_cases(member).filter(mine | asked).defer("search", "description")
    return [
        InFlight(
            case,
            case.owner_id == person_id and case.is_open,
            counted[case.pk, "concession"],
            counted[case.pk, "action"],
        )
        for case in cases.order_by("due_at", "id")[:MOST]
    ]
