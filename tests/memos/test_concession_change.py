"""What becomes of a request: changed, countered, taken back; and what the case does meanwhile."""

from decimal import Decimal
from typing import Any

import pytest

from cases.models import Case, Clock
from journal.models import Event, Notice
from memos.actions import concession as verbs
from memos.concession_access import may
from memos.models import Concession, Decision
from tenants.errors import Invalid, NotAllowed, NotNow
from tests.cases.verbs import do
from tests.factories import World
from tests.memos import deals
from tests.memos.deals import ASKED, HOUR, LATER, again, ask, change, decide, events


def told(event: Event) -> set[str]:
    """Return who is told of an event."""
    return set(Notice.objects.filter(event=event).values_list("user__name", flat=True))


def test_a_change_voids_an_approval_and_is_decided_anew(desk: World, case: Case) -> None:
    made = decide(desk, ask(desk, case), conditions="After the customer has paid.")
    assert made.state == "approved"
    changed = change(desk, made, amount="30000")
    assert (changed.state, changed.revision) == ("pending", 2)
    assert (changed.amount, changed.decided_at, changed.conditions) == (Decimal(30000), None, "")
    assert deals.asked(changed) == ("Marianne", 3)
    assert Decision.objects.get(concession=made).voided_at == LATER
    assert [(clock.state, clock.met_at) for clock in deals.approvals(made)] == [
        ("met", LATER),
        ("running", None),
    ]
    event = events(case)[-1]
    assert event.kind == "concession.changed"
    assert (event.facts["amount_before"], event.facts["kind_before"]) == ("3000", "fee")
    assert told(event) == {"Petra", "Marianne"}
    assert decide(desk, changed, by="marianne").state == "approved"
    assert [(d.revision, d.voided_at) for d in Decision.objects.all()] == [(1, LATER), (2, None)]


def test_who_changes_what_a_colleague_asked_for_does_not_decide_it(desk: World) -> None:
    case = desk.case()
    made = ask(desk, case, by="olga", kind="lead", amount="100")
    assert deals.asked(made) == ("Tom", 1)
    changed = change(desk, made, by="tom", kind="lead", amount="200")
    assert deals.asked(changed) == ("Petra", 2)
    assert {*deals.approvals(changed)[-1].barred} == {desk["olga"].user_id, desk["tom"].user_id}
    for name in ("tom", "olga"):
        with pytest.raises(NotAllowed, match="Nobody decides what they asked for"):
            decide(desk, changed, by=name)


def test_a_change_ends_the_clock_before(desk: World, case: Case) -> None:
    made = change(desk, ask(desk, case), amount="3500")
    assert [clock.state for clock in deals.approvals(made)] == ["ended", "running"]


def test_a_change_to_the_same_is_refused(desk: World, case: Case) -> None:
    made = ask(desk, case)
    with pytest.raises(Invalid, match="This is what was asked for already"):
        change(desk, made, amount="3000.00")
    assert again(made).revision == 1


@pytest.mark.parametrize("verb", ["change", "withdraw"])
def test_only_the_asking_side_changes_or_takes_back(desk: World, case: Case, verb: str) -> None:
    made = ask(desk, case, by="olga")
    for name in ("petra", "marianne", "pavel", "ines"):
        with pytest.raises(NotAllowed):
            act(desk, made, verb, name)
    assert act(desk, made, verb, "tom").revision == (2 if verb == "change" else 1)


def act(world: World, made: Concession, verb: str, by: str, at: Any = LATER) -> Concession:
    """Call a verb of the asking side."""
    if verb == "change":
        return change(world, made, by=by, at=at)
    if verb == "accept":
        return verbs.accept_counter(made, by=world[by], at=at)
    return verbs.withdraw_concession(made, by=world[by], at=at, reason="No longer needed.")


def test_a_request_is_taken_back(desk: World, case: Case) -> None:
    made = act(desk, ask(desk, case), "withdraw", "tom")
    assert made.state == "withdrawn"
    assert [clock.state for clock in deals.approvals(made)] == ["ended"]
    event = events(case)[-1]
    assert (event.kind, told(event)) == ("concession.withdrawn", {"Petra"})


def test_a_counter_is_accepted_at_what_was_offered(desk: World, case: Case) -> None:
    asked = ask(desk, case, kind="price", amount="3000", percent="5")
    made = decide(desk, asked, "counter", amount="2500", percent="4.5", conditions="This quarter.")
    assert (made.state, made.amount) == ("countered", Decimal(3000))
    assert made.counter_amount == Decimal(2500)
    assert (made.counter_percent, made.conditions) == (Decimal("4.5"), "This quarter.")
    taken = act(desk, made, "accept", "tom", at=LATER + HOUR)
    assert (taken.state, taken.amount) == ("approved", Decimal(2500))
    assert taken.percent == Decimal("4.5")
    assert (taken.value, taken.decided_at) == (Decimal(2500), LATER + HOUR)
    [decision] = Decision.objects.all()
    assert (decision.verdict, decision.voided_at) == ("counter", None)
    event = events(case)[-1]
    assert event.kind == "concession.accepted"
    assert (event.facts["amount"], event.facts["percent"]) == ("2500", "4.5")
    assert told(event) == {"Petra"}


def test_the_decider_does_not_accept_their_own_counter(desk: World, case: Case) -> None:
    made = decide(desk, ask(desk, case), "counter", amount="2500")
    with pytest.raises(NotAllowed, match="Only who asked"):
        act(desk, made, "accept", "petra")
    do(desk, "escalate", case, at=LATER)
    assert Case.objects.get(pk=case.pk).owner_id == desk["petra"].user_id
    assert not may(again(made), "accept", desk["petra"])
    with pytest.raises(NotAllowed, match="Who made an offer does not accept it"):
        act(desk, made, "accept", "petra")
    assert may(again(made), "accept", desk["tom"])
    assert act(desk, made, "accept", "tom").state == "approved"


