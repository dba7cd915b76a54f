"""Reading an incident log as ServiceNow's audit exports it: pure, one incident at a time.

One row is one update of an incident; an incident's rows stand together. The columns and the form
of the values are those of "Incident management process enriched event log" (Amaral, Fantinato,
Peres; UCI Machine Learning Repository): local times without a zone, `?` for what is not known.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from cases.importing.lines import CUT, FileRefused, RawRow, raw_rows
from ladder.worktime import from_us
from ladder.worktime.table import first_instant

REQUIRED = (
    "number",
    "incident_state",
    "made_sla",
    "opened_at",
    "sys_updated_at",
    "resolved_at",
    "closed_at",
    "category",
    "priority",
    "assignment_group",
    "location",
)
OPTIONAL = ("subcategory", "caller_id")
UNKNOWN = "?"
FIRST_YEAR = 1970
LONGEST_LABEL = 70
LONGEST_NUMBER = 40
_WHEN = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{4}) ([0-9]{2}):([0-9]{2})")
_PRIORITY = re.compile(r"([1-4])( - .*)?")
T = TypeVar("T")


class State(StrEnum):
    """The states of an incident, in the log's own words."""

    NEW = "New"
    ACTIVE = "Active"
    USER_INFO = "Awaiting User Info"
    PROBLEM = "Awaiting Problem"
    VENDOR = "Awaiting Vendor"
    EVIDENCE = "Awaiting Evidence"
    RESOLVED = "Resolved"
    CLOSED = "Closed"

    @property
    def waits_for(self) -> str:
        """What a pause in this state waits for, or an empty text."""
        return self.name.lower() if self.value.startswith("Awaiting") else ""

    @property
    def is_over(self) -> bool:
        """Whether nobody has to do anything in this state."""
        return self in (State.RESOLVED, State.CLOSED)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the log that was not used: where, and why.

    `rows` is how many rows go unused by it, so that every row read is used or reported; a second
    problem of the same row has 0.
    """

    line: int
    number: str
    column: str
    reason: str
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One update of an incident, readable throughout. Times are in UTC; `""` and None: unknown."""

    line: int
    number: str
    state: State
    opened_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    severity: str
    category: str
    subcategory: str
    group: str
    counterpart: str
    made_sla: bool | None


