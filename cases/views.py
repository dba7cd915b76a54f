"""Pages of cases: read by queries, changed by actions, nothing decided here."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases import (
    actions,
    confidential,
    editing,
    overrides,
    parties,
    pausing,
    queries,
    reopening,
    requests,
    retiming,
    updates,
)
from cases.access import (
    WORKS,
    Hold,
    case_for,
    check,
    holds_of,
    may_override,
    visible_cases,
)
from cases.alarm import finding_words
from cases.audit import audit_tenant
from cases.casepage import CasePage
from cases.forms import VerbForm, form_for
from cases.models import Act, Case, Confidentiality, Rule
from cases.outside import in_the_way
from cases.pages import CaseRow, by_day, face_chip, facts_line, next_words
from cases.paging import PAGE, Place, tab
from cases.standings import standings
from journal.queries import heartbeats
from ladder.seats import Holder
from tenants.errors import Invalid, NotAllowed, Refused
from tenants.forms import put_on
from tenants.middleware import ScopedRequest
from tenants.models import Membership, Role
from tenants.onelook import one_look
from tenants.seen import id_seen

VIEWS = queries.VIEWS


def rows_of(request: ScopedRequest, cases: Sequence[Case], now: datetime) -> list[CaseRow]:
    """Return a list's rows; as many queries for fifty as for one."""
    member, slug = request.membership, request.tenant.slug
    names, counts = queries.party_names(cases), queries.level_counts(cases)
    (stand, alone), holds = standings(cases, now), holds_of(cases, member.user_id)
    principals = queries.names_of({hold.holder.on_behalf_of for hold in holds.values()})
    found = []
    for case in cases:
        mine, hold = case.owner_id == member.user_id, holds.get(case.pk, Hold(Holder()))
        principal, standing = hold.holder.on_behalf_of, stand[case.pk]
        found.append(
            CaseRow(
                id=case.pk,
                url=reverse("case", args=[slug, case.pk]),
                number=case.number,
                title=case.title,
                facts=facts_line(names.get(case.pk, []), case),
                level_position=case.level.position,
                level_count=counts.get(case.ladder_id, 1),
                level_name=case.level.name,
                clock=face_chip(case, now, reverse("case-due", args=[slug, case.pk])),
                next_step=next_words(case, standing, mine=mine),
                owner_name=case.owner.name if case.owner else _("Nobody"),
                owner_initials=case.owner.initials if case.owner else "?",
                owner_is_me=mine,
                can_acknowledge=member.role in WORKS and hold.acts and standing.unanswered,
                acknowledge_url=reverse("case-do", args=[slug, case.pk, "acknowledge"]),
                status=case.status,
                status_label=case.get_status_display(),
                due_at=case.due_at,
                restricted=case.confidentiality != Confidentiality.NORMAL,
                lacks_answers=standing.lacks_fields,
                owner_for=principals.get(principal, "") if principal else "",
                alone=case.pk in alone,
            )
        )
    return found


def read_place(request: HttpRequest) -> Place | None:
    """Return where the page begins; a broken address begins at the beginning."""
    for name in ("after", "before"):
        if name in request.GET:
            at, _sep, ident = request.GET[name].rpartition("_")
            try:
                instant = datetime.fromisoformat(at).astimezone(UTC)
                return Place(instant, UUID(ident), backwards=name == "before")
            except (ValueError, OverflowError):
                return None
    return None


def place_url(
    request: HttpRequest, place: Place | None, filters: Sequence[str] = ("view", "q")
) -> str:
    """Return the address of a neighbouring page, keeping the filters."""
    if place is None:
        return ""
    kept = {k: v for k, v in request.GET.items() if k in filters}
    name = "before" if place.backwards else "after"
    return "?" + urlencode({**kept, name: f"{place.at.isoformat()}_{place.id}"})


@require_GET
def inbox(request: ScopedRequest, slug: str) -> HttpResponse:
    """The inbox: what is due next comes first."""
    member, now = request.membership, timezone.now()
    works = member.role in WORKS
    view = request.GET.get("view", "mine" if works else "all")
    if view not in VIEWS:
        raise Http404
    text = queries.plain_words(request.GET.get("q", ""))
    cases, cut = queries.with_filter(queries.listed(member, view), view, text)
    page = queries.page_of(cases, view, read_place(request))
    rows = rows_of(request, page.rows, now)
    own = reverse("inbox", args=[slug])
    since = urlencode({**list_of(view, text), "since": now.isoformat()})
    context = {
        "title": _("Inbox"),
        "tabs": tabs(request, view),
        "groups": by_day(rows, now) if view != "ended" else ended(rows),
        "next_url": place_url(request, page.next),
        "previous_url": place_url(request, page.previous),
        "filters": {"q": text, "view": view, "most": queries.MOST_WITH_WORDS if cut else 0},
        "log_url": reverse("log", args=[slug]) if works else "",
        "fresh_url": f"{own}fresh/?{since}",
        "empty": empty(slug, view, text, works=works),
    }
    return render(request, "inbox.html", context)


