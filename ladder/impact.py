"""How much is at stake: the impact score and the severity that follows, pure.

Source: DOMAIN section 2 of the product's rules. Impact = 0.40 R + 0.20 C + 0.15 P + 0.25 L, each
input worth 0, 25, 50, 75 or 100 points.
"""

from dataclasses import dataclass
from decimal import Decimal

REVENUE_STEPS = ((500_000, 100), (100_000, 75), (25_000, 50), (5_000, 25))
CUSTOMER_STEPS = ((21, 100), (6, 75), (2, 50), (1, 25))
EXPOSURE = {"none": 0, "customer": 25, "tender": 50, "press": 75, "regulator": 100}
RELATIONSHIP = {"calm": 0, "signal": 25, "repeat": 50, "stops": 75, "notice": 100}
SEVERITY_STEPS = ((75, "s1"), (50, "s2"), (25, "s3"))
WEIGHTS = (Decimal("0.40"), Decimal("0.20"), Decimal("0.15"), Decimal("0.25"))


@dataclass(frozen=True, slots=True)
class Impact:
    """The inputs. Revenue at risk in euro; exposure and relationship as the tables name them."""

    revenue: Decimal = Decimal(0)
    customers: int = 0
    exposure: str = "none"
    relationship: str = "calm"
    top_tier: bool = False
    privacy: bool = False
    decides_soon: bool = False

    def points(self) -> tuple[int, int, int, int]:
        """Return the points of revenue, customers, exposure and relationship."""
        relationship = RELATIONSHIP[self.relationship] + (25 if self.top_tier else 0)
        return (
            _step(REVENUE_STEPS, self.revenue),
            _step(CUSTOMER_STEPS, Decimal(self.customers)),
            EXPOSURE[self.exposure],
            min(100, relationship),
        )

    def score(self) -> Decimal:
        """Return the impact score, 0 to 100."""
        return sum((w * p for w, p in zip(WEIGHTS, self.points(), strict=True)), start=Decimal(0))

    def severity(self) -> str:
        """Return the severity that follows: at least high if an input is at its maximum, if
        personal data is concerned, or if the customer decides within two days."""
        score = self.score()
        found = next((name for least, name in SEVERITY_STEPS if score >= least), "s4")
        urgent = 100 in self.points() or self.privacy or self.decides_soon
        return min(found, "s2") if urgent else found


def _step(steps: tuple[tuple[int, int], ...], value: Decimal) -> int:
    return next((points for least, points in steps if value >= least), 0)
