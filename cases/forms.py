"""What people fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.confidential import LET_IN
from cases.intake import control, plain
from cases.models import Case, Outcome
from cases.parties import LATER_ROLES
from cases.queries import grants_of, parties_with_people
from cases.telling import parties_of
from journal.models import Audience
from ladder.queries import holders_from
from partners.models import Partner
from partners.queries import partners_by_name
from tenants.models import Membership
from tenants.queries import colleagues

LONGEST = 20_000


class ReasonForm(forms.Form):
    """A verb that needs to be explained."""

    reason = forms.CharField(
        label=_("Why"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )


class DeclineForm(ReasonForm):
    """Why a partner's request for the next level is declined, and whose."""

    partner = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Why not")
        self.fields["reason"].help_text = _("The partner reads this.")


class ResolveForm(forms.Form):
    """The one-line resolution of a case; with an issued memo it may be left out."""

    resolution = forms.CharField(
        label=_("How it was resolved"),
        help_text=_("The parties read this."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resolution"].required = case.memo_id is None


class DecideForm(forms.Form):
    """The holder's word on the dispute."""

    outcome = forms.ChoiceField(
        label=_("Your decision"), choices=Outcome.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Because"),
        help_text=_("The parties read this."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReassignForm(ReasonForm):
    """To which colleague, and why."""

    to = forms.ChoiceField(label=_("Colleague"))
    field_order = ("to", "reason")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holders = holders_from(case.ladder_id, case.level.position)
        people = [m for m in colleagues() if m.user_id in holders and m.user_id != case.owner_id]
        self.fields["to"].choices = [("", "")] + [  # type: ignore[attr-defined]
            (str(m.user_id), named(m)) for m in people
        ]


class GrantForm(ReasonForm):
    """Who is let into a restricted case, until when, and why."""

    person = forms.ChoiceField(label=_("Colleague"))
    until = forms.DateField(
        label=_("Until"),
        help_text=_("The last day on which they see the case."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    field_order = ("person", "until", "reason")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = colleagues(LET_IN)
        self.fields["person"].choices = [("", "")] + [  # type: ignore[attr-defined]
            (str(m.user_id), named(m)) for m in people if m.user_id != case.owner_id
        ]


class RevokeForm(ReasonForm):
    """Whose right to see a restricted case ends, and why."""

    person = forms.ChoiceField(label=_("Colleague"))
    field_order = ("person", "reason")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        granted = [(str(grant.user_id), grant.user.name) for grant in grants_of(case)]
        self.fields["person"].choices = [("", ""), *granted]  # type: ignore[attr-defined]


class PartyForm(forms.Form):
    """Which partner gets a part in the case, and which."""

    partner: "forms.ModelChoiceField[Partner]" = forms.ModelChoiceField(
        Partner.objects.none(),
        label=_("Partner"),
        empty_label="",
        help_text=_(
            "It is told that there is a dispute of this kind, and reads what is written to all"
            " parties from now on."
        ),
    )
    role = forms.ChoiceField(
        label=_("Its part"), choices=[(role, role.label) for role in LATER_ROLES]
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = partners_by_name().exclude(pk__in=parties_of(case))
        self.fields["partner"].queryset = others  # type: ignore[attr-defined]


class CompleteForm(forms.Form):
    """What the kind of dispute requires and the case does not have yet; any of it may be filled
    in now."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.specs = {
            spec["name"]: spec
            for spec in case.category.fields
            if spec.get("required") and spec["name"] not in case.fields
        }
        for name, spec in self.specs.items():
            field = control(spec)
            field.label, field.required = spec["label"], False
            self.fields[name] = field

    def answers(self) -> dict[str, Any]:
        """Return what was filled in, as the case keeps it."""
        given = {name: plain(self.cleaned_data[name]) for name in self.specs}
        return {name: value for name, value in given.items() if value not in ("", None)}


def named(member: Membership) -> str:
    """Return how a list calls a colleague."""
    return f"{member.user.name}, {member.title}" if member.title else member.user.name


class MessageForm(forms.Form):
    """A text, and who will read it. Internal comes first."""

    audience = forms.ChoiceField(label=_("Who will see it"), widget=forms.RadioSelect)
    body = forms.CharField(
        label=_("Message"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
    asks = forms.BooleanField(label=_("We need an answer"), required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"audience": Audience.INTERNAL})
        super().__init__(*args, **kwargs)
        parties = parties_with_people(case)
        choices: list[tuple[str, Any]] = [(Audience.INTERNAL, _("Internal"))]
        choices += [(f"party:{p.partner_id}", p.partner.name) for p in parties]
        if len(parties) > 1:
            choices.append((Audience.PARTIES, _("All parties")))
        self.fields["audience"].choices = choices  # type: ignore[attr-defined]

    def readers(self) -> dict[str, str | None]:
        """Return the audience as the verb takes it."""
        kind, _colon, partner_id = self.cleaned_data["audience"].partition(":")
        return {"audience": kind, "partner_id": partner_id or None}


def form_for(verb: str, case: Case, data: Any = None) -> forms.Form | None:
    """Return the form a verb needs, None where a click is enough."""
    of_case = {
        "reassign": ReassignForm,
        "grant": GrantForm,
        "revoke": RevokeForm,
        "resolve": ResolveForm,
        "party": PartyForm,
        "complete": CompleteForm,
    }
    if verb in of_case:
        return of_case[verb](data, case=case)
    if verb == "message":
        return MessageForm(data, case=case)
    kinds = {
        "decline": DeclineForm,
        "restrict": ReasonForm,
        "lift": ReasonForm,
        "escalate": ReasonForm,
        "hand_back": ReasonForm,
        "withdraw": ReasonForm,
        "revise": ReasonForm,
        "decide": DecideForm,
    }
    return kinds[verb](data) if verb in kinds else None
