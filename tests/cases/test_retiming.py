"""Another severity, and the windows that go with it: what keeps, what changes, what stays missed.

Who may, in which status, one event, its text: with all other verbs, by enumeration.
"""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from cases import actions
from cases.models import Case, Clock, Pause
from cases.origins import Giver, origin_of
from cases.pausing import resume
from cases.retiming import change_severity, hold
from cases.sweep import sweep
from journal.models import Event, Notice
from journal.registry import letters
from ladder.models import Ladder, Programme, Route
from tenants.errors import Invalid, NotNow
from tests.api import Program
from tests.cases.verbs import DAY, HOUR, LATER, paused
from tests.escalation.browsing import browser
from tests.factories import (
    BERLIN_HOURS,
    OPENED,
    World,
    make_ladder,
    make_person,
    make_world,
)
from tests.portal.pages import plain

pytestmark = pytest.mark.django_db
# What the matrix has for each severity; the ladder itself has 4, 16 and 100 hours.
WINDOWS: dict[str, dict[str, Any]] = {
    "s1": {"total": "PT40H", "steps": [{"response": "PT1H", "decision": "PT8H"}] * 3},
    "s2": {"total": "PT80H", "steps": [{"response": "PT2H", "decision": "PT12H"}] * 3},
    "s4": {"total": "PT200H", "steps": [{"response": "PT8H", "decision": "PT32H"}] * 3},
}


def with_matrix(world: World) -> World:
    """Add a line of the matrix for each severity."""
    with world.scope():
        last = Route.objects.get()
        Route.objects.update(position=100)
        for position, (severity, windows) in enumerate(WINDOWS.items(), start=1):
            Route.objects.create(
                tenant=world.tenant,
                position=position,
                severity=severity,
                ladder=last.ladder,
                windows=windows,
            )
    return world


@pytest.fixture
def world(db: None) -> World:
    """A vendor around the clock."""
    return with_matrix(make_world())


def change(world: World, case: Case, severity: str, at: datetime = LATER, by: str = "tom") -> Case:
    """Change a severity."""
    return change_severity(case, by=world[by], at=at, severity=severity, reason="The press called.")


def clock(kind: str) -> Clock:
    """Return the latest clock of a kind."""
    found = Clock.objects.filter(kind=kind).order_by("-anchor", "-id").first()
    assert found is not None
    return found


def test_anchor_and_what_was_used_stay_and_the_target_changes(world: World) -> None:
    with world.scope():
        case = change(world, world.case(), "s2")
        kinds = ("response", "decision", "total")
        assert [(kind, clock(kind).anchor, clock(kind).due_at) for kind in kinds] == [
            ("response", OPENED, OPENED + 2 * HOUR),
            ("decision", OPENED, OPENED + 12 * HOUR),
            ("total", OPENED, OPENED + 80 * HOUR),
        ]
        assert (case.severity, case.severity_reason) == ("s2", "The press called.")
        assert (case.due_at, case.due_kind) == (OPENED + 2 * HOUR, "response")
        event = Event.objects.get(kind="case.severity_changed")
        assert (event.facts["before"], event.facts["severity"]) == ("s3", "s2")
        assert {c["window"] for c in event.facts["clocks"]} == {"PT2H", "PT12H", "PT80H"}


def test_the_levels_ahead_have_the_new_windows_too(world: World) -> None:
    with world.scope():
        case = change(world, world.case(), "s2")
        actions.escalate(case, by=world["tom"], at=LATER, reason="Above me.")
        assert clock("response").due_at == LATER + 2 * HOUR


def test_where_the_new_due_time_has_passed_the_floor_is_granted(world: World) -> None:
    with world.scope():
        Programme.objects.update(floor_window="PT30M")
        case = change(world, world.case(), "s1", at=OPENED + 3 * HOUR)
        assert clock("response").due_at == OPENED + 3 * HOUR + HOUR / 2
        assert clock("decision").due_at == OPENED + 8 * HOUR
        assert not case.due_missed


