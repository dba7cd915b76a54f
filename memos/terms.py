"""What is asked for: as people write it down, and once it is read. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from ladder.kinds import ConcessionKind
from ladder.money import MoneyError, known_currency, parse_amount, parse_number
from tenants.errors import Invalid

LONGEST_TEXT = 20_000
PERCENT_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Ask:
    """A kind, what it is worth, and for a price the percent: as somebody gave them."""

    kind: str
    amount: str | Decimal
    currency: str
    percent: str | Decimal | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked for, read and found possible: exact, in a known currency."""

    kind: str
    amount: Decimal
    currency: str
    percent: Decimal | None = None


def read_terms(ask: Ask) -> Terms:
    """Return what is asked for. Raises `Invalid`, each field with its reason."""
    errors: dict[str, str] = {}
    if ask.kind not in ConcessionKind.values:
        errors["kind"] = _("Choose what is to be conceded.")
    currency, amount, percent = "", Decimal(0), None
    try:
        currency = known_currency(ask.currency)
        amount = parse_amount(ask.amount, currency)
    except MoneyError as problem:
        errors[problem.field] = problem.reason
    try:
        percent = _percent(ask)
    except MoneyError as problem:
        errors["percent"] = problem.reason
    if errors:
        raise Invalid(errors)
    return Terms(ask.kind, amount, currency, percent)


def _percent(ask: Ask) -> Decimal | None:
    given = ask.percent
    if given is None or given == "":
        if ask.kind == ConcessionKind.PRICE:
            raise MoneyError(_("A price needs its percent."))
        return None
    if ask.kind != ConcessionKind.PRICE:
        raise MoneyError(_("Only a price has a percent."))
    percent = given if isinstance(given, Decimal) else parse_number(given)
    if not percent.is_finite() or not 0 < percent <= 100:
        raise MoneyError(_("More than 0, and at most 100."))
    if percent != round(percent, PERCENT_DECIMALS):
        raise MoneyError(_("At most two decimals."))
    return percent


def optional(name: str, text: str) -> str:
    """Return a text that may be left out, or refuse it by its field's name."""
    text = text.strip()
    if len(text) > LONGEST_TEXT or "\x00" in text:
        raise Invalid({name: _("At most 20,000 characters of plain text.")})
    return text
