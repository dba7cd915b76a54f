"""Threads go from vendor to vendor and from partner to partner; `./dev prove isolation_threads` is
the same for minutes."""

import pytest

from tests.factories import World
from tests.tenants.alternating import Alternation
from tests.tenants.rows_of_everything import furnished

REQUESTS = 240


@pytest.fixture
def worlds(transactional_db: None) -> list[World]:
    """Two vendors with a row in every table."""
    return [furnished(), furnished()]


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper", "owner"])
def test_nobody_sees_anybody_elses_rows(worlds: list[World]) -> None:
    storm = Alternation(worlds, threads=6, pool_size=3)
    storm.run(REQUESTS)
    assert storm.wrong == []
    assert storm.strays() == []
    assert storm.done["requests"] == REQUESTS
    assert storm.done["sessions ended"] > REQUESTS / 10
    assert storm.done["looks"] > REQUESTS
