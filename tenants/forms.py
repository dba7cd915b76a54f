"""What people fill in to sign in, and about tokens and programs; and how every form says what a
verb found wrong."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tenants.errors import Invalid
from tenants.models import Role
from tenants.scopes import DEFAULT_SCOPES, SCOPES


def put_on(
    form: forms.BaseForm, problem: Invalid, asks_as: Mapping[str, str] | None = None
) -> None:
    """Say on a form what a verb found wrong, each reason at its field where it has one. `asks_as`
    are the fields that the form calls otherwise than the verb."""
    for name, reason in problem.errors.items():
        field = (asks_as or {}).get(name, name)
        form.add_error(field if field in form.fields else None, reason)


class SignInForm(forms.Form):
    """E-mail and password."""

    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


# How long a token made on a page may live. Nobody has to remember one that they need no more.
LIFETIMES = (30, 90, 180, 365)
USUAL_LIFETIME = 90


class TokenForm(forms.Form):
    """A token's name, what it may do, and for how long. `once` makes sure that sending the same
    form again makes no second token."""

    name = forms.CharField(
        label=_("What it is for"),
        help_text=_("The program that will use it, so that you know it again."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        help_text=_("No more than it needs. It can never do more than its owner."),
        widget=forms.CheckboxSelectMultiple,
    )
    lifetime = forms.TypedChoiceField(
        label=_("How long it is valid"),
        coerce=lambda days: timedelta(days=int(days)),
        widget=forms.RadioSelect,
    )
    once = forms.RegexField(r"^[0-9a-f]{12}$", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = scope_choices(role)  # type: ignore[attr-defined]
        days = [
            (days, ngettext("%(n)s day", "%(n)s days", days) % {"n": days}) for days in LIFETIMES
        ]
        self.fields["lifetime"].choices = days  # type: ignore[attr-defined]


def scope_choices(role: str) -> list[tuple[str, str]]:
    """Return the scopes that a token of this role may have, in words and as the API calls them."""
    return [
        (
            name,
            format_html('{} <span class="p-quiet p-mono">{}</span>', gettext(SCOPES[name]), name),
        )
        for name in DEFAULT_SCOPES[role]
    ]


class ProgramForm(forms.Form):
    """A program that is to use the API in its own name."""

    name = forms.CharField(
        label=_("Name of the program"),
        help_text=_("It stands wherever the program does something, like “CRM connection”."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("What it is here for"),
        choices=[
            (
                Role.STAFF,
                _("Staff: logs disputes and writes in cases, but never owns or decides one"),
            ),
            (Role.AUDITOR, _("Auditor: reads, and changes nothing")),
        ],
        widget=forms.RadioSelect,
    )
