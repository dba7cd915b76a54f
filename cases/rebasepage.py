"""What pages show of proposals to put running clocks on other rules."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework.serializers import ValidationError

from cases.access import visible_cases
from cases.models import Answer, Case, Rebase
from cases.origins import window_words
from cases.pages import clock_words
from cases.rebaselook import Look, Row, Tally, clocks_page, tally
from cases.rebaseplan import Scope
from cases.rebasing import is_stale
from cases.today import Today, rules_of_today
from ladder.durations import format_window
from ladder.models import Calendar
from tenants.models import Membership, Role
from tenants.queries import admin_ids
from tenants.rest.paging import Cursor, CursorField

PAGE = 50


def state_of(rebase: Rebase, today: Today) -> str:
    """Return how a proposal stands."""
    if rebase.answer == Answer.TURNED_DOWN:
        return "turned_down"
    if rebase.answer == Answer.APPROVED:
        over = "stopped" if rebase.stopped else "done"
        return over if rebase.done_at else "under_way"
    return "stale" if is_stale(rebase, today) else "waiting"


def state_words(state: str) -> str:
    """Return how a proposal stands, in words."""
    return {
        "waiting": _("Waits for an answer"),
        "stale": _("Out of date"),
        "under_way": _("Being carried out"),
        "done": _("Carried out"),
        "stopped": _("Stopped: the rules changed"),
        "turned_down": _("Turned down"),
    }[state]


def subject_words(rebase: Rebase) -> str:
    """Return whose clocks a proposal means."""
    if rebase.calendar is not None:
        return _("Calendar %(name)s") % {"name": rebase.calendar.name}
    if rebase.ladder is not None:
        return _("Ladder %(name)s") % {"name": rebase.ladder.name}
    return _("Case %(number)s") % {"number": rebase.case.number if rebase.case else ""}


def facts_of(rebase: Rebase, today: Today, slug: str) -> dict[str, Any]:
    """Return what is told of one."""
    state = state_of(rebase, today)
    n = rebase.changed
    changed = ngettext("%(n)s case changed", "%(n)s cases changed", n) % {"n": n}
    return {
        "id": rebase.pk,
        "url": reverse("rebase", args=[slug, rebase.pk]),
        "subject": subject_words(rebase),
        "title": rebase.case.title if rebase.case else "",
        "state": state,
        "state_label": state_words(state),
        "reason": rebase.reason,
        "by": rebase.by.name,
        "at": rebase.at,
        "word": rebase.word,
        "answered_by": rebase.answered_by.name if rebase.answered_by else "",
        "answered_at": rebase.answered_at,
        "done_at": rebase.done_at,
        "changed": changed if rebase.answer == Answer.APPROVED else "",
    }


def scope_words(scope: Scope, today: Today, case: Case | None) -> str:
    """Return whose clocks are meant; nothing where there is none like this."""
    if case is not None:
        return _("Case %(number)s") % {"number": case.number}
    if scope.ladder_id in today.ladders:
        return _("Ladder %(name)s") % {"name": today.ladders[scope.ladder_id].name}
    names = Calendar.objects.filter(pk__in=[scope.calendar_id]).values_list("name", flat=True)
    return _("Calendar %(name)s") % {"name": names[0]} if names else ""


def preview(
    member: Membership, scope: Scope, today: Today, now: datetime, query: Any
) -> dict[str, Any]:
    """Return a page of the clocks concerned in the cases a member sees, and how many there are in
    all."""
    look = Look(visible_cases(member), scope, today, now)
    page = page_at(look, query.get("cursor", ""))
    calendars = dict(Calendar.objects.values_list("id", "name"))
    slug = member.tenant.slug
    return {
        "tally": tally_words(tally(Look(Case.objects.all(), scope, today, now))),
        "rows": [shown(row, slug, calendars) for row in page.rows],
        "next_url": cursor_url(query, page.next),
        "previous_url": cursor_url(query, page.previous),
        "hides": scope.case_id is None,
    }


def page_at(look: Look, text: str) -> Any:
    """Return the page that a cursor names; a broken one begins at the beginning."""
    try:
        begin = CursorField().run_validation(text) if text else None
        return clocks_page(look, begin, PAGE)
    except ValidationError:
        return clocks_page(look, None, PAGE)


def cursor_url(query: Any, cursor: Cursor | None) -> str:
    """Return the address of a neighbouring page, keeping whose clocks are meant."""
    if cursor is None:
        return ""
    kept = {k: v for k, v in query.items() if k in ("case", "ladder", "calendar")}
    return "?" + urlencode({**kept, "cursor": cursor.text()})


def tally_words(found: Tally) -> list[str]:
    """Return how many clocks are concerned, in words; counted up to a bound."""
    more = "+" if found.more else ""
    said = [
        _("Clocks: %(n)s, in cases: %(cases)s")
        % {"n": f"{found.clocks}{more}", "cases": f"{found.cases}{more}"},
        _("due earlier: %(n)s") % {"n": f"{found.earlier}{more}"},
        _("given the floor: %(n)s") % {"n": f"{found.floored}{more}"},
    ]
    if found.stay:
        said.append(_("without such hours, so that they stay: %(n)s") % {"n": found.stay})
    return said


def shown(row: Row, slug: str, calendars: dict[Any, str]) -> dict[str, Any]:
    """Return one clock as it is and as it would be."""
    case, change, clock = row.case, row.change, row.change.clock
    before, then = clock.calendar_version, change.version
    after = format_window(change.after.window) if change.after else clock.window
    return {
        "number": case.number,
        "title": case.title,
        "url": reverse("case-clock", args=[slug, case.pk, clock.pk]),
        "kind": clock_words()[clock.kind],
        "window": window_words(clock.window),
        "window_then": window_words(after),
        "version": version_words(before, calendars),
        "version_then": version_words(then if change.after else before, calendars),
        "still": clock.state == "paused",
        "due": change.due_before,
        "due_then": change.due_at,
        "moves": change.moves,
        "earlier": change.earlier,
        "floored": change.floored,
        "stays": change.after is None,
    }


def version_words(version: Any, calendars: dict[Any, str]) -> str:
    """Return a calendar's name, and which version of it."""
    values = {"name": calendars.get(version.calendar_id, ""), "n": version.number}
    return _("%(name)s, version %(n)s") % values


