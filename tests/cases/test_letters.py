"""How the events of a case are told: to whom they may be, in which words, and where they lead."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from cases.letters import CaseSubject
from cases.models import Case, Party
from cases.queries import names_of
from cases.timeline import entry
from cases.words import KINDS, Whole, kind_of, sentence
from journal.actions import record
from journal.models import Event
from journal.registry import letters
from ladder.models import Absence
from partners.models import Contact
from tests.cases.verbs import CANARY, do, ready_for, verbs
from tests.factories import LONG_AGO, OPENED, World

# Facts as each kind of event carries them.
FACTS = {
    "from": 1,
    "to": 2,
    "kind": "response",
    "share": 75,
    "outcome": "upheld",
    "cause": "clock",
    "owner": None,
    "on_behalf_of": None,
    "previous_owner": None,
    "before": "s3",
    "severity": "s1",
    "person": None,
    "role": "affected",
    "act": "jump",
    "finding": "change",
    "until": "2026-12-25T23:00:00+00:00",
}


@pytest.fixture
def told(world: World) -> list[Event]:
    """Every event that the verbs write about a case of Alpenwerk's and Rheintor's."""
    for verb in sorted(verbs()):
        case, holder = ready_for(world, verb)
        do(world, verb, case, by=holder)
        # Who was away for one verb is back for the next.
        Absence.objects.update(ended_at=LONG_AGO)
    return list(Event.objects.order_by("id"))


def test_a_subject_names_the_number_and_never_the_title(world: World, told: list[Event]) -> None:
    numbers = dict(Case.objects.values_list("id", "number"))
    titles = set(Case.objects.values_list("title", flat=True))
    found = letters(told, world["tom"].user)
    assert set(found) == {event.pk for event in told}
    for event in told:
        letter = found[event.pk]
        assert event.case_id is not None
        assert letter.number == numbers[event.case_id]
        assert letter.subject.startswith(f"[{letter.number}] ")
        assert letter.line in letter.text
        for text in (letter.subject, letter.line, letter.text):
            assert CANARY not in text
            assert not [title for title in titles if title in text]
            assert "@" not in text


def test_a_partner_reads_only_what_is_meant_for_the_parties(
    world: World, told: list[Event]
) -> None:
    found = letters(told, world["anna"].user)
    alpenwerk = world.partners["alpenwerk"].pk
    shared = {e.pk for e in told if e.audience == "parties" or e.partner_id == alpenwerk}
    assert set(found) == shared
    assert shared < {event.pk for event in told}
    own = f"/p/{world.tenant.slug}/alpenwerk/cases"
    urls = {event.pk: f"{own}/{event.case_id}/" for event in told if event.pk in shared}
    assert {event: letter.url for event, letter in found.items()} == urls
    part = Party.objects.filter(partner=world.partners["rheintor"]).values_list(
        "case_id", flat=True
    )
    theirs = {event.pk for event in told if event.case_id in set(part)}
    assert set(letters(told, world["marc"].user)) <= theirs


def test_what_is_meant_for_one_party_is_told_to_that_party(world: World) -> None:
    rheintor = world.partners["rheintor"]
    case = world.case(others=((rheintor, "respondent"),))
    do(world, "add_message", case, audience="party", partner_id=rheintor.pk)
    event = Event.objects.get(kind="case.message")
    assert set(letters([event], world["marc"].user)) == {event.pk}
    assert letters([event], world["anna"].user) == {}


def test_a_contact_of_two_parties_is_led_to_the_one_that_was_told(world: World) -> None:
    alpenwerk, rheintor = world.partners["alpenwerk"], world.partners["rheintor"]
    Contact.objects.create(tenant=world.tenant, partner=rheintor, user=world["anna"].user)
    case = world.case(others=((rheintor, "respondent"),))
    for partner in (alpenwerk, rheintor):
        do(world, "add_message", case, audience="party", partner_id=partner.pk)
        event = Event.objects.get(kind="case.message", partner_id=partner.pk)
        url = letters([event], world["anna"].user)[event.pk].url
        assert url == f"/p/{world.tenant.slug}/{partner.slug}/cases/{case.pk}/"


@pytest.mark.parametrize(
    ("cause", "owner", "said"),
    [
        ("person", True, "The case was handed to Petra."),
        ("clock", True, "The time has passed; the case was handed to Petra."),
        ("clock", False, "The case was handed on."),
    ],
)
def test_a_partner_is_told_who_has_it_and_nothing_of_levels(
    world: World, cause: str, owner: bool, said: str
) -> None:
    case = world.case()
    facts = {"from": 1, "to": 2, "kind": "response", "cause": cause}
    facts["owner"] = str(world["petra"].user_id) if owner else None
    event = record(
        "case.escalated",
        at=case.opened_at,
        by=None,
        case_id=case.pk,
        facts=facts,
        audience="parties",
    )
    told = letters([event], world["anna"].user)[event.pk]
    assert (told.line, told.subject) == (said, f"[{case.number}] Handed on")
    staff = letters([event], world["tom"].user)[event.pk]
    assert ("level 2" in staff.line, staff.subject) == (True, f"[{case.number}] Escalated")


def test_nobody_is_told_of_what_they_may_not_see(world: World, told: list[Event]) -> None:
    assert letters(told, world["ruth"].user) == {}
    Contact.objects.filter(user=world["anna"].user).delete()
    assert letters(told, world["anna"].user) == {}
    world["tom"].is_active = False
    world["tom"].save()
    assert letters(told, world["tom"].user) == {}
    world["petra"].user.is_active = False
    assert letters(told, world["petra"].user) == {}


def test_as_many_queries_for_fifty_as_for_one(
    world: World, told: list[Event], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name, queries in (("tom", 3), ("anna", 5)):
        for events in (told[:1], told):
            with django_assert_num_queries(queries):
                CaseSubject().letters(events, world[name].user)


def test_staff_are_led_to_the_case(world: World) -> None:
    case = world.case()
    event = Event.objects.get(case_id=case.pk)
    assert letters([event], world["petra"].user)[event.pk].url == (
        f"/t/{world.tenant.slug}/cases/{case.pk}/"
    )


@pytest.mark.parametrize("kind", sorted(kind for kind in KINDS if kind.startswith("case.")))
@pytest.mark.parametrize(
    "cause", ["clock", "person", "answered", "cap", "resumed", "moved", "import"]
)
def test_every_kind_of_event_has_a_sentence(kind: str, cause: str) -> None:
    said = sentence(kind, FACTS | {"cause": cause}, {})
    assert bool(said) == (kind != "case.message")
    assert "%(" not in said
    # A sentence stands by itself, or goes on from who did it, also from "You".
    assert not said or said[0].islower() != isinstance(said, Whole)
    assert isinstance(said, Whole) or not said.startswith(("keeps ", "has ", "is "))


def test_whoever_did_something_stands_in_front_of_what_goes_on_from_there(
    world: World, told: list[Event]
) -> None:
    case = world.case(others=((world.partners["rheintor"], "respondent"),))
    do(world, "acknowledge", case)
    do(world, "pause", case)
    do(world, "add_message", case, by="anna")
    acted = [event for event in Event.objects.order_by("id") if event.by_id is not None]
    names = names_of({event.by_id for event in acted})
    for reader in ("tom", "anna"):
        for pk, letter in letters(acted, world[reader].user).items():
            event = next(event for event in acted if event.pk == pk)
            assert event.by_id is not None
            author, begins = names[event.by_id], letter.line.split()
            if begins[0] == author and begins[1] not in ("for", "has"):
                assert begins[1][0].islower(), letter.line
            else:
                assert letter.line[0].isupper(), letter.line
    lines = {letter.line for letter in letters(acted, world["tom"].user).values()}
    assert {"Anna answered: the clocks run again.", "Tom opened the case again."} <= lines


@pytest.mark.parametrize(
    ("kind", "facts", "line"),
    [
        ("case.reopened", {"cause": "person"}, "Tom opened the case again."),
        ("case.resumed", {"cause": "answered"}, "Tom answered: the clocks run again."),
        ("case.resumed", {"cause": "resumed"}, "Tom let the clocks run again."),
        (
            "case.resumed",
            {"cause": "cap"},
            "The longest time for a pause is over: the clocks run again.",
        ),
        ("case.resumed", {"cause": "moved"}, "The clocks run again."),
        # At the top, or of a time when the trail did not say whether it went on.
        (
            "case.alarm",
            {"kind": "total"},
            "The case was not resolved in time: the admins were told.",
        ),
        ("case.of.another.time", {}, "The record was extended."),
    ],
)
def test_what_went_by_itself_is_put_to_nobody(
    world: World, kind: str, facts: dict[str, str], line: str
) -> None:
    case = world.case()
    event = record(kind, at=case.opened_at, by=world["tom"].user_id, case_id=case.pk, facts=facts)
    assert letters([event], world["petra"].user)[event.pk].line == line
    shown = entry(event, None, names_of({event.by_id}), world["petra"])
    assert f"{shown['who']} {shown['text']}".strip() == line


def test_a_held_window_is_told_to_the_minute_where_each_reader_is(world: World) -> None:
    case = world.case(at=OPENED)
    until = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
    do(world, "hold", case, by="petra", until=until)
    world["tom"].user.timezone = "America/New_York"
    event = Event.objects.get(kind="case.held")
    with timezone.override("UTC"):
        staff = letters([event], world["tom"].user)[event.pk].line
        partner = letters([event], world["anna"].user)[event.pk].line
    assert staff == "Petra held the window until Thu 26 Nov 2026 05:00 (America/New_York)."
    assert partner == (
        "There is more time for the answer you wait for,"
        " until Thu 26 Nov 2026 11:00 (Europe/Berlin) at the latest."
    )


def test_what_was_imported_names_nobody(world: World) -> None:
    case = world.case()
    event = record("case.acknowledged", at=case.opened_at, by=None, case_id=case.pk)
    assert letters([event], world["petra"].user)[event.pk].line == "Somebody took the case up."


def test_every_kind_that_is_written_is_known(world: World, told: list[Event]) -> None:
    assert {event.kind for event in told} <= set(KINDS)
    assert kind_of("case.of.another.time").icon == "info"


def test_a_name_that_is_known_is_said(world: World) -> None:
    tom = UUID(int=7)
    facts = FACTS | {"owner": str(tom), "cause": "person"}
    assert sentence("case.escalated", facts, {tom: "Tom"}) == "escalated to level 2, to Tom."
    assert "somebody" in sentence("case.escalated", facts, {})
    assert "nobody" in sentence("case.escalated", FACTS | {"cause": "person"}, {})
    assert sentence("case.opened", {"source": "import"}, {}) == "The case was imported."
