"""What the log's words mean here, as a mapping file says it: pure.

`{"categories": {"Category 55": "mdf-co-op", "*": "…"}, "partners": {"by": "location",
"Location 143": "alpenwerk", "*": "…"}, "timezone": "Europe/Berlin"}`; every part may be left out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from ladder.worktime import CalendarError
from ladder.worktime.rules import load_zone
from tenants.errors import Invalid

ANY = "*"
BY = ("location", "caller_id")
PARTS = ("categories", "partners", "timezone")
LARGEST_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a mapping file says: slugs by the log's labels, `*` for all others."""

    categories: Mapping[str, str] = field(default_factory=dict)
    partners: Mapping[str, str] = field(default_factory=dict)
    partners_by: str = "location"
    zone: ZoneInfo | None = None


def parse_mapping(text: str) -> Meaning:
    """Read a mapping file. Raises `Invalid` with the field and the reason."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        reason = f"Not JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        raise Invalid({"mapping": reason}) from error
    except RecursionError as error:
        raise Invalid({"mapping": "Nested too deep."}) from error
    parts = _object(data, "mapping")
    for name in parts:
        if name not in PARTS:
            raise Invalid({name: f"Not a part of a mapping; these are: {', '.join(PARTS)}."})
    partners = dict(_object(parts.get("partners", {}), "partners"))
    by = partners.pop("by", BY[0])
    if by not in BY:
        raise Invalid({"partners.by": f"Must be one of: {', '.join(BY)}."})
    return Meaning(
        categories=_slugs(_object(parts.get("categories", {}), "categories"), "categories"),
        partners=_slugs(partners, "partners"),
        partners_by=by,
        zone=_zone(parts["timezone"]) if "timezone" in parts else None,
    )


def _object(data: Any, name: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise Invalid({name: 'Must be an object: {"…": …}.'})
    return data


def _slugs(data: dict[str, Any], name: str) -> dict[str, str]:
    for label, slug in data.items():
        if not isinstance(slug, str) or not slug:
            raise Invalid({f"{name}.{label}": "Must be the address (slug) of one of yours."})
    return data


def _zone(name: Any) -> ZoneInfo:
    try:
        return load_zone(name)
    except CalendarError as error:
        raise Invalid({"timezone": error.reason}) from error
