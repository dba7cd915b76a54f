"""A few short lives of a case, played at random; thousands of steps are `./dev prove life`."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.cases.life.play import Life
from tests.cases.life.stage import PLACES

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


class ShortLife(Life):
    """Some weeks in which clocks are set back."""

    places = PLACES[:1]
    longest, ahead = 20, 60


def test_whatever_is_done_every_rule_of_clocks_holds(transactional_db: None) -> None:
    run_state_machine_as_test(
        ShortLife,
        settings=settings(
            max_examples=4,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert ShortLife.seen["trail"] > 0, "no life was judged at its end"
