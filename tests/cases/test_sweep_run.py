"""How the sweep goes on: past bad rows, past the database's moods, and not for ever."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connections, transaction
from django.db.utils import OperationalError

from cases.models import Case, Clock
from cases.rules import step_windows
from cases.sweep import statements, sweep
from cases.sweep.run import PATIENCE
from journal.models import Event
from tenants.models import Membership
from tests.cases.verbs import HOUR
from tests.factories import OPENED, World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
DUE = OPENED + 4 * HOUR
MINUTE = timedelta(minutes=1)
NOBODY_THOUGHT_OF_IT = {"steps": [3]}


def opened(world: World, number: int) -> list[Case]:
    """Open cases, out of scope; the first falls due first."""
    with world.scope():
        return [world.case(at=OPENED - timedelta(seconds=number - n)) for n in range(number)]


def spoil(world: World, case: Case) -> None:
    """Let a case's rows be such as no rule foresees."""
    with world.scope():
        Case.objects.filter(pk=case.pk).update(windows=NOBODY_THOUGHT_OF_IT)


def climbed(world: World) -> set[Any]:
    """Return the cases that have climbed."""
    with world.scope():
        return set(Event.objects.filter(kind="case.escalated").values_list("case_id", flat=True))


def fires_at(world: World, case: Case) -> datetime | None:
    """Return when the sweep looks at a case's response clock again."""
    with world.scope():
        return Clock.objects.get(
            case=case, kind="response", assignment_id=case.turn_id
        ).next_fire_at


def ticking(seconds: int) -> Callable[[], datetime]:
    """Return a clock that is that much later each time it is asked."""
    asked = count()
    return lambda: DUE + next(asked) * timedelta(seconds=seconds)


def test_whatever_is_wrong_with_a_case_the_others_move(live_world: World) -> None:
    with pytest.raises(AttributeError):
        step_windows(NOBODY_THOUGHT_OF_IT)
    bad, *others = opened(live_world, 3)
    spoil(live_world, bad)
    batches = sweep(lambda: DUE)
    assert sum(batch.stuck for batch in batches) == 1
    assert climbed(live_world) == {case.pk for case in others}
    assert fires_at(live_world, bad) == DUE + MINUTE


def test_a_case_that_is_passed_over_keeps_none_of_its_clocks_locked(live_world: World) -> None:
    """Else two sweepers, each with a clock of a case of the other's, would wait for each other."""
    case = opened(live_world, 1)[0]
    with live_world.scope(), transaction.atomic(using="sweeper"):
        Case.objects.select_for_update().get(pk=case.pk)
        with connections["sweeper"].cursor() as cursor:
            cursor.execute(statements.CLAIM, [DUE, 10])
            assert cursor.fetchall() == []
        clocks = Clock.objects.select_for_update(nowait=True).filter(case_id=case.pk)
        assert {clock.kind for clock in clocks} == {"response", "decision", "total"}


class Overtaking(logging.Handler):
    """Lets another case fall due earlier just when the first is found to be bad."""

    def __init__(self, world: World, case: Case) -> None:
        super().__init__()
        self.world, self.case, self.done = world, case, False

    def emit(self, record: logging.LogRecord) -> None:
        """Change the other case's clock."""
        if record.getMessage().startswith("a case cannot be moved"):
            self.done = True
            with self.world.scope():
                Clock.objects.filter(case=self.case, kind="response", state="running").update(
                    next_fire_at=OPENED - HOUR
                )


@pytest.fixture
def overtaking() -> Iterator[Callable[[World, Case], Overtaking]]:
    """Install such a handler for the test."""
    logger, made = logging.getLogger("cases.sweep.run"), []

    def install(world: World, case: Case) -> Overtaking:
        made.append(Overtaking(world, case))
        logger.addHandler(made[-1])
        return made[-1]

    yield install
    for handler in made:
        logger.removeHandler(handler)


def test_it_is_the_bad_case_that_is_put_off_and_not_the_one_that_is_first_by_then(
    live_world: World, overtaking: Callable[[World, Case], Overtaking]
) -> None:
    bad, other = opened(live_world, 2)
    spoil(live_world, bad)
    handler = overtaking(live_world, other)
    batches = sweep(lambda: DUE)
    assert handler.done
    assert sum(batch.stuck for batch in batches) == 1
    assert fires_at(live_world, bad) == DUE + MINUTE
    assert climbed(live_world) == {other.pk}


def test_a_lock_that_is_not_given_in_time_is_no_cases_fault(live_world: World) -> None:
    [case] = opened(live_world, 1)
    before = fires_at(live_world, case)
    with connections["sweeper"].cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
    try:
        with live_world.scope():
            Membership.objects.select_for_update().get(pk=live_world["petra"].pk)
            with pytest.raises(OperationalError, match="lock timeout"):
                sweep(lambda: DUE)
        assert fires_at(live_world, case) == before
    finally:
        connections["sweeper"].close()
    sweep(lambda: DUE)
    assert climbed(live_world) == {case.pk}


def test_the_end_of_a_tasks_time_is_no_cases_fault(live_world: World) -> None:
    opened(live_world, 2)
    asked = count()

    def now() -> datetime:
        if next(asked) == 2:  # inside the first batch
            raise SoftTimeLimitExceeded
        return DUE

    with pytest.raises(SoftTimeLimitExceeded):
        sweep(now)
    assert climbed(live_world) == set()


def test_it_stops_by_itself_and_the_next_tick_goes_on(live_world: World) -> None:
    cases = opened(live_world, 5)
    assert timedelta(seconds=18) < PATIENCE < timedelta(seconds=24)
    # Asked for the end, then twice for each batch: 6 and 12, 18 and 24, and at 30 it is late.
    assert len(sweep(ticking(6), limit=1)) == 2
    assert climbed(live_world) == {case.pk for case in cases[:2]}
    sweep(lambda: DUE, limit=1)
    assert climbed(live_world) == {case.pk for case in cases}


def test_it_stops_by_itself_also_where_it_goes_case_by_case(live_world: World) -> None:
    bad, *others = opened(live_world, 4)
    spoil(live_world, bad)
    [batch] = sweep(ticking(6), limit=4)
    assert (batch.locked, batch.stuck) == (1, 1)
    sweep(lambda: DUE)
    assert climbed(live_world) == {case.pk for case in others}
