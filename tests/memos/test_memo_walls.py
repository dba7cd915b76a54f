"""An issued memo is never changed: not by the ORM, not by SQL as the app, not by the owner."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import Error, IntegrityError, ProgrammingError, connections, transaction

from memos.actions.followup import acknowledge_memo
from memos.actions.memo import succeed_memo
from memos.models import Memo, MemoAction, MemoCopy, MemoReceipt
from memos.models.memo import SECTIONS
from tenants.scope import act_in
from tests.factories import World, make_world
from tests.memos.story import AT, DUE, INTERNAL, action_of, in_state, issued, written

KEPT = "cannot be changed"
COLUMNS = {
    "memos_memo": {
        **dict.fromkeys(("title", *SECTIONS, "review_note"), "'changed'"),
        "number": "'M-1999-0001'",
        "sha256": "'0'",
        "status": "'draft'",
        "version": "9",
        "revision": "99",
        "author_id": "issued_by_id",
        "reviewer_id": "NULL",
        "issued_at": "now()",
        "reviewed_at": "now()",
        "updated_at": "now()",
        "predecessor_id": "NULL",
    },
    "memos_memocopy": {"title": "'changed'", "body": "'changed'", "sha256": "'0'"},
    "memos_memoaction": {
        "what": "'changed'",
        "position": "9",
        "due_on": "due_on + 1",
        "owner_id": "NULL",
        "partner_id": "NULL",
    },
}
CHANGES = [
    *(
        f"UPDATE {table} SET {column} = {value}"
        for table, columns in COLUMNS.items()
        for column, value in columns.items()
    ),
    *(f"DELETE FROM {table}" for table in COLUMNS),
]


@pytest.fixture
def kept(live_world: World) -> World:
    """A vendor with one memo, issued and acknowledged: committed."""
    with live_world.scope():
        memo = issued(live_world)
        own = live_world.partners["alpenwerk"].pk
        acknowledge_memo(memo, by=live_world["anna"], at=AT, partner_id=own)
    return live_world


def state(world: World) -> list[Any]:
    """Return every row of the vendor's memos."""
    with world.scope():
        return [list(m.objects.order_by("id").values()) for m in (Memo, MemoCopy, MemoAction)]


def change(world: World, statement: str, alias: str) -> None:
    """Try to change something as one of the database's roles, as that vendor."""
    with act_in(world.tenant.pk, using=alias), connections[alias].cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("alias", ["default", "owner"])
