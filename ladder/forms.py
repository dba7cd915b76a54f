"""What an admin fills in about the policy."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class RateForm(forms.Form):
    """What one unit of a currency is worth, from a day on."""

    currency = forms.CharField(
        label=_("Currency"),
        help_text=_("Its three letters, like USD."),
        max_length=3,
        min_length=3,
        widget=forms.TextInput(attrs={"class": "p-w12", "autocomplete": "off"}),
    )
    rate = forms.DecimalField(label=_("Rate"), max_digits=18, decimal_places=8)
    valid_from = forms.DateField(
        label=_("Valid from"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, own: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        worth = _("What one unit is worth in %(own)s. Eight decimals at most.") % {"own": own}
        self.fields["rate"].help_text = worth
