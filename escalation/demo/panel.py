"""The quiet list of what to try, on the page on which one of the demo's people arrives."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from cases.access import visible_cases
from cases.models import Party
from escalation.demo.cast import VENDORS
from escalation.demo.tale import Tale
from escalation.demo.tries import APPROVALS, CASE, MEMO, SEARCH, TRIES, Hint, Try
from ladder.defaults.categories import CATEGORIES
from tenants.models import Membership, Role

HIDDEN = "tries_hidden"
FIRST_PAGES = ("inbox", "portal-cases")
KEYS = {
    (vendor.slug, person.email): person.key for vendor in VENDORS for person in vendor.everybody
}
NAMES = {category.slug: category.name for category in CATEGORIES}
Addresses = dict[str, UUID]


def panel(request: HttpRequest, member: Membership) -> dict[str, Any] | None:
    """Return what this person can try, on the first page they see; None elsewhere, for others, and
    once it was hidden."""
    found = known(member)
    match = request.resolver_match
    if found is None or match is None or request.GET or request.session.get(HIDDEN):
        return None
    decides = any(hint.page == APPROVALS for hint in found.hints)
    first = match.url_name in FIRST_PAGES or (match.url_name == APPROVALS and decides)
    if not first:
        return None
    if member.role == Role.PARTNER:
        links = portal_links(found, match.kwargs["slug"], match.kwargs["partner"])
    else:
        links = staff_links(found, member)
    return {"links": links, "path": request.path}


def known(member: Membership) -> Try | None:
    """Return what a member can try, if they are one of the demo's people."""
    slug = member.tenant.slug
    return TRIES.get((slug, KEYS.get((slug, member.user.email), "")))


def staff_links(found: Try, member: Membership) -> list[dict[str, str]]:
    """Return the steps of one of the vendor's people."""
    titles = [hint.tale.title for hint in found.hints if hint.tale]
    cases = visible_cases(member).filter(title__in=titles)
    ids: Addresses = dict(cases.order_by("number").values_list("title", "pk"))
    links = [(hint.text, staff_url(hint, ids, member.tenant.slug)) for hint in found.hints]
    return [{"text": text, "url": url} for text, url in links if url]


def staff_url(hint: Hint, ids: Addresses, slug: str) -> str:
    """Return where a step leads; nowhere if its case is not there."""
    if hint.page in (CASE, MEMO):
        case_id = ids.get(hint.tale.title) if hint.tale else None
        name = "case" if hint.page == CASE else "memo-of-case"
        return reverse(name, args=[slug, case_id]) if case_id else ""
    url = reverse(hint.page, args=[slug])
    return f"{url}?{urlencode({'q': hint.words})}" if hint.page == SEARCH else url


def portal_links(found: Try, slug: str, company: str) -> list[dict[str, str]]:
    """Return the steps of a partner's person. The portal's wall lets through its own parts only,
    each under the title that this party reads."""
    titles = {own_title(hint.tale, company): hint.tale.title for hint in found.hints if hint.tale}
    parts = Party.objects.filter(partner__slug=company, title__in=titles).order_by("case_id")
    ids: Addresses = {titles[part.title]: part.case_id for part in parts}
    links = [(hint.text, portal_url(hint, ids, [slug, company])) for hint in found.hints]
    return [{"text": text, "url": url} for text, url in links if url]


def own_title(tale: Tale, company: str) -> str:
    """Return under which title a company reads a case: the one it raised it under, or its kind."""
    return tale.title if tale.partner == company else NAMES[tale.category]


def portal_url(hint: Hint, ids: Addresses, place: list[str]) -> str:
    """Return where a step leads in the portal; nowhere if its case is not there."""
    if hint.tale is None:
        return reverse(f"portal-{hint.page}", args=place)
    case_id = ids.get(hint.tale.title)
    return reverse(f"portal-{hint.page}", args=[*place, case_id]) if case_id else ""
