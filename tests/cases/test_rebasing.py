"""Clocks that run are put on the rules of today: previewed, approved by another, logged."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cases import actions, rebasework
from cases.models import Case, Clock, Message, Rebase
from cases.pausing import pause, resume
from cases.rebaselook import Look, clocks_page, tally
from cases.rebaseplan import Scope
from cases.rebasing import approve_rebase, ask_rebase, is_stale, turn_down_rebase
from cases.repair import differences
from cases.requests import request_level
from cases.retiming import hold
from cases.sweep import sweep
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
    second_admin,
    work,
)
from tests.cases.verbs import DAY, HOUR, LATER
from tests.factories import BERLIN_HOURS, OPENED, ROUND_THE_CLOCK, World, make_world

pytestmark = pytest.mark.django_db
# 25 November 2026 is a Wednesday; Berlin works from 8:00 to 16:00 in UTC.
THURSDAY_OFF = {**BERLIN_HOURS, "holidays": ["2026-11-26"]}


@pytest.fixture
def world(db: None) -> World:
    """A vendor with working hours, and two admins."""
    made = make_world(rules=BERLIN_HOURS)
    with made.scope():
        second_admin(made)
    return made


@pytest.fixture
def always(db: None) -> World:
    """A vendor around the clock, with two admins."""
    made = make_world()
    with made.scope():
        second_admin(made)
    return made


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
        case = pause(
            case,
            by=world["tom"],
            at=LATER,
            reason="customer",
            waits_for="Their board meets.",
            review_by=LATER + DAY,
        )
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
            ({"calendar": always.calendar.calendar}, "not changed"),  # type: ignore[union-attr]
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


@pytest.fixture
def many(always: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """So many cases that a worker carries them out, in parts of two."""
    monkeypatch.setattr(rebasework, "FEW", 1)
    monkeypatch.setattr(rebasework, "AT_ONCE", 2)
    monkeypatch.setattr("cases.rebaselook.AT_ONCE", 2)
    with always.scope():
        for _number in range(5):
            always.case()
        Level.objects.update(response_window="PT2H")
    return always


def test_many_cases_are_a_workers_and_each_is_changed_once(many: World) -> None:
    with many.scope():
        rebase = approved(many, of_ladder(many))
        assert (rebase.done_at, due("response")) == (None, [OPENED + 4 * HOUR])
    assert work(many, rebase)
    with many.scope():
        rebase.refresh_from_db()
        assert (rebase.changed, rebase.done_at, rebase.stopped) == (5, LATER, False)
        assert set(Clock.objects.filter(kind="response").values_list("due_at", flat=True)) == {
            OPENED + 2 * HOUR
        }
        before = list(Clock.objects.order_by("id").values())
    assert work(many, rebase), "it is over"
    with many.scope():
        assert Event.objects.filter(kind="case.rebased").count() == 5
        assert list(Clock.objects.order_by("id").values()) == before
        told = Notice.objects.filter(event__kind="rebase.done", channel="bell")
        assert sorted(told.values_list("user__name", flat=True)) == ["Ines", "Olga"]


class KilledError(Exception):
    """The worker is gone."""


def test_a_worker_that_is_killed_in_between_leaves_nothing_undone_and_nothing_twice(
    many: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with many.scope():
        rebase = approved(many, of_ladder(many))
    done = rebasework.carry_one

    def killed_at_the_fourth(*args: Any) -> None:
        with many.scope():
            if Event.objects.filter(kind="case.rebased").count() == 3:
                raise KilledError
        done(*args)

    with monkeypatch.context() as patched:
        patched.setattr(rebasework, "carry_one", killed_at_the_fourth)
        with pytest.raises(KilledError):
            work(many, rebase)
    assert work(many, rebase), "within its minute somebody else leaves it alone"
    with many.scope():
        assert Event.objects.filter(kind="case.rebased").count() == 3
    assert work(many, rebase, at=LATER + 2 * timedelta(minutes=1))
    with many.scope():
        events = Event.objects.filter(kind="case.rebased")
        assert (events.count(), events.values("case_id").distinct().count()) == (5, 5)
        rebase.refresh_from_db()
        assert (rebase.changed, rebase.stopped) == (5, False)
        assert list(differences()) == []


def test_rules_that_change_on_the_way_stop_it_and_the_others_keep_what_they_have(
    many: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with many.scope():
        rebase = approved(many, of_ladder(many))
    done = rebasework.pass_by

    def changed_after_the_first_part(*args: Any) -> None:
        done(*args)
        Level.objects.update(response_window="PT3H")

    with monkeypatch.context() as patched:
        patched.setattr(rebasework, "pass_by", changed_after_the_first_part)
        assert work(many, rebase)
    with many.scope():
        rebase.refresh_from_db()
        assert (rebase.changed, rebase.stopped) == (2, True)
        assert Event.objects.filter(kind="case.rebased").count() == 2
        told = Notice.objects.filter(event__kind="rebase.stopped", channel="bell")
        assert sorted(told.values_list("user__name", flat=True)) == ["Ines", "Olga"]


def test_a_case_that_cannot_be_carried_out_stops_nobody_else(
    many: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with many.scope():
        rebase = approved(many, of_ladder(many))
        broken = Case.objects.order_by("id").first()
    done = rebasework.apply

    def refuses_one(plan: Any, *args: Any) -> None:
        if plan.case == broken:
            raise KeyError(plan.case.pk)
        done(plan, *args)

    monkeypatch.setattr(rebasework, "apply", refuses_one)
    assert work(many, rebase)
    assert "cannot be put on other rules" in caplog.text
    with many.scope():
        rebase.refresh_from_db()
        assert (rebase.changed, rebase.stopped) == (4, False)


def test_pages_go_there_and_back_and_show_each_clock_once(many: World) -> None:
    with many.scope():
        look = Look(Case.objects.all(), of_ladder(many), rules_of_today(), LATER)
        page, seen, pages = clocks_page(look, None, 2), [], 0
        while True:
            seen += [row.key for row in page.rows]
            pages += 1
            if page.next is None:
                break
            page = clocks_page(look, page.next, 2)
        assert (len(seen), len(set(seen)), seen) == (5, 5, sorted(seen))
        back: list[Any] = [row.key for row in page.rows]
        while page.previous is not None:
            page = clocks_page(look, page.previous, 2)
            back = [row.key for row in page.rows] + back
        assert back == seen


def test_a_preview_looks_at_so_many_cases_and_goes_on_from_there(
    many: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.rebaselook.MOST_LOOKED", 2)
    with many.scope():
        last = Case.objects.order_by("-id")[0]
        Clock.objects.exclude(case=last).filter(kind="response").update(window="PT2H")
        look = Look(Case.objects.all(), of_ladder(many), rules_of_today(), LATER)
        assert tally(look, most=2).more
        found: list[Any] = []
        page = clocks_page(look, None, 50)
        while page.next is not None:
            found += page.rows
            page = clocks_page(look, page.next, 50)
        found += page.rows
        assert [row.case.pk for row in found] == [last.pk]
        while page.previous is not None:
            page = clocks_page(look, page.previous, 50)
        assert page.rows == []


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_what_was_approved_and_nobody_is_at_is_found_again(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[Any] = []
    monkeypatch.setattr(rebasework, "wake", lambda *ids: woken.append(ids))
    monkeypatch.setattr(rebasework, "FEW", 0)
    world = make_world(rules=ROUND_THE_CLOCK)
    with world.scope():
        second_admin(world)
        world.case()
        Level.objects.update(response_window="PT2H")
        rebase = approved(world, of_ladder(world))
    own = [(world.tenant.pk, rebase.pk)]
    assert woken == own, "when the approval has committed"
    assert rebasework.wake_lost(LATER) == 1
    assert woken == own * 2
    assert work(world, rebase)
    assert rebasework.wake_lost(LATER + DAY) == 0
    sweep(lambda: OPENED + 2 * HOUR + timedelta(seconds=1))
    with world.scope():
        assert Case.objects.select_related("level").get().level.position == 2
