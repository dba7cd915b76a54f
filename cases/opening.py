"""Opening a case: where it starts, whose turn it is, and the clocks it runs under."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from cases import clockwork
from cases.actions import LONGEST_TEXT
from cases.facts import CaseRules
from cases.models import Case, Confidentiality, Party, PartyRole, Source, Status
from cases.rules import calendar_of, level_rules, rules_of, step_windows
from cases.starting import start_clock
from cases.telling import Told, owner_of, partners_contacts, say
from cases.turns import alarm_if_unowned, owner_facts
from journal.models import Audience
from ladder.models import Category, Ladder, Route, Severity
from ladder.money import MINOR_UNITS
from ladder.queries import absences_at, calendar_for, find_route, holder_of, levels_of
from ladder.seats import Holder, SeatFacts
from partners.models import Partner
from tenants.errors import Invalid, NotAllowed
from tenants.models import Membership, Role
from tenants.scope import tenant_in_force

LOGS = (Role.ADMIN, Role.STAFF)
LIMITS = {
    "title": 200,
    "description": LONGEST_TEXT,
    "severity_reason": LONGEST_TEXT,
    "currency": 3,
    "deal_id": 120,
    "source_system": 40,
    "external_id": 120,
    "source_url": 500,
}
# An escaped NUL, which PostgreSQL refuses, and not an escaped backslash before "u0000".
NUL_IN_JSON = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
FACTS = (*LIMITS, "amount", "impact", "fields")
LARGEST_AMOUNT = Decimal("99999999999999.9999")
NEXT_NUMBER = """
INSERT INTO cases_casecounter (tenant_id, id, year, last)
VALUES (%(tenant)s, gen_random_uuid(), %(year)s, 1)
ON CONFLICT (tenant_id, year) DO UPDATE SET last = cases_casecounter.last + 1 RETURNING last
"""


@dataclass(frozen=True, slots=True)
class NewCase:
    """What is known of a dispute when it is logged. `others` are further parties with roles; a
    `ladder` that is named is climbed from its lowest level, whatever the matrix says."""

    partner: Partner
    category: Category
    title: str
    severity: str = Severity.S3
    severity_reason: str = ""
    description: str = ""
    impact: dict[str, Any] = field(default_factory=dict)
    impact_score: int | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    amount: Decimal | None = None
    currency: str = ""
    deal_id: str = ""
    source: str = Source.BROWSER
    source_system: str = ""
    external_id: str | None = None
    source_url: str = ""
    others: tuple[tuple[Partner, str], ...] = ()
    ladder: Ladder | None = None


@transaction.atomic
def open_case(new: NewCase, *, by: Membership | None, at: datetime) -> Case:
    """Log a dispute: find its route, give it an owner, start its clocks, tell people.

    Raises `Invalid` with field and reason; nothing is written then.
    """
    check_who_logs(new, by)
    validate(new)
    route = route_for(new)
    case = _insert(new, route, by, at)
    _add_parties(case, new, by)
    turn = _first_turn(case, route, at)
    clockwork.settle(case, at)
    say(
        case,
        "case.opened",
        by=by,
        at=at,
        facts={
            "category": str(new.category.pk),
            "severity": new.severity,
            "source": new.source,
            "route": str(case.route_id) if case.route_id else None,
            "position": turn.position,
            **owner_facts(turn),
        },
        told=Told(
            (*owner_of(case), *partners_contacts(case, only=new.partner.pk)), Audience.PARTIES
        ),
    )
    alarm_if_unowned(case, turn, at)
    return case


def check_who_logs(new: NewCase, by: Membership | None) -> None:
    """Refuse who may not log this dispute: staff may, and a partner in its own name. A sealed one
    comes through a channel of its own."""
    sealed = new.category.confidentiality == Confidentiality.SEALED
    if by is None or (by.role in LOGS and not sealed):
        return
    if by.role != Role.PARTNER or sealed:
        raise NotAllowed(_("Only staff of the vendor can log a dispute here."))
    if not new.partner.contacts.filter(user_id=by.user_id).exists():
        raise NotAllowed(_("A partner logs disputes in its own name only."))


def route_for(new: NewCase) -> Route:
    """Return where a dispute starts. A ladder that was named is a route of its own, which is no
    line of the matrix and is not kept."""
    if new.ladder is None:
        return find_route(new.category, new.severity, new.partner.region, new.partner.tier)
    climbed = [level for level in levels_of(new.ladder.pk) if not level.concessions_only]
    return Route(ladder=new.ladder, start_position=climbed[0].position)


def first_answer(new: NewCase, at: datetime) -> tuple[UUID | None, datetime]:
    """Return who would answer first if the case were opened now, and by when."""
    region, route = new.partner.region, route_for(new)
    rules = CaseRules(
        levels=tuple(level_rules(level) for level in levels_of(route.ladder_id)),
        start_position=route.start_position,
        calendar=calendar_of(calendar_for(route.ladder, region)),
        steps=step_windows(route.windows),
    )
    level = rules.level(route.start_position)
    held = named_by(route, at) or holder_of(level.id, region.pk, new.category.pk, at)
    owner = held.owner_id
    with clockwork.within_hours():
        return owner, start_clock("response", level.response, at, rules.calendar).due_at


def named_by(route: Route, at: datetime) -> Holder | None:
    """Return whom a route names as owner, who stands in for them, or their backup; None where
    nobody is there or nobody is named, and the level's seats say who."""
    people = Membership.objects.filter(
        user_id__in=[i for i in (route.owner_id, route.backup_id) if i],
        is_active=True,
        user__is_active=True,
    )
    if route.owner_id is None:
        return None
    there = set(people.values_list("user_id", flat=True))
    owner_there, backup_there = route.owner_id in there, route.backup_id in there
    named = SeatFacts(
        route.owner_id, route.backup_id, None, None, 0, there=owner_there, backup_there=backup_there
    ).held(absences_at(at))
    return named if named.owner_id else None


