"""The auditor: each thing that must never be, made to be, is found, and nothing else is."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from cases.alarm import raise_alarms
from cases.audit import FINDINGS, LAG, OUTBOX_LAG, audit, audit_tenant
from cases.models import Case
from cases.tasks import run_audit
from journal.queries import heartbeats
from journal.seal import seal_batch
from ladder.models import Seat
from tenants.scope import act_in, background_role
from tests.factories import OPENED, World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper", "owner"])
SECOND = timedelta(seconds=1)
GIVEN_UP = f"state = 'failed', next_attempt_at = NULL, done_at = '{OPENED}'"
# Each finding, made by statements that no verb would execute.
PROVOKED = {
    "no_owner": [
        "UPDATE cases_case SET owner_id = NULL",
        "UPDATE cases_assignment SET owner_id = NULL",
    ],
    "owner_gone": [
        (
            "UPDATE tenants_membership SET is_active = false"
            " WHERE user_id IN (SELECT owner_id FROM cases_case)"
        )
    ],
    "owner_away": [
        (
            "INSERT INTO ladder_absence (tenant_id, id, person_id, starts_at, weekdays, zone, note,"
            " recorded_at) SELECT tenant_id, gen_random_uuid(), owner_id, opened_at, '{}', 'UTC',"
            " '', opened_at FROM cases_case"
        )
    ],
    "asked_gone": [
        (
            "UPDATE cases_clock SET subject = gen_random_uuid(), owner_id ="
            " (SELECT user_id FROM tenants_membership WHERE role = 'auditor')"
            " WHERE kind = 'total'"
        ),
        "UPDATE tenants_membership SET is_active = false WHERE role = 'auditor'",
    ],
    "no_turn": ["UPDATE cases_assignment SET ended_at = now(), end_reason = 'resolved'"],
    "two_owners": ["UPDATE cases_assignment SET owner_id = backup_id"],
    "no_clock": ["UPDATE cases_clock SET state = 'ended', next_fire_at = NULL"],
    "no_next_step": ["UPDATE cases_case SET due_at = NULL"],
    "overdue": [
        f"UPDATE cases_clock SET next_fire_at = '{OPENED - LAG - SECOND}' WHERE kind = 'response'"
    ],
    "undelivered": [f"UPDATE journal_notice SET created_at = '{OPENED - OUTBOX_LAG - SECOND}'"],
    "undeliverable": [f"UPDATE journal_notice SET {GIVEN_UP} WHERE channel = 'email'"],
}


@pytest.fixture
def world(transactional_db: None) -> World:
    """A vendor with one open case in order, sealed, and another vendor beside it."""
    made = make_world()
    for vendor in (made, make_world()):
        with vendor.scope():
            vendor.case()
    seal_batch()
    return made


@pytest.fixture(autouse=True)
def owner() -> Iterator[None]:
    """Connect as the database's owner, to the database of the tests."""
    wrapper = connections["owner"]
    name, wrapper.settings_dict["NAME"] = (
        wrapper.settings_dict["NAME"],
        connections["default"].settings_dict["NAME"],
    )
    yield
    wrapper.close()
    wrapper.settings_dict["NAME"] = name


def as_owner(world: World, *statements: str) -> None:
    """Execute statements on one vendor's rows."""
    with act_in(world.tenant.pk, using="owner"), connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount > 0, statement


def found(world: World) -> dict[str, int]:
    """Return what is found, the same across tenants as within the one; nothing elsewhere."""
    everywhere = audit(OPENED)
    with world.scope():
        here = audit_tenant(OPENED)
    assert everywhere.totals == here
    assert set(everywhere.by_tenant) <= {world.tenant.pk}
    assert everywhere.count == sum(here.values())
    return {name: count for name, count in here.items() if count}


def test_in_order_nothing_is_found(world: World) -> None:
    assert found(world) == {}
    assert audit(OPENED).totals == dict.fromkeys(FINDINGS, 0)


@pytest.mark.parametrize("name", sorted(PROVOKED))
def test_each_thing_that_must_never_be_is_found(world: World, name: str) -> None:
    as_owner(world, *PROVOKED[name])
    kept = {name: count for name, count in found(world).items() if count}
    assert name in kept
    # A clock of every kind, or every notice, is one finding each.
    assert set(kept) == {name}


