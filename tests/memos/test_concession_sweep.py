"""A concession that nobody decides in time: it climbs by itself, and is never decided by itself."""

from datetime import datetime
from typing import Any

import pytest

from cases.models import Assignment, Case, Clock
from cases.sweep import sweep
from journal.models import Event, Notice
from journal.registry import letters
from ladder.models import Level
from memos.actions import concession as verbs
from memos.models import Concession, Decision
from tenants.errors import NotAllowed
from tests.factories import World, make_world
from tests.memos import deals
from tests.memos.deals import ASKED, HOUR, ask, decide

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper", "owner"])


@pytest.fixture
def desk(transactional_db: None) -> World:
    """A vendor whose levels decide concessions within 16 hours, while its cases have weeks."""
    world = make_world(response="PT900H", decision="PT900H", total="PT9000H")
    with world.scope():
        deals.empower(world)
        for level in world.levels:
            level.decision_window, level.response_window = "PT16H", "PT4H"
            level.save()
    return world


def made_in(world: World, **wanted: Any) -> Concession:
    """Ask for a concession in a case that was taken up, so that nothing else falls due."""
    with world.scope():
        case = world.case()
        Clock.objects.filter(case=case).exclude(kind="total").update(
            state="ended", next_fire_at=None
        )
        return ask(world, case, **wanted)


def sweep_at(*instants: datetime) -> None:
    """Sweep at each instant, until nothing is due."""
    for at in instants:
        sweep(lambda at=at: at)  # type: ignore[misc]


def told(event: Event) -> set[str]:
    """Return who is told of an event."""
    return set(Notice.objects.filter(event=event).values_list("user__name", flat=True))


def of(made: Concession, kind: str) -> list[Event]:
    """Return the events of a kind."""
    return list(Event.objects.filter(case_id=made.case_id, kind=kind).order_by("at", "id"))


def test_a_missed_decision_goes_to_the_next_level_and_the_case_stays(desk: World) -> None:
    made = made_in(desk)
    due = ASKED + 16 * HOUR
    sweep_at(due)
    with desk.scope():
        assert deals.asked(made) == ("Marianne", 3)
        before, now = deals.approvals(made)
        assert (before.state, before.breached_at) == ("breached", due)
        assert (now.anchor, now.due_at, now.barred) == (due, due + 16 * HOUR, before.barred)
        [event] = of(made, "case.approval.escalated")
        assert (event.facts["to"], event.facts["subject"]) == (3, str(made.pk))
        assert told(event) == {"Petra", "Marianne", "Tom"}
        assert of(made, "case.escalated") == []
        case = Case.objects.get(pk=made.case_id)
        assert (case.status, case.owner_id) == ("new", desk["tom"].user_id)
        assert Concession.objects.get().state == "pending"
        assert not Decision.objects.exists()
        # Who was asked before no longer is; who is above decides.
        assert decide(desk, made, by="marianne", at=due + HOUR).state == "approved"
        assert [clock.met_at for clock in deals.approvals(made)] == [due + HOUR] * 2


def test_it_climbs_to_the_board_that_cases_never_reach_then_alarms_and_reminds(
    desk: World,
) -> None:
    made = made_in(desk)
    due = [ASKED + 16 * number * HOUR for number in (1, 2, 3)]
    sweep_at(*due)
    with desk.scope():
        positions = [c.level.position for c in deals.approvals(made) if c.level]
        assert positions == [2, 3, 4]
        assert [c.state for c in deals.approvals(made)] == ["breached"] * 3
        [alarm] = of(made, "case.alarm")
        assert told(alarm) == {"Ada", "Ines"}
        letter = letters([alarm], desk["ada"].user)[alarm.pk]
        assert letter.heading == "A concession was not decided in time"
        assert letter.line.startswith("The concession was not decided in time, and nobody above")
        assert Clock.objects.get(kind="reminder").subject == made.pk
    sweep_at(due[2] + 4 * HOUR, due[2] + 8 * HOUR)
    with desk.scope():
        reminders = of(made, "case.reminder")
        assert [event.at for event in reminders] == [due[2] + 4 * HOUR, due[2] + 8 * HOUR]
        assert told(reminders[0]) == {"Ada", "Ines"}
        assert Concession.objects.get().state == "pending"
        decide(desk, made, "deny", by="ada", at=due[2] + 9 * HOUR)
        assert Clock.objects.get(kind="reminder").state == "ended"
    sweep_at(due[2] + 12 * HOUR, due[2] + 40 * HOUR)
    with desk.scope():
        assert len(of(made, "case.reminder")) == 2


