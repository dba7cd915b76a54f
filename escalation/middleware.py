"""A name for every request, and an answer for what a verb refuses."""

import logging
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from escalation.verbs import words_of
from journal.actions import record
from tenants.errors import Invalid, NotAllowed, NotNow, Refused
from tenants.models import Role
from tenants.scope import act_in, current

logger = logging.getLogger("parley.request")
Answer = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Gives each request an id that an error page shows and the log repeats."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, with its id in `X-Request-Id`."""
        request.id = secrets.token_hex(6)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        if response.status_code >= 500:
            logger.error("request %s answered %s", request.id, response.status_code)  # type: ignore[attr-defined]
        return response


class RefusalMiddleware:
    """Turns what a verb refuses into a page, and puts every denial on the trail.

    It stands inside the scope's transaction and outside the view's, which is rolled back by then:
    the denial stays, nothing of the attempt does.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; pages of a tenant are never kept by a cache."""
        response = self.get_response(request)
        if hasattr(request, "tenant"):
            response["Cache-Control"] = "no-store"
            if response.status_code == 403:
                self._record_denial(request)
        return response

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """Answer a refusal with its reason and what is possible now."""
        if not isinstance(problem, Refused):
            return None
        if isinstance(problem, NotAllowed):
            context = {"reason": problem.reason, "base": base_of(request)}
            return render(request, "403.html", context, status=403)
        return render(
            request, "refused.html", refused_page(request, problem), status=problem.status
        )

    @staticmethod
    def _record_denial(request: HttpRequest) -> None:
        scope = current()
        if scope.tenant_id is None:
            return
        match = request.resolver_match
        facts = {"view": match.view_name if match else "", "method": request.method}
        case_id = match.kwargs.get("case_id") if match else None
        now, by = timezone.now(), scope.user_id
        # The portal's database role may not write into the trail: it is the vendor's.
        with act_in(scope.tenant_id, user_id=by):
            record("access.denied", at=now, by=by, case_id=case_id, facts=facts)


def base_of(request: HttpRequest) -> str:
    """Return the page a refusal stands in: who works here keeps the navigation, and a partner stays
    in the portal."""
    member = getattr(request, "membership", None)
    if member is None:
        return "public.html"
    return "portal.html" if member.role == Role.PARTNER else "staff.html"


def refused_page(request: HttpRequest, problem: Refused) -> dict[str, object]:
    """Return what the page of a refusal shows."""
    allowed = problem.allowed if isinstance(problem, NotNow) else ()
    title = _("That is not possible now") if isinstance(problem, NotNow) else _("Please correct")
    if isinstance(problem, Invalid):
        title = _("That could not be saved")
    base = base_of(request)
    return {
        "base": "fragment.html" if request.htmx else base,  # type: ignore[attr-defined]
        "refused": {
            "title": title,
            "text": problem.reason,
            "allowed": words_of(allowed, outside=base == "portal.html"),
            "url": request.headers.get("Referer", ""),
        },
        "request_id": request.id,  # type: ignore[attr-defined]
    }
