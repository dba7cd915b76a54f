"""Every operation of the API names the scope it needs, and asks for it.

The addresses come from Django's resolver: one without a scope fails here unless it is on the list
of those that are open to any token, with the reason.
"""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import resolve

from escalation.urls import v1
from tenants.authentication import HasScope
from tenants.models import ApiToken
from tenants.rest.operation import Operation
from tenants.scopes import ALL_SCOPES, SCOPES
from tests.api import Program, refused
from tests.escalation.browsing import Address, addresses
from tests.escalation.test_api_description import operation_of
from tests.escalation.test_api_urls import ANY, ask
from tests.factories import World, make_world

# What asks for no token and no scope, and why that does no harm.
OPEN = {
    "api-docs": "the description as pages: it says nothing of any tenant",
    "api-schema": "the description: it says nothing of any tenant",
}
# What is read by POST, and why.
READ_BY_POST = {"api-calendar-preview": "a calendar does not fit into an address; nothing is kept"}
ALL = sorted(addresses(list(v1)), key=lambda address: address.name)


def view_of(address: Address) -> Any:
    """Return what answers at an address: a class of operations, or a plain function."""
    function: Any = resolve(address.url(ANY)).func
    return getattr(function, "view_class", function)


def methods_of(address: Address) -> list[str]:
    """Return the methods an operation answers, as tokens are asked for them."""
    view = view_of(address)
    return [m.upper() for m in view.http_method_names if m != "head" and hasattr(view, m)]


SCOPED = [address for address in ALL if address.name not in OPEN]
OPERATIONS = [
    (address, method, view_of(address).scopes.get(method))
    for address in SCOPED
    for method in methods_of(address)
]
EACH = pytest.mark.parametrize(
    ("address", "method", "scope"), OPERATIONS, ids=[f"{a.name}-{m}" for a, m, _ in OPERATIONS]
)


def test_what_answers_without_a_scope_is_on_the_list() -> None:
    plain = {a.name for a in ALL if not issubclass_of_operation(view_of(a))}
    assert plain == set(OPEN)


def issubclass_of_operation(view: Any) -> bool:
    """Whether a view is an operation, which asks for a token and its scope."""
    return isinstance(view, type) and issubclass(view, Operation)


def test_every_method_of_an_operation_names_its_scope_and_no_other_does() -> None:
    named = {a.name: set(view_of(a).scopes) for a in SCOPED}
    assert named == {a.name: set(methods_of(a)) for a in SCOPED}


@EACH
def test_a_scope_is_one_there_is_and_says_what_is_done(
    address: Address, method: str, scope: str | None
) -> None:
    assert scope in SCOPES
    reads = method == "GET" or address.name in READ_BY_POST
    assert str(scope).endswith(":read" if reads else ":write")


@EACH
def test_the_description_of_an_operation_names_its_scope(
    address: Address, method: str, scope: str
) -> None:
    assert operation_of(address, method)["description"].endswith(f"\n\nScope: `{scope}`.")


def test_no_scope_is_for_nothing() -> None:
    assert {scope for _address, _method, scope in OPERATIONS} == set(SCOPES)


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


@EACH
def test_a_token_without_the_scope_is_told_so_and_one_with_it_is_not(
    address: Address, method: str, scope: str, vendor: World
) -> None:
    url, said = address.url(ANY), f"The token lacks the scope {scope}."
    others = Program(vendor, "ines", scopes=tuple(s for s in ALL_SCOPES if s != scope))
    assert refused(ask(others.client, method, url, {}), 403)["detail"] == said
    alone = ask(Program(vendor, "ines", scopes=(scope,)).client, method, url, {})
    assert alone.status_code != 401
    assert said not in alone.content.decode(errors="replace")


class Forgotten(Operation):
    """One method names its scope, the other does not."""

    scopes = {"GET": "me:read"}

    def get(self, *_: Any) -> None:
        """Nothing."""

    def post(self, *_: Any) -> None:
        """Nothing."""


@pytest.mark.parametrize(
    ("method", "let_in"),
    [("GET", True), ("HEAD", True), ("POST", False), ("PUT", True), ("OPTIONS", True)],
)
def test_a_forgotten_scope_lets_nobody_in_and_a_method_there_is_not_is_said_to_be_none(
    rf: Any, method: str, let_in: bool
) -> None:
    # What passes here without a handler is answered with 405.
    view = Forgotten()
    view.setup(rf.generic(method, "/"))
    view.request = view.initialize_request(view.request)
    view.request.auth = ApiToken(pk=uuid4(), scopes=list(ALL_SCOPES))
    assert HasScope().has_permission(view.request, view) is let_in
