"""A case that stands still, as staff, parties and programs see it, and what each can do."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from cases.actions import acknowledge
from cases.models import Case, Pause
from cases.pausing import pause
from journal.models import Notice
from tests.api import Program, company, pointers, refused
from tests.escalation.browsing import browser
from tests.factories import World, make_world
from tests.portal.pages import act, get, plain

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ASKED = "Please send the customer's letter."


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor around the clock, whose scope is not in force."""
    return make_world()


@pytest.fixture
def case(vendor: World) -> Case:
    """A case of two parties, taken up."""
    with vendor.scope():
        others = ((vendor.partners["rheintor"], "respondent"),)
        return acknowledge(
            vendor.case(at=timezone.now(), others=others), by=vendor["tom"], at=timezone.now()
        )


def body(vendor: World, **others: Any) -> dict[str, Any]:
    """Return what a program says to pause a case."""
    return {
        "reason": "evidence",
        "partner": str(vendor.partners["alpenwerk"].pk),
        "waits_for": ASKED,
        "review_by": (timezone.now() + DAY).isoformat(),
        **others,
    }


def stand_still(vendor: World, case: Case) -> None:
    """Pause a case for Alpenwerk's evidence."""
    with vendor.scope():
        pause(
            case,
            by=vendor["tom"],
            at=timezone.now(),
            reason="evidence",
            partner_id=vendor.partners["alpenwerk"].pk,
            waits_for=ASKED,
            review_by=timezone.now() + DAY,
        )


def page(vendor: World, case: Case, name: str = "tom") -> str:
    """Return the text of the page of a case."""
    answer = browser(vendor, name).get(f"/t/{vendor.tenant.slug}/cases/{case.pk}/")
    assert answer.status_code == 200
    return plain(answer)


def post(vendor: World, case: Case, verb: str, **data: Any) -> Any:
    """Post a verb as Tom, and follow."""
    url = f"/t/{vendor.tenant.slug}/cases/{case.pk}/do/{verb}/"
    return browser(vendor, "tom").post(url, data, follow=True)


def test_staff_pause_a_case_on_its_page_and_go_on(vendor: World, case: Case) -> None:
    tomorrow = (timezone.now() + DAY).date().isoformat()
    partner = vendor.partners["alpenwerk"].pk
    facts = {"reason": "evidence", "partner": partner, "waits_for": ASKED, "review_on": tomorrow}
    text = plain(post(vendor, case, "pause", **facts))
    assert "Paused. The clocks stand still until you go on." in text
    assert "The clocks stand still</h2>" in text
    assert "Waiting for Alpenwerk: Evidence from a party" in text
    assert "the customer&#x27;s letter" in text
    assert "Next: Wait for the answer, or go on" in text
    listed = plain(browser(vendor, "tom").get(f"/t/{vendor.tenant.slug}/inbox/?view=mine"))
    assert "Look again" in listed
    with vendor.scope():
        review = Pause.objects.get().review_by
        assert review.date() == date.fromisoformat(tomorrow)
    assert "The clocks run again." in plain(post(vendor, case, "resume"))
    assert "Waiting for Alpenwerk" not in page(vendor, case).split("Timeline")[0]


def test_what_is_wrong_comes_back_with_what_was_written(vendor: World, case: Case) -> None:
    yesterday = (timezone.now() - DAY).date().isoformat()
    facts = {"reason": "evidence", "partner": "", "waits_for": ASKED, "review_on": yesterday}
    answer = post(vendor, case, "pause", **facts)
    text = plain(answer)
    assert answer.status_code == 422
    assert "Say which party owes it." in text
    assert "Choose a time in the future." in text
    assert ASKED.replace("'", "&#x27;") in text
    with vendor.scope():
        assert not Pause.objects.exists()


def test_keeping_waiting_moves_the_review(vendor: World, case: Case) -> None:
    stand_still(vendor, case)
    later = (timezone.now() + 3 * DAY).date()
    text = plain(post(vendor, case, "keep_waiting", review_on=later.isoformat()))
    assert "You will be told when to look again." in text
    with vendor.scope():
        assert Pause.objects.get().review_by.date() == later


def test_who_only_reads_sees_why_and_has_no_button(vendor: World, case: Case) -> None:
    stand_still(vendor, case)
    text = page(vendor, case, "pavel")
    assert "Waiting for Alpenwerk" in text
    assert "Go on</button>" not in text
    assert "Keep waiting" not in text


