"""Looking over what a re-base is about: pages of clocks, and how many there are, up to a bound.

A ladder may have a hundred thousand cases of which one is concerned. So a page looks at so many at
most, and the next one goes on from there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from cases.models import Case
from cases.rebaseplan import Change, Plan, Scope, candidates, plans_of
from cases.today import Today
from tenants.rest.paging import Cursor, Slice, check_order, cut

ORDER = "case"
AT_ONCE, MOST_LOOKED, MOST_TALLIED = 200, 1000, 500
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class Row:
    """One clock of a case, as it is and as it would be."""

    case: Case
    change: Change

    @property
    def key(self) -> tuple[UUID, UUID]:
        """Its place among all."""
        return (self.case.pk, self.change.clock.pk)


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at: some cases, for a scope, by the rules of today, at an instant."""

    cases: "QuerySet[Case]"
    scope: Scope
    today: Today
    at: datetime

    def part(self, beyond: UUID | None, *, down: bool = False, itself: bool = False) -> list[Case]:
        """Return the next cases beyond one in the order of their ids, or against it."""
        found = candidates(self.cases, self.scope, self.today)
        if beyond is not None:
            word = ("lt" if down else "gt") + ("e" if itself else "")
            found = found.filter(**{f"id__{word}": beyond})
        return list(found.order_by("-id" if down else "id")[:AT_ONCE])

    def plans(self, cases: Iterable[Case]) -> Iterator[Plan]:
        """Yield what becomes of some of them."""
        return plans_of(cases, self.scope, self.today, self.at)


def clocks_page(look: Look, begin: Cursor | None, limit: int) -> Slice[Row]:
    """Return a page of the clocks concerned. It may have fewer than it could, and still a next
    one: where nothing was found among very many."""
    check_order(begin, ORDER, [UUID, UUID])
    rows, reached = _found(look, begin, limit)
    page = cut(rows[: limit + 1], limit, begin, ORDER, lambda row: tuple(map(str, row.key)))
    if len(rows) > limit or reached is None:
        return page
    if begin is not None and begin.backwards:
        back = Cursor(ORDER, (str(reached), str(FIRST)), backwards=True)
        return Slice(page.rows, page.next, back)
    return Slice(page.rows, Cursor(ORDER, (str(reached), str(LAST))), page.previous)


def _found(look: Look, begin: Cursor | None, limit: int) -> tuple[list[Row], UUID | None]:
    """Return up to one more clock than a page has, and the case that was reached where more are
    ahead than one page looks at."""
    down = begin is not None and begin.backwards
    start = (UUID(begin.values[0]), UUID(begin.values[1])) if begin else None
    reached, looked, rows = start[0] if start else None, 0, list[Row]()
    while len(rows) <= limit:
        cases = look.part(reached, down=down, itself=looked == 0)
        rows += [row for row in _rows(look.plans(cases), down=down) if _beyond(row, start, down)]
        looked += len(cases)
        if len(cases) < AT_ONCE:
            return rows, None
        reached = cases[-1].pk
        if looked >= MOST_LOOKED:
            break
    return rows, reached


def _rows(plans: Iterable[Plan], *, down: bool) -> Iterator[Row]:
    for plan in plans:
        changes = reversed(plan.changes) if down else plan.changes
        yield from (Row(plan.case, change) for change in changes)


def _beyond(row: Row, start: tuple[UUID, UUID] | None, down: bool) -> bool:
    return start is None or (row.key < start if down else row.key > start)


@dataclass(frozen=True, slots=True)
class Tally:
    """How much a re-base would change, counted up to a bound: `more` where it was reached."""

    cases: int = 0
    clocks: int = 0
    earlier: int = 0
    floored: int = 0
    stay: int = 0
    more: bool = False


def tally(look: Look, most: int = MOST_TALLIED) -> Tally:
    """Count what would change among the first cases: as many parts as hold so many."""
    reached, looked = None, 0
    plans: list[Plan] = []
    while looked < most:
        cases = look.part(reached)
        plans += look.plans(cases)
        looked += len(cases)
        if len(cases) < AT_ONCE:
            return _counted(plans, more=False)
        reached = cases[-1].pk
    return _counted(plans, more=True)


def _counted(plans: list[Plan], *, more: bool) -> Tally:
    changes = [change for plan in plans for change in plan.changes]
    return Tally(
        cases=len(plans),
        clocks=len(changes),
        earlier=sum(change.earlier for change in changes),
        floored=sum(change.floored for change in changes),
        stay=sum(change.after is None for change in changes),
        more=more,
    )
