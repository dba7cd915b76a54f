"""What a partner does with its case: write, ask for the next person, withdraw."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from cases.models import Case, Clock, Message, Party
from cases.requests import decline_request
from journal.models import Event, Notice
from ladder.models import Level
from partners.models import Contact
from portal.views import ACTS
from tests.cases.verbs import STATUSES, case_in, do
from tests.escalation.browsing import browser
from tests.factories import World, make_world
from tests.portal.pages import act, address, get, plain

pytestmark = pytest.mark.django_db
ASK, WITHDRAW = "Ask for the next person", "Withdraw this case"
POSSIBLE: dict[str, set[str]] = {
    "new": {"message", "request", "withdraw"},
    "in_progress": {"message", "request", "withdraw"},
    "decided": {"message", "withdraw"},
    "resolved": {"message"},
    "closed": {"message"},
    "withdrawn": set(),
}


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose scope is not in force."""
    return make_world()


def opened(world: World, **facts: Any) -> Case:
    """Open a case now, out of any request."""
    with world.scope():
        return world.case(at=timezone.now(), **facts)


def page(world: World, case: Case, partner: str = "alpenwerk") -> str:
    """Return the text of a company's page of a case."""
    return plain(get(world, "portal-case", case.pk, partner=partner))


def test_a_reply_is_read_by_the_vendor_alone(vendor: World) -> None:
    rheintor = vendor.partners["rheintor"]
    case = opened(vendor, others=((rheintor, "respondent"),))
    answer = act(vendor, case.pk, "message", body="The customer decides on Thursday.")
    text = plain(answer)
    assert answer.status_code == 200
    assert f"Sent to {vendor.tenant.name}." in text
    assert f"you and {vendor.tenant.name}" in text
    assert "<b>You</b>" in text
    with vendor.scope():
        message = Message.objects.get()
        assert (message.audience, message.partner_id, message.author_id, message.body) == (
            *("party", vendor.partners["alpenwerk"].pk, vendor["anna"].user_id),
            "The customer decides on Thursday.",
        )
        event = Event.objects.get(kind="case.message")
        told = set(Notice.objects.filter(event=event).values_list("user__name", flat=True))
    assert told == {"Tom"}
    assert "Thursday" not in page(vendor, case, "rheintor")


def test_who_wrote_and_who_reads_is_said_of_each_text(vendor: World) -> None:
    alpenwerk = vendor.partners["alpenwerk"]
    case = opened(vendor)
    with vendor.scope():
        do(vendor, "add_message", case, by="anna", body="Mine.")
        do(vendor, "add_message", case, body="To you.", audience="party", partner_id=alpenwerk.pk)
        do(vendor, "add_message", case, body="To all.", audience="parties")
    vendor_name = vendor.tenant.name
    text = page(vendor, case)
    for words in ("<b>You</b>", f"<b>Tom, {vendor_name}</b>", "all parties"):
        assert words in text
    assert text.count(f"</span> you and {vendor_name}") == 2
    with vendor.scope():
        Contact.objects.create(tenant=vendor.tenant, partner=alpenwerk, user=vendor["marc"].user)
        Message.objects.filter(body="Mine.").update(author=vendor["marc"].user)
    assert f"<b>Marc, {alpenwerk.name}</b>" in page(vendor, case)
    with vendor.scope():
        Contact.objects.filter(user=vendor["marc"].user, partner=alpenwerk).delete()
    text = page(vendor, case)
    assert ("<b>Somebody who is not named here</b>" in text, "Marc" in text) == (True, False)


