"""The policies of the demo's vendors: who sits where."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from escalation.demo.cast import FJORDSOUND, QUELLWERK, Vendor
from ladder.defaults.ladders import ADMINISTRATIVE, INTEGRITY, LADDERS, STRATEGIC
from ladder.defaults.matrix import FAST, MATRIX, lines
from ladder.defaults.regions import AROUND_THE_CLOCK, MONDAY_TO_FRIDAY, RegionEntry
from ladder.durations import Window
from ladder.policy import LadderEntry, LevelEntry, Policy, RouteEntry, SeatEntry

OPEN_DEALS = "Open deals, day and night"
TWO_LEVELS = "Two levels"
NORDICS = RegionEntry("nordics", "Nordics", "Europe/Oslo", "NO", weekly=MONDAY_TO_FRIDAY)
# What one unit of other money is worth in euro, from so many days ago on.
RATES = (
    ("USD", 240, Decimal("0.9120")),
    ("GBP", 240, Decimal("1.1685")),
    ("SAR", 240, Decimal("0.2432")),
    ("USD", 21, Decimal("0.9265")),
    ("GBP", 21, Decimal("1.1570")),
    ("SAR", 21, Decimal("0.2471")),
)


def seat(
    vendor: Vendor, holder: str, backup: str | None = None, region: str | None = None
) -> SeatEntry:
    """Return a seat of people by the keys of the story."""
    emails = {person.key: person.email for person in vendor.people}
    return SeatEntry(emails[holder], emails[backup] if backup else None, region)


def seats(rows: Iterable[tuple[str, str | None, str | None]]) -> tuple[SeatEntry, ...]:
    """Return Quellwerk's seats: holder, backup and region."""
    return tuple(seat(QUELLWERK, *row) for row in rows)


CHANNEL_MANAGERS = seats(
    (
        ("tom", "lucia", "dach"),
        ("lucia", "tom", "iberia"),
        ("grace", "tom", "uk"),
        ("grace", "omar", "na"),
        ("omar", "grace", "gulf"),
    )
)
REGIONAL_MANAGERS = seats(
    (
        ("petra", "daniel", "dach"),
        ("petra", "daniel", "uk"),
        ("petra", "daniel", "iberia"),
        ("daniel", "petra", "na"),
        ("daniel", "petra", "gulf"),
    )
)
SPONSORS = seats([("marianne", "henrik", None)])
BOARD = seats([("henrik", None, None)])
SEATED = {
    ADMINISTRATIVE: {1: CHANNEL_MANAGERS, 2: REGIONAL_MANAGERS, 3: SPONSORS, 4: BOARD},
    STRATEGIC: {1: REGIONAL_MANAGERS, 2: SPONSORS, 3: BOARD},
    INTEGRITY: {1: seats([("ruth", None, None)]), 2: BOARD, 3: seats([("marianne", None, None)])},
}


def quellwerk_policy() -> Policy:
    """Return the default ladders with Quellwerk's people, and one more: a deal that is open in
    DACH does not wait for office hours."""
    ladders = [ladder.seated(SEATED[ladder.name]) for ladder in LADDERS]
    day_and_night = replace(ladders[0], name=OPEN_DEALS, calendar=AROUND_THE_CLOCK)
    high = next(line for line in lines(None, ADMINISTRATIVE, FAST) if line.severity == "s2")
    open_deals = replace(
        high, ladder=OPEN_DEALS, category="deal-registration", region="dach", tier="gold"
    )
    return Policy(ladders=(*ladders, day_and_night), matrix=(open_deals, *MATRIX))


def fjordsound_policy() -> Policy:
    """Return a ladder of two levels that every case climbs."""
    return Policy(
        ladders=(
            LadderEntry(
                TWO_LEVELS,
                Window(days=8),
                (
                    LevelEntry(
                        1,
                        "Partner manager",
                        Window(seconds=4 * 3600),
                        Window(days=2),
                        (seat(FJORDSOUND, "nils", "sigrid"),),
                    ),
                    LevelEntry(
                        2,
                        "Head of sales",
                        Window(seconds=8 * 3600),
                        Window(days=3),
                        (seat(FJORDSOUND, "sigrid", "nils"),),
                        amount=None,
                    ),
                ),
            ),
        ),
        matrix=(RouteEntry(TWO_LEVELS),),
    )
