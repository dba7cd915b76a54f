"""What must not stand in a party's copy: other parties, their people, and staff's addresses.

Pure. Names are looked for as a person reads them: whatever their case, their letters' alphabet or
emphasis, with a hyphen or a break in between, as a genitive, in an address that is linked to.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from markdown_it.token import Token

from memos.lookalikes import alike, folded, plain
from memos.markdown import tokens

# Marks of Markdown, where they are not taken for marks: in headings, and in what is to be done.
MARKS = re.compile(r"[*_~`\\]")
BETWEEN = re.compile(r"[\s\-\u2010-\u2015_/|·,]+")
GAP = r"[\s\-\u2010-\u2015_./|·,]*"
SPLIT = r"[\W_]{0,2}"
GENITIVE = r"(?:['\u2019`]?s)?"
# Scripts that are written without spaces, or put endings right behind a name.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
ARABIC, HEBREW = re.compile("[\u0600-\u06ff]"), re.compile("[\u0590-\u05ff]")
LEGAL_WORDS = (
    "gmbh mbh ag se kg kgaa ohg ug haftungsbeschränkt gbr ek eg ev co ltd limited plc inc"
    " incorporated llc llp lp corp corporation company pty pte pvt sa sas sasu sau sarl sàrl sà rl"
    " sl slu sll slne spa srl sc scs bv nv vof oy oyj ab as asa aps doo dd ad ooo oao zao pjsc sp z"
    " oo zoo sro kft zrt nyrt kk gk bhd sdn tbk pt fze fzco fzc lda ltda eirl sab cv de"
)
LEGAL_FORMS = frozenset(LEGAL_WORDS.split())
LEGAL_SIGNS = re.compile(
    "股份有限公司|有限责任公司|有限責任公司|有限公司|集团|集團|公司|株式会社|有限会社|合同会社|주식회사"
)
# Words that many companies have in their names: they name none of them.
COMMON_WORDS = (
    "the der die das los las les and und europe europa global group gruppe grupo groupe holding"
    " international deutsche partner partners company sociedad compañia empresa trading systems"
    " solutions services technologies software digital new neue nueva"
    " الشركة شركة مؤسسة مجموعة"
)
COMMON = frozenset(COMMON_WORDS.split())
PARTICLES = frozenset(
    {"von", "van", "der", "den", "del", "della", "dos", "das", "bin", "ibn", "abu"}
)
SHORTEST_WORD, SHORTEST_SPLIT = 4, 6


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What one party must not read: companies, people and mail addresses, as they are written."""

    companies: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


def found_in(text: str, forbidden: Forbidden) -> list[str]:
    """Return which of the forbidden names and addresses a text contains, as they are written."""
    views = views_of(text)
    companies = [name for name in forbidden.companies if any_named(views, short_forms(name))]
    people = [name for name in forbidden.people if any_named(views, [name], exact=is_one(name))]
    return [*companies, *people, *addresses_in(views, forbidden.addresses)]


def doubtful_in(text: str, forbidden: Forbidden) -> list[str]:
    """Return the words of a text that may name somebody forbidden, or may be words of the language:
    the first word of a company's name of its own, a person's surname, a name that is split up."""
    views = views_of(text)
    words = [word for name in forbidden.companies if (word := own_word(name))]
    found = [word for word in words if any_named(views, [word])]
    people = [word for name in forbidden.people for word in surnames(name)]
    found += [w for w in people if any_named(views, [w, w.upper()], exact=True)]
    names = [*(form for name in forbidden.companies for form in short_forms(name)[-1:])]
    found += [name for name in (*names, *forbidden.people) if is_split(views, name)]
    return list(dict.fromkeys(found))


# --- The text ---


@lru_cache(maxsize=64)
def views_of(text: str) -> tuple[str, ...]:
    """Return a text in the ways that people may read it: with the meaning of its marks, without
    its marks, and as it was typed; each in its own letters, and in those they look like."""
    seen = dict.fromkeys((rendered(text), MARKS.sub("", text), text))
    return tuple(dict.fromkeys(view for one in seen for view in (plain(one), alike(one))))


def rendered(text: str) -> str:
    """Return a text's words as its page shows them, and after them where its links lead."""
    return "\n".join([*shown(tokens(text)), *linked(tokens(text))])


def shown(found: Iterable[Token]) -> Iterator[str]:
    """Yield what each block shows, its pieces joined whatever marks stand between them."""
    for token in found:
        if token.children is not None:
            parts = (child for child in token.children)
            yield "".join("\n" if part.type.endswith("break") else part.content for part in parts)
        elif token.content:
            yield token.content


def linked(found: Iterable[Token]) -> Iterator[str]:
    """Yield every address that is linked to."""
    for token in found:
        for child in token.children or ():
            if href := child.attrGet("href"):
                yield unquote(str(href))


# --- The names ---


