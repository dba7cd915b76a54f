"""Pages of memos for the vendor's people: read, write, review, issue, print."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access import case_for, works_on
from memos import pdf, printed, queries
from memos.access import check_memo, may_draft, memo_for
from memos.actions.followup import complete_action
from memos.actions.issue import issue_memo, words_to_confirm
from memos.actions.memo import draft_memo, succeed_memo
from memos.actions.review import ask_review, review_memo, reviewers, take_back_memo
from memos.forms.memo import FIELD_OF, DoneForm, IssueForm, ReviewerForm, ReviewForm
from memos.memopage import MemoPage, action_of, form_name, next_step
from memos.models.memo import Memo
from memos.places import read_place
from tenants.errors import Invalid
from tenants.forms import put_on
from tenants.middleware import ScopedRequest


@require_http_methods(["GET", "POST"])
def of_case(request: ScopedRequest, slug: str, case_id: UUID) -> HttpResponse:
    """The memo of a case: the one that is written, else the one in force, else a first draft."""
    case = case_for(request.membership, case_id)
    if request.method == "POST":
        memo = draft_memo(case, by=request.membership, at=timezone.now())
        messages.success(request, _("Begun. The sections hold what the case says already."))
        return redirect("memo-edit", slug, memo.pk)
    issued, being_written = queries.latest_of(case)
    found = being_written or issued
    if found is not None:
        return redirect("memo", slug, found.pk)
    context = {
        "case": case,
        "case_url": reverse("case", args=[slug, case.pk]),
        "may_draft": may_draft(case, request.membership),
        "works": works_on(case, request.membership),
    }
    return render(request, "memo_start.html", context)


@require_GET
def memo(request: ScopedRequest, slug: str, memo_id: UUID) -> HttpResponse:
    """The page of one memo."""
    return show(request, memo_for(request.membership, memo_id))


def show(
    request: ScopedRequest,
    found: Memo,
    bound: dict[str, Form] | None = None,
    wrong: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page of a memo, with what was refused, if anything was."""
    page = MemoPage(found, request.membership, timezone.now())
    bound = bound or {}
    context = {**page.context(), "next": next_of(page, bound), "wrong": wrong or []}
    for action in context["actions"]:
        action["form"] = bound.get(action["name"]) or DoneForm()
    return render(request, "memo.html", context, status=status)


def next_of(page: MemoPage, bound: dict[str, Form]) -> dict[str, Any]:
    """Return the one next step with its form, and what else this member may do."""
    step = next_step(page.memo, page.member)
    form = bound.get(step["verb"]) or form_for(page.memo, step["verb"])
    others = [v for v in ("take_back", "succeed") if page.may(v) and not page.replaced]
    labels = {
        "ask_review": _("Ask for a review"),
        "review": _("Review"),
        "issue": _("Issue the memo"),
        "take_back": _("Take back to draft"),
        "succeed": _("Correct by a successor"),
    }
    return {
        **step,
        "url": page.do(step["verb"]) if step["verb"] else "",
        "label": labels.get(step["verb"], ""),
        "form": form,
        "others": [{"key": v, "url": page.do(v), "label": labels[v]} for v in others],
    }


def form_for(memo: Memo, verb: str, data: Any = None) -> Form | None:
    """Return the form a verb needs, None where a click is enough."""
    if verb == "ask_review":
        return ReviewerForm(data, colleagues=reviewers(memo))
    if verb == "issue":
        words = words_to_confirm(memo, queries.copies_of(memo), queries.actions_of(memo))
        return IssueForm(data, words=words) if words else None
    return ReviewForm(data) if verb == "review" else None


Verb = Callable[..., Any]
VERBS: dict[str, Verb] = {
    "ask_review": ask_review,
    "review": review_memo,
    "take_back": take_back_memo,
    "issue": issue_memo,
    "succeed": succeed_memo,
}
SEEN = ("review", "issue")


@require_POST
def do(request: ScopedRequest, slug: str, memo_id: UUID, step: str) -> HttpResponse:
    """Carry out one verb; what was refused comes back on the page with what was written."""
    verb = step.replace("-", "_")
    if verb not in VERBS:
        raise Http404
    found = memo_for(request.membership, memo_id)
    check_memo(found, verb, request.membership)
    form = form_for(found, verb, request.POST)
    if form is not None and not form.is_valid():
        return show(request, found, {verb: form}, status=422)
    facts = facts_of(verb, form)
    if verb in SEEN:
        facts["revision"] = seen(request)
    try:
        after = VERBS[verb](found, by=request.membership, at=timezone.now(), **facts)
    except Invalid as problem:
        return refused(request, found, verb, form, problem)
    messages.success(request, said(verb, facts))
    return redirect("memo-edit" if verb == "succeed" else "memo", slug, after.pk)


