"""Who holds a level, from facts alone."""

from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from ladder.absence import Absences
from ladder.seats import Holder, SeatFacts, decider, holder

TOM, PETRA, VERA = (UUID(int=number) for number in (1, 2, 3))
DACH, IBERIA, ROUTING, TERRITORY = (UUID(int=number) for number in (11, 12, 21, 22))


def seat(user_id: UUID, backup_id: UUID | None = None, **facts: Any) -> SeatFacts:
    """Return a seat for every region and category, of rank 1, unless said."""
    known: dict[str, Any] = {"region_id": None, "category_id": None, "rank": 1}
    return SeatFacts(user_id, backup_id, **known | facts)


def here(*seats: SeatFacts) -> Holder:
    """Return who holds a level for a case of DACH's about routing, in whatever order it is read."""
    [found] = {holder(some, DACH, ROUTING) for some in permutations(seats)}
    return found


def test_without_seats_nobody_holds_a_level() -> None:
    assert here() == Holder(None, None)


def test_the_lowest_rank_goes_first_however_general_it_is() -> None:
    assert here(seat(TOM, rank=2, region_id=DACH), seat(PETRA)) == Holder(PETRA)


@pytest.mark.parametrize("user_id", [TOM, VERA])
def test_of_equal_ranks_the_region_goes_before_the_category_and_both_before_one(
    user_id: UUID,
) -> None:
    both = seat(user_id, region_id=DACH, category_id=ROUTING)
    region, category = seat(user_id, region_id=DACH), seat(user_id, category_id=ROUTING)
    general = seat(PETRA)
    assert here(general, category) == Holder(user_id)
    assert here(seat(PETRA, category_id=ROUTING), region) == Holder(user_id)
    assert here(seat(PETRA, region_id=DACH), both) == Holder(user_id)


def test_of_equal_seats_the_users_ids_decide() -> None:
    assert here(seat(VERA), seat(PETRA), seat(TOM)) == Holder(TOM)


def test_a_seat_for_another_region_or_category_holds_nothing() -> None:
    assert here(seat(TOM, region_id=IBERIA), seat(PETRA, category_id=TERRITORY)) == Holder()


def test_who_is_away_is_stood_in_for_by_the_backup_of_the_same_seat() -> None:
    away = seat(TOM, VERA, there=False)
    assert here(away, seat(PETRA, rank=2)) == Holder(VERA)
    assert here(seat(TOM, VERA)) == Holder(TOM, VERA)


def test_where_both_are_away_the_next_seat_holds() -> None:
    away = seat(TOM, VERA, there=False, backup_there=False)
    assert here(away, seat(PETRA, rank=2)) == Holder(PETRA)
    assert here(seat(TOM, None, there=False)) == Holder()


def test_a_backup_who_has_left_backs_nobody_up() -> None:
    assert here(seat(TOM, VERA, backup_there=False)) == Holder(TOM)


# --- While somebody is away -----------------------------------------------------------------------


def here_while(named: dict[UUID, UUID | None], *seats: SeatFacts) -> Holder:
    """Return who holds a level while some are away."""
    absences = Absences(named)
    [found] = {holder(some, DACH, ROUTING, absences) for some in permutations(seats)}
    return found


def test_an_absent_holders_turn_goes_to_the_delegate_on_their_behalf() -> None:
    assert here_while({TOM: PETRA}, seat(TOM, VERA)) == Holder(PETRA, VERA, TOM)
    # Who backs the seat up and stands in besides is named once.
    assert here_while({TOM: VERA}, seat(TOM, VERA)) == Holder(VERA, None, TOM)


def test_a_chain_of_delegates_holds_on_behalf_of_who_has_the_seat() -> None:
    assert here_while({TOM: PETRA, PETRA: VERA}, seat(TOM)) == Holder(VERA, None, TOM)


def test_without_a_delegate_the_backup_holds_then_the_next_seat() -> None:
    assert here_while({TOM: None}, seat(TOM, VERA)) == Holder(VERA, None, TOM)
    assert here_while({TOM: None, VERA: None}, seat(TOM, VERA), seat(PETRA, rank=2)) == Holder(
        PETRA
    )
    assert here_while({TOM: None}, seat(TOM)) == Holder()


def test_a_backup_who_is_away_is_stood_in_for_too() -> None:
    assert here_while({TOM: None, VERA: PETRA}, seat(TOM, VERA)) == Holder(PETRA, None, TOM)
    left = seat(TOM, VERA, there=False)
    assert here_while({VERA: PETRA}, left) == Holder(PETRA, None, VERA)


def test_a_delegate_of_who_has_left_holds_nothing() -> None:
    assert here_while({TOM: PETRA}, seat(TOM, there=False)) == Holder()


def test_a_delegate_who_asked_does_not_decide_the_backup_does() -> None:
    absences = Absences({TOM: PETRA})
    assert decider([seat(TOM, VERA)], None, None, {PETRA}, absences) == Holder(VERA, None, TOM)
    assert decider([seat(TOM)], None, None, {PETRA}, absences) == Holder()


def test_who_stands_in_for_who_asked_does_not_decide_by_their_own_seat() -> None:
    absences = Absences({TOM: PETRA})
    assert decider([seat(PETRA)], None, None, {TOM}, absences) == Holder()
    # Who backs that seat up has nothing to do with it.
    assert decider([seat(PETRA, VERA)], None, None, {TOM}, absences) == Holder(VERA, None, PETRA)
