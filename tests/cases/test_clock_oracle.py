"""Pauses, other targets and reopenings against the minute-by-minute oracle: some stories of
thousands (`./dev prove clock_oracle`)."""

from hypothesis import HealthCheck, given, settings

from tests.cases.clock_stories import Story, agree, stories


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(stories())
def test_stopped_retargeted_and_reopened_clocks_agree_with_the_oracle(story: Story) -> None:
    agree(story)
