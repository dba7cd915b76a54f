"""When somebody who is away is likely back: pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ladder.worktime import Rules

DAY = timedelta(days=1)
# A calendar is open on some day of any month, or it is not kept any more.
LOOKED_AT = 60
# Where a day has no beginning of its own.
NINE = time(9)


def mornings(rules: Rules, now: datetime) -> list[datetime]:
    """Return when work begins on the next working day, and in the next week where that is later:
    on the first working day after one or more that are none."""
    today = now.astimezone(ZoneInfo(rules.timezone)).date()
    ahead = list(_working(rules, today))
    following = ahead[:1]
    week = [day for day in ahead if not rules.hours_on(day - DAY)][:1]
    return [_morning(rules, day) for day in sorted({*following, *week})]


def _working(rules: Rules, today: date) -> Iterator[date]:
    for ahead in range(1, LOOKED_AT):
        if rules.hours_on(today + ahead * DAY):
            yield today + ahead * DAY


def _morning(rules: Rules, day: date) -> datetime:
    opens = min(hours.start for hours in rules.hours_on(day))
    begin = time(opens // 3600, opens % 3600 // 60) if opens else NINE
    return datetime.combine(day, begin, tzinfo=ZoneInfo(rules.timezone)).astimezone(UTC)
