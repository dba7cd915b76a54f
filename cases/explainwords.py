"""An explanation in words, in the active zone: for the vendor's people and for partners alike."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.explaining import Explanation, Stand, Stretch, days_between
from ladder.worktime import Why

HOUR, DAY = 3600, 86_400
MOST_DAYS, MOST_PARTS = 62, 6
SATURDAY, WEEK = 5, 7


def length_words(seconds: int, *, in_days: bool = False) -> str:
    """Return a length of time in words; with days of 24 hours where that is how it is counted."""
    days, rest = divmod(seconds, DAY) if in_days else (0, seconds)
    hours, rest = divmod(rest, HOUR)
    minutes, seconds = divmod(rest, 60)
    parts = (
        (days, ngettext("%(n)s day", "%(n)s days", days)),
        (hours, _("%(n)s h")),
        (minutes, _("%(n)s min")),
        (seconds, _("%(n)s s")),
    )
    return " ".join(word % {"n": n} for n, word in parts if n) or _("%(n)s s") % {"n": 0}


def counted_words(explained: Explanation, seconds: int) -> str:
    """Return how much of a clock's own time that is."""
    if explained.clock.around_the_clock:
        return length_words(seconds, in_days=True)
    return _("%(length)s of business time") % {"length": length_words(seconds)}


def so_far_words(explained: Explanation) -> str:
    """Return how much has counted and how much is left, to the minute where it is hours."""
    counted, left = explained.counted_seconds, explained.left_seconds
    if not is_short(explained):
        counted -= counted % 60
        left = explained.counted_seconds + explained.left_seconds - counted
    facts = {"left": counted_words(explained, left)}
    if not counted:
        return _("So far nothing has counted; %(left)s are left.") % facts
    facts["counted"] = counted_words(explained, counted)
    return _("So far %(counted)s have counted; %(left)s are left.") % facts


def is_short(explained: Explanation) -> bool:
    """Whether seconds matter in it."""
    return 0 < explained.counted_seconds + explained.left_seconds < HOUR


def instant_words(explained: Explanation, at: datetime) -> str:
    """Return an instant with its day, in the active zone; with the year where that is another."""
    local, today = timezone.localtime(at), timezone.localtime(explained.at)
    day = "D j M" if local.year == today.year else "D j M Y"
    return date_format(local, f"{day} H:i:s" if is_short(explained) else f"{day} H:i")


def because(explained: Explanation) -> str:
    """Return in one sentence why a clock is due when it is, or why it is not due at all."""
    if explained.stands_still:
        return _because_still(explained)
    assert explained.due_at is not None  # noqa: S101 - what stands still was said already
    whole = explained.counted_seconds + explained.left_seconds
    facts = {
        "due": instant_words(explained, explained.due_at),
        "whole": counted_words(explained, whole),
        "since": instant_words(explained, explained.clock.begin),
    }
    if explained.due_at <= explained.clock.begin:
        return _("Due %(due)s, before you became a party.") % facts
    if explained.clock.kind == "pause":
        return _("Due %(due)s because that time was set for looking again.") % facts
    if explained.clock.around_the_clock:
        return _("Due %(due)s because it counts %(whole)s around the clock from %(since)s.") % facts
    text = _("Due %(due)s because it counts %(whole)s from %(since)s%(parts)s.")
    if explained.clock.days:
        text = ngettext(
            "Due %(due)s because %(n)s business day from %(since)s ends then, which is"
            " %(whole)s%(parts)s.",
            "Due %(due)s because %(n)s business days from %(since)s end then, which is"
            " %(whole)s%(parts)s.",
            explained.clock.days,
        )
    if explained.clock.joined_late:
        text = _(
            "Due %(due)s because %(whole)s were left at %(since)s, when you became a"
            " party%(parts)s."
        )
    parts = day_words(explained)
    return text % {**facts, "n": explained.clock.days, "parts": f": {parts}" if parts else ""}


