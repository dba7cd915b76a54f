"""Answers where no view gave one: an address that is not there, and a fault of ours."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.template import loader
from django.views import defaults
from django.views.decorators.csrf import requires_csrf_token

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

    Nothing else is put on the page: what it would be read from may be what failed.
    """
    if request.path.startswith(API_PATH):
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something failed on our side.")
    page = loader.get_template("500.html").render({"request_id": getattr(request, "id", "")})
    return HttpResponse(page, status=500)
