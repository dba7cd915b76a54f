"""Pages of proposals to put running clocks on the rules of today."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access import SEES_ALL, rebase_for, visible_cases, visible_rebases
from cases.models import Case, Rebase
from cases.paging import bounded, paged, tab
from cases.rebaseforms import RebaseAnswerForm, RebaseForm, named_in
from cases.rebasepage import (
    choices,
    facts_of,
    listed,
    may_answer,
    nobody_answers,
    preview,
    scope_words,
    waiting_for,
)
from cases.rebaseplan import Scope, scope_of
from cases.rebasing import allowed, approve_rebase, ask_rebase, turn_down_rebase
from cases.today import rules_of_today
from cases.views import place_url, read_place
from tenants.errors import Invalid, NotAllowed
from tenants.middleware import ScopedRequest
from tenants.models import Membership, Role

VIEWS = ("waiting", "answered")


def reads(member: Membership) -> None:
    """Refuse who does not read the rules."""
    if member.role not in SEES_ALL:
        raise NotAllowed(_("Only staff and auditors see the rules."))


@require_GET
def rebases(request: ScopedRequest, slug: str) -> HttpResponse:
    """What was asked for: what waits for an answer, the oldest first, or what was answered."""
    member, view = request.membership, request.GET.get("view", "waiting")
    reads(member)
    if view not in VIEWS:
        raise Http404
    rows = in_view(member, view).select_related("case", "ladder", "calendar", "by", "answered_by")
    key = "at" if view == "waiting" else "answered_at"
    found = rows.defer("case__search")
    page = paged(found, key, read_place(request), latest_first=view != "waiting")
    may_ask = member.role == Role.ADMIN
    context = {
        "rows": listed(page.rows, slug),
        "tabs": tabs(member, slug, view),
        "next_url": place_url(request, page.next),
        "previous_url": place_url(request, page.previous),
        "new_url": reverse("rebase-new", args=[slug]) if may_ask else "",
        "empty": empty(view),
    }
    return render(request, "rebases.html", context)


def in_view(member: Membership, view: str) -> Any:
    """Return what waits for an answer, or what was answered."""
    rows = visible_rebases(member)
    return rows.filter(answer="") if view == "waiting" else rows.exclude(answer="")


def tabs(member: Membership, slug: str, current: str) -> list[dict[str, Any]]:
    """Return both lists with how many stand there, counted up to a bound."""
    own = reverse("rebases", args=[slug])
    labels = {"waiting": _("Waiting"), "answered": _("Answered")}
    return [
        tab(label, bounded(in_view(member, view)), f"{own}?view={view}", current=view == current)
        for view, label in labels.items()
    ]


def empty(view: str) -> dict[str, str]:
    """Return what an empty list says."""
    if view == "waiting":
        return {
            "title": _("Nothing waits for an answer"),
            "text": _(
                "Clocks keep the rules they started with. Where they should run by those of today,"
                " an admin asks for it, and another one approves it."
            ),
        }
    return {"title": _("Nothing yet"), "text": _("What was approved or turned down stands here.")}


@require_http_methods(["GET", "POST"])
def new(request: ScopedRequest, slug: str) -> HttpResponse:
    """Ask for a re-base: whose clocks, what it would change, and why."""
    member = request.membership
    allowed(member)
    if request.method == "POST":
        form = RebaseForm(request.POST)
        made = asked(request, form) if form.is_valid() else None
        if made is not None:
            messages.success(request, _("Asked for. Another admin approves it or turns it down."))
            return redirect("rebase", slug, made.pk)
        return render(request, "rebase_new.html", new_page(request, form), status=422)
    named = named_in(request.GET)
    unfilled = RebaseForm(initial=named) if named else None
    return render(request, "rebase_new.html", new_page(request, unfilled))


def asked(request: ScopedRequest, form: RebaseForm) -> Rebase | None:
    """Ask for what was filled in; what is wrong with it goes to the form."""
    reason = form.cleaned_data["reason"]
    try:
        return ask_rebase(form.scope(), by=request.membership, at=timezone.now(), reason=reason)
    except Invalid as problem:
        for name, said in problem.errors.items():
            form.add_error("reason" if name == "reason" else None, said)
        return None


def new_page(request: ScopedRequest, form: RebaseForm | None) -> dict[str, Any]:
    """Return the preview with the form; without one named, what there is to choose from."""
    now, member = timezone.now(), request.membership
    named = named_in(request.POST if request.method == "POST" else request.GET)
    if not named:
        return {"form": form if form and form.is_bound else None, "choices": choices(member, now)}
    scope, today = Scope(**{f"{k}_id": UUID(v) for k, v in named.items()}), rules_of_today()
    case = visible_cases(member).filter(pk=scope.case_id).first() if scope.case_id else None
    subject = scope_words(scope, today, case)
    if not subject:
        raise Http404
    return {
        "form": form,
        "subject": subject,
        "case": case_line(case, member),
        "waiting": [
            reverse("rebase", args=[member.tenant.slug, row.pk]) for row in waiting_for(scope)
        ],
        **preview(member, scope, today, now, request.GET if request.method == "GET" else named),
    }


def case_line(case: Case | None, member: Membership) -> dict[str, str] | None:
    """Return which case is meant, and where it is."""
    if case is None:
        return None
    return {"title": case.title, "url": reverse("case", args=[member.tenant.slug, case.pk])}


@require_GET
def rebase(request: ScopedRequest, slug: str, rebase_id: UUID) -> HttpResponse:
    """One proposal: what it would change, or what became of it."""
    found = rebase_for(request.membership, rebase_id)
    return render(request, "rebase.html", page(request, slug, found, RebaseAnswerForm()))


@require_POST
def answer(request: ScopedRequest, slug: str, rebase_id: UUID) -> HttpResponse:
    """Approve a proposal, or turn it down, with a word."""
    found = rebase_for(request.membership, rebase_id)
    allowed(request.membership)
    form = RebaseAnswerForm(request.POST)
    if not form.is_valid():
        return render(request, "rebase.html", page(request, slug, found, form), status=422)
    approves = form.cleaned_data["answer"] == "approve"
    verb = approve_rebase if approves else turn_down_rebase
    word = form.cleaned_data["word"]
    done = verb(found, by=request.membership, at=timezone.now(), word=word)
    messages.success(request, answered_words(done, approves=approves))
    return redirect("rebase", slug, found.pk)


def answered_words(rebase: Rebase, *, approves: bool) -> str:
    """Return what is said after an answer."""
    if not approves:
        return _("Turned down. The clocks run on as they do.")
    if rebase.done_at:
        return _("Approved and carried out.")
    return _("Approved. It is being carried out, case by case.")


def page(
    request: ScopedRequest, slug: str, found: Rebase, form: RebaseAnswerForm
) -> dict[str, Any]:
    """Return what the page shows: what it would change, as long as it waits for an answer."""
    member, today, now = request.membership, rules_of_today(), timezone.now()
    shown = facts_of(found, today, slug)
    context = {
        "rebase": shown,
        "case": case_line(found.case, member),
        "form": form if may_answer(found, member) else None,
        "is_own": found.by_id == member.user_id and not found.answer,
        "alone": nobody_answers(found),
        "list_url": reverse("rebases", args=[slug]),
        "again_url": again_url(found, member) if shown["state"] in ("stale", "stopped") else "",
    }
    if shown["state"] == "waiting":
        context |= preview(member, scope_of(found), today, now, request.GET)
    return context


def again_url(found: Rebase, member: Membership) -> str:
    """Return where an admin asks for the same again, by the rules of today."""
    if member.role != Role.ADMIN:
        return ""
    named = {"case": found.case_id, "ladder": found.ladder_id, "calendar": found.calendar_id}
    name, ident = next((name, ident) for name, ident in named.items() if ident)
    return f"{reverse('rebase-new', args=[member.tenant.slug])}?{name}={ident}"
