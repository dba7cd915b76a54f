"""Why is it due then? As a company may know it: its own pauses, nobody else's, and nothing from
before it became a party."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine

from cases.actions import (
    acknowledge,
    add_message,
    decide,
    escalate,
    reassign,
    resolve,
    revise,
)
from cases.models import Case, Clock, Party, PauseReason
from cases.origins import Cause
from cases.parties import add_party
from cases.pausing import keep_waiting, pause, resume
from cases.reopening import reopen
from cases.requests import request_level
from portal.clockpage import cause_words, label, who_words
from portal.clocks import own_clock, reason_words
from portal.dues import SHARED
from tests.api import company
from tests.factories import BERLIN_HOURS, OPENED, World, make_world
from tests.portal.pages import as_portal, get, plain

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LETTER = "Please send the letter."


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor around the clock, whose scope is not in force."""
    return make_world()


@pytest.fixture
def case(vendor: World) -> Case:
    """A case of two parties, taken up when it was opened."""
    with vendor.scope():
        others = ((vendor.partners["rheintor"], "respondent"),)
        return acknowledge(vendor.case(at=OPENED, others=others), by=vendor["tom"], at=OPENED)


def stop(world: World, case: Case, at: datetime, reason: str = "evidence") -> Case:
    """Pause a case, for Alpenwerk's evidence unless said."""
    owes = reason in ("evidence", "answer")
    return pause(
        case,
        by=world["tom"],
        at=at,
        reason=reason,
        partner_id=world.partners["alpenwerk"].pk if owes else None,
        waits_for=LETTER,
        review_by=at + DAY,
    )


def clock_of(world: World, kind: str, **named: Any) -> UUID:
    """Return the latest clock of a kind."""
    with world.scope():
        found: UUID = Clock.objects.filter(kind=kind, **named).latest("anchor").pk
        return found


def page(world: World, case: Case, kind: str, partner: str = "alpenwerk", **named: Any) -> str:
    """Return the text of the page of a clock, as a company's contact reads it."""
    answer = get(world, "portal-clock", case.pk, clock_of(world, kind, **named), partner=partner)
    assert answer.status_code == 200
    return plain(answer)


def test_a_company_reads_its_own_pause_and_another_one_that_there_was_one(
    vendor: World, case: Case
) -> None:
    with vendor.scope():
        resume(stop(vendor, case, OPENED + HOUR), by=vendor["tom"], at=OPENED + 3 * HOUR)
    with time_machine.travel(OPENED + 5 * HOUR, tick=False):
        own, other = (page(vendor, case, "decision", name) for name in ("alpenwerk", "rheintor"))
    assert "Stood still, waiting for: evidence from you" in own
    assert LETTER in own
    assert "Stood still, waiting for somebody else" in other
    for word in (LETTER, "vidence", "Alpenwerk", "alpenwerk"):
        assert word not in other
    for text in (own, other):
        assert "because it counts 16 h of working time from Wed 25 Nov 10:00" in text
        assert "So far 3 h of working time have counted; 13 h of working time are left." in text
        assert "Only the working hours of" in text
        assert "version 1 of its hours" in text


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("customer", "the customer&#x27;s decision"),
        ("third_party", "somebody outside the dispute"),
        ("standstill", "a standstill the parties agreed on"),
    ],
)
def test_what_no_party_owes_all_of_them_read(
    vendor: World, case: Case, reason: str, words: str
) -> None:
    with vendor.scope():
        stop(vendor, case, OPENED + HOUR, reason)
    with time_machine.travel(OPENED + 5 * HOUR, tick=False):
        for partner in ("alpenwerk", "rheintor"):
            text = page(vendor, case, "total", partner)
            assert f"Stood still, waiting for: {words}" in text
            assert LETTER in text
            assert "The whole case: why is it not due?" in text
            assert "1 h have counted since Wed 25 Nov 10:00, and 99 h are left." in text


def test_a_message_of_the_same_instant_tells_no_party_what_another_owes(
    vendor: World, case: Case
) -> None:
    with vendor.scope():
        at = OPENED + HOUR
        stop(vendor, case, at)
        add_message(case, by=vendor["tom"], at=at, body="To all of you.", audience="parties")
    with time_machine.travel(OPENED + 5 * HOUR, tick=False):
        assert "waiting for somebody else" in page(vendor, case, "decision", "rheintor")


