"""The demonstration's story holds at the hours and on the days that the suite leaves out."""

from datetime import UTC, datetime

import pytest

from tests.escalation import test_demo_story as story

pytestmark = story.pytestmark
STARTS = [
    datetime(2026, 11, 24, 23, 5, tzinfo=UTC),
    datetime(2026, 11, 22, 3, 30, tzinfo=UTC),
    datetime(2026, 12, 4, 17, 40, tzinfo=UTC),
    datetime(2026, 12, 28, 8, 0, tzinfo=UTC),
]


@pytest.mark.parametrize("at", STARTS, ids=str)
def test_the_story_holds_whenever_it_starts(at: datetime) -> None:
    story.test_the_story_holds_whenever_it_starts(at)
