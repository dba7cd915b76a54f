"""Every kind of clock explained from its rows: what started it, who said how long, what follows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import actions
from cases.explained import clock_for, explain_clock, shown_clock, stands_of
from cases.explaining import Explanation
from cases.explainwords import because
from cases.models import Case, Clock, Pause
from cases.origins import Cause, Giver, Origin, cause_words, giver_words, origin_of
from cases.pausing import keep_waiting, pause, resume
from cases.requests import request_level
from cases.retiming import change_severity, hold
from journal.models import Event
from ladder.models import Level, Programme, Route
from ladder.worktime import Why
from portal.clocks import own_clock
from tests.cases.verbs import CANARY, DAY, HOUR, LATER, do
from tests.factories import BERLIN_HOURS, OPENED, World, make_world
from tests.memos import deals, story
from tests.portal.pages import as_portal

REVIEW = LATER + DAY


@pytest.fixture
def world(db: None) -> World:
    """A vendor around the clock."""
    return make_world()


def taken_up(world: World, **new: Any) -> Case:
    """Return a case that was acknowledged when it was opened."""
    return actions.acknowledge(world.case(**new), by=world["tom"], at=OPENED)


def stop(world: World, case: Case, at: datetime = LATER, **others: Any) -> Case:
    """Pause a case for Alpenwerk's evidence."""
    facts: dict[str, Any] = {
        "reason": "evidence",
        "partner_id": world.partners["alpenwerk"].pk,
        "waits_for": CANARY,
        "review_by": max(REVIEW, at + HOUR),
    }
    return pause(case, by=world["tom"], at=at, **facts | others)


@dataclass(frozen=True)
class Found:
    """A clock with its origin and explanation."""

    clock: Clock
    origin: Origin
    explained: Explanation


def latest(kind: str, at: datetime = LATER, **named: Any) -> Found:
    """Return the latest clock of a kind, explained."""
    clock = Clock.objects.filter(kind=kind, **named).order_by("-anchor", "-id").first()
    assert clock is not None
    case = Case.objects.select_related("ladder", "level", "owner", "route").get(pk=clock.case_id)
    clock = clock_for(case, clock.pk)
    return Found(clock, origin_of(case, clock), explain_clock(case, clock, at))


def source(found: Found) -> tuple[str, str, str]:
    """Return what started a clock, who said how long, and whom it asks."""
    owner = found.origin.owner
    return found.origin.cause.value, found.origin.giver.value, owner.name if owner else ""


def opened(world: World, kind: str) -> Found:
    """Return a clock of a case that was just opened."""
    world.case()
    return latest(kind)


def escalated(world: World) -> Found:
    """Return the response of the level a case was handed up to."""
    actions.escalate(world.case(), by=world["tom"], at=LATER, reason="Above me.")
    return latest("response")


def handed_back(world: World) -> Found:
    """Return the response of the level a case was handed back to."""
    case = actions.escalate(world.case(), by=world["tom"], at=OPENED, reason="Above me.")
    actions.hand_back(case, by=world["petra"], at=LATER, reason="No.")
    return latest("response")


def reassigned(world: World) -> Found:
    """Return the decision of a case that was given to a colleague: its clocks run on."""
    do(world, "reassign", world.case())
    return latest("decision")


def revised(world: World) -> Found:
    """Return the decision that was taken up again."""
    case = actions.decide(
        taken_up(world), by=world["tom"], at=OPENED, outcome="upheld", reason="Yes."
    )
    actions.revise(case, by=world["tom"], at=LATER, reason="No.")
    return latest("decision")


def requested(world: World) -> Found:
    """Return the clock of a partner's request."""
    partner = world.partners["alpenwerk"].pk
    request_level(world.case(), by=world["anna"], at=LATER, partner_id=partner, reason="Slow.")
    return latest("request")


def closing(world: World) -> Found:
    """Return the clock that closes a resolved case."""
    actions.resolve(world.case(), by=world["tom"], at=LATER, resolution="Done.")
    return latest("closing")


def paused(world: World) -> Found:
    """Return the clock by which somebody looks at a pause again."""
    stop(world, taken_up(world))
    return latest("pause")


def kept(world: World) -> Found:
    """Return the clock of a pause that still had its reason."""
    case = stop(world, taken_up(world))
    keep_waiting(case, by=world["tom"], at=LATER + HOUR, review_by=REVIEW + DAY)
    return latest("pause", LATER + 2 * HOUR)


def asked(world: World) -> Found:
    """Return the clock of a concession."""
    deals.empower(world)
    deals.ask(world, world.case(), at=LATER)
    return latest("approval")


def floored(world: World) -> Found:
    """Return a decision that would have been due already under its new window."""
    Programme.objects.update(floor_window="PT30M")
    case = taken_up(world)
    Route.objects.update(position=2)
    Route.objects.create(
        tenant=world.tenant,
        position=1,
        severity="s2",
        ladder_id=case.ladder_id,
        windows={"steps": [{"decision": "PT1H"}]},
    )
    change_severity(case, by=world["tom"], at=LATER, severity="s2", reason="More is at stake.")
    return latest("decision")


