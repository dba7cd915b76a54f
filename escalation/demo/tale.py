"""How the demo's cases are written down: what was logged, and what was done about it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from escalation.demo.moments import Moment


@dataclass(frozen=True, slots=True)
class Step:
    """One verb of a person's. `words` are its further arguments, moments among them; `to` names
    one party, `person` a colleague."""

    verb: str
    who: str
    when: Moment
    words: Mapping[str, Any] = field(default_factory=dict)
    to: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Tale:
    """A case. `answers` are those of the intake form; a `timedelta` is a date that long ago.

    `others` are further parties with their parts. Logged by a partner's person it comes through
    the portal's form.
    """

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


@dataclass(frozen=True, slots=True)
class Duty:
    """What a memo binds a colleague, or a party, to do by a day."""

    what: str
    due: Moment
    who: str = ""
    partner: str = ""


@dataclass(frozen=True, slots=True)
class MemoText:
    """What a memo says: its sections, what each party reads, what is to be done."""

    findings: str
    decision: str
    copies: Mapping[str, str]
    dispute: str
    risk: str = ""
    compensation: str = ""
    outcomes: str = ""
    duties: tuple[Duty, ...] = ()

    @property
    def sections(self) -> dict[str, str]:
        """Return the sections by name."""
        names = ("dispute", "findings", "decision", "risk", "compensation", "outcomes")
        return {name: getattr(self, name) for name in names}


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
    """Return: somebody wrote to one party; or somebody of that party to the vendor."""
    return Step("add_message", who, when, {"body": body, "audience": "party"}, to)


def asked(who: str, when: Moment, to: str, body: str) -> Step:
    """Return: somebody asked one party for something, and waits for its answer."""
    return Step("add_message", who, when, {"body": body, "audience": "party", "asks": True}, to)


def paused(who: str, when: Moment, partner: str, waits_for: str, review: Moment) -> Step:
    """Return: the clocks were stopped until a party sends its evidence."""
    words = {"reason": "evidence", "waits_for": waits_for, "review": review}
    return Step("pause", who, when, words, partner)


def told_all(who: str, when: Moment, body: str) -> Step:
    """Return: somebody wrote to all parties."""
    return Step("add_message", who, when, {"body": body, "audience": "parties"})


def updated(who: str, when: Moment, happened: str, next_step: str, depends_on: str) -> Step:
    """Return: somebody told all parties how the case stands."""
    words = {"happened": happened, "next_step": next_step, "depends_on": depends_on}
    return Step("share_update", who, when, words)


def escalated(who: str, when: Moment, reason: str) -> Step:
    """Return: the holder handed the case up."""
    return Step("escalate", who, when, {"reason": reason})


def overrode(who: str, when: Moment, reason: str) -> Step:
    """Return: somebody whose turn it was not handed the case up, outside the rules."""
    return Step("escalate", who, when, {"reason": reason, "override": True})


def handed_back(who: str, when: Moment, reason: str) -> Step:
    """Return: the holder gave the case back to the level below."""
    return Step("hand_back", who, when, {"reason": reason})


def wants_next_level(who: str, when: Moment, partner: str, reason: str) -> Step:
    """Return: a partner asked for the next level."""
    return Step("request_level", who, when, {"reason": reason}, partner)


def restricted(who: str, when: Moment, reason: str) -> Step:
    """Return: the case was kept to those who answer for it."""
    return Step("restrict", who, when, {"reason": reason})


def let_in(who: str, when: Moment, person: str, until: Moment, reason: str) -> Step:
    """Return: one colleague may see a restricted case until then."""
    return Step("grant_access", who, when, {"until": until, "reason": reason}, person=person)


def wished(
    who: str, when: Moment, to: str, kind: str, amount: str, reason: str, condition: str = ""
) -> Step:
    """Return: somebody asked to concede something to a party, of an amount in euro."""
    words = {"kind": kind, "amount": amount, "reason": reason, "condition": condition}
    return Step("request_concession", who, when, words, to)


def ruled(who: str, when: Moment, verdict: str, reason: str, **offer: str) -> Step:
    """Return: somebody decided what was asked for last. `offer` is a counter's `amount`, and
    `conditions`."""
    return Step("decide_concession", who, when, {"verdict": verdict, "reason": reason, **offer})


def decided(who: str, when: Moment, outcome: str, reason: str) -> Step:
    """Return: the holder decided."""
    return Step("decide", who, when, {"outcome": outcome, "reason": reason})


def drafted(who: str, when: Moment) -> Step:
    """Return: somebody began the case's memo."""
    return Step("draft_memo", who, when)


def corrected(who: str, when: Moment) -> Step:
    """Return: somebody began the successor of the issued memo."""
    return Step("succeed_memo", who, when)


def put_down(who: str, when: Moment, text: MemoText) -> Step:
    """Return: somebody wrote the memo."""
    return Step("edit_memo", who, when, {"text": text})


def review_asked(who: str, when: Moment, of: str) -> Step:
    """Return: a colleague was asked to read the memo before it is issued."""
    return Step("ask_review", who, when, person=of)


def reviewed(who: str, when: Moment, note: str = "") -> Step:
    """Return: the colleague agreed."""
    return Step("review_memo", who, when, {"agree": True, "note": note})


def issued(who: str, when: Moment) -> Step:
    """Return: the holder issued the memo."""
    return Step("issue_memo", who, when)


def read_copy(who: str, when: Moment, partner: str) -> Step:
    """Return: a party's person said that they have read the memo."""
    return Step("acknowledge_memo", who, when, to=partner)


def done(who: str, when: Moment, duty: int, note: str = "") -> Step:
    """Return: the so-many-th of the memo's actions, counted from 1, was done."""
    return Step("complete_action", who, when, {"position": duty, "note": note})


def resolved(who: str, when: Moment, resolution: str = "") -> Step:
    """Return: the holder resolved the case; with a memo it needs no words."""
    return Step("resolve", who, when, {"resolution": resolution})


def closed(who: str, when: Moment) -> Step:
    """Return: the case was filed away."""
    return Step("close", who, when)


def withdrawn(who: str, when: Moment, reason: str) -> Step:
    """Return: the case was withdrawn."""
    return Step("withdraw", who, when, {"reason": reason})
