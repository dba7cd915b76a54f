"""What the page of one case costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from cases.retiming import hold
from tests.cases.verbs import DAY, LATER, case_in, do
from tests.escalation.browsing import browser
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db
# The frame of the page, who asks and on whose behalf are among them.
MOST = 60


@pytest.fixture
def world(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


def give_time(world: World, case: Case, days: int) -> None:
    """Let Tom hold his own window until some days later, which is outside the rules."""
    hold(
        Case.objects.get(pk=case.pk),
        by=world["tom"],
        at=LATER,
        until=LATER + days * DAY,
        reason="The tender closes then.",
        override=True,
    )


@pytest.mark.parametrize("name", ["ines", "tom", "petra", "marianne"])
def test_as_many_queries_with_several_overrides_as_with_one(world: World, name: str) -> None:
    client = browser(world, name)
    with world.scope():
        case = case_in(world, "in_progress")
    counts = []
    for days in (1, 2, 3):
        with world.scope():
            give_time(world, case, days)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(f"/t/{world.tenant.slug}/cases/{case.pk}/").content.decode()
        assert page.count("The tender closes then.") >= days
        assert page.count("Say what was learned") == (0 if name == "tom" else days)
        counts.append(len(captured))
    assert len(set(counts)) == 1
    assert counts[0] <= MOST


def test_how_somebody_stands_is_read_once_a_page_and_anew_on_the_next(world: World) -> None:
    client = browser(world, "tom")
    with world.scope():
        case = case_in(world, "in_progress")
    address = f"/t/{world.tenant.slug}/cases/{case.pk}/"
    with CaptureQueriesContext(connection) as captured:
        assert "do/decide/" in client.get(address).content.decode()
    asked = [q["sql"] for q in captured.captured_queries if 'AS "owns"' in q["sql"]]
    assert len(asked) == 1
    with world.scope():
        do(world, "reassign", case)
    assert "do/decide/" not in client.get(address).content.decode()
