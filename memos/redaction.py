"""What must not stand in a party's copy: other parties, their people, and staff's addresses.

Pure. Names are looked for as a person reads them: whatever their case, with emphasis or a break
in between.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

# Marks of Markdown, soft hyphens, and signs of no width: a reader does not see them.
UNSEEN = re.compile("[*_~`\\\\\u00ad\u200b-\u200f\u2060\ufeff]")
SPACES = re.compile(r"\s+")
LEGAL_FORM = re.compile(
    r"[\s,]+(?:gmbh(?: & co\.? kg)?|ag|se|kg|ltd\.?|limited|plc|inc\.?|llc|corp\.?|s\.?a\.?"
    r"|s\.?l\.?|b\.?v\.?|n\.?v\.?|oy|ab|a/s|as)$"
)


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What one party must not read: companies, people and mail addresses, as they are written."""

    companies: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


def found_in(text: str, forbidden: Forbidden) -> list[str]:
    """Return which of the forbidden words a text contains, as they are written."""
    seen = plain(text)
    folded = seen.casefold()
    companies = [n for n in forbidden.companies if any(holds(folded, f) for f in forms(n))]
    people = [n for n in forbidden.people if holds_person(seen, folded, n)]
    # Unseen signs are part of addresses: an underscore is.
    whole = unicodedata.normalize("NFKC", text).casefold()
    shown = (whole, folded)
    addresses = [a for a in forbidden.addresses if any(a.casefold() in t for t in shown)]
    return [*companies, *people, *addresses]


def plain(text: str) -> str:
    """Return a text as it is read: one kind of letters, no marks, one space between words."""
    normal = unicodedata.normalize("NFKC", UNSEEN.sub("", text))
    return SPACES.sub(" ", normal)


def forms(company: str) -> set[str]:
    """Return how people write a company: in full, and without its legal form."""
    name = plain(company).casefold().strip()
    return {form for form in (name, LEGAL_FORM.sub("", name)) if form}


def holds(folded: str, name: str) -> bool:
    """Whether a name stands in a text as words of its own."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded) is not None


def holds_person(seen: str, folded: str, name: str) -> bool:
    """Whether a person is named. A name of one word, which may be a word of the language too,
    counts only as it is written."""
    written = plain(name).strip()
    if not written:
        return False
    if " " in written:
        return holds(folded, written.casefold())
    return holds(seen, written)


def without(text: str, companies: Iterable[str], instead: str) -> str:
    """Return a text in which each company is called `instead`: for a first draft only."""
    for company in sorted(companies, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(company)}(?!\w)", instead, text, flags=re.IGNORECASE)
    return text
