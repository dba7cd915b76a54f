"""Errors of the API, each as problem+json."""

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from escalation.problems import CONTENT_TYPE, problem_response
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.rest.operation import QueryError


def told(problem: Exception) -> dict[str, Any]:
    """Return the body a program gets."""
    response = problem_response(problem, {})
    assert isinstance(response, Response)
    assert response.content_type == CONTENT_TYPE == "application/problem+json"
    body: dict[str, Any] = json.loads(JSONRenderer().render(response.data))
    assert body["type"] == "about:blank"
    assert body["status"] == response.status_code
    return body


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("problem", "status", "title", "detail"),
    [
        (Http404("a secret"), 404, "Not Found", "Not found."),
        (exceptions.NotFound(), 404, "Not Found", "Not found."),
        (
            PermissionDenied("a secret"),
            403,
            "Forbidden",
            "You do not have permission to perform this action.",
        ),
        (NotAllowed("Only staff."), 403, "Forbidden", "Only staff."),
        (exceptions.ParseError("Bad JSON."), 400, "Bad Request", "Bad JSON."),
        (exceptions.Throttled(), 429, "Too Many Requests", "Request was throttled."),
    ],
)
def test_what_a_program_is_told(problem: Exception, status: int, title: str, detail: str) -> None:
    body = told(problem)
    assert (body["status"], body["title"], body["detail"]) == (status, title, detail)
    assert body["errors"] == []


@pytest.mark.django_db
def test_wrong_input_points_at_its_fields() -> None:
    body = told(Invalid({"title": "Too long.", "amount": "Negative."}))
    assert body["status"] == 400
    assert body["errors"] == [
        {"pointer": "/title", "code": "invalid", "detail": "Too long."},
        {"pointer": "/amount", "code": "invalid", "detail": "Negative."},
    ]


@pytest.mark.django_db
def test_what_a_serializer_refuses_points_at_its_places() -> None:
    wrong: Any = {"a": ["b"], "c": [{}, {"d": ["e"]}], "non_field_errors": ["f"]}
    errors = told(exceptions.ValidationError(wrong))["errors"]
    assert [(e["pointer"], e["detail"]) for e in errors] == [
        ("/a", "b"),
        ("/c/1/d", "e"),
        ("", "f"),
    ]
    query = told(QueryError({"limit": ["Too many."]}))["errors"]
    assert [(e["pointer"], e["detail"]) for e in query] == [("?limit", "Too many.")]


@pytest.mark.django_db
def test_a_conflict_names_what_is_allowed_now() -> None:
    body = told(NotNow("It is closed.", ["message"]))
    assert (body["status"], body["title"], body["detail"]) == (409, "Conflict", "It is closed.")
    assert body["errors"] == [{"pointer": "", "code": "allowed", "detail": "messages"}]


@pytest.mark.django_db
def test_who_shows_nothing_is_told_what_to_show() -> None:
    problem = exceptions.NotAuthenticated()
    problem.auth_header = "Bearer"  # type: ignore[attr-defined]
    response = problem_response(problem, {})
    assert response is not None
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


def test_a_fault_of_ours_is_left_to_the_server() -> None:
    assert problem_response(RuntimeError("a secret"), {}) is None
