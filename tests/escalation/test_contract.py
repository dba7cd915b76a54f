"""The API keeps what its description says: a short look, as a holder's program and as nobody.

`./dev prove contract` takes a long one, as every kind of token.
"""

from typing import Any

import pytest

from tests.api import Program
from tests.escalation.contract import explore, operations
from tests.escalation.test_api_urls import things_of
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db
EXAMPLES = 3


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


def real_things(world: World) -> dict[str, Any]:
    """Return the things there are, by the names that stand for them."""
    return {
        **things_of(world),
        "user_id": world["petra"].user_id,
        "other_id": world.partners["rheintor"].pk,
        "category": "lead-routing",
    }


@pytest.mark.parametrize("name", sorted(operations()))
def test_an_operation_keeps_what_it_says(name: str, vendor: World) -> None:
    things, operation = real_things(vendor), operations()[name]
    holder = {"Authorization": f"Bearer {Program(vendor, 'tom').token}"}
    assert explore(operation, holder, things, EXAMPLES) > 0
    assert explore(operation, {}, things, 2) > 0