def held(world: World) -> Found:
    """Return a decision to which the level above has given time."""
    until = OPENED + 20 * HOUR
    hold(taken_up(world), by=world["petra"], at=LATER, until=until, reason="Counsel reads.")
    return latest("decision")


def acted(world: World) -> Found:
    """Return the clock of what a memo binds somebody to do."""
    story.in_state(world, "issued")
    return latest("action")


KINDS: dict[str, tuple[Callable[[World], Found], tuple[str, str, str]]] = {
    "response": (lambda w: opened(w, "response"), ("opened", "level", "Tom")),
    "decision": (lambda w: opened(w, "decision"), ("opened", "level", "Tom")),
    "total": (lambda w: opened(w, "total"), ("opened", "ladder", "Tom")),
    "handed up": (escalated, ("escalated", "level", "Petra")),
    "handed back": (handed_back, ("handed_back", "level", "Tom")),
    "given to a colleague": (reassigned, ("opened", "level", "Petra")),
    "taken up again": (revised, ("revised", "level", "Tom")),
    "request": (requested, ("requested", "product", "Tom")),
    "closing": (closing, ("resolved", "programme", "")),
    "pause": (paused, ("paused", "person", "Tom")),
    "pause kept": (kept, ("looked_again", "person", "Tom")),
    "concession": (asked, ("asked", "level", "Petra")),
    "floor": (floored, ("opened", "floor", "Tom")),
    "held": (held, ("opened", "held", "Tom")),
    "action": (acted, ("issued", "memo", "Tom")),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_says_where_it_comes_from_and_follows(world: World, name: str) -> None:
    make, expected = KINDS[name]
    with world.scope():
        found = make(world)
        assert source(found) == expected
        assert found.explained.agrees
        assert found.explained.due_at == found.clock.due_at
        assert sum(s.counted_seconds for s in found.explained.stretches) == (
            found.explained.target_seconds
        )
        case = Case.objects.select_related("ladder", "route").get(pk=found.clock.case_id)
        assert giver_words(found.origin, case)


def test_every_cause_and_every_giver_has_its_words(world: World) -> None:
    assert len({cause_words(cause) for cause in Cause}) == len(Cause)
    with world.scope():
        case = world.case()
        level = world.levels[0]
        words = {
            giver: giver_words(Origin(Cause.OPENED, giver, level=level, ordinary="PT4H"), case)
            for giver in Giver
        }
    assert len(set(words.values())) == len(Giver)
    assert words[Giver.LEVEL] == "level 1, Level 1"
    assert words[Giver.ROUTE] == "line 1 of the matrix, instead of the 4 h of Level 1"


def test_a_route_that_says_the_same_as_the_level_is_named_alone(world: World) -> None:
    with world.scope():
        Route.objects.update(windows={"steps": [{"response": "PT4H"}]})
        case = world.case()
        assert giver_words(latest("response").origin, case) == "line 1 of the matrix"


def test_the_route_overrides_step_by_step_and_says_instead_of_what(world: World) -> None:
    steps = [{"response": "PT1H"}, {"decision": "P2D"}]
    with world.scope():
        Route.objects.update(windows={"total": "PT90H", "steps": steps})
        case = world.case()
        found = {kind: latest(kind).origin for kind in ("response", "decision", "total")}
        assert {kind: (o.giver.value, o.ordinary) for kind, o in found.items()} == {
            "response": ("route", "PT4H"),
            "decision": ("level", ""),
            "total": ("route", ""),
        }
        assert giver_words(found["total"], case) == "line 1 of the matrix, for the whole case"
        assert giver_words(found["response"], case).endswith("instead of the 4 h of Level 1")
        actions.escalate(case, by=world["tom"], at=LATER, reason="Above me.")
        found = {kind: latest(kind).origin for kind in ("response", "decision")}
        assert {kind: (o.giver.value, o.ordinary) for kind, o in found.items()} == {
            "response": ("level", ""),
            "decision": ("route", "PT16H"),
        }


def test_what_the_rules_say_no_more_is_as_they_stood_then(world: World) -> None:
    with world.scope():
        world.case()
        Level.objects.update(response_window="PT9H", decision_window="PT99H")
        assert world.ladder is not None
        type(world.ladder).objects.update(total_window="PT999H")
        givers = {kind: latest(kind).origin.giver for kind in ("response", "decision", "total")}
        assert set(givers.values()) == {Giver.EARLIER}
        assert latest("decision").explained.agrees


def test_what_runs_since_the_case_was_opened_again(world: World) -> None:
    with world.scope():
        case = world.case()
        Case.objects.update(opened_at=OPENED - DAY)
        for kind in ("total", "response"):
            assert latest(kind).origin.cause == Cause.REOPENED
        total = Clock.objects.get(kind="total")
    with as_portal(world):
        own = own_clock(world.partners["alpenwerk"].pk, case.pk, total.pk, LATER)
        assert own is not None
        assert own.cause == Cause.REOPENED


def test_business_days_are_named_as_such(db: None) -> None:
    world = make_world(decision="P2D", rules=BERLIN_HOURS)
    with world.scope():
        world.case()
        found = latest("decision").explained
    with timezone.override("Europe/Berlin"):
        assert because(found) == (
            "Due Fri 27 Nov 17:00 because 2 business days from Wed 25 Nov 10:00 end then, which is"
            " 23 h of business time: 7 h on Wednesday, 8 h each on Thursday and Friday."
        )


def test_a_pause_is_named_with_who_owes_what_and_counts_as_nothing(db: None) -> None:
    world = make_world(decision="P2D", rules=BERLIN_HOURS)
    with world.scope():
        # From Wednesday at four to Friday at eleven in Berlin.
        case = stop(world, taken_up(world), at=OPENED + 6 * HOUR, review_by=OPENED + 3 * DAY)
        still = latest("decision", OPENED + 7 * HOUR).explained
        assert (still.due_at, still.counted_seconds, still.left_seconds) == (
            None,
            6 * 3600,
            17 * 3600,
        )
        resume(case, by=world["tom"], at=OPENED + 2 * DAY + HOUR)
        found = latest("decision", OPENED + 3 * DAY).explained
        assert (found.agrees, found.due_at) == (True, OPENED + 6 * DAY + 2 * HOUR)
        [kept] = found.clock.stops()
        assert (kept.reason, kept.owed, kept.text, kept.by, kept.end_reason) == (
            "Evidence from a party",
            "Alpenwerk",
            CANARY,
            "Tom",
            "Taken up again",
        )
        [paused_step] = [s for s in found.stretches if s.why is Why.PAUSE]
        assert (paused_step.from_, paused_step.to) == (kept.started_at, kept.ended_at)
        assert paused_step.counted_seconds == 0
        # The first answer was owed whatever the case waited for.
        assert stands_of(case, latest("response").clock) == []


def test_several_pauses_and_one_that_lasts(world: World) -> None:
    with world.scope():
        case = stop(world, taken_up(world))
        case = resume(case, by=world["tom"], at=LATER + HOUR)
        case = stop(world, case, at=LATER + 3 * HOUR)
        found = latest("total", LATER + 5 * HOUR).explained
        assert [s.why.value for s in found.stretches] == ["open", "pause", "open", "pause"]
        assert (found.counted_seconds, found.agrees) == (3 * 3600, True)
        case = resume(case, by=world["tom"], at=LATER + 6 * HOUR)
        assert latest("total", LATER + 7 * HOUR).explained.agrees
        assert latest("decision", LATER + 7 * HOUR).explained.agrees


def test_a_pause_of_an_import_is_known_from_its_story(world: World) -> None:
    with world.scope():
        case = world.case()
        for hours, kind in ((2, "case.paused"), (5, "case.resumed"), (6, "case.resumed")):
            Event.objects.create(
                tenant=world.tenant,
                kind=kind,
                at=OPENED + hours * HOUR,
                case_id=case.pk,
                facts={"reason": "user_info"},
            )
        Case.objects.update(source="import")
        clock = Clock.objects.get(kind="decision")
        clock.due_at += 3 * HOUR
        clock.state, clock.met_at = "met", OPENED + 18 * HOUR
        clock.next_fire_at = None
        clock.save()
        found = latest("decision", OPENED + DAY).explained
        assert found.agrees
        assert [(s.reason, s.started_at, s.ended_at) for s in found.clock.stops()] == [
            ("user info", OPENED + 2 * HOUR, OPENED + 5 * HOUR)
        ]


def test_a_clock_of_another_case_is_as_one_that_nobody_has(world: World) -> None:
    with world.scope():
        case, other = world.case(), world.case()
        clock = Clock.objects.filter(case=other).first()
        assert clock is not None
        for clock_id in (clock.pk, uuid4()):
            with pytest.raises(Http404):
                clock_for(case, clock_id)


def test_the_clock_that_a_case_shows_is_found(world: World) -> None:
    with world.scope():
        case = world.case()
        shown = shown_clock(case)
        assert shown is not None
        assert (shown.kind, shown.due_at) == ("response", case.due_at)
        case = stop(world, actions.acknowledge(case, by=world["tom"], at=OPENED))
        shown = shown_clock(case)
        assert shown is not None
        assert (shown.kind, shown.due_at) == ("pause", REVIEW)
        case = actions.withdraw(case, by=world["tom"], at=LATER, reason="No.")
        assert shown_clock(case) is None


def test_as_many_queries_for_many_pauses_as_for_one(world: World) -> None:
    with world.scope():
        case = resume(stop(world, taken_up(world)), by=world["tom"], at=LATER + HOUR)
        counts = []
        for n in (2, 4, 6):
            case = stop(world, case, at=LATER + n * HOUR)
            case = resume(case, by=world["tom"], at=LATER + (n + 1) * HOUR)
            clock = Clock.objects.get(kind="decision")
            with CaptureQueriesContext(
                connection,
            ) as captured:
                clock = clock_for(case, clock.pk)
                origin_of(case, clock)
                explain_clock(case, clock, LATER + DAY)
            counts.append(len(captured))
        assert Pause.objects.count() == 4
        assert len(set(counts)) == 1
