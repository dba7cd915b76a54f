"""Clocks to explain: the rows of the specification, and what is read of an explanation."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from cases.explaining import Counted, Explanation, Stand
from cases.explainwords import (
    because,
)
from ladder.worktime import Compiled
from tests.ladder.calendars import (
    ALL_DAYS,
    ALWAYS,
    NEW_YORK,
    NINE_TO_FIVE,
    OFFICE,
    WORKDAYS,
    at,
    calendar,
)

HOUR = 3600
BERLIN = "Europe/Berlin"
RIYADH = "Asia/Riyadh"


def stand(number: int, start: datetime, end: datetime | None, **facts: Any) -> Stand:
    """Return a pause."""
    return Stand(UUID(int=number), start, end, **facts)


def counted(
    calendar: Compiled, anchor: datetime, seconds: int, *stands: Stand, **facts: Any
) -> Counted:
    """Return a decision clock that was started by the rules, and what became of it."""
    spans = [(s.started_at, s.ended_at) for s in stands]
    facts = {"kind": "decision", "state": "running", "stands": stands, **facts}
    if "due_at" not in facts:
        facts["due_at"] = calendar.due_at(anchor, seconds, spans)
    return Counted(anchor=anchor, target_seconds=seconds, calendar=calendar, **facts)


def told(explained: Explanation, zone: str = NEW_YORK) -> list[tuple[str, str, int, int, str]]:
    """Return the way in a zone's time: from, to, how much counted, and why."""

    def local(instant: datetime) -> str:
        return f"{instant.astimezone(ZoneInfo(zone)):%a %d %H:%M}"

    return [
        (local(s.from_), local(s.to), s.counted_seconds, s.total_seconds, s.why.value)
        for s in explained.stretches
    ]


def sentence(explained: Explanation, zone: str = NEW_YORK) -> str:
    """Return the answer as somebody in a zone reads it."""
    with timezone.override(zone):
        return because(explained)