def _because_still(explained: Explanation) -> str:
    facts = {
        "since": instant_words(explained, explained.clock.begin),
        "counted": length_words(explained.counted_seconds),
        "left": length_words(explained.left_seconds),
        "whole": length_words(explained.target_seconds or 0),
    }
    if explained.clock.state != "paused":
        return _("It stood still when it ended, so that it was due at no time.")
    if explained.target_seconds is None:
        return _("It stands still, so it has no due time: %(left)s of business time are left.") % (
            facts
        )
    return (
        _(
            "It stands still, so it has no due time: of %(whole)s of business time %(counted)s have"
            " counted since %(since)s, and %(left)s are left."
        )
        % facts
    )


def outcome_words(explained: Explanation) -> str:
    """Return what became of a clock, or how far it is."""
    clock = explained.clock
    if clock.over_at is not None:
        return _over_words(explained, clock.over_at)
    if clock.breached_at is not None:
        return _("It was missed.")
    if explained.stands_still:
        return ""
    if explained.left_seconds == 0:
        return _("This time has passed.")
    return so_far_words(explained)


def _over_words(explained: Explanation, over_at: datetime) -> str:
    facts = {
        "at": instant_words(explained, over_at),
        "left": counted_words(explained, explained.left_seconds),
    }
    if explained.clock.met_at is None:
        return _("It ended %(at)s: nobody has to meet it any more.") % facts
    if explained.clock.breached_at is not None:
        return _("Met %(at)s, after it was due.") % facts
    return _("Met %(at)s, when %(left)s were left.") % facts


def doubt_words(explained: Explanation) -> str:
    """Return that what is stored is not what follows from the truth, where it is not."""
    if explained.agrees:
        return ""
    if explained.derived_at is None:
        return _(
            "This does not follow from what is recorded: counted again, another time is left, or"
            " none. What counts is the time that was told."
        )
    return _(
        "This does not follow from what is recorded: counted again, it would be due %(other)s."
        " What counts is the time that was told."
    ) % {"other": instant_words(explained, explained.derived_at)}


@dataclass(slots=True)
class Part:
    """Days one after the other that counted alike, each so many seconds."""

    days: list[date]
    seconds: int


def day_words(explained: Explanation) -> str:
    """Return day by day how much counted; an empty text where one day says it all, or there are
    too many."""
    first = timezone.localtime(explained.clock.begin).date()
    last = timezone.localtime(explained.until).date()
    if first == last or (last - first).days > MOST_DAYS:
        return ""
    parts = _parts(explained, list(days_between(first, last)))
    if len(parts) > MOST_PARTS:
        return _shortened(parts)
    names = _day_names(first, last)
    return ", ".join(_part_words(explained, part, names) for part in parts)


def _parts(explained: Explanation, days: list[date]) -> list[Part]:
    parts: list[Part] = []
    for day in days:
        seconds = explained.counted_between(_midnight(day), _midnight(day + timedelta(days=1)))
        if parts and seconds == parts[-1].seconds:
            parts[-1].days.append(day)
        else:
            parts.append(Part([day], seconds))
    return parts if parts[-1].seconds else parts[:-1]


def _midnight(day: date) -> datetime:
    """Return when a day begins where the reader is."""
    return datetime.combine(day, time(), timezone.get_current_timezone())


def _day_names(first: date, last: date) -> str:
    """Return how days are named: by the weekday where that is one day only."""
    return "l" if (last - first).days < WEEK else "D j M"


def _shortened(parts: list[Part]) -> str:
    # Idle days one after the other are one part: of seven parts at least three are not idle.
    first, *between, last = [part for part in parts if part.seconds]
    count = sum(len(part.days) for part in between)
    seconds = sum(part.seconds * len(part.days) for part in between)
    text = ngettext(
        "%(length)s on the business day between",
        "%(length)s on the %(n)s business days between",
        count,
    )
    middle = text % {"length": length_words(seconds), "n": count}
    return ", ".join((_on(first, "D j M"), middle, _on(last, "D j M")))