def test_it_never_goes_to_who_asked_nor_to_whom_they_asked_for(desk: World) -> None:
    with desk.scope():
        deals.seat(desk, 3, user=desk["tom"].user, backup=desk["olga"].user)
    made = made_in(desk)
    sweep_at(ASKED + 16 * HOUR)
    with desk.scope():
        # Level 3 is Tom's, and Olga would decide in his place.
        assert deals.asked(made) == ("Ada", 4)


def test_what_was_decided_or_taken_back_does_not_climb(desk: World) -> None:
    approved, back = made_in(desk), made_in(desk)
    with desk.scope():
        decide(desk, approved)
        verbs.withdraw_concession(back, by=desk["tom"], at=ASKED + HOUR, reason="No need.")
    sweep_at(ASKED + 16 * HOUR)
    with desk.scope():
        assert Event.objects.filter(kind="case.approval.escalated").count() == 0


def test_a_missed_request_that_is_changed_starts_anew_and_the_old_one_asks_no_more(
    desk: World,
) -> None:
    made = made_in(desk)
    late = ASKED + 16 * HOUR
    sweep_at(late)
    with desk.scope():
        deals.change(desk, made, amount="100", at=late + HOUR)
        clocks = deals.approvals(made)
        assert [(c.state, c.ended_at) for c in clocks] == [
            ("breached", late + HOUR),
            ("ended", late + HOUR),
            ("running", None),
        ]
        assert deals.asked(made) == ("Petra", 2)


def test_it_passes_over_a_level_that_may_concede_nothing(desk: World) -> None:
    made = made_in(desk)
    with desk.scope():
        Level.objects.filter(position=3).update(authority_kinds=[], authority_amount=None)
    sweep_at(ASKED + 16 * HOUR)
    with desk.scope():
        assert deals.asked(made) == ("Ada", 4)
        with pytest.raises(NotAllowed, match="Only who holds the level"):
            decide(desk, made, by="marianne", at=ASKED + 17 * HOUR)


@pytest.mark.parametrize(
    ("confidentiality", "decider"), [("normal", ("Petra", 2)), ("restricted", ("Marianne", 3))]
)
def test_of_a_confidential_case_it_goes_to_nobody_who_may_not_know(
    desk: World, confidentiality: str, decider: tuple[str, int]
) -> None:
    made = in_the_third_level(desk, confidentiality)
    sweep_at(ASKED + 16 * HOUR)
    with desk.scope():
        assert deals.asked(made) == decider
        [event] = of(made, "case.approval.escalated")
        assert told(event) == {decider[0], "Tom", "Olga"}


def test_who_holds_the_case_knows_of_it_on_whatever_level(desk: World) -> None:
    with desk.scope():
        deals.seat(desk, 2, user=desk["marianne"].user)
    made = in_the_third_level(desk, "restricted")
    sweep_at(ASKED + 16 * HOUR)
    with desk.scope():
        assert deals.asked(made) == ("Marianne", 2)


def in_the_third_level(world: World, confidentiality: str) -> Concession:
    """Ask for what Tom may allow, in a case that Marianne holds, two levels above him."""
    made = made_in(world, by="olga", kind="lead", amount="10")
    with world.scope():
        case = Case.objects.get(pk=made.case_id)
        held = {"level": world.levels[2], "owner": world["marianne"].user}
        Assignment.objects.filter(case=case).update(position=3, **held)
        Case.objects.filter(pk=case.pk).update(confidentiality=confidentiality, **held)
        assert deals.asked(made) == ("Tom", 1)
    return made
