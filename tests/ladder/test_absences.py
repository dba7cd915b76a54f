"""Recording absences, ending them, and the database's own word on who acts for whom."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.utils import DataError, IntegrityError, ProgrammingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journal.models import Event, Notice
from journal.registry import known, letters
from ladder.absence import Absences
from ladder.absences import NewAbsence, end_absence, record_absence
from ladder.access import absence_for, visible_absences
from ladder.models import Absence
from ladder.queries import absence_facts, absences_at, acted_for_by
from ladder.vacancies import vacancies
from tenants.errors import Invalid, NotAllowed, NotNow
from tenants.models import Membership
from tests.factories import LONG_AGO, OPENED, World, make_absence, make_world

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NAMES = ("tom", "petra", "marianne", "ines", "ruth")


def new(world: World, person: str = "tom", delegate: str | None = "petra", **facts: Any) -> Any:
    """Return an absence from the opening on, for a week."""
    known: dict[str, Any] = {"starts_at": OPENED, "ends_at": OPENED + 7 * DAY}
    return NewAbsence(
        person_id=world[person].user_id,
        delegate_id=world[delegate].user_id if delegate else None,
        **known | facts,
    )


def record(world: World, by: str | None = "tom", **facts: Any) -> Absence:
    """Record one."""
    who = world[by] if by else None
    return record_absence(new(world, **facts), by=who, at=OPENED)


def wrong(world: World, **facts: Any) -> dict[str, str]:
    """Return what is wrong with one; nothing may have been written."""
    with pytest.raises(Invalid) as refused:
        record(world, by="ines", **facts)
    assert not Absence.objects.filter(recorded_at=OPENED).exists()
    assert not Event.objects.filter(kind="absence.recorded").exists()
    return dict(refused.value.errors)


# --- Recording ------------------------------------------------------------------------------------


def test_it_is_one_event_and_both_are_told(world: World) -> None:
    row = record(world, by="ines", note="Surgery.")
    event = Event.objects.get(kind="absence.recorded")
    assert (event.by_id, event.case_id, event.facts["absence"]) == (
        world["ines"].user_id,
        None,
        str(row.pk),
    )
    assert "Surgery" not in str(event.facts)
    told = Notice.objects.filter(event=event, channel="bell")
    assert set(told.values_list("user__name", flat=True)) == {"Tom", "Petra"}
    assert absences_at(OPENED).stand_in(world["tom"].user_id) == world["petra"].user_id
    assert absences_at(OPENED + 7 * DAY).stand_in(world["tom"].user_id) == world["tom"].user_id


def test_each_is_told_in_their_own_words_and_zone(world: World) -> None:
    record(world, by="ines")
    event = Event.objects.get(kind="absence.recorded")
    said = {name: letters([event], world[name].user) for name in ("tom", "petra", "anna", "ines")}
    assert said["petra"][event.pk].line == (
        "You stand in for Tom, from Wed 25 Nov 2026 10:00 until Wed 2 Dec 2026 10:00"
        " (Europe/Berlin)."
    )
    assert said["tom"][event.pk].line.endswith("(Europe/Berlin). Petra stands in.")
    assert said["tom"][event.pk].url == f"/t/{world.tenant.slug}/away/"
    # Neither a partner nor an admin whom it does not concern.
    assert (said["anna"], said["ines"]) == ({}, {})
    assert known([event], world["petra"].user) == {event.pk}
    assert known([event], world["anna"].user) == set()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"delegate": "tom"}, "delegate"),
        ({"delegate": "anna"}, "delegate"),
        ({"delegate": "pavel"}, "delegate"),
        ({"person": "anna"}, "person"),
        ({"person": "pavel"}, "person"),
        ({"ends_at": OPENED}, "ends_at"),
        ({"starts_at": OPENED - 9 * DAY, "ends_at": OPENED - DAY}, "ends_at"),
        ({"starts_at": OPENED + 4000 * DAY, "ends_at": None}, "starts_at"),
        ({"ends_at": OPENED + 4000 * DAY}, "ends_at"),
        ({"weekdays": (0,)}, "weekdays"),
        ({"weekdays": (5,), "ends_at": OPENED + DAY}, "weekdays"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": ""}, "zone"),
        ({"note": "x" * 201}, "note"),
        ({"note": "nul\x00"}, "note"),
    ],
)
def test_what_nobody_could_keep_to_is_refused_by_its_field(
    world: World, facts: dict[str, Any], field: str
) -> None:
    assert set(wrong(world, **facts)) == {field}


def test_who_has_left_is_nobodys_delegate(world: World) -> None:
    Membership.objects.filter(pk=world["petra"].pk).update(is_active=False)
    assert set(wrong(world)) == {"delegate"}


def test_a_loop_is_refused_and_the_reason_names_the_way(world: World) -> None:
    make_absence(world, "petra", "marianne")
    make_absence(world, "marianne", "tom", ends_at=OPENED + DAY)
    assert wrong(world) == {
        "delegate": "Petra is away then too, and has named Marianne. Marianne is away then too,"
        " and has named Tom. That leads back: choose somebody else."
    }
    assert record(world, starts_at=OPENED + DAY).delegate_id == world["petra"].user_id


@pytest.mark.parametrize("name", ["petra", "pavel", "ruth", "anna"])
def test_only_the_person_or_an_admin_says_that_somebody_is_away(world: World, name: str) -> None:
    with pytest.raises(NotAllowed):
        record(world, by=name)
    row = record(world)
    with pytest.raises(NotAllowed):
        end_absence(row, by=world[name], at=OPENED)
    assert end_absence(row, by=None, at=OPENED).ended_at == OPENED


def test_nobody_comes_back_from_an_absence_that_was_called_off(world: World) -> None:
    row = record(world, starts_at=OPENED + DAY, ends_at=OPENED + 2 * DAY)
    end_absence(row, by=world["tom"], at=OPENED)
    event = Event.objects.get(kind="absence.ended")
    told = letters([event], world["petra"].user)[event.pk]
    assert told.subject == "An absence was called off"
    assert told.line == (
        "Tom is not away after all, from Thu 26 Nov 2026 10:00 until Fri 27 Nov 2026 10:00"
        " (Europe/Berlin): you need not stand in."
    )
    own = letters([event], world["tom"].user)[event.pk].line
    assert own.startswith("You are not away after all, from Thu 26 Nov 2026 10:00")


def test_an_absence_ends_early_once(world: World) -> None:
    row = record(world)
    end_absence(row, by=world["tom"], at=OPENED + DAY)
    assert absences_at(OPENED + DAY - HOUR).stand_in(world["tom"].user_id) != world["tom"].user_id
    assert absences_at(OPENED + DAY).stand_in(world["tom"].user_id) == world["tom"].user_id
    event = Event.objects.get(kind="absence.ended")
    assert letters([event], world["petra"].user)[event.pk].line == "Tom is back."
    assert letters([event], world["tom"].user)[event.pk].line == "Your absence has ended."
    # An event of a time when the trail did not say whether it had begun.
    del event.facts["begun"]
    assert letters([event], world["petra"].user)[event.pk].line == "Tom is back."
    with pytest.raises(NotNow, match="over"):
        end_absence(row, by=world["tom"], at=OPENED + 2 * DAY)
    other = record(world)
    with pytest.raises(NotNow, match="over"):
        end_absence(other, by=world["tom"], at=OPENED + 7 * DAY)


def test_one_to_come_is_called_off(world: World) -> None:
    row = record(world, starts_at=OPENED + DAY)
    end_absence(row, by=world["tom"], at=OPENED)
    assert absence_facts(OPENED) == []


def test_who_sees_that_somebody_is_away(world: World) -> None:
    row = record(world)
    seen = {name: visible_absences(world[name]).filter(pk=row.pk).exists() for name in world.people}
    assert seen == {
        **dict.fromkeys(("ines", "tom", "petra", "marianne", "pavel"), True),
        **dict.fromkeys(("ruth", "anna", "marc"), False),
    }
    assert absence_for(world["petra"], row.pk) == row


# --- Who would be left ----------------------------------------------------------------------------


def left(world: World, **facts: Any) -> list[tuple[str, int, str, datetime]]:
    """Return the levels that an absence would leave with nobody."""
    found = vacancies(new(world, **facts).facts, OPENED)
    return [(one.ladder, one.position, one.region, one.since) for one in found]


def test_a_level_with_nobody_left_is_named(world: World) -> None:
    assert left(world) == []
    assert left(world, delegate=None) == [("Standard", 1, "", OPENED)]


def test_a_delegate_who_is_away_themselves_leaves_the_level_empty_from_then_on(
    world: World,
) -> None:
    make_absence(world, "petra", starts_at=OPENED + DAY, ends_at=OPENED + 2 * DAY)
    assert left(world) == [("Standard", 1, "", OPENED + DAY)]
    assert left(world, ends_at=OPENED + DAY) == []


def test_who_only_backs_up_somebody_who_is_away_is_missed_too(world: World) -> None:
    world.levels[0].seats.update(backup=world["marianne"].user)
    make_absence(world, "tom")
    missed = left(world, person="marianne", delegate=None)
    assert missed == [("Standard", 1, "", OPENED), ("Standard", 3, "", OPENED)]


# --- The database's own word ----------------------------------------------------------------------


def shuffled(world: World, named: Mapping[str, str | None]) -> Absences:
    """Let people be away now; return who stands in, as Python says it."""
    for person, delegate in named.items():
        make_absence(world, person, delegate)
    return absences_at(datetime.now(UTC))


def people(world: World, ids: set[UUID]) -> set[str]:
    """Return names for ids."""
    return {name for name, member in world.people.items() if member.user_id in ids}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    named=st.dictionaries(
        st.sampled_from(NAMES), st.none() | st.sampled_from((*NAMES, "pavel", "anna"))
    ).map(lambda named: {k: v for k, v in named.items() if k != v}),
    gone=st.sets(st.sampled_from(NAMES), max_size=2),
)
def test_python_and_the_database_agree_on_who_acts_for_whom(
    world: World, named: dict[str, str | None], gone: set[str]
) -> None:
    with transaction.atomic():
        ids = [world[name].pk for name in gone]
        Membership.objects.filter(pk__in=ids).update(is_active=False)
        absences = shuffled(world, named)
        for name in NAMES:
            person = world[name].user_id
            expected = people(world, absences.acts_for(person))
            assert people(world, acted_for_by(person)) == expected, name
        transaction.set_rollback(True)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    days=st.sets(st.integers(1, 7)),
    zone=st.sampled_from(["UTC", "Asia/Riyadh", "Pacific/Kiritimati", "Pacific/Pago_Pago"]),
    edges=st.tuples(st.integers(-3, 3), st.integers(-3, 3) | st.none()),
    ended=st.integers(-3, 3) | st.none(),
)
def test_python_and_the_database_agree_on_when(
    world: World, days: set[int], zone: str, edges: tuple[int, int | None], ended: int | None
) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
        start, end = now + edges[0] * HOUR, None if edges[1] is None else now + edges[1] * HOUR
        if end is not None and end <= start:
            end = start + HOUR
        make_absence(
            world,
            "tom",
            "petra",
            starts_at=start,
            ends_at=end,
            ended_at=None if ended is None else now + ended * HOUR,
            weekdays=sorted(days),
            zone=zone,
        )
        expected = absences_at(now).acts_for(world["petra"].user_id)
        assert acted_for_by(world["petra"].user_id) == expected
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"ends_at": LONG_AGO}, "absence_ends_after_it_starts"),
        ({"weekdays": [8]}, "absence_on_known_weekdays"),
        ({"delegate": "tom"}, "nobody_stands_in_for_themselves"),
    ],
)
def test_the_database_refuses_what_no_absence_is(
    world: World, facts: dict[str, Any], name: str
) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make_absence(world, "tom", facts.pop("delegate", None), **facts)


def test_a_zone_that_the_database_does_not_know_is_never_written(world: World) -> None:
    with pytest.raises(DataError, match="Mars"), transaction.atomic():
        make_absence(world, "tom", zone="Mars/Olympus")


def test_an_absence_is_never_deleted(world: World) -> None:
    make_absence(world, "tom")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Absence.objects.all().delete()


def test_nobody_acts_for_anybody_of_another_vendor(world: World) -> None:
    other = make_world()
    with other.scope():
        make_absence(other, "tom", "petra")
        person = other["petra"].user_id
        assert acted_for_by(person) == {person, other["tom"].user_id}
    with world.scope():
        assert acted_for_by(person) == {person}
        assert absence_facts(OPENED) == []
