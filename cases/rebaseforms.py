"""What admins fill in about clocks that run on earlier rules."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.rebaseplan import Scope

LONGEST = 20_000


class RebaseForm(forms.Form):
    """Whose clocks are meant, and why."""

    calendar = forms.UUIDField(required=False, widget=forms.HiddenInput)
    ladder = forms.UUIDField(required=False, widget=forms.HiddenInput)
    case = forms.UUIDField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why these clocks should run by the rules of today"),
        help_text=_("The other admins, and who reads the cases, read this. Partners do not."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def scope(self) -> Scope:
        """Return whose clocks are meant."""
        named: dict[str, Any] = self.cleaned_data
        return Scope(named.get("case"), named.get("ladder"), named.get("calendar"))


class RebaseAnswerForm(forms.Form):
    """What another admin says to a proposal."""

    answer = forms.ChoiceField(
        choices=[("approve", _("Approve")), ("turn_down", _("Turn down"))],
        widget=forms.HiddenInput,
    )
    word = forms.CharField(
        label=_("A word on it"),
        help_text=_("Who asked reads it, whether you approve it or turn it down."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def named_in(query: Any) -> dict[str, str]:
    """Return which calendar, ladder or case an address names: one of them, if any is an id."""
    for name in ("case", "ladder", "calendar"):
        try:
            return {name: str(UUID(query[name]))}
        except (KeyError, ValueError):
            continue
    return {}
