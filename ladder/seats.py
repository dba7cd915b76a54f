"""Who holds a level: pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from ladder.absence import NOBODY_AWAY, Absences


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """A seat as far as it matters for who owns a turn. Who is not `there` has left; who is away is
    said by the absences of an instant."""

    user_id: UUID
    backup_id: UUID | None
    region_id: UUID | None
    category_id: UUID | None
    rank: int
    there: bool = True
    backup_there: bool = True

    @property
    def order(self) -> tuple[int, bool, bool, UUID]:
        """What goes first: the lower rank; then both region and category, the region alone, the
        category alone, neither; then the user's id, so that no two readers ever disagree."""
        return (self.rank, self.region_id is None, self.category_id is None, self.user_id)

    def fits(self, region_id: UUID | None, category_id: UUID | None) -> bool:
        """Whether it is for a region and category."""
        return self.region_id in (None, region_id) and self.category_id in (None, category_id)

    def held(
        self, absences: Absences = NOBODY_AWAY, barred: Collection[UUID] = frozenset()
    ) -> "Holder":
        """Return who owns by this seat: its user, or who stands in for them where they are away,
        else the backup, or who stands in for that one; none of those `barred`. A backup who left
        backs nobody up."""
        backup = self.backup_id if self.backup_there and self.backup_id not in barred else None
        owner = absences.stand_in(self.user_id) if self.there else None
        if owner is not None and owner not in barred:
            backup = None if backup == owner else backup
            return Holder(owner, backup, self.user_id if owner != self.user_id else None)
        second = absences.stand_in(backup) if backup is not None else None
        if second is None or second in barred:
            return Holder()
        # In whose place: of the holder who is away; where they have left, the backup's own seat.
        principal = self.user_id if self.there else backup
        return Holder(second, None, principal if principal != second else None)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who owns a turn, who stands in, and in whose place the owner has it where that is not their
    own; all empty where nobody is there."""

    owner_id: UUID | None = None
    backup_id: UUID | None = None
    on_behalf_of: UUID | None = None

    @property
    def people(self) -> set[UUID]:
        """Everybody it names."""
        return {one for one in (self.owner_id, self.backup_id, self.on_behalf_of) if one}


def holder(
    seats: Iterable[SeatFacts],
    region_id: UUID | None,
    category_id: UUID | None,
    absences: Absences = NOBODY_AWAY,
) -> Holder:
    """Return who owns a turn on a level: by the first in order of the seats for the region and
    category that somebody is there for."""
    return _first(seats, region_id, category_id, absences, frozenset())


def decider(
    seats: Iterable[SeatFacts],
    region_id: UUID | None,
    category_id: UUID | None,
    barred: Collection[UUID],
    absences: Absences = NOBODY_AWAY,
) -> Holder:
    """Return who decides on a level what `barred` have asked for: never one of them, nor anybody
    in the name of one of them, nor who stands in for one of them; empty where that leaves nobody.
    """
    free = (seat for seat in seats if seat.user_id not in barred)
    return _first(free, region_id, category_id, absences, absences.with_stand_ins(barred))


def _first(
    seats: Iterable[SeatFacts],
    region_id: UUID | None,
    category_id: UUID | None,
    absences: Absences,
    barred: Collection[UUID],
) -> Holder:
    fitting = sorted((s for s in seats if s.fits(region_id, category_id)), key=lambda s: s.order)
    held = (seat.held(absences, barred) for seat in fitting)
    return next((one for one in held if one.owner_id is not None), Holder())
