"""The page that says why a clock is due then, as the vendor's people read it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from pytest_django.fixtures import DjangoAssertNumQueries

from cases.actions import acknowledge, decide, resolve, withdraw
from cases.models import Case, Clock
from cases.pausing import pause, resume
from ladder.models import CalendarVersion
from tests.escalation.browsing import browser
from tests.factories import BERLIN_HOURS, OPENED, World, make_world
from tests.portal.pages import plain

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LETTER = "The letter, please."


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor with hours in Berlin, whose scope is not in force."""
    return make_world(rules=BERLIN_HOURS)


@pytest.fixture
def case(vendor: World) -> Case:
    """A case that was taken up when it was opened, Wednesday at ten in Berlin."""
    with vendor.scope():
        return acknowledge(vendor.case(at=OPENED), by=vendor["tom"], at=OPENED)


def read(world: World, case: Case, kind: str, name: str = "tom", after: timedelta = HOUR) -> str:
    """Return the text of the page of a case's latest clock of a kind."""
    with world.scope():
        clock = Clock.objects.filter(case_id=case.pk, kind=kind).latest("anchor")
    with time_machine.travel(OPENED + after, tick=False):
        url = f"/t/{world.tenant.slug}/cases/{case.pk}/clocks/{clock.pk}/"
        answer = browser(world, name).get(url)
    assert answer.status_code == 200
    return plain(answer)


def stop(world: World, case: Case, after: timedelta = HOUR) -> Case:
    """Pause a case for Alpenwerk's evidence."""
    return pause(
        case,
        by=world["tom"],
        at=OPENED + after,
        reason="evidence",
        partner_id=world.partners["alpenwerk"].pk,
        waits_for=LETTER,
        review_by=OPENED + after + DAY,
    )


@pytest.mark.parametrize("name", ["tom", "petra", "ines", "pavel"])
def test_who_sees_the_case_reads_the_answer(vendor: World, case: Case, name: str) -> None:
    text = read(vendor, case, "decision", name)
    assert "Decision: why is it due then?" in text
    assert (
        "Due Fri 27 Nov 10:00 because it counts 16 h of business time from Wed 25 Nov 10:00: 7 h on"
        " Wednesday, 8 h on Thursday, 1 h on Friday." in text
    )
    assert "So far 1 h of business time have counted; 15 h of business time are left." in text
    assert "<dd>level 1, Level 1</dd>" in text
    assert "when the case was opened</dd>" in text
    assert "Mon-Fri 09:00-17:00" in text
    assert "is in force for new clocks" not in text
    assert "does not follow" not in text


def test_a_clock_keeps_the_version_it_began_with_and_says_so(vendor: World, case: Case) -> None:
    with vendor.scope():
        assert vendor.calendar is not None
        CalendarVersion.objects.create(
            tenant=vendor.tenant,
            calendar=vendor.calendar.calendar,
            number=2,
            rules={**BERLIN_HOURS, "holidays": ["2026-11-26"]},
        )
    text = read(vendor, case, "decision")
    assert "Version 2 is in force for new clocks. This one keeps version 1" in text
    assert "Due Fri 27 Nov 10:00" in text


def test_what_does_not_follow_is_not_hidden(vendor: World, case: Case) -> None:
    with vendor.scope():
        Clock.objects.filter(kind="decision").update(due_at=OPENED + 3 * DAY)
    text = read(vendor, case, "decision")
    assert "Due Sat 28 Nov 10:00 because it counts 16 h" in text
    assert "counted again, it would be due Fri 27 Nov 10:00." in text


def test_what_stands_still_and_what_it_waits_for(vendor: World, case: Case) -> None:
    with vendor.scope():
        stop(vendor, case)
    text = read(vendor, case, "decision", after=3 * HOUR)
    assert "Decision: why is it not due?" in text
    assert "of 16 h of business time 1 h have counted since Wed 25 Nov 10:00, and 15 h are" in text
    assert "Stood still, waiting for Alpenwerk: Evidence from a party" in text
    assert LETTER in text
    assert "· Tom" in text
    pause_clock = read(vendor, case, "pause", after=3 * HOUR)
    assert "a person, who chose when to look again" in pause_clock
    assert "Around the clock: days of 24 hours" in pause_clock


def test_what_is_over_says_when_and_how(vendor: World, case: Case) -> None:
    with vendor.scope():
        decided = decide(
            case, by=vendor["tom"], at=OPENED + 2 * HOUR, outcome="upheld", reason="Yes."
        )
        resolve(decided, by=vendor["tom"], at=OPENED + 3 * HOUR, resolution="Done.")
    decision = read(vendor, case, "decision", after=4 * HOUR)
    assert "Met Wed 25 Nov 12:00, when 14 h of business time were left." in decision
    closing = read(vendor, case, "closing", after=4 * HOUR)
    assert "Nobody: the case closes by itself" in closing
    assert "because it counts 10 days around the clock from Wed 25 Nov 13:00." in closing
    assert "the programme: so long after it was resolved a case is closed" in closing


def test_a_list_leads_to_the_clock_a_case_shows(vendor: World, case: Case) -> None:
    url, client = f"/t/{vendor.tenant.slug}/cases/{case.pk}", browser(vendor, "tom")
    with vendor.scope():
        clock = Clock.objects.get(kind="decision")
    assert client.get(f"{url}/due/").headers["Location"] == f"{url}/clocks/{clock.pk}/"
    with vendor.scope():
        withdraw(Case.objects.get(), by=vendor["tom"], at=OPENED + HOUR, reason="Settled.")
    assert client.get(f"{url}/due/").headers["Location"] == f"{url}/"


def test_as_many_queries_for_many_pauses_as_for_one(
    vendor: World, case: Case, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    counts: list[int] = []
    for total in (1, 3):
        with vendor.scope():
            for n in range(total):
                now = timedelta(minutes=10 * (total + n))
                again = stop(vendor, Case.objects.get(), now)
                resume(again, by=vendor["tom"], at=OPENED + now + HOUR / 12)
        with django_assert_max_num_queries(60) as captured:
            read(vendor, case, "decision", after=2 * HOUR)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_every_chip_of_the_case_page_leads_to_its_clock(vendor: World, case: Case) -> None:
    with time_machine.travel(OPENED + HOUR, tick=False):
        page: Any = browser(vendor, "tom").get(f"/t/{vendor.tenant.slug}/cases/{case.pk}/")
    with vendor.scope():
        for clock in Clock.objects.all():
            link = f'href="/t/{vendor.tenant.slug}/cases/{case.pk}/clocks/{clock.pk}/"'
            assert page.content.decode().count(link) == 1, clock.kind
