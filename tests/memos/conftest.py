"""What tests of concessions start from."""

import pytest

from cases.models import Case
from memos.models import Concession
from tests.factories import World
from tests.memos import deals


@pytest.fixture
def desk(world: World) -> World:
    """A vendor whose levels may concede something; the test runs in its scope."""
    return deals.empower(world)


@pytest.fixture
def case(desk: World) -> Case:
    """A dispute of Tom's."""
    return desk.case()


@pytest.fixture
def made(desk: World, case: Case) -> Concession:
    """A fee of 3,000 that Tom asks for, which goes to Petra."""
    return deals.ask(desk, case)
