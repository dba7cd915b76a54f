"""Whose turn it becomes, and what is said of it: for verbs. The case is locked already."""

from datetime import datetime
from enum import Enum, auto
from uuid import UUID

from django.utils.translation import gettext as _

from cases import clockwork
from cases.models import Assignment, AssignmentEnd, Case, ClockKind
from cases.rules import rules_of
from cases.telling import Told, admins, say
from ladder.queries import absences_at, holders_from, seats_of
from ladder.seats import Holder, SeatFacts, holder
from tenants.errors import Invalid
from tenants.models import Membership
from tenants.queries import colleagues


def owner_facts(turn: Assignment) -> dict[str, object]:
    """Return whose turn it is, as the trail keeps it: in whose place too, where it is another's."""
    facts: dict[str, object] = {"owner": str(turn.owner_id) if turn.owner_id else None}
    if turn.on_behalf_of_id:
        facts["on_behalf_of"] = str(turn.on_behalf_of_id)
    return facts


def climb_facts(
    before: int, turn: Assignment, previous: UUID | None, cause: str
) -> dict[str, object]:
    """Return what the trail keeps of a move between levels."""
    return {
        "from": before,
        "to": turn.position,
        "cause": cause,
        "assignment": str(turn.pk),
        **owner_facts(turn),
        "previous_owner": str(previous) if previous else None,
    }


class WayBack(Enum):
    """Whether a case can be given back to the level it came from."""

    NONE = auto()
    OPEN = auto()
    # The clock has handed it up, and there is time to send it back.
    IN_TIME = auto()
    LATE = auto()


def lower_turn(case: Case) -> Assignment | None:
    """Return the turn below the level a case is on from which it came to it, in this cycle."""
    below = case.assignments.filter(cycle=case.cycle, position__lt=case.level.position)
    return below.select_related("level").order_by("-number").first()


def way_back(case: Case, at: datetime) -> WayBack:
    """Return whether a case can be given back. One that the clock has handed up is sent back within
    the window of the level it came to, once for each level and cycle."""
    lower = lower_turn(case)
    if lower is None:
        return WayBack.NONE
    if lower.end_reason != AssignmentEnd.BREACHED:
        return WayBack.OPEN
    review = case.clocks.filter(
        kind=ClockKind.REVIEW, assignment_id=case.turn_id, state="running", due_at__gt=at
    )
    return WayBack.IN_TIME if review.exists() else WayBack.LATE


def former_holder(turn: Assignment, at: datetime) -> Holder | None:
    """Return who had an earlier turn, or who stands in for them, if they still work here; None
    leaves it to the seats. What was held on somebody's behalf goes back to them."""
    here = {member.user_id for member in colleagues()}
    had = next((one for one in (turn.on_behalf_of_id, turn.owner_id) if one in here), None)
    if had is None:
        return None
    backed = turn.backup_id in here
    held = SeatFacts(had, turn.backup_id, None, None, 0, backup_there=backed).held(absences_at(at))
    return held if held.owner_id else None


def chosen(case: Case, to_user_id: UUID, by: Membership | None, at: datetime) -> Holder:
    """Return who gets the turn where a colleague was chosen: they, or who stands in for them. Who
    takes it themselves is there, whatever was noted. Raises `Invalid`."""
    holders = holders_from(case.ladder_id, case.level.position)
    if to_user_id not in holders:
        raise Invalid({"to": _("Choose a colleague who holds this level, or one above.")})
    takes = by is not None and by.user_id == to_user_id
    owner = to_user_id if takes else absences_at(at).stand_in(to_user_id)
    if owner is None:
        raise Invalid({"to": _("This colleague is away, and nobody stands in. Choose another.")})
    backup = holders[to_user_id]
    principal = to_user_id if owner != to_user_id else None
    return Holder(owner, backup if backup != owner else None, principal)


def pass_turn(case: Case, held: Holder, at: datetime) -> Assignment:
    """Give the current turn to somebody else on the same level, with its clocks as they are."""
    before = case.turn_id
    clockwork.end_turn(case, AssignmentEnd.REASSIGNED, at)
    turn = clockwork.hold(case, case.level_id, case.level.position, held, at)
    case.clocks.filter(assignment_id=before).exclude(state="ended").update(assignment=turn)
    return turn


def alarm_if_unowned(case: Case, turn: Assignment, at: datetime) -> None:
    """Tell the admins at once where nobody holds a level, and who holds the one above: never a
    silent wait."""
    if turn.owner_id is None:
        facts = {"position": turn.position, "assignment": str(turn.pk)}
        told = Told((*admins(), *holders_above(case, turn.position, at)))
        say(case, "case.unowned", by=None, at=at, facts=facts, told=told)


def holders_above(
    case: Case, position: int, at: datetime, *, but: UUID | None = None
) -> tuple[UUID | None, ...]:
    """Return who holds the next level above a position that anybody holds (`but` one person), and
    who backs them up; nobody where that is the top."""
    ahead = [
        level
        for level in rules_of(case).levels
        if level.position > position and not level.concessions_only
    ]
    seats, absences = seats_of(level.id for level in ahead), absences_at(at)
    place = (case.region_id, case.category_id)
    for level in ahead:
        held = holder(seats.get(level.id, ()), *place, absences)
        if held.owner_id not in (None, but):
            return (held.owner_id, held.backup_id)
    return ()
