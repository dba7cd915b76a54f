"""Errors of the API as `application/problem+json` (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from escalation.busy import DETAIL, RETRY_AFTER, gave_up
from escalation.verbs import names_of
from tenants.errors import Invalid, NotNow, Refused
from tenants.models import Membership
from tenants.rest.operation import QueryError
from tenants.rest.strict import flattened, pointer_to

CONTENT_TYPE = "application/problem+json"


def problem_response(problem: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception of an API view; None leaves it to the server's own handling."""
    if isinstance(problem, Http404):
        problem = exceptions.NotFound()
    if isinstance(problem, PermissionDenied):
        problem = exceptions.PermissionDenied()
    if isinstance(problem, Refused):
        set_rollback()
        member = getattr(context.get("request"), "membership", None)
        return answer(problem.status, problem.reason, refusal_errors(problem, member))
    if gave_up(problem):
        return try_again()
    if not isinstance(problem, exceptions.APIException):
        return None
    set_rollback()
    response = answer(problem.status_code, detail_text(problem), input_errors(problem))
    if wanted := getattr(problem, "auth_header", None):
        response["WWW-Authenticate"] = wanted
    if wait := getattr(problem, "wait", None):
        response["Retry-After"] = str(int(wait))
    return response


def try_again() -> Response:
    """Answer that the database would not wait; nothing of the request is left."""
    set_rollback()
    response = answer(HTTPStatus.SERVICE_UNAVAILABLE, DETAIL, [])
    response["Retry-After"] = RETRY_AFTER
    return response


def refusal_errors(problem: Refused, member: Membership | None) -> list[dict[str, str]]:
    """Return the fields a refusal names, or what is allowed now to whoever asked."""
    if isinstance(problem, Invalid):
        return [
            {"pointer": pointer_to(name), "code": "invalid", "detail": reason}
            for name, reason in problem.errors.items()
        ]
    allowed = problem.allowed if isinstance(problem, NotNow) else ()
    names = names_of(allowed, member)
    return [{"pointer": "", "code": "allowed", "detail": name} for name in names]


def input_errors(problem: exceptions.APIException) -> list[dict[str, str]]:
    """Return what is wrong with each field of the body, or parameter of the query (`?name`)."""
    if not isinstance(problem, exceptions.ValidationError):
        return []
    found = list(flattened(problem.detail))
    if isinstance(problem, QueryError):
        return [{**error, "pointer": f"?{error['pointer'].lstrip('/')}"} for error in found]
    return found


def detail_text(problem: exceptions.APIException) -> str:
    """Return an exception's reason as one sentence."""
    detail = problem.detail
    return str(detail) if isinstance(detail, str) else "The request is not valid."


def answer(code: int, detail: str, errors: list[dict[str, str]]) -> Response:
    """Return the body of a problem. It may repeat what was sent, also what no text can hold."""
    title = HTTPStatus(code).phrase
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": code}
    body["detail"] = sendable(detail)
    body["errors"] = [{name: sendable(text) for name, text in error.items()} for error in errors]
    return Response(body, status=code, content_type=CONTENT_TYPE)


def sendable(text: str) -> str:
    """Return a text with halves of characters, which JSON can name and UTF-8 cannot, spelt out."""
    return text.encode(errors="backslashreplace").decode()
