"""Due times derived again: nothing differs by itself, nothing changes silently."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases import actions
from cases.models import Case, Clock
from cases.pausing import pause, resume
from cases.repair import differences, repair
from cases.requests import request_level
from cases.retiming import change_severity
from cases.sweep import sweep
from journal.models import Event, Notice
from ladder.actions import publish_calendar
from ladder.models import Calendar
from ladder.worktime import Rules
from tests.cases.verbs import DAY, HOUR, LATER
from tests.factories import BERLIN_HOURS, OPENED, World, make_world
from tests.memos import story

pytestmark = pytest.mark.django_db
# The command looks its tenant up as whoever runs the installation.
OWNER = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def world(db: None) -> World:
    """A vendor with working hours."""
    return make_world(rules=BERLIN_HOURS)


def audit(world: World, **options: Any) -> str:
    """Run the command, and return what it says."""
    out = StringIO()
    call_command("audit_cases", tenant=world.tenant.slug, stdout=out, **options)
    return out.getvalue()


def paused(world: World, case: Case) -> Case:
    """Pause a case for a day."""
    return pause(
        case,
        by=world["tom"],
        at=LATER,
        reason="customer",
        waits_for="Their board meets.",
        review_by=LATER + DAY,
    )


@OWNER
def test_whatever_was_done_every_due_time_follows_from_it(world: World) -> None:
    with world.scope():
        world.case()
        case = actions.acknowledge(world.case(), by=world["tom"], at=OPENED)
        resume(paused(world, case), by=world["tom"], at=LATER + DAY)
        paused(world, actions.acknowledge(world.case(), by=world["tom"], at=OPENED))
        change_severity(
            world.case(), by=world["tom"], at=LATER, severity="s1", reason="The press called."
        )
        case = actions.escalate(world.case(), by=world["tom"], at=LATER, reason="Above me.")
        request_level(
            case,
            by=world["anna"],
            at=LATER,
            partner_id=world.partners["alpenwerk"].pk,
            reason="Too slow.",
        )
        case = actions.resolve(world.case(), by=world["tom"], at=LATER, resolution="Done.")
        story.in_state(world, "issued")
        assert list(differences()) == []
    assert audit(world) == "Every due time follows from what happened.\n"


@OWNER
def test_a_new_database_of_time_zones_never_changes_a_running_clock_silently(world: World) -> None:
    with world.scope():
        case = world.case()
        stored = dict(Clock.objects.values_list("kind", "due_at"))
        # As the rows would stand if the database of before had put Berlin an hour further west.
        for kind, due_at in stored.items():
            Clock.objects.filter(kind=kind).update(due_at=due_at + HOUR)
        found = list(differences())
        assert {(one.clock, one.what) for one in found if one.clock} == {
            (kind, "due_at") for kind in stored
        }
    with pytest.raises(CommandError, match="Nothing was changed"):
        audit(world)
    with world.scope():
        assert Clock.objects.get(kind="response").due_at == stored["response"] + HOUR
        assert not Event.objects.filter(kind="case.repaired").exists()
    said = audit(world, repair=True)
    assert f"{case.number}  response clock, due_at: stored" in said
    with world.scope():
        assert dict(Clock.objects.values_list("kind", "due_at")) == stored
        event = Event.objects.get(kind="case.repaired")
        changed = {one["clock"]: one for one in event.facts["changed"]}
        assert changed["response"]["due_at"] == [
            (stored["response"] + HOUR).isoformat(),
            stored["response"].isoformat(),
        ]
        told = Notice.objects.filter(event=event, channel="bell")
        assert list(told.values_list("user__name", flat=True)) == ["Tom"]
        assert list(differences()) == []


def test_a_new_version_of_the_calendar_changes_no_clock_that_runs(world: World) -> None:
    with world.scope():
        world.case()
        before = list(Clock.objects.order_by("id").values())
        shorter = {**BERLIN_HOURS, "weekly": {"mon": [["09:00", "10:00"]]}}
        calendar = Calendar.objects.get(versions=world.calendar)
        publish_calendar(calendar.name, Rules.from_json(shorter), by=world["ines"], at=LATER)
        assert list(Clock.objects.order_by("id").values()) == before
        assert list(differences()) == []


def test_a_clock_that_runs_in_a_pause_or_stands_still_without_one_is_found(world: World) -> None:
    with world.scope():
        case = paused(world, actions.acknowledge(world.case(), by=world["tom"], at=OPENED))
        other = actions.acknowledge(world.case(), by=world["tom"], at=OPENED)
        ran = Clock.objects.get(case=case, kind="decision")
        Clock.objects.filter(pk=ran.pk).update(state="running", next_fire_at=ran.due_at)
        Clock.objects.filter(case=other, kind="total").update(state="paused", next_fire_at=None)
        states = {(one.number, one.clock, one.derived) for one in differences() if one.clock}
        assert states == {
            (case.number, "decision", "paused"),
            (other.number, "total", "running"),
        }
        for one in (case, other):
            repair(one, at=LATER)
        assert list(differences()) == []
        assert Clock.objects.get(pk=ran.pk).state == "paused"


def test_what_a_case_shows_is_derived_too(world: World) -> None:
    with world.scope():
        case = world.case()
        Case.objects.update(due_kind="total", due_missed=True)
        assert {(one.clock, one.what) for one in differences()} == {
            ("", "due_kind"),
            ("", "due_missed"),
        }
        repair(case, at=LATER)
        assert Case.objects.get().due_kind == "response"


def test_repairing_what_is_right_writes_nothing(world: World) -> None:
    with world.scope():
        case = world.case()
        before = Case.objects.values().get()
        assert repair(case, at=LATER) == []
        assert Case.objects.values().get() == before


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_a_repaired_clock_that_is_due_already_is_the_sweeps(transactional_db: None) -> None:
    world = make_world()
    with world.scope():
        case = world.case()
        Clock.objects.filter(kind="response").update(
            due_at=OPENED + 9 * HOUR, next_fire_at=OPENED + 9 * HOUR
        )
        repair(case, at=OPENED + 5 * HOUR)
    sweep(lambda: OPENED + 5 * HOUR + timedelta(seconds=1))
    with world.scope():
        assert Case.objects.select_related("level").get().level.position == 2
