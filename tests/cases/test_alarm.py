"""The auditor's alarm, raised as the sweeper's own database role."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases.alarm import finding_words, raise_alarms
from cases.audit import FINDINGS, audit
from cases.models import Case, Clock
from journal.models import Event, Notice
from journal.registry import letters
from journal.seal import seal_batch
from tests.factories import OPENED, World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])


@pytest.fixture
def broken(transactional_db: None) -> World:
    """A vendor with an open case that has lost its clocks."""
    world = make_world()
    with world.scope():
        case = world.case()
        Clock.objects.filter(case=case).update(state="ended", next_fire_at=None)
        Case.objects.filter(pk=case.pk).update(due_at=None)
    seal_batch()
    return world


def test_the_admins_are_told_once_an_hour_of_each_finding(broken: World) -> None:
    found = audit(OPENED)
    assert found.by_tenant[broken.tenant.pk] == {"no_clock": 1, "no_next_step": 1}
    assert raise_alarms(found) == {broken.tenant.pk}
    assert raise_alarms(found) == set()
    assert raise_alarms(replace(found, at=OPENED + timedelta(hours=1))) == {broken.tenant.pk}
    with broken.scope():
        raised = Event.objects.filter(kind="audit.violation").order_by("at", "facts__finding")
        assert [event.facts["finding"] for event in raised] == ["no_clock", "no_next_step"] * 2
        told = Notice.objects.filter(event__kind="audit.violation")
        assert set(told.values_list("user__name", "channel")) == {
            ("Ines", "bell"),
            ("Ines", "email"),
        }
        assert told.count() == 8


def test_a_mail_that_was_given_up_is_told_once_a_day(live_world: World) -> None:
    with live_world.scope():
        live_world.case()
        Notice.objects.filter(channel="email").update(
            state="failed", next_attempt_at=None, done_at=OPENED
        )
    seal_batch()
    found, later = audit(OPENED), OPENED + timedelta(hours=14)
    assert found.by_tenant == {live_world.tenant.pk: {"undeliverable": 1}}
    assert raise_alarms(found) == {live_world.tenant.pk}
    assert raise_alarms(replace(found, at=later)) == set()
    assert raise_alarms(replace(found, at=OPENED + timedelta(days=1))) == {live_world.tenant.pk}


def test_an_admin_who_may_not_sign_in_is_not_told(broken: World) -> None:
    ines = broken["ines"].user
    with broken.scope(user_id=ines.pk):
        ines.is_active = False
        ines.save(update_fields=["is_active"])
    raise_alarms(audit(OPENED))
    with broken.scope():
        assert Event.objects.filter(kind="audit.violation").count() == 2
        assert not Notice.objects.filter(event__kind="audit.violation").exists()


def test_every_finding_has_words() -> None:
    assert set(finding_words()) == set(FINDINGS)


def test_only_an_admin_may_read_what_the_auditor_found(broken: World) -> None:
    raise_alarms(audit(OPENED))
    with broken.scope():
        events = list(Event.objects.filter(kind="audit.violation").order_by("facts__finding"))
        lines = [letter.line for letter in letters(events, broken["ines"].user).values()]
        assert lines == [
            "Open cases without a running clock: 1",
            "Open cases with nothing due next: 1",
        ]
        assert letters(events, broken["tom"].user) == {}
