"""The sweep while people are away: it resolves who holds a level exactly as the verbs do."""

from datetime import timedelta
from typing import Any

import pytest

from cases.models import Assignment, Case, Clock
from cases.sweep import sweep
from journal.models import Event, Notice
from ladder.models import Level, Seat
from tests.cases.verbs import HOUR, do
from tests.factories import OPENED, World, make_absence, make_person, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
DAY = timedelta(days=1)


@pytest.fixture
def world(transactional_db: None) -> World:
    """A vendor whose levels answer within four hours; Olga has no seat."""
    world = make_world()
    with world.scope():
        make_person(world, "olga", "staff")
        make_person(world, "vera", "staff")
    return world


def opened(world: World) -> Case:
    """Open a case, out of scope."""
    with world.scope():
        return world.case()


def let_go(world: World, person: str, delegate: str | None = None, **facts: Any) -> None:
    """Let somebody be away."""
    with world.scope():
        make_absence(world, person, delegate, **facts)


def climbed(world: World, case: Case) -> tuple[str | None, str | None, str | None]:
    """Let a case climb once; return who has it then, who backs up, and on whose behalf."""
    sweep(lambda: OPENED + 4 * HOUR)
    return turn(world, case)


def turn(world: World, case: Case) -> tuple[str | None, str | None, str | None]:
    """Return who has a case, who backs up, and on whose behalf."""
    with world.scope():
        related = ("owner", "backup", "on_behalf_of")
        found = Assignment.objects.select_related(*related).get(case=case, ended_at=None)
        people = (found.owner, found.backup, found.on_behalf_of)
        assert Case.objects.get(pk=case.pk).owner_id == found.owner_id
        return tuple(one.name if one else None for one in people)  # type: ignore[return-value]


def last(world: World, kind: str) -> tuple[dict[str, Any], set[str]]:
    """Return the facts of the last event of a kind, and who is told of it."""
    with world.scope():
        event = Event.objects.filter(kind=kind).latest("at", "id")
        told = Notice.objects.filter(event=event, channel="bell")
        return event.facts, set(told.values_list("user__name", flat=True))


def test_an_overdue_case_climbs_to_the_delegate_on_behalf_of_the_holder(world: World) -> None:
    case = opened(world)
    let_go(world, "petra", "olga")
    assert climbed(world, case) == ("Olga", None, "Petra")
    facts, told = last(world, "case.escalated")
    assert (facts["owner"], facts["on_behalf_of"]) == (
        str(world["olga"].user_id),
        str(world["petra"].user_id),
    )
    assert told == {"Olga", "Tom", "Anna"}


def test_a_case_climbs_as_ever_where_nobody_is_away(world: World) -> None:
    case = opened(world)
    let_go(world, "petra", "olga", starts_at=OPENED - 2 * DAY, ends_at=OPENED - DAY)
    let_go(world, "petra", "olga", starts_at=OPENED + DAY)
    let_go(world, "petra", "olga", ended_at=OPENED)
    # The opening is on a Wednesday.
    let_go(world, "petra", "olga", weekdays=[1, 2, 4, 5, 6, 7])
    assert climbed(world, case) == ("Petra", None, None)
    assert "on_behalf_of" not in last(world, "case.escalated")[0]


def test_a_chain_is_followed_and_a_loop_does_no_harm(world: World) -> None:
    case, other = opened(world), opened(world)
    let_go(world, "petra", "olga")
    let_go(world, "olga", "vera")
    assert climbed(world, case) == ("Vera", None, "Petra")
    let_go(world, "marianne", "ines")
    let_go(world, "ines", "marianne")
    sweep(lambda: OPENED + 8 * HOUR)
    assert turn(world, other) == (None, None, None)


def test_without_a_delegate_the_case_climbs_to_the_backup(world: World) -> None:
    with world.scope():
        Seat.objects.filter(level__position=2).update(backup=world["vera"].user)
    case = opened(world)
    let_go(world, "petra")
    assert climbed(world, case) == ("Vera", None, "Petra")


