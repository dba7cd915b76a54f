"""What a body or a query names: each field by which a program says which thing it means, as the
description has it, and how one is put into a request."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from escalation.api import described
from tests.escalation.browsing import Address
from tests.escalation.test_api_description import operation_of
from tests.escalation.test_api_urls import OPERATIONS

Path = tuple[str, ...]
QUERY = "query"
# What names a thing otherwise than by the product's own id, by its field.
OTHERWISE = {
    "partner": "a partner's id as a text, or its id in the CRM",
    "category": "a kind of dispute, by slug",
    "region": "a region, by slug",
    "tier": "a tier, by slug",
    "holder": "a colleague, by e-mail",
    "backup": "a colleague, by e-mail",
    "user": "a colleague, by e-mail",
}
# What a list is looked through for.
LOOKED_FOR = {
    "number": "a case's number",
    "external_id": "an id in another system",
    "slug": "a partner's slug",
    "q": "words, of which a number is one",
    "category": "a kind of dispute, by slug",
}
# What a thing of one's own is called from now on: what another vendor calls its own is free.
GIVEN = {
    ("external_id",): "the id in one's own other system",
    ("slug",): "a new partner's slug",
    ("name",): "the name of a calendar or a ladder",
}
# What names nothing, whatever it says.
TEXTS = {
    *("title", "description", "reason", "body", "note", "learned", "resolution", "condition"),
    *("conditions", "severity_reason", "waits_for", "happened", "next_step", "depends_on", "what"),
    *("dispute", "findings", "decision", "risk", "compensation", "outcomes", "responsibilities"),
    *("timezone", "window", "total_window", "response_window", "decision_window", "veto_window"),
    *("amount", "quarter", "percent", "revenue", "currency", "kinds", "deal_id", "source_url"),
    # The system that ids are of; the hours of a day; answers to what a dispute is asked.
    *("source", "weekly", "holidays", "exceptions", "fields"),
    # Within a level or within hours that are written out.
    *("levels.name", "calendar.name"),
    # A place in one's own list; kinds of events; statuses; a word on a proposal.
    *("cursor", "kind", "status", "word"),
}
NOT_NAMES = {"date", "date-time"}


@dataclass(frozen=True)
class Place:
    """A field that names something, of one operation."""

    address: Address
    method: str
    where: str
    path: Path

    @property
    def name(self) -> str:
        """Return the name of the field itself."""
        return [part for part in self.path if part not in ("[]", "*")][-1]

    @property
    def given(self) -> bool:
        """Whether what is named is what is made."""
        return self.where != QUERY and self.path in GIVEN

    def __str__(self) -> str:
        return f"{self.address.name}-{self.method}-{'.'.join(self.path)}"


def leaves(schema: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield every field of a schema that may hold a text, at any depth."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from leaves(described()["components"]["schemas"][name], path)
        return
    inner = [(path, one) for word in ("allOf", "oneOf", "anyOf") for one in schema.get(word, ())]
    inner += [((*path, name), one) for name, one in schema.get("properties", {}).items()]
    inner += [((*path, "[]"), schema["items"])] if "items" in schema else []
    if isinstance(others := schema.get("additionalProperties"), dict):
        inner.append(((*path, "*"), others))
    for where, one in inner:
        yield from leaves(one, where)
    kinds = schema.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    anything = not inner and kinds == [None] and "enum" not in schema and "const" not in schema
    if "enum" not in schema and ("string" in kinds or anything):
        yield path, schema


def asked(address: Address, method: str) -> Iterator[tuple[str, Path, Mapping[str, Any]]]:
    """Yield every field of an operation that may hold a text, of its query and of its body."""
    said = operation_of(address, method)
    for one in said.get("parameters", ()):
        if one["in"] == QUERY:
            yield from ((QUERY, path, leaf) for path, leaf in leaves(one["schema"], (one["name"],)))
    content = said.get("requestBody", {}).get("content", {}).get("application/json")
    if content:
        yield from (("body", path, leaf) for path, leaf in leaves(content["schema"]))


def is_text(path: Path) -> bool:
    """Whether a field is known to name nothing."""
    words = [part for part in path if part not in ("[]", "*")]
    return words[-1] in TEXTS or words[0] in TEXTS or ".".join(words[-2:]) in TEXTS


def sorted_out() -> tuple[list[Place], list[Place]]:
    """Return the fields that name something, and those of which nobody has said what they are."""
    naming: dict[Place, None] = {}
    unknown: dict[Place, None] = {}
    for address, method in OPERATIONS:
        for where, path, leaf in asked(address, method):
            place = Place(address, method, where, path)
            by_name = LOOKED_FOR if where == QUERY else OTHERWISE
            if leaf.get("format") == "uuid" or place.name in by_name or place.given:
                naming[place] = None
            elif leaf.get("format") not in NOT_NAMES and not is_text(path):
                unknown[place] = None
    return list(naming), list(unknown)


NAMING, UNKNOWN = sorted_out()
# What cannot be said beside another field.
INSTEAD: dict[Path, str] = {
    ("actions", "[]", "partner"): "owner",
    ("actions", "[]", "owner"): "partner",
    ("calendar",): "ladder",
    ("case",): "ladder",
}


def put(body: Any, path: Path, value: Any, whole: Path = ()) -> Any:
    """Return a body that names another thing in one place: in the first item of a list that has
    such a field, else in its last."""
    whole, (name, *rest) = whole or path, path
    if name == "[]":
        wanted = rest[0]
        number = next((n for n, item in enumerate(body) if wanted in item), len(body) - 1)
        return [
            put(one, tuple(rest), value, whole) if n == number else one
            for n, one in enumerate(body)
        ]
    if rest:
        return {**body, name: put(body[name], tuple(rest), value, whole)}
    return {**{k: v for k, v in body.items() if k != INSTEAD.get(whole)}, name: value}