def test_what_the_vendor_asks_is_marked_until_the_partner_writes(vendor: World) -> None:
    case, other = opened(vendor, title="Asked"), opened(vendor, title="Quiet")
    assert "needs your answer" not in plain(get(vendor, "portal-cases"))
    with vendor.scope():
        do(vendor, "add_message", case, body="Send the letter.", audience="parties", asks=True)
    listed = plain(get(vendor, "portal-cases"))
    assert ("1 case needs your answer" in listed, listed.count("Needs your answer")) == (True, 1)
    waiting = plain(get(vendor, "portal-cases", query="?asked=1"))
    assert ("Asked" in waiting, "Quiet" in waiting) == (True, False)
    assert "What we need from you" in page(vendor, case)
    asks = "has asked you something, and has been waiting for your answer since"
    assert f"{vendor.tenant.name} {asks}" in page(vendor, case)
    assert 'btn-primary" type="submit">Send' in page(vendor, case)
    assert "What we need from you" not in page(vendor, other)
    act(vendor, case.pk, "message", body="Here it is.")
    assert "needs your answer" not in plain(get(vendor, "portal-cases"))
    assert "What we need from you" not in page(vendor, case)
    assert "Nothing waits for you" in plain(get(vendor, "portal-cases", query="?asked=1"))
    with vendor.scope():
        assert list(Party.objects.values_list("asked_at", flat=True)) == [None, None]


