"""A partner asks for the next level: the clock it starts, and every way it ends.

Who may, in which status, one event, its text: with all other verbs, by enumeration.
"""

from datetime import datetime, timedelta

import pytest

from cases import actions
from cases.models import Case, Clock, Message
from cases.requests import ANSWER_WITHIN, decline_request, request_level, unanswered
from cases.sweep import sweep
from journal.models import Event, Notice
from tenants.errors import Invalid, NotAllowed, NotNow
from tests.cases.verbs import CANARY, HOUR, LATER, do
from tests.factories import BERLIN_HOURS, OPENED, World, make_world

MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(db: None) -> World:
    """A vendor around the clock whose levels leave more time than a request has."""
    return make_world(response="PT20H", decision="PT40H")


def ask(world: World, case: Case, partner: str = "alpenwerk", at: datetime = LATER) -> Case:
    """Ask for the next level as a party."""
    who = {"alpenwerk": "anna", "rheintor": "marc"}[partner]
    return request_level(
        case, by=world[who], at=at, partner_id=world.partners[partner].pk, reason=CANARY
    )


def decline(world: World, case: Case, partner: str = "alpenwerk", at: datetime = LATER) -> Case:
    """Decline a party's request."""
    return decline_request(
        case, by=world["tom"], at=at, partner_id=world.partners[partner].pk, reason="I read it."
    )


def shared(world: World) -> Case:
    """A case of two parties."""
    return world.case(others=((world.partners["rheintor"], "respondent"),))


def told_of(kind: str) -> set[str]:
    """Return who was told of an event."""
    found = Notice.objects.filter(event__kind=kind)
    return set(found.values_list("user__name", flat=True))


def test_a_request_has_eight_hours_and_shows_on_the_case(world: World) -> None:
    with world.scope():
        case = ask(world, shared(world))
        clock = Clock.objects.get(kind="request")
        assert ANSWER_WITHIN.seconds == 8 * 3600
        assert (clock.due_at, clock.subject) == (
            LATER + 8 * HOUR,
            world.partners["alpenwerk"].pk,
        )
        assert (clock.assignment_id, clock.state) == (case.assignment_id, "running")
        assert (case.due_kind, case.due_at) == ("request", clock.due_at)
        assert unanswered(case) == [clock]
        event = Event.objects.get(kind="case.requested")
        assert (event.audience, event.partner_id) == ("party", clock.subject)
        assert told_of("case.requested") == {"Tom"}


def test_the_eight_hours_are_business_hours(db: None) -> None:
    world = make_world(response="PT20H", decision="PT40H", rules=BERLIN_HOURS)
    with world.scope():
        case = world.case()
        ask(world, case, at=OPENED)
        # Wednesday at ten in Berlin, until five, and one more hour on Thursday.
        assert Clock.objects.get(kind="request").due_at == OPENED + 24 * HOUR


def test_each_party_asks_for_itself_once_until_it_is_answered(world: World) -> None:
    with world.scope():
        case = shared(world)
        ask(world, case)
        with pytest.raises(NotNow, match="asked already"):
            ask(world, case)
        ask(world, case, "rheintor")
        assert len(unanswered(case)) == 2
        decline(world, case)
        case.refresh_from_db()
        assert [c.subject for c in unanswered(case)] == [world.partners["rheintor"].pk]
        ask(world, case, at=LATER + HOUR)
        assert Clock.objects.filter(kind="request").count() == 3


def test_nobody_asks_in_the_name_of_another(world: World) -> None:
    with world.scope():
        case, alone = shared(world), world.case(partner=world.partners["rheintor"])
        for one, partner in ((case, "rheintor"), (alone, "rheintor"), (alone, "alpenwerk")):
            with pytest.raises(NotAllowed):
                request_level(
                    one,
                    by=world["anna"],
                    at=LATER,
                    partner_id=world.partners[partner].pk,
                    reason=CANARY,
                )
        assert not Clock.objects.filter(kind="request").exists()


def test_at_the_top_there_is_nobody_to_ask_for(world: World) -> None:
    with world.scope():
        case = world.case()
        do(world, "escalate", case)
        do(world, "escalate", case, by="petra")
        with pytest.raises(NotNow, match="Nobody is above") as refused:
            ask(world, case)
    assert refused.value.allowed == ("message", "withdraw")


def test_declining_answers_and_the_partner_reads_why(world: World) -> None:
    with world.scope():
        case = shared(world)
        ask(world, case)
        ask(world, case, "rheintor")
        case = decline(world, case)
        declined = Clock.objects.get(kind="request", subject=world.partners["alpenwerk"].pk)
        assert (declined.state, declined.met_at) == ("met", LATER)
        message = Message.objects.get(body="I read it.")
        assert (message.audience, message.partner_id) == ("party", declined.subject)
        assert told_of("case.declined") == {"Anna"}
        assert case.due_kind == "request"
        decline(world, case, "rheintor")
        case.refresh_from_db()
        assert (case.due_kind, case.level.position) == ("response", 1)
        with pytest.raises(NotNow, match="answered already"):
            decline(world, case)


