"""Logging a dispute: the form a category asks for, and the case it becomes."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Source
from cases.opening import NewCase, first_answer
from ladder.impact import EXPOSURE, RELATIONSHIP, Impact
from ladder.models import Category, Severity
from partners.models import Partner
from partners.queries import partners_by_name
from tenants.models import User

LONGEST = 20_000
TOP_TIER_RANK = 1
# What a case keeps in columns of its own, or works out; every other answer goes beside them.
CORE = (
    "partner",
    "title",
    "description",
    "amount",
    "deal_id",
    "revenue",
    "customers",
    "exposure",
    "relationship",
    "decides_soon",
    "severity",
    "severity_reason",
)
INPUTS = ("revenue", "customers", "exposure", "relationship", "decides_soon")


def control(spec: dict[str, Any]) -> forms.Field:
    """Return the control for one field of a category's template."""
    kind = spec["type"]
    if kind == "money":
        return forms.DecimalField(min_value=0, max_digits=18, decimal_places=4)
    if kind == "date":
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    if kind == "number":
        return forms.IntegerField(min_value=0, max_value=10**9)
    if kind == "yes_no":
        choices = [("", ""), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
        return forms.ChoiceField(choices=choices)
    if kind == "choice":
        options = [(value, label) for value, label in spec["choices"]]
        return forms.ChoiceField(choices=[("", ""), *options])
    return forms.CharField(max_length=2000)


def exposure_choices() -> list[tuple[str, str]]:
    """Return who else hears of it, in order of weight."""
    words = {
        "none": _("Nobody outside"),
        "customer": _("One customer knows"),
        "tender": _("A tender is concerned"),
        "press": _("Trade press"),
        "regulator": _("A regulator or a court"),
    }
    return [(key, words[key]) for key in EXPOSURE]


def relationship_choices() -> list[tuple[str, str]]:
    """Return how the partner stands, in order of weight."""
    words = {
        "calm": _("Calm"),
        "signal": _("A first sign of trouble"),
        "repeat": _("Again, or a promise was broken"),
        "stops": _("Stops registering deals"),
        "notice": _("Gives notice"),
    }
    return [(key, words[key]) for key in RELATIONSHIP]


class DisputeForm(forms.Form):
    """What every dispute is asked, whoever logs it, and what its category asks besides."""

    first: ClassVar[tuple[str, ...]] = ("title", "description", "expected_outcome")
    last: ClassVar[tuple[str, ...]] = ()
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    description = forms.CharField(
        label=gettext_lazy("What happened"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    expected_outcome = forms.CharField(
        label=gettext_lazy("What the partner expects"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    customer = forms.CharField(label=gettext_lazy("Customer"), max_length=200, required=False)
    amount = forms.DecimalField(
        label=gettext_lazy("Amount in euro"),
        min_value=0,
        max_digits=18,
        decimal_places=4,
        required=False,
    )
    deal_id = forms.CharField(label=gettext_lazy("Deal id"), max_length=120, required=False)
    needed_by = forms.DateField(
        label=gettext_lazy("Needed by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    customers = forms.IntegerField(
        label=gettext_lazy("Customers touched"), min_value=0, max_value=10**6, initial=0
    )
    decides_soon = forms.BooleanField(
        label=gettext_lazy("The customer decides within two days"), required=False
    )

    def __init__(self, *args: Any, category: Category, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.category = category
        own = [self._add_own(spec) for spec in self.asked()]
        self.order_fields([*self.first, *own, *self.last])

    def asked(self) -> list[dict[str, Any]]:
        """Return the fields of the category's template that this form asks."""
        return list(self.category.fields)

    def _add_own(self, spec: dict[str, Any]) -> str:
        field = control(spec)
        field.label, field.required = spec["label"], bool(spec.get("required"))
        field.internal = bool(spec.get("private"))  # type: ignore[attr-defined]
        name = f"own_{spec['name']}"
        self.fields[name] = field
        return name

    def clean(self) -> dict[str, Any]:
        """Refuse what the database cannot keep."""
        cleaned = super().clean() or {}
        for name, value in cleaned.items():
            if isinstance(value, str) and "\x00" in value:
                self.add_error(name, _("Contains a character that cannot be stored."))
        return cleaned

    def impact(self, cleaned: dict[str, Any]) -> Impact:
        """Return the inputs of the score; what this form does not ask counts least."""
        partner = cleaned.get("partner")
        return Impact(
            revenue=cleaned.get("revenue") or Decimal(0),
            customers=cleaned.get("customers") or 0,
            exposure=cleaned.get("exposure") or "none",
            relationship=cleaned.get("relationship") or "calm",
            top_tier=partner is not None and top_tier(partner),
            privacy=self.category.confidentiality == "restricted",
            decides_soon=bool(cleaned.get("decides_soon")),
        )

    def new_case(self) -> NewCase:
        """Return the case these answers describe."""
        cleaned = self.cleaned_data
        impact = self.impact(cleaned)
        return NewCase(
            partner=cleaned["partner"],
            category=self.category,
            title=cleaned["title"],
            description=cleaned["description"],
            severity=cleaned.get("severity") or impact.severity(),
            severity_reason=cleaned.get("severity_reason", ""),
            impact={name: plain(getattr(impact, name)) for name in INPUTS},
            impact_score=round(impact.score()),
            fields=self.answers_kept(),
            amount=cleaned["amount"],
            currency="EUR" if cleaned["amount"] is not None else "",
            deal_id=cleaned["deal_id"],
        )

    def answers_kept(self) -> dict[str, Any]:
        """Return what the case keeps beside its own columns; empty answers are left out."""
        names = [name for name in self.fields if name not in CORE]
        kept = {name.removeprefix("own_"): plain(self.cleaned_data[name]) for name in names}
        return {name: value for name, value in kept.items() if value not in ("", None)}


def top_tier(partner: Partner) -> bool:
    """Whether a partner stands highest in the vendor's ranking."""
    return partner.tier is not None and partner.tier.rank == TOP_TIER_RANK


class IntakeForm(DisputeForm):
    """What staff are asked when they log a dispute for a partner."""

    first = ("partner", *DisputeForm.first)
    last = (
        *("customer", "amount", "deal_id", "needed_by"),
        *INPUTS,
        *("severity", "severity_reason", "internal_note"),
    )
    partner: "forms.ModelChoiceField[Partner]" = forms.ModelChoiceField(
        Partner.objects.none(), label=gettext_lazy("For which partner"), empty_label=""
    )
    revenue = forms.DecimalField(
        label=gettext_lazy("Revenue at risk, in euro"),
        min_value=0,
        max_digits=18,
        decimal_places=4,
        initial=0,
    )
    exposure = forms.ChoiceField(label=gettext_lazy("Who else hears of it"), initial="none")
    relationship = forms.ChoiceField(label=gettext_lazy("How the partner stands"), initial="calm")
    severity = forms.ChoiceField(
        label=gettext_lazy("Severity"),
        required=False,
        choices=[("", gettext_lazy("As the answers above say")), *Severity.choices],
    )
    severity_reason = forms.CharField(
        label=gettext_lazy("Why another severity"), max_length=2000, required=False
    )
    internal_note = forms.CharField(
        label=gettext_lazy("Internal note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, category: Category, **kwargs: Any) -> None:
        super().__init__(*args, category=category, **kwargs)
        self.fields["title"].help_text = _("The partner for whom you log it reads this.")
        self.fields["partner"].queryset = partners_by_name()  # type: ignore[attr-defined]
        self.fields["exposure"].choices = exposure_choices()  # type: ignore[attr-defined]
        self.fields["relationship"].choices = relationship_choices()  # type: ignore[attr-defined]
        self.fields["internal_note"].internal = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Require a reason where a person sees it otherwise than the score."""
        cleaned = super().clean()
        chosen = cleaned.get("severity")
        differs = bool(chosen) and chosen != self.impact(cleaned).severity()
        if differs and not cleaned.get("severity_reason"):
            self.add_error("severity_reason", _("Say why the score does not fit."))
        return cleaned


class PortalIntakeForm(DisputeForm):
    """What a partner is asked: nothing that only the vendor can know, nothing internal, and no
    other partner's name. Severity follows from what it says is at stake."""

    last = ("customer", "amount", "customers", "decides_soon", "deal_id", "needed_by")

    def __init__(self, *args: Any, category: Category, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, category=category, **kwargs)
        self.partner = partner
        for name, label in own_words().items():
            self.fields[name].label = label
        self.fields["title"].help_text = _("A few words by which you will know it again.")
        self.fields["customers"].required = False

    def asked(self) -> list[dict[str, Any]]:
        """Return the fields that are not the vendor's own."""
        return [spec for spec in super().asked() if not spec.get("private")]

    def clean(self) -> dict[str, Any]:
        """Add what is not asked: whose dispute it is, and what revenue is at risk."""
        cleaned = super().clean()
        return {**cleaned, "partner": self.partner, "revenue": cleaned.get("amount")}

    def new_case(self) -> NewCase:
        """Return the case these answers describe."""
        return replace(super().new_case(), source=Source.PORTAL)


def own_words() -> dict[str, str]:
    """Return how the portal asks what a vendor's form asks about the partner."""
    return {
        "title": _("What is it about?"),
        "expected_outcome": _("What do you expect?"),
        "amount": _("What is at stake, in euro"),
        "customers": _("How many customers it touches"),
        "deal_id": _("Your deal or registration number"),
    }


def plain(value: Any) -> Any:
    """Return a value as JSON keeps it, numbers exactly."""
    return value if isinstance(value, bool | int | str) or value is None else str(value)


COMMON_LABELS = {
    "expected_outcome": gettext_lazy("What the partner expects"),
    "customer": gettext_lazy("Customer"),
    "needed_by": gettext_lazy("Needed by"),
    "internal_note": gettext_lazy("Internal note"),
}


def labelled(category: Category, kept: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a case's further answers with their labels, in the template's order."""
    specs: dict[str, dict[str, Any]] = {spec["name"]: spec for spec in category.fields}
    for name, label in COMMON_LABELS.items():
        kind = "date" if name == "needed_by" else "text"
        specs.setdefault(name, {"label": label, "type": kind})
    return [
        {"label": spec["label"], "value": readable(spec, kept[name])}
        for name, spec in specs.items()
        if name in kept
    ]


def readable(spec: dict[str, Any], value: Any) -> Any:
    """Return a kept answer as people read it; one that does not fit its field stays as it is."""
    kind = spec.get("type")
    if kind == "yes_no":
        return {"yes": _("Yes"), "no": _("No")}.get(value, value)
    if kind == "choice":
        return dict(spec["choices"]).get(value, value)
    if kind == "date":
        try:
            return date_format(date.fromisoformat(str(value)), "D j M Y")
        except ValueError:
            return value
    return value


def missing(category: Category, kept: dict[str, Any]) -> list[str]:
    """Return the labels of required answers a case does not have."""
    return [s["label"] for s in category.fields if s.get("required") and s["name"] not in kept]


def offered() -> QuerySet[Category]:
    """Return the kinds that are logged by a form; sealed ones come through their own channel."""
    return Category.objects.exclude(confidentiality="sealed").order_by("position", "name")


def answers(form: DisputeForm) -> list[dict[str, Any]]:
    """Return every answer with its label, the severity that follows among them."""
    shown = []
    for field in form:
        value = form.cleaned_data[field.name]
        choices = dict(getattr(field.field, "choices", ()) or ()) if field.name != "partner" else {}
        if field.name == "severity":
            value = form.new_case().severity
        if isinstance(value, bool):
            value = _("Yes") if value else _("No")
        if isinstance(value, date):
            value = date_format(value, "D j M Y")
        shown.append(
            {
                "label": field.label,
                "value": choices.get(value, value),
                "internal": getattr(field.field, "internal", False),
            }
        )
    return shown


def goes_to(new: NewCase, at: datetime) -> dict[str, Any] | None:
    """Return who would answer first if the case were opened now, and by when."""
    owner_id, due_at = first_answer(new, at)
    owner = User.objects.filter(pk=owner_id).first() if owner_id else None
    return {"name": owner.name, "due_at": due_at} if owner else None
