"""A memo as an accessible PDF (PDF/UA-1): the same memo gives the same bytes.

Pure: it reads no rows and asks no clock. The sheet gets the memo as data, so no text of a person
can become part of its program.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import get_language_bidi, override
from django.utils.translation import gettext as _

from memos.markdown import clean
from memos.printing.sheet import IN_ROW, flow, line
from memos.printing.signs import FONTS, lacking, visible

SHEET = Path(__file__).resolve().parent / "printing" / "memo.typ"
LARGE = 50_000  # characters of the values, about ten pages
REMEMBERED = 10  # compilations


@dataclass(frozen=True)
class PrintedAction:
    """One row of the table of actions; every value is a text ready to be read."""

    what: str
    who: str
    by: str
    state: str


@dataclass(frozen=True, kw_only=True)
class PrintedMemo:
    """Everything one copy of a memo shows; an empty text leaves its line out.

    `sections` are pairs of a heading and Markdown. `actions_after` says how many sections stand
    before the actions; none puts them after the last. `proof` is a SHA-256 in hexadecimal,
    `language` a code such as "en" or "pt-BR". `audience_line` says whose copy it is.
    """

    vendor: str
    case_number: str
    number: str
    version: int
    title: str
    issued_on: str
    decided_by: str
    status: str
    sections: tuple[tuple[str, str], ...]
    actions: tuple[PrintedAction, ...]
    parties: tuple[str, ...]
    proof: str
    language: str = "en"
    audience_line: str
    draft: bool = False
    actions_after: int | None = None


@cache
def fonts() -> typst.Fonts:
    """Return the vendored fonts and no others, read once a process."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(FONTS)
    )


def values_of(memo: PrintedMemo) -> dict[str, Any]:
    """Return what the sheet gets, in the language that is switched on."""
    note = _("Where a sign cannot be printed, its name or number stands in square brackets.")
    return {
        **frame_of(memo),
        "facts": [[label, line(value)] for label, value in facts_of(memo) if value],
        "sections": [
            {"heading": line(heading) if visible(heading) else None, "blocks": flow(text)}
            for heading, text in memo.sections
        ],
        "actions": actions_of(memo),
        "actions_after": len(memo.sections) if memo.actions_after is None else memo.actions_after,
        "proof": proof_of(memo),
        "note": note if any(map(lacking, texts_of(memo))) else None,
    }


def frame_of(memo: PrintedMemo) -> dict[str, Any]:
    """Return what names the document: its properties, header, footer and title."""
    name = _("Memo %(number)s, version %(version)d") % {
        "number": memo.number,
        "version": memo.version,
    }
    title = " ".join(clean(memo.title).split()) if visible(memo.title) else name
    kicker = _("Resolution memo of case %(case)s") % {"case": memo.case_number}
    if memo.audience_line:
        kicker = f"{kicker} · {memo.audience_line}"
    return {
        "language": language_of(memo.language) | {"rtl": get_language_bidi()},
        "document": {"title": title, "author": clean(memo.vendor)},
        "header": {
            "vendor": line(memo.vendor),
            "number": line(name),
            "draft": _("Draft, not issued") if memo.draft else "",
        },
        "footer": {"audience": line(memo.audience_line), "page": _("Page {page} of {pages}")},
        "kicker": line(kicker),
        "title": line(title),
    }


def language_of(code: str) -> dict[str, str | None]:
    """Return language and region of a code such as "pt-BR"; English for what is none."""
    match = re.fullmatch(r"([a-z]{2,3})(?:-([a-z]{2})|-.*)?", code.lower())
    lang, region = match.groups() if match else ("en", None)
    return {"lang": lang, "region": region and region.upper()}


def facts_of(memo: PrintedMemo) -> list[tuple[str, str]]:
    """Return the lines under the title."""
    return [
        (_("Version"), str(memo.version)),
        (_("Issued"), memo.issued_on),
        (_("Decided by"), memo.decided_by),
        (_("Status"), memo.status),
        (_("Parties"), ", ".join(memo.parties)),
    ]


def actions_of(memo: PrintedMemo) -> dict[str, Any] | None:
    """Return the table of actions, or nothing where there are none."""
    if not memo.actions:
        return None
    head = [_("What"), _("Who"), _("By"), _("State")]
    texts = map(astuple, memo.actions)
    rows = [[line(text, IN_ROW // len(head)) for text in row] for row in texts]
    return {"heading": _("Actions"), "head": head, "rows": rows}


def proof_of(memo: PrintedMemo) -> dict[str, Any] | None:
    """Return the memo's fingerprint, or nothing for a memo that has none yet."""
    if not memo.proof:
        return None
    words = _("The SHA-256 of this memo, as the audit trail keeps it:")
    return {"heading": _("Proof"), "words": line(words), "hash": memo.proof}


def texts_of(memo: PrintedMemo) -> Iterator[str]:
    """Yield every text of the memo that a person wrote."""
    yield from (memo.vendor, memo.title, memo.decided_by, memo.status, *memo.parties)
    yield from (text for section in memo.sections for text in section)
    yield from (text for action in memo.actions for text in astuple(action))


def render(memo: PrintedMemo) -> bytes:
    """Return the memo as a tagged PDF of A4 pages."""
    with override(memo.language):
        values = json.dumps(values_of(memo), ensure_ascii=False)
    printed = compiled(values)
    if len(values) > LARGE:
        forget()
    return printed


def compiled(values: str) -> bytes:
    """Return what the sheet makes of the values; no other file and no other font is in reach."""
    return typst.compile(
        SHEET,
        root=SHEET.parent,
        font_paths=fonts(),
        sys_inputs={"memo": values},
        pdf_standards=["ua-1"],
    )


def forget() -> None:
    """Let the compiler drop what it remembers of a large memo: 50 MB each, for ten more memos."""
    for _each in range(REMEMBERED):
        typst.compile(b"", font_paths=fonts())
