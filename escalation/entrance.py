"""Coming in: sign in, choose a desk, sign out."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from escalation import demo
from partners.queries import companies_of
from tenants.forms import SignInForm
from tenants.models import Membership, Role, User
from tenants.queries import memberships_of
from tenants.scope import identify
from tenants.signin import failed, throttled

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


def home(request: HttpRequest) -> HttpResponse:
    """The start page: one's desk, or the way in."""
    return redirect("choose" if request.user.is_authenticated else "sign-in")


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with e-mail and password; in a demo also with one click."""
    if request.method == "POST" and "as" in request.POST:
        return sign_in_as(request, request.POST["as"])
    form = SignInForm(request.POST if request.method == "POST" else None)
    slowed = False
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        slowed = throttled(email)
        user = None if slowed else authenticate(request, **form.cleaned_data)
        if user is not None:
            return enter(request, user)
        if not slowed:
            failed(email)
            form.add_error(None, _("E-mail and password do not fit together."))
    status = 429 if slowed else 422 if form.errors else 200
    return render(request, "sign_in.html", page(request, form, throttled=slowed), status=status)


def page(request: HttpRequest, form: SignInForm, *, throttled: bool) -> dict[str, Any]:
    """Return what the sign-in page shows; its people exist in demo mode only."""
    return {
        "form": form,
        "throttled": throttled,
        "next": safe_next(request),
        "demo_people": demo.people() if settings.DEMO else [],
    }


def safe_next(request: HttpRequest) -> str:
    """Return where to go after signing in, if it is a page of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    fine = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return target if fine else ""


def sign_in_as(request: HttpRequest, email: str) -> HttpResponse:
    """Sign in one of the demo's people with one click; outside a demo nobody."""
    known = {person["value"] for group in page_people() for person in group["people"]}
    user = None
    if email in known:
        with identify(email=email):
            user = User.objects.filter(email=email, is_active=True, is_service=False).first()
    if user is None:
        form = SignInForm()
        return render(request, "sign_in.html", page(request, form, throttled=False), status=422)
    return enter(request, user)


def page_people() -> list[dict[str, Any]]:
    """Return the demo's people, none outside demo mode."""
    return demo.people() if settings.DEMO else []


def enter(request: HttpRequest, user: Any) -> HttpResponse:
    """Begin a session under a new key, and go to where the person wanted."""
    with identify(user_id=user.pk):
        login(request, user, backend=BACKEND)
    return redirect(safe_next(request) or reverse("choose"))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("sign-in")


@login_required
@never_cache
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Where to work: straight on if there is one place only."""
    members = memberships_of(UUID(str(request.user.pk)))
    places = [place for member in members for place in places_of(member)]
    if len(places) == 1:
        return redirect(places[0]["url"])
    return render(request, "choose.html", {"places": places})


def places_of(member: Membership) -> list[dict[str, str]]:
    """Return the desks and portals a membership opens."""
    tenant = member.tenant
    if member.role != Role.PARTNER:
        url = reverse("inbox", args=[tenant.slug])
        line = member.title or member.get_role_display()
        return [{"name": tenant.name, "line": line, "url": url}]
    return [
        {
            "name": company.name,
            "line": _("Partner of %(vendor)s") % {"vendor": tenant.name},
            "url": reverse("portal-cases", args=[tenant.slug, company.slug]),
        }
        for company in companies_of(member)
    ]
