"""Pages of re-bases: asking with a preview in view, answering, and what became of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import rebasework
from cases.confidential import restrict
from cases.models import Case, Clock, Rebase
from cases.parties import add_party
from cases.rebaseplan import Scope
from journal.models import Notice
from journal.registry import letters
from ladder.models import Level
from tests.cases.rebases import WHY, WORD, approved, asked, of_calendar, of_ladder, publish
from tests.cases.rebases import second_admin as add_admin
from tests.cases.verbs import HOUR
from tests.escalation.browsing import browser
from tests.factories import ROUND_THE_CLOCK, World, make_world
from tests.portal.pages import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    """A vendor around the clock with two admins, and a case whose windows became shorter."""
    made = make_world()
    with made.scope():
        add_admin(made)
        made.case(at=timezone.now() - HOUR)
        Level.objects.update(response_window="PT2H")
    return made


def here(world: World, rest: str = "") -> str:
    """Return an address of re-bases."""
    return f"/t/{world.tenant.slug}/rules/rebases/{rest}"


def test_one_admin_asks_with_the_preview_in_view_and_another_approves(world: World) -> None:
    ines, olga = browser(world, "ines"), browser(world, "olga")
    assert "Nothing waits for an answer" in plain(ines.get(here(world)))
    ladder = world.ladder.pk  # type: ignore[union-attr]
    assert f"?ladder={ladder}" in ines.get(f"/t/{world.tenant.slug}/rules/").content.decode()
    assert "clocks on earlier rules: 1" in plain(ines.get(here(world, "new/")))
    shown = plain(ines.get(here(world, f"new/?ladder={ladder}")))
    assert "Clocks: 1, in cases: 1" in shown
    assert "4 h, then <b>2 h</b>" in shown
    assert "earlier" in shown
    sent = {"ladder": str(ladder), "reason": WHY}
    asked_for = ines.post(here(world, "new/"), sent, follow=True)
    text = plain(asked_for)
    assert "Asked for" in text
    assert "Another admin answers what one has asked for" in text
    url = asked_for.redirect_chain[-1][0]
    assert "Approve" not in text.replace("approves", "")
    refused = ines.post(f"{url}answer/", {"answer": "approve", "word": WORD})
    assert refused.status_code == 403
    assert "Waits for an answer" in plain(olga.get(here(world)))
    empty = olga.post(f"{url}answer/", {"answer": "approve", "word": " "})
    assert (empty.status_code, "This field is required" in plain(empty)) == (422, True)
    done = plain(olga.post(f"{url}answer/", {"answer": "approve", "word": WORD}, follow=True))
    assert "Approved and carried out" in done
    assert "1 case changed" in done
    assert WORD in done
    again = olga.post(f"{url}answer/", {"answer": "turn_down", "word": WORD})
    assert again.status_code == 409
    assert "Carried out" in plain(ines.get(here(world, "?view=answered")))


def test_turning_down_leaves_every_clock_as_it_is(world: World) -> None:
    with world.scope():
        before = list(Clock.objects.order_by("id").values())
        rebase = asked(world, of_ladder(world), at=timezone.now())
    url = here(world, f"{rebase.pk}/answer/")
    said = {"answer": "turn_down", "word": "Not before the summit."}
    done = plain(browser(world, "olga").post(url, said, follow=True))
    assert "The clocks run on as they do" in done
    assert "Not before the summit." in done
    with world.scope():
        assert list(Clock.objects.order_by("id").values()) == before


def test_one_that_is_out_of_date_says_so_and_leads_to_a_new_preview(world: World) -> None:
    with world.scope():
        rebase = asked(world, of_ladder(world), at=timezone.now())
        Level.objects.update(response_window="PT3H")
    olga = browser(world, "olga")
    page = olga.get(here(world, f"{rebase.pk}/"))
    assert "The rules have changed since this was asked for" in plain(page)
    assert f"new/?ladder={world.ladder.pk}" in page.content.decode()  # type: ignore[union-attr]
    assert "Out of date" in plain(olga.get(here(world)))
    refused = olga.post(here(world, f"{rebase.pk}/answer/"), {"answer": "approve", "word": WORD})
    assert refused.status_code == 409


def test_one_that_a_worker_carries_out_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebasework, "FEW", 0)
    with world.scope():
        rebase = approved(world, of_ladder(world), at=timezone.now())
    shown = plain(browser(world, "pavel").get(here(world, f"{rebase.pk}/")))
    assert "Being carried out" in shown
    assert "0 cases changed" in shown


def test_where_nothing_would_change_nothing_can_be_asked_for(world: World) -> None:
    calendar = world.calendar.calendar_id  # type: ignore[union-attr]
    page = plain(browser(world, "ines").get(here(world, f"new/?calendar={calendar}")))
    assert "No clock would change" in page
    assert "Ask another admin" not in page
    sent = {"calendar": str(calendar), "reason": WHY}
    assert browser(world, "ines").post(here(world, "new/"), sent).status_code == 409


@pytest.mark.parametrize("query", ["?ladder=CALENDAR", "?calendar=LADDER", "?case=LADDER"])
def test_what_there_is_not_is_not_found(world: World, query: str) -> None:
    calendar, ladder = str(world.calendar.calendar_id), str(world.ladder.pk)  # type: ignore[union-attr]
    url = here(world, f"new/{query.replace('CALENDAR', calendar).replace('LADDER', ladder)}")
    assert browser(world, "ines").get(url).status_code == 404


def test_a_broken_place_begins_at_the_beginning(world: World) -> None:
    url = here(world, f"new/?ladder={world.ladder.pk}")  # type: ignore[union-attr]
    for cursor in ("x", "WyJpZCIsWyIxIl0sZmFsc2Vd"):
        assert "4 h, then <b>2 h</b>" in plain(browser(world, "ines").get(f"{url}&cursor={cursor}"))


def test_a_restricted_case_is_counted_and_named_to_nobody_who_need_not_know(world: World) -> None:
    with world.scope():
        case = world.case(title="Secret one", at=timezone.now() - HOUR)
        Clock.objects.filter(case=case, kind="response").update(window="PT4H")
        restrict(case, by=world["tom"], at=timezone.now(), reason="Names a patient.")
        rebase = asked(world, of_ladder(world), at=timezone.now())
        own = asked_of_case(world, case)
    for person, sees in (("olga", False), ("petra", True)):
        client = browser(world, person)
        shown = plain(client.get(here(world, f"{rebase.pk}/")))
        assert "Clocks: 2, in cases: 2" in shown
        assert (case.number in shown) == sees
        assert client.get(here(world, f"{own.pk}/")).status_code == (200 if sees else 404)
        assert ("Secret one" in plain(client.get(here(world)))) == sees
    ines = browser(world, "ines").get(here(world, f"new/?case={case.pk}"))
    assert ines.status_code == 404


def asked_of_case(world: World, case: Case) -> Rebase:
    """Keep a proposal about one case that Ines could ask for while it was known to her."""
    return Rebase.objects.create(
        tenant=world.tenant,
        case=case,
        reason=WHY,
        rules="0" * 64,
        by=world["ines"].user,
        at=timezone.now(),
    )


def test_the_answer_why_it_is_due_then_says_that_it_was_rebased(world: World) -> None:
    with world.scope():
        approved(world, of_ladder(world), at=timezone.now())
        clock = Clock.objects.select_related("case").get(kind="response")
        rebase = Rebase.objects.get()
    url = f"/t/{world.tenant.slug}/cases/{clock.case_id}/clocks/{clock.pk}/"
    page = browser(world, "tom").get(url)
    assert WHY in plain(page)
    assert here(world, f"{rebase.pk}/") in page.content.decode()
    assert "put 1 clock on the rules of today" in plain(
        browser(world, "tom").get(f"/t/{world.tenant.slug}/cases/{clock.case_id}/")
    )
    own = f"/p/{world.tenant.slug}/alpenwerk/cases/{clock.case_id}/clocks/{clock.pk}/"
    partners = plain(browser(world, "anna").get(own))
    assert "counted again by the rules in force" in partners
    assert WHY not in partners
    bell = plain(browser(world, "tom").get(f"/t/{world.tenant.slug}/notices/"))
    assert "on the rules of today" in bell


def test_who_became_a_party_later_learns_nothing_of_a_rebase_from_before(world: World) -> None:
    with world.scope():
        case, at = Case.objects.get(), timezone.now()
        approved(world, of_ladder(world), at=at - timedelta(minutes=5))
        rheintor = world.partners["rheintor"].pk
        add_party(case, by=world["tom"], at=at, partner_id=rheintor, role="respondent")
        clock = Clock.objects.get(kind="response")
    for who, partner, knows in (("anna", "alpenwerk", True), ("marc", "rheintor", False)):
        own = f"/p/{world.tenant.slug}/{partner}/cases/{case.pk}/clocks/{clock.pk}/"
        shown = plain(browser(world, who).get(own))
        assert ("counted again by the rules in force" in shown) == knows


def test_an_admin_reaches_it_from_a_clock_on_earlier_hours(world: World) -> None:
    with world.scope():
        publish(world, {**ROUND_THE_CLOCK, "holidays": ["2030-01-01"]})
        clock = Clock.objects.get(kind="response")
    url = f"/t/{world.tenant.slug}/cases/{clock.case_id}/clocks/{clock.pk}/"
    link = here(world, f"new/?case={clock.case_id}")
    assert link in browser(world, "ines").get(url).content.decode()
    assert link not in browser(world, "tom").get(url).content.decode()


def test_people_are_told_in_words_and_partners_neutrally(world: World) -> None:
    with world.scope():
        approved(world, of_ladder(world), at=timezone.now())
        asked_admin = told(world, "olga")
        assert [line for _subject, line in asked_admin] == [
            "Ines asked for a re-base of running clocks."
        ]
        assert ("A re-base of running clocks was approved") in {
            s for s, _line in told(world, "ines")
        }
        ((subject, line),) = [one for one in told(world, "anna") if "due time" in one[1]]
        assert subject.endswith("Another due time")
        assert line == "A due time in this case has changed. The portal shows when, and why."


def told(world: World, name: str) -> list[tuple[str, str]]:
    """Return the subjects and lines of what a person was told."""
    user = world[name].user
    rows = Notice.objects.filter(user=user, channel="bell").select_related("event")
    found = letters([row.event for row in rows], user)
    return [(one.subject, one.line) for one in found.values()]


def test_as_many_queries_for_many_as_for_one(world: World) -> None:
    page = browser(world, "olga")

    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert page.get(url).status_code == 200
        return len(found)

    with world.scope():
        rebase = asked(world, of_ladder(world), at=timezone.now())
        other = asked(world, Scope(case_id=Case.objects.get().pk), at=timezone.now())
        assert other.case_id
    urls = (here(world), here(world, f"{rebase.pk}/"))
    for url in urls:
        queries(url)
    one = [queries(url) for url in urls]
    with world.scope():
        made: list[Any] = [world.case(at=timezone.now() - HOUR) for _number in range(5)]
        Clock.objects.filter(case__in=made, kind="response").update(window="PT4H")
        for case in made:
            asked(world, Scope(case_id=case.pk), at=timezone.now())
    assert [queries(url) for url in urls] == one


def test_custodians_and_partners_have_nothing_of_it(world: World) -> None:
    with world.scope():
        rebase = asked(world, of_ladder(world), at=timezone.now())
        publish(world, {**ROUND_THE_CLOCK, "holidays": ["2030-01-01"]})
        asked(world, of_calendar(world), at=timezone.now())
    for rest, status in (("", 403), ("new/", 403), (f"{rebase.pk}/", 404)):
        assert browser(world, "ruth").get(here(world, rest)).status_code == status
        assert browser(world, "anna").get(here(world, rest)).status_code == 404