def _on(part: Part, names: str) -> str:
    length = {"length": length_words(part.seconds)}
    words = {1: _("%(length)s %(days)s"), 2: _("%(length)s each %(days)s")}
    text = words.get(len(part.days), _("%(length)s a day %(days)s"))
    return text % {**length, "days": _days_words(part.days, names)}


def _part_words(explained: Explanation, part: Part, names: str) -> str:
    if part.seconds:
        return _on(part, names)
    first, last = part.days[0], part.days[-1]
    whys = _whys(explained, _midnight(first), _midnight(last + timedelta(days=1)))
    weekend = [first.weekday() for first in part.days] == [SATURDAY, SATURDAY + 1]
    if weekend and whys <= {Why.CLOSED}:
        return _("none at the weekend")
    days = {"days": _days_words(part.days, names)}
    if Why.PAUSE in whys:
        return _("none %(days)s, when it stood still") % days
    if whys & {Why.HOLIDAY, Why.EXCEPTION} and len(part.days) == 1:
        return _("none %(days)s, a day off") % days
    return _("none %(days)s") % days


def _whys(explained: Explanation, start: datetime, end: datetime) -> set[Why]:
    found = {s.why for s in explained.stretches if s.from_ < end and s.to > start}
    return found - {Why.OPEN}


def _days_words(days: list[date], names: str) -> str:
    said = {"first": date_format(days[0], names), "last": date_format(days[-1], names)}
    if len(days) == 1:
        return _("on %(first)s") % said
    if len(days) == 2:
        return _("on %(first)s and %(last)s") % said
    return _("from %(first)s to %(last)s") % said


def why_words(explained: Explanation, stretch: Stretch) -> str:
    """Return why a stretch of the way counted, or why it did not."""
    if stretch.drawn_together:
        return _("Business hours, with the nights and days off between them")
    if stretch.why is Why.PAUSE:
        return "; ".join(stand_words(stand) for stand in stretch.stands)
    if stretch.why is Why.OPEN and explained.clock.around_the_clock:
        return _("Around the clock")
    words = {
        Why.OPEN: _("One-off business hours: %(dates)s") if stretch.dates else _("Business hours"),
        Why.CLOSED: _("Outside business hours"),
        Why.HOLIDAY: _("Holiday: %(dates)s"),
        Why.EXCEPTION: _("Closed by an exception: %(dates)s"),
    }[stretch.why]
    return words % {"dates": ", ".join(date_format(day, "j M") for day in stretch.dates)}


def stand_words(stand: Stand) -> str:
    """Return what a case stood still for, as far as the reader may know."""
    if stand.owed:
        facts = {"who": stand.owed, "reason": stand.reason}
        return _("Stood still, waiting for %(who)s: %(reason)s") % facts
    if stand.reason:
        return _("Stood still, waiting for: %(reason)s") % {"reason": stand.reason}
    return _("Stood still, waiting for somebody else")


def shift_words(explained: Explanation) -> list[str]:
    """Return on which days of the way the reader's own clocks are put forward or back, where
    something counted on them: such a day has another length."""
    first = timezone.localtime(explained.clock.begin).date()
    last = timezone.localtime(explained.until).date()
    found = []
    for day in days_between(first, last):
        start, end = _midnight(day), _midnight(day + timedelta(days=1))
        if start.utcoffset() != end.utcoffset() and explained.counted_between(start, end):
            found.append(_shift(day))
    return found


def _shift(day: date) -> str:
    after, before = _midnight(day + timedelta(days=1)).utcoffset(), _midnight(day).utcoffset()
    hours = timedelta(days=1) - ((after or timedelta()) - (before or timedelta()))
    said = {"day": date_format(day, "D j M"), "length": length_words(int(hours.total_seconds()))}
    return _("The clocks change on %(day)s: that day has %(length)s.") % said
