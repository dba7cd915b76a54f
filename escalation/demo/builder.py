"""Making the demo's vendors: people, policy, partners, cases. May run any number of times."""

from datetime import datetime, timedelta

from escalation.demo import fjordsound
from escalation.demo.awaiting import AWAITING
from escalation.demo.cast import FJORDSOUND, QUELLWERK, VENDORS, Person, Vendor
from escalation.demo.finished import FINISHED
from escalation.demo.policies import NORDICS, RATES, fjordsound_policy, quellwerk_policy
from escalation.demo.precedents import PRECEDENTS
from escalation.demo.stage import Stage, tell_all
from escalation.demo.unfinished import UNFINISHED
from ladder.absences import NewAbsence, record_absence
from ladder.actions import (
    add_region,
    found_programme,
    install_categories,
    install_defaults,
    load_policy,
    set_rate,
)
from ladder.defaults.regions import TIERS
from ladder.models import Programme
from partners.actions import add_contact, add_partner, add_tier
from partners.models import Region, Tier
from tenants.actions import NewPerson, add_member, create_tenant
from tenants.models import Membership, Role, Tenant
from tenants.scope import act_in, identify

# Since half an hour, for three days more.
SINCE, AWAY_FOR = timedelta(minutes=30), timedelta(days=3)
CASES = {
    QUELLWERK.slug: (*PRECEDENTS, *FINISHED, *AWAITING, *UNFINISHED),
    FJORDSOUND.slug: fjordsound.CASES,
}


def build(at: datetime) -> dict[str, Tenant]:
    """Make both vendors with their stories, or leave them as they are; return them by address."""
    return {vendor.slug: build_vendor(vendor, at) for vendor in VENDORS}


def build_vendor(vendor: Vendor, at: datetime) -> Tenant:
    """Make one vendor. All of it is one transaction, so a programme means it is complete."""
    tenant = existing(vendor.slug)
    if tenant is not None:
        with act_in(tenant.pk):
            if Programme.objects.exists():
                return tenant
    tenant = create_tenant(vendor.slug, vendor.name)
    with act_in(tenant.pk):
        stage = Stage(vendor)
        add_people(stage, at)
        if vendor is QUELLWERK:
            set_up_quellwerk(stage, at)
        else:
            set_up_fjordsound(stage, at)
        add_partners(stage, at)
        if vendor is QUELLWERK:
            let_go(stage, at)
        tell_all(stage, CASES[vendor.slug], at)
    return tenant


def existing(slug: str) -> Tenant | None:
    """Return a vendor that is there; the owner's account looks."""
    with identify(using="owner"):
        return Tenant.objects.using("owner").filter(slug=slug).first()


def add_people(stage: Stage, at: datetime) -> None:
    """Add everybody, the admin first, and the program that uses the API. Nobody has a password
    yet: sign-ins are made on their own, so that they can be made anew."""
    admin = stage.vendor.admin
    stage.people[admin.key] = member(admin, None, at)
    by = stage.people[admin.key]
    for person in stage.vendor.everybody:
        if person is not admin:
            stage.people[person.key] = member(person, by, at)
    program = NewPerson(
        stage.vendor.service_email, "CRM connection", title="Program", is_service=True
    )
    add_member(program, Role.STAFF, by=by, at=at)


def member(person: Person, by: Membership | None, at: datetime) -> Membership:
    """Add one person."""
    new = NewPerson(person.email, person.name, title=person.title, timezone=person.zone)
    return add_member(new, person.role, by=by, at=at)


def set_up_quellwerk(stage: Stage, at: datetime) -> None:
    """Install the default policy, put people on its seats, and say what other money is worth."""
    admin = stage.people[stage.vendor.admin.key]
    install_defaults("Quellwerk partner programme", by=admin, at=at)
    load_policy(quellwerk_policy(), by=admin, at=at)
    for currency, days, rate in RATES:
        set_rate(currency, rate, (at - timedelta(days=days)).date(), by=admin, at=at)


def let_go(stage: Stage, at: datetime) -> None:
    """Let Omar Haddad be away for three days: Grace Doyle stands in, and gets what comes from the
    Gulf on his behalf."""
    omar, grace = stage.people["omar"], stage.people["grace"]
    away = NewAbsence(
        person_id=omar.user_id,
        starts_at=at - SINCE,
        delegate_id=grace.user_id,
        ends_at=at + AWAY_FOR,
        zone=omar.user.timezone,
        note="Visiting partners.",
    )
    record_absence(away, by=omar, at=at)


def set_up_fjordsound(stage: Stage, at: datetime) -> None:
    """Install a small policy: one region, two levels."""
    admin = stage.people[stage.vendor.admin.key]
    rules = NORDICS.rules(at.year)
    found_programme("Fjordsound dealers", NORDICS.name, rules, by=admin, at=at)
    add_region(NORDICS.slug, NORDICS.name, NORDICS.name, rules, by=admin, at=at)
    for tier in TIERS:
        add_tier(tier.slug, tier.name, tier.rank, by=admin, at=at)
    install_categories(by=admin, at=at)
    load_policy(fjordsound_policy(), by=admin, at=at)


def add_partners(stage: Stage, at: datetime) -> None:
    """Add the partners and their contacts."""
    admin = stage.people[stage.vendor.admin.key]
    for company in stage.vendor.companies:
        partner = add_partner(
            company.slug,
            company.name,
            company.kind,
            region=Region.objects.get(slug=company.region),
            tier=Tier.objects.get(slug=company.tier),
            by=admin,
            at=at,
        )
        stage.partners[company.slug] = partner
        add_contact(partner, stage.people[company.contact.key], by=admin, at=at)