def list_of(view: str, text: str) -> dict[str, str]:
    """Return what names a list in an address: the view, and the words it is filtered by."""
    return {"view": view, "q": text} if text else {"view": view}


def ended(rows: list[CaseRow]) -> list[dict[str, Any]]:
    """Return the rows of what is over as one group, the last changed first."""
    label = _("Resolved, closed or withdrawn")
    return [{"key": "ended", "label": label, "count": len(rows), "rows": rows}] if rows else []


def tabs(request: ScopedRequest, current: str) -> list[dict[str, Any]]:
    """Return the views with how many cases each holds, counted up to a bound."""
    labels = {
        "mine": _("Mine"),
        "in_place": _("Standing in"),
        "all": _("All open"),
        "handed": _("Handed on"),
        "ended": _("Over"),
    }
    own = reverse("inbox", args=[request.tenant.slug])
    request.counted = queries.count_views(request.membership)
    found = []
    for view, label in labels.items():
        count = request.counted[view]
        if view == "in_place" and not count and view != current:
            # Most people stand in for nobody most of the time.
            continue
        found.append(tab(label, count, f"{own}?view={view}", current=view == current))
    return found


def empty(slug: str, view: str, text: str, *, works: bool) -> dict[str, str]:
    """Return what an empty list says."""
    own = reverse("inbox", args=[slug])
    if text:
        return {
            "title": _("Nothing fits"),
            "text": _("No case in this view contains these words. The search looks everywhere."),
            "action_url": f"{reverse('search', args=[slug])}?{urlencode({'q': text})}",
            "action_label": _("Search all cases"),
        }
    if view == "mine":
        return {
            "title": _("Nothing waits for you"),
            "text": _("When it is your turn in a case, it appears here with its clock."),
            "action_url": f"{own}?view=all",
            "action_label": _("See all open cases"),
        }
    if view == "in_place":
        return {
            "title": _("Nothing waits in anybody's place"),
            "text": _("While you stand in for a colleague who is away, their cases are here."),
            "action_url": f"{own}?view=mine",
            "action_label": _("See your own"),
        }
    said = {"title": _("No cases here yet"), "text": _("A dispute is logged in two minutes.")}
    if works:
        said |= {"action_url": reverse("log", args=[slug]), "action_label": _("Log a dispute")}
    return said


