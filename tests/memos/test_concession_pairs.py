"""Two deciding at once is one decision. `./dev prove concession_pairs` runs five hundred."""

import pytest

from tests.factories import World
from tests.memos.deals import empower
from tests.memos.pairs import prove_pairs

PAIRS = 8


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one_decision(live_world: World) -> None:
    with live_world.scope():
        empower(live_world)
    assert sum(prove_pairs(live_world, PAIRS).values()) == PAIRS
