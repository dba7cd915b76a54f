"""The sweep against real rows, as the sweeper's own database role."""

from datetime import datetime, timedelta

import pytest

from cases import actions
from cases.models import Assignment, Case, Clock
from cases.sweep import sweep
from journal.models import Event, Notice
from journal.registry import letters
from tests.factories import OPENED, World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
HOUR = timedelta(hours=1)


@pytest.fixture
def world(transactional_db: None) -> World:
    """A vendor whose levels answer within four hours, around the clock."""
    return make_world()


def sweep_at(*instants: datetime) -> None:
    """Sweep at each instant, as the tick would."""
    for instant in instants:
        sweep(lambda instant=instant: instant)  # type: ignore[misc]


def kinds(case: Case) -> list[str]:
    """Return what happened to a case, in order."""
    events = Event.objects.filter(case_id=case.pk).order_by("at", "recorded_at", "id")
    return list(events.values_list("kind", flat=True))


def test_nobody_answers_and_the_case_climbs_to_the_top_one_level_per_window(world: World) -> None:
    with world.scope():
        case = world.case()
    sweep_at(OPENED + 4 * HOUR, OPENED + 8 * HOUR)
    with world.scope():
        case = Case.objects.select_related("owner", "level").get(pk=case.pk)
        turns = Assignment.objects.filter(case=case).order_by("number")
        assert [(t.position, t.owner.name, t.end_reason) for t in turns] == [
            (1, "Tom", "breached"),
            (2, "Petra", "breached"),
            (3, "Marianne", ""),
        ]
        assert (case.level.position, case.owner.name, case.status) == (3, "Marianne", "new")
        assert kinds(case).count("case.escalated") == 2
        assert case.due_at == OPENED + 12 * HOUR


def test_the_clock_that_was_missed_keeps_its_due_time_and_when_it_was_noticed(
    world: World,
) -> None:
    with world.scope():
        case = world.case()
    late = OPENED + 4 * HOUR + timedelta(seconds=1)
    sweep_at(late)
    with world.scope():
        clock = Clock.objects.get(case=case, state="breached")
        assert (clock.kind, clock.breached_at, clock.processed_at) == (
            "response",
            OPENED + 4 * HOUR,
            late,
        )
        ended = Clock.objects.get(case=case, state="ended")
        assert (ended.kind, ended.ended_at) == ("decision", late)


def test_everyone_is_told_of_an_escalation_once(world: World) -> None:
    with world.scope():
        case = world.case()
    sweep_at(OPENED + 4 * HOUR, OPENED + 4 * HOUR)
    with world.scope():
        event = Event.objects.get(case_id=case.pk, kind="case.escalated")
        told = Notice.objects.filter(event=event).order_by("user__name", "channel")
        assert [(n.user.name, n.channel, n.state) for n in told.select_related("user")] == [
            (name, channel, state)
            for name in ("Anna", "Petra", "Tom")
            for channel, state in (("bell", "sent"), ("email", "pending"))
        ]


def test_after_an_outage_a_case_climbs_one_level_and_gets_a_real_window_there(
    world: World,
) -> None:
    with world.scope():
        case = world.case()
    much_later = OPENED + 72 * HOUR
    sweep_at(much_later, much_later)
    with world.scope():
        case = Case.objects.select_related("level").get(pk=case.pk)
        assert case.level.position == 2
        assert case.due_at == much_later + 4 * HOUR


def test_acknowledged_and_decided_in_time_never_escalates(world: World) -> None:
    with world.scope():
        case = world.case()
        actions.acknowledge(case, by=world["tom"], at=OPENED + HOUR)
        actions.decide(
            case, by=world["tom"], at=OPENED + 2 * HOUR, outcome="upheld", reason="Routing log."
        )
    sweep_at(*(OPENED + hours * HOUR for hours in (4, 16, 20, 40)))
    with world.scope():
        assert "case.escalated" not in kinds(case)
        assert not Clock.objects.filter(case=case, state="breached").exists()


def test_acknowledged_and_not_decided_climbs_when_the_decision_window_ends(world: World) -> None:
    with world.scope():
        case = world.case()
        actions.acknowledge(case, by=world["tom"], at=OPENED + HOUR)
    sweep_at(OPENED + 4 * HOUR, OPENED + 16 * HOUR - timedelta(seconds=1))
    with world.scope():
        assert "case.escalated" not in kinds(case)
    sweep_at(OPENED + 16 * HOUR)
    with world.scope():
        case = Case.objects.select_related("level").get(pk=case.pk)
        assert (case.level.position, case.status) == (2, "in_progress")
        escalated = Event.objects.get(case_id=case.pk, kind="case.escalated")
        assert (escalated.facts["kind"], escalated.facts["cause"]) == ("decision", "clock")


def test_at_the_top_an_alarm_is_raised_and_repeats(world: World) -> None:
    with world.scope():
        case = world.case()
    top = OPENED + 12 * HOUR
    sweep_at(OPENED + 4 * HOUR, OPENED + 8 * HOUR, top, top + 4 * HOUR, top + 8 * HOUR)
    with world.scope():
        found = kinds(case)
        assert found.count("case.alarm") == 1
        assert found.count("case.reminder") == 2
        reminder = Clock.objects.get(case=case, kind="reminder", state="running")
        assert (reminder.fired, reminder.due_at) == (2, top + 12 * HOUR)
        alarm = Event.objects.filter(case_id=case.pk, kind="case.alarm").first()
        assert alarm is not None
        letter = letters([alarm], world["ines"].user)[alarm.pk]
        assert letter.heading == "A window was missed at the top"
        assert letter.line == "Nobody is above this level: the admins were told."
        told = Notice.objects.filter(event=alarm, channel="bell").order_by("user__name")
        assert [n.user.name for n in told.select_related("user")] == ["Ines", "Marianne"]


@pytest.fixture
def two(world: World) -> World:
    """A second vendor beside the first."""
    return make_world()


def test_many_cases_of_several_vendors_move_in_one_sweep(world: World, two: World) -> None:
    for vendor in (world, two):
        with vendor.scope():
            for _ in range(7):
                vendor.case()
    batches = sweep(lambda: OPENED + 4 * HOUR, limit=5)
    assert sum(len(batch.climbs) for batch in batches) == 14
    for vendor in (world, two):
        with vendor.scope():
            assert Event.objects.filter(kind="case.escalated").count() == 7
            owners = set(Case.objects.values_list("owner__name", flat=True))
            assert owners == {"Petra"}