def test_no_page_says_a_level_a_ladder_or_a_calendars_name(vendor: World, case: Case) -> None:
    with vendor.scope():
        stop(vendor, case, OPENED + HOUR)
    with time_machine.travel(OPENED + 5 * HOUR, tick=False):
        for kind in ("response", "decision", "total", "pause"):
            text = page(vendor, case, kind).split('id="main"')[1]
            for word in ("Level", "level", "Standard", "ladder", "matrix", "Hours,"):
                assert word not in text, (kind, word)


def test_who_became_a_party_later_reads_nothing_of_before(vendor: World) -> None:
    with vendor.scope():
        case = acknowledge(vendor.case(at=OPENED), by=vendor["tom"], at=OPENED)
        resume(stop(vendor, case, OPENED + HOUR), by=vendor["tom"], at=OPENED + 3 * HOUR)
        add_party(
            case,
            by=vendor["tom"],
            at=OPENED + 4 * HOUR,
            partner_id=vendor.partners["rheintor"].pk,
            role="respondent",
        )
        assert Party.objects.filter(joined_at=OPENED + 4 * HOUR).exists()
    with time_machine.travel(OPENED + 5 * HOUR, tick=False):
        text = page(vendor, case, "decision", "rheintor")
        assert "because 14 h of working time were left at Wed 25 Nov 14:00, when you" in text
        assert "Stood still" not in text
        assert "16 h" not in text
        assert "It began" not in text
        # What was over by then is not there.
        met = clock_of(vendor, "response")
        assert get(vendor, "portal-clock", case.pk, met, partner="rheintor").status_code == 404
        shape = company(vendor, "marc", "rheintor").get(
            f"clocks/{clock_of(vendor, 'decision')}/explain/"
        )
    assert (shape["target_seconds"], shape["known_since"]) == (None, "2026-11-25T13:00:00Z")
    assert (shape["pauses"], shape["agrees"]) == ([], True)
    assert shape["steps"][0]["from"] == "2026-11-25T13:00:00Z"
    assert shape["left_seconds"] == 13 * 3600


def test_a_request_is_explained_to_who_made_it_alone(vendor: World, case: Case) -> None:
    with vendor.scope():
        for name, partner in (("anna", "alpenwerk"), ("marc", "rheintor")):
            request_level(
                case,
                by=vendor[name],
                at=OPENED + HOUR,
                partner_id=vendor.partners[partner].pk,
                reason="It takes long.",
            )
    with time_machine.travel(OPENED + 2 * HOUR, tick=False):
        for partner, other in (("alpenwerk", "rheintor"), ("rheintor", "alpenwerk")):
            own = clock_of(vendor, "request", subject=vendor.partners[partner].pk)
            theirs = clock_of(vendor, "request", subject=vendor.partners[other].pk)
            answer = get(vendor, "portal-clock", case.pk, own, partner=partner)
            text = plain(answer)
            assert "The answer to your request: why is it due then?" in text
            assert "when you asked for the next person" in text
            assert str(theirs) not in text
            gone = get(vendor, "portal-clock", case.pk, theirs, partner=partner)
            assert gone.status_code == 404


def test_a_clock_of_another_case_is_as_one_that_nobody_has(vendor: World, case: Case) -> None:
    with vendor.scope():
        other = vendor.case(at=OPENED, partner=vendor.partners["rheintor"])
    theirs = clock_of(vendor, "decision", case_id=other.pk)
    for clock_id in (theirs, uuid4()):
        assert get(vendor, "portal-clock", case.pk, clock_id).status_code == 404
        assert get(vendor, "portal-clock", other.pk, clock_id).status_code == 404


def cause(world: World, case: Case, kind: str, **named: Any) -> Cause | None:
    """Return what a clock began with, as Alpenwerk knows it."""
    clock_id = clock_of(world, kind, **named)
    with as_portal(world):
        partner_id = world.partners["alpenwerk"].pk
        found = own_clock(partner_id, case.pk, clock_id, OPENED + 9 * HOUR)
        assert found is not None
        assert found.explained.agrees
        return found.cause


