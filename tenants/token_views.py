"""Pages of API tokens: everybody's own; for an admin those of programs and of everybody else."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants import queries
from tenants.actions import add_program, check_maker, make_token, revoke_token
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.forms import USUAL_LIFETIME, ProgramForm, TokenForm, put_on
from tenants.middleware import ScopedRequest
from tenants.models import ApiToken, Membership, Role
from tenants.tokenpage import Address, lines, made, place, read_before, role_words

OTHERS_SHOWN = 50


@require_GET
def tokens(request: ScopedRequest, slug: str) -> HttpResponse:
    """One's own tokens; for an admin all of the tenant, and the programs."""
    return show(request, slug)


def show(
    request: ScopedRequest, slug: str, *, stopped: str = "", status: int = 200
) -> HttpResponse:
    """Render the list, with why something was not done, if it was not."""
    member, now = request.membership, timezone.now()

    def revoke_url(token: ApiToken) -> str:
        return reverse("token-revoke", args=[slug, token.token_key])

    context: dict[str, Any] = {
        "stopped": stopped,
        "own": lines(queries.tokens_of(member), now, revoke_url),
        "new_url": reverse("token-new", args=[slug]),
        "empty": empty(reverse("token-new", args=[slug])),
    }
    if member.role == Role.ADMIN:
        before = read_before(request.GET.get("before", ""))
        context |= {
            "administers": True,
            "programs": programs(slug, now, revoke_url),
            "program_url": reverse("program-new", args=[slug]),
            **others(member, now, revoke_url, before),
        }
    return render(request, "tokens.html", context, status=status)


def empty(new_url: str) -> dict[str, str]:
    """Return what is said to who has no token."""
    return {
        "title": _("You have no tokens"),
        "text": _("A program that reads or writes here in your name needs one."),
        "action_url": new_url,
        "action_label": _("New token"),
    }


def programs(slug: str, now: datetime, revoke_url: Address) -> list[dict[str, Any]]:
    """Return the programs of the tenant, each with its tokens."""
    held: dict[UUID, list[ApiToken]] = defaultdict(list)
    for token in queries.tokens_of_programs():
        held[token.membership_id].append(token)
    return [
        {
            "key": member.pk,
            "name": member.user.name,
            "role": member.get_role_display(),
            "tokens": lines(held[member.pk], now, revoke_url),
            "new_url": reverse("token-new-for", args=[slug, member.pk]),
        }
        for member in queries.programs()
    ]


def others(
    member: Membership, now: datetime, revoke_url: Address, before: tuple[datetime, str] | None
) -> dict[str, Any]:
    """Return a page of the other people's tokens, and where older ones are."""
    found = queries.tokens_of_others(member, OTHERS_SHOWN + 1, before)
    shown = found[:OTHERS_SHOWN]
    whose = [
        {"name": token.membership.user.name, "role": role_words(token.membership)}
        for token in shown
    ]
    listed = zip(lines(shown, now, revoke_url), whose, strict=True)
    more = len(found) > OTHERS_SHOWN
    return {
        "others": [{**one, "whose": owner} for one, owner in listed],
        "older_url": "?" + urlencode({"before": place(shown[-1])}) if more else "",
        "paged": before is not None,
    }


@sensitive_variables("secret", "token")
@require_http_methods(["GET", "POST"])
def token_new(request: ScopedRequest, slug: str, member_id: UUID | None = None) -> HttpResponse:
    """Make a token, for oneself or as an admin for a program. The answer to the form shows the
    secret; no other page ever does."""
    holder = holder_for(request.membership, member_id)
    form = token_form(request, holder)
    context = {
        "holder": {"name": holder.user.name, "role": holder.get_role_display()},
        "is_own": holder.pk == request.membership.pk,
        "tokens_url": reverse("tokens", args=[slug]),
    }
    try:
        token = made_from(form, holder, request) if form.is_valid() else None
    except NotNow as told:
        return show(request, slug, stopped=told.reason, status=told.status)
    if token is not None:
        return render(request, "token_made.html", {**context, "token": token})
    status = 422 if form.errors else 200
    return render(request, "token_new.html", {**context, "form": form}, status=status)


def holder_for(member: Membership, member_id: UUID | None) -> Membership:
    """Return in whose name a token is to be made; refuse what the verb would."""
    if member_id is None:
        return member
    holder = queries.holder_of_tokens(member_id)
    if holder is None:
        raise Http404
    check_maker(holder, member)
    return holder


def token_form(request: ScopedRequest, holder: Membership) -> TokenForm:
    """Return the form, empty or as it was sent. Each empty one is good for one token."""
    if request.method == "POST":
        return TokenForm(request.POST, role=holder.role)
    begin = {"once": request.id, "lifetime": USUAL_LIFETIME, "scopes": ["me:read"]}
    return TokenForm(role=holder.role, initial=begin)


@sensitive_variables("secret")
def made_from(
    form: TokenForm, holder: Membership, request: ScopedRequest, partner_id: UUID | None = None
) -> dict[str, Any] | None:
    """Make the token a form asks for, and return what is shown once; what is wrong goes to its
    field."""
    facts = {**form.cleaned_data, "partner_id": partner_id}
    try:
        token, secret = make_token(holder, **facts, by=request.membership, at=timezone.now())
    except Invalid as problem:
        put_on(form, problem)
        return None
    return made(token, secret)


@require_POST
def revoke(request: ScopedRequest, slug: str, token_key: str) -> HttpResponse:
    """End a token: one's own, or as an admin any. Another's answers as one that nobody has."""
    member = request.membership
    only = None if member.role == Role.ADMIN else member
    token = queries.token_with(token_key, member=only)
    if token is None:
        raise Http404
    revoke_token(token, by=member, at=timezone.now())
    messages.success(request, revoked_words(token))
    return redirect("tokens", slug)


def revoked_words(token: ApiToken) -> str:
    """Return what is said once a token has ended."""
    return _("“%(name)s” is revoked. It lets nobody in any more.") % {"name": token.name}


@require_http_methods(["GET", "POST"])
def program_new(request: ScopedRequest, slug: str) -> HttpResponse:
    """Add a program, and go on to its first token."""
    if request.membership.role != Role.ADMIN:
        raise NotAllowed(_("Only an admin of the programme adds programs."))
    form = ProgramForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            added = add_program(**form.cleaned_data, by=request.membership, at=timezone.now())
        except Invalid as problem:
            put_on(form, problem)
        else:
            said = _("%(name)s is added. Now make its token.") % {"name": added.user.name}
            messages.success(request, said)
            return redirect("token-new-for", slug, added.pk)
    context = {"form": form, "tokens_url": reverse("tokens", args=[slug])}
    return render(request, "program_new.html", context, status=422 if form.errors else 200)
