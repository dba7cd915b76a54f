"""Cases over the API: logging with gaps, lists, sending again, and what a partner's token sees."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.api.collection import Cases
from cases.listing import case_rows
from cases.models import Case, Party
from cases.shapes import summary
from journal.models import Event
from ladder.models import Category, Route
from partners.models import Partner
from tests.api import Program, company, pointers, refused
from tests.factories import World, make_ladder, make_world

pytestmark = pytest.mark.django_db
TEMPLATE = [
    {"name": "reg_no", "label": "Number", "type": "text", "required": True},
    {"name": "stage", "label": "Stage", "type": "choice", "choices": [["won", "Won"]]},
    {"name": "submitted", "label": "Submitted", "type": "date", "required": True},
    {"name": "tender", "label": "Tender", "type": "yes_no"},
    {"name": "worth", "label": "Worth", "type": "money"},
    {"name": "seats", "label": "Seats", "type": "number"},
    {"name": "rival", "label": "Rival", "type": "text", "required": True, "private": True},
]


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose lead routing asks for something; its scope is not in force."""
    world = make_world()
    with world.scope():
        Category.objects.filter(slug="lead-routing").update(fields=TEMPLATE)
        Partner.objects.filter(slug="alpenwerk").update(external_id="CRM-42")
    return world


@pytest.fixture
def crm(vendor: World) -> Program:
    """Tom's program."""
    return Program(vendor, "tom")


LEAD: dict[str, Any] = {"partner": "CRM-42", "category": "lead-routing", "title": "A lead"}
ANSWERS = {"reg_no": "R-1", "submitted": "2026-10-05", "rival": "Somebody"}


def test_gaps_are_allowed_named_and_the_next_step(vendor: World, crm: Program) -> None:
    made = crm.post("cases/", {**LEAD, "fields": {"reg_no": "R-1"}})
    assert made["missing_fields"] == ["submitted", "rival"]
    assert made["next_step"] == {
        "action": "complete_fields",
        "text": "Complete what is missing: Tom",
        "due_at": made["due_at"],
    }
    whole = crm.post("cases/", {**LEAD, "fields": ANSWERS})
    assert (whole["missing_fields"], whole["next_step"]["action"]) == ([], "acknowledge")


def test_each_answer_is_read_as_its_field_says(vendor: World, crm: Program) -> None:
    given = {"tender": True, "stage": "won", "worth": 12.5, "seats": "7", "needed_by": None}
    made = crm.post("cases/", {**LEAD, "fields": {**ANSWERS, **given, "customer": "Klinikum"}})
    kept = {"tender": "yes", "stage": "won", "worth": "12.5", "seats": 7, "customer": "Klinikum"}
    assert made["fields"] == {**ANSWERS, **kept}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("colour", "red"),
        ("colour.of[0]", "red"),
        ("stage", "lost"),
        ("submitted", "5.10.2026"),
        ("submitted", "2026-02-30"),
        ("worth", "much"),
        ("worth", -1),
        ("seats", 1.5),
        ("tender", "perhaps"),
        ("reg_no", {"a": 1}),
        ("reg_no", True),
        ("reg_no", "a\x00b"),
        ("reg_no", "\ud800"),
        ("reg_no", "x" * 2001),
    ],
)
def test_a_wrong_answer_is_refused_where_it_stands(
    vendor: World, crm: Program, field: str, value: Any
) -> None:
    answer = crm.ask("post", "cases/", {**LEAD, "fields": {field: value}})
    assert list(pointers(answer)) == [f"/fields/{field}"]
    assert crm.get("cases/")["results"] == []


