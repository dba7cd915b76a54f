"""`verify_journal` finds what somebody with the database in their hands has changed."""

import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from journal.actions import record
from journal.models import ChainHead
from journal.seal import Anchors, seal_batch
from tests.factories import OPENED, World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "sweeper"])
Tamper = Callable[..., None]


@pytest.fixture
def world(transactional_db: None) -> World:
    """A vendor with three sealed events."""
    made = make_world()
    write(made, 3)
    seal_batch()
    return made


@pytest.fixture
def anchors(world: World, tmp_path: Path) -> Path:
    """The head after three events, kept outside the database."""
    path = tmp_path / "anchors.jsonl"
    Anchors(path).keep({world.tenant.pk: head(world)})
    return path


@pytest.fixture
def tamper(world: World) -> Iterator[Tamper]:
    """Run a statement with the owner's rights, the guards taken away; they come back."""
    with connections["owner"].cursor() as cursor:

        def run(statement: str, *parameters: UUID) -> None:
            cursor.execute("ALTER TABLE journal_event DISABLE TRIGGER append_only")
            cursor.execute("SELECT set_config('app.tenant_id', %s, false)", [str(world.tenant.pk)])
            cursor.execute(statement, [str(value) for value in parameters])
            assert cursor.rowcount == 1
            cursor.execute("ALTER TABLE journal_event ENABLE TRIGGER append_only")

        yield run
        cursor.execute("SELECT set_config('app.tenant_id', '', false)")


def write(world: World, count: int) -> None:
    """Record as many events."""
    with world.scope():
        for number in range(count):
            record(
                "case.message", at=OPENED + timedelta(hours=number), by=None, facts={"n": number}
            )


def head(world: World) -> tuple[int, bytes]:
    """Return where a vendor's chain ends."""
    with world.scope():
        found = ChainHead.objects.get(tenant_id=world.tenant.pk)
    return found.seq, bytes(found.hash)


def verify(world: World, anchors: Path | None = None) -> str:
    """Run the command; return what it says."""
    out = io.StringIO()
    call_command("verify_journal", tenant=world.tenant.slug, anchors=anchors, stdout=out)
    return out.getvalue()


def refusal(world: World, anchors: Path | None = None) -> str:
    """Run the command; return why it fails, after the vendor's name."""
    with pytest.raises(CommandError) as caught:
        verify(world, anchors)
    return str(caught.value).removeprefix(f"{world.tenant.slug}: ")


def test_a_chain_that_holds_is_said_in_two_lines(world: World, anchors: Path) -> None:
    first, second = verify(world, anchors).splitlines()
    assert first == f"{world.tenant.slug}: 3 events, each in its place, none changed."
    shown = r"Its last anchor is event 3, kept at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\."
    assert re.fullmatch(shown, second)


def test_without_an_anchor_it_says_what_it_would_not_find(world: World, tmp_path: Path) -> None:
    empty = tmp_path / "none.jsonl"
    empty.touch()
    assert verify(world, empty).splitlines()[1] == (
        "No anchor was kept yet: a tail cut together with its head would not be found."
    )


def test_a_vendor_without_events_has_a_chain_that_holds(transactional_db: None) -> None:
    fresh = make_world()
    assert verify(fresh).startswith(f"{fresh.tenant.slug}: 0 events, ")


def test_events_that_wait_for_their_place_do_no_harm(world: World, anchors: Path) -> None:
    write(world, 2)
    assert verify(world, anchors).startswith(f"{world.tenant.slug}: 3 events, ")


def test_an_older_anchor_of_a_longer_chain_fits(world: World, anchors: Path) -> None:
    write(world, 2)
    seal_batch()
    assert verify(world, anchors).startswith(f"{world.tenant.slug}: 5 events, ")


def test_a_changed_event_is_found(world: World, anchors: Path, tamper: Tamper) -> None:
    tamper("UPDATE journal_event SET facts = '{\"n\": 9}' WHERE seq = 2")
    assert refusal(world, anchors) == (
        "the chain does not hold at event 2: the event or its place was changed."
    )


def test_a_removed_event_is_found(world: World, anchors: Path, tamper: Tamper) -> None:
    tamper("DELETE FROM journal_event WHERE seq = 2")
    assert refusal(world, anchors) == "the chain does not hold at event 2: an event is missing."


def test_a_cut_tail_is_found_by_the_head(world: World, tamper: Tamper) -> None:
    tamper("DELETE FROM journal_event WHERE seq = 3")
    assert refusal(world) == "the chain does not hold at event 2: the chain ends before its head."


def test_an_event_put_beyond_the_head_is_found(world: World, tamper: Tamper) -> None:
    write(world, 1)
    tamper("UPDATE journal_event SET seq = 4, hash = hash WHERE seq IS NULL")
    assert refusal(world) == "the chain does not hold at event 4: an event stands beyond the head."


def cut(world: World, tamper: Tamper) -> None:
    """Remove the last event, and set the head back to the one before it."""
    tamper("DELETE FROM journal_event WHERE seq = 3")
    tamper(
        "UPDATE journal_chainhead SET seq = 2,"
        " hash = (SELECT hash FROM journal_event WHERE seq = 2) WHERE tenant_id = %s",
        world.tenant.pk,
    )


def test_a_tail_cut_with_its_head_is_found_by_the_anchor_alone(
    world: World, anchors: Path, tamper: Tamper, tmp_path: Path
) -> None:
    cut(world, tamper)
    empty = tmp_path / "none.jsonl"
    empty.touch()
    assert verify(world, empty).startswith(f"{world.tenant.slug}: 2 events, ")
    assert refusal(world, anchors) == (
        "the chain does not hold at event 3: the chain ends before its last anchor."
    )


def test_a_tail_written_anew_is_found_by_the_anchor(
    world: World, anchors: Path, tamper: Tamper
) -> None:
    cut(world, tamper)
    write(world, 2)
    seal_batch()
    assert refusal(world, anchors) == (
        "the chain does not hold at event 3: the event is another one than its anchor says."
    )


def test_the_last_anchor_of_this_vendor_counts(world: World, anchors: Path) -> None:
    other = {"at": 1.0, "tenant": str(UUID(int=7)), "seq": 99, "hash": "00"}
    with anchors.open("a") as file:
        file.write(json.dumps(other) + "\n")
    assert "Its last anchor is event 3," in verify(world, anchors)


@pytest.mark.parametrize(
    "line", ["{", "[]", "7", '{"at": 1}', '{"at": "x", "tenant": "y", "seq": 1, "hash": "00"}']
)
def test_a_line_that_is_no_anchor_is_refused_by_its_number(
    world: World, anchors: Path, line: str
) -> None:
    with anchors.open("a") as file:
        file.write(line + "\n")
    assert refusal(world, anchors) == "anchors: Line 2 is not an anchor."


def test_a_file_that_is_not_there_or_not_text_is_refused(world: World, tmp_path: Path) -> None:
    missing, binary = tmp_path / "missing", tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    assert refusal(world, missing) == "anchors: Cannot be opened: No such file or directory."
    assert refusal(world, binary) == "anchors: This is not text in UTF-8."


def test_an_unknown_vendor_is_one_sentence(transactional_db: None) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("verify_journal", tenant="nowhere")
    assert str(caught.value) == "tenant: There is no tenant at “nowhere”."
