"""Clocks put on other hours and windows against the minute-by-minute oracle: some stories of
thousands (`./dev prove clock_oracle`)."""

from hypothesis import HealthCheck, given, settings

from tests.cases.rebase_stories import Moved, agree_moved, moved_stories


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(moved_stories)
def test_rebased_clocks_agree_with_the_oracle(moved: Moved) -> None:
    agree_moved(moved)
