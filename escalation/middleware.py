"""A name for every request, in the answer and in the log."""

import logging
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("parley.request")


class RequestIdMiddleware:
    """Gives each request an id that an error page shows and the log repeats."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, with its id in `X-Request-Id`."""
        request.id = secrets.token_hex(6)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        if response.status_code >= 500:
            logger.error("request %s answered %s", request.id, response.status_code)  # type: ignore[attr-defined]
        return response