def test_declining_late_is_an_answer_and_the_trail_says_it_was_missed(world: World) -> None:
    with world.scope():
        case = world.case()
        ask(world, case)
        case = decline(world, case, at=LATER + 9 * HOUR)
        clock = Clock.objects.get(kind="request")
        assert (clock.state, clock.breached_at, clock.met_at) == (
            *("breached", LATER + 8 * HOUR),
            LATER + 9 * HOUR,
        )
        assert unanswered(case) == []
        assert (case.due_kind, case.due_missed) == ("response", False)


def test_escalating_answers_every_request(world: World) -> None:
    with world.scope():
        case = shared(world)
        ask(world, case)
        ask(world, case, "rheintor")
        case = do(world, "escalate", case, at=LATER + HOUR)
        assert set(Clock.objects.filter(kind="request").values_list("state", "met_at")) == {
            ("met", LATER + HOUR)
        }
        assert (case.level.position, unanswered(case)) == (2, [])
        # Not satisfied with that one either.
        ask(world, case, at=LATER + 2 * HOUR)


def test_a_case_is_not_handed_back_while_a_request_waits(world: World) -> None:
    with world.scope():
        case = world.case()
        do(world, "escalate", case)
        ask(world, case)
        with pytest.raises(NotNow, match="A partner asks for the next level") as refused:
            do(world, "hand_back", case, by="petra")
        assert refused.value.allowed == ("escalate", "decline")
        decline_request(
            case,
            by=world["petra"],
            at=LATER,
            partner_id=world.partners["alpenwerk"].pk,
            reason="No.",
        )
        assert do(world, "hand_back", case, by="petra").level.position == 1


def test_a_colleague_who_gets_the_case_gets_the_request_with_it(world: World) -> None:
    with world.scope():
        case = world.case()
        ask(world, case)
        case = do(world, "reassign", case)
        (waiting,) = unanswered(case)
        assert (waiting.assignment_id, waiting.due_at) == (case.assignment_id, LATER + 8 * HOUR)
        assert case.due_kind == "request"


@pytest.mark.parametrize("verb", ["decide", "resolve", "hand_back"])
def test_a_request_is_answered_before_the_last_word(world: World, verb: str) -> None:
    with world.scope():
        case = world.case()
        holder = "tom"
        if verb == "hand_back":
            do(world, "escalate", case, at=LATER)
            holder = "petra"
        ask(world, case)
        with pytest.raises(NotNow, match="answer that first"):
            do(world, verb, case, by=holder, at=LATER + HOUR)


def test_who_withdraws_has_no_request_any_more(world: World) -> None:
    with world.scope():
        case = world.case()
        ask(world, case)
        do(world, "withdraw", case, at=LATER + HOUR)
        clock = Clock.objects.get(kind="request")
        assert (clock.state, clock.ended_at) == ("ended", LATER + HOUR)


@pytest.mark.parametrize("partner", [None, "rheintor"])
def test_a_reason_is_needed_and_a_request(world: World, partner: str | None) -> None:
    with world.scope():
        case = shared(world)
        with pytest.raises(Invalid):
            request_level(
                case,
                by=world["anna"],
                at=LATER,
                partner_id=world.partners["alpenwerk"].pk,
                reason=" ",
            )
        if partner:
            ask(world, case)
            with pytest.raises(NotNow, match="answered already"):
                decline(world, case, partner)


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_a_request_that_nobody_answers_escalates_by_itself(transactional_db: None) -> None:
    world = make_world(response="PT20H", decision="PT40H")
    with world.scope():
        case = shared(world)
        ask(world, case)
        ask(world, case, "rheintor", at=LATER + MINUTE)
    for at in (LATER + 8 * HOUR - MINUTE, LATER + 8 * HOUR, LATER + 8 * HOUR + 2 * MINUTE):
        sweep(lambda at=at: at)  # type: ignore[misc]
    with world.scope():
        case = Case.objects.select_related("level", "owner").get(pk=case.pk)
        assert (case.level.position, case.owner.name, case.status) == (2, "Petra", "new")
        assert Event.objects.filter(case_id=case.pk, kind="case.escalated").count() == 1
        states = dict(Clock.objects.filter(kind="request").values_list("subject", "state"))
        assert states == {
            world.partners["alpenwerk"].pk: "breached",
            world.partners["rheintor"].pk: "ended",
        }
        assert unanswered(case) == []
        assert (case.due_kind, case.due_missed) == ("response", False)
        actions.acknowledge(case, by=world["petra"], at=LATER + 9 * HOUR)


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_declining_answers_no_request_that_was_missed_before(transactional_db: None) -> None:
    """What nobody answered on the level below stays unanswered."""
    world = make_world(response="PT20H", decision="PT40H")
    with world.scope():
        case = ask(world, world.case())
    sweep(lambda: LATER + 8 * HOUR)
    with world.scope():
        ask(world, case, at=LATER + 9 * HOUR)
        decline_request(
            case,
            by=world["petra"],
            at=LATER + 10 * HOUR,
            partner_id=world.partners["alpenwerk"].pk,
            reason="I read it.",
        )
        requests = Clock.objects.filter(kind="request").order_by("anchor")
        assert [(c.state, c.met_at) for c in requests] == [
            ("breached", None),
            ("met", LATER + 10 * HOUR),
        ]
