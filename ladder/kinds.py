"""What can be conceded, by the names that ladders, people and programs use. Pure, but for Django's
enumeration, which carries the words."""

import re

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class ConcessionKind(TextChoices):
    """What is conceded. The levels of a ladder name the kinds they may allow."""

    PROTECTION = "protection", _("Deal protection")
    LATE_CLAIM = "late_claim", _("Late claim")
    LEAD = "lead", _("Replacement lead")
    SERVICE_CREDIT = "service_credit", _("Service credit")
    FEE = "fee", _("Fee")
    SPLIT = "split", _("Split")
    PRICE = "price", _("Special price")
    FUNDS = "funds", _("Marketing funds")
    TRUE_UP = "true_up", _("True-up")
    TERMS = "terms", _("Contract terms")
    EXCLUSIVITY = "exclusivity", _("Exclusivity")
    TIER = "tier", _("Tier")


# What a level may allow beside: a price of at most so many percent.
POINTS = re.compile(r"price_([1-9][0-9]?|100)_points")
NAMED = f"{', '.join(ConcessionKind.values)}, or price_5_points for a price of at most 5 percent"


def is_allowable(name: str) -> bool:
    """Whether a level may be said to allow this."""
    return name in ConcessionKind.values or POINTS.fullmatch(name) is not None


def kind_words(name: str) -> str:
    """Return what a level may allow, in words."""
    if points := POINTS.fullmatch(name):
        return gettext("Special price of at most %(n)s %%") % {"n": points[1]}
    return str(ConcessionKind(name).label)