def test_many_that_wait_are_counted_up_to_a_bound(
    vendor: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.queries.MOST_COUNTED", 1)
    with vendor.scope():
        for _ in range(3):
            do(vendor, "add_message", vendor.case(), body="Send it.", asks=True)
    assert "1+ cases need your answer" in plain(get(vendor, "portal-cases"))


def test_asking_for_the_next_person_starts_a_clock_and_is_said_until_answered(
    vendor: World,
) -> None:
    case = opened(vendor, others=((vendor.partners["rheintor"], "respondent"),))
    assert ASK in page(vendor, case)
    text = plain(act(vendor, case.pk, "request", reason="Nobody has read it."))
    assert "You have asked for the next person." in text
    assert ("You asked for the next person" in text, ASK in text) == (True, False)
    with vendor.scope():
        clock = Clock.objects.get(kind="request")
        assert clock.subject == vendor.partners["alpenwerk"].pk
    again = act(vendor, case.pk, "request", reason="Still nobody.")
    assert (again.status_code, "You have asked already" in plain(again)) == (409, True)
    # The other party may ask too, and does not learn that this one did.
    rivals = page(vendor, case, "rheintor")
    assert (ASK in rivals, "You asked for" in rivals, "Nobody has read it." in rivals) == (
        *(True, False, False),
    )
    assert "Tom answers first, by" in rivals
    with vendor.scope():
        decline_request(
            case,
            by=vendor["tom"],
            at=timezone.now(),
            partner_id=vendor.partners["alpenwerk"].pk,
            reason="I read it today.",
        )
    text = page(vendor, case)
    assert (ASK in text, "You asked for" in text, "I read it today." in text) == (True, False, True)
    assert "I read it today." not in page(vendor, case, "rheintor")


def test_a_request_changes_nothing_that_any_party_sees_of_what_is_due(vendor: World) -> None:
    with vendor.scope():
        Level.objects.update(response_window="PT20H", decision_window="PT40H")
    case = opened(vendor, others=((vendor.partners["rheintor"], "respondent"),))
    before = page(vendor, case, "rheintor")
    assert "Tom answers first, by <b" in before
    act(vendor, case.pk, "request", reason="Nobody has read it.")
    after = page(vendor, case, "rheintor")
    # But for the secrets of its forms the page is the same, word by word.
    words = [text.split("<main")[1].split() for text in (before, after)]
    pairs = zip(*words, strict=True)
    assert [a for a, b in pairs if a != b and not a.startswith('value="')] == []
    assert "Tom answers first, by <b" in page(vendor, case, "alpenwerk")


def test_nobody_above_is_nobody_to_ask_for(vendor: World) -> None:
    case = opened(vendor)
    with vendor.scope():
        do(vendor, "escalate", case, by="tom")
        do(vendor, "escalate", case, by="petra")
    assert ASK not in page(vendor, case)
    answer = act(vendor, case.pk, "request", reason="Higher still.")
    assert answer.status_code == 409
    text = plain(answer)
    assert "Nobody is above the person who has the case." in text
    # In the portal, and with what a partner can do.
    assert ("Partner portal" in text, "Write a message, Withdraw the case" in text) == (True, True)


def test_a_click_for_a_turn_that_has_ended_asks_nobody(vendor: World) -> None:
    case = opened(vendor)
    with vendor.scope():
        turn = Case.objects.get(pk=case.pk).assignment_id
        do(vendor, "escalate", case)
    answer = act(vendor, case.pk, "request", reason="Tom is silent.", turn=turn)
    text = plain(answer)
    assert (answer.status_code, "has moved on since you opened it" in text) == (409, True)
    assert ("Acknowledge" in text, "Ask for the next person" in text) == (False, True)
    with vendor.scope():
        assert not Clock.objects.filter(kind="request").exists()


def test_only_who_raised_it_withdraws(vendor: World) -> None:
    case = opened(vendor, others=((vendor.partners["rheintor"], "respondent"),))
    assert WITHDRAW not in page(vendor, case, "rheintor")
    refused = act(vendor, case.pk, "withdraw", "rheintor", reason="Away with it.")
    text = plain(refused)
    assert (refused.status_code, "Only the partner that raised the dispute" in text) == (403, True)
    assert "Partner portal" in text
    with vendor.scope():
        assert Case.objects.get().status == "new"
        # Who speaks for both still acts for the one whose page it is.
        both = {"tenant": vendor.tenant, "user": vendor["marc"].user}
        Contact.objects.create(partner=vendor.partners["alpenwerk"], **both)
    assert WITHDRAW not in page(vendor, case, "rheintor")
    for reason in ("x", ""):
        assert act(vendor, case.pk, "withdraw", "rheintor", reason=reason).status_code == 403
    text = plain(act(vendor, case.pk, "withdraw", reason="We found each other."))
    assert "Withdrawn. Nobody works on this case any more." in text
    with vendor.scope():
        assert Case.objects.get().status == "withdrawn"


@pytest.mark.parametrize("status", STATUSES)
def test_a_page_offers_what_the_verb_would_do(vendor: World, status: str) -> None:
    with vendor.scope():
        case = case_in(vendor, status, at=timezone.now() - timedelta(minutes=5))
    text = page(vendor, case)
    offered = {verb for verb in ACTS if f"/do/{verb}/" in text}
    data = {"body": "Words.", "reason": "Words."}
    done = {v for v in ACTS if act_undone(vendor, case, v, data).status_code == 302}
    assert offered == done
    assert done == POSSIBLE[status]


def act_undone(world: World, case: Case, verb: str, data: dict[str, str]) -> Any:
    """Post an act and take back what it did."""
    with transaction.atomic():
        answer = browser(world, "anna").post(address(world, "portal-case-do", case.pk, verb), data)
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize(
    ("verb", "field"), [("message", "body"), ("request", "reason"), ("withdraw", "reason")]
)
@pytest.mark.parametrize("text", ["", "   ", "nul\x00", "x" * 20_001])
def test_a_text_that_is_none_comes_back_with_the_reason(
    vendor: World, verb: str, field: str, text: str
) -> None:
    case = opened(vendor)
    answer = act(vendor, case.pk, verb, **{field: text})
    assert answer.status_code == 422
    assert 'class="p-errors"' in plain(answer)
    with vendor.scope():
        assert not Message.objects.exists()
        assert Case.objects.get().status == "new"


def test_the_path_names_who_had_it_and_what_is_to_come(vendor: World) -> None:
    with vendor.scope():
        case = vendor.case(at=timezone.now() - timedelta(hours=1))
        do(vendor, "escalate", case, at=timezone.now() - timedelta(minutes=30))
        do(vendor, "hand_back", case, by="petra", at=timezone.now() - timedelta(minutes=20))
    text = page(vendor, case)
    path = text[text.index('class="p-path"') : text.index("</ol>", text.index('class="p-path"'))]
    words = ("Opened", "Handed it to the next person", "Gave it back", "Has it since")
    places = [path.index(word) for word in (*words, "A decision, in writing", "Completed")]
    assert places == sorted(places)
    assert path.count("Tom") == 2
    assert path.count('aria-current="step"') == 1
    with vendor.scope():
        do(vendor, "resolve", case, at=timezone.now())
    text = page(vendor, case)
    assert ("Resolved it" in text, 'aria-current="step"' in text) == (True, False)


def test_an_act_nobody_knows_is_not_there(vendor: World) -> None:
    case = opened(vendor)
    assert act(vendor, case.pk, "escalate", reason="r").status_code == 404
