"""The only door to a concession: who sees it, who may change it, who may decide it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from cases.access import hold_of, visible_cases, works_on
from cases.models import Case, Clock
from ladder.models import Level
from ladder.queries import acted_for_by, levels_of, seats_of
from ladder.seats import SeatFacts
from memos.models import Concession, ConcessionState, Verdict
from memos.routing import askers, barred_by, barred_from, last_clocks
from tenants.errors import NotAllowed, NotNow
from tenants.models import Membership

Seated = tuple[Level, SeatFacts]
ALLOWED: dict[str, tuple[str, ...]] = {
    "decide": (ConcessionState.PENDING,),
    "change": (ConcessionState.PENDING, ConcessionState.COUNTERED, ConcessionState.APPROVED),
    "accept": (ConcessionState.COUNTERED,),
    "withdraw": (ConcessionState.PENDING, ConcessionState.COUNTERED),
}


@dataclass(frozen=True, slots=True)
class Capacity:
    """By whose authority a person decides: a level's, in their own right or for its holder."""

    level_id: UUID
    position: int
    on_behalf_of: UUID | None = None

    @property
    def rank(self) -> tuple[bool, int]:
        """What goes first: one's own right, then the higher level."""
        return (self.on_behalf_of is None, self.position)


def visible_concessions(member: Membership) -> "QuerySet[Concession]":
    """Return the concessions a member of staff sees: those of the cases they see."""
    related = ("case__category", "case__level", "case__owner", "partner", "requested_by")
    seen = Concession.objects.filter(case__in=visible_cases(member))
    return seen.select_related(*related)


def concession_for(
    member: Membership, concession_id: UUID, *, case_id: UUID | None = None
) -> Concession:
    """Return a concession, of a case where one is named, or fail in the same way whether it is
    missing or hidden."""
    found = visible_concessions(member).filter(pk=concession_id)
    if case_id is not None:
        found = found.filter(case_id=case_id)
    concession = found.first()
    if concession is None:
        raise Http404
    return concession


def check(concession: Concession, verb: str, by: Membership) -> None:
    """Refuse a verb to who may not use it (`NotAllowed`), or where the request or its case does
    not stand so (`NotNow`)."""
    if reason := refusal(concession, verb, by):
        raise NotAllowed(reason)
    # Of a decision its own row says so.
    concession.case.acting_for = None if verb == "decide" else asking_for(concession, by.user_id)
    if not concession.case.is_open:
        raise NotNow(_("The case has ended."))
    if concession.state not in ALLOWED[verb]:
        stands = {"state": concession.get_state_display().lower()}
        raise NotNow(_("The request is %(state)s.") % stands, allowed_in(concession.state))


def may(concession: Concession, verb: str, member: Membership) -> bool:
    """Whether a page should offer a verb."""
    possible = concession.case.is_open and concession.state in ALLOWED[verb]
    return possible and not refusal(concession, verb, member)


def allowed_in(state: str) -> list[str]:
    """Return what may be done to a concession in a state, as refusals name it."""
    return [f"concession.{verb}" for verb, states in ALLOWED.items() if state in states]


def refusal(concession: Concession, verb: str, member: Membership) -> str:
    """Return why this member may not, or an empty text."""
    if not works_on(concession.case, member):
        return _("Only staff of the vendor can do this.")
    if verb == "decide":
        return _refusal_to_decide(concession, member.user_id)
    if not asks_for(concession, member.user_id):
        return _("Only who asked, the holder of the case, or their backup, can do this.")
    if verb == "accept" and _made_the_offer(concession, member.user_id):
        return _("Who made an offer does not accept it: who asked does.")
    return ""


def asks_for(concession: Concession, user_id: UUID) -> bool:
    """Whether somebody stands on the asking side: may change, accept and take back."""
    if user_id == concession.requested_by_id or hold_of(concession.case, user_id).acts:
        return True
    return concession.requested_by_id in acted_for_by(user_id)


def asking_for(concession: Concession, user_id: UUID) -> UUID | None:
    """Return in whose place somebody stands on the asking side, None where in their own."""
    if user_id == concession.requested_by_id:
        return concession.requested_for_id
    hold = hold_of(concession.case, user_id)
    return hold.on_behalf_of if hold.acts else concession.requested_by_id


