"""Requests as each kind of visitor makes them, and what is left of an answer to compare."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.factories import World, make_token

BACKEND = "tenants.backends.EmailBackend"
# What differs between any two answers: the form's secret and the request's name.
SECRETS = re.compile(r"[A-Za-z0-9]{64}|\b[0-9a-f]{12}\b")
OWN_HEADERS = {"X-Request-Id", "Set-Cookie", "Content-Length", "server-timing"}
COLUMNS = (
    *("admin", "holder", "other", "auditor", "custodian"),
    *("contact", "rival", "stranger", "nobody", "program"),
)
PEOPLE = {
    "admin": "ines",
    "holder": "tom",
    "other": "petra",
    "auditor": "pavel",
    "custodian": "ruth",
    "contact": "anna",
    "rival": "marc",
}


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver: its name, and the names in its path."""

    name: str
    arguments: tuple[str, ...]

    def url(self, values: dict[str, Any]) -> str:
        """Return the address; a name in the path that the test does not know is a `KeyError`."""
        return reverse(self.name, kwargs={name: values[name] for name in self.arguments})


def addresses(patterns: list[Any] | None = None) -> Iterator[Address]:
    """Yield every address the product answers, from Django's own resolver."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern.pattern} has no name"
            possible = get_resolver().reverse_dict.getlist(pattern.name)
            yield Address(pattern.name, tuple(possible[0][0][0][1]))


def browser(world: World, name: str) -> Client:
    """Return a browser in which a person of a vendor is signed in."""
    client = Client()
    client.force_login(world[name].user, backend=BACKEND)
    return client


def visitor(column: str, world: World, stranger: World) -> Client:
    """Return the browser, or the program, of one column of the table."""
    if column == "nobody":
        return Client()
    if column == "stranger":
        return browser(stranger, "ines")
    if column == "program":
        with world.scope():
            secret = make_token(world["tom"], scopes=["me:read"])
        return Client(headers={"Authorization": f"Bearer {secret}"})
    return browser(world, PEOPLE[column])


def left(response: HttpResponse, *own: str | UUID) -> tuple[int, dict[str, str], str]:
    """Return what two answers can be compared by: status, headers and body without what differs
    between any two requests, and without the words each of them was asked with."""
    body = response.content.decode()
    headers = {name: value for name, value in response.items() if name not in OWN_HEADERS}
    for word in sorted(map(str, own), key=len, reverse=True):
        body = body.replace(word, "?")
        headers = {name: value.replace(word, "?") for name, value in headers.items()}
    return response.status_code, headers, SECRETS.sub("*", body)
