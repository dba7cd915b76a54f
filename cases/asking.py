"""Who decides a concession that was not decided in time: pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from cases.facts import LevelRules
from ladder.absence import NOBODY_AWAY, Absences
from ladder.seats import Holder, SeatFacts, decider


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be decided: where it belongs, who may not decide it because they asked, and who
    is away.

    Of a confidential case only the levels above `position` know, and who is `inside`.
    """

    region_id: UUID | None
    category_id: UUID | None
    barred: Collection[UUID]
    position: int = 0
    inside: frozenset[UUID] = frozenset()
    absences: Absences = NOBODY_AWAY

    def known_to(self, position: int, held: Holder) -> "Matter":
        """Return the same in a confidential case that stands on a level, held by some."""
        return replace(self, position=position, inside=frozenset(held.people))

    def decider(self, level: LevelRules, seats: Iterable[SeatFacts]) -> Holder | None:
        """Return who may decide it on a level; None where nobody may."""
        place = (self.region_id, self.category_id)
        held = decider(seats, *place, self.barred, self.absences)
        inside = not self.inside.isdisjoint({held.owner_id, held.on_behalf_of})
        knows = level.position > self.position or inside
        return held if held.owner_id and knows and level.concedes else None


def taken_over(
    levels: Iterable[LevelRules], seats: Mapping[UUID, Sequence[SeatFacts]], matter: Matter
) -> tuple[LevelRules, Holder] | None:
    """Return the first of some levels on which somebody may decide, and who; None without one."""
    for level in levels:
        if held := matter.decider(level, seats.get(level.id, ())):
            return level, held
    return None
