"""A case stands still while somebody else owes something: what stops, what goes on, what ends it.

Who may, in which status, one event, its text: with all other verbs, by enumeration.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from cases import actions, clockwork
from cases.models import Case, Clock, Party, Pause
from cases.pausing import keep_waiting, pause, resume
from cases.requests import request_level
from cases.sweep import sweep
from journal.models import Event, Notice
from partners.models import Contact
from tenants.errors import Invalid, NotNow
from tests.cases.verbs import CANARY, DAY, HOUR, LATER, do
from tests.factories import BERLIN_HOURS, OPENED, World, make_world

# Paused at 11, Wednesday; the first due time is that of the decision, sixteen hours after ten.
REVIEW = LATER + DAY
DUE = OPENED + 16 * HOUR


@pytest.fixture
def world(db: None) -> World:
    """A vendor around the clock."""
    return make_world()


def taken_up(world: World, **new: Any) -> Case:
    """Return a case that was acknowledged when it was opened."""
    case = world.case(**new)
    return actions.acknowledge(case, by=world["tom"], at=OPENED)


def stop(world: World, case: Case, at: datetime = LATER, by: str = "tom", **others: Any) -> Case:
    """Pause a case for Alpenwerk's evidence."""
    facts: dict[str, Any] = {
        "reason": "evidence",
        "partner_id": world.partners["alpenwerk"].pk,
        "waits_for": CANARY,
        "review_by": max(REVIEW, at + HOUR),
    }
    return pause(case, by=world[by], at=at, **facts | others)


def clock(kind: str) -> Clock:
    """Return the latest clock of a kind."""
    found = Clock.objects.filter(kind=kind).order_by("-anchor", "-id").first()
    assert found is not None
    return found


def told_of(kind: str) -> set[str]:
    """Return who was told of an event."""
    found = Notice.objects.filter(event__kind=kind)
    return set(found.values_list("user__name", flat=True))


def test_decision_and_total_stand_still_and_the_review_is_what_is_due(world: World) -> None:
    with world.scope():
        case = stop(world, taken_up(world))
        assert (clock("decision").state, clock("total").state) == ("paused", "paused")
        assert clock("decision").next_fire_at is None
        assert (case.due_kind, case.due_at) == ("pause", REVIEW)
        kept = Pause.objects.get()
        assert (kept.reason, kept.partner_id, kept.review_by, kept.started_at) == (
            "evidence",
            world.partners["alpenwerk"].pk,
            REVIEW,
            LATER,
        )
        assert told_of("case.paused") == {"Anna"}
        assert Party.objects.get(case=case).asked_at == LATER


def test_what_was_used_before_stays_used_and_only_the_pause_is_added(world: World) -> None:
    with world.scope():
        case = stop(world, taken_up(world))
        case = resume(case, by=world["tom"], at=LATER + 5 * HOUR)
        assert (clock("decision").state, clock("decision").due_at) == ("running", DUE + 5 * HOUR)
        assert clock("decision").anchor == OPENED
        assert (case.due_kind, case.due_at) == ("decision", DUE + 5 * HOUR)
        assert not Clock.objects.filter(kind="pause", state="running").exists()
        assert told_of("case.resumed") == {"Anna"}


def test_a_pause_counts_in_the_unit_of_the_target(db: None) -> None:
    """The complaint: a pause measured in other units than the target."""
    world = make_world(decision="P2D", response="PT4H", rules=BERLIN_HOURS)
    with world.scope():
        case = taken_up(world)
        before = clock("decision").due_at
        # From Wednesday at four to Friday at eleven in Berlin: an hour, a day of eight, two hours.
        case = stop(world, case, at=OPENED + 6 * HOUR, review_by=OPENED + 3 * DAY)
        case = resume(case, by=world["tom"], at=OPENED + 2 * DAY + HOUR)
        assert before == OPENED + 2 * DAY + 7 * HOUR
        # Friday at five, plus eleven hours of work: Monday has eight of them, Tuesday three.
        assert clock("decision").due_at == OPENED + 6 * DAY + 2 * HOUR