def test_severity_follows_or_needs_its_reason(vendor: World, crm: Program) -> None:
    stake = {"revenue": 180000, "customers": 1, "exposure": "customer", "relationship": "repeat"}
    made = crm.post("cases/", {**LEAD, "impact": stake})
    assert (made["severity"], made["impact_score"]) == ("s2", 51)
    assert made["impact"]["revenue"] == "180000"
    answer = crm.ask("post", "cases/", {**LEAD, "impact": stake, "severity": "s4"})
    assert list(pointers(answer)) == ["/severity_reason"]
    why = {"impact": stake, "severity": "s4", "severity_reason": "Settled by phone."}
    assert crm.post("cases/", {**LEAD, **why})["severity"] == "s4"
    assert crm.post("cases/", LEAD)["severity"] == "s3"
    assert crm.post("cases/", {**LEAD, "severity": "s1"})["severity"] == "s1"


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"partner": "CRM-43"}, "/partner"),
        ({"category": "weather"}, "/category"),
        ({"ladder": "0199d3a0-5e00-7333-9999-5a3d6c1b2e04"}, "/ladder"),
        ({"parties": [{"partner": "CRM-42", "role": "affected"}]}, "/parties"),
        ({"parties": [{"partner": "nobody", "role": "affected"}]}, "/parties/0/partner"),
    ],
)
def test_what_is_named_has_to_be_there(crm: Program, given: dict[str, Any], where: str) -> None:
    assert list(pointers(crm.ask("post", "cases/", {**LEAD, **given}))) == [where]


def test_a_ladder_that_is_named_is_climbed_whatever_the_matrix_says(
    vendor: World, crm: Program
) -> None:
    with vendor.scope():
        other = make_ladder(vendor, name="Other", holders=("petra", "marianne"))
    made = crm.post("cases/", {**LEAD, "fields": ANSWERS, "ladder": str(other.pk)})
    assert (made["ladder"], made["owner"]["name"]) == (str(other.pk), "Petra")
    with vendor.scope():
        assert Case.objects.get().route_id is None
        assert Route.objects.count() == 1


def test_who_may_not_see_what_they_log_has_logged_it(vendor: World) -> None:
    with vendor.scope():
        Category.objects.filter(slug="lead-routing").update(confidentiality="restricted")
    ines = Program(vendor, "ines")
    first = ines.ask("post", "cases/", LEAD, Idempotency_Key="a")
    second = ines.ask("post", "cases/", LEAD, Idempotency_Key="a")
    assert (first.status_code, first.content, second.status_code) == (204, b"", 204)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert ines.ask("put", HERE, LEAD).status_code == 204
    assert ines.get("cases/")["results"] == []
    assert len(Program(vendor, "tom").get("cases/")["results"]) == 2


def test_without_a_partner_nothing_is_logged(crm: Program) -> None:
    answer = crm.ask("post", "cases/", {k: v for k, v in LEAD.items() if k != "partner"})
    assert list(pointers(answer)) == ["/partner"]


# --- Sent again and again -----------------------------------------------------------------------

HERE = "cases/by-external-id/salesforce/5003/"


def test_the_same_again_writes_nothing(vendor: World, crm: Program) -> None:
    first = crm.ask("put", HERE, {**LEAD, "amount": "12.50"})
    assert (first.status_code, first.headers["ETag"]) == (201, '"1"')
    second = crm.ask("put", HERE, {**LEAD, "amount": "12.50"})
    assert (second.status_code, second.headers["ETag"]) == (200, '"1"')
    assert second.json() == first.json() == crm.get(HERE)
    assert (second.json()["currency"], second.json()["source"]) == ("EUR", "salesforce")
    with vendor.scope():
        assert not Event.objects.filter(kind="case.edited").exists()


def test_what_is_new_is_one_event_and_what_is_left_out_stays(vendor: World, crm: Program) -> None:
    crm.put(HERE, {**LEAD, "deal_id": "D-1", "description": "As it was."})
    after = crm.put(HERE, {**LEAD, "title": "Another", "fields": ANSWERS})
    assert (after["title"], after["deal_id"], after["version"]) == ("Another", "D-1", 2)
    assert (after["description"], after["missing_fields"]) == ("As it was.", [])
    with vendor.scope():
        edited = Event.objects.get(kind="case.edited")
        assert edited.facts == {"fields": ["fields", "title"]}
        assert Party.objects.get().title == "Another"


