"""Which verb is allowed in which status: the whole table, and the verbs against real rows."""

import pytest

from cases.models import Case, Status
from cases.transitions import ALLOWED, OPEN, allowed_in
from tenants.errors import NotNow
from tests.cases.verbs import ACTORS, KEEPING, NAMES, PAUSING, STATUSES, case_in, do, verbs
from tests.factories import World

O = ("new", "in_progress", "decided")  # noqa: E741 - the open ones, for a table that can be read
TABLE = {
    "acknowledge": O,
    "add_message": (*O, "resolved", "closed"),
    "escalate": ("new", "in_progress"),
    "hand_back": ("new", "in_progress"),
    "reassign": O,
    "decide": ("new", "in_progress"),
    "revise": ("decided",),
    "resolve": O,
    "close": ("resolved",),
    "reopen": ("resolved", "closed"),
    "change_severity": O,
    "share_update": O,
    "hold": ("new", "in_progress"),
    "withdraw": O,
    "request_level": ("new", "in_progress"),
    "decline_request": O,
    "add_party": O,
    "edit_case": O,
    "complete_fields": O,
    **dict.fromkeys(PAUSING, ("in_progress", "decided")),
    "hand_over": (*O, "resolved", "closed"),
    **dict.fromkeys((*KEEPING, "reconcile"), tuple(STATUSES)),
}
# What is also asked once the status allows it, and refused here with a reason of its own.
OWN_CONDITION = {
    ("acknowledge", "in_progress"): "acknowledged already",
    ("acknowledge", "decided"): "acknowledged already",
    ("hand_back", "new"): "started on this level",
    ("hand_back", "in_progress"): "started on this level",
    ("hand_over", "resolved"): "Nothing in this case can be handed over",
    ("hand_over", "closed"): "Nothing in this case can be handed over",
    **{("decline_request", status): "answered already" for status in O},
    **{(v, s): "is not paused" for v in PAUSING[1:] for s in ("in_progress", "decided")},
    **{("lift", status): "The case is normal" for status in STATUSES},
    **{("grant_access", status): "nothing to grant" for status in STATUSES},
    **{("revoke_access", status): "no such right" for status in STATUSES},
}


def test_the_table_covers_every_verb_and_status() -> None:
    assert set(TABLE) == set(verbs())
    assert {NAMES.get(verb, verb): statuses for verb, statuses in TABLE.items()} == {
        verb: statuses for verb, statuses in ALLOWED.items() if verb != "jump"
    }
    # One way to escalate: whom else it is allowed to, the rights say.
    assert ALLOWED["jump"] == TABLE["escalate"]
    assert set(STATUSES) == set(Status.values)
    assert OPEN == O


@pytest.mark.parametrize("status", STATUSES)
def test_what_a_status_allows(status: str) -> None:
    apart = {*KEEPING, *PAUSING, "add_party", "edit_case", "complete_fields"}
    apart |= {"change_severity", "hold", "hand_over", "reconcile", "share_update"}
    moves = {verb: statuses for verb, statuses in TABLE.items() if verb not in apart}
    named = {NAMES.get(verb, verb) for verb, statuses in moves.items() if status in statuses}
    assert set(allowed_in(status)) == named


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("verb", sorted(TABLE))
def test_a_verb_in_a_status(world: World, verb: str, status: str) -> None:
    case = case_in(world, status)
    before = Case.objects.filter(pk=case.pk).values().get()
    own = OWN_CONDITION.get((verb, status))
    who = ACTORS.get(verb, "tom")
    if status in TABLE[verb] and own is None:
        do(world, verb, case, by=who)
        assert Case.objects.get(pk=case.pk).version == before["version"] + 1
        return
    with pytest.raises(NotNow, match=own or "not possible while the case is") as refused:
        do(world, verb, case, by=who)
    assert Case.objects.filter(pk=case.pk).values().get() == before
    if own is None:
        assert refused.value.status == 409
        theirs = ("message", "request", "withdraw") if who == "anna" else allowed_in(status)
        assert list(refused.value.allowed) == [v for v in allowed_in(status) if v in theirs]
