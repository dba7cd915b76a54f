"""Every verb of a case, with what it needs to be called, and cases in every status."""

import inspect
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from cases import (
    actions,
    confidential,
    editing,
    handover,
    overrides,
    parties,
    pausing,
    reopening,
    requests,
    retiming,
    updates,
)
from cases.models import Case, Override
from ladder.models import Absence
from tenants.models import Membership
from tests.factories import OPENED, World, make_absence

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = OPENED + HOUR
CANARY = "Canary Text"
STATUSES = ("new", "in_progress", "decided", "resolved", "closed", "withdrawn")


MODULES = (
    *(actions, requests, parties, confidential, editing, pausing, reopening, retiming),
    *(handover, overrides, updates),
)
# Verbs about who knows of a case: grants end by the database's clock, which no test moves.
KEEPING = ("restrict", "lift", "grant_access", "revoke_access")
MONTH = timedelta(days=30)
# Whose a verb is, where it is not the holder's.
ACTORS = {"request_level": "anna", "hold": "petra", "reconcile": "petra"}
PAUSING = ("pause", "resume", "keep_waiting")
# Where the table of statuses calls a verb by another name.
NAMES = {
    "add_message": "message",
    "request_level": "request",
    "decline_request": "decline",
    "add_party": "party",
    "grant_access": "grant",
    "revoke_access": "revoke",
    "edit_case": "edit",
    "complete_fields": "complete",
    "change_severity": "severity",
    "share_update": "update",
}


def verbs() -> dict[str, Callable[..., Any]]:
    """Return the verbs of a case: what is public in their modules, takes a case, who acts, when."""
    return {
        name: function
        for module in MODULES
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and not name.startswith("_")
        and inspect.getmodule(inspect.unwrap(function)) is module
        and {"case", "by", "at"} <= set(inspect.signature(function).parameters)
        and name != "check_own"
    }


def facts(world: World, verb: str, text: str = CANARY) -> dict[str, Any]:
    """Return what a verb needs besides who and when; `KeyError` for one nobody described."""
    if verb == "hand_over":
        return {"absence_id": away(world).pk}
    if verb == "reconcile":
        return {"finding": "change", "learned": text, "override_id": outside(world)}
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
        "reopen": {"reason": text},
        "hold": {"until": LATER + 2 * DAY, "reason": text},
        "change_severity": {"severity": "s1", "reason": text},
        "withdraw": {"reason": text},
        "request_level": {"reason": text, "partner_id": world.partners["alpenwerk"].pk},
        "decline_request": {"reason": text, "partner_id": world.partners["alpenwerk"].pk},
        "add_party": {"role": "respondent", "partner_id": world.partners["rheintor"].pk},
        "edit_case": {"changes": {"description": text}},
        "complete_fields": {"answers": {"lead_id": text}},
        "pause": {
            "reason": "evidence",
            "partner_id": world.partners["alpenwerk"].pk,
            "waits_for": text,
            "review_by": LATER + DAY,
        },
        "resume": {},
        "share_update": {"happened": text, "next_step": "Petra looks at the dates."},
        "keep_waiting": {"review_by": LATER + 2 * DAY},
        "restrict": {"reason": text},
        "lift": {"reason": text},
        "grant_access": {
            "reason": text,
            "user_id": world["pavel"].user_id,
            "until": timezone.now() + MONTH,
        },
        "revoke_access": {"reason": text, "user_id": world["pavel"].user_id},
    }
    return known[verb]


def outside(world: World) -> UUID:
    """Return an act of Tom's outside the rules, on his level of the case that was logged last."""
    case = Case.objects.order_by("-id")[0]
    found = Override.objects.filter(case=case).first() or Override.objects.create(
        tenant=world.tenant,
        case=case,
        cycle=1,
        position=1,
        act="hold",
        rules=["above"],
        event_id=uuid4(),
        by=world["tom"].user,
        at=OPENED,
    )
    return found.pk


def away(world: World) -> Absence:
    """Return that Tom is away, always, and Petra stands in."""
    found = Absence.objects.filter(person=world["tom"].user).first()
    return found or make_absence(world, "tom", "petra")


def own_words(world: World, verb: str, who: Membership | None) -> dict[str, Any]:
    """Return what a partner's contact says otherwise: it writes in its own name, to the vendor."""
    if verb != "add_message" or who is None or who.role != "partner":
        return {}
    return {"audience": "party", "partner_id": world.partners["alpenwerk"].pk}


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
    at = timezone.now() if verb in KEEPING else at
    said = facts(world, verb) | own_words(world, verb, who) | others
    return verbs()[verb](case, by=who, at=at, **said)


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
    begins = {"revise": "decided", "close": "resolved", "reopen": "closed"}
    begins |= dict.fromkeys(PAUSING, "in_progress")
    status = begins.get(verb, "new")
    case = case_in(world, status)
    if verb == "hand_over":
        away(world)
    if verb == "hand_back":
        do(world, "escalate", case, at=OPENED)
        return Case.objects.get(pk=case.pk), "petra"
    before: dict[str, tuple[tuple[str, str], ...]] = {
        "decline_request": (("request_level", "anna"),),
        "resume": (("pause", "tom"),),
        "keep_waiting": (("pause", "tom"),),
        "lift": (("restrict", "tom"),),
        "grant_access": (("restrict", "tom"),),
        "revoke_access": (("restrict", "tom"), ("grant_access", "tom")),
    }
    if verb == "reconcile":
        outside(world)
    for first, who in before.get(verb, ()):
        do(world, first, case, by=who, at=OPENED)
    return Case.objects.get(pk=case.pk), ACTORS.get(verb, "tom")


def paused(world: World, case: Case, by: str = "tom") -> Case:
    """Pause a case for a day: its customer's board has to meet."""
    return pausing.pause(
        case,
        by=world[by],
        at=LATER,
        reason="customer",
        waits_for="Their board meets.",
        review_by=LATER + DAY,
    )
