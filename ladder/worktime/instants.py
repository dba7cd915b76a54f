"""Instants as integer microseconds since 1970-01-01 UTC, and pauses as spans of them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ladder.worktime.errors import CalendarError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US

FIRST_YEAR = 1900
LAST_YEAR = 2200

# A pause from the first to the second instant; None while nobody has ended it.
Pause = tuple[datetime, datetime | None]
Span = tuple[int, int]


def _year_us(year: int) -> int:
    return (datetime(year, 1, 1, tzinfo=UTC) - EPOCH).days * DAY_US


FIRST_US = _year_us(FIRST_YEAR)
LAST_US = _year_us(LAST_YEAR + 1)
# After every instant there is: the end of a pause that has none.
NEVER_US = LAST_US + 1


def to_us(instant: datetime, field: str = "instant") -> int:
    """Microseconds since the epoch of an aware datetime in the years 1900 to 2200.

    Raises `CalendarError` with ``field`` for anything else.
    """
    if not isinstance(instant, datetime):
        raise CalendarError(field, "Must be a date with a time.")
    if instant.utcoffset() is None:
        raise CalendarError(field, "Must carry a time zone.")
    # Subtracting never overflows, unlike converting year 1 or 9999 to UTC would.
    since = instant - EPOCH
    return in_years((since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds, field)


def in_years(instant_us: int, field: str) -> int:
    """``instant_us`` itself; raises `CalendarError` outside the years 1900 to 2200."""
    if not FIRST_US <= instant_us <= LAST_US:
        raise CalendarError(field, "Must lie in the years 1900 to 2200.")
    return instant_us


def from_us(instant_us: int) -> datetime:
    """The datetime in UTC of microseconds since the epoch."""
    return EPOCH + timedelta(microseconds=instant_us)


def target_to_us(target_seconds: int) -> int:
    """A target in whole, positive seconds as microseconds; raises `CalendarError`."""
    if type(target_seconds) is not int:
        raise CalendarError("target_seconds", "Must be a whole number of seconds.")
    if target_seconds <= 0:
        raise CalendarError("target_seconds", "Must be more than zero.")
    return target_seconds * SECOND_US


def pause_spans(pauses: Iterable[Pause]) -> list[Span]:
    """Pauses in order, overlapping ones joined so that they count once; empty ones dropped."""
    if not pauses:
        return []
    joined: list[Span] = []
    for start, end in sorted(_span(index, pause) for index, pause in enumerate(pauses)):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif start < end:
            joined.append((start, end))
    return joined


def _span(index: int, pause: Pause) -> Span:
    start = to_us(pause[0], f"pauses[{index}].start")
    end = NEVER_US if pause[1] is None else to_us(pause[1], f"pauses[{index}].end")
    if end < start:
        raise CalendarError(f"pauses[{index}].end", "A pause cannot end before it starts.")
    return start, end
