"""Where something stands in a memo, as its verbs say it: `title`, `sections.risk`,
`copies[<party>].body`, `actions[<row, or the action>].due_on`. Pure."""

import re
from collections.abc import Mapping
from typing import NamedTuple

PLACE = re.compile(r"(\w+)(?:\[([0-9a-f-]+)\])?(?:\.(\w+))?")


class Place(NamedTuple):
    """A part of a memo; which one of several; and what of it."""

    part: str
    key: str = ""
    field: str = ""


def read_place(text: str) -> Place:
    """Return the place a verb names."""
    found = PLACE.fullmatch(text)
    return Place(found[1], found[2] or "", found[3] or "") if found else Place(text)


def numbered(errors: Mapping[str, str], order: Mapping[str, int]) -> dict[str, str]:
    """Return reasons with their places by number, as programs count: `copies[0].body`. `order` says
    where in its list each thing stands; one that stands in none is named beside the reason."""
    found: dict[str, str] = {}
    for text, reason in errors.items():
        place = read_place(text)
        if place.key in order:
            found[text.replace(f"[{place.key}]", f"[{order[place.key]}]")] = reason
        elif place.key and not place.key.isdigit():
            said = f"{reason} ({place.key})"
            found[place.part] = f"{found[place.part]} {said}" if place.part in found else said
        else:
            found[text] = reason
    return found
