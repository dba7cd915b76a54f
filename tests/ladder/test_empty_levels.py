"""An empty seat alarms at once, and the level above is told: once, however often somebody looks."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.alarm import RAISE
from cases.audit import Findings
from cases.tasks import tell_of_absences
from journal.models import Event, Notice
from journal.registry import known, letters
from ladder.absences import end_absence
from ladder.empty_levels import KIND, empty_now, once_key, tell_of_empty_levels
from ladder.missed import tenants_left_empty
from ladder.models import Absence, Level, Seat
from ladder.queries import absence_facts, seats_of
from partners.models import Region
from tenants.ids import uuid7
from tenants.models import Membership
from tests.factories import OPENED, World, make_absence, make_world
from tests.ladder.test_absences import DAY, HOUR, NAMES, record

# 2026-11-25, the opening, is a Wednesday.
FRIDAY = OPENED + 2 * DAY
BOTH = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


def told(event: Event) -> set[str]:
    """Return who was told of an event."""
    bells = Notice.objects.filter(event=event, channel="bell")
    assert bells.count() == Notice.objects.filter(event=event, channel="email").count()
    return set(bells.values_list("user__name", flat=True))


def events() -> list[Event]:
    """Return what was told of empty levels."""
    return list(Event.objects.filter(kind=KIND).order_by("at", "facts__position"))


def test_an_empty_seat_alarms_at_once_and_the_level_above_is_told(world: World) -> None:
    row = record(world, delegate=None)
    (event,) = events()
    assert (event.at, event.by_id, event.case_id) == (OPENED, None, None)
    assert event.facts == {
        "absence": str(row.pk),
        "person": str(world["tom"].user_id),
        "level": str(world.levels[0].pk),
        "position": 1,
        "places": [{"region": None, "category": None}],
    }
    assert told(event) == {"Ines", "Petra"}
    assert tell_of_empty_levels(OPENED + HOUR) == 0


def test_nobody_is_alarmed_where_somebody_is_there(world: World) -> None:
    record(world)
    assert events() == []
    world.levels[1].seats.update(backup=world["tom"].user)
    record(world, person="petra", by="petra", delegate=None)
    # Petra stands in for Tom as well, and is away now herself.
    assert [event.facts["position"] for event in events()] == [1, 2]
    assert [told(event) for event in events()] == [{"Ines", "Marianne"}] * 2


def test_it_is_told_in_words_to_who_may_know_of_it(world: World) -> None:
    region = Region.objects.get(slug="dach")
    world.levels[0].seats.update(region=region)
    record(world, delegate=None)
    (event,) = events()
    said = letters([event], world["petra"].user)[event.pk]
    assert said.line == (
        "Nobody is there for Standard, level 1, Level 1 (DACH): Tom is away, and nobody stands in."
    )
    assert (said.subject, said.url) == (
        "Nobody is there for a level",
        f"/t/{world.tenant.slug}/away/",
    )
    assert known([event], world["ines"].user) == {event.pk}
    assert known([event], world["anna"].user) == set()
    assert letters([event], world["anna"].user) == {}
    # A custodian sees of absences what concerns them.
    assert ": Somebody is away" in letters([event], world["ruth"].user)[event.pk].line


def test_one_to_come_is_told_at_its_beginning_once(world: World) -> None:
    row = record(world, delegate=None, starts_at=OPENED + DAY)
    assert events() == []
    assert tell_of_empty_levels(OPENED + DAY - timedelta(seconds=1)) == 0
    assert tell_of_empty_levels(OPENED + DAY) == 1
    assert tell_of_empty_levels(OPENED + DAY) == 0
    assert [event.facts["absence"] for event in events()] == [str(row.pk)]


def test_after_an_outage_it_is_told_late_and_not_at_all_once_it_is_over(world: World) -> None:
    record(world, delegate=None, starts_at=OPENED + DAY, ends_at=OPENED + 2 * DAY)
    record(world, delegate=None, starts_at=OPENED + 5 * DAY, ends_at=OPENED + 9 * DAY)
    assert tell_of_empty_levels(OPENED + 3 * DAY) == 0
    assert tell_of_empty_levels(OPENED + 8 * DAY) == 1


def test_some_days_of_each_week_are_told_on_the_first_of_them_only(world: World) -> None:
    record(world, delegate=None, weekdays=(5,), ends_at=None, zone="UTC")
    assert tell_of_empty_levels(OPENED) == 0
    assert tell_of_empty_levels(FRIDAY) == 1
    assert [tell_of_empty_levels(FRIDAY + week * 7 * DAY) for week in range(1, 9)] == [0] * 8


def test_another_absence_is_another_alarm(world: World) -> None:
    row = record(world, delegate=None)
    end_absence(row, by=world["tom"], at=OPENED + HOUR)
    assert tell_of_empty_levels(OPENED + HOUR) == 0
    record(world, delegate=None)
    assert len(events()) == 2


def test_who_stands_in_and_leaves_the_company_leaves_the_level_empty(world: World) -> None:
    record(world)
    assert tell_of_empty_levels(OPENED) == 0
    Membership.objects.filter(pk=world["petra"].pk).update(is_active=False)
    assert tell_of_empty_levels(OPENED) == 1
    # She would have been the level above.
    assert told(events()[0]) == {"Ines", "Marianne"}


def test_at_the_top_the_admins_are_told(world: World) -> None:
    record(world, person="marianne", by="marianne", delegate=None)
    assert [told(event) for event in events()] == [{"Ines"}]


def test_a_level_that_nobody_ever_held_is_no_absence_of_anybody(world: World) -> None:
    Seat.objects.filter(level=world.levels[0]).delete()
    make_absence(world, "tom")
    assert tell_of_empty_levels(OPENED) == 0


@BOTH
def test_the_watch_tells_every_vendor_whose_level_has_become_empty(transactional_db: None) -> None:
    one, other = make_world(), make_world()
    with one.scope():
        record(one, delegate=None, starts_at=OPENED + DAY)
    with other.scope():
        record(other, starts_at=OPENED + DAY)
    for hours in (0, 24, 24, 25):
        tell_of_absences(Findings(OPENED + hours * HOUR))
    with one.scope():
        assert [event.at for event in events()] == [OPENED + DAY]
    with other.scope():
        assert events() == []


PLACES = st.tuples(
    st.integers(0, 2), st.sampled_from(NAMES), st.none() | st.sampled_from(NAMES), st.booleans()
)


@BOTH
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    seats=st.lists(PLACES, min_size=1, max_size=6),
    named=st.dictionaries(
        st.sampled_from(NAMES), st.none() | st.sampled_from((*NAMES, "pavel"))
    ).map(lambda named: {k: v for k, v in named.items() if k != v}),
    gone=st.sets(st.sampled_from(NAMES), max_size=2),
)
def test_python_and_the_database_agree_on_which_vendor_has_an_empty_level(
    transactional_db: None, seats: list[Any], named: dict[str, str | None], gone: set[str]
) -> None:
    world = make_world()
    with world.scope():
        region = Region.objects.get(slug="dach")
        Seat.objects.all().delete()
        for rank, (level, user, backup, regional) in enumerate(seats):
            Seat.objects.create(
                tenant=world.tenant,
                level=world.levels[level],
                user=world[user].user,
                backup=world[backup].user if backup and backup != user else None,
                region=region if regional else None,
                rank=rank,
            )
        Membership.objects.filter(pk__in=[world[name].pk for name in gone]).update(is_active=False)
        for person, delegate in named.items():
            make_absence(world, person, delegate)
        levels = list(Level.objects.values_list("id", flat=True))
        expected = bool(empty_now(seats_of(levels), absence_facts(OPENED), OPENED))
    assert (world.tenant.pk in tenants_left_empty(OPENED)) == expected


@BOTH
def test_a_vendor_that_cannot_be_told_keeps_no_other_waiting(
    transactional_db: None, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = make_world(), make_world()
    for world in (broken, sound):
        with world.scope():
            make_absence(world, "tom", starts_at=OPENED)
    with broken.scope():
        key = once_key(broken.levels[0].pk, Absence.objects.get().pk)
    # Somebody else is at it, and does not come to an end.
    with transaction.atomic(using="sweeper"), connections["sweeper"].cursor() as cursor:
        cursor.execute(RAISE, [str(broken.tenant.pk), str(uuid7()), KIND, OPENED, "{}", key])
        with connections["default"].cursor() as own:
            own.execute("SET lock_timeout = '100ms'")
            tell_of_absences(Findings(OPENED))
            own.execute("RESET lock_timeout")
    assert f"in {broken.tenant.pk} is not told" in caplog.text
    for world, count in ((broken, 0), (sound, 1)):
        with world.scope():
            assert Event.objects.filter(kind=KIND, facts__position=1).count() == count
