"""How what is possible now is called, where something else was refused: on pages, and by programs.

A verb of a case is called as the tables of `cases` call it; one of a memo or a concession says so:
`memo.issue`.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from cases.access import PARTNERS
from cases.casepage import labels
from tenants.models import Membership, Role

# What a program calls otherwise: the last part of the address it calls.
ADDRESSES = {
    "message": "messages",
    "request": "request-level",
    "decline": "decline-request",
    "severity": "change-severity",
    "update": "updates",
    "party": "parties",
    "jump": "escalate",
    "memo.complete": "done",
    "concession.counter": "decide",
    "concession.deny": "decide",
}


def verb_words() -> dict[str, str]:
    """Return how the vendor's pages call each verb: a case's as its buttons do."""
    return {
        **labels(),
        "message": _("Write a message"),
        "request": _("Ask for the next level"),
        "decline": _("Decline a partner's request"),
        "memo.edit": _("Edit the memo"),
        "memo.ask_review": _("Ask a colleague to review the memo"),
        "memo.review": _("Review the memo"),
        "memo.take_back": _("Take the memo back to draft"),
        "memo.issue": _("Issue the memo"),
        "memo.succeed": _("Correct the memo by a successor"),
        "memo.complete": _("Say that an action is done"),
        "concession.decide": _("Decide the concession"),
        "concession.change": _("Change the request"),
        "concession.accept": _("Accept the counter"),
        "concession.withdraw": _("Take the request back"),
        "concession.counter": _("Offer less"),
        "concession.deny": _("Deny the concession"),
        "rebase.turn_down": _("Turn the proposal down"),
    }


def partners_words() -> dict[str, str]:
    """Return how the portal calls what a partner may do."""
    return {
        "message": _("Write a message"),
        "request": _("Ask for the next person"),
        "withdraw": _("Withdraw the case"),
    }


def words_of(codes: Iterable[str], *, outside: bool) -> list[str]:
    """Return verbs in words; `outside` the vendor those alone that are a partner's."""
    words = partners_words() if outside else verb_words()
    return [words[code] for code in codes if not outside or code in words]


def names_of(codes: Iterable[str], member: Membership | None) -> list[str]:
    """Return verbs as the addresses of the API are called, to a partner those alone that are a
    partner's."""
    outside = member is not None and member.role == Role.PARTNER
    found = (code for code in codes if not outside or code in PARTNERS)
    return list(dict.fromkeys(ADDRESSES.get(code, _last(code)) for code in found))


def _last(code: str) -> str:
    return code.rpartition(".")[2].replace("_", "-")
