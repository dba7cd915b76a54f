"""The lowest level that may concede something."""

from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ladder.authority import Rate, Rung, convert, covers, cumulative, in_currency, lowest
from ladder.money import LARGEST

DAY = date(2026, 11, 25)
MANAGER = ("protection", "late_claim", "lead", "service_credit")
REGION = (*MANAGER, "fee", "split", "price_5_points", "funds", "true_up")
SPONSOR = (*REGION, "terms", "exclusivity", "tier", "price_15_points")


def rung(position: int, kinds: tuple[str, ...], amount: int | None, currency: str = "EUR") -> Rung:
    """Return one level."""
    limit = None if amount is None else Decimal(amount)
    return Rung(UUID(int=position), position, frozenset(kinds), limit, currency)


LADDER = [
    rung(1, MANAGER, 5_000),
    rung(2, REGION, 25_000),
    rung(3, SPONSOR, 150_000),
    rung(4, SPONSOR, None),
]


def level(
    kind: str, value: str | None, percent: str | None = None, ladder: list[Rung] = LADDER
) -> int | None:
    """Return the position of the level that decides."""
    worth = None if value is None else Decimal(value)
    points = None if percent is None else Decimal(percent)
    found = lowest(ladder, kind, worth, points)
    return found.position if found else None


@pytest.mark.parametrize(
    ("kind", "value", "percent", "position"),
    [
        ("lead", "5000", None, 1),
        ("lead", "5000.01", None, 2),
        ("fee", "10", None, 2),
        ("fee", "25000", None, 2),
        ("fee", "38000", None, 3),
        ("fee", "150000.0001", None, 4),
        ("tier", "1", None, 3),
        ("price", "100", "5", 2),
        ("price", "100", "5.01", 3),
        ("price", "100", "15", 3),
        ("price", "100", "15.5", 4),
        ("price", "26000", "2", 3),
        ("true_up", None, None, 4),
        ("unheard_of", "1", None, 4),
    ],
)
def test_the_ladder_new_tenants_start_with(
    kind: str, value: str, percent: str | None, position: int
) -> None:
    assert level(kind, value, percent) == position


def test_authority_adds_up_from_below() -> None:
    ladder = [rung(1, ("lead",), 5_000), rung(2, ("fee",), 1_000), rung(3, ("price",), 2_000)]
    assert [(r.position, sorted(r.kinds), r.amount) for r in cumulative(ladder)] == [
        (1, ["lead"], Decimal(5_000)),
        (2, ["fee", "lead"], Decimal(5_000)),
        (3, ["fee", "lead", "price"], Decimal(5_000)),
    ]
    assert level("fee", "4000", ladder=ladder) == 2
    assert level("price", "4000", "80", ladder=ladder) == 3
    assert level("fee", "5001", ladder=ladder) is None


def test_a_level_without_kinds_concedes_nothing() -> None:
    trusted = [rung(1, (), None), rung(2, (), 500)]
    assert cumulative(trusted) == []
    assert level("lead", "1", ladder=trusted) is None
    assert level("lead", None, ladder=trusted) is None
    assert level("lead", "1", ladder=[rung(1, (), None), rung(2, ("lead",), 10)]) == 2


def test_a_level_with_kinds_and_no_limit_concedes_everything() -> None:
    ladder = [rung(1, ("lead",), None)]
    assert level("price", "99999999999999", "100", ladder=ladder) == 1


def test_without_a_rate_the_highest_level_with_authority_decides() -> None:
    limited = [rung(1, MANAGER, 5_000), rung(2, REGION, 25_000), rung(3, (), None)]
    assert level("lead", None, ladder=limited) == 2
    assert level("tier", None, ladder=limited) is None