def test_nobody_accepts_a_counter_for_who_made_it(desk: World, case: Case) -> None:
    deals.seat(desk, 2, backup=desk["olga"].user)
    mine, other = ask(desk, case), ask(desk, case)
    decide(desk, mine, "counter", amount="2500")
    decide(desk, other, "counter", by="olga", amount="2500")
    do(desk, "escalate", case, at=LATER)
    # The case is Petra's now, and Olga backs her up: one offered it, the other may not say yes.
    for made in (mine, other):
        for name in ("petra", "olga"):
            with pytest.raises(NotAllowed, match="Who made an offer does not accept it"):
                act(desk, again(made), "accept", name)
    assert act(desk, again(other), "accept", "tom").state == "approved"


def test_the_holder_accepts_what_another_offered(desk: World, case: Case) -> None:
    made = decide(desk, ask(desk, case, by="olga"), "counter", by="marianne", amount="2500")
    do(desk, "escalate", case, at=LATER)
    assert act(desk, again(made), "accept", "petra").state == "approved"


STATES: dict[str, tuple[str, ...]] = {
    "pending": (),
    "approved": ("approve",),
    "denied": ("deny",),
    "countered": ("counter",),
    "withdrawn": ("withdraw",),
}
POSSIBLE = {
    "decide": {"pending"},
    "change": {"pending", "approved", "countered"},
    "accept": {"countered"},
    "withdraw": {"pending", "countered"},
}


def in_state(world: World, state: str) -> Concession:
    """Return a request in a state, reached by verbs."""
    made = ask(world, world.case())
    for step in STATES[state]:
        if step == "withdraw":
            act(world, made, "withdraw", "tom")
        else:
            decide(world, made, step, amount="2000" if step == "counter" else None)
    return again(made)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", POSSIBLE)
def test_a_verb_is_possible_in_its_states_only(desk: World, verb: str, state: str) -> None:
    made = in_state(desk, state)
    assert made.state == state
    by = "petra" if verb == "decide" else "tom"
    if state in POSSIBLE[verb]:
        before = Event.objects.filter(kind__startswith="concession.").count()
        decide(desk, made) if verb == "decide" else act(desk, made, verb, by)
        assert Event.objects.filter(kind__startswith="concession.").count() == before + 1
        return
    with pytest.raises(NotNow) as refused:
        decide(desk, made) if verb == "decide" else act(desk, made, verb, by)
    assert again(made).state == state
    allowed = {f"concession.{name}" for name, states in POSSIBLE.items() if state in states}
    assert set(refused.value.allowed) == allowed


@pytest.mark.parametrize("verb", POSSIBLE)
def test_nothing_happens_to_a_request_whose_case_has_ended(desk: World, verb: str) -> None:
    made = in_state(desk, "countered" if verb == "accept" else "pending")
    do(desk, "withdraw", made.case, by="tom")
    with pytest.raises(NotNow, match="The case has ended"):
        decide(desk, made) if verb == "decide" else act(desk, made, verb, "tom")
    assert [clock.state for clock in deals.approvals(made)][-1] in ("ended", "met")


@pytest.mark.parametrize("verb", POSSIBLE)
def test_what_was_meant_for_another_revision_is_refused(desk: World, verb: str) -> None:
    made = in_state(desk, "countered" if verb == "accept" else "pending")
    made.seen_revision = 7
    with pytest.raises(NotNow, match="changed since you opened it"):
        decide(desk, made) if verb == "decide" else act(desk, made, verb, "tom")
    assert Event.objects.filter(kind="concession.withdrawn").count() == 0


def test_the_case_stays_as_it_is(desk: World, case: Case) -> None:
    shown = ("status", "owner_id", "assignment_id", "level_id", "due_at", "due_kind", "due_missed")

    def stands() -> Any:
        clocks = Clock.objects.filter(case=case, subject=None).order_by("id")
        return (
            Case.objects.values(*shown).get(pk=case.pk),
            list(clocks.values("state", "due_at", "met_at", "assignment_id")),
        )

    before, version = stands(), case.version
    made = decide(desk, ask(desk, case), "counter", amount="2000")
    act(desk, made, "accept", "tom")
    change(desk, again(made), amount="2100")
    decide(desk, again(made), "deny")
    assert stands() == before
    assert Case.objects.get(pk=case.pk).version == version + 5


@pytest.mark.parametrize("verb", ["decide", "resolve"])
def test_the_last_word_on_a_dispute_waits_for_the_concession(
    desk: World, case: Case, verb: str
) -> None:
    made = ask(desk, case)
    with pytest.raises(NotNow, match="A concession is pending") as refused:
        do(desk, verb, case)
    assert verb not in refused.value.allowed
    assert "escalate" in refused.value.allowed
    decide(desk, made)
    do(desk, verb, case, at=LATER)
    assert Case.objects.get(pk=case.pk).status == verb + "d"


def test_a_request_taken_back_after_it_was_missed_asks_no_more(desk: World, case: Case) -> None:
    made = ask(desk, case)
    late = ASKED + 20 * HOUR
    act(desk, made, "withdraw", "tom", at=late)
    [clock] = deals.approvals(made)
    assert (clock.state, clock.breached_at, clock.ended_at) == ("breached", clock.due_at, late)
    do(desk, "decide", case, at=late)
    assert Case.objects.get(pk=case.pk).status == "decided"
