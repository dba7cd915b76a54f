"""A seat above is one for the case's region and category: who holds another is a colleague."""

from contextlib import nullcontext
from typing import Any

import pytest

from cases import actions
from cases.models import Case, Override
from cases.overrides import reconcile
from cases.reopening import reopen
from cases.retiming import hold
from journal.models import Event, Notice
from ladder.models import Seat
from partners.models import Region
from tenants.errors import NotAllowed
from tests.cases.verbs import DAY, HOUR, LATER
from tests.factories import OPENED, World, make_person, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    """A vendor where Gus has the second level in the Gulf, and Ann's seat is for other disputes."""
    made = make_world()
    with made.scope():
        gulf = Region.objects.create(tenant=made.tenant, slug="gulf", name="Gulf")
        second = made.ladder.levels.get(position=2)  # type: ignore[union-attr]
        for name, place in (
            ("gus", {"region": gulf}),
            ("ann", {"category": made.categories["territory"]}),
        ):
            make_person(made, name, "staff")
            seat = {"tenant": made.tenant, "level": second, "rank": 9}
            Seat.objects.create(user=made[name].user, **seat, **place)
    return made


def hold_it(case: Case, **acts: Any) -> Case:
    """Give the level below time."""
    return hold(case, until=OPENED + DAY, **acts)


def jump(case: Case, **acts: Any) -> Case:
    """Take it past the next level."""
    return actions.escalate(case, to_level=3, **acts)


def reassign(case: Case, **acts: Any) -> Case:
    """Give it to who holds the level above."""
    to = case.ladder.levels.get(position=2).seats.get(region=None, category=None).user_id
    return actions.reassign(case, to_user_id=to, **acts)


@pytest.mark.parametrize("verb", [hold_it, jump, reassign])
@pytest.mark.parametrize("name", ["gus", "ann"])
def test_a_seat_elsewhere_is_not_above(world: World, verb: Any, name: str) -> None:
    with world.scope():
        case = world.case()
        with pytest.raises(NotAllowed):
            verb(case, by=world[name], at=LATER, reason="Mine.")
        verb(case, by=world["petra"], at=LATER, reason="Mine.")


WHO = pytest.mark.parametrize(("name", "may"), [("gus", False), ("ann", False), ("petra", True)])


@WHO
def test_a_seat_elsewhere_reconciles_nothing(world: World, name: str, may: bool) -> None:
    with world.scope():
        case = jump(world.case(), by=world["tom"], at=LATER, reason="It burns.", override=True)
        said: dict[str, Any] = {"override_id": Override.objects.get().pk, "finding": "exception"}
        with nullcontext() if may else pytest.raises(NotAllowed):
            reconcile(case, by=world[name], at=LATER, learned="We call each other.", **said)


@WHO
def test_a_seat_elsewhere_reopens_nothing(world: World, name: str, may: bool) -> None:
    with world.scope():
        case = actions.resolve(world.case(), by=world["tom"], at=LATER, resolution="Done.")
        with nullcontext() if may else pytest.raises(NotAllowed):
            reopen(case, by=world[name], at=LATER, reason="Not quite.")


def test_who_did_it_is_not_the_one_who_watches(world: World) -> None:
    """The next level is told, or the one above where that level did it, or the admins."""
    with world.scope():
        case = world.case()
        actions.escalate(case, by=world["petra"], at=LATER, reason="It burns.", override=True)
        told = Notice.objects.filter(event__kind="case.escalated", channel="bell")
        assert "Marianne" in told.values_list("user__name", flat=True)


def test_whose_case_was_taken_back_and_the_parties_hear_of_it(world: World) -> None:
    with world.scope():
        case = actions.escalate(world.case(), by=world["tom"], at=LATER, reason="Above me.")
        actions.hand_back(
            case, by=world["ines"], at=LATER + HOUR, reason="A mistake.", override=True
        )
        told = Notice.objects.filter(event__kind="case.handed_back", channel="bell")
        assert {"Tom", "Petra", "Anna"} <= set(told.values_list("user__name", flat=True))
        assert Event.objects.get(kind="case.handed_back").audience == "parties"


def test_the_parties_hear_who_has_their_case_now(world: World) -> None:
    with world.scope():
        case = world.case()
        reassign(case, by=world["tom"], at=LATER, reason="I am away.")
        told = Notice.objects.filter(event__kind="case.reassigned", channel="bell")
        assert set(told.values_list("user__name", flat=True)) == {"Petra", "Anna"}
