"""The suite runs as the product's own database roles: never as owner or superuser."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test.utils import setup_databases, teardown_databases

from tests import emptying, factories
from tests.factories import World

# What takes long, and is few tests: begun first, or at the end one process waits for the other.
LONG = (
    *("tests/live/", "tests/browser/", "tests/devtools/test_up.py", "tests/test_compose.py"),
    *("tests/escalation/test_demo", "tests/escalation/test_contract.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first; the rest stays in its order."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


# A Wednesday at ten in Berlin: windows of hours end on the same day.
NOON = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def _connect_as(alias: str, account: dict[str, Any]) -> None:
    connections[alias].close()
    for name in ("USER", "PASSWORD"):
        connections[alias].settings_dict[name] = account[name]
        settings.DATABASES[alias][name] = account[name]


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """Create the test database as its owner, then connect as the app."""
    app = {name: connections["default"].settings_dict[name] for name in ("USER", "PASSWORD")}
    owner = connections["owner"].settings_dict
    keep = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock():
        _connect_as("default", owner)
        old = setup_databases(verbosity=0, interactive=False, keepdb=keep, serialized_aliases=[])
        with connections["default"].cursor() as cursor:
            # Only here, and on servers that somebody brought: Django empties all tables between
            # tests that commit (tests/emptying.py), and fills these two again.
            cursor.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO parley_app")
            cursor.execute("GRANT INSERT ON django_content_type, auth_permission TO parley_app")
            # Only here: factories make tenants without a second connection.
            cursor.execute("GRANT INSERT ON tenants_tenant TO parley_app")
        _connect_as("default", app)
        rows = emptying.Rows() if emptying.is_own_server() else None
    with emptying.by_rows(rows):
        yield
    with django_db_blocker.unblock():
        for connection in connections.all():
            connection.close()
        _connect_as("default", owner)
        teardown_databases(old, verbosity=0, keepdb=keep)


@pytest.fixture
def at() -> datetime:
    """The instant at which a test's story takes place."""
    return NOON


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """One vendor with a ladder of three levels and two partners; the test runs in its scope."""
    made = factories.make_world()
    with made.scope():
        yield made


@pytest.fixture
def live_world(transactional_db: None) -> World:
    """The same, committed and out of scope: for tests with more than one connection."""
    return factories.make_world()
