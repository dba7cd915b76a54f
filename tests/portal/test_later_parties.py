"""A partner that gets its part later: what was over by then is behind the wall, whatever is asked.

What runs when it joins stays its concern, whenever it began.
"""

from typing import Any

import pytest
from django.db import connection

from cases.models import Case, Clock
from cases.parties import add_party
from portal.clocks import clocks_of
from portal.queries import joined_at, of_partner, turns_of
from tests.cases.verbs import HOUR, do
from tests.factories import OPENED, World
from tests.portal.pages import as_portal, get, plain

pytestmark = pytest.mark.django_db
JOINED = OPENED + 3 * HOUR
FIRST, LATER = "alpenwerk", "rheintor"


@pytest.fixture
def case(world: World) -> Case:
    """Tom missed an answer and handed the case up; Petra answered; Rheintor joined; Petra handed it
    on."""
    made = world.case()
    Clock.objects.filter(case_id=made.pk, kind="response").update(
        state="breached", breached_at=OPENED + HOUR, next_fire_at=None
    )
    do(world, "escalate", made, at=OPENED + HOUR)
    do(world, "acknowledge", made, by="petra", at=OPENED + 2 * HOUR)
    join(world, made)
    do(world, "escalate", Case.objects.get(pk=made.pk), by="petra", at=JOINED + HOUR)
    return Case.objects.get(pk=made.pk)


def join(world: World, case: Case) -> None:
    """Give Rheintor its part."""
    partner = world.partners[LATER].pk
    add_party(case, by=world["tom"], at=JOINED, partner_id=partner, role="affected")


def asked(world: World, partner: str, statement: str) -> list[Any]:
    """Return what the portal's role is answered, for one partner."""
    with as_portal(world, partner), connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


TURNS = "SELECT started_at FROM cases_assignment ORDER BY started_at"
CLOCKS = "SELECT kind, anchor FROM cases_clock ORDER BY anchor, kind"
UP = [OPENED, OPENED + HOUR, JOINED + HOUR]


def test_turns_that_were_over_are_not_seen_and_the_one_that_ran_is(
    world: World, case: Case
) -> None:
    assert [at for (at,) in asked(world, FIRST, TURNS)] == UP
    assert [at for (at,) in asked(world, LATER, TURNS)] == UP[1:]
    with as_portal(world, LATER):
        assert [turn.name for turn in turns_of(case.pk)] == ["Petra", "Marianne"]


def test_clocks_that_were_over_are_not_seen_and_those_that_ran_are(
    world: World, case: Case
) -> None:
    both = [(kind, at) for at in UP for kind in ("decision", "response")]
    assert asked(world, FIRST, CLOCKS) == [*both[:2], ("total", OPENED), *both[2:]]
    # Tom's went with his turn, the missed one too; Petra's answer was given.
    ran = [("total", OPENED), ("decision", UP[1]), *both[4:]]
    assert asked(world, LATER, CLOCKS) == ran
    partner = world.partners[LATER].pk
    with as_portal(world, LATER):
        rows = list(of_partner(partner).values("id", "cycle"))
        found = clocks_of(partner, rows, {case.pk: joined_at(partner, case.pk)})[case.pk]
    assert [(clock["kind"], clock["anchor"]) for clock in found] == ran


def test_what_ended_at_the_very_instant_was_over(world: World) -> None:
    made = world.case()
    do(world, "acknowledge", made, at=JOINED)
    do(world, "escalate", made, at=JOINED)
    join(world, Case.objects.get(pk=made.pk))
    assert asked(world, LATER, TURNS) == [(JOINED,)]
    assert ("response", OPENED) not in asked(world, LATER, CLOCKS)


def test_a_colleague_takes_the_case_over_with_its_clocks(world: World) -> None:
    made = world.case()
    join(world, made)
    do(world, "reassign", Case.objects.get(pk=made.pk), at=JOINED + HOUR)
    assert asked(world, LATER, TURNS) == [(OPENED,), (JOINED + HOUR,)]
    assert [kind for kind, _at in asked(world, LATER, CLOCKS)] == ["decision", "response", "total"]


def test_nobody_of_before_is_named_on_the_page(world: World, case: Case) -> None:
    first = plain(get(world, "portal-case", case.pk, partner=FIRST))
    later = plain(get(world, "portal-case", case.pk, partner=LATER))
    assert "Tom" in first
    assert "Petra" in later
    assert "Tom" not in later
