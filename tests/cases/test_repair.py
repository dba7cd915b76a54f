"""Due times derived again: nothing differs by itself, nothing changes silently."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases import actions
from cases.models import Case, Clock
from cases.pausing import resume
from cases.reopening import reopen
from cases.repair import differences, repair
from cases.requests import request_level
from cases.retiming import change_severity
from cases.sweep import sweep
from journal.models import Event, Notice
from journal.registry import letters
from ladder.actions import publish_calendar
from ladder.models import Calendar, Level
from ladder.worktime import Rules
from tests.cases.verbs import DAY, HOUR, LATER, do, paused
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
    call_command("audit_cases", **{"tenant": world.tenant.slug, "stdout": out, **options})
    return out.getvalue()


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


def test_what_runs_on_in_a_pause_follows_too(world: World) -> None:
    """A partner's request, and the answer that is owed first, with all they tell before."""
    with world.scope():
        Level.objects.update(thresholds=[50])
        case = actions.acknowledge(world.case(), by=world["tom"], at=OPENED)
        case = actions.escalate(case, by=world["tom"], at=OPENED, reason="Above me.")
        case = paused(world, do(world, "request_level", case, by="anna", at=OPENED), by="petra")
        running = set(Clock.objects.filter(state="running").values_list("kind", flat=True))
        assert {"response", "request"} <= running
        assert list(differences()) == []
        resume(case, by=world["petra"], at=LATER + HOUR)
        assert list(differences()) == []


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


def wrong(**changes: Any) -> set[tuple[str, str, bool]]:
    """Change the response as no verb would; return what is found, and whether it is over."""
    Clock.objects.filter(kind="response").update(**changes)
    return {(one.clock, one.what, one.over) for one in differences() if one.clock}


def test_a_clock_that_is_due_and_set_to_fire_later_is_found_and_mended(world: World) -> None:
    with world.scope():
        case = world.case()
        before = Clock.objects.get(kind="response").next_fire_at
        assert wrong(next_fire_at=OPENED + 90 * DAY) == {("response", "next_fire_at", False)}
        repair(case, at=LATER)
        assert Clock.objects.get(kind="response").next_fire_at == before
        # The same due time as before: nothing that a party sees has moved.
        assert not Event.objects.filter(kind="case.due_moved").exists()
        assert list(differences()) == []


def test_a_pause_is_looked_at_when_its_rows_say(world: World) -> None:
    with world.scope():
        case = paused(world, actions.acknowledge(world.case(), by=world["tom"], at=OPENED))
        looks = Clock.objects.filter(kind="pause")
        looks.update(due_at=LATER + 3 * DAY, next_fire_at=LATER + 3 * DAY)
        found = {(one.clock, one.what) for one in differences() if one.clock}
        assert found == {("pause", "due_at"), ("pause", "next_fire_at")}
        repair(case, at=LATER)
        assert list(differences()) == []
        assert looks.get().due_at == LATER + DAY


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_a_breach_is_derived_too_and_never_moved(transactional_db: None) -> None:
    world = make_world()
    with world.scope():
        case = world.case()
    sweep(lambda: OPENED + 4 * HOUR)
    with world.scope():
        missed = Clock.objects.filter(kind="response", state="breached")
        assert list(differences()) == []
        early = OPENED + 3 * HOUR
        missed.update(due_at=early, breached_at=early)
        rows = [(one.clock, one.what, one.over) for one in differences()]
        assert rows == [("response", "due_at", True), ("response", "breached_at", True)]
        before = list(Clock.objects.order_by("id").values())
        assert repair(case, at=OPENED + 5 * HOUR) == []
        assert list(Clock.objects.order_by("id").values()) == before
        assert not Event.objects.filter(kind="case.repaired").exists()


def test_what_was_met_or_ended_in_any_cycle_is_derived_and_stays(world: World) -> None:
    with world.scope():
        case = actions.acknowledge(world.case(), by=world["tom"], at=OPENED)
        case = paused(world, case)
        resume(case, by=world["tom"], at=LATER + DAY)
        case = actions.resolve(case, by=world["tom"], at=LATER + DAY, resolution="Done.")
        reopen(case, by=world["tom"], at=LATER + DAY + HOUR, reason="Not quite.")
        assert list(differences()) == []
        Clock.objects.filter(cycle=1, kind="total").update(due_at=OPENED)
        assert wrong(due_at=OPENED) >= {("total", "due_at", True), ("response", "due_at", True)}
        repair(case, at=LATER + 2 * DAY)
        assert Clock.objects.get(cycle=1, kind="total").due_at == OPENED


def test_parties_are_told_in_neutral_words_of_a_due_time_that_a_repair_moves(world: World) -> None:
    with world.scope():
        case = world.case()
        Clock.objects.filter(kind="decision").update(due_at=OPENED + 30 * DAY)
        repair(case, at=LATER)
        event = Event.objects.get(kind="case.due_moved")
        due_at = Clock.objects.get(kind="decision").due_at.isoformat()
        assert [one["due_at"] for one in event.facts["clocks"]] == [due_at]
        told = Notice.objects.filter(event=event, channel="bell")
        assert list(told.values_list("user__name", flat=True)) == ["Anna"]
        said = letters([event], world["anna"].user)[event.pk]
        assert said.subject == f"[{case.number}] Another due time"
        assert said.line == (
            "A due time was worked out again, and is another one now. The portal shows which."
        )
        inside = Event.objects.get(kind="case.repaired")
        assert letters([inside], world["anna"].user) == {}
        assert letters([event], world["tom"].user)[event.pk].line == (
            "A due time was worked out again, and is another one now."
        )


def test_of_a_request_only_its_own_party_is_told(world: World) -> None:
    partner = world.partners["alpenwerk"].pk
    with world.scope():
        case = actions.acknowledge(world.case(), by=world["tom"], at=OPENED)
        request_level(case, by=world["anna"], at=LATER, partner_id=partner, reason="Too slow.")
        Clock.objects.filter(kind="request").update(due_at=OPENED + 30 * DAY)
        repair(case, at=LATER)
        event = Event.objects.get(kind="case.due_moved")
        assert (event.audience, event.partner_id) == ("party", partner)


@OWNER
def test_without_a_tenant_every_tenant_is_looked_at_and_none_is_repaired(world: World) -> None:
    other = make_world(rules=BERLIN_HOURS)
    for one in (world, other):
        with one.scope():
            one.case()
            Case.objects.update(due_missed=True)
    with pytest.raises(CommandError, match="2 differences in 2 cases"):
        audit(world, tenant=None)
    with pytest.raises(CommandError, match="Say whose cases to repair"):
        audit(world, tenant=None, repair=True)
    with pytest.raises(CommandError, match="There is no tenant at “nowhere”"):
        audit(world, tenant="nowhere")
    audit(world, repair=True)
    with other.scope():
        assert len(list(differences())) == 1
    said = audit(world, tenant=None, repair=True, all=True)
    assert said.startswith(f"{other.tenant.slug}  ESC-")
    assert audit(world, tenant=None) == "Every due time follows from what happened.\n"
