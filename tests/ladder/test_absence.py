"""Who is away and who stands in, from facts alone."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count, permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ladder.absence import (
    NOBODY_AWAY,
    AbsenceFacts,
    Absences,
    concerning,
    loop,
    turning_points,
)
from ladder.seats import Holder, SeatFacts, decider, holder

ADA, BEN, CLEO, DORA, EMIL = PEOPLE = [UUID(int=number) for number in range(1, 6)]
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)  # a Wednesday
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
_ids = count(100)


def away(
    person: UUID,
    delegate: UUID | None = None,
    since: datetime = NOW,
    until: datetime | None = None,
    *,
    days: tuple[int, ...] = (),
    zone: str = "UTC",
) -> AbsenceFacts:
    """Return an absence, recorded after those before."""
    ident = UUID(int=next(_ids))
    return AbsenceFacts(ident, person, delegate, since, until, frozenset(days), zone)


# --- When it is in force --------------------------------------------------------------------------


def test_it_begins_with_its_first_instant_and_is_over_at_its_end() -> None:
    one = away(ADA, BEN, NOW, NOW + DAY)
    edges = (NOW - timedelta(microseconds=1), NOW, NOW + DAY - timedelta(microseconds=1), NOW + DAY)
    assert [one.covers(at) for at in edges] == [False, True, True, False]
    assert away(ADA, BEN).covers(NOW + 10_000 * DAY)


def test_days_of_the_week_are_whole_days_where_the_person_is() -> None:
    """In Riyadh Friday begins at 21:00 of Thursday in UTC."""
    one = away(ADA, BEN, NOW, NOW + 14 * DAY, days=(5,), zone="Asia/Riyadh")
    thursday = datetime(2026, 11, 26, tzinfo=UTC)
    hours = [hour for hour in range(72) if one.covers(thursday + hour * HOUR)]
    assert hours == list(range(21, 45))


def test_a_day_of_the_week_is_as_long_as_the_clocks_make_it() -> None:
    """On the Sunday on which Berlin sets its clocks back, the day has 25 hours."""
    one = away(ADA, BEN, NOW - 90 * DAY, days=(7,), zone="Europe/Berlin")
    saturday = datetime(2026, 10, 24, tzinfo=UTC)
    assert sum(one.covers(saturday + hour * HOUR) for hour in range(72)) == 25


# --- Who stands in --------------------------------------------------------------------------------


def test_who_is_there_stands_in_for_themselves() -> None:
    assert NOBODY_AWAY.stand_in(ADA) == ADA
    assert NOBODY_AWAY.chain(ADA) == []
    assert NOBODY_AWAY.acts_for(ADA) == {ADA}


def test_a_chain_is_followed_to_its_end() -> None:
    absences = Absences.at([away(ADA, BEN), away(BEN, CLEO)], NOW)
    assert absences.chain(ADA) == [BEN, CLEO]
    assert (absences.stand_in(ADA), absences.stand_in(BEN)) == (CLEO, CLEO)
    assert absences.acts_for(CLEO) == {CLEO, BEN, ADA}
    assert absences.acts_for(BEN) == {BEN, ADA}
    assert absences.with_stand_ins([ADA]) == {ADA, BEN, CLEO}


def test_a_chain_that_ends_with_somebody_away_stands_in_for_nobody() -> None:
    absences = Absences.at([away(ADA, BEN), away(BEN)], NOW)
    assert absences.stand_in(ADA) is None
    # Ben is away too, and may still act.
    assert absences.acts_for(BEN) == {BEN, ADA}


@pytest.mark.parametrize("length", [2, 3, 5])
def test_a_loop_does_no_harm(length: int) -> None:
    ring = PEOPLE[:length]
    facts = [away(one, other) for one, other in zip(ring, [*ring[1:], ring[0]], strict=True)]
    absences = Absences.at(facts, NOW)
    assert [absences.stand_in(one) for one in ring] == [None] * length
    assert absences.chain(ring[0]) == ring[1:]


def test_of_two_absences_of_one_person_the_one_that_began_last_counts() -> None:
    fridays = away(ADA, BEN, NOW - 30 * DAY, days=(5,))
    journey = away(ADA, CLEO, NOW, NOW + 7 * DAY)
    friday = NOW + 2 * DAY
    for facts in permutations([fridays, journey]):
        assert Absences.at(facts, friday).stand_in(ADA) == CLEO
        assert Absences.at(facts, friday + 7 * DAY).stand_in(ADA) == BEN


# --- Loops are found before they are recorded -----------------------------------------------------


def test_an_absence_that_would_lead_back_is_found_with_its_way() -> None:
    known = [away(BEN, CLEO, NOW, NOW + 9 * DAY), away(CLEO, DORA, NOW, NOW + 9 * DAY)]
    assert loop(away(DORA, BEN, NOW + DAY, NOW + 2 * DAY), known, NOW) == [BEN, CLEO]
    assert loop(away(DORA, EMIL), known, NOW) == []
    assert loop(away(DORA, None), known, NOW) == []


def test_two_who_are_never_away_at_the_same_time_may_name_each_other() -> None:
    known = [away(BEN, ADA, NOW, NOW + DAY)]
    assert loop(away(ADA, BEN, NOW + DAY, NOW + 2 * DAY), known, NOW) == []
    assert loop(away(ADA, BEN, NOW + DAY - HOUR, NOW + 2 * DAY), known, NOW) == [BEN]


def test_days_of_the_week_lead_back_only_where_they_meet() -> None:
    mondays = [away(BEN, ADA, NOW, days=(1,), zone="Europe/Berlin")]
    assert loop(away(ADA, BEN, NOW, days=(2,), zone="Europe/Berlin"), mondays, NOW) == []
    # Monday in Berlin is still Sunday in New York.
    sundays = away(ADA, BEN, NOW, days=(7,), zone="America/New_York")
    assert loop(sundays, mondays, NOW) == [BEN]
    short = away(ADA, BEN, NOW, NOW + 2 * DAY, days=(7,), zone="America/New_York")
    assert loop(short, mondays, NOW) == []


def test_what_lies_behind_leads_nowhere() -> None:
    known = [away(BEN, ADA, NOW - 9 * DAY, NOW + DAY)]
    assert loop(away(ADA, BEN, NOW - 9 * DAY, NOW + 9 * DAY), known, NOW + DAY) == []


def test_the_turning_points_of_an_absence_lie_within_it() -> None:
    other = away(BEN, None, NOW - DAY, NOW + HOUR)
    new = away(ADA, BEN, NOW, NOW + DAY)
    assert turning_points(new, [other], NOW) == [NOW, NOW + HOUR]
    fridays = away(ADA, BEN, NOW, NOW + 8 * DAY, days=(5,))
    friday = datetime(2026, 11, 27, tzinfo=UTC)
    assert turning_points(fridays, [], NOW) == [friday]
    assert turning_points(away(ADA, BEN, NOW, NOW + DAY, days=(5,)), [], NOW) == []


def test_only_what_may_be_reached_concerns_somebody() -> None:
    facts = [away(ADA, BEN), away(BEN, CLEO), away(DORA, EMIL)]
    assert concerning(facts, [ADA]) == facts[:2]
    assert concerning(facts, [CLEO]) == []


# --- Of any absences ------------------------------------------------------------------------------

NAMED = st.dictionaries(st.sampled_from(PEOPLE), st.none() | st.sampled_from(PEOPLE))
SEATS = st.lists(
    st.builds(
        SeatFacts,
        user_id=st.sampled_from(PEOPLE),
        backup_id=st.none() | st.sampled_from(PEOPLE),
        region_id=st.none(),
        category_id=st.none(),
        rank=st.integers(1, 3),
        there=st.booleans(),
        backup_there=st.booleans(),
    )
)


@given(NAMED)
def test_who_stands_in_is_there_and_was_reached_by_names(named: Mapping[UUID, UUID | None]) -> None:
    absences = Absences(named)
    for person in PEOPLE:
        chain, stand_in = absences.chain(person), absences.stand_in(person)
        assert len(set(chain)) == len(chain)
        assert person not in chain
        assert [named.get(one) for one in [person, *chain][:-1]] == chain
        assert stand_in is None or stand_in not in named
        assert (stand_in == person) == (person not in named)
        assert stand_in in (None, [person, *chain][-1])


@given(NAMED)
def test_one_acts_for_exactly_those_in_whose_chain_one_is(
    named: Mapping[UUID, UUID | None],
) -> None:
    absences = Absences(named)
    for person in PEOPLE:
        for other in PEOPLE:
            expected = other == person or person in absences.chain(other)
            assert (other in absences.acts_for(person)) == expected


def allowed_to(seat: SeatFacts, absences: Absences) -> set[UUID]:
    """Return everybody who may be seen to hold a seat: its people, and who stands in for them."""
    here = [(seat.user_id, seat.there), (seat.backup_id, seat.backup_there)]
    return absences.with_stand_ins(one for one, there in here if one and there)


@given(SEATS, NAMED)
def test_who_holds_a_level_is_never_away_and_never_their_own_stand_in(
    seats: list[SeatFacts], named: Mapping[UUID, UUID | None]
) -> None:
    absences = Absences(named)
    held = holder(seats, None, None, absences)
    if held.owner_id is None:
        assert held == Holder()
        assert all(seat.held(absences).owner_id is None for seat in seats)
        return
    assert held.owner_id not in named
    assert held.owner_id not in (held.backup_id, held.on_behalf_of)
    assert any(held.owner_id in allowed_to(seat, absences) for seat in seats)
    if held.on_behalf_of is not None:
        assert held.owner_id in absences.chain(held.on_behalf_of) or any(
            seat.user_id == held.on_behalf_of and seat.backup_there for seat in seats
        )


@given(SEATS, NAMED, st.sets(st.sampled_from(PEOPLE)))
def test_nobody_decides_what_they_or_whom_they_stand_in_for_have_asked(
    seats: list[SeatFacts], named: Mapping[UUID, UUID | None], barred: set[UUID]
) -> None:
    absences = Absences(named)
    held = decider(seats, None, None, barred, absences)
    if held.owner_id is not None:
        assert absences.acts_for(held.owner_id).isdisjoint(barred)
        assert held.on_behalf_of not in barred


@given(SEATS, st.sets(st.sampled_from(PEOPLE)))
def test_who_is_away_without_a_delegate_holds_as_if_they_had_left(
    seats: list[SeatFacts], gone: set[UUID]
) -> None:
    left = [
        SeatFacts(
            seat.user_id,
            seat.backup_id,
            None,
            None,
            seat.rank,
            there=seat.there and seat.user_id not in gone,
            backup_there=seat.backup_there and seat.backup_id not in gone,
        )
        for seat in seats
    ]
    absent = holder(seats, None, None, Absences(dict.fromkeys(gone)))
    assert absent.owner_id == holder(left, None, None).owner_id
