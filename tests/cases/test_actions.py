"""The verbs: one event each, its notices, the clocks they meet, and what they refuse."""

from datetime import timedelta
from typing import Any

import pytest

from cases.models import Assignment, Case, Clock, Message
from cases.telling import fingerprint
from journal.models import Event, Notice
from ladder.models import Seat
from partners.models import Partner
from tenants.errors import Invalid, NotNow
from tenants.models import User
from tests.cases.verbs import CANARY, HOUR, KEEPING, LATER, case_in, do, ready_for, verbs
from tests.factories import OPENED, World, make_person

KINDS = {
    "acknowledge": "case.acknowledged",
    "add_message": "case.message",
    "escalate": "case.escalated",
    "hand_back": "case.handed_back",
    "reassign": "case.reassigned",
    "decide": "case.decided",
    "revise": "case.revised",
    "resolve": "case.resolved",
    "close": "case.closed",
    "withdraw": "case.withdrawn",
    "request_level": "case.requested",
    "decline_request": "case.declined",
    "add_party": "case.party_added",
    "edit_case": "case.edited",
    "complete_fields": "case.edited",
    "reopen": "case.reopened",
    "change_severity": "case.severity_changed",
    "hold": "case.held",
    "pause": "case.paused",
    "resume": "case.resumed",
    "keep_waiting": "case.pause.kept",
    "hand_over": "case.delegated",
    "reconcile": "case.reconciled",
    "share_update": "case.update",
    "restrict": "case.restricted",
    "lift": "case.unrestricted",
    "grant_access": "case.granted",
    "revoke_access": "case.revoked",
}
TEXTS = {
    "add_message": "body",
    "resolve": "resolution",
    "pause": "waits_for",
    "share_update": "happened",
    "reconcile": "learned",
    **dict.fromkeys(("escalate", "hand_back", "reassign", "decide", "revise"), "reason"),
    **dict.fromkeys(("withdraw", "reopen", "change_severity", "hold"), "reason"),
    **dict.fromkeys(("request_level", "decline_request", *KEEPING), "reason"),
}
# What the deadlines of a case have nothing to do with.
APART = {
    "add_message",
    "add_party",
    "edit_case",
    "complete_fields",
    "reassign",
    "hand_over",
    "revise",
    "reopen",
    "change_severity",
    "share_update",
    "reconcile",
    "request_level",
    "decline_request",
    *KEEPING,
}
TOO_LATE = OPENED + 20 * HOUR


def new_events(case: Case, act: Any) -> list[Event]:
    """Return the events that an act wrote."""
    before = set(Event.objects.values_list("pk", flat=True))
    act()
    return list(Event.objects.exclude(pk__in=before).order_by("id"))


def clocks(case: Case) -> dict[str, str]:
    """Return how the current turn's clocks and the total stand."""
    turn = Case.objects.get(pk=case.pk).assignment_id
    found = Clock.objects.filter(case=case).order_by("anchor", "id")
    return {c.kind: c.state for c in found if c.assignment_id in (turn, None)}


def test_every_verb_is_described() -> None:
    assert set(KINDS) == set(verbs())


@pytest.mark.parametrize("verb", sorted(KINDS))
def test_one_verb_is_one_event_of_who_did_it(world: World, verb: str) -> None:
    case, holder = ready_for(world, verb)
    events = new_events(case, lambda: do(world, verb, case, by=holder))
    assert [(e.kind, e.by_id, e.case_id, e.at) for e in events] == [
        (KINDS[verb], world[holder].user_id, case.pk, events[0].at)
    ]
    assert verb in KEEPING or events[0].at == LATER


def test_opening_is_one_event(world: World) -> None:
    case = world.case()
    events = list(Event.objects.filter(case_id=case.pk))
    assert [(e.kind, e.by_id) for e in events] == [("case.opened", world["tom"].user_id)]


# Neither a pause nor time undoes a breach: they are refused then.
@pytest.mark.parametrize("verb", sorted((set(TEXTS) | {"acknowledge"}) - {"pause", "hold"}))
def test_an_answer_that_comes_too_late_adds_the_breach_it_meets(world: World, verb: str) -> None:
    case, holder = ready_for(world, verb)
    events = new_events(case, lambda: do(world, verb, case, by=holder, at=TOO_LATE))
    kinds = sorted(e.kind for e in events)
    missed = 0 if verb in APART else 1 if verb == "acknowledge" else 2
    missed += verb == "decline_request"  # the request itself
    assert kinds == sorted(["case.clock.breached"] * missed + [KINDS[verb]])
    assert "case.escalated" not in kinds or verb == "escalate"