def test_an_amount_keeps_its_currency(crm: Program) -> None:
    crm.put(HERE, {**LEAD, "amount": "5", "currency": "USD"})
    after = crm.put(HERE, {**LEAD, "amount": "6"})
    assert (after["amount"], after["currency"], after["version"]) == ("6", "USD", 2)
    assert crm.put(HERE, {**LEAD, "amount": "6"})["version"] == 2


def test_an_amount_is_of_a_currency_that_exists(vendor: World, crm: Program) -> None:
    told = {**LEAD, "amount": "6", "currency": "ERU"}
    for method, path in (("post", "cases/"), ("put", HERE)):
        assert list(pointers(crm.ask(method, path, told))) == ["/currency"]
    with vendor.scope():
        assert not Case.objects.exists()


def test_an_answer_that_is_left_out_stays_and_null_takes_it_away(crm: Program) -> None:
    crm.put(HERE, {**LEAD, "fields": {"reg_no": "R-1", "stage": "won"}})
    after = crm.put(HERE, {**LEAD, "fields": {"rival": "Rheintor", "stage": None}})
    assert after["fields"] == {"reg_no": "R-1", "rival": "Rheintor"}


def test_a_case_without_a_complainant_is_brought_up_to_date_too(
    vendor: World, crm: Program
) -> None:
    case = crm.put(HERE, LEAD)["id"]
    with vendor.scope():
        Party.objects.all().delete()
    told = {k: v for k, v in LEAD.items() if k != "partner"}
    after = crm.put(HERE, {**told, "title": "B", "impact": {"customers": 2}})
    assert (after["title"], after["partner"], after["parties"]) == ("B", None, [])
    asked = {"case": case, "kind": "fee", "amount": "9", "reason": "Fair."}
    assert list(pointers(crm.ask("post", "concessions/", asked))) == ["/partner"]


def test_a_partners_own_title_stays_its_own(vendor: World, crm: Program) -> None:
    anna = company(vendor, "anna", "alpenwerk")
    own = anna.post("cases/", {"category": "lead-routing", "title": "Our lead"})
    with vendor.scope():
        Case.objects.update(source_system="salesforce", external_id="5003")
    crm.put(HERE, {**LEAD, "title": "Their lead"})
    assert anna.get(f"cases/{own['id']}/")["title"] == "Our lead"
    assert crm.get(HERE)["title"] == "Their lead"


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"category": "territory"}, "/category"),
        ({"severity": "s1"}, "/severity"),
        ({"ladder": "0199d3a0-5e00-7333-9999-5a3d6c1b2e04"}, "/ladder"),
        ({"partner": "nobody"}, "/partner"),
        ({"parties": [{"partner": "CRM-42", "role": "affected"}]}, "/parties/0/partner"),
        ({"external_id": "5004"}, "/external_id"),
        ({"source": "hubspot"}, "/source"),
    ],
)
def test_what_has_consequences_is_not_changed_by_sending_it(
    crm: Program, given: dict[str, Any], where: str
) -> None:
    crm.put(HERE, LEAD)
    assert list(pointers(crm.ask("put", HERE, {**LEAD, **given}))) == [where]
    assert crm.get(HERE)["version"] == 1


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("a%00b/1/", "/source"),
        ("sales%20force/1/", "/source"),
        (f"{'x' * 41}/1/", "/source"),
        ("crm/a%00b/", "/external_id"),
        ("crm/%20/", "/external_id"),
        (f"crm/{'1' * 121}/", "/external_id"),
    ],
)
def test_an_address_names_an_id_as_a_body_does(crm: Program, path: str, where: str) -> None:
    refused(crm.ask("get", f"cases/by-external-id/{path}"), 404)
    answer = crm.ask("put", f"cases/by-external-id/{path}", LEAD)
    assert list(pointers(answer)) == [where]


def test_a_tag_is_for_what_is_there(crm: Program) -> None:
    for tags in ('"1"', "*"):
        refused(crm.ask("put", HERE, LEAD, If_Match=tags), 404)
    refused(crm.ask("put", HERE, LEAD, If_Match="1"), 400)
    crm.put(HERE, LEAD)
    refused(crm.ask("put", HERE, {**LEAD, "title": "B"}, If_Match='"9"'), 412)
    assert crm.put(HERE, {**LEAD, "title": "B"}, If_Match='"1"')["version"] == 2


