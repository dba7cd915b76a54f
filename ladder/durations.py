"""Windows as people write them: business time (``PT4H``) or business days (``P2D``)."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_MAX_DAYS = 3650
_MAX_SECONDS = _MAX_DAYS * 86_400
_LONGEST_TEXT = 40

_TIME = re.compile(r"PT(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?")
_DAYS = re.compile(r"P([0-9]+)D")

# Tried in this order, so that the first one that fits names what is wrong.
_REFUSALS = (
    (re.compile(r"[+-].*|P.*-.*"), "A window cannot be negative."),
    (re.compile(r"P.*[.,].*"), "A window has no fractions: write smaller units instead."),
    (re.compile(r"P[^T]*[WMY].*"), "Weeks, months and years are not business time: write days."),
    (re.compile(r"P.*D.*T.*"), "Days and hours cannot be mixed: write P2D or PT16H."),
)
_UNREADABLE = "Write business time like PT4H or PT1H30M, or business days like P2D."


class WindowError(ValueError):
    """A window that cannot be used; ``field`` says where it stood, ``reason`` why, in words."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Window:
    """Either ``seconds`` of business time or a number of business ``days``, the other being 0.

    A business day is a unit of its own, never 8 or 24 hours; only a calendar can turn it
    into seconds. Raises `WindowError` for both, for neither, and beyond ten years.
    """

    seconds: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        if self.seconds < 0 or self.days < 0:
            raise WindowError("window", "A window cannot be negative.")
        if self.seconds and self.days:
            raise WindowError("window", "Days and hours cannot be mixed: write P2D or PT16H.")
        if not self.seconds and not self.days:
            raise WindowError("window", "A window cannot be zero.")
        if self.days > _MAX_DAYS or self.seconds > _MAX_SECONDS:
            raise WindowError("window", "A window cannot be longer than ten years.")

    @property
    def in_days(self) -> bool:
        """Whether this window counts business days."""
        return self.days > 0


def parse_window(text: object, field: str = "window") -> Window:
    """Read an ISO 8601 duration of business time or business days.

    Accepts ``PT4H``, ``PT1H30M``, ``PT5S``, ``P2D``. Mixed, zero, negative and fractional
    ones, weeks, months, years and more than ten years raise `WindowError` with ``field``.
    """
    if not isinstance(text, str):
        raise WindowError(field, "A window is a text like PT4H or P2D.")
    try:
        return _read(text)
    except WindowError as error:
        raise WindowError(field, error.reason) from None


# A vendor has a few windows, and every clock carries one.
@lru_cache(maxsize=1024)
def _read(text: str) -> Window:
    if len(text) > _LONGEST_TEXT:
        raise WindowError("window", _UNREADABLE)
    if days := _DAYS.fullmatch(text):
        return Window(days=int(days[1]))
    if time := _TIME.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in time.groups())
        return Window(seconds=hours * 3600 + minutes * 60 + seconds)
    for pattern, reason in _REFUSALS:
        if pattern.fullmatch(text):
            raise WindowError("window", reason)
    raise WindowError("window", _UNREADABLE)


def _clock_parts(seconds: int) -> tuple[int, int, int]:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return hours, minutes, rest


@lru_cache(maxsize=1024)
def format_window(window: Window) -> str:
    """The canonical ISO 8601 text: ``P2D``, or hours, minutes and seconds without zeros."""
    if window.in_days:
        return f"P{window.days}D"
    named = zip(_clock_parts(window.seconds), "HMS", strict=True)
    return "PT" + "".join(f"{value}{unit}" for value, unit in named if value)


def describe(window: Window) -> str:
    """The window in plain words: ``2 business days``, ``1 h 30 min``, ``5 s``."""
    if window.in_days:
        days = ngettext("%(n)s business day", "%(n)s business days", window.days)
        return days % {"n": window.days}
    named = zip(
        _clock_parts(window.seconds), (_("%(n)s h"), _("%(n)s min"), _("%(n)s s")), strict=True
    )
    return " ".join(words % {"n": value} for value, words in named if value)
