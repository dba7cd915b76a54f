"""Twelve threads act for three vendors and their partners in turn, on five connections that go
from hand to hand, while their sessions are ended: every look at every table shows the rows of
whoever acts, and no others."""

import time

import pytest

from tests.factories import World
from tests.tenants.alternating import Alternation
from tests.tenants.rows_of_everything import furnished

REQUESTS, THREADS, CONNECTIONS = 5_000, 12, 5


@pytest.fixture
def worlds(transactional_db: None) -> list[World]:
    """Three vendors with a row in every table."""
    return [furnished() for _ in range(3)]


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper", "owner"])
def test_thousands_of_requests_and_nobody_sees_anybody_elses_rows(worlds: list[World]) -> None:
    storm = Alternation(worlds, THREADS, CONNECTIONS)
    began = time.monotonic()
    storm.run(REQUESTS)
    tables = {table for counts in storm.before.values() for table, _ in counts}
    print(f"\n{len(storm.actors)} actors, {len(tables)} tables: {dict(storm.done)}")
    print(f"written {storm.written.total()}, in {time.monotonic() - began:.0f} s")
    assert storm.wrong == []
    assert storm.strays() == []
    assert storm.done["requests"] == REQUESTS
    assert storm.done["sessions ended"] > REQUESTS / 10
    assert storm.done["cut off"] > REQUESTS / 50
    assert storm.written.total() > REQUESTS / 20
