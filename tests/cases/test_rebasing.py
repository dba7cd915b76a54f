"""Clocks that run are put on the rules of today: previewed, approved by another, logged."""

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cases import actions
from cases.models import Case, Clock, Message, Rebase
from cases.pausing import resume
from cases.rebaselook import Look, tally
from cases.rebaseplan import Scope
from cases.rebasing import approve_rebase, ask_rebase, is_stale, turn_down_rebase
from cases.repair import differences
from cases.requests import request_level
from cases.retiming import hold
from cases.today import rules_of_today
from journal.models import Event, Notice
from ladder.models import Ladder, Level, Programme, Route
from tenants.errors import Invalid, NotAllowed, NotNow
from tests.cases.rebases import (
    WHY,
    WORD,
    approved,
    asked,
    of_calendar,
    of_ladder,
    publish,
    two_admins,
)
from tests.cases.verbs import DAY, HOUR, LATER, paused
from tests.factories import BERLIN_HOURS, OPENED, World

pytestmark = pytest.mark.django_db
# 25 November 2026 is a Wednesday; Berlin works from 8:00 to 16:00 in UTC.
THURSDAY_OFF = {**BERLIN_HOURS, "holidays": ["2026-11-26"]}


@pytest.fixture
def world(db: None) -> World:
    """A vendor with working hours, and two admins."""
    return two_admins(rules=BERLIN_HOURS)


@pytest.fixture
def always(db: None) -> World:
    """A vendor around the clock, with two admins."""
    return two_admins()


def clock(kind: str, case: Case | None = None) -> Clock:
    """Return the latest clock of a kind."""
    found = Clock.objects.filter(kind=kind, **({"case": case} if case else {}))
    return found.latest("anchor", "id")


def due(*kinds: str) -> list[datetime]:
    """Return when the latest clocks of these kinds are due."""
    return [clock(kind).due_at for kind in kinds]


def test_a_calendars_clocks_take_its_newest_hours_and_keep_anchor_and_windows(
    world: World,
) -> None:
    with world.scope():
        case = world.case()
        before = {c.kind: (c.anchor, c.window, c.target_seconds) for c in Clock.objects.all()}
        assert due("response", "decision") == [OPENED + 4 * HOUR, OPENED + 2 * DAY]
        newest = publish(world, THURSDAY_OFF)
        assert due("decision") == [OPENED + 2 * DAY], "a change of rules touches nothing"
        rebase = approved(world, of_calendar(world))
        assert due("response", "decision") == [OPENED + 4 * HOUR, OPENED + 5 * DAY]
        after = {c.kind: (c.anchor, c.window, c.target_seconds) for c in Clock.objects.all()}
        assert after == before
        assert set(Clock.objects.values_list("calendar_version_id", "rebased_at")) == {
            (newest.pk, LATER)
        }
        case.refresh_from_db()
        assert (case.calendar_version_id, case.due_at) == (newest.pk, OPENED + 4 * HOUR)
        rebase.refresh_from_db()
        assert (rebase.changed, rebase.done_at, rebase.stopped) == (1, LATER, False)
        assert list(differences()) == []


def test_a_ladders_clocks_take_the_windows_of_today_total_too(always: World) -> None:
    with always.scope():
        always.case()
        Level.objects.update(response_window="PT2H", decision_window="PT30H")
        Ladder.objects.update(total_window="PT120H")
        approved(always, of_ladder(always))
        assert due("response", "decision", "total") == [
            OPENED + 2 * HOUR,
            OPENED + 30 * HOUR,
            OPENED + 120 * HOUR,
        ]
        assert list(differences()) == []


def test_the_matrix_of_today_counts_for_a_ladder_and_what_it_hands_up_to(always: World) -> None:
    with always.scope():
        case = always.case()
        Route.objects.update(windows={"total": "PT50H", "steps": [{"response": "PT3H"}] * 2})
        approved(always, of_ladder(always))
        assert due("response", "decision", "total") == [
            OPENED + 3 * HOUR,
            OPENED + 16 * HOUR,
            OPENED + 50 * HOUR,
        ]
        actions.escalate(case, by=always["tom"], at=LATER, reason="Above me.")
        assert due("response") == [LATER + 3 * HOUR]


