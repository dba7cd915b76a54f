"""Sealing real rows, and what happens to who tampers with them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction
from django.db.utils import IntegrityError, ProgrammingError

from journal import tasks
from journal.actions import record
from journal.chain import Break
from journal.models import ChainHead, Event
from journal.queries import heartbeats, verify_chain
from journal.seal import TAKE_TURN, Anchors, seal_batch
from tenants.scope import act_in, background_role
from tests.factories import OPENED, World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper", "owner"])


@pytest.fixture
def worlds(transactional_db: None) -> list[World]:
    """Two vendors with events of their own, committed in turns."""
    made = [make_world(), make_world()]
    for number in range(6):
        world = made[number % 2]
        with world.scope():
            record("case.tested", at=OPENED, by=None, facts={"n": number, "text": "ü"})
    return made


def kinds_in_order(world: World) -> list[int]:
    """Return the events of a vendor in the order of its chain."""
    with world.scope():
        found = Event.objects.filter(kind="case.tested", seq__isnull=False).order_by("seq")
        return [event.facts["n"] for event in found]


def seal_all(limit: int = 2) -> None:
    """Seal until nothing waits."""
    while seal_batch(limit):
        pass


class Tamperer:
    """The owner of the database, with the trigger switched off."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, *statements: str) -> None:
        """Execute statements on the vendor's events."""
        with act_in(self.world.tenant.pk, using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE journal_event DISABLE TRIGGER append_only")
            for statement in statements:
                cursor.execute(statement)
                assert cursor.rowcount == 1, statement
            cursor.execute("ALTER TABLE journal_event ENABLE TRIGGER append_only")


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


def broken(world: World) -> Break | None:
    """Return where a vendor's chain does not hold."""
    with world.scope():
        return verify_chain(world.tenant.pk)


def test_each_vendors_events_are_sealed_in_the_order_they_were_written(
    worlds: list[World],
) -> None:
    assert [kinds_in_order(w) for w in worlds] == [[], []]
    seal_all()
    assert [kinds_in_order(w) for w in worlds] == [[0, 2, 4], [1, 3, 5]]
    assert [broken(w) for w in worlds] == [None, None]
    for world in worlds:
        with world.scope():
            assert list(Event.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3]
            assert ChainHead.objects.get(tenant=world.tenant).seq == 3


def test_a_chain_goes_on_where_it_ended(worlds: list[World]) -> None:
    seal_all()
    with worlds[0].scope():
        record("case.tested", at=OPENED, by=None, facts={"n": 6})
    assert set(seal_batch()) == {worlds[0].tenant.pk}
    assert kinds_in_order(worlds[0]) == [0, 2, 4, 6]
    assert broken(worlds[0]) is None
    assert seal_batch() == {}


def test_two_sealers_do_not_seal_at_once(worlds: list[World]) -> None:
    with background_role("sealer") as cursor:
        cursor.execute(TAKE_TURN)
        assert cursor.fetchone() == (True,)
        other = connections["sweeper"].copy()
        try:
            with other.cursor() as second:
                second.execute(TAKE_TURN)
                assert second.fetchone() == (False,)
        finally:
            other.close()


def test_a_sealer_whose_turn_it_is_not_does_nothing(worlds: list[World]) -> None:
    other = connections["sweeper"].copy()
    try:
        with other.cursor() as second:
            second.execute("SELECT pg_advisory_lock(73656164)")
            assert seal_batch() == {}
            second.execute("SELECT pg_advisory_unlock(73656164)")
    finally:
        other.close()
    assert len(seal_batch()) == 2


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE journal_event SET facts = '{}' WHERE seq = 2", 2),
        ("UPDATE journal_event SET at = at + interval '1 microsecond' WHERE seq = 3", 3),
        ("UPDATE journal_event SET by_id = tenant_id WHERE seq = 1", 1),
        ("DELETE FROM journal_event WHERE seq = 2", 2),
        ("DELETE FROM journal_event WHERE seq = 3", 2),
        ("UPDATE journal_event SET hash = '\\x00' WHERE seq = 2", 2),
        ("UPDATE journal_event SET seq = 9 WHERE seq = 3", 2),
    ],
)
def test_tampering_is_found_where_it_was_done(
    worlds: list[World], statement: str, found: int
) -> None:
    seal_all()
    Tamperer(worlds[0])(statement)
    at = broken(worlds[0])
    assert at is not None
    assert at.seq == found
    assert broken(worlds[1]) is None


