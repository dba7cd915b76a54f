"""How letters to one person are put into one mail."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from journal.registry import Letter

# What is named one by one; the rest is counted, and is in the app.
MOST_LINES = 50
IN_SUBJECT = 3
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Mail:
    """What is sent."""

    subject: str
    body: str


def compose(letters: Sequence[Letter], zone: str, all_url: str) -> Mail:
    """Return one mail of some letters: a letter by itself as it is, several as a digest, the most
    urgent kind first, times in `zone`. What is the same in number and words is said once."""
    different = list({(one.number, _heading(one), one.line): one for one in letters}.values())
    if len(different) == 1:
        return Mail(different[0].subject, f"{different[0].text}\n\n{_address(different[0].url)}\n")
    groups = _groups(different)
    return Mail(_subject(different, groups), _body(groups, zone, all_url))


def _heading(letter: Letter) -> str:
    return letter.heading or letter.subject


def _address(url: str) -> str:
    return f"{settings.PUBLIC_URL}{url}"


def _groups(letters: Sequence[Letter]) -> dict[str, list[Letter]]:
    groups: dict[str, list[Letter]] = defaultdict(list)
    for one in sorted(letters, key=lambda one: (one.rank, one.due_at or NEVER, one.number)):
        groups[_heading(one)].append(one)
    return groups


def _subject(letters: Sequence[Letter], groups: dict[str, list[Letter]]) -> str:
    numbers = {one.number for one in letters}
    about = f"[{numbers.pop()}] " if len(numbers) == 1 else ""
    return about + _("%(n)s notices: %(counts)s") % {
        "n": len(letters),
        "counts": _counts(groups, IN_SUBJECT),
    }


def _counts(groups: dict[str, list[Letter]], most: int) -> str:
    said = [f"{heading} ({len(found)})" for heading, found in groups.items()]
    return ", ".join(said[:most]) + (" …" if len(said) > most else "")


def _body(groups: dict[str, list[Letter]], zone: str, all_url: str) -> str:
    number = sum(map(len, groups.values()))
    heads = {"n": number, "counts": _counts(groups, number)}
    parts, left = [_("%(n)s notices: %(counts)s") % heads], MOST_LINES
    for heading, found in groups.items():
        if left > 0:
            shown = [_entry(one, zone) for one in found[:left]]
            parts += [f"{heading} ({len(found)})", *shown]
        left -= len(found)
    if left < 0:
        parts.append(_("And %(n)s more: %(url)s") % {"n": -left, "url": _address(all_url)})
    return "\n\n".join(parts) + "\n"


def _entry(letter: Letter, zone: str) -> str:
    lines = [letter.text]
    if letter.due_at is not None:
        local = date_format(letter.due_at.astimezone(ZoneInfo(zone)), "D j M Y H:i")
        lines.append(_("Due %(when)s (%(zone)s)") % {"when": local, "zone": zone})
    return "\n".join([*lines, _address(letter.url)])
