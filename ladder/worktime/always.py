"""The calendar that never closes."""

from functools import cache

from ladder.worktime.compiled import Compiled, compile_rules
from ladder.worktime.rules import Rules

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@cache
def always_open() -> Compiled:
    """Return the 24/7 calendar, on which clock days are multiples of 24 hours."""
    weekly = {day: [["00:00", "24:00"]] for day in DAYS}
    return compile_rules(Rules.from_json({"timezone": "UTC", "weekly": weekly}))