def test_each_clock_says_what_it_began_with(vendor: World, case: Case) -> None:
    assert cause(vendor, case, "decision") == Cause.OPENED
    assert cause(vendor, case, "total") == Cause.OPENED
    with vendor.scope():
        stopped = stop(vendor, case, OPENED + HOUR)
    assert cause(vendor, case, "pause") == Cause.PAUSED
    with vendor.scope():
        keep_waiting(stopped, by=vendor["tom"], at=OPENED + 2 * HOUR, review_by=OPENED + 40 * HOUR)
    assert cause(vendor, case, "pause") == Cause.LOOKED_AGAIN
    with vendor.scope():
        decided = decide(
            Case.objects.get(pk=case.pk),
            by=vendor["tom"],
            at=OPENED + 3 * HOUR,
            outcome="upheld",
            reason="Yes.",
        )
        revised = revise(decided, by=vendor["tom"], at=OPENED + 4 * HOUR, reason="No.")
    assert cause(vendor, case, "decision") == Cause.REVISED
    with vendor.scope():
        escalate(revised, by=vendor["tom"], at=OPENED + 5 * HOUR, reason="Above me.")
    assert cause(vendor, case, "decision") is None
    assert cause_words(None, "Petra") == "when Petra got the case"


def test_who_got_the_case_is_not_who_has_it_now(vendor: World, case: Case) -> None:
    """A colleague who was given it has its clocks as they were."""
    with vendor.scope():
        up = escalate(case, by=vendor["tom"], at=OPENED + HOUR, reason="Above me.")
        facts: dict[str, Any] = {
            "to_user_id": vendor["marianne"].user_id,
            "reason": "You know them.",
        }
        reassign(up, by=vendor["petra"], at=OPENED + 3 * HOUR, **facts)
    clock_id = clock_of(vendor, "decision", state="running")
    text = plain(get(vendor, "portal-clock", case.pk, clock_id))
    assert "when Petra got the case" in text
    assert "Marianne gives you a decision." in text


def test_clocks_of_a_case_that_was_opened_again_began_with_that(vendor: World, case: Case) -> None:
    with vendor.scope():
        resolve(case, by=vendor["tom"], at=OPENED + HOUR, resolution="Done.")
        reopen(case, by=vendor["tom"], at=OPENED + 3 * HOUR, reason="Not quite.")
    assert cause(vendor, case, "decision", state="running") == Cause.REOPENED
    assert cause(vendor, case, "total", state="running") == Cause.REOPENED


def test_every_word_a_clock_may_need_is_there() -> None:
    for kind in (*SHARED, "request"):
        assert label(kind)
        assert who_words(kind, "Tom").startswith("Tom ")
    assert len({reason_words(reason) for reason in PauseReason.values}) == len(PauseReason)
    assert all(cause_words(one, "Tom") for one in Cause)
    assert cause_words(None, "") == "when the next person got the case"


def test_the_zone_of_the_hours_is_named_where_it_is_another(db: None) -> None:
    world = make_world(rules=BERLIN_HOURS)
    anna = world["anna"].user
    anna.timezone = "America/New_York"
    with world.scope(user_id=anna.pk):
        anna.save(update_fields=["timezone"])
    with world.scope():
        case = world.case(at=OPENED)
    with time_machine.travel(OPENED + HOUR, tick=False):
        text = page(world, case, "response")
        assert "Due Wed 25 Nov 08:00" in text
        assert "The hours are counted in Berlin time. There it is due Wed 25 Nov 14:00." in text
        assert "Mon-Fri 09:00-17:00, Berlin time" in text


def test_the_pages_of_the_case_lead_there(vendor: World, case: Case) -> None:
    clock_id = clock_of(vendor, "decision")
    with time_machine.travel(OPENED + HOUR, tick=False):
        for name, rest in (("portal-cases", ()), ("portal-case", (case.pk,))):
            text = plain(get(vendor, name, *rest))
            assert f"/cases/{case.pk}/clocks/{clock_id}/" in text, name