@require_GET
def fresh(request: ScopedRequest, slug: str) -> HttpResponse:
    """How many cases of a view changed since its page was made, under its filter."""
    view = request.GET.get("view", "all")
    try:
        since = datetime.fromisoformat(request.GET.get("since", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Http404 from None
    if view not in VIEWS:
        raise Http404
    text = queries.plain_words(request.GET.get("q", ""))
    count = queries.changed_since(request.membership, view, since, text)
    own = reverse("inbox", args=[slug])
    context = {"count": count, "reload_url": f"{own}?{urlencode(list_of(view, text))}"}
    return render(request, "components/fresh.html", context)


@require_GET
def search(request: ScopedRequest, slug: str) -> HttpResponse:
    """Find a case again."""
    text = request.GET.get("q", "")
    cases = queries.search(request.membership, text)
    nothing = {
        "title": _("Nothing found"),
        "text": _(
            "Try the number, the external number, the deal, the partner, or words of the title or"
            " of what happened."
        ),
    }
    context = {
        "q": text,
        "rows": rows_of(request, cases[:PAGE], timezone.now()),
        "most": PAGE if len(cases) > PAGE else 0,
        "empty": nothing if text.strip() else None,
    }
    return render(request, "search.html", context)


@require_GET
def case(request: ScopedRequest, slug: str, case_id: UUID) -> HttpResponse:
    """The page of one case."""
    return show(request, case_for(request.membership, case_id))


def show(
    request: ScopedRequest, found: Case, bound: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Render the page of a case, with the form that was refused, if one was."""
    with one_look():
        page = CasePage(
            found, request.membership, timezone.now(), bound=bound, before=read_place(request)
        )
        context = page.context()
    return render(request, "case.html", context, status=status)


Verb = Callable[..., Any]
VERBS: dict[str, Verb] = {
    "acknowledge": actions.acknowledge,
    "escalate": actions.escalate,
    "hand_back": actions.hand_back,
    "decide": actions.decide,
    "revise": actions.revise,
    "resolve": actions.resolve,
    "close": actions.close,
    "withdraw": actions.withdraw,
    "reassign": actions.reassign,
    "message": actions.add_message,
    "restrict": confidential.restrict,
    "lift": confidential.lift,
    "grant": confidential.grant_access,
    "revoke": confidential.revoke_access,
    "decline": requests.decline_request,
    "party": parties.add_party,
    "complete": editing.complete_fields,
    "update": updates.share_update,
    "pause": pausing.pause,
    "resume": pausing.resume,
    "reopen": reopening.reopen,
    "severity": retiming.change_severity,
    "hold": retiming.hold,
    "jump": actions.escalate,
    "reconcile": overrides.reconcile,
    "keep_waiting": pausing.keep_waiting,
}


@require_POST
def do(request: ScopedRequest, slug: str, case_id: UUID, verb: str) -> HttpResponse:
    """Carry out one verb; wrong input comes back on the page with what was written."""
    if verb not in VERBS:
        raise Http404
    found = case_for(request.membership, case_id)
    found.seen_turn = id_seen(request, "turn")
    now = timezone.now()
    aside = in_the_way(found, verb, request.membership, now)
    if not aside:
        # Before the form is looked at: who may not is told so, whatever they wrote.
        check(found, verb, request.membership)
    if not aside and verb in Act.values and "override" in request.POST:
        # Only what was filled in showed that a rule is in the way.
        aside = _("Outside the rules.")
    form = form_for(verb, found, request.POST, aside)
    if form is not None and not form.is_valid():
        return show(request, found, {verb: form}, status=422)
    said = form.said() if form is not None else {}
    try:
        VERBS[verb](found, by=request.membership, at=now, **said)
    except Refused as problem:
        if form is None or not take(form, problem, found, request.membership):
            raise
        return show(request, found, {verb: form}, status=422)
    return done(request, found, verb)


def take(form: VerbForm, problem: Refused, found: Case, member: Membership) -> bool:
    """Let a form say what was wrong with it, and ask whether the rule is to be set aside where it
    can be; False for a refusal that has nothing to do with what was filled in."""
    asks = bool(problem.rule) and may_override(found, member)
    if isinstance(problem, Invalid):
        put_on(form, problem, form.asks_as)
    elif asks:
        form.add_error(None, problem.reason)
    if asks:
        form.ask_to_override(str(Rule(problem.rule).label))
    return asks or isinstance(problem, Invalid)


def done(request: ScopedRequest, found: Case, verb: str) -> HttpResponse:
    """Answer a verb that was carried out: the row it was asked in, or the case's page."""
    if request.htmx and verb == "acknowledge":  # type: ignore[attr-defined]
        again = visible_cases(request.membership).select_related("owner", "level")
        row = rows_of(request, [again.get(pk=found.pk)], timezone.now())[0]
        return render(request, "components/row.html", {"row": row})
    said = {
        "acknowledge": _("Acknowledged. The response clock is met."),
        "escalate": _("Escalated. The next level was told."),
        "hand_back": _("Handed back. The level has its full windows again."),
        "reassign": _("Your colleague was told."),
        "decide": _("Decided. The parties were told."),
        "revise": _("The case is in progress again."),
        "resolve": _("Resolved. The parties were told."),
        "close": _("Closed."),
        "withdraw": _("Withdrawn. All clocks have ended."),
        "message": _("Written."),
        "restrict": _("Only who has to know of this case sees it now."),
        "lift": _("All staff see this case again."),
        "grant": _("Your colleague sees the case, and was told."),
        "revoke": _("Your colleague sees the case no more."),
        "decline": _("Declined. The partner was told why."),
        "party": _("Added. The partner was told that it has a part in this."),
        "complete": _("Completed."),
        "update": _("Shared. The parties were told."),
        "pause": _("Paused. The clocks stand still until you go on."),
        "resume": _("The clocks run again."),
        "jump": _("Escalated. The level was told."),
        "reconcile": _("Noted. The override is reconciled."),
        "hold": _("Held. The level and the parties were told of the new due time."),
        "severity": _("Changed. The clocks run on under the windows of this severity."),
        "reopen": _("Reopened. Every window begins anew, and the parties were told."),
        "keep_waiting": _("Noted. You will be told when to look again."),
    }
    messages.success(request, said[verb])
    if not visible_cases(request.membership).filter(pk=found.pk).exists():
        # A restricted case that was handed on is no longer theirs to see.
        return redirect("inbox", request.tenant.slug)
    return redirect("case", request.tenant.slug, found.pk)


@require_GET
def health(request: ScopedRequest, slug: str) -> HttpResponse:
    """What the auditor of the rules finds over all open cases of this tenant."""
    if request.membership.role not in (Role.ADMIN, Role.AUDITOR):
        raise NotAllowed(_("Only admins and auditors see this page."))
    now = timezone.now()
    found = audit_tenant(now)
    findings = [
        {"text": text, "count": found[name]}
        for name, text in finding_words().items()
        if found[name]
    ]
    context = {"findings": findings, "figures": figures(now), "checked_at": now}
    return render(request, "health.html", context)


def figures(now: datetime) -> list[dict[str, Any]]:
    """Return when each background loop last ran."""
    names = {
        "sweep": _("Escalation"),
        "relay": _("Notices"),
        "seal": _("Audit trail"),
        "audit": _("Auditor"),
    }
    beats = heartbeats()
    return [
        {
            "label": label,
            "value": _("%(n)s s") % {"n": int((now - beats[name].at).total_seconds())}
            if name in beats
            else _("never"),
            "text": _("since it last ran"),
        }
        for name, label in names.items()
    ]
