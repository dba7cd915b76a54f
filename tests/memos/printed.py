"""Memos to print, and what a reader's program finds in their pages."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
from pypdfium2 import raw

from memos.pdf import PrintedAction, PrintedMemo, render

BREAK = "\u200b"  # where a very long word may be broken


def memo(**facts: Any) -> PrintedMemo:
    """Return a memo with every part filled in, some facts replaced."""
    usual: dict[str, Any] = {
        "vendor": "Quellwerk Networks",
        "case_number": "C-9",
        "number": "M-7",
        "version": 1,
        "title": "Firmware fault at two joint customers",
        "issued_on": "Wed 18 Nov 2026, 11:20 Berlin",
        "decided_by": "Tom Brandt",
        "status": "Issued",
        "sections": (("Dispute", "Who asks *what*."), ("Findings", "What is **proven**.")),
        "actions": (PrintedAction("Book the credit", "Tom Brandt", "Mon 30 Nov 2026", "Open"),),
        "parties": ("Alpenwerk", "Lakeshore"),
        "proof": "9f2c41ab" * 8,
        "audience_line": "Copy for Alpenwerk",
    }
    return PrintedMemo(**usual | facts)


def section(markdown: str) -> PrintedMemo:
    """Return a memo of nothing but one section."""
    return memo(sections=(("Dispute", markdown),), actions=(), proof="")


@dataclass(frozen=True)
class Paper:
    """A printed memo as another program reads it."""

    content: bytes
    pages: tuple[str, ...]
    structure: tuple[str, ...]
    language: str
    properties: dict[str, str]

    @property
    def text(self) -> str:
        """Everything on all pages, lines joined by a space, without places for breaks."""
        return " ".join(" ".join(self.pages).replace(BREAK, "").split())

    @property
    def signs(self) -> str:
        """Everything on all pages without any space."""
        return self.text.replace(" ", "")


def paper(printed: PrintedMemo) -> Paper:
    """Print a memo and read it."""
    content = render(printed)
    document = pypdfium2.PdfDocument(content)
    try:
        pages, structure = [], []
        for page in document:
            text = page.get_textpage()
            pages.append(text.get_text_range())
            structure += list(tags(page))
            text.close()
            page.close()
        found = document.get_metadata_dict()
        return Paper(content, tuple(pages), tuple(structure), language(document), found)
    finally:
        document.close()


def tags(page: pypdfium2.PdfPage) -> Iterator[str]:
    """Yield the tags of a page's structure, in reading order."""
    tree = raw.FPDF_StructTree_GetForPage(page.raw)
    for index in range(raw.FPDF_StructTree_CountChildren(tree)):
        yield from tags_below(raw.FPDF_StructTree_GetChildAtIndex(tree, index))
    raw.FPDF_StructTree_Close(tree)


def tags_below(element: Any) -> Iterator[str]:
    """Yield an element's tag and those of the elements in it."""
    buffer = ctypes.create_string_buffer(100)
    size = raw.FPDF_StructElement_GetType(element, buffer, 100)
    yield buffer.raw[: size - 2].decode("utf-16-le")
    for index in range(raw.FPDF_StructElement_CountChildren(element)):
        child = raw.FPDF_StructElement_GetChildAtIndex(element, index)
        if child:  # none for the marked content itself
            yield from tags_below(child)


def language(document: pypdfium2.PdfDocument) -> str:
    """Return the language that the document says it is in."""
    buffer = (ctypes.c_ushort * 50)()
    size = raw.FPDFCatalog_GetLanguage(document.raw, buffer, 100)
    return bytes(buffer)[: size - 2].decode("utf-16-le")


def extent(printed: PrintedMemo, sign: str) -> tuple[float, float, float]:
    """Return left and right end of the line of the first such sign, and the page's width."""
    document = pypdfium2.PdfDocument(render(printed))
    page = document[0]
    text = page.get_textpage()
    boxes = [text.get_charbox(index) for index in range(text.count_chars())]
    place = next(i for i in range(text.count_chars()) if text.get_text_range(i, 1) == sign)
    middle = (boxes[place][1] + boxes[place][3]) / 2
    line = [box for box in boxes if box[1] <= middle <= box[3] and box[0] < box[2]]
    width = page.get_width()
    text.close()
    page.close()
    document.close()
    return min(box[0] for box in line), max(box[2] for box in line), width
