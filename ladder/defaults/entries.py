"""The shape of a default category, and how its intake fields are written down."""

from dataclasses import dataclass
from typing import Any

ADMINISTRATIVE, STRATEGIC = "administrative", "strategic"

FieldEntry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CategoryEntry:
    """A kind of dispute. `fields` is the intake template beyond what every case asks for;
    `evidence` is a checklist, strongest first; `rule_of_thumb` and `never_share` are for staff."""

    slug: str
    name: str
    summary: str
    category_class: str
    fields: tuple[FieldEntry, ...]
    evidence: tuple[str, ...]
    rule_of_thumb: str
    never_share: str
    confidentiality: str = "normal"


def asked(
    name: str,
    label: str,
    kind: str = "text",
    *,
    required: bool = False,
    private: bool = False,
    choices: tuple[tuple[str, str], ...] = (),
) -> FieldEntry:
    """Return one question of an intake template, as it is stored.

    `kind` is one of text, money, date, number, choice, yes_no, reference; `choices` are pairs of
    value and label; `private` answers are never shown to a partner.
    """
    entry: FieldEntry = {
        "name": name,
        "label": label,
        "type": "choice" if choices else kind,
        "required": required,
        "private": private,
    }
    if choices:
        entry["choices"] = [list(choice) for choice in choices]
    return entry
