"""What is an amount of money, and why something is not."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ladder.money import (
    LARGEST,
    MINOR_UNITS,
    MoneyError,
    amount_text,
    known_currency,
    parse_amount,
)

DIGITS = "Digits only, with a point before the decimals, like 1250.50."


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("1250.50", "EUR", "1250.50"),
        (" +7 ", "EUR", "7"),
        ("0.01", "USD", "0.01"),
        ("1500", "JPY", "1500"),
        ("1.125", "KWD", "1.125"),
        ("0.0001", "CLF", "0.0001"),
        ("99999999999999.99", "EUR", "99999999999999.99"),
    ],
)
def test_an_amount_is_read_exactly(text: str, currency: str, amount: str) -> None:
    assert parse_amount(text, currency) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "currency", "reason"),
    [
        ("", "EUR", DIGITS),
        ("abc", "EUR", DIGITS),
        ("NaN", "EUR", DIGITS),
        ("Infinity", "EUR", DIGITS),
        ("-inf", "EUR", DIGITS),
        ("1e309", "EUR", DIGITS),
        ("1e5", "EUR", DIGITS),
        ("1,5", "EUR", DIGITS),
        ("1 000", "EUR", DIGITS),
        ("1.2.3", "EUR", DIGITS),
        (".5", "EUR", DIGITS),
        ("5.", "EUR", DIGITS),
        ("٣", "EUR", DIGITS),
        ("0x10", "EUR", DIGITS),
        ("--1", "EUR", DIGITS),
        ("1" * 41, "EUR", DIGITS),
        ("-5", "EUR", "An amount cannot be negative."),
        ("0", "EUR", "An amount must be more than zero."),
        ("-0.00", "EUR", "An amount must be more than zero."),
        ("100000000000000", "EUR", "Too large: at most 14 digits."),
        ("1.005", "EUR", "At most 2 decimals in this currency."),
        # Is it a thousand, or one?
        ("1.000", "EUR", "At most 2 decimals in this currency."),
        ("1.5", "JPY", "This currency has no decimals."),
        ("1.0005", "KWD", "At most 3 decimals in this currency."),
    ],
)
def test_what_is_no_amount_is_refused_with_its_reason(
    text: str, currency: str, reason: str
) -> None:
    with pytest.raises(MoneyError) as refused:
        parse_amount(text, currency)
    assert (refused.value.reason, refused.value.field) == (reason, "amount")


@pytest.mark.parametrize(
    ("given_amount", "reason"),
    [
        ("NaN", DIGITS),
        ("sNaN", DIGITS),
        ("Infinity", DIGITS),
        ("-Infinity", DIGITS),
        ("1E+309", "Too large: at most 14 digits."),
        ("-1", "An amount cannot be negative."),
        ("1.005", "At most 2 decimals in this currency."),
    ],
)
def test_a_decimal_is_held_to_the_same(given_amount: str, reason: str) -> None:
    with pytest.raises(MoneyError) as refused:
        parse_amount(Decimal(given_amount), "EUR")
    assert refused.value.reason == reason


def test_zeros_that_storing_has_added_do_no_harm() -> None:
    assert parse_amount(Decimal("9400.5000"), "EUR") == Decimal("9400.5")
    assert parse_amount(Decimal("1E+3"), "JPY") == 1000


@pytest.mark.parametrize("code", ["", "EURO", "XXX", "XAU", "€", "E1R", "ZZZ"])
def test_an_unknown_currency_is_refused(code: str) -> None:
    with pytest.raises(MoneyError) as refused:
        parse_amount("1", code)
    assert refused.value.field == "currency"
    assert refused.value.reason == "Not a currency: three letters, like EUR."


def test_a_currency_is_stored_in_capitals() -> None:
    assert known_currency(" eur ") == "EUR"


def test_the_table_holds_every_code_once() -> None:
    assert all(len(code) == 3 and code.isupper() for code in MINOR_UNITS)
    assert {code: MINOR_UNITS[code] for code in ("EUR", "JPY", "BHD", "CLF")} == {
        "EUR": 2,
        "JPY": 0,
        "BHD": 3,
        "CLF": 4,
    }


@given(st.sampled_from(sorted(MINOR_UNITS)), st.integers(1, int(LARGEST) - 1), st.data())
def test_what_has_no_more_decimals_than_its_currency_is_read_as_it_stands(
    currency: str, whole: int, data: st.DataObject
) -> None:
    units = MINOR_UNITS[currency]
    digits = data.draw(st.text("0123456789", min_size=units, max_size=units))
    text = f"{whole}.{digits}" if units else str(whole)
    assert parse_amount(text, currency) == Decimal(text)
    with pytest.raises(MoneyError):
        parse_amount(f"{whole}.{digits}1", currency)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1250.0000", "EUR", "€1,250"),
        ("1250.5000", "EUR", "€1,250.50"),
        ("1.1250", "KWD", "1.125 KWD"),
        ("0.0001", "CLF", "0.0001 CLF"),
    ],
)
def test_an_amount_is_said_exactly(amount: str, currency: str, text: str) -> None:
    assert amount_text(Decimal(amount), currency) == text
