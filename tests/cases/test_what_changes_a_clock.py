"""What `docs/clocks.md` says of each act, done to a case on which every clock of the table runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cases import actions
from cases.models import Case, Clock
from cases.pausing import pause, resume
from cases.reopening import reopen
from cases.retiming import change_severity, hold
from cases.sweep import sweep
from cases.updates import share_update
from journal.models import Notice
from ladder.models import Level, Route
from tests.cases.verbs import DAY, HOUR
from tests.factories import OPENED, World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
DOCS = Path(__file__).parents[2] / "docs" / "clocks.md"
KINDS = ("response", "decision", "total", "review", "update")
AT = OPENED + 17 * HOUR
WHY: dict[str, Any] = {"at": AT + HOUR, "reason": "It is time."}
Act = Callable[[World, Case], object]


def rows() -> dict[str, tuple[dict[str, str], str]]:
    """Return the table: by act what becomes of each clock, and what partners are told."""
    part = DOCS.read_text().split("## What changes a clock")[1]
    lines = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("|")]
    return {
        act: (dict(zip(KINDS, effects, strict=True)), told)
        for act, _who, *effects, told in lines[2:]
    }


def stop(world: World, case: Case) -> Case:
    """Pause a case for something that no party owes."""
    return pause(
        case,
        by=world["petra"],
        at=AT,
        reason="customer",
        waits_for="Their board meets.",
        review_by=AT + DAY,
    )


def decided(world: World, case: Case) -> Case:
    """Decide a case."""
    return actions.decide(case, by=world["petra"], outcome="partly", **WHY)


def resolved(world: World, case: Case) -> Case:
    """Resolve a case."""
    return actions.resolve(case, by=world["petra"], at=WHY["at"], resolution="Done.")


def climb(world: World, case: Case) -> None:
    """Let the response be missed."""
    sweep(lambda: OPENED + 20 * HOUR)


# What goes before, where something has to, and the act.
ACTS: dict[str, tuple[Act | None, Act]] = {
    "Acknowledge": (None, lambda w, c: actions.acknowledge(c, by=w["petra"], at=AT)),
    "Change the severity": (
        None,
        lambda w, c: change_severity(c, by=w["petra"], severity="s1", **WHY),
    ),
    "Hold the window": (
        None,
        lambda w, c: hold(c, by=w["marianne"], until=AT + 2 * DAY, **WHY),
    ),
    "Pause": (None, stop),
    "Go on": (stop, lambda w, c: resume(c, by=w["petra"], at=AT + HOUR)),
    "Escalate": (None, lambda w, c: actions.escalate(c, by=w["petra"], **WHY)),
    "Climb by the clock": (None, climb),
    "Hand back, send back": (None, lambda w, c: actions.hand_back(c, by=w["petra"], **WHY)),
    "Give to a colleague": (
        None,
        lambda w, c: actions.reassign(c, by=w["petra"], to_user_id=w["marianne"].user_id, **WHY),
    ),
    "Share an update": (
        None,
        lambda w, c: share_update(
            c, by=w["petra"], at=AT + HOUR, happened="We met.", next_step="We meet again."
        ),
    ),
    "Decide": (None, decided),
    "Revise the decision": (decided, lambda w, c: actions.revise(c, by=w["petra"], **WHY)),
    "Resolve": (None, resolved),
    "Withdraw": (None, lambda w, c: actions.withdraw(c, by=w["petra"], **WHY)),
    "Reopen": (resolved, lambda w, c: reopen(c, by=w["petra"], **WHY)),
}


@pytest.fixture
def world(transactional_db: None) -> World:
    """A vendor whose levels may send back, with shorter windows for what is most severe."""
    made = make_world()
    with made.scope():
        Level.objects.update(veto_window="PT6H")
        step = {"response": "PT3H", "decision": "PT12H"}
        windows = {"steps": [step, step, step], "total": "PT50H"}
        assert made.ladder is not None
        Route.objects.update(position=2)
        Route.objects.create(
            tenant=made.tenant, position=1, severity="s1", ladder=made.ladder, windows=windows
        )
    return made


def climbed(world: World) -> Case:
    """Return a case that the clock has handed up, of which an update was shared."""
    with world.scope():
        actions.acknowledge(world.case(), by=world["tom"], at=OPENED)
    sweep(lambda: OPENED + 16 * HOUR)
    with world.scope():
        said: dict[str, Any] = {"happened": "We look.", "next_step": "We say what we found."}
        return share_update(Case.objects.get(), by=world["petra"], at=OPENED + 16 * HOUR, **said)


def live() -> dict[str, Clock]:
    """Return the clock of each kind that runs or stands still."""
    clocks = Clock.objects.filter(kind__in=KINDS, state__in=("running", "paused"))
    return {clock.kind: clock for clock in clocks}


def effect(before: Clock | None, after: Clock | None) -> str:
    """Return in the table's words what became of a clock."""
    began = after is not None and (before is None or after.pk != before.pk)
    if before is None:
        return "anew" if began else "none"
    now = Clock.objects.get(pk=before.pk)
    if now.met_at:
        return "met, anew" if began else "met"
    if began:
        return "anew"
    if now.state in ("ended", "paused"):
        return "ends" if now.state == "ended" else "stands still"
    if now.window != before.window and now.due_at < before.due_at:
        return "new target"
    return "later" if now.due_at > before.due_at else "runs on"


def test_the_table_names_what_is_tried_here() -> None:
    assert list(rows()) == list(ACTS)


@pytest.mark.parametrize("act", ACTS)
def test_each_act_does_to_time_what_users_read(world: World, act: str) -> None:
    case, (ahead, verb) = climbed(world), ACTS[act]
    with world.scope():
        if ahead is not None:
            ahead(world, case)
        before, heard = live(), notices(world)
        case = Case.objects.get()
    if act == "Climb by the clock":
        verb(world, case)
    else:
        with world.scope():
            verb(world, case)
    says, told = rows()[act]
    with world.scope():
        after = live()
        found = {kind: effect(before.get(kind), after.get(kind)) for kind in KINDS}
        assert found == {kind: text.removesuffix(", the first time") for kind, text in says.items()}
        assert (notices(world) > heard) != told.startswith("nothing")


def notices(world: World) -> int:
    """Return how much a partner was told."""
    return Notice.objects.filter(user_id=world["anna"].user_id, channel="bell").count()
