"""How the demo's cases are written down: what was logged, and what was done about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from escalation.demo.moments import Moment


@dataclass(frozen=True, slots=True)
class Step:
    """One verb of a person's. `words` are its further arguments; `to` names one party."""

    verb: str
    who: str
    when: Moment
    words: Mapping[str, str] = field(default_factory=dict)
    to: str = ""


@dataclass(frozen=True, slots=True)
class Tale:
    """A case. `answers` are those of the intake form; a `timedelta` is a date that long ago."""

    category: str
    partner: str
    by: str
    opened: Moment
    title: str
    description: str
    expected: str
    answers: Mapping[str, Any]
    others: tuple[tuple[str, str], ...] = ()
    steps: tuple[Step, ...] = ()


def ago(days: int) -> timedelta:
    """Return an answer that is a date so many days back."""
    return timedelta(days=days)


def acknowledged(who: str, when: Moment) -> Step:
    """Return: the holder took the case up."""
    return Step("acknowledge", who, when)


def noted(who: str, when: Moment, body: str) -> Step:
    """Return: somebody wrote a note for staff."""
    return Step("add_message", who, when, {"body": body})


def wrote(who: str, when: Moment, to: str, body: str) -> Step:
    """Return: somebody wrote to one party."""
    return Step("add_message", who, when, {"body": body, "audience": "party"}, to)


def told_all(who: str, when: Moment, body: str) -> Step:
    """Return: somebody wrote to all parties."""
    return Step("add_message", who, when, {"body": body, "audience": "parties"})


def escalated(who: str, when: Moment, reason: str) -> Step:
    """Return: the holder handed the case up."""
    return Step("escalate", who, when, {"reason": reason})


def handed_back(who: str, when: Moment, reason: str) -> Step:
    """Return: the holder gave the case back to the level below."""
    return Step("hand_back", who, when, {"reason": reason})


def decided(who: str, when: Moment, outcome: str, reason: str) -> Step:
    """Return: the holder decided."""
    return Step("decide", who, when, {"outcome": outcome, "reason": reason})


def resolved(who: str, when: Moment, resolution: str) -> Step:
    """Return: the holder resolved the case."""
    return Step("resolve", who, when, {"resolution": resolution})


def closed(who: str, when: Moment) -> Step:
    """Return: the case was filed away."""
    return Step("close", who, when)


def withdrawn(who: str, when: Moment, reason: str) -> Step:
    """Return: the case was withdrawn."""
    return Step("withdraw", who, when, {"reason": reason})
