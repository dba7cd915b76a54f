"""The impact score, against the worked examples of the rules and at every step."""

from decimal import Decimal

import pytest

from ladder.impact import Impact

LEAD = Impact(Decimal(30_000), 1, "none", "signal")
DEAL = Impact(Decimal(180_000), 1, "customer", "repeat")
EXCLUSIVITY = Impact(Decimal(900_000), 12, "press", "stops")


@pytest.mark.parametrize(
    ("impact", "score", "severity"),
    [
        (LEAD, "31.25", "s3"),
        (DEAL, "51.25", "s2"),
        (EXCLUSIVITY, "85.00", "s1"),
        (Impact(), "0.00", "s4"),
    ],
)
def test_worked_examples(impact: Impact, score: str, severity: str) -> None:
    assert impact.score() == Decimal(score)
    assert impact.severity() == severity


@pytest.mark.parametrize(
    ("revenue", "points"),
    [
        ("0", 0),
        ("4999.99", 0),
        ("5000", 25),
        ("24999.99", 25),
        ("25000", 50),
        ("99999.99", 50),
        ("100000", 75),
        ("499999.99", 75),
        ("500000", 100),
    ],
)
def test_revenue_steps(revenue: str, points: int) -> None:
    assert Impact(Decimal(revenue)).points() == (points, 0, 0, 0)


@pytest.mark.parametrize(
    ("customers", "points"),
    [(0, 0), (1, 25), (2, 50), (5, 50), (6, 75), (20, 75), (21, 100), (10_000, 100)],
)
def test_customer_steps(customers: int, points: int) -> None:
    assert Impact(customers=customers).points() == (0, points, 0, 0)


@pytest.mark.parametrize(
    ("exposure", "points"),
    [("none", 0), ("customer", 25), ("tender", 50), ("press", 75), ("regulator", 100)],
)
def test_exposure_steps(exposure: str, points: int) -> None:
    assert Impact(exposure=exposure).points() == (0, 0, points, 0)


@pytest.mark.parametrize(
    ("relationship", "points", "of_top_tier"),
    [
        ("calm", 0, 25),
        ("signal", 25, 50),
        ("repeat", 50, 75),
        ("stops", 75, 100),
        ("notice", 100, 100),
    ],
)
def test_relationship_steps_and_the_top_tier(
    relationship: str, points: int, of_top_tier: int
) -> None:
    assert Impact(relationship=relationship).points() == (0, 0, 0, points)
    top = Impact(relationship=relationship, top_tier=True)
    assert top.points() == (0, 0, 0, of_top_tier)


@pytest.mark.parametrize(
    ("impact", "score", "severity"),
    [
        # 75, 50 and 25 are where severities begin.
        (Impact(Decimal(500_000), 2, "none", "notice"), "75.00", "s1"),
        (Impact(Decimal(100_000), 2, "none", "signal"), "46.25", "s3"),
        (Impact(Decimal(500_000), 2, "none", "calm"), "50.00", "s2"),
        (Impact(Decimal(25_000), 1, "none", "calm"), "25.00", "s3"),
        (Impact(Decimal(5_000), 1, "none", "signal"), "21.25", "s4"),
    ],
)
def test_where_severities_begin(impact: Impact, score: str, severity: str) -> None:
    assert impact.score() == Decimal(score)
    assert impact.severity() == severity


@pytest.mark.parametrize(
    "urgent",
    [
        Impact(privacy=True),
        Impact(decides_soon=True),
        Impact(exposure="regulator"),
        Impact(relationship="notice"),
        Impact(customers=21),
        Impact(Decimal(500_000)),
        Impact(relationship="stops", top_tier=True),
    ],
)
def test_what_is_urgent_is_high_whatever_its_score(urgent: Impact) -> None:
    assert urgent.score() < 50
    assert urgent.severity() == "s2"


def test_urgency_makes_nothing_critical_and_takes_nothing_back() -> None:
    high = Impact(Decimal(180_000), 1, "customer", "repeat", decides_soon=True)
    assert high.severity() == "s2"
    critical = Impact(Decimal(900_000), 12, "press", "stops", decides_soon=True)
    assert critical.severity() == "s1"
