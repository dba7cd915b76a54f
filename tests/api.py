"""A program that calls the API, as a test does it."""

import json
from typing import Any
from uuid import UUID

from django.test import Client

from tenants.scopes import ALL_SCOPES
from tests.factories import World, make_token

PROBLEM = "application/problem+json"


class Program:
    """One token of a member's, with every scope unless said."""

    def __init__(
        self,
        world: World,
        name: str,
        *,
        scopes: tuple[str, ...] = ALL_SCOPES,
        partner_id: UUID | None = None,
    ) -> None:
        with world.scope():
            self.token = make_token(world[name], scopes=list(scopes), partner_id=partner_id)
        self.client = Client(headers={"Authorization": f"Bearer {self.token}"})

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Make one request; `headers` name theirs with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        data = {} if body is None else {"data": json.dumps(body)}
        if method != "get":
            data["content_type"] = "application/json"
        call = getattr(self.client, method)
        answer = call(f"/api/v1/{path}", headers=sent, **data)
        # What keeps a memo from being issued stands in the memo, and not in what was sent.
        if answer.status_code == 400 and not path.endswith("/issue/"):
            check_pointers(answer, {} if body is None else body)
        return answer

    def get(self, path: str, **headers: str) -> Any:
        """Ask, and return what was answered with 200."""
        answer = self.ask("get", path, **headers)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Ask, and return what was answered with 200 or 201."""
        answer = self.ask("post", path, body, **headers)
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        """Ask, and return what was answered with 200 or 201."""
        answer = self.ask("put", path, body, **headers)
        assert answer.status_code in (200, 201), answer.content
        return answer.json()


def check_pointers(answer: Any, sent: Any) -> None:
    """Check that each reason of a refusal names its place: a JSON pointer into what was sent, or a
    parameter."""
    for error in answer.json()["errors"]:
        pointer = error["pointer"]
        assert not pointer or pointer.startswith("?") or leads_into(sent, pointer), pointer


def leads_into(value: Any, pointer: str) -> bool:
    """Whether a JSON pointer leads to a value, or to where an object lacks one."""
    if not pointer.startswith("/"):
        return False
    *way, last = (p.replace("~1", "/").replace("~0", "~") for p in pointer[1:].split("/"))
    for part in way:
        if not holds(value, part):
            return False
        value = value[int(part) if isinstance(value, list) else part]
    return isinstance(value, dict) or holds(value, last)


def holds(value: Any, part: str) -> bool:
    """Whether a list or an object has a member of this number or name."""
    if isinstance(value, list):
        return part.isdigit() and int(part) < len(value)
    return isinstance(value, dict) and part in value


def company(world: World, name: str, partner: str) -> Program:
    """Return the program of a partner's person."""
    return Program(world, name, partner_id=world.partners[partner].pk)


def refused(answer: Any, status: int) -> dict[str, Any]:
    """Check that an answer is a problem, and return it."""
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, PROBLEM), body
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert body["status"] == status
    return body


def pointers(answer: Any, status: int = 400) -> dict[str, str]:
    """Check that an answer is a problem, and return its reasons by where they stand."""
    return {e["pointer"]: e["detail"] for e in refused(answer, status)["errors"]}
