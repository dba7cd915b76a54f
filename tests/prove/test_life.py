"""Hundreds of lives of a case, played at random, and judged after every step."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.cases.life.play import Life

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
LIVES, STEPS = 500, 50


def test_whatever_is_done_every_rule_of_clocks_holds(transactional_db: None) -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=STEPS,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