def choices(member: Membership, now: datetime) -> list[dict[str, Any]]:
    """Return the ladders and calendars, each with how many clocks run on earlier rules of it."""
    today, own = rules_of_today(), reverse("rebase-new", args=[member.tenant.slug])
    scopes = [("ladder", Scope(ladder_id=ident)) for ident in today.ladders]
    scopes += [("calendar", Scope(calendar_id=ident)) for ident in today.newest]
    found = []
    for name, scope in scopes:
        counted = tally(Look(Case.objects.all(), scope, today, now), most=1)
        ident = scope.ladder_id or scope.calendar_id
        found.append(
            {
                "label": scope_words(scope, today, None),
                "url": f"{own}?{urlencode({name: str(ident)})}",
                "clocks": counted.clocks,
                "more": counted.more,
            }
        )
    return sorted(found, key=lambda one: one["label"])


def waiting_for(scope: Scope) -> Sequence[Rebase]:
    """Return the proposals for the same clocks that wait for an answer."""
    same = {
        "case_id": scope.case_id,
        "ladder_id": scope.ladder_id,
        "calendar_id": scope.calendar_id,
    }
    return list(Rebase.objects.filter(**same, answer="").order_by("at"))


def may_answer(rebase: Rebase, member: Membership) -> bool:
    """Whether a page offers to answer."""
    return not rebase.answer and member.role == Role.ADMIN and member.user_id != rebase.by_id


def nobody_answers(rebase: Rebase) -> bool:
    """Whether there is no other admin who could."""
    return not rebase.answer and not set(admin_ids()) - {rebase.by_id}


def listed(rows: Iterable[Rebase], slug: str) -> list[dict[str, Any]]:
    """Return a list's rows; as many queries for fifty as for one."""
    found = list(rows)
    today = rules_of_today() if found else None
    return [facts_of(row, today, slug) for row in found] if today else []