# The eight rows of the specification: calendar, start, target, pauses, the way, the answer.
ROWS: dict[str, tuple[Counted, list[tuple[str, str, int, int, str]], str]] = {
    "over a weekend": (
        counted(OFFICE, at("2026-10-30T16:30"), HOUR),
        [
            ("Fri 30 16:30", "Fri 30 17:00", 1800, 1800, "open"),
            ("Fri 30 17:00", "Mon 02 09:00", 0, 1800, "closed"),
            ("Mon 02 09:00", "Mon 02 09:30", 1800, 3600, "open"),
        ],
        (
            "Due Mon 2 Nov 09:30 because it counts 1 h of business time from Fri 30 Oct 16:30: 30"
            " min on Friday, none at the weekend, 30 min on Monday."
        ),
    ),
    "to the last minute of a day": (
        counted(OFFICE, at("2026-10-30T16:00"), HOUR),
        [("Fri 30 16:00", "Fri 30 17:00", 3600, 3600, "open")],
        "Due Fri 30 Oct 17:00 because it counts 1 h of business time from Fri 30 Oct 16:00.",
    ),
    "clocks set back": (
        counted(ALWAYS, at("2026-10-31T12:00"), 24 * HOUR),
        [("Sat 31 12:00", "Sun 01 11:00", 24 * HOUR, 24 * HOUR, "open")],
        (
            "Due Sun 1 Nov 11:00 because it counts 24 h of business time from Sat 31 Oct 12:00: 12"
            " h each on Saturday and Sunday."
        ),
    ),
    "clocks put forward": (
        counted(ALWAYS, at("2026-03-07T12:00"), 24 * HOUR),
        [("Sat 07 12:00", "Sun 08 13:00", 24 * HOUR, 24 * HOUR, "open")],
        (
            "Due Sun 8 Mar 13:00 because it counts 24 h of business time from Sat 7 Mar 12:00: 12 h"
            " each on Saturday and Sunday."
        ),
    ),
    "a night that lacks an hour": (
        counted(calendar(NEW_YORK, ALL_DAYS, ("00:00", "08:00")), at("2026-03-08T00:00"), 8 * HOUR),
        [
            ("Sun 08 00:00", "Sun 08 08:00", 7 * HOUR, 7 * HOUR, "open"),
            ("Sun 08 08:00", "Mon 09 00:00", 0, 7 * HOUR, "closed"),
            ("Mon 09 00:00", "Mon 09 01:00", HOUR, 8 * HOUR, "open"),
        ],
        (
            "Due Mon 9 Mar 01:00 because it counts 8 h of business time from Sun 8 Mar 00:00: 7 h"
            " on Sunday, 1 h on Monday."
        ),
    ),
    "a pause over a holiday": (
        counted(
            calendar(NEW_YORK, WORKDAYS, NINE_TO_FIVE, holidays=("2026-11-26",)),
            at("2026-11-25T10:00"),
            8 * HOUR,
            stand(1, at("2026-11-25T16:00"), at("2026-11-27T10:00")),
        ),
        [
            ("Wed 25 10:00", "Wed 25 16:00", 6 * HOUR, 6 * HOUR, "open"),
            ("Wed 25 16:00", "Fri 27 10:00", 0, 6 * HOUR, "pause"),
            ("Fri 27 10:00", "Fri 27 12:00", 2 * HOUR, 8 * HOUR, "open"),
        ],
        (
            "Due Fri 27 Nov 12:00 because it counts 8 h of business time from Wed 25 Nov 10:00: 6 h"
            " on Wednesday, none on Thursday, when it stood still, 2 h on Friday."
        ),
    ),
    "a short day and a day off": (
        counted(
            calendar(
                NEW_YORK,
                WORKDAYS,
                NINE_TO_FIVE,
                exceptions={"2026-12-24": [["09:00", "12:00"]], "2026-12-25": []},
            ),
            at("2026-12-23T15:00"),
            8 * HOUR,
        ),
        [
            ("Wed 23 15:00", "Wed 23 17:00", 2 * HOUR, 2 * HOUR, "open"),
            ("Wed 23 17:00", "Thu 24 00:00", 0, 2 * HOUR, "closed"),
            ("Thu 24 00:00", "Thu 24 09:00", 0, 2 * HOUR, "exception"),
            ("Thu 24 09:00", "Thu 24 12:00", 3 * HOUR, 5 * HOUR, "open"),
            ("Thu 24 12:00", "Sat 26 00:00", 0, 5 * HOUR, "exception"),
            ("Sat 26 00:00", "Mon 28 09:00", 0, 5 * HOUR, "closed"),
            ("Mon 28 09:00", "Mon 28 12:00", 3 * HOUR, 8 * HOUR, "open"),
        ],
        (
            "Due Mon 28 Dec 12:00 because it counts 8 h of business time from Wed 23 Dec 15:00: 2 h"
            " on Wednesday, 3 h on Thursday, none from Friday to Sunday, 3 h on Monday."
        ),
    ),
    "another weekend": (
        counted(
            calendar(RIYADH, ("sun", "mon", "tue", "wed", "thu"), NINE_TO_FIVE),
            at("2026-10-29T15:00", RIYADH),
            4 * HOUR,
        ),
        [
            ("Thu 29 15:00", "Thu 29 17:00", 2 * HOUR, 2 * HOUR, "open"),
            ("Thu 29 17:00", "Sun 01 09:00", 0, 2 * HOUR, "closed"),
            ("Sun 01 09:00", "Sun 01 11:00", 2 * HOUR, 4 * HOUR, "open"),
        ],
        (
            "Due Sun 1 Nov 11:00 because it counts 4 h of business time from Thu 29 Oct 15:00: 2 h"
            " on Thursday, none on Friday and Saturday, 2 h on Sunday."
        ),
    ),
}
