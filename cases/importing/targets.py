"""Where a log's words lead in one tenant: categories, partners, routes, the zone of its times."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from cases.facts import CaseRules
from cases.importing.mapping import ANY, Meaning
from cases.importing.plan import Subject
from cases.models import Case
from cases.rules import calendar_of, rules_of
from ladder.durations import Window, parse_window
from ladder.models import Category, CategoryClass, Programme, RegionCalendar, Route
from ladder.queries import calendar_for, current_version, find_route
from partners.models import Partner, PartnerKind, Region, Tier
from tenants.errors import Invalid

SYSTEM = "servicenow"
DEFAULT_PARTNER = "imported-servicenow"
# Category, severity, region, tier.
Kind = tuple[UUID, str, Region, Tier | None]


@dataclass(frozen=True, slots=True)
class Start:
    """Where and how cases of one kind start."""

    route: Route
    template: Case
    rules: CaseRules
    total: Window


class Targets:
    """Everything that cases are made of, looked up once, in the current tenant's scope.

    Raises `Invalid` with the field of the mapping and the reason, before anything is written.
    """

    def __init__(self, meaning: Meaning) -> None:
        programme = Programme.objects.select_related("calendar").first()
        if programme is None:
            raise Invalid({"tenant": _("It has no partner programme yet.")})
        self._categories = _named_categories(meaning.categories)
        self._spread = _administrative()
        if ANY not in meaning.categories and not self._spread:
            raise Invalid({"categories": _("The tenant has no administrative category.")})
        self._partners = _named_partners(meaning.partners)
        self._region = _default_region(programme)
        if ANY not in self._partners and (made := _made_before()):
            self._partners[ANY] = made
        self._starts: dict[Kind, Start] = {}
        self.partners_by = meaning.partners_by
        self.closes_after = timedelta(days=programme.close_after_days)
        self.zone: ZoneInfo = meaning.zone or calendar_of(current_version(programme.calendar)).zone

    def category(self, label: str) -> Category:
        """Return the category of a label: the mapping's, else one of the administrative ones,
        for the same label always the same."""
        named = self._categories.get(label) or self._categories.get(ANY)
        if named is not None:
            return named
        digest = hashlib.sha256(label.encode()).digest()
        return self._spread[int.from_bytes(digest[:8]) % len(self._spread)]

    def partner(self, label: str) -> Partner:
        """Return the complainant of a label: the mapping's, else one made for all imports."""
        found = self._known_partner(label)
        if found is None:
            found = self._partners[ANY] = _made_before() or self._make()
        return found

    def kind(self, subject: Subject) -> Kind:
        """Return what decides where a case starts: two of one kind start alike."""
        region, tier = self._place(subject)
        return self.category(subject.category).pk, subject.severity, region, tier

    def start(self, subject: Subject) -> Start:
        """Return where a case starts. Raises `Invalid` where the tenant's matrix says nothing."""
        kind = self.kind(subject)
        if kind not in self._starts:
            category, (region, tier) = self.category(subject.category), self._place(subject)
            route = find_route(category, subject.severity, region, tier)
            self._starts[kind] = _start(route, region)
        return self._starts[kind]

    def _known_partner(self, label: str) -> Partner | None:
        return self._partners.get(label) or self._partners.get(ANY)

    def _place(self, subject: Subject) -> tuple[Region, Tier | None]:
        """Return region and tier of the complainant, also before it is made."""
        partner = self._known_partner(subject.counterpart)
        return (partner.region, partner.tier) if partner else (self._region, None)

    def _make(self) -> Partner:
        return Partner.objects.create(
            tenant_id=self._region.tenant_id,
            slug=DEFAULT_PARTNER,
            name=_("Imported (ServiceNow)"),
            kind=PartnerKind.RESELLER,
            region=self._region,
        )


def _made_before() -> Partner | None:
    partners = Partner.objects.select_related("region", "tier")
    return partners.filter(slug=DEFAULT_PARTNER).first()


def _start(route: Route, region: Region) -> Start:
    template = Case(
        ladder=route.ladder,
        route=route,
        start_position=route.start_position,
        windows=route.windows,
        calendar_version=calendar_for(route.ladder, region),
    )
    total = parse_window(route.windows.get("total") or route.ladder.total_window)
    return Start(route, template, rules_of(template), total)


def _administrative() -> list[Category]:
    found = Category.objects.filter(category_class=CategoryClass.ADMINISTRATIVE)
    return list(found.order_by("slug"))


def _named_categories(slugs: Mapping[str, str]) -> dict[str, Category]:
    found = {c.slug: c for c in Category.objects.filter(slug__in=set(slugs.values()))}
    for label, slug in slugs.items():
        if slug not in found:
            raise Invalid({f"categories.{label}": _no_such(_("category"), slug)})
        if found[slug].category_class != CategoryClass.ADMINISTRATIVE:
            reason = _("“%(slug)s” is strategic; incidents map to administrative categories.")
            raise Invalid({f"categories.{label}": reason % {"slug": slug}})
    return {label: found[slug] for label, slug in slugs.items()}


def _named_partners(slugs: Mapping[str, str]) -> dict[str, Partner]:
    partners = Partner.objects.select_related("region", "tier")
    found = {p.slug: p for p in partners.filter(slug__in=set(slugs.values()))}
    for label, slug in slugs.items():
        if slug not in found:
            raise Invalid({f"partners.{label}": _no_such(_("partner"), slug)})
    return {label: found[slug] for label, slug in slugs.items()}


def _no_such(thing: str, slug: str) -> str:
    return _("There is no %(thing)s “%(slug)s”.") % {"thing": thing, "slug": slug[:60]}


def _default_region(programme: Programme) -> Region:
    """Return the region that works by the programme's calendar, else the first by name."""
    same = RegionCalendar.objects.filter(calendar_id=programme.calendar_id)
    own = Region.objects.filter(pk__in=same.values("region_id")).order_by("slug").first()
    region = own or Region.objects.order_by("slug").first()
    if region is None:
        raise Invalid({"tenant": _("It has no region yet.")})
    return region
