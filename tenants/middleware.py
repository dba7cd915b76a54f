"""On whose behalf a request runs: found before it, in force around all of it."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from tenants.models import Membership, Role, Tenant
from tenants.queries import membership_in
from tenants.scope import act_in
from tenants.tokens import BadToken, Credentials, find_token

STAFF_PATH = re.compile(r"^/t/(?P<slug>[-\w]+)/")
PORTAL_PATH = re.compile(r"^/p/(?P<slug>[-\w]+)/(?P<partner>[-\w]+)/")
API_PATH = "/api/v1/"
LONGEST_SKIPPED = 50_000_000


class ScopedRequest(HttpRequest):
    """A request of a tenant's page or API, with what the middleware found."""

    id: str
    tenant: Tenant
    membership: Membership
    partner_id: UUID | None
    credentials: Credentials | None
    token_problem: str
    # What a view has counted for its page, so that the navigation need not again.
    counted: dict[str, int]


class ScopeMiddleware:
    """Opens the tenant's scope and one transaction around the whole request.

    Around the view alone would be too little: templates render after it. A failed request leaves
    nothing behind. Who may not enter a tenant gets the answer of one that does not exist.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request within its scope."""
        try:
            scope = self._scope(request)
        except _SignInFirst:
            query = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('sign-in')}?{query}")
        try:
            with scope or nullcontext():
                response = self.get_response(request)
                if scope is not None and response.status_code >= 500:
                    transaction.set_rollback(True)
                return response
        finally:
            timezone.deactivate()

    def _scope(self, request: HttpRequest) -> AbstractContextManager[None] | None:
        if request.path.startswith(API_PATH):
            return self._api(request)
        if match := STAFF_PATH.match(request.path):
            return self._staff(request, match["slug"])
        if match := PORTAL_PATH.match(request.path):
            return self._portal(request, match["slug"], match["partner"])
        return None

    def _api(self, request: HttpRequest) -> AbstractContextManager[None] | None:
        try:
            found = find_token(request.headers.get("Authorization", ""), timezone.now())
        except BadToken as problem:
            request.token_problem = str(problem)  # type: ignore[attr-defined]
            return None
        if found is None:
            return None
        timezone.activate("UTC")
        receive_body(request)
        request.credentials = found  # type: ignore[attr-defined]
        return self._enter(request, found.member, found.partner_id)

    def _staff(self, request: HttpRequest, slug: str) -> AbstractContextManager[None] | None:
        member = self._member(request, slug)
        if member is None or member.role == Role.PARTNER:
            return self._nothing(request)
        timezone.activate(member.user.timezone)
        return self._enter(request, member, None)

    def _portal(
        self, request: HttpRequest, slug: str, partner: str
    ) -> AbstractContextManager[None] | None:
        member = self._member(request, slug)
        if member is None or member.role != Role.PARTNER:
            return self._nothing(request)
        partner_id = company_of(member, partner)
        if partner_id is None:
            return self._nothing(request)
        timezone.activate(member.user.timezone)
        return self._enter(request, member, partner_id)

    @staticmethod
    def _member(request: HttpRequest, slug: str) -> Membership | None:
        if not request.user.is_authenticated:
            raise _SignInFirst
        return membership_in(request.user.pk, slug)

    @staticmethod
    def _nothing(request: HttpRequest) -> None:
        request.hidden = True  # type: ignore[attr-defined]

    @staticmethod
    def _enter(
        request: HttpRequest, member: Membership, partner_id: UUID | None
    ) -> AbstractContextManager[None]:
        request.membership, request.tenant = member, member.tenant  # type: ignore[attr-defined]
        request.partner_id = partner_id  # type: ignore[attr-defined]
        outside = member.role == Role.PARTNER
        return act_in(
            member.tenant_id, user_id=member.user_id, partner_id=partner_id, portal=outside
        )

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Answer for a tenant one may not enter as for one that does not exist."""
        if getattr(request, "hidden", False):
            raise Http404


def receive_body(request: HttpRequest) -> None:
    """Receive what a program sends before the transaction begins: a slow sender must hold nothing.

    What is longer than the product takes is read and thrown away, up to a bound, so that the
    sender gets to read why.
    """
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        _ = request.body
        return
    request.body_too_large = True  # type: ignore[attr-defined]
    left = min(length, LONGEST_SKIPPED)
    while left > 0 and (piece := request.read(min(left, 65_536))):
        left -= len(piece)


class _SignInFirst(Exception):  # noqa: N818 - what to do, not what went wrong
    """Nobody is signed in."""


def company_of(member: Membership, slug: str) -> UUID | None:
    """Return the partner at this address if the member speaks for it.

    The partners app knows contacts, and stands above this one: settings name its function.
    """
    found: UUID | None = import_string(settings.COMPANY_OF)(member, slug)
    return found
