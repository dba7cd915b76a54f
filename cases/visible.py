"""The one rule of who sees a case, as SQL that is worked out once.

Django takes longer to put the rule into words than PostgreSQL takes to apply it to a page. The
words differ only by whose eyes they are for: those are put in at each question.
"""

from functools import cache
from typing import Any
from uuid import UUID

import django_scopes

from cases.access import visible_cases
from tenants.models import Membership
from tenants.scope import tenant_in_force

# Stand for the tenant and the person until somebody asks.
SOME_TENANT = UUID("00000000-0000-7000-8000-0000000000aa")
SOMEBODY = UUID("00000000-0000-7000-8000-0000000000bb")


def visible_ids(member: Membership) -> tuple[str, list[Any]]:
    """Return `SELECT … FROM cases_case … WHERE …` for the cases a member sees, its one column the
    id, and its parameters. What follows may name the columns of `cases_case`."""
    text, parameters = _words(member.role)
    known = {SOME_TENANT: tenant_in_force(), SOMEBODY: member.user_id}
    return text, [known.get(value, value) for value in parameters]


@cache
def _words(role: str) -> tuple[str, tuple[Any, ...]]:
    somebody = Membership(tenant_id=SOME_TENANT, user_id=SOMEBODY, role=role)
    with django_scopes.scope(tenant=SOME_TENANT):
        query = visible_cases(somebody).values("id").order_by().query
        text, parameters = query.sql_with_params()
    return text, tuple(_as_id(value) for value in parameters)


def _as_id(value: Any) -> Any:
    """Return a parameter as it was put in: the database's adapter has made text of ids."""
    return next((i for i in (SOME_TENANT, SOMEBODY) if str(i) == str(value)), value)
