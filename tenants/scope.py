"""On whose behalf the current code runs, in Python and in the database at once.

The scope is kept in a ContextVar; the database backend stamps it on every outermost transaction,
transaction-locally, so that a connection that goes back to the pool carries nothing along.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from uuid import UUID

import django_scopes
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper


@dataclass(frozen=True, slots=True)
class Scope:
    """What row security is told. Empty fields match nothing."""

    tenant_id: UUID | None = None
    user_id: UUID | None = None
    partner_id: UUID | None = None
    email: str = ""
    token_key: str = ""
    portal: bool = False


NOBODY = Scope()
_scope: ContextVar[Scope] = ContextVar("scope", default=NOBODY)

STAMP = """SELECT set_config('app.tenant_id', %s, true), set_config('app.user_id', %s, true),
    set_config('app.partner_id', %s, true), set_config('app.email', %s, true),
    set_config('app.token_key', %s, true), set_config('role', %s, true)"""


def current() -> Scope:
    """Return the scope in force."""
    return _scope.get()


def tenant_in_force() -> UUID:
    """Return the current tenant's id; `LookupError` where none was chosen."""
    found = _scope.get().tenant_id
    if found is None:
        raise LookupError("No tenant is in force here.")
    return found


def stamp_parameters(scope: Scope) -> tuple[str, ...]:
    """Return the parameters of STAMP for a scope."""
    ids = (scope.tenant_id, scope.user_id, scope.partner_id)
    role = "parley_portal" if scope.portal else "none"
    return (*("" if i is None else str(i) for i in ids), scope.email, scope.token_key, role)


def _restamp(using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(STAMP, stamp_parameters(_scope.get()))


def _may_restamp(using: str) -> bool:
    connection = connections[using]
    return connection.in_atomic_block and not (
        connection.needs_rollback or connection.closed_in_transaction
    )


@contextmanager
def _entered(scope: Scope, using: str) -> Iterator[None]:
    """Put a scope in force, also for a transaction that is open already."""
    token = _scope.set(scope)
    nested = _may_restamp(using)
    try:
        if nested:
            _restamp(using)
        yield
    finally:
        _scope.reset(token)
        if nested and _may_restamp(using):
            _restamp(using)


@contextmanager
def act_in(
    tenant_id: UUID,
    *,
    user_id: UUID | None = None,
    partner_id: UUID | None = None,
    portal: bool = False,
    using: str = "default",
) -> Iterator[None]:
    """Run as one tenant, and in the portal as one of its partners, in one transaction.

    Everything inside commits or rolls back together. The tenant is stamped before the first
    statement; leaving restores what was in force before.
    """
    scope = Scope(tenant_id, user_id, partner_id, portal=portal)
    with (
        _entered(scope, using),
        django_scopes.scope(tenant=tenant_id),
        transaction.atomic(using=using),
    ):
        yield


@contextmanager
def identify(*, using: str = "default", **known: object) -> Iterator[None]:
    """Run one look-up of who someone is, before a tenant is chosen.

    `known` is what the person or program has shown: `user_id`, `email` or `token_key`. Row
    security shows the rows that match it, and no others.
    """
    scope = replace(NOBODY, **known)  # type: ignore[arg-type]
    with (
        _entered(scope, using),
        django_scopes.scopes_disabled(),
        transaction.atomic(using=using),
    ):
        yield


@contextmanager
def background_role(role: str, *, using: str = "sweeper") -> Iterator[CursorWrapper]:
    """Run one transaction across tenants as a role that sees only what its task needs.

    `role` is one of `relay`, `auditor` and `sealer`. Yields a cursor.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [f"parley_{role}"])
        yield cursor
