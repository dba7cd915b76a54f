"""890 real incidents, logged as open at once, all climb to the top by themselves."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest

from devtools.processes import wait_until
from tests.cases.importing.logs import REAL_LOG, needs_real_log
from tests.live.climbs import at_position, bells_rung_twice, escalations, lags, post, spread
from tests.live.policies import ladder_of_seconds, written
from tests.live.product import Product

pytestmark = needs_real_log

INCIDENTS = 890
ADMIN = "ada@incidents.example"
BOUND = 300.0
CASES = "SELECT id::text FROM cases_case ORDER BY number"


@dataclass(frozen=True, slots=True)
class Imported:
    """The log as cases, all of them at the top."""

    product: Product
    cases: list[UUID]
    said: str
    seconds_to_import: float
    seconds_to_top: float


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with an empty vendor whose three levels answer within seconds."""
    folder = tmp_path_factory.mktemp("import")
    running = Product(folder)
    try:
        running.wait_ready()
        running.tenant = "incidents"
        words = ("incidents", "Incidents", "--admin", ADMIN, "--admin-name", "Ada")
        running.manage("create_tenant", *words)
        policy = ladder_of_seconds(ADMIN, ADMIN, ADMIN)
        running.manage("load_policy", str(written(policy, folder)), "--tenant", running.tenant)
        yield running
    finally:
        running.end()


@pytest.fixture(scope="module")
def imported(product: Product) -> Imported:
    """Import the log as open, and wait until every case is at the top."""
    began = time.monotonic()
    words = ("--tenant", product.tenant, "--format", "servicenow", "--as-open")
    said = product.manage("import_cases", str(REAL_LOG), *words)
    done = time.monotonic()
    cases = [UUID(ident) for (ident,) in product.rows(CASES)]
    assert wait_until(lambda: at_position(product, cases, 3) == len(cases), BOUND)
    return Imported(product, cases, said, done - began, time.monotonic() - done)


def test_every_incident_is_a_case_and_reaches_the_top(imported: Imported) -> None:
    assert len(imported.cases) == INCIDENTS
    assert re.search(r"^ +890 imported$", imported.said, re.MULTILINE)
    assert imported.seconds_to_import < 60
    print(f"\nimported in {imported.seconds_to_import:.1f} s with the start of the command")
    print(f"all at the top {imported.seconds_to_top:.1f} s later")


def test_each_case_was_escalated_to_each_level_once(imported: Imported) -> None:
    expected = {case: {2: 1, 3: 1} for case in imported.cases}
    assert escalations(imported.product, imported.cases) == expected
    assert bells_rung_twice(imported.product, imported.cases) == 0


def test_no_window_is_noticed_late(imported: Imported) -> None:
    late = lags(imported.product, imported.cases)
    print(f"\ndue to processed, {len(late)} windows: {spread(late)}")
    assert late[0] >= 0
    assert late[-1] < 7.0


def test_every_notice_leaves_once(imported: Imported) -> None:
    until = imported.product.now()
    began = time.monotonic()
    imported.product.wait_delivered(until, BOUND)
    sent = post(imported.product, imported.cases, until)
    print(f"\n{len(sent.copies)} mails, the last {time.monotonic() - began:.1f} s after the climb")
    assert set(sent.states) == {"sent"}
    assert (sent.unsent, sent.misdirected, sent.repeats) == ([], [], 0)


def test_the_auditor_finds_nothing_and_the_chain_holds(imported: Imported) -> None:
    health = imported.product.wait_audited(60)
    assert (health["status"], health["late"], health["audit"]["count"]) == ("ok", [], 0)
    said = imported.product.manage("verify_journal", "--tenant", imported.product.tenant)
    assert "each in its place, none changed." in said
    print(f"\n{said}")
