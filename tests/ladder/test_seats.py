"""Who holds a level, from facts alone."""

from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from ladder.seats import Holder, SeatFacts, holder

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
