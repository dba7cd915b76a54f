"""The printed memo: complete, accessible, and deaf to what its texts tell the typesetter."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memos.pdf import SHEET, PrintedAction, PrintedMemo, fonts, forget, language_of, render
from tests.memos.printed import extent, memo, paper, section

NAMES = [
    "Müller",
    "Straße",
    "Núñez",
    "¿Qué?",
    "Łódź",
    "Ελλάδα",
    "Київ",
    "المنار",
    "عبدالله",
    "李明",
    "测试",
]
HOSTILE = [
    '#read("/etc/passwd")',
    '#import "@preview/x:1.0.0"',
    "]#import",
    '"); read("memo.typ',
    "$x$",
    "@ref",
    "<label>",
    "//comment",
    "/*comment*/",
    "\\u{41}\\",
    "#{1+1}",
    "#eval(sys.inputs)",
    '{"type":"link"}',
    "= heading",
    "{page}of{pages}",
]


def everywhere(text: str) -> PrintedMemo:
    """Return a memo that has one text in every place where a person's text can stand."""
    return memo(
        vendor=text,
        title=text,
        decided_by=text,
        status=text,
        issued_on=text,
        parties=(text, text),
        audience_line=text,
        sections=((text, text), ("In parts", f"- {text}\n\n|{text}|b|\n|-|-|\n|a|{text}|\n")),
        actions=(PrintedAction(text, text, text, text),),
    )


@pytest.mark.parametrize("name", NAMES)
def test_names_keep_every_letter_wherever_they_stand(name: str) -> None:
    markdown = (
        f"{name} **{name}** *{name}* `{name}`\n\n# {name}\n\n- {name}\n\n|{name}|\n|-|\n|{name}|"
    )
    printed = paper(
        memo(
            vendor=name,
            title=name,
            decided_by=name,
            parties=(name, "B"),
            sections=((name, markdown),),
            actions=(PrintedAction(name, name, "Mon", "Open"),),
            audience_line="",
        )
    )
    # header, title, decided by, party, section; four in a line; heading, item, two cells; action
    assert printed.text.count(name) == 5 + 4 + 4 + 2


def test_lines_of_two_directions_keep_every_letter() -> None:
    text = "المنار signed القسم 8.2 in دبي on 3 May"
    printed = paper(section(text))
    for word in text.split():
        assert word in printed.text


def test_a_line_begins_where_its_first_letter_says() -> None:
    left, right, width = extent(section("المنار في دبي signed"), "ن")
    assert width - right == pytest.approx(65, abs=3)  # the margin of 23 mm
    assert left > width / 2
    left, right, _ = extent(section("Signed by المنار"), "ن")
    assert left == pytest.approx(65, abs=3)
    assert right < width / 2


def test_arabic_letters_are_joined() -> None:
    left, right, _ = extent(section("ننننن"), "ن")
    alone_left, alone_right, _ = extent(section("\u200c".join("ننننن")), "ن")
    assert right - left < 0.8 * (alone_right - alone_left)


def test_the_document_is_tagged_and_says_what_it_is() -> None:
    printed = paper(memo(language="pt-BR"))
    assert b"<pdfuaid:part>1</pdfuaid:part>" in printed.content
    assert re.search(rb"/MarkInfo<</Marked true", printed.content)
    assert re.search(rb"/StructTreeRoot \d+ 0 R", printed.content)
    assert b"/DisplayDocTitle true" in printed.content
    assert printed.language == "pt-BR"
    assert printed.properties["Title"] == "Firmware fault at two joint customers"
    assert printed.properties["Author"] == "Quellwerk Networks"


def test_headings_lists_and_tables_are_tagged_as_such() -> None:
    markdown = (
        "### Sub\n\n> said\n\n- a\n- b\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[x](http://b.de)"
    )
    tags = paper(memo(sections=(("Dispute", markdown),), actions_after=0)).structure
    # actions, dispute, proof; a heading within a section follows without a gap
    assert [tag for tag in tags if re.fullmatch(r"H\d", tag)] == ["H1", "H1", "H2", "H1"]
    counted = {
        tag: tags.count(tag) for tag in ("Table", "TH", "TD", "BlockQuote", "L", "LI", "Link")
    }
    assert counted == {
        "Table": 2,
        "TH": 4 + 2,
        "TD": 4 + 2,
        "BlockQuote": 1,
        "L": 1,
        "LI": 2,
        "Link": 1,
    }


