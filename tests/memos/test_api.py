"""Concessions and memos over the API: what the story does not come by."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case, Clock
from tests.api import Program, company, leads_into, pointers, refused
from tests.factories import World, make_world
from tests.memos import deals, story

pytestmark = pytest.mark.django_db
ASK: dict[str, Any] = {"kind": "fee", "amount": "900", "currency": "EUR", "reason": "Fair."}


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose levels may concede; its scope is not in force."""
    world = make_world()
    with world.scope():
        deals.empower(world)
    return world


@pytest.fixture
def case(vendor: World) -> str:
    """A case of Tom's."""
    with vendor.scope():
        return str(vendor.case().pk)


@pytest.fixture
def tom(vendor: World) -> Program:
    """Tom's program."""
    return Program(vendor, "tom")


# --- Concessions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"amount": "1,000"}, "/amount"),
        ({"amount": 0}, "/amount"),
        ({"amount": -5}, "/amount"),
        ({"currency": "XXX"}, "/currency"),
        ({"kind": "gift"}, "/kind"),
        ({"kind": "price"}, "/percent"),
        ({"percent": "5"}, "/percent"),
        ({"reason": "  "}, "/reason"),
        ({"partner": "0199d3a0-6e01-7b52-8c0d-0d4e5f6a7b21"}, "/partner"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    tom: Program, case: str, change: dict[str, Any], where: str
) -> None:
    answer = tom.ask("post", "concessions/", {"case": case, **ASK, **change})
    assert list(pointers(answer)) == [where]
    assert tom.get("concessions/")["results"] == []


def test_an_amount_may_be_a_number_and_is_told_as_a_text(tom: Program, case: str) -> None:
    made = tom.post("concessions/", {"case": case, **ASK, "amount": 900.5})
    assert (made["amount"], made["partner"]["name"]) == ("900.5", "Alpenwerk")


def test_who_asked_cannot_decide_whichever_way_they_ask(
    vendor: World, tom: Program, case: str
) -> None:
    made = tom.post("concessions/", {"case": case, **ASK})
    for word in ("approve", "deny", "counter"):
        body = {"decision": word, "reason": "Mine.", "amount": "1"}
        answer = tom.ask("post", f"concessions/{made['id']}/decide/", body)
        assert "Nobody decides what they asked for" in refused(answer, 403)["detail"]
    assert tom.get(f"concessions/{made['id']}/")["state"] == "pending"


def test_an_admin_without_a_seat_decides_nothing(vendor: World, tom: Program, case: str) -> None:
    made = tom.post("concessions/", {"case": case, **ASK})
    ines = Program(vendor, "ines")
    body = {"decision": "approve", "reason": "I may do all."}
    refused(ines.ask("post", f"concessions/{made['id']}/decide/", body), 403)


def test_it_is_changed_countered_taken_back(vendor: World, tom: Program, case: str) -> None:
    petra = Program(vendor, "petra")
    made = tom.ask("post", "concessions/", {"case": case, **ASK})
    here, tag = f"concessions/{made.json()['id']}/", made.headers["ETag"]
    assert tag.startswith('"1-pending-')
    changed = tom.ask("post", f"{here}change/", {**ASK, "amount": "950"}, If_Match=tag)
    assert changed.json()["amount"] == "950"
    assert changed.headers["ETag"].startswith('"2-pending-')
    refused(
        petra.ask("post", f"{here}decide/", {"decision": "deny", "reason": "No."}, If_Match=tag),
        412,
    )
    offer = {"decision": "counter", "reason": "Less.", "amount": "500"}
    countered = petra.post(f"{here}decide/", offer)
    assert (countered["state"], countered["counter_amount"]) == ("countered", "500")
    assert [d["verdict"] for d in countered["decisions"]] == ["counter"]
    assert tom.post(f"{here}withdraw/", {"reason": "Never mind."})["state"] == "withdrawn"
    refused(tom.ask("post", f"{here}accept/"), 409)
    listed = tom.get(f"concessions/?case={case}&state=withdrawn")["results"]
    assert [found["amount"] for found in listed] == ["950"]
    assert tom.get("concessions/?state=approved")["results"] == []


def test_a_version_is_another_one_when_somebody_else_is_asked(
    vendor: World, tom: Program, case: str
) -> None:
    """Nothing was changed in what is asked for; who read it means who was asked then."""
    made = tom.ask("post", "concessions/", {"case": case, **ASK})
    here = f"concessions/{made.json()['id']}/"
    assert tom.ask("get", here).headers["ETag"] == made.headers["ETag"]
    with vendor.scope():
        clock = Clock.objects.get(kind="approval")
        Clock.objects.filter(pk=clock.pk).update(owner_id=vendor["marianne"].user_id)
    refused(
        tom.ask("post", f"{here}withdraw/", {"reason": "X."}, If_Match=made.headers["ETag"]), 412
    )


