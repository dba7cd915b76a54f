"""The lists of concessions and memos over the API: by what changed, since when, and how far a
search looks."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, connections

from cases.handover import hand_over
from cases.models import Case, Clock
from cases.sweep import sweep
from memos import queries
from memos.actions import concession as verbs
from memos.actions.followup import complete_action
from memos.actions.memo import succeed_memo
from memos.models import Concession, Memo
from memos.models.memo import SECTIONS
from tests.api import Program, company, pointers
from tests.cases.verbs import do
from tests.factories import FAR_AHEAD, World, make_absence, make_world
from tests.memos import deals, story
from tests.memos.deals import ASKED, HOUR, LATER

pytestmark = pytest.mark.django_db
ORDERS = ("-id", "id", "-updated_at", "updated_at")
UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def vendor(db: None) -> World:
    """A vendor whose levels may concede; its scope is not in force."""
    world = make_world()
    with world.scope():
        deals.empower(world)
    return world


@pytest.fixture
def tom(vendor: World) -> Program:
    """Tom's program."""
    return Program(vendor, "tom")


def walked(program: Program, path: str, limit: int = 2) -> list[str]:
    """Return the ids of a list, page by page to its end; the way back has to be the same."""
    pages = [program.get(f"{path}{'&' if '?' in path else '?'}limit={limit}")]
    while pages[-1]["next"]:
        pages.append(program.get(pages[-1]["next"].partition("/api/v1/")[2]))
    for before, page in pairwise(pages):
        back = program.get(page["previous"].partition("/api/v1/")[2])
        assert back["results"] == before["results"]
    return [row["id"] for page in pages for row in page["results"]]


def made_of(world: World, path: str, number: int) -> list[Any]:
    """Make some rows of a list."""
    with world.scope():
        if path == "concessions/":
            return [deals.ask(world, world.case()) for _ in range(number)]
        return [story.written(world, world.case()) for _ in range(number)]


CHANGED = {"concessions/": "updated_at", "memos/": "changed_at"}


@pytest.mark.parametrize("path", CHANGED)
def test_each_order_is_walked_to_its_end_and_back(vendor: World, tom: Program, path: str) -> None:
    rows = made_of(vendor, path, 5)
    # The third has changed last, the first and the last in the same instant; all lies ahead, as
    # the time of a change never goes back.
    for row, minutes in zip(rows, (5, 2, 9, 1, 5), strict=True):
        with vendor.scope():
            at = {CHANGED[path]: FAR_AHEAD + timedelta(minutes=minutes)}
            type(row).objects.filter(pk=row.pk).update(**at)
    ids = [str(row.pk) for row in rows]
    by_change = [ids[place] for place in (3, 1, 0, 4, 2)]
    assert {order: walked(tom, f"{path}?ordering={order}") for order in ORDERS} == {
        "-id": ids[::-1],
        "id": ids,
        "-updated_at": by_change[::-1],
        "updated_at": by_change,
    }
    assert walked(tom, path) == ids[::-1]
    shown = [row["updated_at"] for row in tom.get(f"{path}?ordering=updated_at")["results"]]
    assert shown == sorted(shown)
    since = f"updated_since={shown[2].replace('+', '%2B')}"
    assert walked(tom, f"{path}?{since}") == [ids[4], ids[2], ids[0]]
    assert walked(tom, f"{path}?{since}&ordering=updated_at") == by_change[2:]


@pytest.mark.parametrize("path", CHANGED)
def test_what_is_asked_of_a_list_is_read_to_the_letter(
    vendor: World, tom: Program, path: str
) -> None:
    made_of(vendor, path, 2)
    for query in ("ordering=due_at", "updated_since=yesterday", "updated_since=2026-01-01"):
        assert list(pointers(tom.ask("get", path + "?" + query))) == [f"?{query.partition('=')[0]}"]
    other = tom.get(f"{path}?limit=1&ordering=updated_at")["next"].partition("cursor=")[2]
    for order in ("", "&ordering=-updated_at", "&ordering=id"):
        answer = tom.ask("get", f"{path}?cursor={other}{order}")
        assert list(pointers(answer)) == ["?cursor"], order