def test_a_case_that_has_ended_is_not_corrected(crm: Program) -> None:
    case = crm.put(HERE, LEAD)
    crm.post(f"cases/{case['id']}/withdraw/", {"reason": "No more."})
    refused(crm.ask("put", HERE, {**LEAD, "title": "B"}), 409)


# --- Verbs ----------------------------------------------------------------------------------------


def test_who_holds_a_level_above_takes_a_case_past_the_next(vendor: World, crm: Program) -> None:
    case = crm.post("cases/", LEAD)["id"]
    up = {"reason": "For the sponsor.", "to_level": 3}
    said = refused(crm.ask("post", f"cases/{case}/escalate/", up), 403)["detail"]
    assert said == "Only who holds a level above can take the case past the next one."
    for level in (1, 9):
        wrong = crm.ask("post", f"cases/{case}/escalate/", {**up, "to_level": level})
        assert list(pointers(wrong)) == ["/to_level"]
    taken = Program(vendor, "petra").post(f"cases/{case}/escalate/", up)
    assert (taken["level"]["position"], taken["owner"]["name"]) == (3, "Marianne")
    top = Program(vendor, "marianne").ask("post", f"cases/{case}/escalate/", {"reason": "Up."})
    refused(top, 409)
    assert crm.ask("post", f"cases/{case}/escalate/", {"reason": "Up."}).status_code == 403


def test_the_next_level_by_its_number_is_no_jump(crm: Program) -> None:
    case = crm.post("cases/", LEAD)["id"]
    up = {"reason": "For the region.", "to_level": 2}
    assert crm.post(f"cases/{case}/escalate/", up)["level"]["position"] == 2


# --- Lists ----------------------------------------------------------------------------------------


def test_the_list_is_narrowed(vendor: World, crm: Program) -> None:
    petra = str(vendor["petra"].user_id)
    first = crm.post("cases/", {**LEAD, "deal_id": "D-77", "severity": "s1"})
    second = crm.post("cases/", {**LEAD, "category": "territory", "external_id": "X-1"})
    third = crm.put("cases/by-external-id/crm/X-2/", LEAD)
    crm.post(f"cases/{second['id']}/escalate/", {"reason": "Up."})
    crm.post(f"cases/{third['id']}/withdraw/", {"reason": "No more."})
    rheintor = vendor.partners["rheintor"].pk
    asked = {
        "status=withdrawn": [third],
        "status=new,in_progress": [first, second],
        "severity=s1": [first],
        "category=territory": [second],
        f"owner={petra}": [second],
        f"number={third['number']}": [third],
        "external_id=X-1": [second],
        "source=crm": [third],
        "source=api": [second],
        "q=D-77": [first],
        "q=nothing": [],
        f"partner={rheintor}": [],
        "ordering=due_at": [first, second],
        f"updated_since={second['opened_at']}&ordering=updated_at": [second, third],
    }
    for query, wanted in asked.items():
        found = {case["id"] for case in crm.get(f"cases/?{query}")["results"]}
        assert found == {case["id"] for case in wanted}, query


def test_a_list_takes_two_statements_for_one_case_and_for_thirty(
    vendor: World, crm: Program
) -> None:
    counts = []
    with vendor.scope():
        member = vendor["tom"]
        for size in (1, 30):
            for _ in range(size):
                vendor.case(at=timezone.now())
            with CaptureQueriesContext(
                connection,
            ) as captured:
                page = case_rows(member, {"limit": 50})
                shown = [summary(row) for row in page.rows]
            counts.append((len(captured), len(shown)))
    assert counts == [(2, 1), (2, 31)]
    assert Cases.scopes["GET"] == "cases:read"


