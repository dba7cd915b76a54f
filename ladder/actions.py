"""The verbs of the policy. One verb is one transaction and one event.

`by` is who acts, None whoever runs the installation; `at` is when. Wrong input raises `Invalid`
with field and reason, and then nothing was written.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from journal.actions import record
from ladder.checking import Checker, Failing
from ladder.defaults.categories import CATEGORIES
from ladder.defaults.ladders import held_by
from ladder.defaults.matrix import MATRIX
from ladder.defaults.regions import AROUND_THE_CLOCK, REGIONS, TIERS
from ladder.directory import Directory, read_directory
from ladder.models import (
    CalendarVersion,
    Category,
    ExchangeRate,
    Ladder,
    Programme,
    RegionCalendar,
)
from ladder.money import MoneyError, known_currency
from ladder.policy import LadderEntry, Policy
from ladder.worktime import Rules
from ladder.writing import write_calendar, write_ladder, write_matrix
from partners.actions import add_tier
from partners.models import Region
from tenants import scope
from tenants.errors import Invalid, NotAllowed
from tenants.models import Membership, Role

HOME = "dach"
RATE_DECIMALS = 8
LARGEST_RATE = Decimal(10) ** 10


def allowed(by: Membership | None) -> None:
    """Refuse who may not change the policy."""
    if by is not None and by.role != Role.ADMIN:
        raise NotAllowed(_("Only an admin of the programme can change the policy."))


def hold_policy() -> None:
    """Make who changes the policy at the same time wait until this is done: what is read from here
    on stays. A tenant that has no programme yet has nobody else in it either."""
    list(Programme.objects.select_for_update().values_list("pk"))


@transaction.atomic
def publish_calendar(
    name: str, rules: Rules, *, by: Membership | None, at: datetime
) -> CalendarVersion:
    """Make a calendar, or its next version where its hours change; return what is in force.

    Running clocks keep the version they pinned.
    """
    allowed(by)
    hold_policy()
    version, is_new = write_calendar(name, rules)
    if is_new:
        facts = {"calendar": str(version.calendar_id), "number": version.number}
        _record("policy.calendar_published", by, at, facts)
    return version


@transaction.atomic
def load_policy(policy: Policy, *, by: Membership | None, at: datetime) -> None:
    """Put a written policy in force: calendars and ladders by name, the matrix as a whole.

    Cases that are open keep their route, their calendar and their running clocks. Refused is what
    names somebody or something unknown, takes away a level that cases have been on, or lets a
    case pass its total before it has been on every level of its route.
    """
    allowed(by)
    hold_policy()
    directory = read_directory(policy)
    directory.check(policy)
    _write(policy, directory, at)
    errors = dict(_located(failing, policy) for failing in Checker(at).failing())
    if errors:
        raise Invalid(errors)
    _record(
        "policy.loaded",
        by,
        at,
        {
            "calendars": [str(directory("calendar", c.name).pk) for c in policy.calendars],
            "ladders": [str(directory("ladder", entry.name).pk) for entry in policy.ladders],
            "routes": None if policy.matrix is None else len(policy.matrix),
            "habits": dict(policy.programme.habits),
        },
    )


@transaction.atomic
def publish_ladder(entry: LadderEntry, *, by: Membership | None, at: datetime) -> Ladder:
    """Make a ladder, or bring the one of this name to what is written: as `load_policy` does.

    Raises `Invalid`, each place as it stands in the ladder.
    """
    try:
        load_policy(Policy(ladders=(entry,)), by=by, at=at)
    except Invalid as problem:
        here = "ladders[0]."
        raise Invalid({k.removeprefix(here): v for k, v in problem.errors.items()}) from None
    return Ladder.objects.select_related("calendar").get(name=entry.name)


def _write(policy: Policy, directory: Directory, at: datetime) -> None:
    """Write a policy whose names were checked, in the order in which its parts refer back."""
    for calendar in policy.calendars:
        version, _is_new = write_calendar(calendar.name, calendar.rules)
        directory.found["calendar"][calendar.name] = version.calendar
    for number, ladder in enumerate(policy.ladders):
        row = write_ladder(ladder, f"ladders[{number}]", directory)
        directory.found["ladder"][ladder.name] = row
    if policy.matrix is not None:
        write_matrix(policy.matrix, at, directory)
    if policy.programme.habits:
        Programme.objects.update(**policy.programme.habits)


def _located(failing: Failing, policy: Policy) -> tuple[str, str]:
    """Return where in the file a failing route or ladder stands, and why it fails."""
    line = None
    if failing.route is not None and policy.matrix is not None:
        line = f"matrix[{failing.route.position - 1}]"
    if line and _is_lines_fault(failing):
        return f"{line}.{failing.field}", failing.reason
    names = [ladder.name for ladder in policy.ladders]
    if failing.ladder.name in names:
        part = "total_window" if failing.field == "total_window" else "levels"
        return f"ladders[{names.index(failing.ladder.name)}].{part}", failing.reason
    # Where neither line nor ladder is in the file, a calendar of the file is at fault.
    return (f"{line}.ladder" if line else "calendars"), failing.reason


def _is_lines_fault(failing: Failing) -> bool:
    """Whether the line of the matrix is what to mend, and not its ladder."""
    windows: dict[str, Any] = failing.route.windows if failing.route else {}
    return failing.field != "total_window" or bool(windows.get("total") or windows.get("steps"))


@transaction.atomic
def found_programme(
    name: str, calendar: str, rules: Rules, *, by: Membership | None, at: datetime
) -> Programme:
    """Give a tenant its programme, with the calendar that counts where no other does."""
    allowed(by)
    if Programme.objects.exists():
        raise Invalid({"tenant": _("This tenant has its programme already.")})
    version = publish_calendar(calendar, rules, by=by, at=at)
    programme = Programme.objects.create(
        tenant_id=scope.tenant_in_force(), name=name, calendar=version.calendar
    )
    _record("policy.founded", by, at, {"programme": str(programme.pk)})
    return programme


@transaction.atomic
def install_categories(*, by: Membership | None, at: datetime) -> None:
    """Give a tenant the default categories."""
    allowed(by)
    tenant = scope.tenant_in_force()
    Category.objects.bulk_create(
        Category(
            tenant_id=tenant,
            slug=entry.slug,
            name=entry.name,
            summary=entry.summary,
            category_class=entry.category_class,
            confidentiality=entry.confidentiality,
            fields=list(entry.fields),
            evidence=list(entry.evidence),
            rule_of_thumb=entry.rule_of_thumb,
            never_share=entry.never_share,
            position=position,
        )
        for position, entry in enumerate(CATEGORIES, start=1)
    )
    _record("policy.categories_installed", by, at, {"categories": len(CATEGORIES)})


@transaction.atomic
def add_region(
    slug: str, name: str, calendar: str, rules: Rules, *, by: Membership | None, at: datetime
) -> Region:
    """Add a region with its calendar: a new one, or one the tenant has by this name."""
    allowed(by)
    tenant = scope.tenant_in_force()
    version = publish_calendar(calendar, rules, by=by, at=at)
    region = Region.objects.create(tenant_id=tenant, slug=slug, name=name)
    RegionCalendar.objects.create(tenant_id=tenant, region=region, calendar=version.calendar)
    facts = {"region": str(region.pk), "calendar": str(version.calendar_id)}
    _record("policy.region_added", by, at, facts)
    return region


@transaction.atomic
def install_defaults(name: str, *, by: Membership, at: datetime) -> Programme:
    """Give a new tenant the default policy, `by` on every level until the right people are found.

    The windows of the defaults are known to fit each other, so they are not checked again.
    """
    home = next(region for region in REGIONS if region.slug == HOME)
    programme = found_programme(name, home.name, home.rules(at.year), by=by, at=at)
    publish_calendar(AROUND_THE_CLOCK, Rules.always(), by=by, at=at)
    for region in REGIONS:
        add_region(region.slug, region.name, region.name, region.rules(at.year), by=by, at=at)
    for tier in TIERS:
        add_tier(tier.slug, tier.name, tier.rank, by=by, at=at)
    install_categories(by=by, at=at)
    policy = Policy(ladders=held_by(by.user.email), matrix=MATRIX)
    _write(policy, read_directory(policy), at)
    _record("policy.defaults_installed", by, at, {"routes": len(MATRIX)})
    return programme


@transaction.atomic
def set_rate(
    currency: str, rate: Decimal, valid_from: date, *, by: Membership | None, at: datetime
) -> ExchangeRate:
    """Say what one unit of a currency is worth in the programme's, from a day on.

    What was converted before keeps the rate of its day.
    """
    allowed(by)
    # Two at once wait for each other here.
    programme = Programme.objects.select_for_update().get()
    try:
        currency = known_currency(currency)
    except MoneyError as problem:
        raise Invalid({problem.field: problem.reason}) from None
    if errors := rate_errors(currency, rate, valid_from, programme.currency):
        raise Invalid(errors)
    row = ExchangeRate.objects.create(
        tenant_id=programme.tenant_id,
        currency=currency,
        rate=rate,
        valid_from=valid_from,
        created_by_id=by.user_id if by else None,
        created_at=at,
    )
    facts = {"rate": str(row.pk), "currency": currency, "worth": str(rate)}
    _record("policy.rate", by, at, {**facts, "valid_from": valid_from.isoformat()})
    return row


def rate_errors(currency: str, rate: Decimal, valid_from: date, own: str) -> dict[str, str]:
    """Return what is wrong with a rate, by field."""
    if currency == own:
        return {"currency": _("This is the programme's own currency.")}
    if not rate.is_finite() or rate <= 0 or rate >= LARGEST_RATE:
        return {"rate": _("More than zero, and less than ten thousand million.")}
    if rate != round(rate, RATE_DECIMALS):
        return {"rate": _("At most eight decimals.")}
    if ExchangeRate.objects.filter(currency=currency, valid_from=valid_from).exists():
        return {"valid_from": _("This day has its rate already, and a rate is never changed.")}
    return {}


def _record(kind: str, by: Membership | None, at: datetime, facts: dict[str, Any]) -> None:
    record(kind, at=at, by=by.user_id if by else None, facts=facts)
