"""What must not stand in a party's copy is found however it is written."""

import pytest

from memos.redaction import Forbidden, doubtful_in, found_in, without

CHINESE = "\u5317\u4eac\u79d1\u6280\u6709\u9650\u516c\u53f8"
ARABIC = "\u0634\u0631\u0643\u0629 \u0627\u0644\u0646\u0648\u0631"
UNSEEN = "\u00ad\u034f\u061c\u115f\u1160\u200b\u200d\u2060\u2066\u2069\u3164\ufe0f\ufeff\U000e0101"
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


FULL = Forbidden(
    companies=("Rheintor Distribution GmbH", CHINESE, ARABIC, "AB Oy"),
    people=("Marc Weber", "Ana von Thielen"),
    addresses=("a_b@x.example",),
)


@pytest.mark.parametrize(
    "text",
    [
        "Rheintor Distribution",
        "Rheintor Distributions Angebot",
        "Rheintor Distribution's offer",
        "RHEINTOR DISTRIBUTION GMBH",
        "Rheintor-Distribution",
        "RheintorDistribution",
        "Rheintor\nDistribution",
        "Rheintor&nbsp;Distribution",
        "Rheintor Distribution GmbH & Co. KG",
        "https://rheintor-distribution.example",
        "[here](https://rheintor-distribution.example/)",
        "[here](https://x.example/Rheintor%20Distribution)",
        "Rhein[tor](https://x.example) Distribution",
        "Rhein**tor** _Distribution_",
        "|Rheintor|Distribution|\n|-|-|\n|a|b|",
        *(f"Rhein{sign}tor Distribution" for sign in UNSEEN),
        "Rh\u0435int\u043er Distribution",
        "R\u041dEINTOR DISTRIBUTION",
        "Rhe\u0131ntor D\u0456\u0455tribution",
        "Rheint\u0332or Distribution",
    ],
)
def test_a_full_name_is_found_however_it_is_hidden(text: str) -> None:
    assert found_in(text, FULL) == ["Rheintor Distribution GmbH"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"\u6211\u4eec\u4e0e{CHINESE}\u7b7e\u8ba2", [CHINESE]),
        (f"\u6211\u4eec\u4e0e{CHINESE[:4]}\u7b7e\u8ba2", [CHINESE]),
        (f"\u0645\u0639 \u0648{ARABIC} \u0627\u0644\u064a\u0648\u0645", [ARABIC]),
        ("Marc Webers Angebot", ["Marc Weber"]),
        ("ma[rc w](https://x.example)eber", ["Marc Weber"]),
        ("Marc-Weber", ["Marc Weber"]),
        ("a_b@X.ex\u0430mple", ["a_b@x.example"]),
        ("by AB and others", ["AB Oy"]),
        ("ab heute", []),
        ("Rheintor alone", []),
        ("Herr Weber", []),
        ("Distribution", []),
        ("Marco Weber", []),
    ],
)
def test_names_of_any_script_and_people(text: str, found: list[str]) -> None:
    assert found_in(text, FULL) == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Rheintor", ["Rheintor"]),
        ("rheintors Angebot", ["Rheintor"]),
        ("Rh\u0435intor", ["Rheintor"]),
        ("Rhein[tor](https://x.example)", ["Rheintor"]),
        ("https://rheintor.example", ["Rheintor"]),
        ("Rhein\ntor Distribution", ["Rheintor Distribution"]),
        ("R-h-e-i-n-t-o-r D.i.s.t.r.i.b.u.t.i.o.n", ["Rheintor Distribution"]),
        ("Herr Weber", ["Weber"]),
        ("WEBER", ["Weber"]),
        ("Webers Wort", ["Weber"]),
        ("Frau Thielen", ["Thielen"]),
        ("a weber by trade", []),
        ("von der Firma", []),
        ("Rheintorallee 5", []),
        ("the distribution of leads", []),
    ],
)
def test_words_that_may_name_somebody_are_in_doubt(text: str, words: list[str]) -> None:
    assert found_in(text, FULL) == []
    assert doubtful_in(text, FULL) == words


def test_nothing_forbidden_is_nothing_found() -> None:
    assert found_in("Rheintor", Forbidden()) == []
    assert found_in("anything", Forbidden(companies=("",), people=(" ", "*"))) == []


def test_a_first_draft_calls_rivals_by_no_name() -> None:
    said = without("Al and Al Manar, al manar's and Alwin", ["Al", "Al Manar"], "another partner")
    assert said == "another partner and another partner, another partner's and Alwin"
