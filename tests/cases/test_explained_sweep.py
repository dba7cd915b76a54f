"""What the sweep did to a clock explains itself too: climbs, alarms, reminders, ends of pauses."""

from datetime import datetime

import pytest

from cases import actions
from cases.models import Case, Clock, Pause
from cases.origins import Giver, giver_words
from cases.pausing import pause
from cases.repair import differences
from cases.sweep import sweep
from ladder.models import Level, Route
from tests.cases.test_explained import Found, latest, source
from tests.cases.verbs import CANARY, DAY, HOUR, LATER
from tests.factories import OPENED, World, make_world
from tests.memos import deals

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


@pytest.fixture
def world(transactional_db: None) -> World:
    """A vendor around the clock, whose levels answer within four hours."""
    return make_world()


def sweep_at(*instants: datetime) -> None:
    """Sweep at each instant, as the tick would."""
    for instant in instants:
        sweep(lambda instant=instant: instant)  # type: ignore[misc]


def stop(world: World, case: Case, *, review_by: datetime) -> Case:
    """Pause a case for Alpenwerk's evidence."""
    return pause(
        case,
        by=world["tom"],
        at=LATER,
        reason="evidence",
        partner_id=world.partners["alpenwerk"].pk,
        waits_for=CANARY,
        review_by=review_by,
    )


def every_clock_agrees(at: datetime) -> None:
    """Whatever became of it, each clock follows from what happened."""
    for kind in Clock.objects.values_list("kind", flat=True).distinct():
        assert latest(kind, at).explained.agrees, kind
    assert list(differences()) == []


def test_a_climb_and_the_clock_it_missed(world: World) -> None:
    with world.scope():
        world.case()
    sweep_at(OPENED + 4 * HOUR)
    with world.scope():
        at = OPENED + 5 * HOUR
        assert source(latest("decision", at)) == ("breached", "level", "Petra")
        missed = latest("response", at, state="breached")
        assert source(missed) == ("opened", "level", "Tom")
        assert (missed.explained.due_at, missed.explained.left_seconds) == (OPENED + 4 * HOUR, 0)
        every_clock_agrees(at)


def test_the_time_to_send_a_case_back_is_the_levels_or_the_routes(world: World) -> None:
    with world.scope():
        Level.objects.update(veto_window="PT2H")
        world.case()
    sweep_at(OPENED + 4 * HOUR)
    at = OPENED + 5 * HOUR
    with world.scope():
        found = latest("review", at)
        assert source(found) == ("breached", "level", "Petra")
        assert found.origin.ordinary == ""
        Route.objects.update(windows={"veto": "PT3H"})
        other = world.case()
    sweep_at(OPENED + 4 * HOUR)
    with world.scope():
        found = latest("review", at, case_id=other.pk)
        assert (found.origin.giver, found.origin.ordinary) == (Giver.ROUTE, "PT2H")
        case = Case.objects.select_related("ladder", "route").get(pk=other.pk)
        words = giver_words(found.origin, case)
        assert words == "line 1 of the matrix, instead of the 2 h of Level 2"


def test_an_alarm_and_its_reminders(world: World) -> None:
    with world.scope():
        world.case()
    hours = [4, 8, 12]
    sweep_at(*(OPENED + n * HOUR for n in hours))
    with world.scope():
        first = latest("reminder", OPENED + 12 * HOUR)
        assert source(first) == ("alarm", "level", "Marianne")
        assert first.origin.level == world.levels[2]
    sweep_at(OPENED + 16 * HOUR)
    with world.scope():
        again = latest("reminder", OPENED + 17 * HOUR)
        assert source(again) == ("reminded", "level", "Marianne")
        assert again.explained.due_at == OPENED + 20 * HOUR
        every_clock_agrees(OPENED + 17 * HOUR)


def test_a_concession_that_was_not_decided_in_time(world: World) -> None:
    with world.scope():
        deals.empower(world)
        case = actions.acknowledge(world.case(), by=world["tom"], at=OPENED)
        deals.ask(world, case, at=LATER)
    sweep_at(LATER + 16 * HOUR)
    with world.scope():
        found = latest("approval", LATER + 17 * HOUR)
        assert source(found) == ("not_decided", "level", "Marianne")
        every_clock_agrees(LATER + 17 * HOUR)


def climbed_while_paused(world: World) -> tuple[Found, Found]:
    """Return the decision that ended with the climb, and the total that runs on."""
    with world.scope():
        case = actions.acknowledge(world.case(), by=world["tom"], at=OPENED)
        case = actions.escalate(case, by=world["tom"], at=OPENED, reason="Above me.")
        stop(world, case, review_by=LATER + DAY)
    # Petra has not answered when her four hours are over; her decision stood still since eleven.
    sweep_at(OPENED + 4 * HOUR)
    at = OPENED + 5 * HOUR
    return latest_of(world, "decision", at, owner="Petra"), latest_of(world, "total", at)


def latest_of(world: World, kind: str, at: datetime, owner: str = "") -> Found:
    """Return the latest clock of a kind, in the turn of somebody."""
    named = {"assignment__owner__name": owner} if owner else {}
    with world.scope():
        return latest(kind, at, **named)


def test_what_ended_while_it_stood_still_says_so(world: World) -> None:
    ended, total = climbed_while_paused(world)
    assert (ended.clock.state, ended.explained.due_at) == ("ended", None)
    assert (ended.explained.agrees, ended.explained.left_seconds) == (True, 15 * 3600)
    assert total.explained.agrees
    assert total.explained.due_at == OPENED + 100 * HOUR + 3 * HOUR


def test_a_pause_that_ended_by_itself_moves_its_clocks(world: World) -> None:
    with world.scope():
        case = actions.acknowledge(world.case(), by=world["tom"], at=OPENED)
        stop(world, case, review_by=LATER + DAY)
    sweep_at(LATER + DAY)
    with world.scope():
        looked = latest("pause", LATER + DAY + HOUR)
        assert source(looked) == ("looked_again", "cap", "Tom")
        ends_by = Pause.objects.get().ends_by
        assert looked.explained.due_at == ends_by
        every_clock_agrees(LATER + DAY + HOUR)
    sweep_at(ends_by + HOUR)
    with world.scope():
        every_clock_agrees(ends_by + 2 * HOUR)
        decision = latest("decision", ends_by + 2 * HOUR).explained
        [stand] = decision.clock.stops()
        assert (stand.ended_at, stand.end_reason) == (ends_by, "The longest time was over")