@pytest.mark.parametrize("verb", sorted(KINDS))
def test_no_event_holds_a_name_an_address_or_a_text(world: World, verb: str) -> None:
    case, holder = ready_for(world, verb)
    do(world, verb, case, by=holder, at=LATER if verb in ("pause", "hold") else TOO_LATE)
    Seat.objects.all().delete()
    world.case(title=CANARY, description=CANARY, deal_id=CANARY, external_id=CANARY)
    secrets = {CANARY, *User.objects.values_list("name", flat=True)}
    secrets |= set(User.objects.values_list("email", flat=True))
    secrets |= set(Partner.objects.values_list("name", flat=True))
    secrets.add(case.title)
    for event in Event.objects.all():
        held = " ".join(map(str, (event.kind, event.facts, event.once_key, event.audience)))
        assert [secret for secret in secrets if secret.lower() in held.lower()] == []


@pytest.mark.parametrize("verb", sorted(TEXTS))
def test_a_text_is_kept_once_and_its_event_carries_its_hash(world: World, verb: str) -> None:
    case, holder = ready_for(world, verb)
    [event] = new_events(case, lambda: do(world, verb, case, by=holder))
    message = Message.objects.get(event_id=event.pk)
    text, *more = message.body.split("\n")
    assert (text, message.author_id) == (CANARY, world[holder].user_id)
    assert bool(more) is (verb == "share_update")
    assert event.facts["text_sha256"] == fingerprint(message.body)
    shared = dict.fromkeys(("add_message", "decide", "resolve", "share_update"), "parties")
    shared |= dict.fromkeys(("request_level", "decline_request", "pause"), "party")
    assert message.audience == shared.get(verb, "internal")


@pytest.mark.parametrize("text", ["", "   \n", "x" * 20_001, "nul\x00"])
@pytest.mark.parametrize("verb", sorted(TEXTS))
def test_a_reason_is_given_and_can_be_stored(world: World, verb: str, text: str) -> None:
    case, holder = ready_for(world, verb)
    before = Case.objects.filter(pk=case.pk).values().get()
    count = Event.objects.count()
    wrong: dict[str, Any] = {TEXTS[verb]: text}
    with pytest.raises(Invalid) as refused:
        do(world, verb, case, by=holder, **wrong)
    assert set(refused.value.errors) == {TEXTS[verb]}
    assert Case.objects.filter(pk=case.pk).values().get() == before
    assert Event.objects.count() == count


def told(world: World, event: Event) -> list[str]:
    """Return who is told of an event, by first name; each on both channels."""
    found = Notice.objects.filter(event=event).select_related("user")
    by_channel = [sorted(n.user.name for n in found if n.channel == c) for c in ("bell", "email")]
    assert by_channel[0] == by_channel[1]
    return by_channel[0]


@pytest.mark.parametrize(
    ("verb", "people"),
    [
        ("acknowledge", ["Anna"]),
        ("add_message", ["Anna"]),
        ("escalate", ["Anna", "Petra"]),
        ("hand_back", ["Anna", "Tom"]),
        ("reassign", ["Anna", "Petra"]),
        ("hand_over", ["Anna", "Petra"]),
        ("decide", ["Anna"]),
        ("revise", ["Anna"]),
        ("resolve", ["Anna"]),
        ("close", []),
        ("withdraw", ["Anna"]),
    ],
)
def test_who_is_told(world: World, verb: str, people: list[str]) -> None:
    case, holder = ready_for(world, verb)
    [event] = new_events(case, lambda: do(world, verb, case, by=holder))
    assert told(world, event) == people
    # Whom a partner's person is told of, its company may see.
    assert event.audience == "parties" or "Anna" not in people


# --- What each verb does to the clocks ------------------------------------------------------------


def test_acknowledging_meets_the_response_alone(world: World) -> None:
    case = case_in(world, "in_progress")
    assert clocks(case) == {"response": "met", "decision": "running", "total": "running"}
    with pytest.raises(NotNow, match="acknowledged already") as refused:
        do(world, "acknowledge", case)
    assert "decide" in refused.value.allowed


def test_deciding_acknowledges_and_the_total_goes_on(world: World) -> None:
    case = case_in(world, "new")
    do(world, "decide", case)
    assert clocks(case) == {"response": "met", "decision": "met", "total": "running"}
    case = Case.objects.get(pk=case.pk)
    assert (case.status, case.outcome, case.due_kind) == ("decided", "upheld", "total")
    with pytest.raises(Invalid, match="outcome"):
        do(world, "decide", case_in(world, "new"), outcome="perhaps")


def test_revising_gives_the_full_decision_window_again(world: World) -> None:
    case = case_in(world, "decided")
    do(world, "revise", case)
    case = Case.objects.get(pk=case.pk)
    assert (case.status, case.outcome, case.due_at) == ("in_progress", "", LATER + 16 * HOUR)
    assert clocks(case) == {"response": "met", "decision": "running", "total": "running"}


