"""Pages of concessions: asking for one, and one request with what may be done to it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access import case_for, works_on
from cases.models import Case
from ladder.queries import programme
from memos.actions import concession as actions
from memos.concession_access import check, concession_for, may
from memos.concession_pages import card, decision_line, decisions_of
from memos.forms.concession import AskForm, ChangeForm, form_for
from memos.models import Concession, ConcessionState, Verdict
from memos.routing import last_clocks
from memos.views.approvals import Bound, answer, approvals, url_of
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.forms import put_on
from tenants.middleware import ScopedRequest

ACTS = ("accept", "change", "withdraw")
VERBS = ("decide", *ACTS)


@require_http_methods(["GET", "POST"])
def new(request: ScopedRequest, slug: str, case_id: UUID) -> HttpResponse:
    """Ask for a concession in a case."""
    case = case_for(request.membership, case_id)
    if not works_on(case, request.membership):
        raise NotAllowed(_("Only staff of the vendor can do this."))
    if not case.is_open:
        raise NotNow(_("The case has ended."))
    if request.method == "POST":
        form = AskForm(request.POST, case=case)
        if form.is_valid() and (made := asked(request, case, form)):
            messages.success(request, sent(made))
            return redirect("concession", slug, case.pk, made.pk)
        return render(request, "concession_new.html", new_page(case, form), status=422)
    form = AskForm(case=case, initial={"currency": case.currency or programme().currency})
    return render(request, "concession_new.html", new_page(case, form))


def new_page(case: Case, form: AskForm) -> dict[str, Any]:
    """Return what the form's page shows."""
    return {"form": form, "case": {"id": case.pk, "number": case.number, "title": case.title}}


def asked(request: ScopedRequest, case: Case, form: AskForm) -> Concession | None:
    """Ask; what is wrong goes to its field, and then nothing was asked."""
    given = form.cleaned_data
    try:
        return actions.request_concession(
            case,
            form.ask(),
            by=request.membership,
            at=timezone.now(),
            partner_id=UUID(given["partner"]),
            reason=given["reason"],
            condition=given["condition"],
        )
    except Invalid as problem:
        put_on(form, problem)
        return None


def sent(concession: Concession) -> str:
    """Return who decides, for who has just asked."""
    clock = last_clocks([concession.pk])[concession.pk]
    name = clock.owner.name if clock.owner else ""
    return _("Asked. %(name)s decides, and was told.") % {"name": name}


@require_GET
def concession(
    request: ScopedRequest, slug: str, case_id: UUID, concession_id: UUID
) -> HttpResponse:
    """One request, what was decided, and what this member may do to it."""
    return show(request, concession_for(request.membership, concession_id, case_id=case_id))


def show(
    request: ScopedRequest, found: Concession, bound: Bound | None = None, status: int = 200
) -> HttpResponse:
    """Render the page of a request, with the form that was refused, if one was."""
    member, slug = request.membership, request.tenant.slug
    decisions = decisions_of([found])[found.pk]
    clock = last_clocks([found.pk]).get(found.pk)
    offers = [verb for verb in VERBS if may(found, verb, member)]
    case = found.case
    context = {
        "case": {"id": case.pk, "number": case.number, "title": case.title},
        "card": card(found, clock, decisions, request.tenant.slug, timezone.now()),
        "decisions": [decision_line(decision, found) for decision in reversed(decisions)],
        "answer": answer(found, slug, bound) if "decide" in offers else None,
        "acts": [act(found, verb, slug, bound) for verb in ACTS if verb in offers],
    }
    return render(request, "concession.html", context, status=status)


def act(found: Concession, verb: str, slug: str, bound: Bound | None) -> dict[str, Any]:
    """Return one thing the asking side may do, with its form."""
    labels = {
        "accept": _("Accept the offer"),
        "change": _("Change the request"),
        "withdraw": _("Take the request back"),
    }
    hint = ""
    if verb == "change" and found.state == ConcessionState.APPROVED:
        hint = _("A change makes the approval void: it has to be decided anew.")
    return {
        "key": verb,
        "label": labels[verb],
        "hint": hint,
        "url": url_of(found, verb, slug),
        "form": (bound or {}).get((found.pk, verb)) or form_for(verb, found),
        "primary": verb == "accept",
    }


@require_POST
def do(
    request: ScopedRequest, slug: str, case_id: UUID, concession_id: UUID, what: str
) -> HttpResponse:
    """Carry out one verb; wrong input comes back on the page it was written on."""
    if what not in VERBS:
        raise Http404
    found = concession_for(request.membership, concession_id, case_id=case_id)
    found.seen_revision = revision_seen(request)
    # Before the form is looked at: who may not is told so, whatever they wrote.
    check(found, what, request.membership)
    name = what
    if what == "decide":
        name = "counter" if request.POST.get("verdict") == Verdict.COUNTER else "answer"
    form = form_for(name, found, request.POST)
    if form.is_valid() and carried_out(request, found, what, form):
        messages.success(request, said(request, what))
        if request.POST.get("back") == "approvals":
            return redirect("approvals", slug)
        return redirect("concession", slug, case_id, concession_id)
    bound = {(found.pk, name): form}
    if request.POST.get("back") == "approvals":
        return approvals(request, slug, bound)
    return show(request, found, bound, status=422)


def revision_seen(request: ScopedRequest) -> int | None:
    """Return the revision the page showed that somebody acts on; None where it named none."""
    given = request.POST.get("revision", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 6 else None


def carried_out(request: ScopedRequest, found: Concession, verb: str, form: forms.Form) -> bool:
    """Call the verb; what is wrong goes to its field, and then nothing was done."""
    facts = dict(form.cleaned_data)
    facts.pop("revision", None)
    who: dict[str, Any] = {"by": request.membership, "at": timezone.now()}
    try:
        if verb == "change":
            assert isinstance(form, ChangeForm)  # noqa: S101 - by its name
            actions.change_concession(found, form.ask(), reason=facts["reason"], **who)
        elif verb == "decide":
            facts["verdict"] = request.POST.get("verdict", "")
            actions.decide_concession(found, **facts, **who)
        elif verb == "accept":
            actions.accept_counter(found, **who)
        else:
            actions.withdraw_concession(found, **facts, **who)
    except Invalid as problem:
        put_on(form, problem)
        return False
    return True


def said(request: ScopedRequest, verb: str) -> str:
    """Return what a verb that was carried out says."""
    decided = {
        Verdict.APPROVE: _("Approved. Who asked was told."),
        Verdict.DENY: _("Denied. Who asked was told."),
        Verdict.COUNTER: _("Your offer was sent to who asked."),
    }
    if verb == "decide":
        return decided[Verdict(request.POST["verdict"])]
    return {
        "change": _("Changed. Whoever has the authority for it was told."),
        "accept": _("Accepted: the concession is approved."),
        "withdraw": _("Taken back. Nobody has to decide it any more."),
    }[verb]
