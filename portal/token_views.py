"""A contact's own tokens, each for the company whose pages these are."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.door import as_application
from portal.views import partner_in_force, sides
from tenants.actions import revoke_token
from tenants.errors import NotNow
from tenants.middleware import ScopedRequest
from tenants.models import ApiToken
from tenants.queries import token_with, tokens_of
from tenants.token_views import made_from, revoked_words, token_form
from tenants.tokenpage import lines


@require_GET
def tokens(request: ScopedRequest, slug: str, partner: str) -> HttpResponse:
    """The contact's tokens for this company; nobody else's."""
    return show(request, slug, partner)


def show(
    request: ScopedRequest, slug: str, partner: str, *, stopped: str = "", status: int = 200
) -> HttpResponse:
    """Render the list, with why something was not done, if it was not."""

    def revoke_url(token: ApiToken) -> str:
        return reverse("portal-token-revoke", args=[slug, partner, token.token_key])

    new_url = reverse("portal-token-new", args=[slug, partner])
    with as_application():
        found = tokens_of(request.membership, partner_in_force(request))
        own = lines(found, timezone.now(), revoke_url)
    empty = {
        "title": _("You have no tokens"),
        "text": _("Your own software can follow your cases here. It needs a token for that."),
        "action_url": new_url,
        "action_label": _("New token"),
    }
    context = {"stopped": stopped, "own": own, "new_url": new_url, "empty": empty}
    return render(request, "portal_tokens.html", {**sides(request), **context}, status=status)


@sensitive_variables("token")
@require_http_methods(["GET", "POST"])
def token_new(request: ScopedRequest, slug: str, partner: str) -> HttpResponse:
    """Make a token for this company. The answer to the form shows the secret; no other page ever
    does."""
    holder, partner_id = request.membership, partner_in_force(request)
    form = token_form(request, holder)
    context = {**sides(request), "tokens_url": reverse("portal-tokens", args=[slug, partner])}
    try:
        with as_application():
            token = made_from(form, holder, request, partner_id) if form.is_valid() else None
    except NotNow as told:
        return show(request, slug, partner, stopped=told.reason, status=told.status)
    if token is not None:
        return render(request, "portal_token_made.html", {**context, "token": token})
    status = 422 if form.errors else 200
    return render(request, "portal_token_new.html", {**context, "form": form}, status=status)


@require_POST
def revoke(request: ScopedRequest, slug: str, partner: str, own_key: str) -> HttpResponse:
    """End a token of one's own for this company; any other answers as one that nobody has."""
    member, partner_id = request.membership, partner_in_force(request)
    with as_application():
        token = token_with(own_key, member=member, partner_id=partner_id)
        if token is None:
            raise Http404
        revoke_token(token, by=member, at=timezone.now())
        said = revoked_words(token)
    messages.success(request, said)
    return redirect("portal-tokens", slug, partner)
