"""The rest of the sweep: totals, several at once, nobody there, bad rows, and its own sight."""

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import ANY

import pytest
from django.db import connections, transaction
from django.db.utils import ProgrammingError
from pytest_django.fixtures import Settings

from cases.actions import acknowledge
from cases.models import Assignment, Case, Clock
from cases.sweep import sweep
from cases.tasks import run_sweep
from journal.models import Event, Notice
from journal.queries import heartbeats
from journal.registry import letters
from ladder import queries
from ladder.models import Level, Seat
from tenants.scope import act_in
from tests.cases.verbs import HOUR, do
from tests.factories import OPENED, World, make_person, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper", "owner"])


@pytest.fixture
def world(transactional_db: None) -> World:
    """A vendor whose levels answer within four hours, around the clock."""
    return make_world()


def sweep_at(*instants: datetime) -> list[Any]:
    """Sweep at each instant; return all batches."""
    return [batch for at in instants for batch in sweep(lambda at=at: at)]  # type: ignore[misc]


def opened(world: World, **facts: Any) -> Case:
    """Open a case out of scope."""
    with world.scope():
        return world.case(**facts)


def told(event: Event) -> set[str]:
    """Return who is told of an event."""
    return set(Notice.objects.filter(event=event).values_list("user__name", flat=True))


def of(case: Case, kind: str) -> list[Event]:
    """Return the events of a kind."""
    return list(Event.objects.filter(case_id=case.pk, kind=kind).order_by("at", "id"))


def test_an_answer_begun_in_time_and_heard_after_the_alarm_is_late() -> None:
    """At the top the turn stays the same, so that the answer is taken all the same."""
    world = make_world(holders=("tom",))
    case = opened(world)
    due = OPENED + 4 * HOUR
    noticed = due + timedelta(milliseconds=10)
    sweep_at(noticed)
    with world.scope():
        acknowledge(case, by=world["tom"], at=due - timedelta(milliseconds=3))
        clock = Clock.objects.get(case=case, kind="response")
    assert (clock.state, clock.due_at, clock.met_at) == ("breached", due, noticed)


def test_a_missed_total_climbs_once_and_alarms() -> None:
    world = make_world(total="PT6H", response="PT8H", decision="PT16H")
    case = opened(world)
    sweep_at(OPENED + 6 * HOUR, OPENED + 7 * HOUR)
    with world.scope():
        [climb] = of(case, "case.escalated")
        assert (climb.facts["kind"], climb.facts["from"], climb.facts["to"]) == ("total", 1, 2)
        [alarm] = of(case, "case.alarm")
        assert told(alarm) == {"Ines", "Petra"}
        letter = letters([alarm], world["petra"].user)[alarm.pk]
        assert letter.heading == "Not resolved in time"
        assert letter.line == (
            "The case was not resolved in time: it went to level 2, and the admins were told."
        )
        case = Case.objects.get(pk=case.pk)
        assert (case.due_kind, case.due_missed) == ("total", True)
        reminder = Clock.objects.get(case=case, kind="reminder")
        assert reminder.due_at == OPENED + 14 * HOUR
    # The total does not climb again; the level's own clock does.
    sweep_at(OPENED + 14 * HOUR)
    with world.scope():
        assert [e.facts["kind"] for e in of(case, "case.escalated")] == ["total", "response"]
        assert len(of(case, "case.alarm")) == 1
        assert len(of(case, "case.reminder")) == 1


def test_several_clocks_missed_at_once_are_one_climb(world: World) -> None:
    case = opened(world)
    sweep_at(OPENED + 200 * HOUR)
    with world.scope():
        assert len(of(case, "case.escalated")) == 1
        breached = {e.facts["kind"] for e in of(case, "case.clock.breached")}
        assert breached == {"response", "decision", "total"}
        assert Case.objects.get(pk=case.pk).due_missed