def test_no_statement_changes_an_issued_memo(kept: World, alias: str) -> None:
    before = state(kept)
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone()[0] == {"default": "parley_app", "owner": "parley_owner"}[alias]
    for statement in CHANGES:
        with pytest.raises(IntegrityError, match=KEPT):
            change(kept, statement, alias)
    assert state(kept) == before


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_receipt_stays(kept: World) -> None:
    for statement in ("UPDATE memos_memoreceipt SET at = now()", "DELETE FROM memos_memoreceipt"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            change(kept, statement, "default")
        with pytest.raises(IntegrityError, match=KEPT):
            change(kept, statement, "owner")
    with kept.scope():
        assert MemoReceipt.objects.count() == 1


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_what_became_of_an_action_is_written_beside(kept: World) -> None:
    with kept.scope():
        action = action_of(Memo.objects.get(), "Find a lead")
        action.done_at, action.done_by, action.done_note = AT, kept["tom"].user, "Done."
        action.save(update_fields=["done_at", "done_by", "done_note"])
        assert action_of(Memo.objects.get(), "Find a lead").done_note == "Done."


def ways(world: World, memo: Memo) -> dict[str, Callable[[], Any]]:
    """Return the ways in which code of ours might change an issued memo."""
    copy = MemoCopy.objects.filter(memo=memo).first()
    action = MemoAction.objects.filter(memo=memo).first()
    assert copy is not None
    assert action is not None
    copy.body = action.what = memo.title = "changed"
    new = {"tenant": world.tenant, "memo": memo}
    return {
        "save": memo.save,
        "delete": memo.delete,
        "update": lambda: Memo.objects.update(title="changed"),
        "bulk update": lambda: Memo.objects.bulk_update([memo], ["title"]),
        "copy saved": copy.save,
        "copy deleted": copy.delete,
        "copies updated": lambda: MemoCopy.objects.update(body="changed"),
        "copies deleted": lambda: MemoCopy.objects.all().delete(),
        "action saved": action.save,
        "action deleted": action.delete,
        "action added": lambda: MemoAction.objects.create(
            **new, position=9, what="More", owner=world["tom"].user, due_on=DUE
        ),
        "copy added": lambda: MemoCopy.objects.create(
            **new, partner=world.partners["rheintor"], title="More"
        ),
    }


WAYS = (
    *("save", "delete", "update", "bulk update", "copy saved", "copy deleted", "copies updated"),
    *("copies deleted", "action saved", "action deleted", "action added", "copy added"),
)


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_the_orm_changes_an_issued_memo(world: World, way: str) -> None:
    memo = Memo.objects.get(pk=issued(world, world.case()).pk)
    offered = ways(world, memo)
    assert set(offered) == set(WAYS)
    with pytest.raises(Error), transaction.atomic():
        offered[way]()
    memo = Memo.objects.get(pk=memo.pk)
    assert memo.title == INTERNAL
    assert (memo.copies.count(), memo.actions.count()) == (1, 2)
    assert not memo.copies.filter(body="changed").exists()


def test_a_part_of_a_draft_is_not_moved_to_an_issued_memo(world: World) -> None:
    first = issued(world)
    later = succeed_memo(first, by=world["tom"], at=AT)
    for model in (MemoCopy, MemoAction):
        with pytest.raises(IntegrityError, match=KEPT), transaction.atomic():
            model.objects.filter(memo=later).update(memo=first)


def test_a_draft_can_be_changed_and_thrown_away(world: World) -> None:
    memo = written(world)
    Memo.objects.filter(pk=memo.pk).update(title="Changed")
    memo.copies.update(body="Changed")
    memo.actions.update(what="Changed")
    Memo.objects.get(pk=memo.pk).delete()
    assert not Memo.objects.filter(pk=memo.pk).exists()


@pytest.mark.parametrize(
    ("state", "change"),
    [
        ("in_review", {"reviewer_id": "author"}),
        ("reviewed", {"status": "issued"}),
        ("reviewed", {"status": "issued", "number": "M-1", "sha256": "0"}),
        ("draft", {"status": "sent"}),
    ],
)
def test_the_database_knows_the_rules_too(world: World, state: str, change: dict[str, Any]) -> None:
    memo = in_state(world, state)
    values = {k: memo.author_id if v == "author" else v for k, v in change.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Memo.objects.filter(pk=memo.pk).update(**values)


def test_the_database_knows_who_wrote(world: World) -> None:
    memo, petra = in_state(world, "in_review"), world["petra"].user_id
    with (
        pytest.raises(IntegrityError, match="reviewer_wrote_none_of_it"),
        transaction.atomic(),
    ):
        Memo.objects.filter(pk=memo.pk).update(writers=[memo.author_id, petra])


def test_one_memo_of_a_case_is_being_written(world: World) -> None:
    memo = written(world)
    with pytest.raises(IntegrityError, match="one_open_memo_per_case"), transaction.atomic():
        Memo.objects.create(
            tenant=world.tenant,
            case=memo.case,
            title="Another",
            author=memo.author,
            edited_by=memo.author,
            writers=[memo.author_id],
            drafted_at=AT,
            updated_at=AT,
        )


def test_a_cases_memo_is_one_of_its_tenants(db: None) -> None:
    ours, theirs = make_world(), make_world()
    with theirs.scope():
        foreign = issued(theirs).pk
    with ours.scope():
        case = ours.case()
        for wrong in (foreign, uuid4()):
            with pytest.raises(IntegrityError, match="cases_case_memo_id_fk"), transaction.atomic():
                type(case).objects.filter(pk=case.pk).update(memo_id=wrong)
