"""How a case is told to a partner: in plain words, without levels and codes."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cases.models import AssignmentEnd, Outcome
from portal.queries import OwnCase, Text, Turn


def status_words(case: OwnCase) -> str:
    """Return how a case stands, a decision with what was decided."""
    words = {
        "new": _("Received"),
        "in_progress": _("Being worked on"),
        "decided": _("Decided"),
        "resolved": _("Resolved"),
        "closed": _("Closed"),
        "withdrawn": _("Withdrawn"),
    }[case.status]
    if case.status == "decided" and case.outcome:
        return f"{words}: {str(Outcome(case.outcome).label).lower()}"
    return words


def holder(case: OwnCase) -> str:
    """Return who has a case."""
    return case.owner_name or _("the vendor")


def owner_words(case: OwnCase) -> str:
    """Return who has an open case; nobody has one that is over."""
    return _("With %(name)s") % {"name": holder(case)} if case.is_open else ""


def next_words(case: OwnCase) -> str:
    """Return what happens next, as the clock that is due next says; a due time belongs after it
    unless that was missed."""
    name = {"name": holder(case)}
    if case.status == "withdrawn":
        return _("This was withdrawn.")
    if not case.is_open:
        return _("Nothing is open between us here.")
    if case.due_missed:
        return missed_words(case.due_kind) % name
    return {
        "response": _("%(name)s answers first, by"),
        "decision": _("%(name)s gives you a decision by"),
        "total": _("%(name)s completes the case by"),
        "pause": paused_words(case),
        # Which party asked for the next person, the others do not learn.
        "request": _("%(name)s answers by"),
    }.get(case.due_kind, _("%(name)s tells you how it goes on.")) % name


def paused_words(case: OwnCase) -> str:
    """Return what is said of a case that stands still; when somebody looks again follows."""
    if case.needs_answer:
        return _("The case waits for your answer: its clocks stand still. %(name)s looks again by")
    return _("The case waits for somebody else: its clocks stand still. %(name)s looks again by")


def missed_words(due_kind: str) -> str:
    """Return what is said once a due time has passed, and who has the case since."""
    # Not "was handed on": from the last one it is handed to nobody else.
    return {
        "response": _("The time for the first answer has passed; the case is with %(name)s now."),
        "decision": _("The time for the decision has passed; the case is with %(name)s now."),
    }.get(due_kind, _("The time has passed; the case is with %(name)s now."))


def text_words(kind: str) -> str:
    """Return what a text is, empty for a plain message."""
    words = {"update": _("Update"), "decision": _("Decision"), "resolution": _("Resolution")}
    return words.get(kind, "")


def author_words(text: Text, *, own: bool, vendor: str, company: str) -> str:
    """Return who wrote a text; `own` where it is the reader."""
    if own:
        return _("You")
    house = {"vendor": vendor, "own": company}.get(text.side)
    if house is None:
        return _("Somebody who is not named here")
    return f"{text.author}, {house}" if text.author else house


def reader_words(text: Text, vendor: str) -> str:
    """Return who else reads a text."""
    if text.audience == "party":
        return _("you and %(vendor)s") % {"vendor": vendor}
    return _("all parties")


Step = dict[str, Any]


def path_of(case: OwnCase, turns: list[Turn]) -> list[Step]:
    """Return the way of a case, step by step: who had it, who has it, what is to come."""
    steps = [_step(_("Opened"), at=case.opened_at)]
    steps += [_turn(turn, case) for turn in turns]
    return steps + _ahead(case)


def _step(title: str, words: str = "", at: datetime | None = None, *, state: str = "was") -> Step:
    return {"title": title, "words": words, "at": at, "state": state}


def _turn(turn: Turn, case: OwnCase) -> Step:
    name = turn.name or _("Nobody yet")
    if turn.until is None and case.is_open:
        return _step(name, _("Has it since"), turn.since, state="now")
    return _step(name, turn_words(turn.end), turn.until)


def turn_words(end: str) -> str:
    """Return how somebody's turn ended; nothing where it just did, as in what was imported."""
    words: dict[str, str] = {
        AssignmentEnd.ESCALATED: _("Handed it to the next person"),
        AssignmentEnd.BREACHED: _("The time passed, so it moved on by itself"),
        AssignmentEnd.HANDED_BACK: _("Gave it back"),
        AssignmentEnd.REASSIGNED: _("Gave it to a colleague"),
        AssignmentEnd.RESOLVED: _("Resolved it"),
        AssignmentEnd.WITHDRAWN: _("Had it until it was withdrawn"),
    }
    return words[end] if end else ""


def _ahead(case: OwnCase) -> list[Step]:
    """Return what is still to come, or how it ended."""
    if case.status == "withdrawn":
        return [_step(_("Withdrawn"), at=case.closed_at)]
    if not case.is_open:
        return [_step(_("Resolved"), at=case.resolved_at or case.closed_at)]
    if case.status == "decided":
        return [_step(_("Completed"), _("Once what was decided is settled"), state="ahead")]
    return [
        _step(_("A decision, in writing"), state="ahead"),
        _step(_("Completed"), state="ahead"),
    ]
