"""Levels that absences have left with nobody: the admins and who holds the level above are told.

Once for each absence and level, when it begins: on its first day where it is some days of each
week. What is told follows from who is away at an instant, so that it is told as well when nobody
looked at the beginning, and is not told twice, whoever looks.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from journal.actions import record, tell
from journal.models import Event
from ladder.absence import AbsenceFacts, Absences, concerning
from ladder.models import Level
from ladder.queries import absence_facts, held_above, seats_of
from ladder.seats import SeatFacts, holder
from tenants.queries import admin_ids

KIND = "absence.level_empty"
# The region and the category of a case that would come there; None is any other.
Place = tuple[UUID | None, UUID | None]
# By level and absence.
Empty = dict[tuple[UUID, UUID], list[Place]]


def tell_of_empty_levels(at: datetime) -> int:
    """Tell of every level of the current tenant that an absence in force leaves with nobody, and
    that was not told of yet; return how many those were."""
    facts = [one for one in absence_facts(at) if one.covers(at)]
    if not facts:
        return 0
    levels = {level.pk: level for level in Level.objects.all()}
    found = empty_now(seats_of(levels), facts, at)
    keys = {pair: once_key(*pair) for pair in found}
    told = Event.objects.filter(once_key__in=keys.values()).values_list("once_key", flat=True)
    new = [pair for pair, key in keys.items() if key not in set(told)]
    absences = {one.id: one for one in facts}
    return sum(_tell(levels[one], absences[other], found[one, other], at) for one, other in new)


def once_key(level_id: UUID, absence_id: UUID) -> str:
    """Return by which key the trail holds at most one of each."""
    return f"empty:{absence_id}:{level_id}"


def empty_now(
    seats: Mapping[UUID, Iterable[SeatFacts]], facts: Iterable[AbsenceFacts], at: datetime
) -> Empty:
    """Return where nobody is there at an instant because of absences: by level, and by the absence
    of who is missed there that began last."""
    covering = [one for one in facts if one.covers(at)]
    absences = Absences.at(covering, at)
    found: Empty = defaultdict(list)
    for level_id, some in seats.items():
        held = list(some)
        for place in dict.fromkeys((seat.region_id, seat.category_id) for seat in held):
            if holder(held, *place, absences).owner_id is None:
                missed = concerning(covering, _people(seat for seat in held if seat.fits(*place)))
                if missed:
                    last = max(missed, key=lambda one: (one.starts_at, one.id))
                    found[level_id, last.id].append(place)
    return dict(found)


def _people(seats: Iterable[SeatFacts]) -> set[UUID]:
    """Return who holds seats and backs them up, of those who still work here."""
    return {
        person
        for seat in seats
        for person, there in ((seat.user_id, seat.there), (seat.backup_id, seat.backup_there))
        if person is not None and there
    }


def _tell(level: Level, absence: AbsenceFacts, places: list[Place], at: datetime) -> bool:
    """Record it and tell people, unless somebody else has meanwhile; return whether it was."""
    facts = {
        "absence": str(absence.id),
        "person": str(absence.person_id),
        "level": str(level.pk),
        "position": level.position,
        "places": [
            {"region": _text(region_id), "category": _text(category_id)}
            for region_id, category_id in places
        ],
    }
    key = once_key(level.pk, absence.id)
    try:
        with transaction.atomic():
            event = record(KIND, at=at, by=None, facts=facts, once_key=key)
    except IntegrityError:
        return False
    above = [
        person
        for place in places
        for person in held_above(level.ladder_id, level.position, *place, at)
    ]
    people = [*admin_ids(), *(one for one in above if one)]
    tell(event, Absences.at(absence_facts(at), at).with_stand_ins(people), at=at)
    return True


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