def test_the_list_says_what_the_case_says(vendor: World, crm: Program) -> None:
    made = crm.post("cases/", {**LEAD, "fields": ANSWERS})
    listed = crm.get("cases/")["results"][0]
    assert {k: made[k] for k in listed} == listed
    assert made["clocks"][0]["window"] in ("PT4H", "PT16H", "PT100H")
    assert [c["id"] for c in crm.get(f"cases/{made['id']}/clocks/")["results"]] == [
        c["id"] for c in made["clocks"]
    ]


# --- A partner's token ----------------------------------------------------------------------------


def test_a_partner_logs_in_its_own_name_and_reads_it_back(vendor: World) -> None:
    anna = company(vendor, "anna", "alpenwerk")
    facts = {"description": "It was ours.", "fields": {"reg_no": "R-1"}, "impact": {"customers": 2}}
    made = anna.post("cases/", {"category": "lead-routing", "title": "Our lead", **facts})
    assert made == anna.get(f"cases/{made['id']}/")
    assert (made["description"], made["partner"]["name"]) == ("It was ours.", "Alpenwerk")
    assert (made["level"], made["version"], made["fields"]) == (None, None, {})
    assert made["next_step"]["text"] == "Acknowledge: Tom"
    with vendor.scope():
        case = Case.objects.get()
        assert (case.source, case.fields, case.impact["customers"]) == ("api", {"reg_no": "R-1"}, 2)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"severity": "s1"}, "/severity"),
        ({"ladder": "0199d3a0-5e00-7333-9999-5a3d6c1b2e04"}, "/ladder"),
        ({"external_id": "1"}, "/external_id"),
        ({"parties": []}, "/parties"),
        ({"source_url": "https://crm.example/1"}, "/source_url"),
        ({"impact": {"revenue": 1}}, "/impact/revenue"),
        ({"fields": {"rival": "Rheintor"}}, "/fields/rival"),
        ({"fields": {"internal_note": "x"}}, "/fields/internal_note"),
    ],
)
def test_a_partner_says_nothing_that_is_the_vendors(
    vendor: World, given: dict[str, Any], where: str
) -> None:
    anna = company(vendor, "anna", "alpenwerk")
    body = {"category": "lead-routing", "title": "Our lead", **given}
    assert list(pointers(anna.ask("post", "cases/", body))) == [where]
    assert anna.get("cases/")["results"] == []


def test_a_partner_does_not_learn_which_partners_there_are(vendor: World) -> None:
    with vendor.scope():
        Partner.objects.filter(slug="rheintor").update(external_id="CRM-43")
    anna = company(vendor, "anna", "alpenwerk")
    named: list[dict[str, Any]]
    named = [{"partner": other} for other in ("CRM-43", str(vendor.partners["rheintor"].pk), "no")]
    named += [{"parties": [{"partner": other, "role": "affected"}]} for other in ("CRM-43", "no")]
    answers = [
        anna.ask("post", "cases/", {"category": "lead-routing", "title": "Ours", **given}).json()
        for given in named
    ]
    assert answers[0] == answers[1] == answers[2]
    assert answers[3] == answers[4]
    own = str(vendor.partners["alpenwerk"].pk)
    anna.post("cases/", {"category": "lead-routing", "title": "Ours", "partner": own.upper()})


def test_a_partner_asks_its_list_little(vendor: World) -> None:
    anna = company(vendor, "anna", "alpenwerk")
    someone = "0199d3a0-5e00-7333-9999-5a3d6c1b2e04"
    since = "updated_since=2026-01-01T00:00:00Z"
    for query in ("q=a", f"owner={someone}", "ordering=due_at", "ordering=updated_at", since):
        assert list(pointers(anna.ask("get", f"cases/?{query}"))) == [f"?{query.partition('=')[0]}"]
    made = [
        anna.post("cases/", {"category": "lead-routing", "title": f"Lead {n}"})["id"]
        for n in range(3)
    ]
    page = anna.get("cases/?limit=2")
    assert [case["id"] for case in page["results"]] == made[:0:-1]
    rest = anna.get(page["next"].partition("/api/v1/")[2])
    assert [case["id"] for case in rest["results"]] == made[:1]
    back = anna.get(rest["previous"].partition("/api/v1/")[2])
    assert back["results"] == page["results"]
    assert [case["id"] for case in anna.get("cases/?status=new")["results"]] == made[::-1]
    assert {case["updated_at"] for case in page["results"]} == {None}