def test_headings_of_a_section_without_one_begin_at_the_top() -> None:
    sections = (("", "## Dispute\n\nOne.\n\n> ### Detail"), ("Risk", "# Again"))
    tags = paper(memo(sections=sections, actions=(), proof="")).structure
    assert [tag for tag in tags if re.fullmatch(r"H\d", tag)] == ["H1", "H2", "H1", "H2"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_part_of_the_sheets_program(text: str) -> None:
    printed = paper(everywhere(text))
    shown = text.replace(" ", "")
    escaped = shown.replace("\\u{41}\\", "\\u{41}\\")
    assert "root:" not in printed.text
    # header, title, three facts, two parties, kicker, footer, heading, actions
    assert printed.signs.count(escaped) >= 3 + 3 + 2 + 2 + 4
    assert printed.properties["Title"] == text


def test_the_sheet_evaluates_nothing_and_reads_nothing_else() -> None:
    program = re.sub(r"//.*", "", SHEET.read_text())
    assert (
        re.findall(r"\b(?:eval|read|import|include|plugin|image|csv|yaml|toml|xml)\b", program)
        == []
    )
    assert program.count("json(") == 1
    assert "json(bytes(sys.inputs.memo))" in program


def test_only_the_vendored_fonts_are_used() -> None:
    assert sorted(set(fonts().families())) == [
        *("Noto Sans", "Noto Sans Arabic", "Noto Sans Mono", "Noto Sans SC", "Vazirmatn"),
    ]


def test_every_part_stands_where_it_belongs() -> None:
    printed = paper(memo(actions_after=1)).text
    parts = [
        *("Resolution memo of case C-9 · Copy for Alpenwerk", "Firmware fault at two joint"),
        *("Version 1", "Issued Wed 18 Nov 2026, 11:20 Berlin", "Decided by Tom Brandt"),
        *("Status Issued", "Parties Alpenwerk, Lakeshore", "Dispute Who asks what.", "Actions"),
        *("What Who By State Book the credit Tom Brandt Mon 30 Nov 2026 Open", "Findings"),
        *("Proof The SHA-256 of this memo, as the audit trail keeps it: " + "9f2c41ab" * 8,),
    ]
    places = [printed.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_actions_stand_last_unless_a_place_is_named() -> None:
    printed = paper(memo()).text
    assert printed.index("Findings") < printed.index("Book the credit") < printed.index("Proof")
    printed = paper(memo(actions_after=5)).text
    assert printed.index("Findings") < printed.index("Book the credit") < printed.index("Proof")


def test_what_is_empty_is_left_out() -> None:
    printed = paper(
        memo(
            **dict.fromkeys(("title", "issued_on", "decided_by", "status", "proof"), ""),
            sections=((" ", "Only this."), ("Risk", "")),
            actions=(),
            parties=(),
            audience_line="",
        )
    )
    assert printed.text == (
        "Quellwerk Networks Memo M-7, version 1 Resolution memo of case C-9 Memo M-7, version 1 "
        "Version 1 Only this. Risk Page 1 of 1"
    )
    assert printed.properties["Title"] == "Memo M-7, version 1"


def test_every_page_names_memo_copy_and_place() -> None:
    printed = paper(section("word " * 1_500))
    assert len(printed.pages) > 1
    for number, page in enumerate(printed.pages, start=1):
        for words in ("Quellwerk Networks", "Memo M-7, version 1", "Copy for Alpenwerk"):
            assert words in page
        assert f"Page {number} of {len(printed.pages)}" in page


def test_a_draft_says_so_on_every_page_and_an_issued_memo_nowhere() -> None:
    long = "word " * 1_500
    drafted = paper(memo(sections=(("Dispute", long),), draft=True))
    assert len(drafted.pages) > 1
    assert [page.count("Draft, not issued") for page in drafted.pages][:2] == [3, 2]
    assert all("Draft, not issued" in page for page in drafted.pages)
    assert "Draft" not in paper(memo(sections=(("Dispute", long),))).text


def test_signs_without_a_glyph_are_written_out() -> None:
    printed = paper(section("Good \U0001f600\U0001f44d, אב, \U0001f469\ufe0f and \ue000.")).text
    assert "Good [grinning face, thumbs up sign], [U+05D0, U+05D1], [woman] and" in printed
    assert "[U+E000]." in printed
    note = "Where a sign cannot be printed, its name or number stands in square brackets."
    assert note in printed
    assert note not in paper(section("Good, [sic].")).text


def test_signs_that_only_mislead_or_break_the_file_are_dropped() -> None:
    assert "abcde." in paper(section("a\u202eb\ufeffc\x01d\ufe0fe.")).text


def test_paper_shows_where_a_link_leads() -> None:
    printed = paper(
        section("[the record](https://b.de/7) <https://b.de/8> [a@b.de](mailto:a@b.de)")
    )
    assert "the record (https://b.de/7) https://b.de/8 a@b.de" in printed.text
    assert printed.text.count("b.de") == 3
    assert printed.content.count(b"/URI(https://b.de/7)") == 1


def test_long_words_and_wide_tables_stay_on_the_sheet() -> None:
    word = "https://b.de/" + "a" * 400
    _, right, width = extent(section(f"{word}"), "b")
    assert right < width - 60
    wide = "|" + "Wort|" * 12 + "\n|" + "-|" * 12 + "\n|" + "Zahl|" * 12
    printed = paper(section(wide))
    assert "Table" not in printed.structure
    assert printed.text.count("Wort |") == printed.text.count("Zahl |") == 11
    narrow = "|" + "Zuständigkeiten|" * 7 + "\n|" + "-|" * 7 + "\n|" + "x|" * 7
    _, right, _ = extent(section(narrow), "Z")
    assert right < width - 60


def test_code_keeps_its_lines() -> None:
    printed = paper(section("```\none\n   two\n```"))
    assert re.search(r"one\r?\n\s*two", printed.pages[0])
    assert printed.structure.count("Code") == 1


def test_a_heading_without_ink_is_left_out() -> None:
    assert "H2" not in paper(section("#\n\n# \u200b\n\n## *\u200d*\n\nText.")).structure


def test_the_same_memo_gives_the_same_bytes_also_in_other_threads() -> None:
    first = render(memo())
    forget()
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: render(memo()), range(8))) == {first}
    assert paper(memo()).properties["CreationDate"] == ""