def test_a_milder_target_never_erases_a_breach(world: World) -> None:
    with world.scope():
        case = world.case()
        # Five hours after it was opened the answer is late, and nobody has noticed yet.
        change(world, case, "s4", at=OPENED + 5 * HOUR)
        assert (clock("response").state, clock("response").due_at) == (
            "running",
            OPENED + 4 * HOUR,
        )
        assert clock("decision").due_at == OPENED + 32 * HOUR
        actions.acknowledge(case, by=world["tom"], at=OPENED + 5 * HOUR)
        assert clock("response").breached_at == OPENED + 4 * HOUR


def test_no_threshold_is_told_twice(world: World) -> None:
    """A share that was told stays told, although less of the new time is used."""
    with world.scope():
        case = world.case()
        Clock.objects.filter(kind="response").update(fired=75)
        change(world, case, "s4", at=OPENED + 3 * HOUR)
        # Ninety percent of eight hours, not fifty.
        assert clock("response").next_fire_at == OPENED + 8 * HOUR * 0.9


def test_a_pause_is_not_lost_when_the_target_changes(world: World) -> None:
    """The complaint, word for word."""
    with world.scope():
        case = actions.acknowledge(world.case(), by=world["tom"], at=OPENED)
        case = paused(world, case)
        case = change(world, case, "s2", at=LATER + 2 * HOUR)
        assert (clock("decision").state, clock("decision").window) == ("paused", "PT12H")
        assert case.due_kind == "pause"
        resume(case, by=world["tom"], at=LATER + 5 * HOUR)
        assert clock("decision").due_at == OPENED + 12 * HOUR + 5 * HOUR


def test_what_was_missed_after_a_pause_that_ended_by_itself_is_not_erased(world: World) -> None:
    """Nobody has noticed yet, neither the end of the pause nor the breach."""
    with world.scope():
        case = actions.acknowledge(world.case(), by=world["tom"], at=OPENED)
        case = paused(world, case)
        ends_by = Pause.objects.get().ends_by
        change(world, case, "s4", at=ends_by + 16 * HOUR)
        assert Pause.objects.get().ended_at == ends_by
        due_at = OPENED + 16 * HOUR + (ends_by - LATER)
        assert (clock("decision").window, clock("decision").due_at) == ("PT16H", due_at)


def test_another_ladder_is_not_taken_and_the_windows_stay(world: World) -> None:
    with world.scope():
        case = world.case()
        first = Ladder.objects.get()
        other = make_ladder(world, name="Other")
        Route.objects.filter(severity="s1").update(ladder=other)
        case = change(world, case, "s1")
        assert (case.severity, case.ladder_id) == ("s1", first.pk)
        assert clock("response").due_at == OPENED + 4 * HOUR
        assert Event.objects.get(kind="case.severity_changed").facts["clocks"] == []


@pytest.mark.parametrize("severity", ["s3", "s9", ""])
def test_it_has_to_be_another_severity(world: World, severity: str) -> None:
    with world.scope():
        case = world.case()
        with pytest.raises(Invalid) as refused:
            change(world, case, severity)
        assert set(refused.value.errors) == {"severity"}


def test_only_the_current_turn_changes(world: World) -> None:
    with world.scope():
        case = actions.escalate(world.case(), by=world["tom"], at=LATER, reason="Above me.")
        change(world, case, "s2", at=LATER, by="petra")
        ended = Clock.objects.filter(kind="response", state="ended").get()
        assert (ended.window, ended.due_at) == ("PT4H", OPENED + 4 * HOUR)
        assert clock("response").due_at == LATER + 2 * HOUR


def test_pages_and_programs_change_it(world: World) -> None:
    with world.scope():
        case = world.case()
    url = f"/t/{world.tenant.slug}/cases/{case.pk}/do/severity/"
    answer = browser(world, "tom").post(url, {"severity": "", "reason": "Why."}, follow=True)
    assert answer.status_code == 422
    sent = {"severity": "s2", "reason": "Two customers."}
    text = plain(browser(world, "tom").post(url, sent, follow=True))
    assert "The clocks run on under the windows of this severity." in text
    assert "changed the severity from medium to high." in text
    crm = Program(world, "tom")
    shape = crm.post(f"cases/{case.pk}/change-severity/", {"severity": "s4", "reason": "Calm."})
    assert (shape["severity"], shape["severity_reason"]) == ("s4", "Calm.")