def test_one_case_alone_can_be_meant(always: World) -> None:
    with always.scope():
        one, other = always.case(), always.case()
        Level.objects.update(response_window="PT2H")
        approved(always, Scope(case_id=one.pk))
        assert clock("response", one).due_at == OPENED + 2 * HOUR
        assert clock("response", other).due_at == OPENED + 4 * HOUR


def test_a_rebased_clock_never_falls_due_in_the_past(always: World) -> None:
    with always.scope():
        Programme.objects.update(floor_window="PT30M")
        case = always.case()
        Level.objects.update(response_window="PT1H")
        approved(always, of_ladder(always), at=OPENED + 3 * HOUR)
        assert due("response") == [OPENED + 3 * HOUR + HOUR / 2]
        case.refresh_from_db()
        assert not case.due_missed
        assert list(differences()) == []


def test_what_was_missed_stays_missed(always: World) -> None:
    """Five hours after it was opened the answer is late, noticed or not."""
    with always.scope():
        case = always.case()
        Level.objects.update(response_window="PT8H", decision_window="PT32H")
        approved(always, of_ladder(always), at=OPENED + 5 * HOUR)
        assert due("response", "decision") == [OPENED + 4 * HOUR, OPENED + 32 * HOUR]
        assert clock("response").rebased_at is None
        actions.acknowledge(case, by=always["tom"], at=OPENED + 5 * HOUR)
        assert clock("response").breached_at == OPENED + 4 * HOUR


def test_no_threshold_is_told_twice_after_a_rebase(always: World) -> None:
    with always.scope():
        always.case()
        Clock.objects.filter(kind="response").update(fired=75)
        Level.objects.update(response_window="PT8H")
        approved(always, of_ladder(always), at=OPENED + 3 * HOUR)
        # Ninety percent of eight hours, not fifty.
        assert clock("response").next_fire_at == OPENED + 8 * HOUR * 0.9
        assert clock("response").fired == 75


def test_pauses_stay_and_what_stands_still_goes_on_by_the_rules_of_today(world: World) -> None:
    with world.scope():
        case = actions.acknowledge(world.case(), by=world["tom"], at=OPENED)
        case = paused(world, case)
        publish(world, THURSDAY_OFF)
        approved(world, of_calendar(world), at=LATER + HOUR)
        assert clock("decision").state == "paused"
        assert list(differences()) == []
        # A day of work was left of two; the day of the pause was a holiday.
        resume(case, by=world["tom"], at=LATER + 2 * DAY)
        assert due("decision") == [OPENED + 6 * DAY]


def test_only_what_a_turn_owes_and_the_whole_case_is_touched(world: World) -> None:
    """Clocks about a subject, reminders and pauses keep the rules they started with."""
    with world.scope():
        case = world.case()
        request_level(
            case,
            by=world["anna"],
            at=OPENED,
            partner_id=world.partners["alpenwerk"].pk,
            reason="Too slow.",
        )
        before = Clock.objects.values().get(kind="request")
        publish(world, THURSDAY_OFF)
        Level.objects.update(response_window="PT2H", decision_window="PT30H")
        approved(world, of_calendar(world))
        approved(world, of_ladder(world))
        assert Clock.objects.values().get(kind="request") == before


def test_time_that_a_level_above_gave_is_not_taken_back(always: World) -> None:
    with always.scope():
        case = always.case()
        until = OPENED + 60 * HOUR
        hold(case, by=always["petra"], at=LATER, until=until, reason="Counsel reads.")
        Level.objects.update(response_window="PT2H", decision_window="PT8H")
        Ladder.objects.update(total_window="PT90H")
        approved(always, of_ladder(always))
        assert due("response", "decision", "total") == [until, until, OPENED + 90 * HOUR]
        Level.objects.update(decision_window="PT80H")
        approved(always, of_ladder(always), at=LATER + HOUR)
        assert due("response", "decision") == [until, OPENED + 80 * HOUR], "more is more"