def test_what_is_asked_of_a_partner_is_its_next_step(vendor: World, crm: Program) -> None:
    case = crm.post("cases/", LEAD)["id"]
    anna, marc = company(vendor, "anna", "alpenwerk"), company(vendor, "marc", "rheintor")
    partner = str(vendor.partners["alpenwerk"].pk)
    asked = {"body": "Send the log.", "partner": partner, "asks": True}
    assert crm.post(f"cases/{case}/messages/", asked)["audience"] == "party"
    assert anna.get(f"cases/{case}/")["next_step"]["action"] == "reply"
    crm.post(f"cases/{case}/messages/", {"body": "For us alone."})
    anna.post(f"cases/{case}/messages/", {"body": "Here it is."})
    assert anna.get(f"cases/{case}/")["next_step"]["action"] == "acknowledge"
    texts = anna.get(f"cases/{case}/messages/")["results"]
    assert [text["body"] for text in texts] == ["Here it is.", "Send the log."]
    assert [text["author"]["name"] for text in texts] == ["Anna", "Tom"]
    for wrong in ({"audience": "parties"}, {"asks": True}, {"partner": case}):
        answer = anna.ask("post", f"cases/{case}/messages/", {"body": "x", **wrong})
        assert list(pointers(answer)) == [f"/{next(iter(wrong))}"]
    refused(marc.ask("post", f"cases/{case}/messages/", {"body": "x"}), 404)


def test_a_partner_asks_for_the_next_level_and_sees_its_own_clock(
    vendor: World, crm: Program
) -> None:
    both = {"parties": [{"partner": str(vendor.partners["rheintor"].pk), "role": "respondent"}]}
    case = crm.post("cases/", {**LEAD, **both})["id"]
    anna, marc = company(vendor, "anna", "alpenwerk"), company(vendor, "marc", "rheintor")
    anna.post(f"cases/{case}/request-level/", {"reason": "It takes long."})
    kinds = [
        {clock["kind"] for clock in who.get(f"cases/{case}/clocks/")["results"]}
        for who in (anna, marc)
    ]
    assert kinds == [
        {"response", "decision", "total", "request"},
        {"response", "decision", "total"},
    ]
    assert crm.get(f"cases/{case}/")["next_step"]["action"] == "complete_fields"
    decline = {"partner": str(vendor.partners["alpenwerk"].pk), "reason": "Tomorrow."}
    crm.post(f"cases/{case}/decline-request/", decline)
    refused(marc.ask("post", f"cases/{case}/withdraw/", {"reason": "No."}), 403)
    assert anna.post(f"cases/{case}/withdraw/", {"reason": "Settled."})["status"] == "withdrawn"


def test_who_got_its_part_later_reads_of_no_clock_from_before(vendor: World, crm: Program) -> None:
    case = crm.post("cases/", {**LEAD, "fields": ANSWERS})["id"]
    for verb, body in (("acknowledge", None), ("escalate", {"reason": "Up."})):
        crm.post(f"cases/{case}/{verb}/", body)
    rheintor = str(vendor.partners["rheintor"].pk)
    crm.post(f"cases/{case}/parties/", {"partner": rheintor, "role": "affected"})
    Program(vendor, "petra").post(f"cases/{case}/acknowledge/")
    read = {}
    for name, own in (("anna", "alpenwerk"), ("marc", "rheintor")):
        clocks = company(vendor, name, own).get(f"cases/{case}/clocks/")["results"]
        read[name] = sorted(f"{clock['kind']} {clock['state']}" for clock in clocks)
        assert company(vendor, name, own).get(f"cases/{case}/")["clocks"] == clocks
    now = ["decision running", "response met", "total running"]
    assert (read["marc"], read["anna"]) == (now, sorted([*now, "decision ended", "response met"]))
