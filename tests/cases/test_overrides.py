"""Acts outside the rules: by who may, kept until another person says what was learned."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import actions
from cases.confidential import restrict
from cases.models import Case, Clock, Message, Override
from cases.overrides import reconcile
from cases.pausing import pause
from cases.retiming import change_severity, hold
from cases.sweep import sweep
from journal.models import Event, Notice
from ladder.models import Level, Programme
from tenants.errors import Invalid, NotAllowed, NotNow
from tests.api import Program
from tests.cases.verbs import DAY, HOUR, LATER, case_in, do
from tests.escalation.browsing import browser
from tests.factories import OPENED, World, make_person, make_world
from tests.portal.pages import plain

pytestmark = pytest.mark.django_db
WHY = "The tender closes tonight."


@pytest.fixture
def world(db: None) -> World:
    """A vendor around the clock, with a colleague who holds no level."""
    made = make_world()
    with made.scope():
        make_person(made, "grace", "staff")
    return made


def jump(world: World, case: Case, by: str, **how: Any) -> Case:
    """Take a case past the next level."""
    return actions.escalate(case, by=world[by], at=LATER, reason=WHY, to_level=3, **how)


def climb(world: World, case: Case, by: str, **how: Any) -> Case:
    """Hand a case up one level."""
    return actions.escalate(case, by=world[by], at=LATER, reason=WHY, **how)


def give_time(world: World, case: Case, by: str, **how: Any) -> Case:
    """Hold a window for a day."""
    return hold(case, by=world[by], at=LATER, until=LATER + DAY, reason=WHY, **how)


def raise_severity(world: World, case: Case, by: str, **how: Any) -> Case:
    """Say that more is at stake."""
    return change_severity(case, by=world[by], at=LATER, severity="s1", reason=WHY, **how)


# The verb, who may set its rule aside and may not do it otherwise, and what is kept.
OUTSIDE = {
    "jump": (jump, "tom", ("jump", ["above"])),
    "hold": (give_time, "tom", ("hold", ["above"])),
    "escalate": (climb, "petra", ("escalate", ["turn"])),
    "escalate as an admin": (climb, "ines", ("escalate", ["turn"])),
    "severity": (raise_severity, "ines", ("severity", ["turn"])),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_outside_the_rules_only_where_it_is_asked_for_and_it_is_kept(
    world: World, name: str
) -> None:
    act, who, (kept, rules) = OUTSIDE[name]
    with world.scope():
        case = world.case()
        with pytest.raises(NotAllowed):
            act(world, case, who)
        assert not Override.objects.exists()
        act(world, case, who, override=True)
        found = Override.objects.get()
        assert (found.act, found.rules, found.position, found.at) == (kept, rules, 1, LATER)
        assert (found.by_id, found.reconciled_at) == (world[who].user_id, None)
        event = Event.objects.get(pk=found.event_id)
        assert event.facts["set_aside"] == rules
        assert Message.objects.get(event_id=event.pk).body == WHY


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_colleague_without_a_level_sets_no_rule_aside(world: World, name: str) -> None:
    act, _who, _kept = OUTSIDE[name]
    with world.scope():
        case = world.case()
        before = Case.objects.values().get()
        for person in ("grace", "pavel", "anna"):
            with pytest.raises(NotAllowed):
                act(world, case, person, override=True)
        assert Case.objects.values().get() == before


def test_what_is_within_the_rules_leaves_nothing_open(world: World) -> None:
    with world.scope():
        give_time(world, world.case(), "petra", override=True)
        assert not Override.objects.exists()
        assert "set_aside" not in Event.objects.get(kind="case.held").facts


@pytest.mark.parametrize("verb", ["acknowledge", "decide", "resolve", "revise"])
def test_nobody_decides_outside_the_rules(world: World, verb: str) -> None:
    """No verb that decides takes leave to set aside who may."""
    with world.scope():
        case = case_in(world, "decided" if verb == "revise" else "new")
        with pytest.raises(TypeError):
            do(world, verb, case, by="ines", override=True)


def test_the_level_above_is_told_at_once_and_the_admins_where_there_is_none(world: World) -> None:
    with world.scope():
        jump(world, world.case(), "tom", override=True)
        told = Notice.objects.filter(event__kind="case.escalated")
        # Petra was passed over; Marianne has it now, Anna is the partner's.
        assert set(told.values_list("user__name", flat=True)) == {"Petra", "Marianne", "Anna"}
        case = Case.objects.get()
        hold(
            case,
            by=world["marianne"],
            at=LATER,
            until=LATER + DAY,
            reason=WHY,
            override=True,
        )
        told = Notice.objects.filter(event__kind="case.held")
        assert "Ines" in set(told.values_list("user__name", flat=True))


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_sent_back_after_its_time(transactional_db: None) -> None:
    world = make_world()
    with world.scope():
        Level.objects.update(veto_window="PT1H")
        case = world.case()
    sweep(lambda: OPENED + 4 * HOUR)
    late = OPENED + 6 * HOUR
    how: dict[str, Any] = {"reason": WHY, "by": world["petra"]}
    with world.scope():
        with pytest.raises(NotNow, match="is over"):
            actions.hand_back(case, at=late, **how)
        actions.hand_back(case, at=late, override=True, **how)
        found = Override.objects.get()
        assert (found.act, found.rules, found.position) == ("hand_back", ["time"], 2)
        assert Clock.objects.filter(kind="response").latest("anchor").due_at == late + 4 * HOUR


def stop(world: World, case: Case, review_by: datetime, **how: Any) -> Case:
    """Pause a case for Alpenwerk's answer."""
    asked: dict[str, Any] = {
        "reason": "answer",
        "partner_id": world.partners["alpenwerk"].pk,
        "waits_for": WHY,
    }
    return pause(case, by=world["tom"], at=LATER, review_by=review_by, **asked, **how)


