"""What a calendar says: a zone, weekly hours, holidays and one-off hours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Self
from zoneinfo import ZoneInfo

from ladder.worktime.errors import CalendarError
from ladder.worktime.instants import FIRST_YEAR, LAST_YEAR

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_INTERVALS = 48
MAX_DATES = 5_000
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_DAY = 86_400
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_MIDNIGHT = re.compile(r"24:00(?::00)?")
# In the zone database, but no place's time: the host's own, leap-second variants, "not set".
_NO_PLACE = ("localtime", "posixrules", "Factory", "posix/", "right/")
_FIELDS = frozenset({"timezone", "weekly", "holidays", "exceptions"})


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Half-open local hours, in seconds from the midnight that begins the day they belong to.

    ``end`` may pass 86,400: a shift across midnight belongs whole to the day it starts on.
    Only 0 to 86,400 lasts a full day, because a start and an end alike could mean nothing.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        begins_in_day = 0 <= self.start < min(self.end, _DAY)
        if not begins_in_day or (self.end != _DAY and self.end >= self.start + _DAY):
            raise CalendarError("interval", "Must begin in its day and be shorter than 24 hours.")


Hours = tuple[Interval, ...]


@dataclass(frozen=True)
class Rules:
    """A calendar's rules, hashable, checked when made (`CalendarError` names the field).

    ``weekly`` holds the hours of Monday to Sunday; ``exceptions`` the one-off hours of
    single dates (none: closed), which override ``holidays``, which override the week.
    """

    timezone: str
    weekly: tuple[Hours, ...]
    holidays: frozenset[date] = frozenset()
    exceptions: tuple[tuple[date, Hours], ...] = ()

    def __post_init__(self) -> None:
        load_zone(self.timezone)
        if len(self.weekly) != len(WEEKDAYS):
            raise CalendarError("weekly", "Must hold the hours of seven days.")
        for day in self.holidays:
            _check_year(day, "holidays")
        for day, _hours in self.exceptions:
            _check_year(day, f"exceptions.{day}")
        if not any(self.weekly) and not any(hours for _day, hours in self.exceptions):
            raise CalendarError("weekly", "A calendar needs opening hours.")

    @classmethod
    def always(cls, timezone: str = "UTC") -> Self:
        """The 24/7 calendar, on which clock days are multiples of ``PT24H``."""
        return cls(timezone, ((Interval(0, _DAY),),) * 7)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Read ``{"timezone", "weekly", "holidays"?, "exceptions"?}``.

        ``weekly`` maps mon to sun, ``exceptions`` ISO dates, to lists of
        ``["09:00", "17:00"]``; a missing weekday is closed. An end before its start crosses
        midnight. Raises `CalendarError` with the field at fault.
        """
        fields = _mapping(data, "calendar")
        for name in fields:
            if name not in _FIELDS:
                raise CalendarError(str(name), "There is no such field in a calendar.")
        return cls(
            timezone=load_zone(_required(fields, "timezone")).key,
            weekly=_parse_weekly(_required(fields, "weekly")),
            holidays=_parse_holidays(fields.get("holidays", [])),
            exceptions=_parse_exceptions(fields.get("exceptions", {})),
        )

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads, with every weekday, dates and hours in order."""
        named = zip(WEEKDAYS, self.weekly, strict=True)
        return {
            "timezone": self.timezone,
            "weekly": {name: _hours_json(hours) for name, hours in named},
            "holidays": [day.isoformat() for day in sorted(self.holidays)],
            "exceptions": {d.isoformat(): _hours_json(h) for d, h in sorted(self.exceptions)},
        }

    @cached_property
    def one_off(self) -> Mapping[date, Hours]:
        """The exceptions by date."""
        return dict(self.exceptions)

    def hours_on(self, day: date) -> Hours:
        """The hours that belong to a local date: one-off, else holiday (none), else weekly."""
        hours = self.one_off.get(day)
        if hours is not None:
            return hours
        return () if day in self.holidays else self.weekly[day.weekday()]


def load_zone(name: object) -> ZoneInfo:
    """The IANA zone of that name; raises `CalendarError` for an unknown one."""
    if not isinstance(name, str) or not name or name.startswith(_NO_PLACE):
        raise CalendarError("timezone", "Must be the name of an IANA time zone.")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder of zones
        reason = "Must be the name of an IANA time zone."
        raise CalendarError("timezone", reason) from None


def _check_year(day: date, field: str) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CalendarError(field, "Dates must lie in the years 1900 to 2200.")


def _mapping(data: object, field: str) -> dict[object, object]:
    if not isinstance(data, dict):
        raise CalendarError(field, "Must be an object.")
    return data


def _items(data: object, field: str, limit: int) -> list[object]:
    if not isinstance(data, list):
        raise CalendarError(field, "Must be a list.")
    if len(data) > limit:
        raise CalendarError(field, f"Must not hold more than {limit} entries.")
    return data


def _required(fields: dict[object, object], name: str) -> object:
    if name not in fields:
        raise CalendarError(name, "Is missing.")
    return fields[name]


def _parse_weekly(data: object) -> tuple[Hours, ...]:
    week = _mapping(data, "weekly")
    for name in week:
        if name not in WEEKDAYS:
            raise CalendarError(f"weekly.{name}", "Weekdays are mon, tue, wed, thu, fri, sat, sun.")
    return tuple(_parse_hours(week.get(name, []), f"weekly.{name}") for name in WEEKDAYS)


def _parse_holidays(data: object) -> frozenset[date]:
    entries = _items(data, "holidays", MAX_DATES)
    return frozenset(_parse_date(text, f"holidays[{n}]") for n, text in enumerate(entries))


def _parse_exceptions(data: object) -> tuple[tuple[date, Hours], ...]:
    days = _mapping(data, "exceptions")
    if len(days) > MAX_DATES:
        raise CalendarError("exceptions", f"Must not hold more than {MAX_DATES} entries.")
    parsed = (
        (_parse_date(text, f"exceptions.{text}"), _parse_hours(hours, f"exceptions.{text}"))
        for text, hours in days.items()
    )
    return tuple(sorted(parsed))


def _parse_date(text: object, field: str) -> date:
    if not isinstance(text, str) or not DATE.fullmatch(text):
        raise CalendarError(field, "Dates are written like 2026-12-24.")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CalendarError(field, "There is no such date.") from None
    _check_year(day, field)
    return day


def _parse_hours(data: object, field: str) -> Hours:
    entries = _items(data, field, MAX_INTERVALS)
    return tuple(sorted(_parse_interval(pair, f"{field}[{n}]") for n, pair in enumerate(entries)))


def _parse_interval(pair: object, field: str) -> Interval:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise CalendarError(field, 'Hours are written like ["09:00", "17:00"].')
    start, end = _parse_time(pair[0], field), _parse_end(pair[1], field)
    if start == end:
        # Nothing or a whole day? Whoever means the day writes 00:00 to 24:00.
        raise CalendarError(field, "Hours cannot end when they start.")
    return Interval(start, end if end > start else end + _DAY)


def _parse_end(text: object, field: str) -> int:
    if isinstance(text, str) and _MIDNIGHT.fullmatch(text):
        return _DAY
    return _parse_time(text, field)


def _parse_time(text: object, field: str) -> int:
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise CalendarError(field, "Times are written like 09:00, from 00:00 to 24:00.")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def _hours_json(hours: Hours) -> list[list[str]]:
    return [[_time_text(span.start), _end_text(span.end)] for span in hours]


def _end_text(seconds: int) -> str:
    return "24:00" if seconds == _DAY else _time_text(seconds % _DAY)


def _time_text(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