@pytest.mark.parametrize("path", CHANGED)
def test_a_list_by_change_walks_its_index(vendor: World, path: str) -> None:
    made_of(vendor, path, 1)
    index = {"concessions/": "concession_by_change", "memos/": "memo_by_change"}[path]
    table = {"concessions/": "memos_concession", "memos/": "memos_memo"}[path]
    with vendor.scope(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(
            f"EXPLAIN SELECT id FROM {table} WHERE tenant_id = %s"
            f" ORDER BY {CHANGED[path]} DESC, id DESC LIMIT 51",
            [vendor.tenant.pk],
        )
        assert index in " ".join(row[0] for row in cursor.fetchall())


# --- What counts as a change ----------------------------------------------------------------------


def changed(row: Any) -> datetime:
    """Return when a row last changed, as programs are told."""
    name = CHANGED["memos/" if isinstance(row, Memo) else "concessions/"]
    at: datetime = type(row).objects.values_list(name, flat=True).get(pk=row.pk)
    return at


VERBS: dict[str, Callable[[World, Concession], object]] = {
    "change": deals.change,
    "approve": deals.decide,
    "deny": lambda world, made: deals.decide(world, made, "deny"),
    "counter": lambda world, made: deals.decide(world, made, "counter", amount="900"),
    "withdraw": lambda world, made: verbs.withdraw_concession(
        made, by=world["tom"], at=LATER, reason="No more."
    ),
    "case ends": lambda world, made: do(world, "withdraw", made.case, at=LATER),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_concession_changes_with_each_verb(vendor: World, verb: str) -> None:
    with vendor.scope():
        made = deals.ask(vendor, vendor.case())
        assert changed(made) == ASKED
        VERBS[verb](vendor, made)
        assert changed(made) == LATER


def test_a_counter_that_is_accepted_is_a_change(vendor: World) -> None:
    with vendor.scope():
        made = deals.decide(vendor, deals.ask(vendor, vendor.case()), "counter", amount="900")
        verbs.accept_counter(made, by=vendor["tom"], at=LATER + HOUR)
        assert changed(made) == LATER + HOUR


def test_what_was_decided_does_not_change_when_its_case_ends(vendor: World) -> None:
    with vendor.scope():
        made = deals.decide(vendor, deals.ask(vendor, vendor.case()), "deny")
        do(vendor, "withdraw", Case.objects.get(pk=made.case_id), at=LATER + HOUR)
        assert changed(made) == LATER


def test_a_concession_that_asks_who_stands_in_has_changed(vendor: World) -> None:
    with vendor.scope():
        made = deals.ask(vendor, vendor.case())
        absence = make_absence(vendor, "petra", "olga")
        hand_over(made.case, by=vendor["ines"], at=LATER, absence_id=absence.pk)
        assert deals.asked(made)[0] == "Olga"
        assert changed(made) > ASKED


def test_what_the_release_before_writes_is_a_change_too(vendor: World) -> None:
    with vendor.scope():
        made = deals.ask(vendor, vendor.case())
        Concession.objects.filter(pk=made.pk).update(state="withdrawn")
        assert changed(made) > ASKED


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper", "owner"])
def test_a_concession_that_the_sweep_hands_up_has_changed(transactional_db: None) -> None:
    world = make_world(response="PT900H", decision="PT900H", total="PT9000H")
    with world.scope():
        deals.empower(world)
        for level in world.levels:
            level.decision_window = "PT16H"
            level.save()
        made = deals.ask(world, world.case())
        Clock.objects.filter(kind="response").update(state="ended", next_fire_at=None)
    due = ASKED + 16 * HOUR
    sweep(lambda: due - HOUR)
    with world.scope():
        assert changed(made) == ASKED
    sweep(lambda: due)
    with world.scope():
        assert deals.asked(made)[0] == "Marianne"
        assert changed(made) == due


def test_a_memo_changes_with_what_is_written_and_with_what_is_done(vendor: World) -> None:
    with vendor.scope():
        memo = story.issued(vendor, vendor.case())
        assert changed(memo) == story.AT
        action = story.action_of(memo, "Find a lead")
        after = succeed_memo(Memo.objects.get(pk=memo.pk), by=vendor["tom"], at=story.AT)
        complete_action(action, by=vendor["tom"], at=story.AT + HOUR)
        # The correction that is being written has the same action, done by now.
        assert {changed(memo), changed(after)} == {story.AT + HOUR}
        assert Memo.objects.get(pk=memo.pk).updated_at == story.AT


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_what_was_there_before_is_filled_once(transactional_db: None) -> None:
    world = make_world()
    with world.scope():
        deals.empower(world)
        decided = deals.decide(world, deals.ask(world, world.case()))
        pending = deals.ask(world, world.case())
        draft, memo = story.written(world, world.case()), story.issued(world, world.case())
        action = story.action_of(memo, "Find a lead")
        complete_action(action, by=world["tom"], at=story.AT + HOUR)
        Concession.objects.update(updated_at=UNKNOWN)
        Memo.objects.update(changed_at=UNKNOWN)
    migration = import_module("memos.migrations.0007_last_change_filled")
    for _ in range(2):
        migration.fill(None, SimpleNamespace(connection=connections["owner"]))
        with world.scope():
            found = [changed(row) for row in (decided, pending, draft, memo)]
        assert found == [LATER, ASKED, story.AT, story.AT + HOUR]


# --- A partner's token ----------------------------------------------------------------------------


def test_a_partner_is_not_told_when_others_did_something(vendor: World) -> None:
    with vendor.scope():
        memo = story.issued(vendor, vendor.case())
    anna = company(vendor, "anna", "alpenwerk")
    for query in ("ordering=-updated_at", "ordering=id", "updated_since=2026-01-01T00:00:00Z"):
        answer = anna.ask("get", f"memos/?{query}")
        assert list(pointers(answer)) == [f"?{query.partition('=')[0]}"]
    page = anna.get("memos/")
    assert ([row["updated_at"] for row in page["results"]], page["cut"]) == ([None], False)
    assert anna.get(f"memos/{memo.pk}/")["updated_at"] is None
    assert anna.ask("get", "concessions/?ordering=updated_at").status_code == 403


# --- Words ----------------------------------------------------------------------------------------


COPIED = (
    *("tenant_id", "case_id", "version", "status", "title", *SECTIONS, "author_id", "edited_by_id"),
    *("writers", "reviewer_id", "reviewed_at", "review_note", "issued_by_id", "issued_level_id"),
    *("issued_at", "sha256", "revision", "drafted_at"),
)


def test_what_is_issued_does_not_crowd_out_what_is_being_written(
    vendor: World, tom: Program
) -> None:
    with vendor.scope():
        draft = story.written(vendor, vendor.case())
        issued = story.issued(vendor, vendor.case())
    assert tom.get("memos/?q=zebrafish")["cut"] is False
    rest = ", ".join(COPIED)
    with vendor.scope(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO memos_memo (id, number, updated_at, {rest})"
            f" SELECT gen_random_uuid(), 'M-1999-' || n, %s, {rest}"
            " FROM memos_memo, generate_series(1, %s) n WHERE id = %s",
            [LATER + HOUR, queries.MOST_WITH_WORDS, issued.pk],
        )
    found = {}
    for query in ("", "&status=draft", "&status=in_review", "&status=issued"):
        page = tom.get(f"memos/?q=zebrafish&limit=200{query}")
        found[query] = (str(draft.pk) in [row["id"] for row in page["results"]], page["cut"])
    assert found == {
        "": (False, True),
        "&status=draft": (True, False),
        "&status=in_review": (False, False),
        "&status=issued": (False, True),
    }
    assert tom.get("memos/")["cut"] is False
