"""What a partner fills in."""

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 20_000


class ReplyForm(forms.Form):
    """A message to the vendor."""

    body = forms.CharField(
        label=_("Your message"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )


class AskForm(forms.Form):
    """Why somebody else should take a case up."""

    reason = forms.CharField(
        label=_("Why should somebody else take it up?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WithdrawForm(forms.Form):
    """Why a case is not pursued any more."""

    reason = forms.CharField(
        label=_("Why do you withdraw it?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


FORMS: dict[str, type[forms.Form]] = {
    "message": ReplyForm,
    "request": AskForm,
    "withdraw": WithdrawForm,
}