def give_time(world: World, case: Case, until: datetime, by: str = "petra") -> Case:
    """Hold a window as a level above."""
    return hold(case, by=world[by], at=LATER, until=until, reason="Counsel reads the contract.")


def test_a_level_above_gives_the_level_below_time_and_the_total_does_not_move(world: World) -> None:
    with world.scope():
        case = give_time(world, world.case(), OPENED + 20 * HOUR)
        assert (clock("response").due_at, clock("decision").due_at) == (OPENED + 20 * HOUR,) * 2
        assert clock("total").due_at == OPENED + 100 * HOUR
        assert (case.due_at, case.due_kind) in [
            (OPENED + 20 * HOUR, "response"),
            (OPENED + 20 * HOUR, "decision"),
        ]
        told = Notice.objects.filter(event__kind="case.held")
        assert set(told.values_list("user__name", flat=True)) == {"Tom", "Anna"}


def test_held_time_ends_with_working_hours(db: None) -> None:
    world = make_world(rules=BERLIN_HOURS)
    with world.scope():
        # Until the end of Thursday, in Berlin: work is over at five.
        give_time(world, world.case(), datetime(2026, 11, 26, 23, 0, tzinfo=UTC))
        assert clock("response").due_at == datetime(2026, 11, 26, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize("until", [OPENED - HOUR, LATER, OPENED + 101 * HOUR])
def test_time_is_given_forwards_and_not_beyond_the_whole_case(
    world: World, until: datetime
) -> None:
    with world.scope():
        case = world.case()
        before = list(Clock.objects.order_by("id").values())
        with pytest.raises(Invalid) as refused:
            give_time(world, case, until)
        assert set(refused.value.errors) == {"until"}
        assert list(Clock.objects.order_by("id").values()) == before


def test_holding_undoes_no_breach(world: World) -> None:
    with world.scope():
        case = world.case()
        with pytest.raises(NotNow, match="was missed"):
            hold(
                case,
                by=world["petra"],
                at=OPENED + 4 * HOUR,
                until=OPENED + 9 * HOUR,
                reason="Late.",
            )


def test_pages_and_programs_hold_a_window(world: World) -> None:
    with world.scope():
        make_person(world, "grace", "staff")
        case = world.case(at=timezone.now())
    url = f"/t/{world.tenant.slug}/cases/{case.pk}/do/hold/"
    sent = {"until_day": (timezone.now() + DAY).date().isoformat(), "reason": "Counsel reads."}
    assert browser(world, "grace").post(url, sent).status_code == 403
    late = {**sent, "until_day": (timezone.now() + 30 * DAY).date().isoformat()}
    refused = browser(world, "petra").post(url, late)
    with world.scope():
        due = Clock.objects.get(kind="total").due_at.astimezone(ZoneInfo("Europe/Berlin"))
    total = f"due before that, on {date_format(due, 'D j M Y H:i')} (Europe/Berlin)."
    assert (refused.status_code, total in plain(refused)) == (422, True)
    text = plain(browser(world, "petra").post(url, sent, follow=True))
    # The day ends where the case's calendar is, in UTC; Petra is told when that is in Berlin.
    end = datetime.combine((timezone.now() + 2 * DAY).date(), time(), UTC)
    local = date_format(end.astimezone(ZoneInfo("Europe/Berlin")), "D j M Y H:i")
    assert f"held the window until {local} (Europe/Berlin)." in text
    until = timezone.now() + 3 * DAY
    said = {"until": until.isoformat(), "reason": "Still."}
    shape = Program(world, "petra").post(f"cases/{case.pk}/hold/", said)
    assert datetime.fromisoformat(shape["due_at"]) <= until


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_what_was_granted_is_what_the_sweep_goes_by(transactional_db: None) -> None:
    world = with_matrix(make_world())
    with world.scope():
        case = world.case()
        change(world, case, "s1", at=OPENED + 3 * HOUR)
    sweep(lambda: OPENED + 4 * HOUR - HOUR / 60)
    with world.scope():
        assert Case.objects.select_related("level").get().level.position == 1
        # Of the shares that are past by now only the highest is told.
        told = Event.objects.filter(kind="case.clock.warning", facts__kind="response")
        assert [event.facts["share"] for event in told] == [90]
    sweep(lambda: OPENED + 4 * HOUR)
    with world.scope():
        assert Case.objects.select_related("level").get().level.position == 2


def staggered(world: World) -> None:
    """Let the worst cases begin on the second level, and each step have windows of its own."""
    worst = {"steps": [{"response": "PT1H"}, {"response": "PT30M"}]}
    bad = {"steps": [{"response": "PT2H"}, {"response": "PT3H"}, {"response": "PT5H"}]}
    Route.objects.filter(severity="s1").update(start_position=2, windows=worst)
    Route.objects.filter(severity="s2").update(windows=bad)


def test_a_worse_case_takes_the_windows_of_the_levels_it_would_have_begun_on(world: World) -> None:
    """Step by step from the starting level: one below that keeps its own."""
    with world.scope():
        staggered(world)
        case = change(world, world.case(), "s1")
        assert (case.start_position, clock("response").window) == (2, "PT4H")
        case = actions.escalate(case, by=world["tom"], at=LATER, reason="Above me.")
        assert clock("response").window == "PT1H"
        actions.escalate(case, by=world["petra"], at=LATER, reason="Above me.")
        assert clock("response").window == "PT30M"


def test_a_case_that_began_higher_takes_the_milder_windows_of_its_level(world: World) -> None:
    with world.scope():
        staggered(world)
        case = world.case(severity="s1", severity_reason="The press called.")
        assert (case.level.position, clock("response").window) == (2, "PT1H")
        case = change(world, case, "s2", at=OPENED + HOUR / 2, by="petra")
        assert (case.start_position, clock("response").window) == (1, "PT3H")


@pytest.mark.parametrize(("severity", "hours"), [("s2", 12), ("s4", 20), ("s1", 12)])
def test_another_severity_does_not_take_away_time_that_was_held(
    world: World, severity: str, hours: int
) -> None:
    with world.scope():
        case = give_time(world, world.case(), OPENED + 12 * HOUR)
        case = change(world, case, severity)
        assert clock("response").due_at == OPENED + 12 * HOUR
        case = give_time(world, case, OPENED + 20 * HOUR)
        change(world, case, "s3")
        assert clock("response").due_at == OPENED + 20 * HOUR


def test_more_time_than_was_held_is_given_and_explained_by_the_rules(world: World) -> None:
    with world.scope():
        case = give_time(world, world.case(), OPENED + 20 * HOUR)
        held = clock("decision")
        assert origin_of(case, held).giver is Giver.HELD
        change(world, case, "s4")
        given = clock("decision")
        assert given.due_at == OPENED + 32 * HOUR
        assert origin_of(Case.objects.get(), given).giver is Giver.ROUTE


def test_who_comes_next_hears_of_another_severity_and_the_parties_of_another_time(
    world: World,
) -> None:
    with world.scope():
        change(world, world.case(), "s2", by="tom")
        told = Notice.objects.filter(event__kind="case.severity_changed", channel="bell")
        assert set(told.values_list("user__name", flat=True)) == {"Petra", "Anna"}
        said = letters([Event.objects.get(kind="case.severity_changed")], world["anna"].user)
        (letter,) = said.values()
        assert letter.line.startswith("What you wait for is due at another time.")
        assert "severity" not in f"{letter}".lower()


def test_where_no_time_moves_the_parties_hear_nothing(world: World) -> None:
    with world.scope():
        Route.objects.update(windows={})
        change(world, world.case(), "s2", by="petra")
        told = Notice.objects.filter(event__kind="case.severity_changed", channel="bell")
        assert set(told.values_list("user__name", flat=True)) == {"Tom"}
