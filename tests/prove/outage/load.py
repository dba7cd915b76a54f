"""Fills a stage with what an outage of three days leaves behind.

    python -m tests.prove.outage.load VENDORS CASES

Each vendor's office is in a zone where it is about noon now, and its weekend was yesterday and the
day before, so that the outage began in working hours, three days ago, whenever this runs. The
cases were opened in the three hours before it, each by the product itself; a fifth were answered,
a tenth are on the second level, a twentieth at the top.
"""

import sys
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import django
from django.utils import timezone

django.setup()

from cases import actions  # noqa: E402 - models need the set-up
from cases.models import Case  # noqa: E402
from journal.models import Notice, NoticeState  # noqa: E402
from tests.factories import World, make_world  # noqa: E402

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OUTAGE, OPENED_WITHIN = timedelta(days=3), timedelta(hours=3)
ANSWERED_EVERY, SECOND_EVERY, TOP_EVERY = 5, 10, 20


def zones(now: datetime) -> list[str]:
    """Return zones in which it is about noon."""
    names = [f"Etc/GMT{n:+d}" if n else "Etc/GMT" for n in range(-14, 13)]
    return [name for name in names if 11 <= now.astimezone(ZoneInfo(name)).hour <= 13]


def office(zone: str, now: datetime) -> dict[str, Any]:
    """Return hours from eight to six, with the two days before today as the weekend."""
    today = now.astimezone(ZoneInfo(zone)).weekday()
    weekend = {DAYS[(today - 1) % 7], DAYS[(today - 2) % 7]}
    weekly = {day: [["08:00", "18:00"]] for day in DAYS if day not in weekend}
    return {"timezone": zone, "weekly": weekly}


def open_cases(world: World, number: int, began: datetime) -> None:
    """Open a vendor's cases, evenly over the hours before the outage, and answer some."""
    with world.scope():
        for n in range(number):
            at = began - OPENED_WITHIN * (number - n) / number
            case = world.case(at=at)
            for level, every in (("tom", SECOND_EVERY), ("petra", TOP_EVERY)):
                if n % every == 0:
                    case = actions.escalate(case, by=world[level], at=at, reason="Above my limit.")
            if n % ANSWERED_EVERY == 1:
                actions.acknowledge(Case.objects.get(pk=case.pk), by=world["tom"], at=began)
        # What was told before the outage has arrived.
        Notice.objects.filter(state=NoticeState.PENDING).update(
            state=NoticeState.SENT, done_at=began, next_attempt_at=None
        )


def main() -> None:
    """Make the vendors and their cases."""
    vendors, cases = int(sys.argv[1]), int(sys.argv[2])
    now = timezone.now()
    around = zones(now)
    for number in range(vendors):
        rules = office(around[number % len(around)], now)
        world = make_world(f"vendor-{number}", rules=rules)
        open_cases(world, cases // vendors, now - OUTAGE)


if __name__ == "__main__":
    main()
