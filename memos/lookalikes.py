"""Texts as a reader takes them in: one sign for all that look alike, none that cannot be seen.

Pure. What comes out is for comparing only, never for showing.
"""

# ruff: noqa: RUF001 - letters that look like others are what this is about

import html
import unicodedata

# Signs without a shape, beside those that Unicode calls formats: fillers of Hangul and Khmer, the
# joiner of graphemes, selectors of variants, Braille without dots; and the Arabic stretcher.
UNSEEN = frozenset(
    {
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, 0x2800, 0x0640),
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    }
)
# Letters of other alphabets, and odd Latin ones, beside what a reader takes them for. Capitals and
# small letters are told apart, because they look like different ones.
PAIRS = (
    # Cyrillic
    "АA ВB ЕE ЅS ІI ЇI ЈJ КK МM НH ОO РP СC ТT УY ХX ԚQ ԜW ҺH ӀI ЗZ ԌG ҮY "
    "аa вb еe ѕs іi їi јj кk мm нh оo рp сc тt уy хx ԛq ԝw һh ӏl ԁd ѵv ԍg үy пn гr "
    # Greek
    "ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϹC ͿJ "
    "αa βb γy εe ηn ιi κk μu νv οo ρp σo τt υu χx ωw ϲc ϳj "
    # Armenian and Latin
    "օo սu ոn հh ցg զq յj ıi ɩi ɪi ɑa ɡg ɢg "
    "ʏy ɴn ʀr ʟl ʜh ʙb ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw "
    # One letter of Arabic, written in several ways
    "ىي یي کك ةه ٱا"
)
LOOKALIKES = {ord(pair[0]): pair[1] for pair in PAIRS.split()}


def plain(text: str) -> str:
    """Return a text with one kind of letters, and without signs and marks that nobody sees."""
    normal = unicodedata.normalize("NFKC", html.unescape(text))
    seen = "".join(sign for sign in normal if is_seen(sign))
    composed = unicodedata.normalize("NFKC", seen)
    return "".join(sign for sign in composed if unicodedata.category(sign) not in ("Mn", "Me"))


def is_seen(sign: str) -> bool:
    """Whether a sign has a shape, or a width."""
    return ord(sign) not in UNSEEN and unicodedata.category(sign) != "Cf"


def folded(text: str) -> str:
    """Return a plain text whatever its case."""
    return plain(plain(text).casefold())


def alike(text: str) -> str:
    """Return a plain text in the letters that a reader takes it to be written in."""
    return plain(text).translate(LOOKALIKES)
