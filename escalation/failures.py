"""Answers where no view gave one: an address that is not there, a database that would not wait,
and a fault of ours."""

import sys
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.template import loader
from django.views import defaults
from django.views.decorators.csrf import requires_csrf_token

from escalation.busy import DETAIL, RETRY_AFTER, gave_up
from escalation.problems import CONTENT_TYPE
from tenants.middleware import API_PATH


def problem(status: HTTPStatus, detail: str) -> JsonResponse:
    """Return a problem for a program (RFC 9457)."""
    body = {"type": "about:blank", "title": status.phrase, "status": status.value}
    return JsonResponse(
        {**body, "detail": detail, "errors": []}, status=status, content_type=CONTENT_TYPE
    )


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what is not there, or is hidden."""
    if request.path.startswith(API_PATH):
        return problem(HTTPStatus.NOT_FOUND, "Not found.")
    page: HttpResponseNotFound = defaults.page_not_found(request, exception)
    return page


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for a fault of ours with the request's number, by which the log finds it.

    Django calls this while it handles what was raised, wherever that was: in a view, before it, or
    when its transaction was to be committed.
    """
    if gave_up(sys.exc_info()[1]):
        return unavailable(request)
    if request.path.startswith(API_PATH):
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something failed on our side.")
    return bare_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Answer that nothing was saved, and that it may be tried again."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    program = request.path.startswith(API_PATH)
    answer = problem(status, DETAIL) if program else bare_page(request, status)
    answer["Retry-After"] = RETRY_AFTER
    return answer


def bare_page(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """Return the page of a failure with nothing on it but the request's number: what else it would
    be read from may be what failed."""
    page = loader.get_template(f"{status.value}.html")
    said = page.render({"request_id": getattr(request, "id", "")})
    return HttpResponse(said, status=status)
