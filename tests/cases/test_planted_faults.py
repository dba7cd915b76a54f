"""The faults that the chaos proof plants in the sweep are no wrecks: undisturbed, each does what
the sweep does. Else the proof would find that nothing works, and call it found."""

import pytest

from cases.models import Assignment
from cases.sweep import run, statements, sweep
from journal.models import Event, Notice
from tests.cases.verbs import HOUR
from tests.factories import OPENED, World
from tests.prove.chaos import mutants

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


@pytest.fixture(autouse=True)
def pulled_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is planted, the sweep is itself again afterwards."""
    monkeypatch.setattr(mutants, "LINGER_SECONDS", 0.0)
    monkeypatch.setattr(statements, "CLAIM", statements.CLAIM)
    for name in ("run_batch", "load"):
        monkeypatch.setattr(run, name, getattr(run, name))


@pytest.mark.parametrize("mutant", ["", *mutants.MUTANTS])
def test_with_nobody_in_its_way_a_planted_fault_does_no_harm(
    live_world: World, mutant: str
) -> None:
    with live_world.scope():
        case = live_world.case()
    mutants.plant(mutant)
    batches = sweep(lambda: OPENED + 4 * HOUR)
    assert sum(batch.stuck for batch in batches) == 0
    with live_world.scope():
        [climb] = Event.objects.filter(case_id=case.pk, kind="case.escalated")
        told = Notice.objects.filter(event=climb).values_list("user__name", "channel")
        people = ("Tom", "Petra", "Anna")
        assert sorted(told) == sorted((p, c) for p in people for c in ("bell", "email"))
        turns = Assignment.objects.filter(case=case).values_list("position", "end_reason")
        assert sorted(turns) == [(1, "breached"), (2, "")]
