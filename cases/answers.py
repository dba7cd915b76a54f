"""What a category asks, answered by a program: each answer read as its field says."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cases.intake import control, plain
from ladder.models import Category
from tenants.errors import Invalid
from tenants.rest.strict import below

# What every category asks beside its own fields, and of what kind it is.
COMMON: Mapping[str, dict[str, Any]] = {
    "expected_outcome": {"type": "text"},
    "customer": {"type": "text"},
    "needed_by": {"type": "date"},
    "internal_note": {"type": "text", "private": True},
}
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WORDS = {True: "yes", False: "no"}


def asked_by(category: Category, *, own: bool = False) -> dict[str, dict[str, Any]]:
    """Return the fields of a category by name; `own` leaves out what only the vendor is asked."""
    specs = {**COMMON, **{spec["name"]: spec for spec in category.fields}}
    return {name: spec for name, spec in specs.items() if not (own and spec.get("private"))}


def read_answers(
    category: Category, given: Mapping[str, Any], *, own: bool = False
) -> dict[str, Any]:
    """Return answers as a case keeps them; an empty one is left out. Gaps are allowed.

    Raises `Invalid`, each wrong field with its reason; a field nobody asks for is one.
    """
    specs = asked_by(category, own=own)
    kept: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, value in given.items():
        if name not in specs:
            errors[below("/fields", name)] = _("This kind of dispute has no such field.")
            continue
        try:
            answer = read_answer(specs[name], value)
        except ValidationError as problem:
            errors[below("/fields", name)] = " ".join(problem.messages)
        else:
            kept |= {} if answer in ("", None) else {name: answer}
    if errors:
        raise Invalid(errors)
    return kept


def read_answer(spec: Mapping[str, Any], value: Any) -> Any:
    """Return one answer. Raises Django's `ValidationError`."""
    field = control(dict(spec))
    field.required = False
    if value is None:
        return None
    if spec["type"] == "yes_no" and isinstance(value, bool):
        value = WORDS[value]
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValidationError(_("A text, a number, or true or false."))
    if spec["type"] == "date" and value != "":
        return read_day(value)
    return plain(cleaned(field, str(value)))


def cleaned(field: forms.Field, text: str) -> Any:
    """Return a text as a form's field takes it."""
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValidationError(_("Contains a character that cannot be stored."))
    return field.clean(text)


def read_day(value: Any) -> str:
    """Return a day as it is kept."""
    try:
        if DAY.fullmatch(str(value)):
            return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        pass
    raise ValidationError(_("A day, like 2026-11-30."))


def lacking(category: Category, kept: Mapping[str, Any], *, own: bool = False) -> list[str]:
    """Return the names of the required fields that have no answer yet."""
    specs = asked_by(category, own=own).items()
    return [name for name, spec in specs if spec.get("required") and name not in kept]