def any_named(views: Iterable[str], names: Iterable[str], *, exact: bool = False) -> bool:
    """Whether one of these names stands in a text; `exact` tells capitals from small letters."""
    patterns = [pattern for name in names for pattern in patterns_of(name, exact)]
    return any(pattern.search(view) for view in views for pattern in patterns)


@lru_cache(maxsize=4096)
def patterns_of(name: str, exact: bool) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of a name in its own letters, and in those they look like."""
    written = dict.fromkeys((plain(name), alike(name)))
    split = [words_of(one) for one in written]
    return tuple(pattern_of(words, exact=exact) for words in split if words)


def pattern_of(words: list[str], *, exact: bool) -> re.Pattern[str]:
    """Return the pattern of one writing of a name, between the edges of words its script has. A
    company of one short word, which may be a word of the language, counts only as it is written."""
    short = len(words) == 1 and len(words[0]) < SHORTEST_WORD
    before, inner, after = parts_of(words)
    return re.compile(before + inner + after, re.NOFLAG if exact or short else re.IGNORECASE)


def words_of(name: str) -> list[str]:
    """Return the words of a name; what stands between them is not told apart."""
    return [word.rstrip(".") for word in BETWEEN.split(name) if any(map(str.isalnum, word))]


def is_one(name: str) -> bool:
    """Whether a name is one word, which may be a word of the language too."""
    return len(words_of(plain(name))) == 1


def parts_of(words: list[str]) -> tuple[str, str, str]:
    """Return what stands before, in and after a name: nothing that makes it another word, except
    what a script puts right before a noun."""
    inner = GAP.join(map(re.escape, words))
    if UNSPACED.search(inner):
        return "", inner, ""
    if ARABIC.search(inner):
        # With a preposition the article loses its first letter.
        inner = re.sub("^ال", "ا?لل?", inner)  # noqa: RUF001 - it is that letter
        return r"(?<!\w)[وفبكلس]{0,3}(?:ال|ل)?", inner, r"(?!\w)"
    if HEBREW.search(inner):
        return r"(?<!\w)[והבכלמש]{0,3}", inner, r"(?!\w)"
    return r"(?<![^\W_])", inner, GENITIVE + r"(?![^\W_])"


def short_forms(company: str) -> list[str]:
    """Return how people write a company: in full, and without its legal form."""
    name = LEGAL_SIGNS.sub("", plain(company)).strip()
    words = name.split()
    while len(words) > 1 and letters(words[-1]) in LEGAL_FORMS | {""}:
        words.pop()
    return [form for form in dict.fromkeys((company, " ".join(words).rstrip(","))) if form.strip()]


def letters(word: str) -> str:
    """Return the letters of a word, without points and slashes."""
    return "".join(filter(str.isalnum, folded(word)))


def own_word(company: str) -> str:
    """Return the first word of a company's name that is its own, empty where it has none."""
    words = BETWEEN.split(short_forms(company)[-1]) if short_forms(company) else []
    own = (word for word in words if len(word) >= SHORTEST_WORD and folded(word) not in COMMON)
    return next(own, "")


def surnames(person: str) -> list[str]:
    """Return the words of a person's name after the first one; a name of one word has none."""
    words = plain(person).split()[1:]
    return [word for word in words if len(letters(word)) > 2 and folded(word) not in PARTICLES]


def is_split(views: Iterable[str], name: str) -> bool:
    """Whether the letters of a name stand in a text with spaces or signs between them."""
    signs = [sign for sign in plain(name) if sign.isalnum()]
    if len(signs) < SHORTEST_SPLIT:
        return False
    inner = SPLIT.join(map(re.escape, signs))
    pattern = re.compile(r"(?<!\w)" + inner + GENITIVE + r"(?!\w)", re.IGNORECASE)
    return any(pattern.search(view) for view in views)


def addresses_in(views: Iterable[str], addresses: Iterable[str]) -> list[str]:
    """Return which mail addresses a text contains."""
    seen = [folded(view) for view in views if "@" in view]
    found = []
    for address in addresses if seen else ():
        written = {folded(address), folded(alike(address))}
        if any(one in view for view in seen for one in written):
            found.append(address)
    return found


# --- The first draft ---


def without(text: str, companies: Iterable[str], instead: str) -> str:
    """Return a text in which each company, and its short name, is called `instead`: for a first
    draft only."""
    names = {form for name in companies for form in (*short_forms(name), own_word(name)) if form}
    for name in sorted(names, key=len, reverse=True):
        if words := words_of(name):
            pattern = pattern_of(words, exact=False).pattern.replace(GENITIVE, "s?")
            short = len(words) == 1 and len(words[0]) < SHORTEST_WORD
            flags = re.NOFLAG if short else re.IGNORECASE
            text = re.sub(pattern, lambda _found: instead, text, flags=flags)
    return text
