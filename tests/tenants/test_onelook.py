"""A read that is asked for again within one look is carried out once; outside of one, each time."""

from tenants.onelook import one_look, seen_once

asked: list[int] = []


@seen_once
def double(number: int) -> int:
    """Return twice a number, and keep that it was asked for."""
    asked.append(number)
    return 2 * number


def test_within_a_look_once_and_outside_each_time() -> None:
    asked.clear()
    assert [double(1), double(1)] == [2, 2]
    assert asked == [1, 1]
    for _ in range(2):
        asked.clear()
        with one_look():
            assert [double(1), double(2), double(1)] == [2, 4, 2]
        assert asked == [1, 2]


def test_a_look_that_fails_is_over_too() -> None:
    asked.clear()
    try:
        with one_look():
            double(3)
            raise LookupError
    except LookupError:
        double(3)
    assert asked == [3, 3]
