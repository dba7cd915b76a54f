"""Who holds a level: pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """A seat as far as it matters for who owns a turn."""

    user_id: UUID
    backup_id: UUID | None
    region_id: UUID | None
    category_id: UUID | None
    rank: int
    there: bool = True
    backup_there: bool = True

    @property
    def holder(self) -> "Holder":
        """Who owns by this seat: its user, else the backup; a backup who left backs nobody up."""
        backup_id = self.backup_id if self.backup_there else None
        return Holder(self.user_id, backup_id) if self.there else Holder(backup_id)

    @property
    def order(self) -> tuple[int, bool, bool, UUID]:
        """What goes first: the lower rank; then both region and category, the region alone, the
        category alone, neither; then the user's id, so that no two readers ever disagree."""
        return (self.rank, self.region_id is None, self.category_id is None, self.user_id)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who owns a turn and who stands in; both empty where nobody is there."""

    owner_id: UUID | None = None
    backup_id: UUID | None = None


def _fits(seat: SeatFacts, region_id: UUID | None, category_id: UUID | None) -> bool:
    return seat.region_id in (None, region_id) and seat.category_id in (None, category_id)


def holder(seats: Iterable[SeatFacts], region_id: UUID | None, category_id: UUID | None) -> Holder:
    """Return who owns a turn on a level: of the seats for the region and category whose user or
    backup is there, the first in order."""
    fitting = (s for s in seats if s.holder.owner_id and _fits(s, region_id, category_id))
    first = min(fitting, key=lambda s: s.order, default=None)
    return first.holder if first else Holder()


def decider(
    seats: Iterable[SeatFacts],
    region_id: UUID | None,
    category_id: UUID | None,
    barred: Collection[UUID],
) -> Holder:
    """Return who decides on a level what `barred` have asked for: never one of them, nor anybody
    in the name of one of them; empty where that leaves nobody."""
    free = (
        replace(seat, backup_there=seat.backup_there and seat.backup_id not in barred)
        for seat in seats
        if seat.user_id not in barred
    )
    return holder(free, region_id, category_id)
