"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from cases.access import WORKS
from cases.queries import count_mine
from escalation.demo.panel import panel
from journal.queries import unread_count
from ladder.queries import STANDS_IN
from memos.approvals import count_waiting
from tenants.models import Membership, Role

CURRENT = {
    **dict.fromkeys(("memo", "memo-edit", "memo-of-case"), "memos"),
    "case": "cases",
    "concession": "cases",
    "concession-new": "cases",
    "log": "log",
    "log-category": "log",
    "rates": "policy",
    **dict.fromkeys(("rebase", "rebase-new", "rebase-answer"), "rebases"),
    "absence": "absences",
    **dict.fromkeys(("token-new", "token-new-for", "program-new"), "tokens"),
}


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the instant, the viewer's zone, and on a tenant's pages the navigation."""
    known: dict[str, Any] = {
        "now": timezone.now(),
        "zone": timezone.get_current_timezone_name(),
        "demo": settings.DEMO,
    }
    member: Membership | None = getattr(request, "membership", None)
    if member is None:
        return known
    if settings.DEMO:
        known["tries"] = panel(request, member)
    if member.role == Role.PARTNER:
        return {**known, "nav": portal_nav(request, member)}
    return {**known, "nav": staff_nav(request, member)}


def portal_nav(request: HttpRequest, member: Membership) -> dict[str, Any]:
    """Return the navigation of a partner's pages."""
    match = request.resolver_match
    own = [member.tenant.slug, match.kwargs.get("partner", "-") if match else "-"]
    name = match.url_name or "" if match else ""
    return {
        "cases_url": reverse("portal-cases", args=own),
        "tokens_url": reverse("portal-tokens", args=own),
        "switch_url": reverse("choose"),
        "sign_out_url": reverse("sign-out"),
        "current": "tokens" if name.startswith("portal-token") else "cases",
    }


def approvals_nav(member: Membership) -> dict[str, Any]:
    """Return where a member decides concessions, and how many wait; nothing for who never does."""
    if member.role not in WORKS:
        return {"approvals_url": ""}
    url = reverse("approvals", args=[member.tenant.slug])
    return {"approvals_url": url, "approvals": count_waiting(member)}


def staff_nav(request: HttpRequest, member: Membership) -> dict[str, Any]:
    """Return the navigation of a vendor's pages, as far as the member may go."""
    slug = member.tenant.slug
    match = request.resolver_match
    name = match.url_name if match else ""
    audits = member.role in (Role.ADMIN, Role.AUDITOR)
    return {
        "inbox_url": reverse("inbox", args=[slug]),
        "cases_url": reverse("inbox", args=[slug]) + "?view=all",
        "policy_url": reverse("policy", args=[slug]) if member.role in SEES_POLICY else "",
        "rebases_url": reverse("rebases", args=[slug]) if member.role in SEES_POLICY else "",
        # Others find them under Rules, and where a clock says that it was re-based.
        "keeps_rules": audits,
        "log_url": reverse("log", args=[slug]) if member.role in WORKS else "",
        **approvals_nav(member),
        "memos_url": reverse("memos", args=[slug]),
        "search_url": reverse("search", args=[slug]),
        "notices_url": reverse("notices", args=[slug]),
        "outbox_url": reverse("outbox", args=[slug]) if settings.DEMO else "",
        "tokens_url": reverse("tokens", args=[slug]),
        "away_url": reverse("absences", args=[slug]) if member.role in STANDS_IN else "",
        "overrides_url": reverse("overrides", args=[slug]),
        "health_url": reverse("health", args=[slug]) if audits else "",
        "sign_out_url": reverse("sign-out"),
        "switch_url": reverse("choose"),
        "role_label": member.title or member.get_role_display(),
        "unread": unread_count(member.user),
        "mine": mine_of(request, member),
        "current": CURRENT.get(name or "", name),
    }


def mine_of(request: HttpRequest, member: Membership) -> int:
    """Return how many cases wait for a member, as the page itself has counted where it has."""
    counted: dict[str, int] = getattr(request, "counted", {})
    return counted["mine"] if "mine" in counted else count_mine(member)


SEES_POLICY = (Role.ADMIN, Role.STAFF, Role.AUDITOR)
