"""Places in a memo, as verbs name them and as programs count them."""

import pytest

from memos.places import Place, numbered, read_place

A, B = "0199d3a0-6e01-7b52-8c0d-0d4e5f6a7b21", "0199d3a0-6e01-7b52-8c0d-0d4e5f6a7b22"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("title", ("title", "", "")),
        ("sections.risk", ("sections", "", "risk")),
        ("actions[12].due_on", ("actions", "12", "due_on")),
        (f"copies[{A}].body", ("copies", A, "body")),
        ("no place at all", ("no place at all", "", "")),
    ],
)
def test_a_place_is_read(text: str, place: tuple[str, str, str]) -> None:
    assert read_place(text) == Place(*place)


def test_what_stands_in_a_list_is_counted_and_what_stands_in_none_is_named() -> None:
    said = {
        "title": "1",
        "sections.risk": "2",
        "actions[3].what": "3",
        f"copies[{A}].body": "4",
        f"copies[{B}].body": "5",
        "copies[cafe].body": "6",
    }
    assert numbered(said, {A: 7}) == {
        "title": "1",
        "sections.risk": "2",
        "actions[3].what": "3",
        "copies[7].body": "4",
        "copies": f"5 ({B}) 6 (cafe)",
    }
