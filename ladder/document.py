"""Reading a JSON document of a person's: every refusal names the field and the reason, pure."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn, TypeVar

from ladder.durations import Window, WindowError, parse_window
from tenants.errors import Invalid

LARGEST_FILE = 2_000_000
MISSING = "Is missing."

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a document, and where it stands: `ladders[0].levels[1].name`.

    Each reader returns the value in its type or raises `Invalid` with that place.
    """

    value: object
    path: str

    def refuse(self, reason: str) -> NoReturn:
        """Refuse the value."""
        raise Invalid({self.path or "file": reason})

    def fields(self, known: Iterable[str]) -> "Fields":
        """Return an object's fields; refuse those nobody knows."""
        if not isinstance(self.value, dict):
            self.refuse("Must be an object.")
        for name in self.value:
            if name not in known:
                Node(None, _below(self.path, printable(name))).refuse("There is no such field.")
        return Fields(self.value, self.path)

    def items(self, most: int) -> list["Node"]:
        """Return a list's entries, at most so many."""
        if not isinstance(self.value, list):
            self.refuse("Must be a list.")
        if len(self.value) > most:
            self.refuse(f"Must not hold more than {most} entries.")
        return [Node(item, f"{self.path}[{n}]") for n, item in enumerate(self.value)]

    def text(self, most: int, *, lines: bool = False) -> str:
        """Return a text that is not empty, without the space around it."""
        if not isinstance(self.value, str) or not self.value.strip():
            self.refuse("Must be a text.")
        text = self.value.strip()
        if len(text) > most:
            self.refuse(f"At most {most} characters.")
        if not all(c.isprintable() or (lines and c == "\n") for c in text):
            self.refuse("Contains a character that cannot be stored.")
        return text

    def word(self, choices: Iterable[str]) -> str:
        """Return one of these words."""
        known = list(choices)
        if self.value not in known:
            self.refuse(f"Must be one of {', '.join(known)}.")
        return str(self.value)

    def integer(self, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.refuse(f"Must be a whole number from {least} to {most}.")
        return value

    def flag(self) -> bool:
        """Return true or false."""
        if not isinstance(self.value, bool):
            self.refuse("Must be true or false.")
        return self.value

    def window(self) -> Window:
        """Return a window of business time or business days."""
        try:
            return parse_window(self.value)
        except WindowError as error:
            self.refuse(error.reason)

    def amount(self) -> Decimal:
        """Return an amount of money of zero or more, with at most four decimals."""
        found = _decimal(self.value)
        if found is None or not 0 <= found < 10**14 or found != round(found, 4):
            self.refuse("Must be an amount of zero or more, with at most four decimals.")
        return found


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of an object, and where it stands."""

    values: Mapping[str, Any]
    path: str

    def __contains__(self, name: str) -> bool:
        """Whether a field is there and not null."""
        return self.values.get(name) is not None

    def __getitem__(self, name: str) -> Node:
        """Return a field that must be there."""
        node = Node(self.values.get(name), _below(self.path, name))
        if name not in self:
            node.refuse(MISSING)
        return node

    def either(self, name: str, read: Callable[[Node], Read], otherwise: Read) -> Read:
        """Return what `read` makes of a field, or something else where it is not given."""
        return read(self[name]) if name in self else otherwise


def each(nodes: Iterable[Node], read: Callable[[Node], Read]) -> tuple[Read, ...]:
    """Read every node; raises one `Invalid` with the first refusal of each."""
    found, errors = [], {}
    for node in nodes:
        try:
            found.append(read(node))
        except Invalid as refusal:
            errors.update(refusal.errors)
    if errors:
        raise Invalid(errors)
    return tuple(found)


def document(data: bytes) -> Node:
    """Parse a file. Raises `Invalid` for one that is cut, too large, or no JSON."""
    if len(data) > LARGEST_FILE:
        raise Invalid({"file": f"Is larger than {LARGEST_FILE // 1_000_000} MB."})
    try:
        text = data.decode("utf-8-sig")
        value = json.loads(
            text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_object
        )
    except UnicodeDecodeError:
        raise Invalid({"file": "Is not a text in UTF-8."}) from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Invalid({"file": f"Is not JSON, or was cut: {error.msg}, {place}."}) from None
    except RecursionError:
        raise Invalid({"file": "Is nested too deeply."}) from None
    except ValueError as error:  # a number of thousands of digits
        raise Invalid({"file": f"Cannot be read: {error}."}) from None
    return Node(value, "")


def printable(text: str) -> str:
    """Return a text of a stranger's in a form that a terminal can show."""
    return "".join(c if c.isprintable() else "?" for c in text[:60])


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _no_number(text: str) -> NoReturn:
    raise Invalid({"file": f"{text} is no number."})


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise Invalid({"file": f"The name '{printable(name)}' stands twice in one object."})
        found[name] = value
    return found


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
