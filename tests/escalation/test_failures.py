"""Answers where no view gave one, in a browser and over the API."""

from typing import Any

import pytest
from django.test import Client

from escalation import api, entrance


@pytest.mark.django_db
def test_an_address_that_is_not_there() -> None:
    page = Client().get("/nothing-here/")
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert page.headers["X-Request-Id"] in page.content.decode()
    answer = Client().get("/api/v1/nothing-here/")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, answer.json()) == (
        404,
        {
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": "Not found.",
            "errors": [],
        },
    )


def fails(*_: Any, **__: Any) -> None:
    """Fail as nothing should."""
    raise RuntimeError("a secret")


@pytest.mark.django_db
def test_a_fault_of_ours_shows_its_number_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrance, "page", fails)
    page = Client(raise_request_exception=False).get("/sign-in/")
    assert page.status_code == 500
    assert page.headers["X-Request-Id"] in page.content.decode()
    assert "a secret" not in page.content.decode()


@pytest.mark.django_db
def test_a_fault_of_ours_is_a_problem_to_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.Me, "initial", fails)
    answer = Client(raise_request_exception=False).get("/api/v1/me/")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["detail"]) == (500, "Something failed on our side.")
    assert "a secret" not in answer.content.decode()
