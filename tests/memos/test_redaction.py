"""What must not stand in a party's copy is found however it is written."""

import pytest

from memos.redaction import Forbidden, found_in, without

RIVAL = Forbidden(
    companies=("Rheintor GmbH", "Sierra Clara", "C++ & Co."),
    people=("Marc Thielen", "Will"),
    addresses=("marc_t@rheintor.example", "tom@quellwerk.example"),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Rheintor GmbH", ["Rheintor GmbH"]),
        ("what rheintor wrote", ["Rheintor GmbH"]),
        ("RHEINTOR's claim", ["Rheintor GmbH"]),
        ("Rhein**tor**", ["Rheintor GmbH"]),
        ("Rhein\u00adtor", ["Rheintor GmbH"]),
        ("\uff32\uff48einto\uff52", ["Rheintor GmbH"]),
        ("Sierra\n  Clara", ["Sierra Clara"]),
        ("by C++ & Co. it was", ["C++ & Co."]),
        ("marc thielen said", ["Marc Thielen"]),
        ("Will signed", ["Will"]),
        ("write to MARC_T@Rheintor.example", ["Rheintor GmbH", "marc_t@rheintor.example"]),
        ("<tom@quellwerk.example>", ["tom@quellwerk.example"]),
        ("tom@quell**werk**.example", ["tom@quellwerk.example"]),
        ("you will be told", []),
        ("Rheintorallee 5", []),
        ("Sierra and Clara", []),
        ("", []),
    ],
)
def test_what_is_forbidden_is_found_as_a_reader_sees_it(text: str, found: list[str]) -> None:
    assert found_in(text, RIVAL) == found


def test_nothing_forbidden_is_nothing_found() -> None:
    assert found_in("Rheintor", Forbidden()) == []
    assert found_in("anything", Forbidden(companies=("",), people=(" ", "*"))) == []


def test_a_first_draft_calls_rivals_by_no_name() -> None:
    said = without("Al and Al Manar, al manar's and Alwin", ["Al", "Al Manar"], "another partner")
    assert said == "another partner and another partner, another partner's and Alwin"
