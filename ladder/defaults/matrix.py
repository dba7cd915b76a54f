"""The matrix a new tenant starts with. Source: the product's domain rules, sections 1 and 2.

Severity S1 starts a level up where there is a channel manager to skip, and gives every level one
hour and one day; S2 answers in two hours and halves decisions and total, rounded up to whole
days; S3 and S4 run under the windows of the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ladder.defaults.ladders import ADMINISTRATIVE, INTEGRITY, STRATEGIC, clock_days, hours
from ladder.durations import Window
from ladder.policy import DEFAULT_VETO, RouteEntry, windows_json

SEVERE_TOTAL_DAYS = 4


def business_days(number: int) -> Window:
    """Return a window of business days."""
    return Window(days=number)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a kind of dispute is dealt with: windows of three levels, and of the whole.

    `clock` counts decisions and total in days of 24 hours instead of business days.
    """

    responses: tuple[Window, Window, Window]
    decision_days: tuple[int, int, int]
    total_days: int
    clock: bool = False

    def days(self, number: int) -> Window:
        """Return a number of days in this pace's kind of day."""
        return clock_days(number) if self.clock else business_days(number)


FAST = Pace((hours(4), hours(4), hours(8)), (2, 2, 3), 8)
NORMAL = Pace((hours(8), hours(8), hours(8)), (4, 4, 5), 14)
DELIBERATE = Pace((hours(8), hours(8), hours(16)), (8, 8, 10), 28)
LEGAL = Pace((clock_days(3), clock_days(3), clock_days(3)), (30, 30, 15), 80, clock=True)

PACES = (
    ("deal-registration", ADMINISTRATIVE, FAST),
    ("lead-routing", ADMINISTRATIVE, FAST),
    ("marketing-funds", ADMINISTRATIVE, NORMAL),
    ("payout", ADMINISTRATIVE, NORMAL),
    ("territory", STRATEGIC, NORMAL),
    ("price-parity", STRATEGIC, DELIBERATE),
    ("exclusivity", STRATEGIC, DELIBERATE),
    ("direct-sales", STRATEGIC, FAST),
    ("contract-terms", STRATEGIC, DELIBERATE),
    ("product-service", ADMINISTRATIVE, FAST),
    ("data-privacy", STRATEGIC, FAST),
    ("integrity", INTEGRITY, LEGAL),
    # What no line above names: a category of the tenant's own.
    (None, ADMINISTRATIVE, FAST),
)


def route(
    category: str | None,
    severity: str | None,
    ladder: str,
    total: Window,
    steps: Sequence[tuple[Window, Window]],
) -> RouteEntry:
    """Return one line; with fewer windows than the three levels it starts that much higher."""
    named = [{"response": response, "decision": decision} for response, decision in steps]
    veto = hours(1) if severity == "s1" else DEFAULT_VETO
    return RouteEntry(
        ladder,
        category,
        severity,
        start=4 - len(steps),
        windows=windows_json(total, veto, named),
    )


def lines(category: str | None, ladder: str, pace: Pace) -> tuple[RouteEntry, ...]:
    """Return the three lines of a category: S1, S2, and S3 with S4."""
    levels = 2 if ladder == ADMINISTRATIVE else 3
    critical = [(hours(1), pace.days(1))] * levels
    high = [(hours(2), pace.days(_half(days))) for days in pace.decision_days]
    usual = list(zip(pace.responses, map(pace.days, pace.decision_days), strict=True))
    return (
        route(category, "s1", ladder, pace.days(SEVERE_TOTAL_DAYS), critical),
        route(category, "s2", ladder, pace.days(_half(pace.total_days)), high),
        route(category, None, ladder, pace.days(pace.total_days), usual),
    )


def _half(days: int) -> int:
    return (days + 1) // 2


MATRIX = tuple(line for entry in PACES for line in lines(*entry))
