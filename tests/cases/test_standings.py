"""How cases stand: lists, pages and programs say the same of what comes next."""

from collections.abc import Callable

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from cases.listing import case_row
from cases.models import Case
from cases.nextstep import Next, next_of
from cases.pages import step_words
from cases.shapes import next_step, standing
from cases.standings import standings
from ladder.models import Category
from tests.cases.test_views import signed_in, url
from tests.cases.verbs import case_in, do
from tests.factories import OPENED, World
from tests.memos import deals

REQUIRED = [{"name": "reg_no", "label": "Number", "type": "text", "required": True}]


def asking(world: World, status: str = "in_progress") -> Case:
    """Return a case in which somebody has to decide a concession."""
    case = case_in(deals.empower(world), status)
    deals.ask(world, case)
    return case


def requested(world: World, case: Case) -> Case:
    """Let the partner of a case ask for the next level."""
    do(world, "request_level", case, by="anna")
    return case


def paused(world: World, case: Case) -> Case:
    """Let a case stand still."""
    do(world, "pause", case)
    return case


def lacking(world: World) -> Case:
    """Return a case without an answer that is required."""
    case = case_in(world, "new")
    Category.objects.filter(pk=case.category_id).update(fields=REQUIRED)
    return case


def left(world: World) -> Case:
    """Return a case that nobody holds."""
    case = case_in(world, "new")
    Case.objects.filter(pk=case.pk).update(owner=None)
    return case


def strategic(world: World) -> Case:
    """Return a decided case that has to end in a memo."""
    return case_in(world, "decided", category=world.categories["territory"])


STORIES: dict[str, tuple[Callable[[World], Case], Next]] = {
    "new": (lambda world: case_in(world, "new"), Next.ACKNOWLEDGE),
    "lacking": (lacking, Next.COMPLETE_FIELDS),
    "left": (left, Next.FIND_OWNER),
    "in progress": (lambda world: case_in(world, "in_progress"), Next.DECIDE),
    "concession": (asking, Next.DECIDE_CONCESSION),
    "decided, concession": (lambda world: asking(world, "decided"), Next.DECIDE_CONCESSION),
    "requested": (
        lambda world: requested(world, case_in(world, "in_progress")),
        Next.ANSWER_REQUEST,
    ),
    "requested, concession": (lambda world: requested(world, asking(world)), Next.ANSWER_REQUEST),
    "paused": (lambda world: paused(world, case_in(world, "in_progress")), Next.WAIT),
    "paused, concession": (lambda world: paused(world, asking(world)), Next.WAIT),
    "decided": (lambda world: case_in(world, "decided"), Next.WRITE_RESULT),
    "strategic": (strategic, Next.ISSUE_MEMO),
    "resolved": (lambda world: case_in(world, "resolved"), Next.CLOSE),
    "closed": (lambda world: case_in(world, "closed"), Next.NOTHING),
    "withdrawn": (lambda world: case_in(world, "withdrawn"), Next.NOTHING),
}


@pytest.mark.parametrize("story", STORIES)
def test_lists_pages_and_programs_agree_on_what_comes_next(world: World, story: str) -> None:
    begin, step = STORIES[story]
    case = Case.objects.get(pk=begin(world).pk)
    row = case_row(world["tom"], case.pk)
    assert row is not None
    stands = standings([case], OPENED)[0][case.pk]
    assert (next_of(stands), next_of(standing(row))) == (step, step)
    sent = next_step(row)
    assert sent["action"] == step if sent else step is Next.NOTHING
    if case.is_open:
        assert stands == standing(row)
    client = signed_in(world, "tom")
    view = "all" if case.is_open else "ended"
    for path in (f"inbox/?view={view}", f"cases/{case.pk}/"):
        page = " ".join(client.get(url(world, path)).content.decode().split())
        words = step_words()[step][0] if step in step_words() else "Nothing: "
        assert f"Next: {words}" in page.replace("</span>", ""), path


def test_every_step_of_the_vendors_has_its_words() -> None:
    assert set(Next) - set(step_words()) == {Next.NOTHING, Next.REPLY}


def test_however_many_cases_it_takes_one_statement(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cases = [case_in(world, status) for status in ("new", "in_progress", "decided", "closed")]
    for some in (cases[:1], cases):
        with django_assert_num_queries(1):
            assert set(standings(some, OPENED)[0]) == {case.pk for case in some}
