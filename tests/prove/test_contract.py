"""The API under a long attack made of its own description, as every kind of token and as nobody:
200 requests for each operation and each of them. None may fail on our side, answer what the
description does not know, or take what it does not allow.
"""

import pytest

from tenants.scopes import DEFAULT_SCOPES
from tests.api import Program, company
from tests.escalation.browsing import PEOPLE
from tests.escalation.contract import explore, operations
from tests.escalation.test_contract import real_things
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db
EXAMPLES = 200
# Each role once; what differs within a role is in the table of addresses.
COLUMNS = ("admin", "holder", "auditor", "custodian", "contact", "nobody")


@pytest.fixture(autouse=True)
def without_limit(settings: pytest.FixtureRequest) -> None:
    """Let one token call as often as it takes."""
    settings.API_CALLS_PER_MINUTE = 10**9  # type: ignore[attr-defined]


def header(world: World, column: str) -> dict[str, str]:
    """Return what one kind of visitor sends."""
    if column == "nobody":
        return {}
    name = PEOPLE[column]
    own = {"contact": "alpenwerk", "rival": "rheintor"}.get(column)
    if own:
        return {"Authorization": f"Bearer {company(world, name, own).token}"}
    scopes = DEFAULT_SCOPES[world[name].role]
    return {"Authorization": f"Bearer {Program(world, name, scopes=scopes).token}"}


def test_there_are_operations_to_attack() -> None:
    found = len(operations())
    print(f"\n{found} operations, {found * len(COLUMNS)} pairs of operation and role")
    assert found


@pytest.mark.parametrize("name", sorted(operations()))
@pytest.mark.parametrize("column", COLUMNS)
def test_an_operation_keeps_what_it_says(name: str, column: str) -> None:
    world = make_world()
    things = real_things(world)
    sent = explore(operations()[name], header(world, column), things, EXAMPLES)
    print(f"\n{column}, {name}: {sent} requests")
    assert sent >= EXAMPLES
