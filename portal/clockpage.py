"""A partner's page that says why a clock is due when it is, without levels and codes."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from cases.clockpage import hours_shown, stand_shown, told
from cases.origins import Cause
from portal.clocks import OwnClock, Row
from portal.queries import OwnCase

MOST_OVER = 10


def context_of(case: OwnCase, clock: OwnClock, url: Callable[..., str]) -> dict[str, Any]:
    """Return what the template reads; `url` gives an address of the case."""
    explained = clock.explained
    name = clock.owner_name
    return {
        "case": {"number": case.number, "title": case.title, "url": url("portal-case")},
        "label": label(clock.row["kind"]),
        "why": told(explained),
        "who": who_words(clock.row["kind"], name or _("the vendor")),
        "started_at": None if explained.clock.joined_late else clock.row["anchor"],
        "cause": cause_words(clock.cause, clock.got_by),
        "rebased_at": clock.rebased_at,
        "rules": {
            "around_the_clock": explained.clock.around_the_clock,
            "version": clock.version,
            **hours_shown(explained),
        },
        "stands": [stand_shown(stand) for stand in explained.clock.stops()],
        "others": [other(row, url) for row in first_open(clock.others)],
    }


def first_open(rows: Sequence[Row]) -> list[Row]:
    """Return clocks that still count, what is due next first, then the latest of those over."""
    still = [row for row in rows if row["met_at"] is None and row["ended_at"] is None]
    over = [row for row in reversed(rows) if row not in still]
    return sorted(still, key=lambda row: row["due_at"]) + over[:MOST_OVER]


def label(kind: str) -> str:
    """Return what a clock is about, in a partner's words."""
    return {
        "response": _("The first answer"),
        "decision": _("The decision"),
        "total": _("The whole case"),
        "pause": _("Looking again"),
        "update": _("The next update"),
        "request": _("The answer to your request"),
    }[kind]


def who_words(kind: str, name: str) -> str:
    """Return who does what by then."""
    words = {
        "response": _("%(name)s answers first."),
        "decision": _("%(name)s gives you a decision."),
        "total": _("%(name)s completes the case."),
        "update": _("%(name)s tells you how the case stands."),
        "pause": _("%(name)s looks whether the case still has to wait."),
        "request": _("%(name)s answers whether somebody else takes the case up."),
    }[kind]
    return words % {"name": name}


def cause_words(cause: Cause | None, name: str) -> str:
    """Return what a clock began with."""
    if cause is None:
        return _("when %(name)s got the case") % {"name": name or _("the next person")}
    return {
        Cause.OPENED: _("when the case was opened"),
        Cause.REOPENED: _("when the case was opened again"),
        Cause.REVISED: _("when the decision was taken up again"),
        Cause.REQUESTED: _("when you asked for the next person"),
        Cause.PAUSED: _("when the case was paused"),
        Cause.SHARED: _("when the last update was shared"),
    }.get(cause, _("when somebody looked last, or should have"))


def other(row: Row, url: Callable[..., str]) -> dict[str, Any]:
    """Return another clock of the case: what it is about, and where it explains itself."""
    over = row["met_at"] or row["ended_at"]
    still = row["state"] == "paused"
    return {
        "label": label(row["kind"]),
        "url": url("portal-clock", row["id"]),
        "due_at": None if still else row["due_at"],
        "still": still,
        "over_at": over,
    }