def test_the_trail_shows_what_was_asked_for_to_who_reads_events_alone(
    vendor: World, tom: Program, case: str
) -> None:
    made = tom.post("concessions/", {"case": case, **ASK})
    reader = Program(vendor, "pavel", scopes=("events:read",))
    events = reader.get(f"cases/{case}/events/")["results"]
    [asked] = [event for event in events if event["kind"] == "concession.requested"]
    facts = {"concession": made["id"], "kind": "fee", "amount": "900", "currency": "EUR"}
    assert facts.items() <= asked["facts"].items()
    assert "reason" not in asked["facts"]
    refused(reader.ask("get", "concessions/"), 403)


def test_the_lists_take_as_many_statements_for_ten_as_for_one(vendor: World, tom: Program) -> None:
    counts: dict[str, list[int]] = {"concessions/": [], "memos/": []}
    for size in (1, 9):
        with vendor.scope():
            for _ in range(size):
                case = vendor.case()
                deals.ask(vendor, case)
                story.asked(vendor, case)
        for path, found in counts.items():
            with CaptureQueriesContext(connection) as captured:
                tom.get(path)
            found.append(len(captured))
    assert all(few == many for few, many in counts.values()), counts


# --- Memos ----------------------------------------------------------------------------------------


def test_an_issued_memo_cannot_be_changed_by_any_address(vendor: World) -> None:
    with vendor.scope():
        memo = story.issued(vendor, vendor.case())
    before = Program(vendor, "tom").get(f"memos/{memo.pk}/")
    edit = {"title": "Another", "sections": {"decision": "Another."}}
    colleague = {"reviewer": str(vendor["petra"].user_id)}
    for name in ("ines", "tom", "petra", "marianne"):
        program = Program(vendor, name)
        answers = [
            program.ask("put", f"memos/{memo.pk}/", edit),
            program.ask("post", f"memos/{memo.pk}/ask-review/", colleague),
            program.ask("post", f"memos/{memo.pk}/take-back/"),
            program.ask("post", f"memos/{memo.pk}/review/", {"agree": False, "note": "No."}),
            program.ask("post", f"memos/{memo.pk}/issue/", {}),
        ]
        assert {answer.status_code for answer in answers} <= {403, 409}, name
    assert Program(vendor, "tom").get(f"memos/{memo.pk}/") == before


def test_what_keeps_a_memo_from_being_issued_is_said(vendor: World, tom: Program) -> None:
    with vendor.scope():
        case = vendor.case()
    memo = tom.post("memos/", {"case": str(case.pk)})
    here = f"memos/{memo['id']}/"
    assert refused(tom.ask("post", "memos/", {"case": str(case.pk)}), 409)
    refused(tom.ask("post", f"{here}issue/", {}), 409)
    own = tom.ask("post", f"{here}ask-review/", {"reviewer": str(vendor["tom"].user_id)})
    assert list(pointers(own)) == ["/reviewer"]
    wrong = {"title": "T", "sections": {"weather": "Fine."}}
    assert list(pointers(tom.ask("put", here, wrong))) == ["/sections/weather"]
    kept = tom.put(here, {"title": "T", "sections": {"findings": "F."}})
    assert kept["sections"]["findings"] == "F."
    assert kept["sections"]["dispute"] == memo["sections"]["dispute"]


def test_what_is_wrong_in_a_memo_is_named_where_it_was_sent(vendor: World, tom: Program) -> None:
    with vendor.scope():
        memo = story.written(vendor)
    own, rival = (str(vendor.partners[name].pk) for name in ("alpenwerk", "rheintor"))
    nobody, person = str(uuid4()), str(vendor["tom"].user_id)
    copy = {"title": "H", "body": "B"}
    wrong = {
        "title": "T",
        "sections": {"risk": "a\x00b"},
        "copies": [{"partner": rival, **copy}, {"partner": nobody, **copy}],
        "actions": [
            {"what": "Right", "due_on": "2026-12-04", "owner": person},
            {"what": "Too far", "due_on": "2099-01-01", "owner": person},
            {"what": "Two do it", "due_on": "2026-12-04", "owner": person, "partner": own},
            {"what": "A stranger", "due_on": "2026-12-04", "partner": nobody},
        ],
    }
    assert list(pointers(tom.ask("put", f"memos/{memo.pk}/", wrong))) == ["/sections/risk"]
    wrong["sections"] = {}
    assert set(pointers(tom.ask("put", f"memos/{memo.pk}/", wrong))) == {
        *("/copies/1/partner", "/actions/1/due_on", "/actions/2/owner", "/actions/3/partner"),
    }
    twice = {**wrong, "actions": [], "copies": [{"partner": own, **copy}] * 2}
    said = pointers(tom.ask("put", f"memos/{memo.pk}/", twice))
    assert said == {"/copies/1/partner": "This party has a copy already."}


