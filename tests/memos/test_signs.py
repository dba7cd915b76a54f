"""Which signs the fonts have, what stands for the others, and where words may be broken."""

import pytest

from memos.printing.signs import (
    FONTS,
    covered,
    kind,
    lacking,
    mapped,
    printable,
    rightwards,
    visible,
)


def test_the_fonts_have_the_letters_that_the_product_is_written_in() -> None:
    assert covered().issuperset("azAZ019äöüßÄÖÜñéèçøåłőşğ€“”„—…·•αωАЯйїالمنارپچگ٣李明测试カナन")
    assert covered().isdisjoint("אกเ한\U0001f600\ue000\0\x07\x7f")


def test_ranges_are_read_from_each_font() -> None:
    arabic = (FONTS[0] / "NotoSansArabic-Regular.ttf").read_bytes()
    codes = {code for first, last in mapped(arabic) for code in range(first, last + 1)}
    assert {0x0627, 0x064A, 0x06D2, 0xFDFA} <= codes
    assert not codes & {ord("李"), 0x05D0, 0x1F600}


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        *(("a", "kept"), ("م", "kept"), ("\n", "kept"), ("\t", "kept"), ("\xa0", "kept")),
        *(("\x1f", "space"), ("\x0b", "space")),
        *(("\0", "dropped"), ("\ud800", "dropped"), ("\U000e0041", "dropped")),
        *(("א", "missing"), ("\u05b4", "missing"), ("\ue000", "missing"), ("\uffff", "missing")),
    ],
)
def test_kinds_of_signs(sign: str, expected: str) -> None:
    assert kind(sign) == expected
    assert lacking(f"a{sign}b") == (expected == "missing")


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("plain", "plain"),
        ("a\x1fb", "a b"),
        ("a\0\ufeff\u202e\u202db", "ab"),
        ("a אב b", "a [U+05D0, U+05D1] b"),
        ("\U0001f40c\U0001f419", "[snail, octopus]"),
        ("1234567890", "1234567890"),
        ("12345678901", "1234567890\u200b1"),
        ("b.de/path?query-of-it", "b.\u200bde/\u200bpath?\u200bquery-\u200bof-\u200bit"),
    ],
)
def test_what_is_printed(text: str, printed: str) -> None:
    assert printable(text, 10) == printed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("المنار signed", True), ("signed المنار", False), ("7. المنار", True), ("אב", True)),
        *(("", False), ("123 !", False), ("李明", False)),
    ],
)
def test_a_lines_side(text: str, expected: bool) -> None:
    assert rightwards(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", False), (" \n\xa0", False), ("\u200b\u200d\ufe0f", False), ("א", True), (".", True)],
)
def test_what_leaves_ink(text: str, expected: bool) -> None:
    assert visible(text) is expected