def _made_the_offer(concession: Concession, user_id: UUID) -> bool:
    """Whether somebody countered, alone or for another, or would accept for who did; or stands in
    for one of them."""
    offers = concession.decisions.filter(
        revision=concession.revision, verdict=Verdict.COUNTER, voided_at=None
    )
    pairs = offers.values_list("by_id", "on_behalf_of_id")
    people = {person for pair in pairs for person in pair if person}
    if not people:
        return False
    own = user_id in (concession.requested_by_id, concession.case.owner_id)
    stands = not people.isdisjoint(acted_for_by(user_id))
    return stands or (not own and concession.case.owner_id in people)


def _refusal_to_decide(concession: Concession, user_id: UUID) -> str:
    barred = barred_from(concession)
    if user_id in barred:
        return _("Nobody decides what they asked for, or what was asked in their name.")
    if not barred.isdisjoint(acted_for_by(user_id)):
        return _("Nobody decides what was asked by somebody for whom they stand in.")
    if not capacities_of(concession, user_id):
        return _("Only who holds the level that was asked, or one above, can decide this.")
    return ""


def capacities_of(concession: Concession, user_id: UUID) -> list[Capacity]:
    """Return by whose authority a person decides now, what counts first first; empty where they
    may not. The clock says on which level that is; who holds it, or one above, say the seats."""
    clock = last_clocks([concession.pk]).get(concession.pk)
    case, acting = concession.case, Acting(user_id, acted_for_by(user_id))
    return capacities(case, clock, barred_from(concession), _seated(case), acting)


def decidable(
    case: Case, concessions: Iterable[Concession], clocks: Mapping[UUID, Clock], member: Membership
) -> set[UUID]:
    """Return which of a case's concessions a member may decide now; as many queries for fifty as
    for one."""
    pending = [one for one in concessions if one.state == ConcessionState.PENDING]
    if not pending or not case.is_open or not works_on(case, member):
        return set()
    barred, seated = barred_by(one.pk for one in pending), _seated(case)
    acting = Acting(member.user_id, acted_for_by(member.user_id))
    return {
        one.pk
        for one in pending
        if capacities(case, clocks.get(one.pk), barred[one.pk] | askers(one), seated, acting)
    }


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts, and for whom they may: themselves, and those for whom they stand in now."""

    user_id: UUID
    people: set[UUID]

    def by_seat(self, seat: SeatFacts) -> tuple[bool, UUID | None]:
        """Return whether a seat is theirs to act by, and in whose place where it is another's: its
        user's, or its backup's where the user has left."""
        backed = seat.backup_there and seat.backup_id in self.people
        if not seat.there:
            return backed, seat.backup_id if backed and seat.backup_id != self.user_id else None
        own = seat.user_id == self.user_id
        return own or seat.user_id in self.people or backed, None if own else seat.user_id


def capacities(
    case: Case, clock: Clock | None, barred: set[UUID], seated: Iterable[Seated], acting: Acting
) -> list[Capacity]:
    """Return by whose authority a person answers a clock, what counts first first.

    Who is asked in somebody's place answers by that person's authority, however high their own is:
    nobody has more by standing in than whom they stand in for.
    """
    if clock is None or clock.level is None or not barred.isdisjoint(acting.people):
        return []
    found = []
    for level, seat in seated:
        if level.position < clock.level.position or not level.authority_kinds:
            continue
        if seat.user_id in barred or not seat.fits(case.region_id, case.category_id):
            continue
        acts, principal = acting.by_seat(seat)
        if acts:
            found.append(Capacity(level.pk, level.position, principal))
    for_whom = clock.on_behalf_of_id or clock.owner_id
    if for_whom != acting.user_id and for_whom in acting.people:
        found = [one for one in found if one.on_behalf_of == for_whom] or found
    return sorted(found, key=lambda capacity: capacity.rank, reverse=True)


def _seated(case: Case) -> list[Seated]:
    """Return the seats of the levels of a case's ladder."""
    levels = {level.pk: level for level in levels_of(case.ladder_id)}
    found = seats_of(levels)
    return [(levels[level_id], seat) for level_id, seats in found.items() for seat in seats]
