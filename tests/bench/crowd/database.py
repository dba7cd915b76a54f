"""A database of a bench's own: made as the suite makes its one, used as the product's roles."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connections
from django.test.utils import setup_databases, teardown_databases


def _connect_as(account: dict[str, Any]) -> None:
    connections["default"].close()
    for name in ("USER", "PASSWORD"):
        connections["default"].settings_dict[name] = account[name]
        settings.DATABASES["default"][name] = account[name]


@contextmanager
def bench_database() -> Iterator[None]:
    """Make a migrated database as the owner, and throw it away afterwards."""

    app = {name: connections["default"].settings_dict[name] for name in ("USER", "PASSWORD")}
    owner = dict(connections["owner"].settings_dict)
    _connect_as(owner)
    old = setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
    _connect_as(app)
    try:
        yield
    finally:
        for connection in connections.all():
            connection.close()
        _connect_as(owner)
        teardown_databases(old, verbosity=0)
