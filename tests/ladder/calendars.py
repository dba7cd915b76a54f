"""Calendars and instants the tests of business time share."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ladder.worktime import Compiled, Rules, compile_rules

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
ALL_DAYS = (*WORKDAYS, "sat", "sun")
Pairs = list[list[str]]


def calendar(
    zone: str,
    days: tuple[str, ...],
    *hours: tuple[str, str],
    holidays: tuple[str, ...] = (),
    exceptions: dict[str, Pairs] | None = None,
) -> Compiled:
    """A calendar with the same hours on some weekdays."""
    week = {day: [list(pair) for pair in hours] for day in days}
    data = {"timezone": zone, "weekly": week, "holidays": list(holidays)}
    return compile_rules(Rules.from_json({**data, "exceptions": exceptions or {}}))


NINE_TO_FIVE = ("09:00", "17:00")
NEW_YORK = "America/New_York"
OFFICE = calendar(NEW_YORK, WORKDAYS, NINE_TO_FIVE)
ALWAYS = compile_rules(Rules.always(NEW_YORK))


def at(text: str, zone: str = NEW_YORK) -> datetime:
    """A local time of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