def test_the_party_that_owes_something_reads_what_and_its_answer_ends_it(
    vendor: World, case: Case
) -> None:
    stand_still(vendor, case)
    text = plain(get(vendor, "portal-case", case.pk))
    assert "The case waits for your answer: its clocks stand still." in text
    assert "the customer&#x27;s letter" in text
    answered = plain(act(vendor, case.pk, "message", body="Here it is."))
    assert "stand still" not in answered.split("Somebody")[0]
    with vendor.scope():
        assert Pause.objects.get().end_reason == "answered"


def test_another_party_learns_that_it_stands_still_and_not_for_whom(
    vendor: World, case: Case
) -> None:
    stand_still(vendor, case)
    text = plain(get(vendor, "portal-case", case.pk, partner="rheintor"))
    assert "The case waits for somebody else: its clocks stand still." in text
    assert "letter" not in text
    assert "Alpenwerk" not in text
    shape = company(vendor, "marc", "rheintor").get(f"cases/{case.pk}/")
    assert (shape["pause"]["reason"], shape["pause"]["partner"]) == (None, None)
    own = company(vendor, "anna", "alpenwerk").get(f"cases/{case.pk}/")
    assert (own["pause"]["reason"], own["pause"]["partner"]) == ("evidence", None)
    with vendor.scope():
        told = Notice.objects.filter(event__kind="case.paused").values_list("user__name", flat=True)
        assert set(told) == {"Anna"}


def test_a_program_pauses_looks_again_and_goes_on(vendor: World, case: Case) -> None:
    crm = Program(vendor, "tom")
    paused = crm.post(f"cases/{case.pk}/pause/", body(vendor))
    assert paused["pause"]["partner"] == str(vendor.partners["alpenwerk"].pk)
    assert paused["next_step"]["action"] == "wait"
    assert paused["next_step"]["due_at"] == paused["pause"]["review_by"] == paused["due_at"]
    still = {c["kind"]: c for c in paused["clocks"] if c["state"] == "paused"}
    assert {kind: c["due_at"] for kind, c in still.items()} == {"decision": None, "total": None}
    [listed] = crm.get("cases/?status=in_progress")["results"]
    assert listed["pause"] == paused["pause"]
    review = timezone.now() + 2 * DAY
    kept = crm.post(f"cases/{case.pk}/keep-waiting/", {"review_by": review.isoformat()})
    assert datetime.fromisoformat(kept["pause"]["review_by"]) == review
    going = crm.post(f"cases/{case.pk}/resume/", {})
    assert (going["pause"], going["next_step"]["action"]) == (None, "decide")
    again = refused(crm.ask("post", f"cases/{case.pk}/resume/", {}), 409)
    assert "not paused" in again["detail"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"partner": None}, "/partner"),
        ({"partner": str(uuid4())}, "/partner"),
        ({"reason": "holiday"}, "/reason"),
        ({"review_by": "yesterday"}, "/review_by"),
        ({"review_by": "2020-01-01T00:00:00Z"}, "/review_by"),
        ({"waits_for": ""}, "/waits_for"),
        ({"until": "then"}, "/until"),
    ],
)
def test_what_a_program_says_wrong_is_named_and_nothing_stands_still(
    vendor: World, case: Case, wrong: dict[str, Any], pointer: str
) -> None:
    crm = Program(vendor, "tom")
    answer = crm.ask("post", f"cases/{case.pk}/pause/", body(vendor, **wrong))
    assert set(pointers(answer)) == {pointer}
    with vendor.scope():
        assert not Pause.objects.exists()


def test_a_partner_of_another_vendor_is_as_one_that_nobody_has(vendor: World, case: Case) -> None:
    crm, other = Program(vendor, "tom"), make_world()
    answers = [
        pointers(crm.ask("post", f"cases/{case.pk}/pause/", body(vendor, partner=str(ident))))
        for ident in (other.partners["alpenwerk"].pk, uuid4())
    ]
    assert answers[0] == answers[1]


def test_a_partners_program_cannot_pause(vendor: World, case: Case) -> None:
    own = company(vendor, "anna", "alpenwerk")
    for verb, sent in (("pause", body(vendor)), ("resume", {}), ("keep-waiting", {})):
        assert own.ask("post", f"cases/{case.pk}/{verb}/", sent).status_code == 403
