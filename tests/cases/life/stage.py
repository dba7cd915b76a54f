"""Vendors with different hours, ladders and matrices, as plain facts that a judge can read too."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from ladder.models import Ladder, Level, Programme, Route, Seat
from tests.factories import (
    BERLIN_HOURS,
    ROUND_THE_CLOCK,
    World,
    make_ladder,
    make_person,
    make_world,
)

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
CHRISTMAS = {"2026-12-24": [["09:00", "12:00"]], "2026-12-28": [["20:00", "02:00"]]}
BERLIN = {
    **BERLIN_HOURS,
    "holidays": ["2026-12-25", "2027-01-01", "2027-03-26", "2027-03-29"],
    "exceptions": CHRISTMAS,
}
NEW_YORK = {
    "timezone": "America/New_York",
    "weekly": {day: [["09:00", "12:30"], ["13:00", "17:00"]] for day in WORKDAYS},
    "holidays": ["2026-11-26", "2026-12-25", "2027-01-01"],
    "exceptions": {"2026-10-31": [["22:00", "06:00"]], "2027-03-13": [["22:00", "06:00"]]},
}
RIYADH = {
    "timezone": "Asia/Riyadh",
    "weekly": {
        **{day: [["09:00", "17:00"]] for day in ("sun", "mon", "tue", "wed")},
        "thu": [["20:00", "04:00"]],
    },
    "holidays": [],
    "exceptions": {},
}
ALWAYS = {**ROUND_THE_CLOCK, "holidays": [], "exceptions": {}}


class Place(NamedTuple):
    """Some hours, and when a story begins there."""

    hours: dict[str, Any]
    begins: datetime


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Clocks set back, an ordinary weekend, no clock changes at all, the end of the year, clocks put
# forward.
PLACES = (
    Place(BERLIN, _at("2026-10-23T13:10:00")),
    Place(NEW_YORK, _at("2027-03-11T20:59:59")),
    Place(RIYADH, _at("2026-12-31T19:30:00")),
    Place(ALWAYS, _at("2026-11-25T09:00:00")),
    Place(BERLIN, _at("2026-12-22T15:00:00")),
    Place(BERLIN, _at("2027-03-24T23:00:00")),
    Place(NEW_YORK, _at("2026-10-29T12:00:01")),
)


class Rung(NamedTuple):
    """What a level gives."""

    holder: str
    response: str
    decision: str
    veto: str
    thresholds: tuple[int, ...]
    concessions_only: bool = False


class Rungs(NamedTuple):
    """A ladder from its first level, and the whole case's window."""

    total: str
    levels: tuple[Rung, ...]


SHARES = (50, 75, 90)
LADDERS = {
    "Short": Rungs(
        "PT60H",
        (
            Rung("tom", "PT4H", "PT16H", "PT4H", SHARES),
            Rung("petra", "PT4H", "PT16H", "PT4H", (60,)),
            Rung("marianne", "PT3H", "PT12H", "PT4H", SHARES),
        ),
    ),
    "Long": Rungs(
        "P16D",
        (
            Rung("tom", "P1D", "P3D", "P1D", SHARES),
            Rung("petra", "PT30M", "P2D", "P1D", (1, 99)),
            Rung("ines", "PT1H", "PT1H", "PT1H", SHARES, concessions_only=True),
            Rung("marianne", "PT20S", "PT8H", "PT30M", SHARES),
        ),
    ),
}
# What the matrix says of a severity on any ladder; S4 leads to the other one.
MATRIX: dict[str, dict[str, Any]] = {
    "s1": {
        "total": "PT24H",
        "veto": "PT1H",
        "steps": [{"response": "PT1H", "decision": "PT6H"}, {"response": "PT10M"}],
    },
    "s2": {"total": "P12D", "steps": [{"decision": "P2D"}, {"response": "P1D", "decision": "P3D"}]},
    "s3": {"steps": []},
}
# The level at which a dispute of a severity begins, where it is not the first.
STARTS = {"s1": 2}
FLOOR, CAP_DAYS, CLOSE_DAYS = "PT1H", 4, 10
# After an update the next one is owed within.
UPDATE = "PT9H"


def make_stage(place: Place, ladder: str) -> World:
    """Make a vendor whose cases climb this ladder."""
    world = make_world(rules=place.hours)
    with world.scope():
        habits = {"floor_window": FLOOR, "update_window": UPDATE}
        Programme.objects.update(pause_cap_days=CAP_DAYS, **habits)
        for name in ("nina", "bo"):
            make_person(world, name, "staff")
        make_person(world, "olga", "admin")
        ladders = {name: _make_ladder(world, name, rungs) for name, rungs in LADDERS.items()}
        other = next(one for name, one in ladders.items() if name != ladder)
        Route.objects.all().delete()
        lines = [*MATRIX.items(), ("s4", {})]
        for position, (severity, windows) in enumerate(lines, start=1):
            Route.objects.create(
                tenant=world.tenant,
                position=position,
                severity=severity if severity != "s3" else None,
                ladder=other if severity == "s4" else ladders[ladder],
                start_position=STARTS.get(severity, 1),
                windows=windows,
            )
        Route.objects.filter(severity=None).update(position=9)
    return world


def _make_ladder(world: World, name: str, rungs: Rungs) -> Ladder:
    holders = tuple(rung.holder for rung in rungs.levels)
    ladder = make_ladder(world, name=name, holders=holders, total=rungs.total)
    for position, rung in enumerate(rungs.levels, start=1):
        level = Level.objects.get(ladder=ladder, position=position)
        level.response_window, level.decision_window = rung.response, rung.decision
        level.veto_window, level.thresholds = rung.veto, list(rung.thresholds)
        level.concessions_only = rung.concessions_only
        level.save()
        Seat.objects.filter(level=level).update(backup=world["bo"].user if position < 3 else None)
    first = Level.objects.get(ladder=ladder, position=1)
    Seat.objects.create(tenant=world.tenant, level=first, user=world["nina"].user, rank=2)
    return ladder


def clock_due(anchor: datetime, target_us: int) -> datetime:
    """When a number of microseconds around the clock are over."""
    return anchor + timedelta(microseconds=target_us)
