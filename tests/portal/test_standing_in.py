"""While somebody of the vendor's is away, a partner sees who acts, and nothing of the absence."""

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from cases.handover import hand_over
from journal.models import Event
from ladder.models import Absence
from tenants.scope import act_in
from tests.cases.verbs import LATER, do
from tests.escalation.browsing import browser
from tests.factories import World, make_absence


@pytest.fixture
def away(world: World) -> Absence:
    """Tom is away; Petra stands in."""
    return make_absence(world, "tom", "petra", note="Surgery.")


def pages(world: World) -> str:
    """Return what Anna reads of her cases."""
    client, here = browser(world, "anna"), f"/p/{world.tenant.slug}/alpenwerk/"
    found = client.get(here).content.decode()
    for case_id in set(Event.objects.exclude(case_id=None).values_list("case_id", flat=True)):
        found += client.get(f"{here}cases/{case_id}/").content.decode()
    return found


def test_the_portal_names_who_acts_and_nobody_else(world: World, away: Absence) -> None:
    case = world.case(by="marianne")
    do(world, "acknowledge", case, by="petra")
    do(world, "decide", case, by="petra")
    found = pages(world)
    assert "Petra" in found
    for word in ("Tom", "Surgery", "stands in", "behalf", "away"):
        assert word not in found, word


def test_a_case_that_was_handed_over_was_given_to_a_colleague(world: World) -> None:
    case = world.case()
    away = make_absence(world, "tom", "petra", note="Surgery.")
    hand_over(case, by=world["tom"], at=LATER, absence_id=away.pk)
    found = pages(world)
    assert "Gave it to a colleague" in found
    for word in ("Surgery", "stands in", "behalf", "away"):
        assert word not in found, word


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM ladder_absence",
        "SELECT on_behalf_of_id FROM cases_assignment",
        "SELECT on_behalf_of_id FROM cases_clock",
        "SELECT parley_acts_for('00000000-0000-7000-8000-000000000001')",
    ],
)
def test_the_portals_role_cannot_ask(world: World, away: Absence, statement: str) -> None:
    person, partner = world["anna"].user_id, world.partners["alpenwerk"].pk
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        act_in(world.tenant.pk, user_id=person, partner_id=partner, portal=True),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