def test_a_level_for_concessions_only_is_skipped(world: World) -> None:
    with world.scope():
        Level.objects.filter(position=2).update(concessions_only=True)
    case = opened(world)
    sweep_at(OPENED + 4 * HOUR)
    with world.scope():
        found = Case.objects.select_related("level", "owner").get(pk=case.pk)
        assert (found.level.position, found.owner.name) == (3, "Marianne")


def test_a_resolved_case_closes_after_ten_days(world: World) -> None:
    case = opened(world)
    with world.scope():
        do(world, "resolve", case, at=OPENED)
    sweep_at(OPENED + timedelta(days=10) - timedelta(seconds=1))
    with world.scope():
        assert Case.objects.get(pk=case.pk).status == "resolved"
    end = OPENED + timedelta(days=10)
    sweep_at(end)
    with world.scope():
        found = Case.objects.get(pk=case.pk)
        assert (found.status, found.closed_at, found.due_at) == ("closed", end, None)
        [event] = of(case, "case.closed")
        assert (event.by_id, event.audience, told(event)) == (None, "parties", set())


@pytest.mark.parametrize("gone", ["seat", "person", "member"])
def test_where_nobody_is_there_it_alarms_and_does_not_wait(world: World, gone: str) -> None:
    petra = world["petra"]
    with world.scope(user_id=petra.user_id):
        if gone == "seat":
            Seat.objects.filter(user=petra.user).delete()
        elif gone == "person":
            petra.user.is_active = False
            petra.user.save(update_fields=["is_active"])
        else:
            petra.is_active = False
            petra.save()
    case = opened(world)
    sweep_at(OPENED + 4 * HOUR)
    with world.scope():
        [event] = of(case, "case.unowned")
        # The admins, and who holds the level above.
        assert (event.facts["position"], told(event)) == (2, {"Ines", "Marianne"})
        assert Case.objects.get(pk=case.pk).owner_id is None
    # It goes on climbing: the next level has somebody.
    sweep_at(OPENED + 8 * HOUR)
    with world.scope():
        assert Case.objects.select_related("owner").get(pk=case.pk).owner.name == "Marianne"


def test_the_seat_for_the_region_and_a_backup_come_with_the_turn(world: World) -> None:
    with world.scope():
        make_person(world, "vera", "staff")
        region = world.partners["alpenwerk"].region
        level = Level.objects.get(position=2)
        Seat.objects.create(
            tenant=world.tenant,
            level=level,
            user=world["vera"].user,
            backup=world["tom"].user,
            region=region,
        )
    case = opened(world)
    sweep_at(OPENED + 4 * HOUR)
    with world.scope():
        turn = Assignment.objects.get(case=case, ended_at=None)
        assert (turn.owner_id, turn.backup_id) == (world["vera"].user_id, world["tom"].user_id)


def test_a_warning_is_told_to_the_owner_once_a_threshold(world: World) -> None:
    case = opened(world)
    sweep_at(*(OPENED + minutes * timedelta(minutes=1) for minutes in (120, 121, 180, 216, 217)))
    with world.scope():
        warnings = of(case, "case.clock.warning")
        assert [e.facts["share"] for e in warnings] == [50, 75, 90]
        assert {e.facts["kind"] for e in warnings} == {"response"}
        assert [told(e) for e in warnings] == [{"Tom"}] * 3
        assert Case.objects.get(pk=case.pk).due_missed is False


@pytest.fixture
def poisoned(world: World) -> Case:
    """A case whose rows contradict the rules, first in the queue."""
    case = opened(world)
    with world.scope():
        Case.objects.filter(pk=case.pk).update(windows={"steps": [{"response": "nonsense"}]})
        Clock.objects.filter(case=case, kind="response").update(next_fire_at=OPENED - HOUR)
    return case


