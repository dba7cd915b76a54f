"""Five hundred pairs that decide a concession at once: each is one decision."""

import pytest

from tests.factories import World
from tests.memos.deals import empower
from tests.memos.pairs import prove_pairs

PAIRS = 500


@pytest.mark.django_db(transaction=True)
def test_five_hundred_pairs_are_five_hundred_decisions(live_world: World) -> None:
    with live_world.scope():
        empower(live_world)
    won = prove_pairs(live_world, PAIRS)
    assert sum(won.values()) == PAIRS
    # Both have won: they really raced.
    assert min(won.values()) > 0
