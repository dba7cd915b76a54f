"""What is sent is read before anything is done: each operation that takes a body, from somebody who
may do it, with a field that nobody knows, with broken JSON, and with something that is no JSON."""

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.api import PROBLEM
from tests.escalation.browsing import Address
from tests.escalation.test_api_urls import (
    COLUMNS,
    OPERATIONS,
    TABLE,
    body_of,
    client_of,
    things_of,
)
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db
WRITES = [(address, method) for address, method in OPERATIONS if method != "GET"]
# Only a party of an issued memo may: see `tests/memos/test_api.py`.
ELSEWHERE = {"api-memo-acknowledge"}


def who_may(address: Address, method: str) -> str | None:
    """Return who gets as far as the state of the thing, if anybody does."""
    said = zip(COLUMNS, TABLE[address.name, method].split(), strict=True)
    return next((column for column, code in said if code in ("200", "201", "409")), None)


def sent(client: Client, method: str, url: str, text: str, kind: str) -> Any:
    """Send a text, and take back what it did."""
    with transaction.atomic():
        send = client.post if method == "POST" else client.put
        answer = send(url, text, content_type=kind)
        transaction.set_rollback(True)
    return answer


def test_each_is_asked_by_somebody() -> None:
    assert {a.name for a, m in WRITES if who_may(a, m) is None} == ELSEWHERE


def test_what_is_not_understood_is_refused_by_every_operation(db: None) -> None:
    ours: World = make_world()
    things = things_of(ours)
    clients = {column: client_of(column, ours, ours) for column in ("admin", "holder", "other")}
    clients["contact"] = client_of("contact", ours, ours)
    for address, method in WRITES:
        column = who_may(address, method)
        if column is None:
            continue
        url, client = address.url(things), clients[column]
        strange = {**(body_of(address.name, ours, things) or {}), "no_such_field": 1}
        unknown = sent(client, method, url, json.dumps(strange), "application/json")
        broken = sent(client, method, url, "{", "application/json")
        other = sent(client, method, url, "reason", "text/plain")
        codes = [answer.status_code for answer in (unknown, broken, other)]
        assert codes == [400, 400, 415], (address.name, method, column)
        assert {a.headers["Content-Type"] for a in (unknown, broken, other)} == {PROBLEM}
        assert [e["pointer"] for e in unknown.json()["errors"]] == ["/no_such_field"], address.name