def test_every_finding_is_provoked() -> None:
    assert set(PROVOKED) | {"unsealed"} == set(FINDINGS)


def test_an_event_that_nobody_seals_is_found(world: World) -> None:
    with world.scope():
        world.case()
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT now()")
        now = cursor.fetchone()[0]
    assert audit(now).totals["unsealed"] == 0
    assert audit(now + LAG + SECOND).totals["unsealed"] == 1


def test_a_clock_that_was_put_off_past_its_time_is_found(world: World) -> None:
    """What the sweep cannot move it looks at again in a minute: that must not hide it."""
    later = OPENED + timedelta(minutes=1)
    due = OPENED - LAG - SECOND
    as_owner(
        world,
        f"UPDATE cases_clock SET due_at = '{due}', next_fire_at = '{later}' WHERE kind = 'total'",
    )
    assert found(world) == {"overdue": 1}


def test_a_clock_that_is_late_twice_over_is_one_finding(world: World) -> None:
    late = OPENED - LAG - SECOND
    as_owner(
        world,
        f"UPDATE cases_clock SET due_at = '{late}', next_fire_at = '{late}' WHERE kind = 'total'",
    )
    assert found(world) == {"overdue": 1}


def test_an_owner_who_may_not_sign_in_any_more_has_left(world: World) -> None:
    as_owner(
        world,
        "UPDATE tenants_user SET is_active = false WHERE id IN (SELECT owner_id FROM cases_case)",
    )
    assert found(world) == {"owner_gone": 1}


def test_a_mail_that_was_given_up_is_found_for_a_day(world: World) -> None:
    as_owner(world, *PROVOKED["undeliverable"])
    day = timedelta(days=1)
    assert audit(OPENED + day - SECOND).totals["undeliverable"] == 1
    assert audit(OPENED + day).totals["undeliverable"] == 0


def test_an_alarm_that_could_not_be_mailed_makes_no_other_alarm(world: World) -> None:
    as_owner(world, "UPDATE cases_case SET due_at = NULL")
    assert raise_alarms(audit(OPENED)) == {world.tenant.pk}
    as_owner(
        world,
        f"UPDATE journal_notice SET {GIVEN_UP} WHERE channel = 'email' AND event_id IN"
        " (SELECT id FROM journal_event WHERE kind = 'audit.violation')",
    )
    assert audit(OPENED).totals["undeliverable"] == 0


MANY_CLOCKS = """
CREATE TEMP TABLE cases_clock (LIKE public.cases_clock INCLUDING INDEXES) ON COMMIT DROP;
INSERT INTO cases_clock (tenant_id, id, case_id, kind, cycle, state, "window", target_seconds,
    calendar_version_id, anchor, due_at, next_fire_at, thresholds, fired, barred)
SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'response', 1, 'running', 'PT4H',
    14400, gen_random_uuid(), at, at + interval '4 hours', at + interval '2 hours', '{}', 0, '{}'
FROM generate_series(now(), now() + interval '5000 minutes', interval '1 minute') AS at;
ANALYZE cases_clock
"""


def test_of_many_clocks_only_the_late_ones_are_read(world: World) -> None:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(MANY_CLOCKS)
        cursor.execute(f"EXPLAIN {FINDINGS['overdue']}", {"late": timezone.now()})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "cases_clock_next_fire_at_idx" in plan
    assert "cases_clock_due_at_idx" in plan


def test_mail_that_was_given_up_is_found_by_its_index(world: World) -> None:
    with background_role("auditor") as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {FINDINGS['undeliverable']}", {"lately": OPENED})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "notice_given_up" in plan


def test_a_case_that_is_over_is_not_looked_at(world: World) -> None:
    with world.scope():
        Case.objects.update(status="withdrawn", owner=None, due_at=None)
        Seat.objects.all().delete()
    as_owner(world, "UPDATE cases_clock SET state = 'ended', next_fire_at = NULL")
    assert found(world) == {}


def test_what_was_found_is_kept_in_figures(world: World) -> None:
    as_owner(world, *PROVOKED["no_owner"])
    run_audit()
    detail = heartbeats()["audit"].detail
    assert (detail["no_owner"], detail["two_owners"]) == (1, 0)
    assert detail["count"] == sum(detail[name] for name in FINDINGS)
    assert set(detail) == {"count", *FINDINGS}
