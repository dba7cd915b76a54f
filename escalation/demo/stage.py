"""Telling the demo's cases with the verbs that people use."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from cases.intake import DisputeForm, IntakeForm, PortalIntakeForm
from cases.models import Case, ClockKind, Status
from cases.opening import open_case
from escalation.demo.cast import Vendor
from escalation.demo.due_soon import KLINIKUM, small_deal
from escalation.demo.policies import NORDICS, OPEN_DEALS
from escalation.demo.tale import Tale
from escalation.demo.verbs import Scene, play
from ladder.defaults.regions import REGIONS
from ladder.models import Category
from ladder.worktime import Rules
from partners.models import Partner
from tenants.models import Membership, Role

TIME_LEFT = timedelta(minutes=5)
TIME_TO_ANSWER = timedelta(hours=2)  # of a severe deal in the demo's matrix, day and night
SOON = timedelta(minutes=10)


@dataclass(slots=True)
class Stage:
    """Who and what a vendor has, by the keys of the story."""

    vendor: Vendor
    people: dict[str, Membership] = field(default_factory=dict)
    partners: dict[str, Partner] = field(default_factory=dict)


def stage_of(vendor: Vendor) -> Stage:
    """Return a vendor of the current tenant that was built before."""
    keys = {person.email: person.key for person in vendor.everybody}
    members = Membership.objects.filter(user__email__in=keys).select_related("user")
    return Stage(
        vendor,
        {keys[member.user.email]: member for member in members},
        {partner.slug: partner for partner in Partner.objects.select_related("region", "tier")},
    )


def tell_all(stage: Stage, tales: Iterable[Tale], now: datetime) -> None:
    """Tell cases in the order in which they were opened, so that their numbers follow it."""
    hours = {region.slug: region.rules(now.year) for region in (*REGIONS, NORDICS)}
    timed = [(tale, hours[stage.partners[tale.partner].region.slug]) for tale in tales]
    for tale, rules in sorted(timed, key=lambda pair: pair[0].opened.instant(now, pair[1])):
        tell(stage, tale, rules, now)


def tell(stage: Stage, tale: Tale, rules: Rules, now: datetime) -> Case:
    """Open a case and do what was done about it, each at its time."""
    case = log(stage, tale, tale.opened.instant(now, rules), now)
    scene = Scene(stage.people, stage.partners, case, rules, now)
    for step in tale.steps:
        play(scene, step)
    return case


def log(stage: Stage, tale: Tale, at: datetime, now: datetime) -> Case:
    """Log a dispute through the form that people use: staff at their desk, a partner in the
    portal."""
    category = Category.objects.get(slug=tale.category)
    by, given = stage.people[tale.by], answers(stage, tale, now)
    form: DisputeForm
    if by.role == Role.PARTNER:
        form = PortalIntakeForm(given, category=category, partner=stage.partners[tale.partner])
    else:
        form = IntakeForm(given, category=category)
    if not form.is_valid():
        raise ValueError(f"{tale.title}: {form.errors.as_json()}")
    others = tuple((stage.partners[slug], role) for slug, role in tale.others)
    return open_case(replace(form.new_case(), others=others), by=by, at=at)


def answers(stage: Stage, tale: Tale, now: datetime) -> dict[str, Any]:
    """Return what somebody would have filled in."""
    given = {
        name: (now - value).date().isoformat() if isinstance(value, timedelta) else value
        for name, value in tale.answers.items()
    }
    return {
        "partner": stage.partners[tale.partner].pk,
        "title": tale.title,
        "description": tale.description,
        "expected_outcome": tale.expected,
        "exposure": "none",
        "relationship": "calm",
        **given,
    }


def arm(stage: Stage, now: datetime) -> Case | None:
    """Open a case whose time to answer ends in five minutes, unless one is due soon already."""
    deals = Case.objects.filter(ladder__name=OPEN_DEALS)
    waiting = deals.filter(status=Status.NEW, due_kind=ClockKind.RESPONSE, due_missed=False)
    if waiting.filter(due_at__gt=now, due_at__lte=now + SOON).exists():
        return None
    before = deals.count()
    tale = small_deal(before - 1) if before else KLINIKUM
    return log(stage, tale, now + TIME_LEFT - TIME_TO_ANSWER, now)
