"""The human review point: the level that the clock hands a case to can send it back, in a window of
its own, once for each level and cycle."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from cases import actions
from cases.models import Assignment, Case, Clock
from cases.sweep import sweep
from cases.turns import WayBack, way_back
from journal.models import Event
from ladder.models import Level, Route, Seat
from tenants.errors import NotNow
from tests.cases.verbs import HOUR
from tests.escalation.browsing import browser
from tests.factories import OPENED, World, make_person, make_world
from tests.portal.pages import plain

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
CLIMBED = OPENED + 4 * HOUR


@pytest.fixture
def world(transactional_db: None) -> World:
    """A vendor whose levels answer within four hours; a climb can be sent back for two."""
    world = make_world()
    with world.scope():
        Level.objects.update(veto_window="PT2H")
    return world


def sweep_at(*instants: datetime) -> None:
    """Sweep at each instant, as the tick would."""
    for instant in instants:
        sweep(lambda instant=instant: instant)  # type: ignore[misc]


def climbed(world: World) -> Case:
    """Return a case that nobody answered, with Petra since."""
    with world.scope():
        case = world.case()
    sweep_at(CLIMBED)
    with world.scope():
        return Case.objects.select_related("level").get(pk=case.pk)


def review() -> Clock:
    """Return the window of the last climb."""
    found = Clock.objects.filter(kind="review").order_by("-anchor").first()
    assert found is not None
    return found


def send_back(world: World, case: Case, at: datetime, by: str = "petra") -> Case:
    """Send an automatic escalation back."""
    return actions.hand_back(case, by=world[by], at=at, reason="Tom was on it.")


def test_a_climb_by_the_clock_starts_the_window_of_the_level_it_comes_to(world: World) -> None:
    case = climbed(world)
    with world.scope():
        clock = review()
        assert (clock.due_at, clock.state) == (CLIMBED + 2 * HOUR, "running")
        assert clock.assignment_id == case.assignment_id
        # What has to be answered is shown, not what may be.
        assert case.due_kind == "response"


def test_the_lower_level_gets_its_full_windows_again(world: World) -> None:
    case = climbed(world)
    with world.scope():
        case = send_back(world, case, CLIMBED + HOUR)
        assert (case.level.position, case.owner_id) == (1, world["tom"].user_id)
        assert case.due_at == CLIMBED + HOUR + 4 * HOUR
        assert review().state == "ended"
        event = Event.objects.get(kind="case.handed_back")
        assert event.facts["veto"] is True
        turns = Assignment.objects.order_by("number").values_list("position", "end_reason")
        assert list(turns) == [(1, "breached"), (2, "handed_back"), (1, "")]


def test_after_the_window_it_stays_where_it_is(world: World) -> None:
    case = climbed(world)
    with world.scope(), pytest.raises(NotNow, match="time for sending it back is over"):
        send_back(world, case, CLIMBED + 2 * HOUR)
    sweep_at(CLIMBED + 2 * HOUR)
    with world.scope():
        assert review().state == "ended"
        case = Case.objects.select_related("level").get(pk=case.pk)
        assert (case.level.position, case.due_kind) == (2, "response")
        assert not Event.objects.filter(kind="case.clock.breached", facts__kind="review").exists()


def test_it_can_be_sent_back_once_for_each_level_and_cycle(world: World) -> None:
    """Or a case could be sent up and down for ever."""
    case = climbed(world)
    with world.scope():
        case = send_back(world, case, CLIMBED + HOUR)
    sweep_at(CLIMBED + 5 * HOUR)
    with world.scope():
        case = Case.objects.select_related("level").get(pk=case.pk)
        assert case.level.position == 2
        assert Clock.objects.filter(kind="review").count() == 1
        with pytest.raises(NotNow, match="time for sending it back is over"):
            send_back(world, case, CLIMBED + 5 * HOUR + timedelta(minutes=1))
    sweep_at(CLIMBED + 9 * HOUR)
    with world.scope():
        case = Case.objects.select_related("level").get(pk=case.pk)
        assert case.level.position == 3
        assert review().due_at == CLIMBED + 11 * HOUR


def test_who_has_taken_it_up_can_still_send_it_back_who_has_decided_cannot(world: World) -> None:
    case = climbed(world)
    with world.scope():
        actions.acknowledge(case, by=world["petra"], at=CLIMBED + HOUR)
        assert way_back(Case.objects.get(), CLIMBED + HOUR) is WayBack.IN_TIME
        actions.decide(
            case, by=world["petra"], at=CLIMBED + HOUR, outcome="upheld", reason="Clear."
        )
        assert review().state == "ended"


def test_a_colleague_who_gets_it_can_still_send_it_back(world: World) -> None:
    case = climbed(world)
    with world.scope():
        case = actions.reassign(
            case,
            by=world["petra"],
            at=CLIMBED,
            to_user_id=world["marianne"].user_id,
            reason="She knows it.",
        )
        assert send_back(world, case, CLIMBED + HOUR, by="marianne").level.position == 1


def test_what_a_person_has_handed_up_has_no_such_window(world: World) -> None:
    with world.scope():
        case = world.case()
        case = actions.escalate(case, by=world["tom"], at=OPENED, reason="Above me.")
        assert not Clock.objects.filter(kind="review").exists()
        assert send_back(world, case, OPENED + 3 * HOUR).level.position == 1
        assert Event.objects.get(kind="case.handed_back").facts["veto"] is False


def test_the_routes_own_window_counts(world: World) -> None:
    with world.scope():
        Route.objects.update(windows={"veto": "PT1H"})
    climbed(world)
    with world.scope():
        assert review().due_at == CLIMBED + HOUR


def test_a_decided_case_that_climbs_is_not_sent_back(world: World) -> None:
    with world.scope():
        case = world.case()
        actions.acknowledge(case, by=world["tom"], at=OPENED)
        actions.decide(case, by=world["tom"], at=OPENED, outcome="upheld", reason="Clear.")
    sweep_at(OPENED + 100 * HOUR)
    with world.scope():
        assert Case.objects.select_related("level").get().level.position == 2
        assert not Clock.objects.filter(kind="review").exists()


@pytest.mark.parametrize(("after", "offered"), [(HOUR, True), (3 * HOUR, False)])
def test_the_page_says_until_when_and_offers_it_only_then(
    world: World, after: timedelta, offered: bool
) -> None:
    case = climbed(world)
    with time_machine.travel(CLIMBED + after, tick=False):
        client = browser(world, "petra")
        text = plain(client.get(f"/t/{world.tenant.slug}/cases/{case.pk}/"))
    assert "Then it stays here" in text
    assert ("Hand back</a>" in text) is offered


def test_the_first_time_the_clock_hands_a_case_to_a_level_can_be_sent_back(world: World) -> None:
    """That somebody had handed it there before takes nothing from it."""
    with world.scope():
        case = actions.escalate(world.case(), by=world["tom"], at=OPENED, reason="Above me.")
        actions.hand_back(case, by=world["petra"], at=OPENED, reason="Yours after all.")
    sweep_at(CLIMBED)
    with world.scope():
        case = Case.objects.select_related("level").get()
        assert (case.level.position, review().due_at) == (2, CLIMBED + 2 * HOUR)
        assert way_back(case, CLIMBED) is WayBack.IN_TIME


def test_after_a_hand_over_on_the_level_it_is_still_once(world: World) -> None:
    case = climbed(world)
    with world.scope():
        make_person(world, "bo", "staff")
        Seat.objects.create(tenant=world.tenant, level=case.level, user=world["bo"].user, rank=9)
        facts: dict[str, Any] = {"to_user_id": world["bo"].user_id, "reason": "You know them."}
        case = actions.reassign(case, by=world["petra"], at=CLIMBED, **facts)
        send_back(world, case, CLIMBED + HOUR, by="bo")
    sweep_at(CLIMBED + 5 * HOUR)
    with world.scope():
        assert Case.objects.get().level.position == 2
        assert Clock.objects.filter(kind="review").count() == 1