def test_what_keeps_a_memo_from_being_issued_is_named_where_it_is_shown(
    vendor: World, tom: Program
) -> None:
    with vendor.scope():
        memo = story.reviewed(vendor, sections={**story.SECTIONS, "decision": ""})
        own, rival = (vendor.partners[name].pk for name in ("alpenwerk", "rheintor"))
        memo.copies.filter(partner_id=own).update(title="Rheintor's deal", body="As Marc said.")
        memo.copies.filter(partner_id=rival).delete()
        memo.actions.update(due_on=date(2098, 1, 1))
        memo.actions.filter(partner_id=own).update(what="Call Rheintor", due_on=date(2020, 1, 1))
    here = f"memos/{memo.pk}/"
    shown, said = tom.get(here), pointers(tom.ask("post", f"{here}issue/", {"confirmed": 0}))
    assert said == {
        "/sections/decision": "Write this section first.",
        "/copies/0/title": "This party must not read: Rheintor.",
        "/copies/0/body": "This party must not read: Marc.",
        "/copies": f"Write what this party reads. ({rival})",
        "/actions/1/what": "This party must not read: Rheintor.",
        "/actions/1/due_on": "This day has passed.",
    }
    assert all(leads_into(shown, pointer) for pointer in said)


def test_a_successor_is_begun_and_an_action_is_done(vendor: World, tom: Program) -> None:
    with vendor.scope():
        memo = story.issued(vendor, vendor.case())
    here = f"memos/{memo.pk}/"
    read = tom.ask("get", here)
    action, tag = read.json()["actions"][0], read.headers["ETag"]
    place = f"{here}actions/{action['id']}/done/"
    refused(tom.ask("post", place, {"note": "Sent."}, If_Match='"9-issued-0"'), 412)
    done = tom.ask("post", place, {"note": "Sent."}, If_Match=tag)
    assert done.json()["actions"][0]["done_at"]
    # What is shown has changed, and so has its version.
    assert done.headers["ETag"] != tag
    refused(tom.ask("post", f"{here}succeed/", If_Match=tag), 412)
    refused(tom.ask("post", f"{here}actions/{action['id']}/done/", {}), 409)
    refused(tom.ask("post", f"{here}actions/{memo.pk}/done/", {}), 404)
    after = tom.ask("post", f"{here}succeed/")
    assert (after.status_code, after.json()["version"]) == (201, 2)
    assert after.json()["predecessor"] == str(memo.pk)
    listed = tom.get(f"memos/?case={memo.case_id}&status=draft")["results"]
    assert [found["id"] for found in listed] == [after.json()["id"]]
    assert tom.get("memos/?q=nothing-like-it")["results"] == []


def test_each_party_prints_its_own_copy(vendor: World, tom: Program) -> None:
    with vendor.scope():
        memo = story.issued(vendor, vendor.case())
        parties = [copy.partner_id for copy in memo.copies.all()]
    here = f"memos/{memo.pk}/pdf/"
    for query in ("", f"?partner={parties[0]}"):
        answer = tom.ask("get", here + query, Accept="application/pdf")
        assert (answer.status_code, answer.content[:4]) == (200, b"%PDF"), query
    refused(tom.ask("get", f"{here}?partner={memo.pk}"), 404)
    anna = company(vendor, "anna", "alpenwerk")
    assert anna.ask("get", here).content.startswith(b"%PDF")
    refused(anna.ask("get", f"{here}?partner={vendor.partners['rheintor'].pk}"), 404)


def test_a_partner_lists_its_copies_and_nothing_unissued(vendor: World) -> None:
    with vendor.scope():
        memo = story.issued(vendor, vendor.case())
        drafted = vendor.case()
        story.asked(vendor, Case.objects.get(pk=drafted.pk))
    anna = company(vendor, "anna", "alpenwerk")
    listed = anna.get("memos/")["results"]
    assert [found["id"] for found in listed] == [str(memo.pk)]
    assert anna.get(f"memos/?case={drafted.pk}")["results"] == []
    assert list(pointers(anna.ask("get", "memos/?q=a"))) == ["?q"]
