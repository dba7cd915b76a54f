"""Input of a program: what nobody knows is refused, and every refusal says where it stands."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.settings import api_settings

LONGEST_AMOUNT = 40
OWN = api_settings.NON_FIELD_ERRORS_KEY


# What JSON has for each kind of field; a number is no text, and 1 is not true.
TYPES: tuple[tuple[type[serializers.Field[Any, Any, Any, Any]], tuple[type, ...]], ...] = (
    (serializers.BooleanField, (bool,)),
    (serializers.IntegerField, (int,)),
    (serializers.CharField, (str,)),
    (serializers.UUIDField, (str,)),
    (serializers.DateTimeField, (str,)),
    (serializers.DateField, (str,)),
)


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that refuses fields it does not have: a misspelt one must not pass unseen. Of a
    body it refuses values of another type too; in a query (`query` in the context) all are texts.
    """

    def to_internal_value(self, data: Any) -> Any:
        """Return the checked values. Raises `ValidationError` with every wrong field at once."""
        if isinstance(data, Mapping):
            known = {name: field for name, field in self.fields.items() if not field.read_only}
            said = _("There is no such field.")
            wrong = {str(k): [ErrorDetail(said, "unknown")] for k in data if k not in known}
            if not self.context.get("query"):
                wrong |= {
                    k: m for k, f in known.items() if k in data and (m := mistyped(f, data[k]))
                }
            if wrong:
                raise serializers.ValidationError({**self._other_errors(data), **wrong})
        return super().to_internal_value(data)

    def _other_errors(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is wrong with the fields there are, so that both are told together."""
        try:
            super().to_internal_value(data)
        except serializers.ValidationError as problem:
            found: dict[str, Any] = problem.detail  # type: ignore[assignment]
            return found
        return {}


def mistyped(field: Any, value: Any) -> Any:
    """Return what is wrong with a value's type, by place where it is a list; nothing where it is
    right, or the field itself will say."""
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        found = {str(n): m for n, item in enumerate(value) if (m := mistyped(field.child, item))}
        return found or None
    wanted = next((types for kind, types in TYPES if isinstance(field, kind)), None)
    if wanted is None or value is None or type(value) in wanted:
        return None
    return [ErrorDetail(_("Not of this type: see the description."), "type")]


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "number"}]})
class AmountField(serializers.Field[str, Any, str, Any]):
    """An amount as a text, or as a number: digits with a point before the decimals. Which amounts
    there are, the verb says."""

    default_error_messages = {
        "invalid": "Digits only, with a point before the decimals, like 1250.50.",
    }

    def to_internal_value(self, data: Any) -> str:
        """Return the amount as a text; raises `ValidationError`."""
        if isinstance(data, bool) or not isinstance(data, str | int | float):
            self.fail("invalid")
        text = data if isinstance(data, str) else format(Decimal(str(data)), "f")
        if len(text) > LONGEST_AMOUNT or not text.isascii() or not text.isprintable():
            self.fail("invalid")
        return text

    def to_representation(self, value: str) -> str:
        """Return the text."""
        return value


class QuantityField(AmountField):
    """An amount of zero or more, below 10^14, with at most four decimals, read."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the amount; raises `ValidationError`."""
        text = super().to_internal_value(data)
        found = serializers.DecimalField(18, 4, min_value=0).run_validation(text)
        return Decimal(format(found.normalize(), "f"))


def several(item: type[serializers.Serializer[Any]], most: int, **said: Any) -> Any:
    """Return the field of a list of such items, at most so many."""
    make: Any = item
    return make(many=True, max_length=most, **said)


class InstantField(serializers.DateTimeField):
    """An instant: a date and time with its offset (RFC 3339). Without one it would be a guess."""

    default_error_messages = {"zone": "Name the offset: 2026-11-30T09:00:00Z."}

    def enforce_timezone(self, value: datetime) -> datetime:
        """Return the instant in UTC; raises `ValidationError` for one without an offset."""
        if value.tzinfo is None:
            self.fail("zone")
        try:
            return value.astimezone(UTC)
        except OverflowError:
            self.fail("overflow")


class BoundedParser(JSONParser):
    """JSON, of which a text that is nested without end is refused like any other that is broken."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the value a body holds; raises `ParseError`."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError(_("JSON parse error - nested too deeply.")) from None


def flattened(detail: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """Yield each reason with its JSON pointer (RFC 6901) and its code."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from flattened(inner, pointer if name == OWN else below(pointer, str(name)))
    elif isinstance(detail, list | tuple):
        for number, inner in enumerate(detail):
            plain = isinstance(inner, str)
            yield from flattened(inner, pointer if plain else below(pointer, str(number)))
    else:
        code = getattr(detail, "code", "") or "invalid"
        yield {"pointer": pointer, "code": str(code), "detail": str(detail)}


def below(pointer: str, name: str) -> str:
    """Return the pointer of a member; `~` and `/` are escaped as the standard says."""
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"


def pointer_to(path: str) -> str:
    """Return the JSON pointer of a place as verbs name it: `levels[0].name`. One with names in it
    that somebody made up, of whatever signs, is a pointer already."""
    if path.startswith("/"):
        return path
    parts = path.replace("[", ".").replace("]", "").split(".")
    return "".join(below("", part) for part in parts if part)