def test_the_answer_that_is_owed_first_does_not_stand_still(world: World) -> None:
    with world.scope():
        case = taken_up(world)
        case = actions.escalate(case, by=world["tom"], at=OPENED, reason="Above me.")
        case = stop(world, case)
        answer = clock("response")
        assert (answer.state, answer.due_at) == ("running", OPENED + 4 * HOUR)
        # What is due next is shown.
        assert (case.due_kind, case.due_at) == ("response", answer.due_at)
        actions.acknowledge(case, by=world["petra"], at=LATER)
        assert Case.objects.get().due_kind == "pause"
        assert Pause.objects.get().ended_at is None


def test_a_window_that_was_missed_cannot_be_paused(world: World) -> None:
    """A pause never undoes a breach, noticed or not."""
    with world.scope():
        case = taken_up(world)
        with pytest.raises(NotNow, match="was missed"):
            stop(world, case, at=DUE)
        assert not Pause.objects.exists()
        assert clock("decision").state == "running"


@pytest.mark.parametrize("verb", ["decide", "resolve", "withdraw", "escalate"])
def test_whatever_moves_the_case_on_ends_the_pause_first(world: World, verb: str) -> None:
    """The complaint: a pause lost when the target changes or the case goes straight to resolved."""
    with world.scope():
        case = stop(world, taken_up(world))
        do(world, verb, case, at=LATER + 5 * HOUR)
        ended = Pause.objects.get()
        assert (ended.ended_at, ended.end_reason) == (LATER + 5 * HOUR, "moved")
        assert ended.ended_by_id == world["tom"].user_id
        assert clock("total").due_at == OPENED + 100 * HOUR + 5 * HOUR
        assert not Clock.objects.filter(state="paused").exists()
        kinds = Event.objects.order_by("at", "recorded_at", "id").values_list("kind", flat=True)
        assert list(kinds)[-2:] == ["case.resumed", done(verb)]


def done(verb: str) -> str:
    """Return the event of a verb."""
    return {
        "decide": "case.decided",
        "resolve": "case.resolved",
        "withdraw": "case.withdrawn",
        "escalate": "case.escalated",
    }[verb]


def test_handing_back_and_revising_end_it_too(world: World) -> None:
    with world.scope():
        case = taken_up(world)
        case = actions.escalate(case, by=world["tom"], at=OPENED, reason="Above me.")
        case = stop(world, case)
        actions.hand_back(case, by=world["petra"], at=LATER + HOUR, reason="Yours.")
        assert Pause.objects.get().end_reason == "moved"
        case = Case.objects.get()
        do(world, "decide", case, at=LATER + HOUR)
        stop(world, case, at=LATER + 2 * HOUR, review_by=LATER + 3 * HOUR)
        do(world, "revise", case, at=LATER + 3 * HOUR)
        assert not Pause.objects.filter(ended_at=None).exists()


def test_giving_the_case_to_a_colleague_keeps_the_pause(world: World) -> None:
    with world.scope():
        case = stop(world, taken_up(world))
        do(world, "reassign", case, at=LATER + HOUR)
        assert Pause.objects.get().ended_at is None
        assert clock("decision").state == "paused"


def test_a_word_from_the_party_that_owes_it_ends_the_pause(world: World) -> None:
    with world.scope():
        case = stop(world, taken_up(world, others=((world.partners["rheintor"], "respondent"),)))
        own: dict[str, Any] = {"body": "Here.", "audience": "party"}
        actions.add_message(
            case,
            by=world["marc"],
            at=LATER + HOUR,
            partner_id=world.partners["rheintor"].pk,
            **own,
        )
        assert Pause.objects.get().ended_at is None
        actions.add_message(
            case,
            by=world["anna"],
            at=LATER + 2 * HOUR,
            partner_id=world.partners["alpenwerk"].pk,
            **own,
        )
        ended = Pause.objects.get()
        assert (ended.ended_at, ended.end_reason) == (LATER + 2 * HOUR, "answered")
        assert Case.objects.get().due_at == DUE + 2 * HOUR
        assert clock("decision").due_at == DUE + 2 * HOUR


