"""A mapping file, and how a wrong one is refused."""

from zoneinfo import ZoneInfo

import pytest

from cases.importing.mapping import Meaning, parse_mapping
from tenants.errors import Invalid


def test_every_part_is_read() -> None:
    assert parse_mapping(
        '{"categories": {"Category 55": "mdf-co-op", "*": "lead-routing"},'
        ' "partners": {"by": "caller_id", "Caller 1": "alpenwerk"},'
        ' "timezone": "Europe/Berlin"}'
    ) == Meaning(
        categories={"Category 55": "mdf-co-op", "*": "lead-routing"},
        partners={"Caller 1": "alpenwerk"},
        partners_by="caller_id",
        zone=ZoneInfo("Europe/Berlin"),
    )


def test_every_part_may_be_left_out() -> None:
    assert parse_mapping("{}") == Meaning({}, {}, "location", None)


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        (
            '{"categories": {"Cat',
            {"mapping": "Not JSON at line 1, column 17: Unterminated string starting at."},
        ),
        ("[]", {"mapping": 'Must be an object: {"…": …}.'}),
        ("[" * 100_000, {"mapping": "Nested too deep."}),
        (
            '{"category": {}}',
            {"category": "Not a part of a mapping; these are: categories, partners, timezone."},
        ),
        ('{"categories": []}', {"categories": 'Must be an object: {"…": …}.'}),
        (
            '{"categories": {"Category 1": 7}}',
            {"categories.Category 1": "Must be the address (slug) of one of yours."},
        ),
        (
            '{"partners": {"*": ""}}',
            {"partners.*": "Must be the address (slug) of one of yours."},
        ),
        ('{"partners": {"by": "group"}}', {"partners.by": "Must be one of: location, caller_id."}),
        ('{"timezone": "Mars"}', {"timezone": "Must be the name of an IANA time zone."}),
    ],
)
def test_a_wrong_one_is_refused_with_field_and_reason(text: str, errors: dict[str, str]) -> None:
    with pytest.raises(Invalid) as caught:
        parse_mapping(text)
    assert caught.value.errors == errors
