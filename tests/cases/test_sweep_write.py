"""What the sweep writes, and who is told: by who is there now, and whose turn it becomes."""

from typing import Any

import pytest

from cases.models import Assignment, Case, Clock
from cases.sweep import sweep
from journal.models import Event, Notice
from ladder.models import Category, Level, Seat
from tests.cases.verbs import HOUR
from tests.factories import OPENED, World, make_person, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


def opened(world: World) -> Case:
    """Open a case, out of scope."""
    with world.scope():
        return world.case()


def sweep_at(*hours: float) -> None:
    """Sweep at instants, in hours after the opening."""
    for after in hours:
        at = OPENED + after * HOUR
        sweep(lambda at=at: at)  # type: ignore[misc]


def leaves(world: World, name: str, how: str = "member") -> None:
    """Let a person leave the vendor, or the product."""
    member = world[name]
    with world.scope(user_id=member.user_id):
        gone: Any = member if how == "member" else member.user
        gone.is_active = False
        gone.save(update_fields=["is_active"])


def seat(world: World, user: str, backup: str | None = None, **facts: Any) -> None:
    """Add a seat on the second level."""
    Seat.objects.create(
        tenant=world.tenant,
        level=Level.objects.get(position=2),
        user=world[user].user,
        backup=world[backup].user if backup else None,
        **facts,
    )


def held(world: World) -> tuple[str | None, str | None]:
    """Return who has the turn and who backs up, by name, once the only case has climbed once."""
    opened(world)
    sweep_at(4)
    with world.scope():
        turn = Assignment.objects.select_related("owner", "backup").get(ended_at=None)
        names = [person.name if person else None for person in (turn.owner, turn.backup)]
        return names[0], names[1]


def told(world: World, kind: str) -> list[tuple[int, set[str]]]:
    """Return the position and who was told, for each event of a kind."""
    with world.scope():
        return [
            (
                event.facts["position"],
                set(Notice.objects.filter(event=event).values_list("user__name", flat=True)),
            )
            for event in Event.objects.filter(kind=kind).order_by("at", "id")
        ]


# --- Seats ----------------------------------------------------------------------------------------


@pytest.fixture
def backed(live_world: World) -> World:
    """Petra's level has a backup, Vera."""
    with live_world.scope():
        make_person(live_world, "vera", "staff")
        Seat.objects.filter(level__position=2).update(backup=live_world["vera"].user)
    return live_world


def test_a_case_climbs_to_a_holder_and_a_backup(backed: World) -> None:
    assert held(backed) == ("Petra", "Vera")


@pytest.mark.parametrize("how", ["member", "person"])
def test_a_case_climbs_to_the_backup_of_who_has_left(backed: World, how: str) -> None:
    leaves(backed, "petra", how)
    assert held(backed) == ("Vera", None)


@pytest.mark.parametrize("how", ["member", "person"])
def test_a_backup_who_has_left_does_not_come_along(backed: World, how: str) -> None:
    leaves(backed, "vera", how)
    assert held(backed) == ("Petra", None)


def test_the_region_goes_before_the_category_as_everywhere(live_world: World) -> None:
    with live_world.scope():
        make_person(live_world, "vera", "staff")
        category = Category.objects.get(slug="lead-routing")
        seat(live_world, "tom", category=category)
        seat(live_world, "vera", region=live_world.partners["alpenwerk"].region)
    assert held(live_world) == ("Vera", None)


# --- Who is told ----------------------------------------------------------------------------------


def test_a_warning_that_comes_with_a_climb_is_told_to_who_has_the_case_then() -> None:
    """At four hours the response is missed, and half of the total's eight have passed."""
    world = make_world(total="PT8H")
    opened(world)
    sweep_at(4)
    assert told(world, "case.clock.warning") == [(2, {"Petra"})]


@pytest.fixture
def reminded() -> World:
    """The total is missed after two hours on the first level, so Petra has the case; its reminder
    and her response both fall due four hours later. Marianne's level answers within six."""
    world = make_world(total="PT2H")
    with world.scope():
        Level.objects.filter(position=3).update(response_window="PT6H")
    opened(world)
    sweep_at(2, 6)
    return world


def test_a_reminder_that_comes_with_a_climb_is_told_to_who_has_the_case_then(
    reminded: World,
) -> None:
    assert told(reminded, "case.reminder") == [(3, {"Marianne", "Ines"})]


def test_a_reminder_that_repeats_is_a_row_that_agrees_with_itself(reminded: World) -> None:
    with reminded.scope():
        clock = Clock.objects.get(kind="reminder")
        assert (clock.anchor, clock.window, clock.target_seconds) == (
            OPENED + 6 * HOUR,
            "PT6H",
            6 * 3600,
        )
        assert clock.due_at == clock.next_fire_at == OPENED + 12 * HOUR


@pytest.mark.parametrize("how", ["member", "person"])
def test_who_has_left_hears_nothing_of_a_partner_or_as_admin(live_world: World, how: str) -> None:
    opened(live_world)
    leaves(live_world, "anna", how)
    leaves(live_world, "ines", how)
    with live_world.scope():
        Seat.objects.exclude(level__position=1).delete()
    sweep_at(4)
    assert told(live_world, "case.unowned") == [(2, set())]
    with live_world.scope():
        event = Event.objects.get(kind="case.escalated")
        names = Notice.objects.filter(event=event).values_list("user__name", flat=True)
        assert set(names) == {"Tom"}


def test_a_warning_without_a_climb_changes_nothing_else_of_its_clock(live_world: World) -> None:
    case = opened(live_world)
    kept = ("anchor", "window", "target_seconds", "due_at", "soon_at")
    with live_world.scope():
        before = Clock.objects.filter(case=case, kind="response").values(*kept).get()
    sweep_at(2)
    with live_world.scope():
        after = Clock.objects.filter(case=case, kind="response")
        assert after.values(*kept).get() == before
        assert after.get().fired == 50
