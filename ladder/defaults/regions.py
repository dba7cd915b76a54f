"""The regions, tiers and calendars a new tenant starts with.

Public holidays come from the `holidays` package: those of a whole country, not of its parts,
except England for the United Kingdom.
"""

from dataclasses import dataclass

from holidays import country_holidays

from ladder.worktime import Interval, Rules

YEARS_AHEAD = 2
WORKDAY = (Interval(9 * 3600, 17 * 3600),)
MONDAY_TO_FRIDAY = (*(WORKDAY,) * 5, (), ())
SUNDAY_TO_THURSDAY = (*(WORKDAY,) * 4, (), (), WORKDAY)
AROUND_THE_CLOCK = "Around the clock"


@dataclass(frozen=True, slots=True)
class RegionEntry:
    """A part of the world: its zone, its working week, and whose public holidays it keeps."""

    slug: str
    name: str
    timezone: str
    country: str
    subdivision: str | None = None
    weekly: tuple[tuple[Interval, ...], ...] = MONDAY_TO_FRIDAY

    def rules(self, year: int) -> Rules:
        """Return the calendar with the holidays of this year and the next two."""
        years = range(year, year + YEARS_AHEAD + 1)
        days = country_holidays(self.country, subdiv=self.subdivision, years=years)
        return Rules(self.timezone, self.weekly, frozenset(days))


@dataclass(frozen=True, slots=True)
class TierEntry:
    """A rank of partners; 1 is the highest."""

    slug: str
    name: str
    rank: int


REGIONS = (
    RegionEntry("dach", "DACH", "Europe/Berlin", "DE"),
    RegionEntry("uk", "United Kingdom", "Europe/London", "GB", "ENG"),
    RegionEntry("iberia", "Iberia", "Europe/Madrid", "ES"),
    RegionEntry("na", "North America", "America/New_York", "US"),
    RegionEntry("gulf", "Gulf", "Asia/Riyadh", "SA", weekly=SUNDAY_TO_THURSDAY),
)
TIERS = (
    TierEntry("platinum", "Platinum", 1),
    TierEntry("gold", "Gold", 2),
    TierEntry("silver", "Silver", 3),
)
