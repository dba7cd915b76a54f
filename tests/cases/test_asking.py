"""Who decides a concession that was not decided in time."""

from typing import Any
from uuid import UUID

import pytest

from cases.asking import Matter, taken_over
from cases.facts import LevelRules
from ladder.durations import Window
from ladder.seats import Holder, SeatFacts

TOM, PETRA, ADA = (UUID(int=number) for number in (11, 12, 13))
HERE, ELSEWHERE = UUID(int=21), UUID(int=22)


def level(position: int, *, concedes: bool = True) -> LevelRules:
    """Return a level that decides within a day."""
    day = Window(days=1)
    return LevelRules(UUID(int=position), position, day, day, concedes=concedes)


def seat(user_id: UUID, **facts: Any) -> SeatFacts:
    """Return a seat for everything."""
    known = {"backup_id": None, "region_id": None, "category_id": None, "rank": 1}
    return SeatFacts(user_id, **(known | facts))


LEVELS = (level(2), level(3))
SEATS = {UUID(int=2): [seat(PETRA)], UUID(int=3): [seat(ADA)]}


def found(matter: Matter, *levels: LevelRules, **seats: SeatFacts) -> tuple[int, Holder] | None:
    """Return the position of the level that decides, and who does there."""
    held = SEATS | ({UUID(int=2): [seats["second"]]} if seats else {})
    answer = taken_over(levels or LEVELS, held, matter)
    return (answer[0].position, answer[1]) if answer else None


def test_it_goes_to_the_next_level_that_somebody_holds() -> None:
    assert found(Matter(None, None, ())) == (2, Holder(PETRA))
    assert found(Matter(HERE, None, ()), second=seat(PETRA, region_id=ELSEWHERE)) == (
        3,
        Holder(ADA),
    )
    assert found(Matter(None, None, ()), level(4)) is None


def test_it_passes_over_who_asked_and_levels_that_may_concede_nothing() -> None:
    assert found(Matter(None, None, (PETRA,))) == (3, Holder(ADA))
    assert found(Matter(None, None, ()), level(2, concedes=False), level(3)) == (3, Holder(ADA))
    assert found(Matter(None, None, ()), level(2, concedes=False)) is None


@pytest.mark.parametrize(
    ("position", "held", "decider"),
    [
        (1, Holder(TOM), 2),
        (2, Holder(TOM), 3),
        (2, Holder(TOM, PETRA), 2),
        (3, Holder(PETRA), 2),
        (3, Holder(ADA), 3),
        (3, Holder(TOM), None),
        (3, Holder(), None),
    ],
)
def test_a_confidential_case_is_known_above_its_level_and_to_who_holds_it(
    position: int, held: Holder, decider: int | None
) -> None:
    answer = found(Matter(None, None, ()).known_to(position, held))
    assert (answer[0] if answer else None) == decider