def test_limits_in_another_currency_are_compared_by_the_rate_of_the_day() -> None:
    dollars = [rung(1, MANAGER, 1_000, "USD"), rung(2, MANAGER, 2_000)]
    rates = [Rate("USD", Decimal("0.9"), DAY)]
    assert level("lead", "900", ladder=in_currency(dollars, "EUR", rates, DAY)) == 1
    assert level("lead", "900.01", ladder=in_currency(dollars, "EUR", rates, DAY)) == 2
    # Nobody knows what the limit is worth: the level above decides.
    assert level("lead", "1", ladder=in_currency(dollars, "EUR", [], DAY)) == 2
    without = [rung(1, MANAGER, None, "USD")]
    assert level("lead", "1", ladder=in_currency(without, "EUR", [], DAY)) == 1


def test_an_amount_converts_by_the_last_rate_in_force() -> None:
    rates = [
        Rate("USD", Decimal("0.9"), DAY - timedelta(days=30)),
        Rate("USD", Decimal("0.95"), DAY),
        Rate("USD", Decimal("2"), DAY + timedelta(days=1)),
        Rate("GBP", Decimal("1.2"), DAY),
    ]
    hundred = Decimal(100)
    assert convert(hundred, "USD", "EUR", rates, DAY) == 95
    assert convert(hundred, "USD", "EUR", rates, DAY - timedelta(days=1)) == 90
    assert convert(hundred, "USD", "EUR", rates, DAY - timedelta(days=31)) is None
    assert convert(hundred, "CHF", "EUR", rates, DAY) is None
    assert convert(hundred, "EUR", "EUR", [], DAY) == hundred


def test_a_conversion_never_rounds_an_amount_under_a_limit() -> None:
    rates = [Rate("USD", Decimal("0.33333333"), DAY)]
    one = Decimal("1.01")
    assert convert(one, "USD", "EUR", rates, DAY) == Decimal("0.3367")
    assert convert(one, "USD", "EUR", rates, DAY, rounding=ROUND_FLOOR) == Decimal("0.3366")


def test_what_is_worth_more_than_any_amount_is_not_without_a_rate() -> None:
    rates = [Rate("USD", Decimal("9999999999.99999999"), DAY)]
    worth = convert(Decimal("99999999999999.99"), "USD", "EUR", rates, DAY)
    assert worth == Decimal("999999999999999899000000.0001")
    limited = in_currency([rung(1, MANAGER, 10**13, "USD")], "EUR", rates, DAY)
    assert [found.amount for found in limited] == [LARGEST]
    assert lowest(limited, "lead", worth) is None
    assert lowest(limited, "lead", LARGEST - 1) == limited[0]


KINDS = st.sampled_from([*SPONSOR, "price"])
LIMITS = st.none() | st.decimals(0, 1_000, places=2)
LADDERS = st.lists(st.tuples(st.frozensets(KINDS, max_size=4), LIMITS), max_size=6).map(
    lambda levels: [
        Rung(uuid4(), position, kinds, limit, "EUR")
        for position, (kinds, limit) in enumerate(levels, start=1)
    ]
)
ASKED = st.sampled_from([*MANAGER, "fee", "price", "tier"])
VALUES = st.decimals("0.01", 1_200, places=2)
PERCENTS = st.decimals("0.01", 30, places=2)


@given(LADDERS, ASKED, VALUES, PERCENTS)
def test_the_lowest_is_the_lowest_that_covers_and_all_above_it_do(
    ladder: list[Rung], kind: str, value: Decimal, percent: Decimal
) -> None:
    able = cumulative(ladder)
    covering = [r.position for r in able if covers(r, kind, value, percent)]
    found = lowest(ladder, kind, value, percent)
    assert (found.position if found else None) == min(covering, default=None)
    assert covering == [r.position for r in able if covering and r.position >= covering[0]]


@given(LADDERS, ASKED, VALUES, VALUES, PERCENTS, PERCENTS)
def test_asking_for_more_never_goes_to_a_lower_level(
    ladder: list[Rung], kind: str, one: Decimal, other: Decimal, p: Decimal, q: Decimal
) -> None:
    less = lowest(ladder, kind, min(one, other), min(p, q))
    more = lowest(ladder, kind, max(one, other), max(p, q))
    unknown = lowest(ladder, kind, None, max(p, q))
    if more is not None:
        assert less is not None
        assert less.position <= more.position
        assert unknown is not None
        assert more.position <= unknown.position