def test_a_tail_that_was_cut_with_its_head_disagrees_with_the_anchor(
    worlds: list[World], tmp_path: Path
) -> None:
    anchors = Anchors(tmp_path / "anchors.jsonl")
    while heads := seal_batch():
        anchors.keep(heads)
    Tamperer(worlds[0])(
        "DELETE FROM journal_event WHERE seq = 3",
        "UPDATE journal_chainhead SET seq = 2, hash ="
        " (SELECT hash FROM journal_event WHERE seq = 2)",
    )
    assert broken(worlds[0]) is None
    kept = {line["tenant"]: line for line in map(json.loads, anchors.path.read_text().splitlines())}
    with worlds[0].scope():
        now = ChainHead.objects.get()
    kept_head = kept[str(worlds[0].tenant.pk)]
    assert (kept_head["seq"], now.seq) == (3, 2)
    assert kept_head["hash"] != bytes(now.hash).hex()


def test_anchors_are_kept_once_a_minute(tmp_path: Path, worlds: list[World]) -> None:
    anchors = Anchors(tmp_path / "anchors.jsonl")
    tenants = [w.tenant.pk for w in worlds]
    anchors.keep({tenants[0]: (1, b"a")})
    anchors.keep({tenants[0]: (2, b"b"), tenants[1]: (1, b"c")})
    anchors.keep({tenants[0]: (3, b"d")})
    lines = [json.loads(line) for line in anchors.path.read_text().splitlines()]
    assert [(line["tenant"], line["seq"]) for line in lines] == [
        (str(tenants[0]), 1),
        (str(tenants[1]), 1),
    ]


def test_the_task_seals_everything_and_says_that_it_ran(worlds: list[World]) -> None:
    tasks.seal()
    assert [kinds_in_order(w) for w in worlds] == [[0, 2, 4], [1, 3, 5]]
    assert "seal" in heartbeats()


# --- Append-only --------------------------------------------------------------------------------


STATEMENTS = (
    "UPDATE journal_event SET kind = 'x' WHERE id = %s",
    "UPDATE journal_event SET facts = '{}' WHERE id = %s",
    "UPDATE journal_event SET seq = 99, hash = 'x', kind = 'x' WHERE id = %s",
    "UPDATE journal_event SET seq = 99, hash = 'x', by_id = id WHERE id = %s",
    "DELETE FROM journal_event WHERE id = %s",
)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_not_even_the_owner_changes_an_event(worlds: list[World], statement: str) -> None:
    with worlds[0].scope():
        event: Any = Event.objects.first()
    with (
        pytest.raises(DatabaseError, match="cannot be changed or removed"),
        act_in(worlds[0].tenant.pk, using="owner"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute(statement, [event.pk])


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_app_has_no_right_to_change_an_event(worlds: list[World], statement: str) -> None:
    with worlds[0].scope():
        event: Any = Event.objects.first()
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connections["default"].cursor().execute(statement, [event.pk])


def test_a_sealed_event_is_not_sealed_again(worlds: list[World]) -> None:
    seal_all()
    with (
        pytest.raises(DatabaseError, match="cannot be changed"),
        background_role("sealer") as cursor,
    ):
        cursor.execute("UPDATE journal_event SET seq = 77, hash = 'x' WHERE seq = 1")


def test_what_happens_once_cannot_be_written_twice(worlds: list[World]) -> None:
    with worlds[0].scope():
        record("case.tested", at=OPENED, by=None, once_key="k")
        with pytest.raises(IntegrityError, match="event_happens_once"), transaction.atomic():
            record("case.tested", at=OPENED, by=None, once_key="k")
    with worlds[1].scope():
        record("case.tested", at=OPENED, by=None, once_key="k")
