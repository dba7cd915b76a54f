"""How a case is told to a partner: in plain words, without levels and codes."""

from django.utils.translation import gettext as _

from cases.models import Outcome
from portal.queries import OwnCase


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
    }.get(case.due_kind, _("%(name)s tells you how it goes on.")) % name


def missed_words(due_kind: str) -> str:
    """Return what is said once a due time has passed, and who has the case since."""
    # Not "was handed on": from the last one it is handed to nobody else.
    return {
        "response": _("The time for the first answer has passed; the case is with %(name)s now."),
        "decision": _("The time for the decision has passed; the case is with %(name)s now."),
    }.get(due_kind, _("The time has passed; the case is with %(name)s now."))


def text_words(kind: str) -> str:
    """Return what a text is, empty for a plain message."""
    return {"decision": _("Decision"), "resolution": _("Resolution")}.get(kind, "")
