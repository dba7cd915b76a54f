"""Open cases with nobody: found, shown, and told to admins and to the level above."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from cases.alarm import raise_alarms
from cases.audit import audit, audit_tenant
from cases.left_alone import FINDING, tell_above
from cases.models import Assignment, Case
from cases.standings import standings
from cases.tasks import tell_of_absences
from journal.models import Event, Notice
from journal.registry import known, letters
from journal.seal import seal_batch
from ladder.absences import end_absence
from tenants.models import Membership
from tests.factories import OPENED, World, make_absence, make_world

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def found(at: datetime = OPENED) -> int:
    """Return how many cases are with nobody."""
    return audit_tenant(at)[FINDING]


def alone(case: Case) -> bool:
    """Whether lists and the page say of a case that it is with nobody."""
    return case.pk in standings([case], OPENED)[1]


def told() -> list[tuple[str, int]]:
    """Return who was told of cases with nobody, and of how many."""
    bells = Notice.objects.filter(event__facts__finding=FINDING, channel="bell")
    rows = bells.order_by("event__at", "user__name")
    return list(rows.values_list("user__name", "event__facts__count"))


def test_a_case_is_with_nobody_where_its_holder_is_away_and_nobody_stands_in(world: World) -> None:
    case = world.case()
    assert (found(), alone(case)) == (0, False)
    make_absence(world, "tom", starts_at=OPENED)
    assert (found(), alone(case)) == (1, True)
    assert found(OPENED - HOUR) == 0


def test_it_is_not_where_a_backup_is_there_or_who_it_is_held_for(world: World) -> None:
    world.case()
    make_absence(world, "tom")
    turns = Assignment.objects.all()
    turns.update(backup_id=world["petra"].user_id)
    assert found() == 0
    turns.update(backup_id=None, on_behalf_of_id=world["marianne"].user_id)
    assert found() == 0
    make_absence(world, "marianne", "petra")
    assert found() == 0
    make_absence(world, "petra", "tom")
    assert found() == 1


def test_it_goes_away_when_somebody_stands_in_or_the_absence_ends(world: World) -> None:
    world.case()
    row = make_absence(world, "tom")
    make_absence(world, "tom", "petra", starts_at=OPENED, ends_at=OPENED + HOUR)
    assert [found(OPENED - HOUR), found(OPENED), found(OPENED + HOUR)] == [1, 0, 1]
    end_absence(row, by=world["tom"], at=OPENED + 2 * HOUR)
    assert found(OPENED + 2 * HOUR) == 0


def test_on_some_days_of_each_week_it_is_found_on_these_days(world: World) -> None:
    world.case()
    make_absence(world, "tom", weekdays=[5])
    assert [found(OPENED + day * DAY) for day in range(7)] == [0, 0, 1, 0, 0, 0, 0]


def test_whose_holder_has_left_is_one_finding_and_not_two(world: World) -> None:
    world.case()
    make_absence(world, "tom")
    Membership.objects.filter(pk=world["tom"].pk).update(is_active=False)
    assert (found(), audit_tenant(OPENED)["owner_gone"]) == (0, 1)


@BOTH
def test_admins_and_the_level_above_get_one_notice_a_day_however_many_cases(
    transactional_db: None,
) -> None:
    world, other = make_world(), make_world()
    with other.scope():
        other.case()
    with world.scope():
        for _ in range(3):
            world.case()
        make_absence(world, "tom")
    seal_batch()
    for at in (OPENED, OPENED + HOUR, OPENED + DAY):
        findings = audit(at)
        assert findings.by_tenant[world.tenant.pk][FINDING] == 3
        raise_alarms(findings)
        tell_of_absences(findings)
    with world.scope():
        assert told() == [("Ines", 3), ("Petra", 3)] * 2
        assert tell_above(OPENED + DAY) == 0
    with other.scope():
        assert told() == []


def test_an_admin_who_holds_the_level_above_is_told_once(world: World) -> None:
    world.levels[1].seats.update(user=world["ines"].user)
    world.case()
    make_absence(world, "tom")
    assert tell_above(OPENED) == 0


def test_who_is_told_reads_of_it_and_of_nothing_else(world: World) -> None:
    world.case()
    make_absence(world, "tom")
    assert tell_above(OPENED) == 1
    event = Event.objects.get(facts__finding=FINDING)
    said = letters([event], world["petra"].user)[event.pk]
    assert said.line == "Open cases whose owner is away, with nobody there who stands in: 1"
    assert said.url == f"/t/{world.tenant.slug}/inbox/?view=all"
    for name in ("tom", "ines", "marianne", "anna", "pavel"):
        assert letters([event], world[name].user) == {}
        assert known([event], world[name].user) == set()
    assert known([event], world["petra"].user) == {event.pk}


def test_the_inbox_and_the_case_say_it(live_world: World, client: Client) -> None:
    with live_world.scope():
        case = live_world.case()
    client.force_login(live_world["petra"].user)
    slug = live_world.tenant.slug
    pages = [f"/t/{slug}/inbox/?view=all", f"/t/{slug}/cases/{case.pk}/"]
    for page in pages:
        assert "nobody stands in" not in client.get(page).content.decode()
    with live_world.scope():
        make_absence(live_world, "tom")
    for page in pages:
        assert "nobody stands in" in client.get(page).content.decode()
