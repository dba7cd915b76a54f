"""Who is away, and who stands in: pure.

A person who is away is stood in for by the delegate they have named; where that one is away too, by
the one that one has named, and so on. A chain that leads nowhere, to somebody who has left, or back
into itself stands in for nobody: then the backups of a seat do, as if its holder had left.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

# How far ahead recurring days are looked at: every week of a year, whatever the clocks are set to.
AHEAD = timedelta(days=400)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AbsenceFacts:
    """When somebody is away, and whom they named. `ends_at` is its end, planned or early; with
    `weekdays` (1 is Monday) only whole local days of a zone count. A delegate who has left is none.
    """

    id: UUID
    person_id: UUID
    delegate_id: UUID | None
    starts_at: datetime
    ends_at: datetime | None = None
    weekdays: frozenset[int] = frozenset()
    zone: str = "UTC"

    def covers(self, at: datetime) -> bool:
        """Whether it is in force at an instant."""
        if at < self.starts_at or (self.ends_at is not None and at >= self.ends_at):
            return False
        return not self.weekdays or self.weekday(at) in self.weekdays

    def weekday(self, at: datetime) -> int:
        """Return the day of the week where the person is."""
        return at.astimezone(ZoneInfo(self.zone)).isoweekday()


@dataclass(frozen=True, slots=True)
class Absences:
    """Who is away at one instant, each with whom they named; None where that is nobody."""

    named: Mapping[UUID, UUID | None] = field(default_factory=dict)

    @classmethod
    def at(cls, facts: Iterable[AbsenceFacts], instant: datetime) -> "Absences":
        """Return who is away at an instant. Of two absences of one person the one that began last
        counts, so that a journey goes before the Fridays off."""
        covering = (one for one in facts if one.covers(instant))
        ordered = sorted(covering, key=lambda one: (one.starts_at, one.id))
        return cls({one.person_id: one.delegate_id for one in ordered})

    def chain(self, person_id: UUID) -> list[UUID]:
        """Return who stands in for a person, in order: each but the last one is away too. Nobody is
        in it twice."""
        found: list[UUID] = []
        following = self.named.get(person_id)
        while following is not None and following != person_id and following not in found:
            found.append(following)
            following = self.named.get(following)
        return found

    def stand_in(self, person_id: UUID) -> UUID | None:
        """Return who does a person's work: they themselves unless they are away, else the last of
        the chain; None where that one is away too, and has named nobody who is there."""
        last = [person_id, *self.chain(person_id)][-1]
        return None if last in self.named else last

    def acts_for(self, person_id: UUID) -> set[UUID]:
        """Return a person, and everybody for whom they stand in."""
        return {person_id, *(away for away in self.named if person_id in self.chain(away))}

    def with_stand_ins(self, people: Iterable[UUID]) -> set[UUID]:
        """Return people, and everybody who stands in for one of them."""
        return {one for person in people for one in (person, *self.chain(person))}


NOBODY_AWAY = Absences()


def concerning(facts: Iterable[AbsenceFacts], people: Iterable[UUID]) -> list[AbsenceFacts]:
    """Return the absences that may say who stands in for some people: theirs, those of whom they
    named, and so on."""
    left, reached, found = list(facts), set(people), []
    while mine := [one for one in left if one.person_id in reached]:
        found += mine
        left = [one for one in left if one.person_id not in reached]
        reached = {one.delegate_id for one in mine if one.delegate_id}
    return found


def turning_points(
    new: AbsenceFacts, facts: Iterable[AbsenceFacts], now: datetime
) -> list[datetime]:
    """Return every instant of an absence from now on at which who stands in for whom may change:
    where one begins or ends, and each midnight where recurring days count."""
    others = list(facts)
    begin = max(new.starts_at, now)
    edges = {edge for one in others for edge in (one.starts_at, one.ends_at) if edge}
    zones = {one.zone for one in (new, *others) if one.weekdays}
    until = min(new.ends_at or begin + AHEAD, begin + AHEAD)
    edges |= {midnight for zone in zones for midnight in _midnights(zone, begin, until)}
    return sorted(at for at in {begin, *edges} if at >= begin and new.covers(at))


def _midnights(zone: str, begin: datetime, until: datetime) -> Iterator[datetime]:
    day = begin.astimezone(ZoneInfo(zone)).date()
    while (day := day + DAY) <= until.date() + DAY:
        yield datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def loop(new: AbsenceFacts, facts: Collection[AbsenceFacts], now: datetime) -> list[UUID]:
    """Return the way on which an absence would lead back to the person who is away, from its
    delegate on; empty where it never does."""
    if new.delegate_id is None:
        return []
    others = concerning(facts, [new.delegate_id, new.person_id])
    for instant in turning_points(new, others, now):
        absences = Absences.at([*others, new], instant)
        chain = absences.chain(new.person_id)
        if chain and absences.named.get(chain[-1]) == new.person_id:
            return chain
    return []
