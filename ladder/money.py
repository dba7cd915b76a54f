"""Amounts of money: currencies, and what counts as an amount. Pure; amounts are exact decimals."""

from decimal import Decimal
from typing import overload

from django.utils.formats import number_format
from django.utils.translation import gettext as _

# ISO 4217: the currencies in use, by the number of decimals of their smallest unit.
_CODES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD"
        " CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD"
        " GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL"
        " MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN"
        " PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP"
        " SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
MINOR_UNITS = {code: units for units, codes in _CODES.items() for code in codes.split()}
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}
LARGEST_DIGITS = 14
LARGEST = Decimal(10) ** LARGEST_DIGITS
LONGEST_TEXT = 40
_DIGITS = frozenset("0123456789")


class MoneyError(ValueError):
    """Why something is not an amount: `field` is `amount` or `currency`, `reason` a sentence."""

    def __init__(self, reason: str, field: str = "amount") -> None:
        super().__init__(reason)
        self.reason, self.field = reason, field


def known_currency(code: str) -> str:
    """Return a currency's code as it is stored, `EUR` for ` eur `. Raises `MoneyError`."""
    code = code.strip().upper()
    if code not in MINOR_UNITS:
        raise MoneyError(_("Not a currency: three letters, like EUR."), "currency")
    return code


def parse_amount(given: str | Decimal, currency: str) -> Decimal:
    """Return an amount of a currency: above zero, below 10^14, without parts of its smallest unit.

    A text has a point before the decimals and nothing between its digits: a comma or a space
    means different things to different people. Raises `MoneyError`.
    """
    units = MINOR_UNITS[known_currency(currency)]
    amount = given if isinstance(given, Decimal) else parse_number(given)
    if not amount.is_finite():
        raise MoneyError(_not_a_number())
    if amount < 0:
        raise MoneyError(_("An amount cannot be negative."))
    if amount == 0:
        raise MoneyError(_("An amount must be more than zero."))
    if amount >= LARGEST:
        raise MoneyError(_("Too large: at most %(n)s digits.") % {"n": LARGEST_DIGITS})
    if _decimals(amount, exactly=isinstance(given, str)) > units:
        raise MoneyError(_too_fine(units))
    return amount


def parse_number(text: str) -> Decimal:
    """Read digits with at most one point between them, and a sign in front. Raises `MoneyError`."""
    text = text.strip()
    unsigned = text[1:] if text[:1] in ("-", "+") else text
    whole, point, part = unsigned.partition(".")
    numbers = [whole, part] if point else [whole]
    if len(text) > LONGEST_TEXT or not all(n and _DIGITS.issuperset(n) for n in numbers):
        raise MoneyError(_not_a_number())
    return Decimal(text)


def _decimals(amount: Decimal, *, exactly: bool) -> int:
    """Return how many decimals an amount has. In a text every written one counts: in some
    countries 1.000 is a thousand."""
    exponent = amount.as_tuple().exponent if exactly else amount.normalize().as_tuple().exponent
    return max(0, -int(exponent))


def _not_a_number() -> str:
    return _("Digits only, with a point before the decimals, like 1250.50.")


def _too_fine(units: int) -> str:
    if units == 0:
        return _("This currency has no decimals.")
    return _("At most %(n)s decimals in this currency.") % {"n": units}


@overload
def plain_amount(amount: Decimal) -> str: ...
@overload
def plain_amount(amount: Decimal | None) -> str | None: ...
def plain_amount(amount: Decimal | None) -> str | None:
    """Return an amount, or a percentage, as the API sends it and the trail keeps it: digits,
    without needless zeros; None stays None."""
    return None if amount is None else f"{amount.normalize():f}"


def amount_text(amount: Decimal | None, currency: str) -> str:
    """Return an amount as people read it, or an empty text."""
    if amount is None:
        return ""
    places = 0 if amount == amount.to_integral() else max(2, decimals(amount))
    figure = number_format(amount, places, use_l10n=True, force_grouping=True)
    sign = SIGNS.get(currency)
    return f"{sign}{figure}" if sign else f"{figure} {currency}".strip()


def decimals(amount: Decimal) -> int:
    """Return how many decimals an amount needs to be said exactly."""
    return -int(amount.normalize().as_tuple().exponent)