@dataclass(slots=True)
class Incident:
    """All rows of one incident: the good ones, and what was wrong with the others.

    Without a `number` it is one row of which not even that could be read.
    """

    number: str
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def row_count(self) -> int:
        """How many rows of the file it has."""
        return len(self.rows) + sum(problem.rows for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read a log: in which zone its times are, up to when they can lie, and which column
    says whose incident it is."""

    zone: ZoneInfo
    latest: datetime
    counterpart: str = "location"


@dataclass(slots=True)
class _Cells:
    """The values of one row by column, and what is wrong with them."""

    line: int
    values: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def take(self, column: str, read: Callable[[str], T], otherwise: T) -> T:
        """Read one value; what cannot be read is noted."""
        try:
            return read(self.values.get(column, UNKNOWN).strip())
        except ValueError as error:
            self.note(column, str(error))
            return otherwise

    def note(self, column: str, reason: str) -> None:
        """Note a problem; the first one of a row accounts for the row."""
        number = self.values.get("number", "")[:LONGEST_NUMBER]
        self.problems.append(
            Problem(self.line, number, column, reason, rows=0 if self.problems else 1)
        )


def _shown(text: str) -> str:
    return f"“{text[:40]}”"


def _number(text: str) -> str:
    if text in ("", UNKNOWN):
        raise ValueError("The incident has no number.")
    if len(text) > LONGEST_NUMBER or not text.isprintable():
        raise ValueError(f"Not a number of at most {LONGEST_NUMBER} plain characters.")
    return text


def _label(text: str) -> str:
    if len(text) > LONGEST_LABEL or not text.isprintable():
        raise ValueError(f"Not a label of at most {LONGEST_LABEL} plain characters.")
    return "" if text == UNKNOWN else text


def _state(text: str) -> State:
    try:
        return State(text)
    except ValueError:
        raise ValueError(f"{_shown(text)} is not a state of an incident.") from None


def _severity(text: str) -> str:
    """Read a priority, 1 to 4, as a severity; `""` for one that is not known."""
    if text == UNKNOWN:
        return ""
    found = _PRIORITY.fullmatch(text)
    if not found:
        raise ValueError(f"{_shown(text)} is not a priority from 1 to 4.")
    return f"s{found[1]}"


def _made_sla(text: str) -> bool | None:
    if text not in ("TRUE", "FALSE", UNKNOWN):
        raise ValueError(f"{_shown(text)} is neither TRUE nor FALSE.")
    return None if text == UNKNOWN else text == "TRUE"


@lru_cache(maxsize=4096)
def instant(text: str, zone: ZoneInfo) -> datetime:
    """Read `dd-mm-yyyy hh:mm`, local in `zone`, as an instant in UTC.

    An ambiguous time is its first occurrence, one in a gap the transition. Raises `ValueError`
    with the reason.
    """
    found = _WHEN.fullmatch(text)
    if not found:
        raise ValueError(f"{_shown(text)} is not a date and time like 29-02-2016 01:16.")
    day, month, year, hour, minute = (int(part) for part in found.groups())
    if hour > 23 or minute > 59:
        raise ValueError(f"{_shown(text)} is not a time of day.")
    try:
        local = date(year, month, day)
    except ValueError:
        raise ValueError(f"{_shown(text)} is not a day of the calendar.") from None
    if year < FIRST_YEAR:
        raise ValueError(f"{_shown(text)} lies before {FIRST_YEAR}.")
    if year > 2200:
        raise ValueError(f"{_shown(text)} lies in the future.")
    return from_us(first_instant(local, hour * 3600 + minute * 60, zone))


def _times(cells: _Cells, layout: Layout) -> dict[str, datetime | None]:
    def read(text: str) -> datetime:
        when = instant(text, layout.zone)
        if when > layout.latest:
            raise ValueError(f"{_shown(text)} lies in the future.")
        return when

    def read_or_unknown(text: str) -> datetime | None:
        return None if text == UNKNOWN else read(text)

    return {
        "opened_at": cells.take("opened_at", read, layout.latest),
        "sys_updated_at": cells.take("sys_updated_at", read, layout.latest),
        "resolved_at": cells.take("resolved_at", read_or_unknown, None),
        "closed_at": cells.take("closed_at", read_or_unknown, None),
    }


ORDER = (
    ("sys_updated_at", "opened_at", "Dated before the incident was opened."),
    ("resolved_at", "opened_at", "Resolved before the incident was opened."),
    ("closed_at", "opened_at", "Closed before the incident was opened."),
    ("closed_at", "resolved_at", "Closed before the incident was resolved."),
)


def _check_order(cells: _Cells, times: Mapping[str, datetime | None]) -> None:
    for column, earlier, reason in ORDER:
        value, bound = times[column], times[earlier]
        if value is not None and bound is not None and value < bound:
            cells.note(column, reason)
            return


def _read(cells: _Cells, layout: Layout) -> Row | None:
    """Read one row; None where anything that is used of it is wrong (see `cells.problems`)."""
    number = cells.take("number", _number, "")
    state = cells.take("incident_state", _state, State.NEW)
    times = _times(cells, layout)
    severity = cells.take("priority", _severity, "")
    names = ("category", "subcategory", "assignment_group", layout.counterpart)
    category, subcategory, group, counterpart = (cells.take(n, _label, "") for n in names)
    made_sla = cells.take("made_sla", _made_sla, None)
    if not cells.problems:
        _check_order(cells, times)
    opened_at, updated_at = times["opened_at"], times["sys_updated_at"]
    if cells.problems or opened_at is None or updated_at is None:
        return None
    return Row(
        line=cells.line,
        number=number,
        state=state,
        opened_at=opened_at,
        updated_at=updated_at,
        resolved_at=times["resolved_at"],
        closed_at=times["closed_at"],
        severity=severity,
        category=category,
        subcategory=subcategory,
        group=group,
        counterpart=counterpart,
        made_sla=made_sla,
    )


def _columns(header: RawRow, layout: Layout) -> list[str]:
    """Return the names of the columns; raises `FileRefused` where one is missing or twice there."""
    names = [name.strip() for name in header.values]
    missing = [n for n in dict.fromkeys((*REQUIRED, layout.counterpart)) if n not in names]
    if missing:
        also = f" Also missing: {', '.join(missing[1:])}." if missing[1:] else ""
        raise FileRefused(header.line, missing[0], f"This column is missing.{also}")
    for name in (*REQUIRED, *OPTIONAL):
        if names.count(name) > 1:
            raise FileRefused(header.line, name, "This column is there twice.")
    return names


def _one(raw: RawRow, columns: list[str], layout: Layout) -> tuple[str, Row | None, list[Problem]]:
    """Read one row: its number if it has one, the row if it is good, else what is wrong."""
    given, wanted = len(raw.values), len(columns)
    if raw.is_last and given < wanted:
        raise FileRefused(raw.line, columns[given], CUT)
    if given != wanted:
        reason = f"The row has {given} values, the header {wanted} columns."
        return "", None, [Problem(raw.line, "", "row", reason)]
    cells = _Cells(raw.line, dict(zip(columns, raw.values, strict=True)))
    row = _read(cells, layout)
    if row is None and not raw.is_ended:
        raise FileRefused(raw.line, cells.problems[0].column, CUT)
    has_number = not any(problem.column == "number" for problem in cells.problems)
    return cells.values["number"].strip() if has_number else "", row, cells.problems


def incidents(path: Path, layout: Layout) -> Iterator[Incident]:
    """Yield the incidents of a log in its order, each with all its rows.

    Holds one incident at a time, and the numbers of those before. Raises `FileRefused` where the
    file is cut, has not the columns, holds nothing, or scatters an incident's rows.
    """
    rows = raw_rows(path)
    header = next(rows, None)
    if header is None:
        raise FileRefused(1, REQUIRED[0], "The file is empty.")
    columns = _columns(header, layout)
    seen: set[str] = set()
    current: Incident | None = None
    for raw in rows:
        number, row, problems = _one(raw, columns, layout)
        if not number:
            yield Incident("", problems=problems)
            continue
        if current is None or current.number != number:
            if current is not None:
                yield current
            current = _begin(number, raw.line, seen)
        current.rows += [row] if row else []
        current.problems += problems
    if current is None:
        raise FileRefused(header.line + 1, REQUIRED[0], "The file holds no incident.")
    yield current


def _begin(number: str, line: int, seen: set[str]) -> Incident:
    if number in seen:
        reason = f"The rows of {number} do not stand together: sort the file by number."
        raise FileRefused(line, "number", reason)
    seen.add(number)
    return Incident(number)
