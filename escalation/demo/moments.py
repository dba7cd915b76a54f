"""Instants of the demo's story, told from its beginning: pure.

The story must hold on whatever day and at whatever hour it starts: what lies days back happens at
working hours of the days before today, what is recent lies a number of minutes back.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ladder.worktime import Rules


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant before the beginning: minutes back, or a time of a day that many days back.
    Minutes below zero are still to come: the end of a right, the day by which something is due.

    Days are counted as open days of the calendar, or as days of 24 hours from which one goes back
    to the nearest open day.
    """

    minutes: int = 0
    open_days: int = 0
    days: int = 0
    clock: str = ""

    def instant(self, now: datetime, rules: Rules) -> datetime:
        """Return the instant, in UTC."""
        if not self.clock:
            return now - timedelta(minutes=self.minutes)
        zone = ZoneInfo(rules.timezone)
        local = datetime.combine(self.day(now, rules), time.fromisoformat(self.clock), tzinfo=zone)
        return local.astimezone(UTC)

    def local_date(self, now: datetime, rules: Rules) -> date:
        """Return the date of the instant where the calendar is."""
        return self.instant(now, rules).astimezone(ZoneInfo(rules.timezone)).date()

    def day(self, now: datetime, rules: Rules) -> date:
        """Return the day that so many days back are counted to."""
        today = now.astimezone(ZoneInfo(rules.timezone)).date()
        if self.days:
            return _last_open(today - timedelta(days=self.days), rules)
        for _step in range(self.open_days):
            today = _last_open(today - timedelta(days=1), rules)
        return today


def _last_open(day: date, rules: Rules) -> date:
    while not rules.hours_on(day):
        day -= timedelta(days=1)
    return day


def minutes_ago(minutes: int) -> Moment:
    """Return so many minutes before the beginning."""
    return Moment(minutes=minutes)


def in_days(days: int) -> Moment:
    """Return the same time so many days after the beginning."""
    return Moment(minutes=-days * 24 * 60)


def workday(back: int, clock: str) -> Moment:
    """Return a local time, like 10:20, of the open day that many open days before today."""
    return Moment(open_days=back, clock=clock)


def days_ago(days: int, clock: str) -> Moment:
    """Return a local time of the last open day not less than so many days ago."""
    return Moment(days=days, clock=clock)