def test_resolving_meets_everything_and_starts_ten_days(world: World) -> None:
    case = case_in(world, "new")
    do(world, "resolve", case)
    found = clocks(case)
    assert found == {"response": "met", "decision": "met", "total": "met", "closing": "running"}
    case = Case.objects.get(pk=case.pk)
    assert (case.status, case.resolved_at, case.due_at) == ("resolved", LATER, None)
    assert Clock.objects.get(case=case, kind="closing").due_at == LATER + timedelta(days=10)
    turn = Assignment.objects.get(case=case)
    assert (turn.ended_at, turn.end_reason) == (LATER, "resolved")


def test_a_strategic_case_is_not_resolved_in_one_line(world: World) -> None:
    case = case_in(world, "new", category=world.categories["territory"])
    with pytest.raises(NotNow, match="issued memo") as refused:
        do(world, "resolve", case)
    assert "decide" in refused.value.allowed


@pytest.mark.parametrize("verb", ["close", "withdraw"])
def test_what_is_over_has_no_clock_that_runs(world: World, verb: str) -> None:
    case, _ = ready_for(world, verb)
    do(world, verb, case)
    case = Case.objects.get(pk=case.pk)
    assert (case.closed_at, case.due_at, case.due_kind) == (LATER, None, "")
    assert not Clock.objects.filter(case=case, state="running").exists()


def test_handing_up_gives_the_next_level_its_full_windows(world: World) -> None:
    case = case_in(world, "in_progress")
    do(world, "escalate", case)
    case = Case.objects.select_related("level", "owner").get(pk=case.pk)
    assert (case.level.position, case.owner.name, case.due_at) == (2, "Petra", LATER + 4 * HOUR)
    assert clocks(case) == {"response": "running", "decision": "running", "total": "running"}
    total = Clock.objects.get(case=case, kind="total")
    assert total.anchor == OPENED
    turns = Assignment.objects.filter(case=case).order_by("number")
    assert [(t.number, t.position, t.end_reason) for t in turns] == [
        (1, 1, "escalated"),
        (2, 2, ""),
    ]


def test_at_the_top_there_is_nobody_to_hand_up_to(world: World) -> None:
    case = case_in(world, "new")
    do(world, "escalate", case)
    do(world, "escalate", case, by="petra")
    with pytest.raises(NotNow, match="top level"):
        do(world, "escalate", case, by="marianne")


def test_handing_back_gives_the_lower_level_its_full_windows_again(world: World) -> None:
    case = case_in(world, "new")
    do(world, "escalate", case)
    do(world, "hand_back", case, by="petra", at=LATER + HOUR)
    case = Case.objects.select_related("level", "owner").get(pk=case.pk)
    assert (case.level.position, case.owner.name) == (1, "Tom")
    assert case.due_at == LATER + 5 * HOUR
    assert [t.end_reason for t in Assignment.objects.filter(case=case).order_by("number")] == [
        "escalated",
        "handed_back",
        "",
    ]


def test_a_colleague_takes_over_the_clocks_as_they_are(world: World) -> None:
    case = case_in(world, "in_progress")
    before = set(
        Clock.objects.filter(case=case).values_list("id", "kind", "anchor", "due_at", "state")
    )
    do(world, "reassign", case)
    after = set(
        Clock.objects.filter(case=case).values_list("id", "kind", "anchor", "due_at", "state")
    )
    assert before == after
    case = Case.objects.select_related("level", "owner").get(pk=case.pk)
    assert (case.owner.name, case.level.position) == ("Petra", 1)
    assert set(case.clocks.exclude(kind="total").values_list("assignment_id", flat=True)) == {
        case.assignment_id
    }


def test_a_case_is_given_to_a_colleague_who_may_work_on_it(world: World) -> None:
    case = case_in(world, "new")
    for name in ("pavel", "ruth", "anna"):
        with pytest.raises(Invalid, match="Choose a colleague"):
            do(world, "reassign", case, to_user_id=world[name].user_id)
    with pytest.raises(Invalid, match="with this person already"):
        do(world, "reassign", case, to_user_id=world["tom"].user_id)


def test_a_level_that_nobody_holds_alarms_the_admins(world: World) -> None:
    Seat.objects.filter(user=world["petra"].user).delete()
    case = case_in(world, "new")
    events = new_events(case, lambda: do(world, "escalate", case))
    assert [e.kind for e in events] == ["case.escalated", "case.unowned"]
    # The admins, and who holds the level above.
    assert told(world, events[1]) == ["Ines", "Marianne"]
    assert events[1].by_id is None


