"""The ladders a new tenant starts with. Source: the product's domain rules, section 2. Their limits
per quarter are kept and not yet applied to a decision."""

from decimal import Decimal

from ladder.defaults.regions import AROUND_THE_CLOCK
from ladder.durations import Window
from ladder.policy import LadderEntry, LevelEntry, SeatEntry

ADMINISTRATIVE, STRATEGIC, INTEGRITY = "Administrative", "Strategic", "Integrity"

MANAGER_KINDS = ("protection", "late_claim", "lead", "service_credit")
REGIONAL_KINDS = (*MANAGER_KINDS, "fee", "split", "price_5_points", "funds", "true_up")
SPONSOR_KINDS = (*REGIONAL_KINDS, "terms", "exclusivity", "tier", "price_15_points")

HOUR, CLOCK_DAY = 3600, 86_400


def hours(number: int) -> Window:
    """Return a window of business hours."""
    return Window(seconds=number * HOUR)


def clock_days(number: int) -> Window:
    """Return a window of whole days on a calendar that is always open."""
    return Window(seconds=number * CLOCK_DAY)


def channel_manager(position: int, response: Window, decision: Window) -> LevelEntry:
    """Return the level of day-to-day work."""
    return LevelEntry(
        position,
        "Channel manager",
        response,
        decision,
        responsibilities=(
            "Takes the dispute up, collects the facts from everybody involved, answers, and"
            " settles day-to-day friction."
        ),
        amount=Decimal(5_000),
        quarter=Decimal(10_000),
        kinds=MANAGER_KINDS,
    )


def regional_manager(position: int, response: Window, decision: Window) -> LevelEntry:
    """Return the level that knows a region's market."""
    return LevelEntry(
        position,
        "Regional manager",
        response,
        decision,
        responsibilities=(
            "Weighs the interests of a region, proposes a trade-off that fits its market, and"
            " decides within the limit."
        ),
        amount=Decimal(25_000),
        quarter=Decimal(60_000),
        kinds=REGIONAL_KINDS,
    )


def executive_sponsor(position: int, response: Window, decision: Window) -> LevelEntry:
    """Return the level that may change terms."""
    return LevelEntry(
        position,
        "Executive sponsor",
        response,
        decision,
        responsibilities=(
            "Approves, denies or counters major concessions, moves incentives, and renegotiates"
            " terms."
        ),
        amount=Decimal(150_000),
        quarter=Decimal(300_000),
        kinds=SPONSOR_KINDS,
    )


def board(position: int, response: Window, decision: Window, *, amounts_only: bool) -> LevelEntry:
    """Return the level without a limit: chief revenue officer, chief financial officer, counsel."""
    return LevelEntry(
        position,
        "Board",
        response,
        decision,
        responsibilities=(
            "Chief revenue officer, chief financial officer and counsel: what goes beyond every"
            " other limit."
        ),
        amount=None,
        quarter=None,
        kinds=SPONSOR_KINDS,
        concessions_only=amounts_only,
    )


def trusted(position: int, name: str, decision_days: int, responsibilities: str) -> LevelEntry:
    """Return a level for reports of misconduct: it concedes nothing, and its days are the law's."""
    return LevelEntry(
        position,
        name,
        clock_days(3),
        clock_days(decision_days),
        responsibilities=responsibilities,
        quarter=Decimal(0),
    )


LADDERS = (
    LadderEntry(
        ADMINISTRATIVE,
        Window(days=8),
        (
            channel_manager(1, hours(4), Window(days=2)),
            regional_manager(2, hours(4), Window(days=2)),
            executive_sponsor(3, hours(8), Window(days=3)),
            board(4, hours(8), Window(days=3), amounts_only=True),
        ),
    ),
    LadderEntry(
        STRATEGIC,
        Window(days=28),
        (
            regional_manager(1, hours(8), Window(days=8)),
            executive_sponsor(2, hours(8), Window(days=8)),
            board(3, hours(16), Window(days=10), amounts_only=False),
        ),
    ),
    LadderEntry(
        INTEGRITY,
        clock_days(80),
        (
            trusted(1, "Custodian", 30, "Receives the report and protects who made it."),
            trusted(2, "Compliance head", 30, "Finds out what happened, without naming anyone."),
            trusted(3, "Audit chair", 15, "Decides where those above may be involved."),
        ),
        calendar=AROUND_THE_CLOCK,
    ),
)


def held_by(email: str) -> tuple[LadderEntry, ...]:
    """Return the ladders with one person on every level, until the right people are found."""
    seat = SeatEntry(email, provisional=True)
    return tuple(
        ladder.seated({level.position: (seat,) for level in ladder.levels}) for ladder in LADDERS
    )