def test_paused_beyond_the_longest_time(world: World) -> None:
    with world.scope():
        Programme.objects.update(pause_cap_days=5)
        case = case_in(world, "in_progress")
        later = LATER + 20 * DAY
        with pytest.raises(Invalid, match="at the longest"):
            stop(world, case, later)
        with pytest.raises(Invalid, match="within a year"):
            stop(world, case, LATER + 400 * DAY, override=True)
        stop(world, case, later, override=True)
        found = Override.objects.get()
        assert (found.act, found.rules) == ("pause", ["longest"])
        assert case.pauses.get().ends_by == later


def reconciled(world: World, by: str = "petra", **others: Any) -> Override:
    """Say what was learned of the one act outside the rules there is."""
    found = Override.objects.get()
    said = {"finding": "change", "learned": "Tenders need a route of their own."}
    case = Case.objects.get(pk=found.case_id)
    return reconcile(case, by=world[by], at=LATER + DAY, override_id=found.pk, **said | others)


def test_another_person_says_what_was_learned_once(world: World) -> None:
    with world.scope():
        give_time(world, world.case(), "tom", override=True)
        for person in ("tom", "grace", "pavel", "anna"):
            with pytest.raises(NotAllowed):
                reconciled(world, person)
        for wrong in ({"learned": " "}, {"finding": "who knows"}):
            with pytest.raises(Invalid):
                reconciled(world, **wrong)
        assert reconciled(world).reconciled_at == LATER + DAY
        with pytest.raises(NotNow, match="already"):
            reconciled(world, "ines")
        event = Event.objects.get(kind="case.reconciled")
        assert (event.audience, event.facts["finding"]) == ("internal", "change")
        assert set(Notice.objects.filter(event=event).values_list("user__name", flat=True)) == {
            "Tom"
        }


def test_the_database_keeps_it_too(world: World) -> None:
    with world.scope():
        give_time(world, world.case(), "tom", override=True)
        own = {"finding": "mistake", "learned": "L", "reconciled_at": LATER}
        with pytest.raises(IntegrityError, match="by_another_person"), transaction.atomic():
            Override.objects.update(**own, reconciled_by=world["tom"].user)
        with pytest.raises(IntegrityError, match="with_what_was_learned"), transaction.atomic():
            Override.objects.update(finding="mistake")
        reconciled(world)
        with pytest.raises(IntegrityError, match="reconciled once"), transaction.atomic():
            Override.objects.update(learned="Something else.")


def test_closing_a_case_does_not_close_its_debt(world: World) -> None:
    with world.scope():
        case = give_time(world, world.case(), "tom", override=True)
        actions.resolve(case, by=world["tom"], at=LATER, resolution="Done.")
        actions.close(case, by=world["tom"], at=LATER)
        assert Override.objects.get().reconciled_at is None
    listed = plain(browser(world, "pavel").get(f"/t/{world.tenant.slug}/overrides/"))
    assert "Held a window" in listed
    with world.scope():
        reconciled(world)
        assert Case.objects.get().status == "closed"
    page = browser(world, "pavel")
    assert "Nothing is open" in plain(page.get(f"/t/{world.tenant.slug}/overrides/"))
    learned = plain(page.get(f"/t/{world.tenant.slug}/overrides/?view=reconciled"))
    assert "Tenders need a route of their own." in learned


def test_a_restricted_case_is_on_no_list_of_who_need_not_know(world: World) -> None:
    with world.scope():
        case = give_time(world, world.case(title="Secret one"), "tom", override=True)
        restrict(case, by=world["tom"], at=LATER, reason="Names a patient.")
    url = f"/t/{world.tenant.slug}/overrides/"
    assert "Secret one" not in plain(browser(world, "grace").get(url))
    assert "Secret one" in plain(browser(world, "petra").get(url))
    assert Program(world, "grace").get("overrides/")["results"] == []
    assert len(Program(world, "petra").get("overrides/")["results"]) == 1


