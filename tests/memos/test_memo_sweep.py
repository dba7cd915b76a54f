"""The clocks of actions: warned, missed, told; they move no case, and outlive it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cases.models import Case, Clock
from cases.sweep import sweep
from journal.models import Event, Notice
from memos.actions.followup import complete_action
from tests.cases.verbs import do
from tests.factories import BERLIN_HOURS, World, make_calendar, make_world
from tests.memos.story import AT, action_of, issued, two_parties

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper", "owner"])
END = datetime(2026, 12, 4, 23, 0, tzinfo=UTC)
WARNED = AT + 0.75 * (END - AT)


@pytest.fixture
def world(transactional_db: None) -> World:
    """A vendor with an issued memo of a resolved case, on a calendar of office hours in Berlin."""
    made = make_world()
    with made.scope():
        version = make_calendar(made, "Berlin", BERLIN_HOURS)
        case = two_parties(made)
        Case.objects.filter(pk=case.pk).update(calendar_version=version)
        memo = issued(made, Case.objects.get(pk=case.pk))
        do(made, "resolve", memo.case, at=AT)
    return made


def sweep_at(at: datetime) -> None:
    """Sweep at an instant."""
    list(sweep(lambda: at))


def of(kind: str) -> list[Event]:
    """Return the events of a kind about actions, in order."""
    events = Event.objects.filter(kind=kind, facts__kind="action")
    return list(events.order_by("at", "id"))


def told(event: Event) -> set[str]:
    """Return who is told of an event."""
    return set(Notice.objects.filter(event=event).values_list("user__name", flat=True))


def states() -> dict[str, Any]:
    """Return how the actions' clocks stand."""
    return {str(c.subject): c.state for c in Clock.objects.filter(kind="action")}


def test_an_action_is_warned_of_by_the_wall_clock_not_by_office_hours(world: World) -> None:
    sweep_at(WARNED - timedelta(seconds=1))
    with world.scope():
        assert of("case.clock.warning") == []
    sweep_at(WARNED)
    with world.scope():
        found = of("case.clock.warning")
        assert [(event.facts["share"], told(event)) for event in found] == [(75, {"Tom"})] * 2
        running = Clock.objects.filter(kind="action")
        assert {(c.fired, c.next_fire_at) for c in running} == {(75, END)}


def test_a_missed_action_is_told_and_moves_nothing(world: World) -> None:
    with world.scope():
        before = Case.objects.get()
        done = action_of(before.memos.get(), "Find a lead")
        complete_action(done, by=world["tom"], at=AT)
    sweep_at(END - timedelta(seconds=1))
    sweep_at(END)
    sweep_at(END + timedelta(hours=1))
    with world.scope():
        [event] = of("case.clock.breached")
        assert (event.audience, told(event)) == ("internal", {"Tom"})
        case = Case.objects.get()
        assert (case.status, case.assignment_id) == ("resolved", before.assignment_id)
        assert not Event.objects.filter(kind__in=["case.escalated", "case.alarm"]).exists()
        assert sorted(states().values()) == ["breached", "met"]


def test_a_closed_case_is_still_reminded_of_what_was_agreed(world: World) -> None:
    sweep_at(AT + timedelta(days=10))
    with world.scope():
        case = Case.objects.get()
        assert (case.status, case.due_at) == ("closed", None)
        assert set(states().values()) == {"breached"}
        case = Case.objects.get()
        late = action_of(case.memos.get(), "Find a lead")
        complete_action(late, by=world["tom"], at=AT + timedelta(days=11))
        met = Clock.objects.get(subject=late.pk)
        assert (met.state, met.met_at) == ("breached", AT + timedelta(days=11))
        assert Case.objects.get().status == "closed"
