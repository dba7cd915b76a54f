"""What a case keeps beside its own columns, as people read it."""

from typing import Any

import pytest

from cases.intake import labelled
from ladder.models import Category

FIELDS = [
    {"name": "stage", "label": "Stage", "type": "choice", "choices": [["negotiation", "In talks"]]},
    {"name": "met_on", "label": "Met on", "type": "date"},
    {"name": "known", "label": "Known before", "type": "yes_no"},
    {"name": "note", "label": "Note", "type": "text"},
]


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ({"stage": "negotiation"}, [("Stage", "In talks")]),
        ({"stage": "an old value"}, [("Stage", "an old value")]),
        ({"met_on": "2026-11-03"}, [("Met on", "Tue 3 Nov 2026")]),
        ({"met_on": "last week"}, [("Met on", "last week")]),
        ({"needed_by": "2026-12-01"}, [("Needed by", "Tue 1 Dec 2026")]),
        ({"known": "yes"}, [("Known before", "Yes")]),
        ({"note": "yes"}, [("Note", "yes")]),
        ({"customer": "Klinikum", "note": "N"}, [("Note", "N"), ("Customer", "Klinikum")]),
        ({"of another time": 1}, []),
    ],
)
def test_answers_are_shown_in_words_in_the_templates_order(
    kept: dict[str, Any], shown: list[tuple[str, str]]
) -> None:
    found = labelled(Category(fields=FIELDS), kept)
    assert [(str(row["label"]), row["value"]) for row in found] == shown
