"""Who holds a level: pure."""

from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Holder:
    """Who owns a turn and who stands in; both empty where nobody is there."""

    owner_id: UUID | None = None
    backup_id: UUID | None = None


def _fits(seat: SeatFacts, region_id: UUID | None, category_id: UUID | None) -> bool:
    return seat.region_id in (None, region_id) and seat.category_id in (None, category_id)


def holder(seats: Iterable[SeatFacts], region_id: UUID | None, category_id: UUID | None) -> Holder:
    """Return who owns a turn on a level: the lowest rank that is there, among the seats for the
    region and category; of equal ranks the one that names region or category goes first."""
    fitting = [s for s in seats if s.there and _fits(s, region_id, category_id)]
    if not fitting:
        return Holder()
    first = min(
        fitting,
        key=lambda s: (s.rank, -((s.region_id is not None) + (s.category_id is not None))),
    )
    return Holder(first.user_id, first.backup_id)
