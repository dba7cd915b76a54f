"""Tags and filters that only present: icons, instants, time left, form controls."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from django import forms, template
from django.forms.widgets import DateTimeBaseInput
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tenants.models import initials_of

register = template.Library()

SPRITE = "vendor/icons/sprite.svg"
OPEN_STATES = frozenset({"running", "soon", "late"})
UNFINISHED_STATES = OPEN_STATES | {"paused"}
CLOCK_ICONS = {
    "running": "clock",
    "soon": "soon",
    "late": "late",
    "paused": "pause",
    "met": "check",
    "met_late": "check",
    "missed": "late",
    "ended": "ended",
}
MINUTE, HOUR, DAY = 60, 3600, 86400
SECONDS_SHOWN_BELOW = 2 * MINUTE
ACTS_AT_HAND = 2


class Clock(Protocol):
    """What a chip needs of a clock."""

    state: str
    due_at: datetime | None
    ended_at: datetime | None


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw an icon of the sprite. It is decoration: a word must stand beside it."""
    return format_html(
        '<svg class="p-i{}{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        " " if css else "",
        css,
        static(SPRITE),
        name,
    )


@register.simple_tag
def sprite() -> str:
    """Return the sprite's address, for scripts that change an icon."""
    return static(SPRITE)


def unit_letters() -> tuple[str, str, str, str]:
    """Return the translated letters for days, hours, minutes and seconds."""
    return (
        pgettext("unit of time", "d"),
        pgettext("unit of time", "h"),
        pgettext("unit of time", "m"),
        pgettext("unit of time", "s"),
    )


@register.simple_tag
def time_units() -> str:
    """Return the unit letters as one string for the ticking script."""
    return " ".join(unit_letters())