def test_who_answers_for_two_parties_answers_for_the_one_they_name(world: World) -> None:
    """An agency may be the contact of several partners: a word for one is none from the other."""
    with world.scope():
        rheintor, anna = world.partners["rheintor"], world["anna"]
        Contact.objects.create(tenant=world.tenant, partner=rheintor, user=anna.user)
        case = stop(world, taken_up(world, others=((rheintor, "respondent"),)))
        own: dict[str, Any] = {"body": "Here.", "audience": "party", "by": anna}
        actions.add_message(case, at=LATER + HOUR, partner_id=rheintor.pk, **own)
        assert Pause.objects.get().ended_at is None
        alpenwerk = world.partners["alpenwerk"].pk
        actions.add_message(case, at=LATER + 2 * HOUR, partner_id=alpenwerk, **own)
        assert Pause.objects.get().end_reason == "answered"


def test_asking_for_the_next_level_is_a_word_too(world: World) -> None:
    with world.scope():
        case = stop(world, taken_up(world))
        request_level(
            case,
            by=world["anna"],
            at=LATER + HOUR,
            partner_id=world.partners["alpenwerk"].pk,
            reason="Too slow.",
        )
        assert Pause.objects.get().end_reason == "answered"


def test_a_word_of_the_vendors_does_not_end_it(world: World) -> None:
    with world.scope():
        case = stop(world, taken_up(world))
        actions.add_message(case, by=world["tom"], at=LATER + HOUR, body="Still waiting.")
        assert Pause.objects.get().ended_at is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": "holiday"}, "reason"),
        ({"reason": "answer", "partner_id": None}, "partner"),
        ({"reason": "customer"}, "partner"),
        ({"review_by": LATER}, "review_by"),
        ({"review_by": LATER + 60 * DAY}, "review_by"),
        ({"waits_for": "  "}, "waits_for"),
    ],
)
def test_what_is_wrong_is_said_by_field_and_nothing_stands_still(
    world: World, wrong: dict[str, Any], field: str
) -> None:
    with world.scope():
        case = taken_up(world)
        with pytest.raises(Invalid) as refused:
            stop(world, case, **wrong)
        assert set(refused.value.errors) == {field}
        assert not Pause.objects.exists()
        assert clock("decision").state == "running"


def test_a_case_is_paused_once_at_a_time(world: World) -> None:
    with world.scope():
        case = stop(world, taken_up(world))
        with pytest.raises(NotNow, match="paused already"):
            stop(world, case)


def test_the_longest_time_is_counted_over_all_pauses_of_a_cycle(world: World) -> None:
    """Ten business days around the clock end at midnight after ten more days."""
    with world.scope():
        case = stop(world, taken_up(world))
        first = Pause.objects.get().ends_by
        resume(case, by=world["tom"], at=LATER + 3 * DAY)
        stop(world, case, at=LATER + 3 * DAY + HOUR, review_by=LATER + 5 * DAY)
        second = Pause.objects.get(ended_at=None)
        assert second.ends_by == first + HOUR
        resume(case, by=world["tom"], at=second.ends_by)
        with pytest.raises(NotNow, match="longest time"):
            stop(world, case, at=second.ends_by + HOUR)


def test_who_keeps_waiting_says_when_to_look_again(world: World) -> None:
    with world.scope():
        case = stop(world, taken_up(world))
        case = keep_waiting(case, by=world["tom"], at=LATER + HOUR, review_by=REVIEW + DAY)
        assert (case.due_kind, case.due_at) == ("pause", REVIEW + DAY)
        assert Clock.objects.filter(kind="pause", state="running").count() == 1
        with pytest.raises(Invalid):
            keep_waiting(case, by=world["tom"], at=LATER, review_by=LATER + 99 * DAY)


