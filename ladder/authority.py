"""Who may concede what: pure.

Authority is cumulative. A level may concede its own kinds and those of all levels below it, each
up to the largest limit among them. A level with kinds and without a limit may concede everything;
one without kinds concedes nothing. `price` allows any price, `price_<n>_points` one of n percent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from uuid import UUID

from ladder.kinds import POINTS, ConcessionKind
from ladder.money import LARGEST

# What is stored: four decimals, whatever the currency.
SMALLEST = Decimal("0.0001")
# Enough for the largest amount at the largest rate, to the last digit.
PRECISION = 60


@dataclass(frozen=True, slots=True)
class Rung:
    """How much one level may concede: its own kinds, and its own limit in its currency. A limit of
    None is no limit."""

    level_id: UUID
    position: int
    kinds: frozenset[str]
    amount: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a currency is worth in the programme's, from a day on."""

    currency: str
    rate: Decimal
    valid_from: date


def convert(
    amount: Decimal,
    currency: str,
    to: str,
    rates: Iterable[Rate],
    on: date,
    *,
    rounding: str = ROUND_CEILING,
) -> Decimal | None:
    """Return what an amount is worth in the programme's currency `to` on a day, to four decimals;
    None where no rate is in force. It may be more than any amount that is stored (`LARGEST`).

    Rounded up, so that no rounding ever brings an amount under a limit.
    """
    if currency == to:
        return amount
    known = [rate for rate in rates if rate.currency == currency and rate.valid_from <= on]
    if not known:
        return None
    with localcontext(prec=PRECISION):
        worth = amount * max(known, key=lambda rate: rate.valid_from).rate
        return worth.quantize(SMALLEST, rounding=rounding)


def in_currency(rungs: Iterable[Rung], to: str, rates: Sequence[Rate], on: date) -> list[Rung]:
    """Return the rungs with their limits in the programme's currency. A limit without a rate to
    compare it by allows nothing: what is above it decides."""
    return [_converted(rung, to, rates, on) for rung in rungs]


def _converted(rung: Rung, to: str, rates: Sequence[Rate], on: date) -> Rung:
    if rung.amount is None:
        return replace(rung, currency=to)
    limit = convert(rung.amount, rung.currency, to, rates, on, rounding=ROUND_FLOOR)
    known = Decimal(0) if limit is None else min(limit, LARGEST)
    return replace(rung, amount=known, currency=to)


def cumulative(rungs: Iterable[Rung]) -> list[Rung]:
    """Return the levels that may concede anything, from the lowest, each with the authority of
    those below. The limits must be in one currency."""
    found: list[Rung] = []
    for rung in sorted(rungs, key=lambda rung: rung.position):
        if not rung.kinds:
            continue
        below = found[-1] if found else replace(rung, kinds=frozenset(), amount=Decimal(0))
        limits = (rung.amount, below.amount)
        highest = None if None in limits else max(limit for limit in limits if limit is not None)
        found.append(replace(rung, kinds=rung.kinds | below.kinds, amount=highest))
    return found


def covers(rung: Rung, kind: str, value: Decimal | None, percent: Decimal | None) -> bool:
    """Whether a level with this cumulative authority may concede a kind of this value, in the
    currency of its limit. Of an unknown value only what has no limit covers it."""
    if rung.amount is None:
        return True
    in_limit = value is not None and value <= rung.amount
    return in_limit and _has_kind(rung, kind, percent)


def _has_kind(rung: Rung, kind: str, percent: Decimal | None) -> bool:
    if rung.amount is None or kind in rung.kinds:
        return True
    if kind != ConcessionKind.PRICE or percent is None:
        return False
    allowed = [int(found[1]) for name in rung.kinds if (found := POINTS.fullmatch(name))]
    return any(percent <= points for points in allowed)


def lowest(
    rungs: Iterable[Rung], kind: str, value: Decimal | None, percent: Decimal | None = None
) -> Rung | None:
    """Return the lowest level that may concede this, with its cumulative authority; None where
    none may. Limits and value are in the programme's currency.

    Where no rate says what it is worth (None), the highest level with any authority decides.
    """
    able = cumulative(rungs)
    if value is None:
        return able[-1] if able and _has_kind(able[-1], kind, percent) else None
    return next((rung for rung in able if covers(rung, kind, value, percent)), None)