@pytest.mark.parametrize("how", ["member", "person", "role"])
def test_who_has_left_is_nobodys_delegate(world: World, how: str) -> None:
    case = opened(world)
    let_go(world, "petra", "olga")
    olga = world["olga"]
    with world.scope(user_id=olga.user_id):
        if how == "role":
            olga.role = "auditor"
        gone: Any = olga.user if how == "person" else olga
        gone.is_active = how == "role"
        gone.save()
    assert climbed(world, case) == (None, None, None)


def test_a_level_with_nobody_alarms_the_admins_and_who_holds_the_level_above(
    world: World,
) -> None:
    opened(world)
    let_go(world, "petra")
    sweep(lambda: OPENED + 4 * HOUR)
    facts, told = last(world, "case.unowned")
    assert (facts["position"], told) == (2, {"Ines", "Marianne"})


def test_the_level_above_is_the_next_that_anybody_holds_for_this_case(world: World) -> None:
    with world.scope():
        assert world.ladder is not None
        for position, name in ((4, "vera"), (5, "olga")):
            level = Level.objects.create(
                tenant=world.tenant,
                ladder=world.ladder,
                position=position,
                name=name,
                response_window="PT4H",
                decision_window="PT16H",
                concessions_only=name == "vera",
            )
            Seat.objects.create(tenant=world.tenant, level=level, user=world[name].user)
    opened(world)
    let_go(world, "petra")
    let_go(world, "marianne")
    sweep(lambda: OPENED + 4 * HOUR)
    assert last(world, "case.unowned")[1] == {"Ines", "Olga"}


def test_a_warning_reaches_who_stands_in_too(world: World) -> None:
    opened(world)
    let_go(world, "tom", "olga")
    sweep(lambda: OPENED + 2 * HOUR)
    assert last(world, "case.clock.warning")[1] == {"Tom", "Olga"}


def test_a_case_that_waits_for_the_sweep_keeps_on_whose_behalf_it_is(world: World) -> None:
    let_go(world, "tom", "olga")
    with world.scope():
        case = world.case(by="petra")
    sweep(lambda: OPENED + 2 * HOUR)
    assert turn(world, case) == ("Olga", None, "Tom")


WAYS: dict[str, dict[str, str | None]] = {
    "nobody": {},
    "delegate": {"petra": "olga"},
    "chain": {"petra": "olga", "olga": "vera"},
    "loop": {"petra": "olga", "olga": "petra"},
    "backup": {"petra": None},
    "backup away": {"petra": None, "vera": "olga"},
    "next seat": {"petra": None, "vera": None},
    "nobody there": {"petra": None, "vera": None, "ines": None},
}


@pytest.mark.parametrize("way", sorted(WAYS))
def test_verb_and_sweep_give_the_case_to_the_same_person(world: World, way: str) -> None:
    with world.scope():
        level = Level.objects.get(position=2)
        Seat.objects.filter(level=level).update(backup=world["vera"].user)
        Seat.objects.create(tenant=world.tenant, level=level, user=world["ines"].user, rank=2)
        swept, handed = world.case(), world.case()
        for person, delegate in WAYS[way].items():
            make_absence(world, person, delegate)
        at = OPENED + 4 * HOUR - timedelta(seconds=1)
        do(world, "escalate", handed, at=at)
        Clock.objects.filter(case=handed).update(state="ended", next_fire_at=None)
    sweep(lambda: OPENED + 4 * HOUR)
    assert turn(world, swept) == turn(world, handed)
    with world.scope():
        facts = {
            case.pk: Event.objects.get(case_id=case.pk, kind="case.escalated").facts
            for case in (swept, handed)
        }
        named = [
            {name: said.get(name) for name in ("owner", "on_behalf_of", "previous_owner")}
            for said in facts.values()
        ]
        assert named[0] == named[1]
        alarms = Event.objects.filter(kind="case.unowned").order_by("id")
        told = [
            set(Notice.objects.filter(event=event).values_list("user_id", flat=True))
            for event in alarms
        ]
        assert told in ([], [told[0]] * 2 if told else [])
