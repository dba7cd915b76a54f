"""Which signs the printed fonts have, and what stands for those they lack.

PDF/UA allows no sign without a glyph. A missing one is written out in square brackets, so that a
reader sees that something stood there, and what.
"""

import re
import struct
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

VENDORED = Path(__file__).resolve().parents[2] / "static" / "vendor"
FONTS = (VENDORED / "noto", VENDORED / "vazirmatn")
LINES = "\n\t"  # in code
# PDF forbids the mark of byte order; overrides make a line read as something else than it says.
DROPPED = dict.fromkeys(map(ord, "\ufeff\u202d\u202e"))
UNPRINTED = {"Cc", "Cf", "Cs", "Mn"}  # without a glyph these are no loss; variation selectors
PREFERRED_BREAK = re.compile(r"(?<=[/.\-_?&=@:,;])(?=\w)")
BREAK = "\u200b"


@cache
def covered() -> frozenset[str]:
    """Return every sign that at least one of the fonts can draw."""
    fonts = (font for folder in FONTS for font in folder.glob("*-Regular.ttf"))
    ranges = (each for font in fonts for each in mapped(font.read_bytes()))
    signs = (chr(code) for first, last in ranges for code in range(first, last + 1))
    return frozenset(sign for sign in signs if unicodedata.category(sign) != "Cc")


def mapped(font: bytes) -> Iterator[tuple[int, int]]:
    """Yield the ranges of code points, both ends included, that a font maps to glyphs."""
    tables = struct.unpack_from(">H", font, 4)[0]
    places = (struct.unpack_from(">4sIII", font, 12 + 16 * index) for index in range(tables))
    start = next(offset for tag, _, offset, _ in places if tag == b"cmap")
    for index in range(struct.unpack_from(">H", font, start + 2)[0]):
        (offset,) = struct.unpack_from(">I", font, start + 8 + 8 * index)
        kind, _, _, _, groups = struct.unpack_from(">HHIII", font, start + offset)
        if kind == 12:  # segmented coverage, the one form that knows all of Unicode
            for group in range(groups):
                first, last, _ = struct.unpack_from(">III", font, start + offset + 16 + 12 * group)
                yield first, last


def lacking(text: str) -> bool:
    """Tell whether a text has signs that must be written out."""
    return any(kind(sign) == "missing" for sign in set(text))


def kind(sign: str) -> str:
    """Return what becomes of a sign: `kept`, `space`, `dropped` or `missing`."""
    if sign in covered() or sign in LINES:
        return "kept"
    if sign.isspace():
        return "space"
    category = unicodedata.category(sign)
    if category in UNPRINTED and not unicodedata.combining(sign):
        return "dropped"
    return "missing"


def printable(text: str, longest: int) -> str:
    """Return the text with only signs that can be drawn, breakable within very long words.

    `longest` is how many signs a word may have before it may be broken.
    """
    text = text.translate(DROPPED)
    if not covered().issuperset(text):
        left = (sign for sign in text if kind(sign) != "dropped")
        text = "".join(
            written for what, run in groupby(left, kind) for written in WRITTEN[what](run)
        )
    return re.sub(rf"\S{{{longest + 1},}}", lambda word: breakable(word[0], longest), text)


def named(run: Iterator[str]) -> Iterator[str]:
    """Yield what is printed for signs that stand together and have no glyph."""
    yield f"[{', '.join(map(described, run))}]"


def described(sign: str) -> str:
    """Return the name of a symbol, the number of any other sign."""
    name = unicodedata.name(sign, "") if unicodedata.category(sign).startswith("S") else ""
    return name.lower() or f"U+{ord(sign):04X}"


WRITTEN: dict[str, Callable[[Iterator[str]], Iterator[str]]] = {
    "kept": iter,
    "space": lambda run: (" " for _sign in run),
    "missing": named,
}


def breakable(word: str, longest: int) -> str:
    """Return a word with places where a line may end, after its punctuation where it has some."""
    pieces = PREFERRED_BREAK.split(word)
    return BREAK.join(
        piece[at : at + longest] for piece in pieces for at in range(0, len(piece), longest)
    )


def visible(text: str) -> bool:
    """Tell whether a text leaves ink: a heading of nothing else may not be printed."""
    return any(not (sign.isspace() or unicodedata.category(sign) in UNPRINTED) for sign in text)


def rightwards(text: str) -> bool:
    """Tell whether a line begins on the right: its first letter is of such a script."""
    kinds = map(unicodedata.bidirectional, text)
    return next((each != "L" for each in kinds if each in ("L", "R", "AL")), False)
