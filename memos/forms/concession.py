"""What people fill in about concessions. Amounts are texts: the verb reads them, exactly."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.queries import parties_with_people
from ladder.kinds import ConcessionKind
from ladder.money import plain_amount
from memos.models import Concession
from memos.terms import LONGEST_TEXT, Ask

FIGURE = {"inputmode": "decimal", "autocomplete": "off", "class": "p-w12"}


def text_field(label: Any, hint: Any = "", *, rows: int = 3, required: bool = True) -> forms.Field:
    """Return a field for a few sentences."""
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, help_text=hint, required=required, max_length=LONGEST_TEXT, widget=area
    )


class RevisionForm(forms.Form):
    """What is done to one revision of a request: the one that was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)


class TermsForm(forms.Form):
    """What is to be conceded, and what it is worth."""

    kind = forms.ChoiceField(
        label=_("What is to be conceded"), choices=[("", ""), *ConcessionKind.choices]
    )
    amount = forms.CharField(
        label=_("Amount"),
        help_text=_(
            "What it is worth to the partner, like 1250.50. Estimate it where it is not money."
        ),
        max_length=40,
        widget=forms.TextInput(attrs=FIGURE),
    )
    currency = forms.CharField(
        label=_("Currency"),
        help_text=_("Its three letters, like EUR."),
        min_length=3,
        max_length=3,
        widget=forms.TextInput(attrs={"class": "p-w12", "autocomplete": "off"}),
    )
    percent = forms.CharField(
        label=_("Percent off the price"),
        help_text=_("For a special price only."),
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs=FIGURE),
    )

    def ask(self) -> Ask:
        """Return what is asked for, as the verb takes it."""
        given = self.cleaned_data
        return Ask(given["kind"], given["amount"], given["currency"], given["percent"])


class AskForm(TermsForm):
    """A new request."""

    partner = forms.ChoiceField(label=_("To which partner"))
    reason = text_field(_("Why"), _("Whoever decides reads this. Partners never do."))
    condition = text_field(
        _("On which condition"), _("What the partner does for it, and by when."), required=False
    )
    field_order = ("kind", "partner", "amount", "currency", "percent", "reason", "condition")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parties = [(str(p.partner_id), p.partner.name) for p in parties_with_people(case)]
        choices = parties if len(parties) == 1 else [("", ""), *parties]
        self.fields["partner"].choices = choices  # type: ignore[attr-defined]


class ChangeForm(RevisionForm, TermsForm):
    """The same request for something else."""

    reason = text_field(_("Why"), _("Whoever decides reads this. Partners never do."))


class AnswerForm(RevisionForm):
    """A reason to approve or to deny, and conditions of an approval."""

    reason = text_field(_("Your reason"), _("Kept with the decision. Partners never read it."))
    conditions = text_field(
        _("Conditions"), _("What has to happen first, if you approve."), rows=2, required=False
    )


class CounterForm(RevisionForm):
    """What is offered instead."""

    amount = forms.CharField(
        label=_("Amount you would allow"), max_length=40, widget=forms.TextInput(attrs=FIGURE)
    )
    percent = forms.CharField(
        label=_("Percent off the price"), max_length=10, widget=forms.TextInput(attrs=FIGURE)
    )
    reason = text_field(_("Your reason"), _("Kept with the decision. Partners never read it."))

    def __init__(self, *args: Any, concession: Concession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if concession.kind != ConcessionKind.PRICE:
            del self.fields["percent"]


class ReasonForm(RevisionForm):
    """Why a request is taken back."""

    reason = text_field(_("Why"))


def form_for(name: str, concession: Concession, data: Any = None) -> forms.Form:
    """Return the form of one act: `answer`, `counter`, `change`, `accept` or `withdraw`."""
    initial: dict[str, Any] = {"revision": concession.revision}
    if name == "counter":
        return CounterForm(data, concession=concession, initial=initial)
    if name == "change":
        asked = {
            "kind": concession.kind,
            "amount": plain_amount(concession.amount),
            "currency": concession.currency,
            "percent": plain_amount(concession.percent) or "",
        }
        return ChangeForm(data, initial=initial | asked)
    kinds = {"answer": AnswerForm, "accept": RevisionForm, "withdraw": ReasonForm}
    return kinds[name](data, initial=initial)
