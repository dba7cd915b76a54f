"""What a re-base would change is shown page by page, and counted up to a bound."""

from typing import Any

import pytest

from cases.models import Case, Clock
from cases.rebaselook import Look, clocks_page, tally
from cases.today import rules_of_today
from ladder.models import Level
from tests.cases.rebases import (
    of_ladder,
    two_admins,
)
from tests.cases.verbs import LATER
from tests.factories import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def always(db: None) -> World:
    """A vendor around the clock, with two admins."""
    return two_admins()


@pytest.fixture
def many(always: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Five cases whose windows became shorter, looked at two at once."""
    monkeypatch.setattr("cases.rebaselook.AT_ONCE", 2)
    with always.scope():
        for _number in range(5):
            always.case()
        Level.objects.update(response_window="PT2H")
    return always


def test_pages_go_there_and_back_and_show_each_clock_once(many: World) -> None:
    with many.scope():
        look = Look(Case.objects.all(), of_ladder(many), rules_of_today(), LATER)
        page, seen, pages = clocks_page(look, None, 2), [], 0
        while True:
            seen += [row.key for row in page.rows]
            pages += 1
            if page.next is None:
                break
            page = clocks_page(look, page.next, 2)
        assert (len(seen), len(set(seen)), seen) == (5, 5, sorted(seen))
        back: list[Any] = [row.key for row in page.rows]
        while page.previous is not None:
            page = clocks_page(look, page.previous, 2)
            back = [row.key for row in page.rows] + back
        assert back == seen


def test_a_preview_looks_at_so_many_cases_and_goes_on_from_there(
    many: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.rebaselook.MOST_LOOKED", 2)
    with many.scope():
        last = Case.objects.order_by("-id")[0]
        Clock.objects.exclude(case=last).filter(kind="response").update(window="PT2H")
        look = Look(Case.objects.all(), of_ladder(many), rules_of_today(), LATER)
        assert tally(look, most=2).more
        found: list[Any] = []
        page = clocks_page(look, None, 50)
        while page.next is not None:
            found += page.rows
            page = clocks_page(look, page.next, 50)
        found += page.rows
        assert [row.case.pk for row in found] == [last.pk]
        while page.previous is not None:
            page = clocks_page(look, page.previous, 50)
        assert page.rows == []
