"""Everything that is left when a run is over, read across vendors and sorted by case."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tests.live.climbs import END_OF_MAIL
from tests.prove.chaos.house import Stage

MESSAGE_ID = re.compile(rb"^Message-ID: <([0-9a-f-]{36})@parley\.localhost>\r?$", re.MULTILINE)


class CaseRow(NamedTuple):
    """A case as it stands."""

    tenant: str
    id: str
    number: str
    status: str
    turn: str
    owner: str | None
    level: str


class TurnRow(NamedTuple):
    """A turn."""

    case: str
    id: str
    number: int
    position: int
    level: str
    owner: str | None
    started_at: datetime
    ended_at: datetime | None
    end_reason: str


class ClockRow(NamedTuple):
    """A deadline."""

    case: str
    id: str
    kind: str
    state: str
    turn: str | None
    due_at: datetime
    met_at: datetime | None
    processed_at: datetime | None
    fired: int


class EventRow(NamedTuple):
    """An entry of the trail."""

    tenant: str
    case: str | None
    id: str
    kind: str
    at: datetime
    by: str | None
    facts: dict[str, Any]
    once_key: str | None


class MailRow(NamedTuple):
    """What became of one thing that somebody was to be mailed, and the mail it went in."""

    notice: str
    state: str
    mail: str
    kind: str
    clock: str | None


class Answer(NamedTuple):
    """What a person saw happen to an answer of theirs."""

    case: str
    turn: str
    verb: str
    at: datetime
    said: str


CASES = (
    """SELECT tenant_id, id, number, status, assignment_id, owner_id, level_id FROM cases_case"""
)
TURNS = """SELECT case_id, id, number, position, level_id, owner_id, started_at, ended_at,
    end_reason FROM cases_assignment ORDER BY case_id, number, id"""
CLOCKS = """SELECT case_id, id, kind, state, assignment_id, due_at, met_at, processed_at, fired
    FROM cases_clock"""
EVENTS = """SELECT tenant_id, case_id, id, kind, at, by_id, facts, once_key FROM journal_event
    ORDER BY id"""
TOLD = """SELECT event_id, user_id, channel, count(*) FROM journal_notice GROUP BY 1, 2, 3"""
MAILS = """SELECT n.id, n.state, coalesce(n.mail_id, n.id), e.kind, e.facts->>'clock'
    FROM journal_notice n JOIN journal_event e ON e.tenant_id = n.tenant_id AND e.id = n.event_id
    WHERE n.channel = 'email'"""
CONTACTS = """SELECT p.case_id, n.user_id FROM cases_party p JOIN partners_contact n
    ON n.tenant_id = p.tenant_id AND n.partner_id = p.partner_id"""
ADMINS = """SELECT tenant_id, user_id FROM tenants_membership WHERE role = 'admin'"""
SEATS = """SELECT s.tenant_id, l.position, s.user_id FROM ladder_seat s
    JOIN ladder_level l ON l.tenant_id = s.tenant_id AND l.id = s.level_id"""
TOPS = """SELECT tenant_id, max(position) FROM ladder_level GROUP BY 1"""

ANSWERS = ("case.acknowledged", "case.decided")
Of = TypeVar("Of", TurnRow, ClockRow)


@dataclass
class Records:
    """The rows of a run."""

    cases: dict[str, CaseRow]
    turns: dict[str, list[TurnRow]]
    clocks: dict[str, list[ClockRow]]
    events: list[EventRow]
    told: dict[str, Counter[tuple[str, str]]]
    mails: list[MailRow]
    contacts: dict[str, set[str]]
    admins: dict[str, set[str]]
    tops: dict[str, int]
    seats: dict[tuple[str, int], str]
    answers: list[Answer]
    copies: Counter[str]
    of_case: dict[str, list[EventRow]] = field(init=False)
    answered: set[tuple[str, datetime]] = field(init=False)

    def __post_init__(self) -> None:
        self.of_case = defaultdict(list)
        for event in self.events:
            if event.case:
                self.of_case[event.case].append(event)
        self.answered = {(e.case, e.at) for e in self.events if e.case and e.kind in ANSWERS}

    def by_sweep(self, clock: ClockRow) -> bool:
        """Whether the sweep found a clock missed, and not somebody who answered late."""
        at = clock.processed_at
        return clock.state == "breached" and (at is None or (clock.case, at) not in self.answered)

    def named(self, case: str, *kinds: str) -> list[EventRow]:
        """Return a case's events of these kinds."""
        return [event for event in self.of_case.get(case, ()) if event.kind in kinds]

    def turn_at(self, case: str, at: datetime) -> TurnRow:
        """Return whose turn it was at an instant."""
        return [turn for turn in self.turns[case] if turn.started_at <= at][-1]

    def is_top(self, turn: TurnRow) -> bool:
        """Whether nobody is above who has this turn."""
        return turn.position == self.tops[self.cases[turn.case].tenant]


def grouped(rows: Iterable[Of]) -> dict[str, list[Of]]:
    """Sort rows by their case."""
    groups: dict[str, list[Of]] = defaultdict(list)
    for row in rows:
        groups[row.case].append(row)
    return groups


def pairs(rows: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Return the second column by the first."""
    groups: dict[str, set[str]] = defaultdict(set)
    for key, value in rows:
        groups[key].add(value)
    return groups


def answers_in(folder: Path) -> list[Answer]:
    """Return what people have noted; a line that was cut off says nothing."""
    found = []
    for path in sorted(folder.glob("answers-*.jsonl")):
        for line in path.read_text().splitlines():
            if line.endswith("}"):
                entry = json.loads(line)
                at = datetime.fromisoformat(entry.pop("at"))
                found.append(Answer(at=at, **entry))
    return found


def copies_in(folder: Path) -> Counter[str]:
    """Return how many mails went out under each id; one cut off while it was written is none."""
    copies: Counter[str] = Counter()
    for path in folder.glob("*.log"):
        *whole, _rest = path.read_bytes().split(END_OF_MAIL)
        for mail in whole:
            ids = MESSAGE_ID.findall(mail)
            copies[ids[0].decode() if len(ids) == 1 else f"no id: {path.name}"] += 1
    return copies


def read(stage: Stage) -> Records:
    """Read a run's rows, mails and the notes of who answered."""
    told: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for event, user, channel, number in stage.rows(TOLD):
        told[event][user, channel] = number
    cases = [CaseRow(*row) for row in stage.rows(CASES)]
    return Records(
        cases={case.id: case for case in cases},
        turns=grouped(TurnRow(*row) for row in stage.rows(TURNS)),
        clocks=grouped(ClockRow(*row) for row in stage.rows(CLOCKS)),
        events=[EventRow(*row) for row in stage.rows(EVENTS)],
        told=told,
        mails=[MailRow(*row) for row in stage.rows(MAILS)],
        contacts=pairs((case, user) for case, user in stage.rows(CONTACTS)),
        admins=pairs((tenant, user) for tenant, user in stage.rows(ADMINS)),
        tops=dict(stage.rows(TOPS)),
        seats={(tenant, position): user for tenant, position, user in stage.rows(SEATS)},
        answers=answers_in(stage.data),
        copies=copies_in(stage.data / "mail"),
    )
