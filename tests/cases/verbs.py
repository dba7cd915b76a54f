"""Every verb of a case, with what it needs to be called, and cases in every status."""

import inspect
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from cases import actions
from cases.models import Case
from tenants.models import Membership
from tests.factories import OPENED, World

HOUR = timedelta(hours=1)
LATER = OPENED + HOUR
CANARY = "Canary Text"
STATUSES = ("new", "in_progress", "decided", "resolved", "closed", "withdrawn")


def verbs() -> dict[str, Callable[..., Any]]:
    """Return the verbs of `cases.actions`: what is public there, and takes a case and who acts."""
    return {
        name: function
        for name, function in vars(actions).items()
        if inspect.isfunction(function)
        and not name.startswith("_")
        and inspect.getmodule(inspect.unwrap(function)) is actions
        and {"case", "by", "at"} <= set(inspect.signature(function).parameters)
    }


def facts(world: World, verb: str, text: str = CANARY) -> dict[str, Any]:
    """Return what a verb needs besides who and when; `KeyError` for one nobody described."""
    known: dict[str, dict[str, Any]] = {
        "acknowledge": {},
        "add_message": {"body": text, "audience": "parties"},
        "escalate": {"reason": text},
        "hand_back": {"reason": text},
        "reassign": {"reason": text, "to_user_id": world["petra"].user_id},
        "decide": {"outcome": "upheld", "reason": text},
        "revise": {"reason": text},
        "resolve": {"resolution": text},
        "close": {},
        "withdraw": {"reason": text},
    }
    return known[verb]


def do(
    world: World,
    verb: str,
    case: Case,
    *,
    by: str | Membership | None = "tom",
    at: datetime = LATER,
    **others: Any,
) -> Any:
    """Call a verb as a person of the vendor's, by first name, or as the system."""
    who = world[by] if isinstance(by, str) else by
    return verbs()[verb](case, by=who, at=at, **(facts(world, verb) | others))


def case_in(world: World, status: str, **new: Any) -> Case:
    """Return a case of Tom's in a status, reached by verbs."""
    case = world.case(**new)
    way = {
        "new": (),
        "in_progress": ("acknowledge",),
        "decided": ("acknowledge", "decide"),
        "resolved": ("resolve",),
        "closed": ("resolve", "close"),
        "withdrawn": ("withdraw",),
    }[status]
    for verb in way:
        do(world, verb, case, at=OPENED)
    return Case.objects.get(pk=case.pk)


def ready_for(world: World, verb: str) -> tuple[Case, str]:
    """Return a case on which a verb succeeds, and whose turn it is by first name."""
    status = {"revise": "decided", "close": "resolved"}.get(verb, "new")
    case = case_in(world, status)
    if verb == "hand_back":
        do(world, "escalate", case, at=OPENED)
        return Case.objects.get(pk=case.pk), "petra"
    return case, "tom"