def validate(new: NewCase) -> None:
    """Refuse what cannot be stored, each field with its reason."""
    errors = facts_errors({name: getattr(new, name) for name in FACTS})
    if new.severity not in Severity.values:
        errors["severity"] = _("Choose a severity from S1 to S4.")
    partners = [new.partner.pk, *(partner.pk for partner, _role in new.others)]
    if len(set(partners)) < len(partners):
        errors["others"] = _("A partner can have one part in a case only.")
    if errors:
        raise Invalid(errors)


def facts_errors(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with facts of a case, by field: when it is logged, or later."""
    errors = {}
    for name, limit in LIMITS.items():
        text = facts.get(name) or ""
        if len(text) > limit:
            errors[name] = _("At most %(n)s characters.") % {"n": f"{limit:,}"}
        elif "\x00" in text:
            errors[name] = _("Contains a character that cannot be stored.")
    if "title" in facts and not facts["title"].strip():
        errors["title"] = _("Give the dispute a title.")
    amount = facts.get("amount") or Decimal(0)
    if not (amount.is_finite() and 0 <= amount <= LARGEST_AMOUNT):
        errors["amount"] = _("An amount of zero or more.")
    if (facts.get("currency") or "EUR") not in MINOR_UNITS:
        errors.setdefault("currency", _("Not a currency: three letters, like EUR."))
    if NUL_IN_JSON.search(json.dumps([facts.get("impact"), facts.get("fields")])):
        errors["fields"] = _("Contains a character that cannot be stored.")
    return errors


def next_number(at: datetime) -> str:
    """Return the tenant's next human number, as `ESC-2026-0042`.

    Two cases opened at once wait for each other here, so that no number is given twice.
    """
    parameters: dict[str, str | int] = {"tenant": str(tenant_in_force()), "year": at.year}
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER, parameters)
        return f"ESC-{at.year}-{cursor.fetchone()[0]:04d}"


def _insert(new: NewCase, route: Route, by: Membership | None, at: datetime) -> Case:
    levels = {level.position: level for level in levels_of(route.ladder_id)}
    case = Case(
        tenant_id=tenant_in_force(),
        number=next_number(at),
        title=new.title.strip(),
        description=new.description,
        category=new.category,
        severity=new.severity,
        severity_reason=new.severity_reason,
        impact=new.impact,
        impact_score=new.impact_score,
        fields=new.fields,
        amount=new.amount,
        currency=new.currency,
        deal_id=new.deal_id,
        region=new.partner.region,
        source=new.source,
        source_system=new.source_system,
        external_id=new.external_id,
        source_url=new.source_url,
        status=Status.NEW,
        confidentiality=new.category.confidentiality,
        ladder=route.ladder,
        route=route if route.tenant_id else None,
        start_position=route.start_position,
        windows=route.windows,
        calendar_version=calendar_for(route.ladder, new.partner.region),
        level=levels[route.start_position],
        opened_at=at,
        opened_by_id=by.user_id if by else None,
        updated_at=at,
        version=0,
    )
    _save_new(case)
    return case


def _save_new(case: Case) -> None:
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError as error:
        if "case_external_id_per_source" not in str(error):
            raise
        raise Invalid({"external_id": _("A case with this id was logged already.")}) from error


def _add_parties(case: Case, new: NewCase, by: Membership | None) -> None:
    """Add who has a part. The complainant reads the title it is logged under, and what it told
    itself; any other party only what kind of dispute it is: a title may name a customer."""
    itself = by is not None and by.role == Role.PARTNER
    told = case.description if itself else ""
    kind = new.category.name
    Party.objects.bulk_create(
        [
            _party(case, new.partner, PartyRole.COMPLAINANT, case.title, told),
            *(_party(case, partner, role, kind) for partner, role in new.others),
        ]
    )


def _party(case: Case, partner: Partner, role: str, title: str, account: str = "") -> Party:
    return Party(
        tenant_id=case.tenant_id,
        case=case,
        partner=partner,
        role=role,
        title=title,
        account=account,
    )


def _first_turn(case: Case, route: Route, at: datetime) -> Any:
    rules = rules_of(case)
    level = rules.level(route.start_position)
    holder = named_by(route, at) or holder_of(level.id, case.region_id, case.category_id, at)
    turn = clockwork.begin_turn(case, level, at=at, holder=holder)
    clockwork.start_total(case, rules, at)
    return turn
