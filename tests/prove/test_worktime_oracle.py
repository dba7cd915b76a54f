"""Thousands of random calendars against the minute-by-minute oracle (minutes of running)."""

import json

from hypothesis import HealthCheck, Phase, given, settings

from tests.ladder.random_calendars import ZONES, Example, agree, examples

CALENDARS = 2_000


def test_two_thousand_random_calendars_agree_with_the_oracle() -> None:
    seen: set[str] = set()
    zones: set[str] = set()
    compared = 0

    @settings(
        max_examples=CALENDARS + 700,  # some differ in their anchors only
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(examples())
    def compare(example: Example) -> None:
        nonlocal compared
        compared += agree(example)
        seen.add(json.dumps(example.calendar, sort_keys=True))
        zones.add(example.calendar["timezone"])

    compare()
    assert len(seen) >= CALENDARS
    assert zones == set(ZONES)
    assert compared >= 1.5 * CALENDARS