def test_another_admin_answers_once_and_never_who_asked(always: World) -> None:
    with always.scope():
        always.case()
        Level.objects.update(response_window="PT2H")
        for person in ("tom", "petra", "pavel", "ruth", "anna"):
            with pytest.raises(NotAllowed):
                ask_rebase(of_ladder(always), by=always[person], at=LATER, reason=WHY)
        rebase = asked(always, of_ladder(always))
        for person in ("ines", "tom", "pavel", "ruth", "anna"):
            for answer in (approve_rebase, turn_down_rebase):
                with pytest.raises(NotAllowed):
                    answer(rebase, by=always[person], at=LATER, word=WORD)
        with pytest.raises(Invalid):
            approve_rebase(rebase, by=always["olga"], at=LATER, word=" ")
        assert due("response") == [OPENED + 4 * HOUR]
        turn_down_rebase(rebase, by=always["olga"], at=LATER, word="Not now.")
        assert due("response") == [OPENED + 4 * HOUR]
        for answer in (approve_rebase, turn_down_rebase):
            with pytest.raises(NotNow, match="already"):
                answer(rebase, by=always["olga"], at=LATER, word=WORD)


def test_the_database_keeps_it_too(always: World) -> None:
    with always.scope():
        always.case()
        Level.objects.update(response_window="PT2H")
        rebase = asked(always, of_ladder(always))
        own = {"answer": "approved", "word": "W", "answered_at": LATER}
        for wrong, match in (
            ({**own, "answered_by": always["ines"].user}, "answered_by_another"),
            ({"answer": "approved"}, "answered_with_a_word"),
            ({"done_at": LATER}, "only_approved"),
            ({"reason": "Another."}, "not changed"),
            ({"by": always["olga"].user}, "not changed"),
            ({"calendar": always.calendar.calendar}, "of_one_thing"),  # type: ignore[union-attr]
        ):
            with pytest.raises(IntegrityError, match=match), transaction.atomic():
                Rebase.objects.update(**wrong)
        approve_rebase(rebase, by=always["olga"], at=LATER, word=WORD)
        with pytest.raises(IntegrityError, match="answered once"), transaction.atomic():
            Rebase.objects.update(word="Another.")
        with pytest.raises(IntegrityError, match="carried out once"), transaction.atomic():
            Rebase.objects.update(done_at=None)


def test_a_proposal_of_rules_that_changed_again_is_out_of_date(world: World) -> None:
    with world.scope():
        world.case()
        publish(world, THURSDAY_OFF)
        rebase = asked(world, of_calendar(world))
        assert not is_stale(rebase, rules_of_today())
        publish(world, {**THURSDAY_OFF, "holidays": ["2026-11-26", "2026-11-27"]})
        assert is_stale(rebase, rules_of_today())
        with pytest.raises(NotNow, match="The rules have changed since"):
            approve_rebase(rebase, by=world["olga"], at=LATER, word=WORD)
        assert due("decision") == [OPENED + 2 * DAY]
        turn_down_rebase(rebase, by=world["olga"], at=LATER, word="Of earlier rules.")
        approved(world, of_calendar(world))
        assert due("decision") == [OPENED + 6 * DAY]


