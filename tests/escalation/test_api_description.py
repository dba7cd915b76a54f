"""What the description says of answers, held against what is answered: each operation that can be
asked for, as everybody who gets an answer."""

import re
from typing import Any

import pytest
from django.urls import resolve

from escalation.api import described
from tenants.rest.description import CALLS
from tests.escalation.browsing import Address
from tests.escalation.test_api_urls import (
    ANY,
    OPERATIONS,
    TABLE,
    ask,
    body_of,
    client_of,
    things_of,
)
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db
PARTNERS = ("contact", "rival")
# Who is answered, a partner, and who has no token; what each other kind gets is in the table.
ASKED = ("admin", "holder", "other", "auditor", "contact", "rival", "nobody")
# The headers that are described.
SENT = {"ETag", "Location", *CALLS}
# Nobody is answered by these as things stand in `things_of`. They say what they did as the other
# verbs of the same thing do, in the same place (`post` of CaseVerb, ConcessionVerb, MemoVerb).
UNANSWERED = {
    *("api-case-close", "api-case-decide", "api-case-hand-back", "api-case-request-level"),
    *("api-case-resolve", "api-case-revise", "api-concession-accept", "api-memo-acknowledge"),
    *("api-case-pause", "api-case-resume", "api-case-keep-waiting", "api-case-reopen"),
    *("api-memo-action-done", "api-memo-ask-review", "api-memo-issue", "api-memo-succeed"),
}


@pytest.fixture
def ours(db: None) -> World:
    """The vendor whose addresses are asked for; its scope is not in force."""
    return make_world()


@pytest.fixture
def theirs(ours: World) -> World:
    """Another vendor."""
    return make_world()


def operation_of(address: Address, method: str) -> dict[str, Any]:
    """Return what the description says of one operation."""
    route = resolve(address.url(ANY)).route
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
    found: dict[str, Any] = described()["paths"][path][method.lower()]
    return found


def headers_of(operation: dict[str, Any], status: int) -> set[str]:
    """Return which headers the answer may have that shows what was done."""
    return set(operation["responses"].get(str(status), {}).get("headers", ()))


def test_who_is_answered_by_nobody_is_on_the_list() -> None:
    answered = {name for (name, _method), line in TABLE.items() if re.search(r"\b20\d", line)}
    assert {address.name for address, _method in OPERATIONS} - answered == UNANSWERED


def told_of(operation: dict[str, Any], status: int) -> set[str]:
    """Return every header an answer may have, those that many answers share too."""
    said = operation["responses"].get(str(status), {})
    if "$ref" in said:
        said = described()["components"]["responses"][said["$ref"].rpartition("/")[2]]
    return set(said.get("headers", ()))


def test_a_header_is_sent_where_it_is_described_and_nowhere_else(
    ours: World, theirs: World
) -> None:
    things = things_of(ours)
    clients = {column: client_of(column, ours, theirs) for column in ASKED}
    for address, method in OPERATIONS:
        operation = operation_of(address, method)
        url, body = address.url(things), body_of(address.name, ours, things)
        for column, client in clients.items():
            answer = ask(client, method, url, body)
            expected = told_of(operation, answer.status_code) & SENT
            if column in PARTNERS:
                expected -= {"ETag"}
            wrong = (address.name, method, column, answer.status_code)
            assert SENT & set(answer.headers) == expected, wrong


def test_what_heeds_a_version_tells_it_and_so_does_what_shows_the_thing() -> None:
    for address, method in OPERATIONS:
        operation = operation_of(address, method)
        heeds = any(p["name"] == "If-Match" for p in operation.get("parameters", ()))
        # A text has no version: it is written for the version of its case. Only partners ask for
        # the next level, and they see none.
        apart = ("cases_messages_create", "cases_request_level")
        if heeds and operation["operationId"] not in apart:
            statuses = [code for code in (200, 201) if str(code) in operation["responses"]]
            assert statuses, address.name
            told = [code for code in statuses if "ETag" in headers_of(operation, code)]
            assert told == statuses, address.name


def test_what_shows_a_version_heeds_one() -> None:
    """Who has read a version may mean that one, whatever they do to the thing."""
    for address, method in OPERATIONS:
        operation = operation_of(address, method)
        codes = [int(code) for code in operation["responses"] if code.startswith("20")]
        if method == "GET" or not address.arguments:
            continue
        if any("ETag" in headers_of(operation, code) for code in codes):
            heeds = {p["name"] for p in operation.get("parameters", ())}
            assert "If-Match" in heeds, (address.name, method)


def test_every_refusal_that_says_when_to_come_back_is_every_operations() -> None:
    shared = described()["components"]["responses"]
    for address, method in OPERATIONS:
        responses = operation_of(address, method)["responses"]
        for code in ("429", "503"):
            name = responses[code]["$ref"].rpartition("/")[2]
            assert "Retry-After" in shared[name]["headers"], (address.name, code)


def test_what_cannot_be_answered_is_refused_before_the_call_is_counted(ours: World) -> None:
    client = client_of("admin", ours, ours)
    answer = client.get("/api/v1/me/", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert not set(CALLS) & set(answer.headers)