def span_text(seconds: float, *, exact: bool = True) -> str:
    """Say a length in seconds with its two largest units, below two minutes in seconds.

    `exact=False` leaves the seconds out of lengths of two minutes and more, for what is over.
    """
    total = int(abs(seconds))
    day, hour, minute, second = unit_letters()
    if total >= DAY:
        return _pair(total // DAY, day, total % DAY // HOUR, hour)
    if total >= HOUR:
        return _pair(total // HOUR, hour, total % HOUR // MINUTE, minute)
    if total < SECONDS_SHOWN_BELOW:
        return f"{total}{second}"
    if not exact:
        return f"{total // MINUTE}{minute}"
    # Two digits keep the width while it ticks.
    return f"{total // MINUTE}{minute} {total % MINUTE:02d}{second}"


def _pair(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large}{large_unit} {small}{small_unit}" if small else f"{large}{large_unit}"


def left_text(due_at: datetime, now: datetime) -> str:
    """Say the time left on the wall clock, with a minus sign once it has passed."""
    seconds = (due_at - now).total_seconds()
    sign = "\N{MINUS SIGN}" if seconds < 0 else ""
    return sign + span_text(seconds)


def moment_text(at: datetime, now: datetime) -> str:
    """Say an instant with its day, in the active zone: near days by word, far ones by date."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    return f"{_day_text(local, (local.date() - today).days, today.year)} {local:%H:%M}"


def _day_text(local: datetime, days: int, this_year: int) -> str:
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    if days in near:
        return near[days]
    if 1 < days < 7:
        return date_format(local, "D")
    return date_format(local, "D j M" if local.year == this_year else "j M Y")


def page_now(context: Context | Mapping[str, object]) -> datetime:
    """Return the page's instant, so that all of a page speaks of the same one."""
    now = context.get("now")
    return now if isinstance(now, datetime) else timezone.now()


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime | None, shown: str = "day") -> str:
    """Show an instant as a `<time>`, with day, date and zone on hover; nothing for None.

    `shown="time"` leaves the day out where a heading above already names it.
    """
    if at is None:
        return ""
    local = timezone.localtime(at)
    text = f"{local:%H:%M}" if shown == "time" else moment_text(at, page_now(context))
    return _time_element(local, text)


def _time_element(local: datetime, text: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{} {}">{}</time>',
        local.isoformat(timespec="seconds"),
        date_format(local, "D j M Y, H:i"),
        zone_city(timezone.get_current_timezone_name()),
        text,
    )


@register.simple_tag(takes_context=True)
def instant(context: Context, at: datetime | None, exact: bool = False, zoned: bool = False) -> str:
    """Show an instant as a `<time>` with its date, whatever day it is; nothing for None.

    `exact` shows seconds, `zoned` the name of the zone's time, which tells two alike apart on the
    night the clocks are set back.
    """
    if at is None:
        return ""
    local, today = timezone.localtime(at), timezone.localtime(page_now(context))
    day = "D j M" if local.year == today.year else "D j M Y"
    time = " H:i:s" if exact else " H:i"
    return _time_element(local, date_format(local, day + time + (" T" if zoned else "")))


@register.simple_tag(takes_context=True)
def period(context: Context, since: datetime, until: datetime) -> str:
    """Show from when to when, naming the day once if it is the same one."""
    begin, end = timezone.localtime(since), timezone.localtime(until)
    shown = "time" if begin.date() == end.date() else "day"
    pair = {"since": moment(context, since), "until": moment(context, until, shown)}
    return format_html(_("{since} to {until}"), **pair)


@register.simple_tag(takes_context=True)
def clock_figure(context: Context, clock: Clock) -> str:
    """Return the figure of a chip: time left, how early or late it was met, or when it ended."""
    now = page_now(context)
    if clock.state in OPEN_STATES and clock.due_at:
        return left_text(clock.due_at, now)
    if clock.state in {"met", "met_late"}:
        return _met_text(clock)
    if clock.state == "paused":
        return _("paused")
    at = clock.due_at if clock.state == "missed" else clock.ended_at
    return moment_text(at, now) if at else ""


def _met_text(clock: Clock) -> str:
    if not clock.due_at or not clock.ended_at:
        return ""
    early = (clock.due_at - clock.ended_at) / timedelta(seconds=1)
    words = _("%(span)s early") if early >= 0 else _("%(span)s late")
    return words % {"span": span_text(early, exact=False)}


@register.filter
def clock_icon(state: str) -> str:
    """Return the icon of a clock's state."""
    return CLOCK_ICONS[state]


@register.filter
def clock_word(state: str) -> str:
    """Return the word of a clock's state, which an icon alone would leave to the eye."""
    words = {
        "running": _("running"),
        "soon": _("due soon"),
        "late": _("missed, still open"),
        "paused": _("paused"),
        "met": _("Met"),
        "met_late": _("Met"),
        "missed": _("Missed"),
        "ended": _("Ended"),
    }
    return words[state]


@register.filter
def is_ticking(state: str) -> bool:
    """Tell whether a clock in this state still counts."""
    return state in OPEN_STATES


@register.filter
def unfinished(clocks: Iterable[Clock]) -> list[Clock]:
    """Keep the clocks that run or are paused."""
    return [clock for clock in clocks if clock.state in UNFINISHED_STATES]


@register.filter
def finished(clocks: Iterable[Clock]) -> list[Clock]:
    """Keep the clocks that are over."""
    return [clock for clock in clocks if clock.state not in UNFINISHED_STATES]


@register.filter
def at_hand(actions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the actions that get a button of their own: the first few, none that ends a case."""
    return [action for action in actions if not action["danger"]][:ACTS_AT_HAND]


@register.filter
def put_away(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the actions that stand in the menu beside the buttons."""
    shown = at_hand(actions)
    return [action for action in actions if action not in shown]


@register.filter
def iso(at: datetime | None) -> str:
    """Return an instant for a script to read, or nothing."""
    return at.isoformat(timespec="milliseconds") if at else ""


@register.filter
def zone_city(zone: str) -> str:
    """Shorten a zone's name to its place: `America/New_York` becomes `New York`."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


@register.filter
def initials(name: str) -> str:
    """Shorten a person's name to the first letters of its first and last word."""
    return initials_of(name)


@register.filter
def levels(position: int, count: int) -> list[str]:
    """Return each level of a ladder as passed, current or ahead of the position."""
    numbered = range(1, count + 1)
    return [
        "passed" if step < position else "current" if step == position else "ahead"
        for step in numbered
    ]


@register.filter
def ids_under(form: forms.BaseForm, name: str) -> forms.BaseForm:
    """Give a form's controls ids that begin with a name, so several forms share a page."""
    form.auto_id = f"{name}-%s"
    return form


@register.filter
def control(field: forms.BoundField) -> SafeString:
    """Render a field's control with the classes of our style sheet."""
    widget = field.field.widget
    own = str(widget.attrs.get("class", ""))
    attrs: dict[str, str | bool] = {"class": f"{_control_class(widget)} {own}".strip()}
    # Ten rows is Django's default and pushes the button off a phone's screen.
    if isinstance(widget, forms.Textarea) and widget.attrs.get("rows") == "10":
        attrs["rows"] = "4"
    return field.as_widget(attrs=attrs)


def _control_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.Select):
        return "form-select"
    if isinstance(widget, forms.CheckboxInput):
        return "p-check"
    short = isinstance(widget, (forms.NumberInput, DateTimeBaseInput))
    return "form-control p-w12" if short else "form-control"


@register.filter
def is_checkbox(field: forms.BoundField) -> bool:
    """Tell whether a field is a single tick box, whose label stands beside it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_choice_list(field: forms.BoundField) -> bool:
    """Tell whether a field is a list of radio buttons or tick boxes."""
    return isinstance(field.field.widget, forms.RadioSelect)