CHANGES: dict[str, Any] = {
    "a window": lambda: Level.objects.filter(position=2).update(decision_window="PT20H"),
    "the total": lambda: Ladder.objects.update(total_window="PT90H"),
    "the matrix": lambda: Route.objects.update(windows={"total": "PT80H"}),
    "the floor": lambda: Programme.objects.update(floor_window="PT2H"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_may_say_how_long_a_clock_runs_puts_a_proposal_out_of_date(
    always: World, what: str
) -> None:
    with always.scope():
        case = always.case()
        Level.objects.update(response_window="PT2H")
        rebases = [asked(always, scope) for scope in (of_ladder(always), Scope(case_id=case.pk))]
        CHANGES[what]()
        for rebase in rebases:
            assert is_stale(rebase, rules_of_today())


def test_a_matrix_that_is_written_again_in_the_same_words_is_the_same(always: World) -> None:
    with always.scope():
        always.case()
        Level.objects.update(response_window="PT2H")
        rebase = asked(always, of_ladder(always))
        line = Route.objects.get()
        Route.objects.update(retired_at=LATER)
        Route.objects.create(tenant=always.tenant, position=1, ladder=line.ladder)
        assert not is_stale(rebase, rules_of_today())


def test_asking_for_what_changes_nothing_is_refused(always: World) -> None:
    with always.scope():
        case = always.case()
        with pytest.raises(NotNow, match="Nothing would change"):
            asked(always, of_ladder(always))
        for scope in (Scope(), Scope(ladder_id=case.pk), Scope(calendar_id=case.pk)):
            with pytest.raises(Invalid):
                asked(always, scope)
        actions.resolve(case, by=always["tom"], at=LATER, resolution="Done.")
        with pytest.raises(NotNow, match="The case is over"):
            asked(always, Scope(case_id=case.pk))


def test_what_is_true_when_it_is_approved_counts_and_not_what_was_shown(always: World) -> None:
    with always.scope():
        case, answered = always.case(), always.case()
        Level.objects.update(response_window="PT2H", decision_window="PT30H")
        rebase = asked(always, of_ladder(always))
        actions.escalate(case, by=always["tom"], at=LATER, reason="Above me.")
        actions.acknowledge(answered, by=always["tom"], at=LATER)
        met = Clock.objects.values().get(case=answered, kind="response")
        before = Clock.objects.values().get(case=case, assignment__position=2, kind="response")
        approve_rebase(rebase, by=always["olga"], at=LATER + HOUR, word=WORD)
        assert Clock.objects.values().get(case=answered, kind="response") == met
        again = Clock.objects.values().get(pk=before["id"])
        assert again == before, "it began by the rules of today"
        assert clock("decision", answered).due_at == OPENED + 30 * HOUR


def test_each_case_has_one_event_its_owner_is_told_once_and_parties_where_a_time_changed(
    world: World,
) -> None:
    with world.scope():
        moved = world.case()
        publish(world, THURSDAY_OFF)
        rebase = approved(world, of_calendar(world))
        event = Event.objects.get(kind="case.rebased")
        assert (event.case_id, event.by_id, event.audience) == (
            moved.pk,
            world["olga"].user_id,
            "parties",
        )
        assert event.facts["rebase"] == str(rebase.pk)
        told = {one["kind"]: one for one in event.facts["clocks"]}
        assert told["decision"]["due_before"] == (OPENED + 2 * DAY).isoformat()
        assert told["decision"]["due_at"] == (OPENED + 5 * DAY).isoformat()
        assert told["decision"]["calendar_version_before"] == str(world.calendar.pk)  # type: ignore[union-attr]
        bells = Notice.objects.filter(event=event, channel="bell")
        assert sorted(bells.values_list("user__name", flat=True)) == ["Anna", "Tom"]
        assert Message.objects.get(event_id=event.pk).audience == "internal"
        kinds = Event.objects.filter(kind__startswith="rebase.").order_by("id")
        assert list(kinds.values_list("kind", flat=True)) == [
            "rebase.asked",
            "rebase.approved",
            "rebase.done",
        ]
        asked_of = Notice.objects.filter(event__kind="rebase.asked", channel="bell")
        assert list(asked_of.values_list("user__name", flat=True)) == ["Olga"]


def test_parties_hear_nothing_where_no_time_of_theirs_changed(world: World) -> None:
    with world.scope():
        world.case()
        publish(world, {**BERLIN_HOURS, "holidays": ["2027-08-02"]})
        approved(world, of_calendar(world))
        event = Event.objects.get(kind="case.rebased")
        assert event.audience == "internal"
        told = Notice.objects.filter(event=event, channel="bell")
        assert list(told.values_list("user__name", flat=True)) == ["Tom"]


def test_a_clock_that_the_hours_of_today_give_no_time_stays_as_it_is(world: World) -> None:
    with world.scope():
        world.case()
        before = list(Clock.objects.order_by("id").values())
        weekly = {"timezone": "Europe/Berlin", "weekly": {}}
        publish(world, {**weekly, "exceptions": {"2026-11-25": [["09:00", "10:30"]]}})
        rebase = asked(world, of_calendar(world))
        found = tally(Look(Case.objects.all(), of_calendar(world), rules_of_today(), LATER))
        assert (found.clocks, found.stay) == (3, 3)
        approve_rebase(rebase, by=world["olga"], at=LATER, word=WORD)
        assert list(Clock.objects.order_by("id").values()) == before
        assert not Event.objects.filter(kind="case.rebased").exists()