def facts_of(verb: str, form: Form | None) -> dict[str, Any]:
    """Return what a form says, as the verb takes it."""
    if form is None:
        return {}
    data = form.cleaned_data
    if verb == "issue":
        return {"confirmed": data["confirmed"]}
    if verb == "ask_review":
        return {"reviewer_id": UUID(data["reviewer"])}
    return {"agree": data["agree"] == "yes", "note": data["note"]}


def seen(request: ScopedRequest) -> int | None:
    """Return the revision the page showed that a click was made on; None where it named none."""
    value = request.POST.get("revision", "")
    return int(value) if value.isascii() and value.isdigit() else None


def refused(
    request: ScopedRequest, found: Memo, verb: str, form: Form | None, problem: Invalid
) -> HttpResponse:
    """Show what has to be corrected: beside the form's fields, or with links to the editor."""
    if form is not None and verb != "issue":
        put_on(form, problem)
        return show(request, found, {verb: form}, status=422)
    return show(request, found, wrong=wrong_of(request, found, problem), status=422)


def wrong_of(request: ScopedRequest, found: Memo, problem: Invalid) -> list[dict[str, str]]:
    """Return what keeps a memo from being issued, each with where it is corrected."""
    edit = reverse("memo-edit", args=[request.tenant.slug, found.pk])
    names = {str(copy.partner_id): copy.partner.name for copy in queries.copies_of(found)}
    rows = {
        str(a.pk): n for n, a in enumerate(a for a in queries.actions_of(found) if not a.done_at)
    }
    wrong = []
    for text, reason in problem.errors.items():
        part, key, field = read_place(text)
        if part == "copies":
            label = _("Copy for %(partner)s") % {"partner": names.get(key, "")}
            url = f"{edit}#id_party-{key}-{FIELD_OF[field]}"
        elif part == "actions":
            label, url = _("Actions"), f"{edit}#id_actions-{rows.get(key, 0)}-{FIELD_OF[field]}"
        elif part == "confirmed":
            page = reverse("memo", args=[request.tenant.slug, found.pk])
            label, url = _("Copies"), f"{page}#next"
        else:
            label, url = printed.heading_of(field), f"{edit}#id_{field}"
        wrong.append({"label": label, "text": reason, "url": url})
    return wrong


def said(verb: str, facts: dict[str, Any]) -> str:
    """Return what the page says after a verb."""
    if verb == "review":
        return (
            _("Reviewed. Who holds the case can issue it now.")
            if facts["agree"]
            else _("Sent back. Its author was told why.")
        )
    return {
        "ask_review": _("Your colleague was asked."),
        "take_back": _("It is a draft again."),
        "issue": _("Issued. Each party was told and reads its own copy."),
        "succeed": _("Begun. The memo in force stays until the successor is issued."),
    }[verb]


@require_POST
def action_done(request: ScopedRequest, slug: str, memo_id: UUID, action_id: UUID) -> HttpResponse:
    """Say that an action is done."""
    found = memo_for(request.membership, memo_id)
    action = action_of(found, action_id)
    if action is None:
        raise Http404
    form = DoneForm(request.POST)
    if not form.is_valid():
        return show(request, found, {form_name(action): form}, status=422)
    note = form.cleaned_data["note"]
    complete_action(action, by=request.membership, at=timezone.now(), note=note)
    messages.success(request, _("Done. Who holds the case was told."))
    return redirect("memo", slug, found.pk)


@require_GET
def memo_pdf(request: ScopedRequest, slug: str, memo_id: UUID) -> HttpResponse:
    """The vendor's memo for print, complete."""
    found = memo_for(request.membership, memo_id)
    copies, actions = queries.copies_of(found), queries.actions_of(found)
    sheet = printed.full(found, actions, copies, request.tenant.name)
    return as_file(pdf.render(sheet), file_name(found))


@require_GET
def copy_pdf(request: ScopedRequest, slug: str, memo_id: UUID, partner: str) -> HttpResponse:
    """What one party reads, for print."""
    found = memo_for(request.membership, memo_id)
    copies = {copy.partner.slug: copy for copy in queries.copies_of(found)}
    if partner not in copies:
        raise Http404
    actions = queries.actions_of(found)
    sheet = printed.for_party(found, copies[partner], actions, request.tenant.name)
    return as_file(pdf.render(sheet), f"{file_name(found)}-{partner}")


def file_name(found: Memo) -> str:
    """Return how the file is called: its number and version, never its title."""
    return f"{found.number or found.case.number + '-draft'}-v{found.version}"


def as_file(content: bytes, name: str) -> HttpResponse:
    """Return a PDF to be kept."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return answer