def test_pages_ask_before_a_rule_is_set_aside(world: World) -> None:
    with world.scope():
        case = world.case(at=timezone.now() - HOUR)
    tom, petra = browser(world, "tom"), browser(world, "petra")
    url = f"/t/{world.tenant.slug}/cases/{case.pk}/"
    assert "Pass over a level, outside the rules" in plain(tom.get(url))
    sent = {"to_level": "3", "reason": WHY}
    refused = tom.post(f"{url}do/jump/", sent)
    assert (refused.status_code, "Only who holds a level above" in plain(refused)) == (422, True)
    assert "Escalated" in plain(tom.post(f"{url}do/jump/", {**sent, "override": "on"}, follow=True))
    seen = plain(petra.get(url))
    assert "Outside the rules: Passed over a level" in seen
    assert "Say what was learned" in seen
    assert "Say what was learned" not in plain(tom.get(url))
    with world.scope():
        found = str(Override.objects.get().pk)
    learned = {"override": found, "finding": "change", "learned": ""}
    refused = petra.post(f"{url}do/reconcile/", learned)
    assert (refused.status_code, "This field is required" in plain(refused)) == (422, True)
    done = petra.post(f"{url}do/reconcile/", {**learned, "learned": "A route."}, follow=True)
    assert "reconciled an override" in plain(done)
    assert "Say what was learned" not in plain(petra.get(url))


def test_a_page_offers_to_wait_beyond_the_longest_time_once_that_is_meant(world: World) -> None:
    with world.scope():
        Programme.objects.update(pause_cap_days=2)
        case = world.case(at=timezone.now() - HOUR)
        actions.acknowledge(case, by=world["tom"], at=timezone.now())
    url = f"/t/{world.tenant.slug}/cases/{case.pk}/do/pause/"
    sent = {
        "reason": "customer",
        "waits_for": "The board meets.",
        "review_on": (timezone.now() + 20 * DAY).date().isoformat(),
    }
    assert "outside the rules" not in plain(browser(world, "grace").post(url, sent))
    tom = browser(world, "tom")
    refused = tom.post(url, sent)
    assert (refused.status_code, "Do it outside the rules" in plain(refused)) == (422, True)
    assert "Paused" in plain(tom.post(url, {**sent, "override": "on"}, follow=True))
    with world.scope():
        assert Override.objects.get().rules == ["longest"]


def test_programs_too(world: World) -> None:
    with world.scope():
        case = world.case(at=timezone.now() - HOUR)
    tom, petra = Program(world, "tom"), Program(world, "petra")
    said = {"reason": WHY, "to_level": 3}
    assert tom.ask("post", f"cases/{case.pk}/escalate/", said).status_code == 403
    shape = tom.post(f"cases/{case.pk}/escalate/", {**said, "override": True})
    assert shape["level"]["position"] == 3
    row = petra.get(f"overrides/?case={case.pk}&state=open")["results"][0]
    assert (row["act"], row["rules"], row["reason"], row["finding"]) == (
        "jump",
        ["above"],
        WHY,
        None,
    )
    learned = {"finding": "exception", "learned": "Once."}
    assert tom.ask("post", f"overrides/{row['id']}/reconcile/", learned).status_code == 403
    done = petra.post(f"overrides/{row['id']}/reconcile/", learned)
    assert (done["finding"], done["reconciled_by"]["name"]) == ("exception", "Petra")
    assert petra.get("overrides/?state=open")["results"] == []


def test_partners_learn_nothing_of_it(world: World) -> None:
    with world.scope():
        case = world.case(at=timezone.now() - HOUR)
        at = timezone.now()
        hold(case, by=world["tom"], at=at, until=at + DAY, reason=WHY, override=True)
    url = f"/p/{world.tenant.slug}/alpenwerk/cases/{case.pk}/"
    text = plain(browser(world, "anna").get(url))
    assert case.number in text
    assert "outside" not in text.lower()
    assert WHY not in text


def test_as_many_queries_for_many_as_for_one(world: World) -> None:
    page, url = browser(world, "ines"), f"/t/{world.tenant.slug}/overrides/"

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            page.get(url)
        return len(found)

    with world.scope():
        give_time(world, world.case(), "tom", override=True)
    queries()
    one = queries()
    with world.scope():
        for _number in range(4):
            give_time(world, world.case(), "tom", override=True)
    assert queries() == one


def test_one_that_is_open_for_a_month_is_marked(world: World) -> None:
    with world.scope():
        give_time(world, world.case(), "tom", override=True)
        Override.objects.update(at=timezone.now() - timedelta(days=31))
    page = browser(world, "ines").get(f"/t/{world.tenant.slug}/overrides/").content.decode()
    assert "badge-late" in page
    assert "31 days" in page