def test_a_case_that_cannot_be_moved_does_not_stop_the_others(
    world: World, poisoned: Case, caplog: pytest.LogCaptureFixture
) -> None:
    others = [opened(world) for _ in range(3)]
    due = OPENED + 4 * HOUR
    batches = sweep_at(due)
    with world.scope():
        moved = set(Event.objects.filter(kind="case.escalated").values_list("case_id", flat=True))
        assert moved == {case.pk for case in others}
        later = set(
            Clock.objects.filter(case=poisoned, kind="response").values_list(
                "next_fire_at", flat=True
            )
        )
    assert sum(batch.stuck for batch in batches) >= 1
    assert later == {due + timedelta(minutes=1)}
    assert "a case cannot be moved" in caplog.text
    assert poisoned.title not in caplog.text


def test_bad_cases_one_by_one_are_put_off_as_far_as_a_batch_goes(
    world: World, poisoned: Case
) -> None:
    other = opened(world)
    due = OPENED + 4 * HOUR
    batches = list(sweep(lambda: due, limit=1))
    assert [batch.stuck for batch in batches].count(1) == 1
    with world.scope():
        assert Event.objects.get(kind="case.escalated").case_id == other.pk


def test_calendars_this_process_does_not_know_yet_are_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = opened(world)
    monkeypatch.setattr(queries, "_compiled", {})
    sweep_at(OPENED + 4 * HOUR)
    with world.scope():
        assert len(of(case, "case.escalated")) == 1


def test_a_case_that_was_mended_moves_again(world: World, poisoned: Case) -> None:
    due = OPENED + 4 * HOUR
    sweep_at(due)
    with world.scope():
        Case.objects.filter(pk=poisoned.pk).update(windows={})
    sweep_at(due + timedelta(minutes=1))
    with world.scope():
        assert Case.objects.select_related("level").get(pk=poisoned.pk).level.position == 2


def test_a_clock_of_an_earlier_cycle_is_put_off_and_stops_nobody(world: World) -> None:
    """A claimed case in which nothing is due would otherwise be claimed for ever."""
    case, other = opened(world), opened(world)
    with world.scope():
        Clock.objects.filter(case=case).update(cycle=0)
    batches = sweep_at(OPENED + 4 * HOUR)
    assert sum(batch.stuck for batch in batches) == 1
    with world.scope():
        assert Event.objects.get(kind="case.escalated").case_id == other.pk


def test_the_task_sweeps_and_says_that_it_ran(
    world: World, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DEMO = True
    case = opened(world, at=OPENED - timedelta(days=30))
    run_sweep()
    assert f"{case.number} had no answer in time: level 1 -> level 2" in capsys.readouterr().out
    assert heartbeats()["sweep"].detail == {"moved": 1, "stuck": 0, "caught_up": ANY}
    settings.DEMO = False
    run_sweep()
    assert capsys.readouterr().out == ""
    assert heartbeats()["sweep"].detail["moved"] == 0


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("cases_case", "title"),
        ("cases_case", "description"),
        ("cases_case", "search"),
        ("cases_case", "deal_id"),
        ("cases_case", "resolution"),
        ("cases_case", "fields"),
        ("cases_message", "body"),
        ("journal_event", "facts"),
        ("journal_notice", "user_id"),
        ("tenants_user", "name"),
        ("tenants_user", "email"),
        ("tenants_user", "password"),
        ("tenants_apitoken", "digest"),
        ("partners_partner", "name"),
        ("ladder_category", "name"),
    ],
)
def test_the_sweep_cannot_read_a_text_or_a_name(world: World, table: str, column: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(using="sweeper"),
        connections["sweeper"].cursor() as cursor,
    ):
        cursor.execute(f"SELECT {column} FROM {table}")


def test_the_sweep_has_a_scope_of_its_own(world: World) -> None:
    """It works across tenants even where a request's scope is in force around it."""
    other = make_world()
    case = opened(other)
    with act_in(world.tenant.pk):
        sweep_at(OPENED + 4 * HOUR)
    with other.scope():
        assert len(of(case, "case.escalated")) == 1
