"""The sweep, about actions that outlive their case."""

from datetime import timedelta

import pytest

from cases import clockwork
from cases.facts import Asked
from cases.models import Case, Clock
from cases.starting import start_clock
from cases.sweep import sweep
from journal.models import Event, Notice
from ladder.durations import Window
from ladder.worktime.always import always_open
from tenants.ids import uuid7
from tests.cases.verbs import case_in, do
from tests.factories import OPENED, World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
DAY = timedelta(days=1)


@pytest.fixture
def world(transactional_db: None) -> World:
    """A vendor; its rows are committed, for the sweep reads them on a connection of its own."""
    return make_world()


def bind(world: World, case: Case) -> Clock:
    """Bind Petra to do something within four days."""
    asked = Asked(uuid7(), world["petra"].user_id)
    clock = start_clock(
        "action",
        Window(seconds=4 * 86_400),
        OPENED,
        always_open(),
        (75,),
        of_assignment=False,
        asked=asked,
    )
    clockwork.store(case, [clock])
    return Clock.objects.get(subject=asked.subject)


@pytest.mark.parametrize("status", ["closed", "withdrawn", "resolved"])
def test_a_late_action_is_said_and_changes_nothing_about_a_case_that_is_over(
    world: World, status: str
) -> None:
    with world.scope():
        case = case_in(world, status)
        clock = bind(world, case)
        before = Case.objects.filter(pk=case.pk).values("status", "closed_at", "due_at").get()
    sweep(lambda: OPENED + 3 * DAY)
    sweep(lambda: OPENED + 4 * DAY)
    with world.scope():
        after = Case.objects.filter(pk=case.pk).values("status", "closed_at", "due_at").get()
        assert after == before
        clock.refresh_from_db()
        assert (clock.state, clock.breached_at) == ("breached", OPENED + 4 * DAY)
        late = Event.objects.get(kind="case.clock.breached", case_id=case.pk)
        told = Notice.objects.filter(event=late, channel="bell").values_list("user_id", flat=True)
        assert set(told) == {world["petra"].user_id, world["tom"].user_id}


def test_what_was_missed_at_the_top_does_not_come_back_after_the_end(world: World) -> None:
    with world.scope():
        case = world.case()
        for name in ("tom", "petra"):
            do(world, "escalate", case, by=name, at=OPENED)
    sweep(lambda: OPENED + DAY)
    with world.scope():
        assert Case.objects.get(pk=case.pk).due_missed
        do(world, "withdraw", case, at=OPENED + DAY)
        bind(world, case)
    sweep(lambda: OPENED + 3 * DAY)
    with world.scope():
        over = Case.objects.get(pk=case.pk)
        assert (over.due_missed, over.due_kind, over.due_at) == (False, "", None)