def test_a_message_to_one_party_is_for_that_party(world: World) -> None:
    case = world.case(others=((world.partners["rheintor"], "respondent"),))
    rheintor = world.partners["rheintor"].pk
    [event] = new_events(
        case, lambda: do(world, "add_message", case, audience="party", partner_id=rheintor)
    )
    assert (event.audience, event.partner_id, told(world, event)) == ("party", rheintor, ["Marc"])
    [event] = new_events(case, lambda: do(world, "add_message", case, audience="internal"))
    assert (event.audience, told(world, event)) == ("internal", [])
    with pytest.raises(Invalid, match="audience"):
        do(world, "add_message", case, audience="everybody")
    stranger = Partner.objects.exclude(pk__in=[rheintor, world.partners["alpenwerk"].pk]).first()
    assert stranger is None
    with pytest.raises(Invalid, match="not a party"):
        do(world, "add_message", world.case(), audience="party", partner_id=rheintor)


# --- Too late, and nobody had noticed -------------------------------------------------------------


@pytest.mark.parametrize("verb", ["acknowledge", "decide", "resolve"])
def test_a_late_answer_meets_the_clock_late(world: World, verb: str) -> None:
    case = case_in(world, "new")
    do(world, verb, case, at=TOO_LATE)
    clock = Clock.objects.get(case=case, kind="response")
    assert (clock.state, clock.breached_at, clock.processed_at, clock.met_at) == (
        "breached",
        OPENED + 4 * HOUR,
        TOO_LATE,
        TOO_LATE,
    )
    case = Case.objects.select_related("level").get(pk=case.pk)
    assert case.level.position == 1
    breach = Event.objects.get(case_id=case.pk, kind="case.clock.breached", facts__kind="response")
    assert breach.facts["due_at"] == (OPENED + 4 * HOUR).isoformat()
    assert breach.by_id is None


@pytest.mark.parametrize("verb", ["escalate", "withdraw"])
def test_handing_on_or_giving_up_erases_no_breach(world: World, verb: str) -> None:
    case = case_in(world, "new")
    do(world, verb, case, at=TOO_LATE)
    found = Clock.objects.filter(case=case, kind__in=("response", "decision"), anchor=OPENED)
    assert {(c.kind, c.state, c.met_at) for c in found} == {
        ("response", "breached", None),
        ("decision", "breached", None),
    }


def test_an_answer_in_the_last_second_is_in_time(world: World) -> None:
    case = case_in(world, "new")
    do(world, "acknowledge", case, at=OPENED + 4 * HOUR - timedelta(seconds=1))
    assert clocks(case)["response"] == "met"
    case = case_in(world, "new")
    do(world, "acknowledge", case, at=OPENED + 4 * HOUR)
    assert clocks(case)["response"] == "breached"


def test_a_decided_case_that_climbed_is_answered_and_stays_decided(world: World) -> None:
    """Its response clock must have an answer, or it would climb on to the top."""
    case = case_in(world, "decided")
    vera = make_person(world, "vera", "staff")
    Seat.objects.create(tenant=world.tenant, level=world.levels[0], user=vera.user, rank=2)
    do(world, "reassign", case, to_user_id=vera.user_id)
    Clock.objects.filter(case=case, kind="response").update(
        state="running", met_at=None, next_fire_at=OPENED + 4 * HOUR
    )
    do(world, "acknowledge", case, by="vera")
    case = Case.objects.get(pk=case.pk)
    assert (case.status, case.outcome, clocks(case)["response"]) == ("decided", "upheld", "met")


def test_a_case_goes_only_to_who_holds_the_level_or_one_above(world: World) -> None:
    """An admin without a seat decides nothing, not by giving the case to themselves either."""
    case = world.case()
    for name in ("ines", "pavel", "anna"):
        with pytest.raises(Invalid) as refused:
            do(world, "reassign", case, by="ines", to_user_id=world[name].user_id)
        assert set(refused.value.errors) == {"to"}
    do(world, "reassign", case, by="ines", to_user_id=world["marianne"].user_id)
    turn = Assignment.objects.get(case=case, ended_at=None)
    assert (turn.owner_id, turn.backup_id) == (world["marianne"].user_id, None)


def test_a_click_meant_for_an_earlier_turn_is_refused(world: World) -> None:
    case = world.case()
    case.seen_turn = case.turn_id
    do(world, "escalate", case)
    with pytest.raises(NotNow) as refused:
        do(world, "escalate", case, by="petra")
    assert "has moved on" in refused.value.reason
    assert Case.objects.get(pk=case.pk).level.position == 2


def test_a_case_handed_back_returns_to_who_had_it(world: World) -> None:
    world.route.owner = world["ines"].user  # type: ignore[union-attr]
    world.route.save()  # type: ignore[union-attr]
    case = world.case()
    do(world, "escalate", case, by="ines")
    do(world, "hand_back", case, by="petra")
    assert Case.objects.get(pk=case.pk).owner_id == world["ines"].user_id
