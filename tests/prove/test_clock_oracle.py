"""Thousands of clocks that are stopped, retargeted and begun anew around changes of clocks, against
the minute-by-minute oracle; some of them through the verbs, with rows."""

from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings

from tests.cases.clock_stories import ACTS, Story, agree, stories
from tests.cases.clock_verbs import agree_by_verbs
from tests.cases.rebase_stories import Moved, agree_moved, moved_stories
from tests.ladder.random_calendars import ZONES

STORIES, MOVED, BY_VERBS = 3_000, 1_000, 200
THOROUGH = settings(
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_three_thousand_stories_agree_with_the_oracle() -> None:
    zones: set[str] = set()
    seen: Counter[str] = Counter()

    @settings(THOROUGH, max_examples=STORIES)
    @given(stories())
    def compare(story: Story) -> None:
        seen.update(agree(story))
        zones.add(story.example.calendar["timezone"])

    compare()
    print(dict(seen))
    assert zones == set(ZONES)
    assert min(seen[act] for act in ACTS) > STORIES / 10


def test_a_thousand_clocks_on_other_hours_agree_with_the_oracle() -> None:
    done = 0

    @settings(THOROUGH, max_examples=MOVED)
    @given(moved_stories)
    def compare(moved: Moved) -> None:
        nonlocal done
        done += agree_moved(moved)

    compare()
    print({"re-based": done})
    assert done > MOVED / 5


@pytest.mark.django_db
def test_two_hundred_stories_told_by_the_verbs_agree_with_the_oracle() -> None:
    seen: Counter[str] = Counter()

    @settings(THOROUGH, max_examples=BY_VERBS)
    @given(stories())
    def compare(story: Story) -> None:
        with transaction.atomic():
            seen.update(agree_by_verbs(story))
            transaction.set_rollback(True)

    compare()
    print(dict(seen))
    assert min(seen[act] for act in ACTS) > BY_VERBS / 10