def test_an_end_that_was_noticed_late_counts_from_when_it_was(world: World) -> None:
    """Somebody goes on before the sweep has seen that the longest time was over."""
    with world.scope():
        case = stop(world, taken_up(world))
        ends_by = Pause.objects.get().ends_by
        resume(case, by=world["tom"], at=ends_by + HOUR)
        ended = Pause.objects.get()
        assert (ended.ended_at, ended.end_reason, ended.ended_by_id) == (ends_by, "cap", None)
        assert clock("decision").due_at == DUE + (ends_by - LATER)


def test_no_clock_of_an_ended_case_can_stand_still(world: World) -> None:
    with world.scope():
        case = taken_up(world)
        clockwork.end(case, LATER, ["decision", "total"])
        with pytest.raises(NotNow, match="No clock runs"):
            stop(world, case)


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
class TestSweep:
    """What the sweep does to a case that stands still."""

    @pytest.fixture
    def world(self, transactional_db: None) -> World:  # noqa: ARG002 - the fixture is enough
        """A vendor around the clock, with rows that the sweeper sees."""
        return make_world()

    def sweep_at(self, instant: datetime) -> None:
        """Sweep as the tick would."""
        sweep(lambda: instant)

    def test_nothing_falls_due_while_it_stands_still(self, world: World) -> None:
        with world.scope():
            case = stop(world, taken_up(world), review_by=LATER + 5 * DAY)
        self.sweep_at(DUE + HOUR)
        with world.scope():
            case = Case.objects.select_related("level").get(pk=case.pk)
            assert (case.level.position, case.due_kind) == (1, "pause")
            assert clock("decision").state == "paused"

    def test_at_the_review_the_holder_is_told_once_to_look_again(self, world: World) -> None:
        with world.scope():
            stop(world, taken_up(world))
        self.sweep_at(REVIEW)
        self.sweep_at(REVIEW + timedelta(seconds=2))
        with world.scope():
            event = Event.objects.get(kind="case.pause.review")
            assert (event.audience, told_of("case.pause.review")) == ("internal", {"Tom"})
            lasting = Pause.objects.get()
            assert lasting.ended_at is None
            case = Case.objects.get()
            assert (case.due_kind, case.due_at) == ("pause", lasting.ends_by)
            assert clock("pause").due_at == lasting.ends_by

    def test_after_the_longest_time_the_case_goes_on_by_itself(self, world: World) -> None:
        with world.scope():
            stop(world, taken_up(world))
            ends_by = Pause.objects.get().ends_by
        self.sweep_at(REVIEW)
        self.sweep_at(ends_by)
        with world.scope():
            ended = Pause.objects.get()
            assert (ended.ended_at, ended.end_reason) == (ends_by, "cap")
            decision = clock("decision")
            assert (decision.state, decision.due_at) == ("running", DUE + (ends_by - LATER))
            case = Case.objects.get()
            assert (case.due_kind, case.due_at) == ("decision", decision.due_at)
            assert told_of("case.resumed") == {"Tom", "Anna"}
            assert not Clock.objects.filter(kind="pause", state="running").exists()

    def test_noticed_days_late_it_climbs_one_level_from_what_really_was(self, world: World) -> None:
        with world.scope():
            case = stop(world, taken_up(world))
            ends_by = Pause.objects.get().ends_by
        self.sweep_at(ends_by + 3 * DAY)
        with world.scope():
            case = Case.objects.select_related("level").get(pk=case.pk)
            assert Pause.objects.get().ended_at == ends_by
            assert case.level.position == 2
            breached = Clock.objects.get(kind="decision", state="breached")
            assert breached.breached_at == DUE + (ends_by - LATER)
            assert case.due_at == ends_by + 3 * DAY + 4 * HOUR

    def test_what_is_missed_with_the_answer_after_the_longest_time_is_one_climb(
        self, world: World
    ) -> None:
        """After an outage: the answer was missed in the pause, decision and total after its end."""
        with world.scope():
            case = taken_up(world)
            case = actions.escalate(case, by=world["tom"], at=OPENED, reason="Above me.")
            stop(world, case)
            ends_by = Pause.objects.get().ends_by
        late = ends_by + 5 * DAY
        self.sweep_at(late)
        with world.scope():
            ended = Pause.objects.get()
            assert (ended.ended_at, ended.end_reason) == (ends_by, "cap")
            stood = ends_by - LATER
            breached = Clock.objects.filter(state="breached").order_by("due_at")
            assert [(c.kind, c.breached_at, c.due_at) for c in breached] == [
                ("response", OPENED + 4 * HOUR, OPENED + 4 * HOUR),
                ("decision", DUE + stood, DUE + stood),
                ("total", OPENED + 100 * HOUR + stood, OPENED + 100 * HOUR + stood),
            ]
            case = Case.objects.select_related("level").get(pk=case.pk)
            assert (case.level.position, case.due_missed) == (3, True)
            assert clock("response").due_at == late + 4 * HOUR

    def test_what_runs_on_after_the_longest_time_warns_at_once(self, world: World) -> None:
        with world.scope():
            stop(world, taken_up(world))
            ends_by = Pause.objects.get().ends_by
        self.sweep_at(ends_by + 12 * HOUR)
        with world.scope():
            decision = clock("decision")
            assert (decision.state, decision.fired) == ("running", 75)
            assert (decision.due_at, decision.next_fire_at) == (
                DUE + (ends_by - LATER),
                OPENED + 16 * HOUR * 0.9 + (ends_by - LATER),
            )
            case = Case.objects.get()
            assert (case.due_at, case.due_kind) == (decision.due_at, "decision")

    def test_a_climb_ends_the_pause(self, world: World) -> None:
        """The answer that was owed first is missed while the case stands still."""
        with world.scope():
            case = taken_up(world)
            case = actions.escalate(case, by=world["tom"], at=OPENED, reason="Above me.")
            stop(world, case)
        self.sweep_at(OPENED + 4 * HOUR)
        with world.scope():
            ended = Pause.objects.get()
            assert (ended.ended_at, ended.end_reason) == (OPENED + 4 * HOUR, "moved")
            assert Case.objects.select_related("level").get().level.position == 3
            assert clock("total").state == "running"
            assert clock("total").due_at == OPENED + 100 * HOUR + 3 * HOUR
            assert not Clock.objects.filter(state="paused").exists()

    def test_a_warning_comes_at_the_share_of_the_time_that_counted(self, world: World) -> None:
        with world.scope():
            case = stop(world, taken_up(world))
            resume(case, by=world["tom"], at=LATER + 10 * HOUR)
            # Half of sixteen hours: eight, of which one was used before the pause.
            assert clock("decision").next_fire_at == LATER + 17 * HOUR
        self.sweep_at(LATER + 17 * HOUR)
        with world.scope():
            event = Event.objects.get(kind="case.clock.warning", facts__kind="decision")
            assert event.facts["share"] == 50


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_what_was_missed_on_the_level_below_hinders_no_pause(transactional_db: None) -> None:
    """The level above has a window of its own, and owes nothing for what was missed before."""
    world = make_world()
    with world.scope():
        case = taken_up(world)
    sweep(lambda: DUE)
    with world.scope():
        case = actions.acknowledge(case, by=world["petra"], at=DUE + HOUR)
        stop(world, case, at=DUE + 2 * HOUR, by="petra")
        assert clock("decision").state == "paused"
        assert Clock.objects.filter(kind="decision").exclude(breached_at=None).count() == 1
