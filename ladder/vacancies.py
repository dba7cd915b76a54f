"""Which levels an absence would leave with nobody: said before it is recorded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from ladder.absence import AbsenceFacts, Absences, concerning, turning_points
from ladder.models import Category, Level, Seat
from ladder.queries import absence_facts, seats_of
from ladder.seats import SeatFacts, holder
from partners.models import Region

Place = tuple[UUID, UUID | None, UUID | None]


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A level that nobody would hold, from when on, and for which region and category only."""

    level_id: UUID
    ladder: str
    level: str
    position: int
    since: datetime
    region: str = ""
    category: str = ""

    @property
    def key(self) -> str:
        """Return what a page remembers it by, once it has said so."""
        return f"{self.level_id}:{self.region}:{self.category}"


def vacancies(new: AbsenceFacts, at: datetime) -> list[Vacancy]:
    """Return which of the levels where a person has a seat, or backs one up, would be nobody's at
    some time of an absence."""
    theirs = Q(user_id=new.person_id) | Q(backup_id=new.person_id)
    levels = {
        level.pk: level
        for level in Level.objects.filter(pk__in=Seat.objects.filter(theirs).values("level_id"))
        .select_related("ladder")
        .order_by("ladder__name", "position")
    }
    seats = seats_of(levels)
    found = empty_places(new, seats, absence_facts(at), at)
    named = _names(found)
    return [
        Vacancy(
            level_id,
            levels[level_id].ladder.name,
            levels[level_id].name,
            levels[level_id].position,
            since,
            named.get(region_id, ""),
            named.get(category_id, ""),
        )
        for (level_id, region_id, category_id), since in _in_order(found, levels)
    ]


def empty_places(
    new: AbsenceFacts,
    seats: Mapping[UUID, Iterable[SeatFacts]],
    facts: Iterable[AbsenceFacts],
    at: datetime,
) -> dict[Place, datetime]:
    """Return where nobody would be left, each with since when: for each seat of who is away, a
    case of just that seat's region and category."""
    held = {level_id: list(some) for level_id, some in seats.items()}
    people = {
        one for some in held.values() for seat in some for one in (seat.user_id, seat.backup_id)
    }
    others = concerning(facts, {one for one in (*people, new.delegate_id) if one})
    found: dict[Place, datetime] = {}
    for instant in turning_points(new, others, at):
        absences = Absences.at([*others, new], instant)
        for level_id, some in held.items():
            for seat in some:
                if new.person_id in (seat.user_id, seat.backup_id):
                    place = (level_id, seat.region_id, seat.category_id)
                    if holder(some, *place[1:], absences).owner_id is None:
                        found.setdefault(place, instant)
    return found


def _names(found: Iterable[Place]) -> dict[UUID | None, str]:
    """Return what the regions and categories of some places are called."""
    places = list(found)
    regions = Region.objects.filter(pk__in={place[1] for place in places if place[1]})
    categories = Category.objects.filter(pk__in={place[2] for place in places if place[2]})
    return {**dict(regions.values_list("id", "name")), **dict(categories.values_list("id", "name"))}


def _in_order(
    found: dict[Place, datetime], levels: Mapping[UUID, Level]
) -> list[tuple[Place, datetime]]:
    """Return places as people read them: by ladder, then from the lowest level."""
    order = list(levels)
    return sorted(found.items(), key=lambda item: (order.index(item[0][0]), str(item[0][1:])))
