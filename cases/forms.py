"""What people fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Outcome
from cases.queries import parties_with_people
from journal.models import Audience
from ladder.queries import holders_from
from tenants.queries import colleagues

LONGEST = 20_000


class ReasonForm(forms.Form):
    """A verb that needs to be explained."""

    reason = forms.CharField(
        label=_("Why"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )


class ResolveForm(forms.Form):
    """The one-line resolution of an administrative case."""

    resolution = forms.CharField(
        label=_("How it was resolved"),
        help_text=_("The parties read this."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


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
            (str(m.user_id), f"{m.user.name}, {m.title}" if m.title else m.user.name)
            for m in people
        ]


class MessageForm(forms.Form):
    """A text, and who will read it. Internal comes first."""

    audience = forms.ChoiceField(label=_("Who will see it"), widget=forms.RadioSelect)
    body = forms.CharField(
        label=_("Message"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )

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
    if verb == "reassign":
        return ReassignForm(data, case=case)
    if verb == "message":
        return MessageForm(data, case=case)
    kinds = {
        "escalate": ReasonForm,
        "hand_back": ReasonForm,
        "withdraw": ReasonForm,
        "revise": ReasonForm,
        "decide": DecideForm,
        "resolve": ResolveForm,
    }
    return kinds[verb](data) if verb in kinds else None