def test_a_large_memo_is_whole_and_followed_by_another() -> None:
    body = "\n\n".join(f"Paragraph {number} of Müller." for number in range(800))[:20_000]
    sections = tuple((f"Part {number}", body) for number in range(7))
    actions = tuple(PrintedAction(f"Action {n}.", "Tom", "Mon", "Open") for n in range(60))
    printed = paper(memo(sections=sections, actions=actions))
    assert printed.text.count("Paragraph 500 of Müller.") == 7
    assert all(f"Action {number}." in printed.text for number in range(60))
    assert paper(memo()).pages


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("en", {"lang": "en", "region": None}),
        ("pt-br", {"lang": "pt", "region": "BR"}),
        ("zh-Hans", {"lang": "zh", "region": None}),
        ("", {"lang": "en", "region": None}),
        ("no such", {"lang": "en", "region": None}),
    ],
)
def test_a_code_names_language_and_region(code: str, language: dict[str, str | None]) -> None:
    assert language_of(code) == language
    assert paper(memo(language=code)).language.startswith(str(language["lang"]))


SIGNS = st.text(
    max_size=60, alphabet="*_`~[](){}<>#|-+>:!\\\n \t1.&@$=\"'/aÅ\u0301م李😀א\u202e\u200d\0"
)


@settings(deadline=None)
@example("]()")
@example("[]()")
@example("#")
@given(st.one_of(st.text(), SIGNS))
def test_every_text_can_be_printed(text: str) -> None:
    assert render(everywhere(text)).startswith(b"%PDF-1.7")
