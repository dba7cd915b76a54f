"""How many notices are not read."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from journal.actions import record, tell
from journal.models import Event, Notice
from journal.queries import unread_count
from tests.factories import OPENED, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(world: World) -> World:
    """A vendor in which Tom was told of three things, and has read one."""
    case = world.case(by="petra")
    Notice.objects.all().delete()
    for number in range(3):
        event = record(f"case.test.{number}", at=OPENED, by=None, case_id=case.pk)
        tell(event, [world["tom"].user_id], at=OPENED)
    first = Notice.objects.filter(user=world["tom"].user, channel="bell").first()
    assert first is not None
    Notice.objects.filter(pk=first.pk).update(read_at=timezone.now())
    return world


def test_what_is_read_or_mailed_is_not_counted(told: World) -> None:
    assert unread_count(told["tom"].user) == 2
    assert unread_count(told["tom"].user, at_most=1) == 1
    assert unread_count(told["petra"].user) == 0


def test_what_is_read_is_not_looked_at_to_count_the_rest(told: World) -> None:
    tenant, tom = told.tenant, told["tom"].user
    events = Event.objects.bulk_create(
        Event(tenant=tenant, kind="case.test", at=OPENED) for _ in range(1000)
    )
    Notice.objects.bulk_create(
        Notice(tenant=tenant, event=event, user=tom, channel="bell", read_at=OPENED)
        for event in events
    )
    with CaptureQueriesContext(connection) as asked:
        unread_count(told["tom"].user)
    with transaction.atomic(), connection.cursor() as cursor:
        # Few rows are always read as a whole; what is asked is which index fits the condition.
        # Whether it or the one in order is cheaper depends on when rows were last counted.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {asked[0]['sql'].split(' ORDER BY ')[0]}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "notice_unread" in plan
