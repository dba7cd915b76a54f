"""Hundreds of lives of a case, played at random, and judged after every step; and the judge judged
by faults that are planted in the product."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.cases.life.faults import FAULTS
from tests.cases.life.play import Life, RuleBrokenError

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
LIVES, STEPS = 500, 50
# Each of them has to have been done in one life or another, and the trail judged at its end.
VERBS = (
    *("acknowledge", "message", "escalate", "hand_back", "reassign", "decide", "revise"),
    *("resolve", "close", "reopen", "withdraw", "request", "decline", "pause", "resume"),
    *(
        "keep_waiting",
        "change_severity",
        "hold",
        "update",
        "absence",
        "hand_over",
        "rebase",
        "jump",
        "outside the rules",
        "sweep",
        "refused",
        "trail",
    ),
)
# A fault has to be found within so many.
FOUND_WITHIN = 150


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
    print(dict(Life.seen))
    assert min(Life.seen[verb] for verb in VERBS) > 0, Life.seen


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    plant, rule = FAULTS[fault]
    plant(monkeypatch)
    with pytest.raises(RuleBrokenError, match=rule):
        run_state_machine_as_test(
            Life,
            settings=settings(
                max_examples=FOUND_WITHIN,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
