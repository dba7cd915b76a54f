"""How much a partner's list of cases asks the database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.api.cases import page_of
from portal.api.shapes import summaries
from tests.cases.verbs import do
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db
# The page with its own parts and the owners' names, the clocks, and the pauses.
MOST = 3


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


def test_a_partners_list_takes_three_statements_for_one_case_and_for_thirty(vendor: World) -> None:
    own, counts = vendor.partners["alpenwerk"].pk, []
    for size in (1, 29):
        with vendor.scope():
            for number in range(size):
                case = vendor.case(at=timezone.now())
                if number % 2:
                    do(vendor, "acknowledge", case, at=timezone.now())
        with (
            vendor.scope(user_id=vendor["anna"].user_id, partner_id=own, portal=True),
            CaptureQueriesContext(connection) as captured,
        ):
            shown = summaries(own, list(page_of(own, {"limit": 50}).rows))
        counts.append((len(captured), len(shown)))
        assert {case["partner"]["name"] for case in shown if case["partner"]} == {"Alpenwerk"}
        assert all(case["due_at"] and case["clocks"] and case["owner"] for case in shown)
    assert counts == [(MOST, 1), (MOST, 30)]
