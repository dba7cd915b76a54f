"""From what a program tells of a dispute to the case it becomes."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cases.answers import read_answers
from cases.intake import INPUTS, offered, plain, top_tier
from cases.models import Source
from cases.opening import NewCase
from ladder.impact import Impact
from ladder.models import Category, Ladder, Severity
from partners.models import Partner
from tenants.errors import Invalid

Given = Mapping[str, Any]
# Of what is at stake, what a partner can say itself.
OWN_INPUTS = ("customers", "decides_soon")
# What only the vendor says.
VENDORS = (
    "ladder",
    "severity",
    "severity_reason",
    "parties",
    "source_url",
    "external_id",
    "source",
)
HERE = "api"
USUAL_CURRENCY = "EUR"


def read_new(given: Given, *, own: Partner | None = None) -> NewCase:
    """Return the dispute a program tells of; `own` is the partner that tells of its own.

    Raises `Invalid`, each wrong field with its reason.
    """
    errors = {name: _("Only the vendor says this.") for name in VENDORS if own and name in given}
    if errors:
        # Nothing that it may not name is looked up for a partner: the answer would tell.
        raise Invalid(errors)
    partner = _found(errors, "partner", lambda: partner_of(given, own))
    category = _found(errors, "category", lambda: category_of(given["category"], own))
    ladder = _found(errors, "ladder", lambda: ladder_of(given.get("ladder")))
    others = _found(errors, "parties", lambda: others_of(given.get("parties", ())))
    parts = [one.pk for one in (partner, *(other for other, _role in others or ())) if one]
    if len(set(parts)) < len(parts):
        errors["parties"] = _("A partner can have one part in a case only.")
    if errors or partner is None or category is None:
        raise Invalid(errors)
    return NewCase(
        partner=partner,
        category=category,
        title=given["title"],
        source=Source.API,
        external_id=given.get("external_id"),
        source_system=given.get("source", HERE if "external_id" in given else ""),
        others=others or (),
        ladder=ladder,
        severity_reason=given.get("severity_reason", ""),
        severity=severity_of(given, partner, category),
        **facts_of(given, partner, category, own=own is not None),
    )


def _found(errors: dict[str, str], field: str, find: Any) -> Any:
    """Return what a field stands for; note what is wrong with it, and go on."""
    try:
        return find()
    except Invalid as problem:
        errors.update(problem.errors)
    except LookupError:
        errors[field] = _("There is none like this.")
    return None


def partner_of(given: Given, own: Partner | None) -> Partner:
    """Return whose dispute it is. `LookupError` where there is no such partner; a partner is not
    told which others there are."""
    if own is None:
        if "partner" not in given:
            raise Invalid({"partner": _("This field is required.")})
        return partner_called(given["partner"])
    if given.get("partner", str(own.pk)).lower() != str(own.pk):
        raise Invalid({"partner": _("A partner logs disputes in its own name only.")})
    return own


def partner_called(text: str) -> Partner:
    """Return the partner with this id, or this id in the CRM. `LookupError` where there is none."""
    partners = Partner.objects.select_related("region", "tier")
    found = partners.filter(external_id=text).first()
    with suppress(ValueError):
        found = found or partners.filter(pk=UUID(text)).first()
    if found is None:
        raise LookupError(text)
    return found


def category_of(slug: str, own: Partner | None) -> Category:
    """Return a kind of dispute. `LookupError` where there is none; a partner is not told which
    there are beside those it is offered."""
    kinds = Category.objects.all() if own is None else offered()
    found = kinds.filter(slug=slug).first()
    if found is None:
        raise LookupError(slug)
    return found


def ladder_of(ident: UUID | None) -> Ladder | None:
    """Return the ladder that was named. `LookupError` where there is none."""
    if ident is None:
        return None
    found = Ladder.objects.select_related("calendar").filter(pk=ident).first()
    if found is None:
        raise LookupError(str(ident))
    return found


def others_of(given: Any) -> tuple[tuple[Partner, str], ...]:
    """Return the other parties. Raises `Invalid` where one is none."""
    found, errors = [], {}
    for number, party in enumerate(given):
        try:
            found.append((partner_called(party["partner"]), party["role"]))
        except LookupError:
            errors[f"parties[{number}].partner"] = _("There is none like this.")
    if errors:
        raise Invalid(errors)
    return tuple(found)


def facts_of(
    given: Given,
    partner: Partner | None,
    category: Category,
    *,
    own: bool,
    currency: str = USUAL_CURRENCY,
) -> dict[str, Any]:
    """Return what may be told when a case is logged, or later; only what is given. An amount is in
    this currency unless another is named."""
    facts = {
        k: given[k]
        for k in ("description", "amount", "currency", "deal_id", "source_url")
        if k in given
    }
    if facts.get("amount") is not None:
        facts.setdefault("currency", currency)
    if "fields" in given:
        facts["fields"] = read_answers(category, given["fields"], own=own)
    if "impact" in given:
        if own:
            refuse_others_inputs(given["impact"])
        impact = impact_of(given, partner, category)
        facts["impact"] = {name: plain(getattr(impact, name)) for name in INPUTS}
        facts["impact_score"] = round(impact.score())
    return facts


def refuse_others_inputs(impact: Given) -> None:
    """Refuse what a partner cannot know."""
    said = _("Only the vendor says this.")
    errors = {f"impact.{name}": said for name in impact if name not in OWN_INPUTS}
    if errors:
        raise Invalid(errors)


def impact_of(given: Given, partner: Partner | None, category: Category) -> Impact:
    """Return the inputs of the score; what is not said counts least."""
    return Impact(
        **given.get("impact", {}),
        top_tier=partner is not None and top_tier(partner),
        privacy=category.confidentiality == "restricted",
    )


def severity_of(given: Given, partner: Partner, category: Category) -> str:
    """Return the severity that was named, or follows. Where nothing says what is at stake it is
    medium. Raises `Invalid` for one that differs from the score without a reason."""
    known = "impact" in given
    follows = impact_of(given, partner, category).severity() if known else str(Severity.S3)
    named: str = given.get("severity", follows)
    if known and named != follows and not given.get("severity_reason", "").strip():
        raise Invalid({"severity_reason": _("Say why the score does not fit.")})
    return named
