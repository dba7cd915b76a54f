"""The clock of the next update: starts at each shared one, is met by the next."""

from typing import Any

import pytest
from django.utils import timezone

from cases import actions
from cases.casepage import CasePage
from cases.models import Case, Clock, Message
from cases.reopening import reopen
from cases.sweep import sweep
from cases.updates import share_update
from journal.models import Notice
from ladder.models import Programme, Seat
from tenants.errors import Invalid
from tests.api import Program, company
from tests.cases.verbs import CANARY, DAY, HOUR, LATER, case_in
from tests.escalation.browsing import browser
from tests.factories import World, make_person, make_world
from tests.portal.pages import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    """A vendor around the clock, that owes an update every eight hours."""
    made = make_world(decision="PT90H", total="PT300H")
    with made.scope():
        Programme.objects.update(update_window="PT8H")
    return made


def share(world: World, case: Case, at: Any = LATER, **others: Any) -> Case:
    """Share an update."""
    said = {"happened": CANARY, "next_step": "Petra looks at the dates."}
    return share_update(case, by=world["tom"], at=at, **said | others)


def clock() -> Clock:
    """Return the latest clock of an update."""
    return Clock.objects.filter(kind="update").latest("anchor")


def test_it_starts_at_each_update_and_is_met_by_the_next(world: World) -> None:
    with world.scope():
        case = world.case()
        assert not Clock.objects.filter(kind="update").exists()
        share(world, case)
        first = clock()
        assert (first.anchor, first.due_at, first.state) == (LATER, LATER + 8 * HOUR, "running")
        share(world, case, at=LATER + 2 * HOUR)
        first.refresh_from_db()
        assert (first.state, first.met_at) == ("met", LATER + 2 * HOUR)
        assert clock().due_at == LATER + 10 * HOUR
        share(world, case, at=LATER + 20 * HOUR)
        missed = Clock.objects.filter(kind="update").exclude(breached_at=None).get()
        assert (missed.due_at, missed.met_at) == (LATER + 10 * HOUR, LATER + 20 * HOUR)


def test_all_parties_read_what_happened_and_what_comes_next(world: World) -> None:
    with world.scope():
        case = world.case(others=((world.partners["rheintor"], "respondent"),))
        share(world, case, depends_on="The customer's letter", sees_to=world["petra"].user_id)
        text = Message.objects.get(kind="update")
        assert (text.audience, text.partner_id) == ("parties", None)
        assert text.body.splitlines() == [
            CANARY,
            "",
            "Next: Petra looks at the dates.",
            "Who sees to it: Petra",
            "It depends on: The customer's letter",
        ]
        told = Notice.objects.filter(event__kind="case.update")
        assert set(told.values_list("user__name", flat=True)) == {"Anna", "Marc"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"happened": " "}, "happened"),
        ({"next_step": ""}, "next_step"),
        ({"depends_on": "x" * 501}, "depends_on"),
        ({"sees_to": "anna"}, "sees_to"),
    ],
)
def test_what_is_wrong_is_said_by_field_and_nothing_is_promised(
    world: World, wrong: dict[str, Any], field: str
) -> None:
    if "sees_to" in wrong:
        wrong = {"sees_to": world["anna"].user_id}
    with world.scope():
        case = world.case()
        with pytest.raises(Invalid) as refused:
            share(world, case, **wrong)
        assert list(refused.value.errors) == [field]
        assert not Clock.objects.filter(kind="update").exists()
        assert not Message.objects.exists()


def test_a_programme_may_owe_none(world: World) -> None:
    with world.scope():
        Programme.objects.update(update_window="")
        share(world, world.case())
        assert not Clock.objects.filter(kind="update").exists()


def test_it_goes_on_when_the_case_moves_and_ends_with_it(world: World) -> None:
    with world.scope():
        case = share(world, world.case())
        actions.escalate(case, by=world["tom"], at=LATER + HOUR, reason="Above me.")
        assert (clock().state, clock().due_at) == ("running", LATER + 8 * HOUR)
        actions.resolve(case, by=world["petra"], at=LATER + 2 * HOUR, resolution="Done.")
        assert (clock().state, clock().ended_at) == ("ended", LATER + 2 * HOUR)
        reopen(case, by=world["petra"], at=LATER + DAY, reason="Again.")
        assert Clock.objects.filter(kind="update").count() == 1


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_missed_it_is_told_and_moves_nothing(transactional_db: None) -> None:
    world = make_world(response="PT50H", decision="PT90H", total="PT300H")
    with world.scope():
        Programme.objects.update(update_window="PT8H")
        make_person(world, "backup", "staff")
        Seat.objects.filter(user=world["tom"].user).update(backup=world["backup"].user)
        case = share(world, world.case())
        face = Case.objects.values("due_at", "due_kind", "due_missed", "level_id").get()
    sweep(lambda: LATER + 7 * HOUR)
    sweep(lambda: LATER + 9 * HOUR)
    sweep(lambda: LATER + 10 * HOUR)
    with world.scope():
        assert clock().breached_at == LATER + 8 * HOUR
        now = Case.objects.values("due_at", "due_kind", "due_missed", "level_id").get()
        assert now == face
        page = CasePage(Case.objects.get(), world["ines"], LATER)
        assert page.then("update") == "Then who has the case is told, once"
        notices = Notice.objects.filter(event__kind__startswith="case.clock", channel="bell")
        told = list(
            notices.order_by("event_id", "user__name").values_list("event__kind", "user__name")
        )
        assert told == [
            ("case.clock.warning", "Tom"),
            ("case.clock.breached", "Backup"),
            ("case.clock.breached", "Tom"),
        ]
        share(world, case, at=LATER + 11 * HOUR)
        assert clock().state == "running"


def test_the_parties_see_by_when_they_hear_again_and_why(world: World) -> None:
    with world.scope():
        case = world.case(at=timezone.now() - HOUR)
    tom = browser(world, "tom")
    url = f"/t/{world.tenant.slug}/cases/{case.pk}/"
    assert "Share an update" in plain(tom.get(url))
    said = {
        "happened": "Both registrations were compared.",
        "next_step": "Petra decides.",
        "sees_to": str(world["petra"].user_id),
    }
    wrong = tom.post(f"{url}do/update/", {**said, "next_step": ""})
    assert wrong.status_code == 422
    text = plain(tom.post(f"{url}do/update/", said, follow=True))
    assert "Both registrations were compared." in text
    assert "Next update" in text
    anna = browser(world, "anna")
    seen = plain(anna.get(f"/p/{world.tenant.slug}/alpenwerk/cases/{case.pk}/"))
    assert "You hear how it stands by" in seen
    assert "Both registrations were compared." in seen
    with world.scope():
        ident = clock().pk
    why = plain(anna.get(f"/p/{world.tenant.slug}/alpenwerk/cases/{case.pk}/clocks/{ident}/"))
    assert "when the last update was shared" in why


def test_programs_too(world: World) -> None:
    with world.scope():
        case = case_in(world, "new", at=timezone.now() - HOUR)
    said = {"happened": "Both dates are known.", "next_step": "Petra decides."}
    shape = Program(world, "tom").post(f"cases/{case.pk}/updates/", said)
    assert "update" in [one["kind"] for one in shape["clocks"]]
    own = company(world, "anna", "alpenwerk").get(f"cases/{case.pk}/")
    assert "update" in [one["kind"] for one in own["clocks"]]
