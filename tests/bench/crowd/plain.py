"""The same work in plain SQL, for a crowd whose shape is known beforehand.

It claims as the sweep does, and writes exactly the rows that the sweep writes: same tables, same
columns, same values. What it leaves out is deciding: it knows that every due clock is a response
that was missed, that one seat is for each level and region, and when new clocks fall due. As the
sweep it runs as the sweeper, in transactions of 500 cases, until there is nothing left to lock.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import connections, transaction

from cases.facts import NewClock
from cases.starting import start_clock
from ladder.durations import parse_window
from ladder.worktime import Rules, compile_rules
from tests.bench.crowd import people

BATCH = 500
CLAIM = """
SELECT k.tenant_id, k.case_id, k.id AS clock_id, k.due_at, k.soon_at
FROM cases_clock k JOIN cases_case c ON c.tenant_id = k.tenant_id AND c.id = k.case_id
WHERE k.state = 'running' AND k.next_fire_at <= %(at)s
ORDER BY k.next_fire_at LIMIT %(limit)s FOR UPDATE OF k, c SKIP LOCKED
"""
# Ids are made here, once, so that later statements agree on them.
DUE = """
CREATE TEMPORARY TABLE IF NOT EXISTS due (tenant_id uuid, case_id uuid, clock_id uuid,
    due_at timestamptz, soon_at timestamptz, assignment_id uuid, owner_id uuid, backup_id uuid,
    number int, position int, version_id uuid, level_id uuid, new_owner_id uuid,
    new_backup_id uuid, next_turn uuid, first_event uuid, second_event uuid, climbs bool)
ON COMMIT DELETE ROWS
"""
FIND = f"""
INSERT INTO due SELECT d.*, c.assignment_id, c.owner_id, a.backup_id, a.number, a.position,
    c.calendar_version_id, n.id, n.user_id, n.backup_id, NEW_ID, NEW_ID, NEW_ID, n.id IS NOT NULL
FROM ({CLAIM}) d
JOIN cases_case c ON c.tenant_id = d.tenant_id AND c.id = d.case_id
JOIN cases_assignment a ON a.tenant_id = c.tenant_id AND a.case_id = c.id AND a.id = c.assignment_id
LEFT JOIN LATERAL (
    SELECT l.id, s.user_id, s.backup_id FROM ladder_level l
    JOIN ladder_seat s ON s.tenant_id = l.tenant_id AND s.level_id = l.id
        AND (s.region_id = c.region_id OR s.region_id IS NULL)
    WHERE l.tenant_id = c.tenant_id AND l.ladder_id = c.ladder_id
        AND l.position = a.position + 1 AND NOT l.concessions_only LIMIT 1
) n ON true
"""
WRITES = (
    """
UPDATE cases_clock k SET state = CASE WHEN k.id = d.clock_id THEN 'breached' ELSE 'ended' END,
    fired = CASE WHEN k.id = d.clock_id THEN 100 ELSE k.fired END, next_fire_at = NULL,
    breached_at = CASE WHEN k.id = d.clock_id THEN k.due_at END,
    processed_at = CASE WHEN k.id = d.clock_id THEN %(at)s END,
    ended_at = CASE WHEN k.id <> d.clock_id THEN %(at)s END
FROM due d WHERE k.tenant_id = d.tenant_id AND k.case_id = d.case_id AND k.state = 'running'
    AND (k.id = d.clock_id OR (d.climbs AND k.kind = 'decision'))
""",
    """
UPDATE cases_assignment a SET ended_at = %(at)s, end_reason = 'breached'
FROM due d WHERE d.climbs AND a.tenant_id = d.tenant_id AND a.id = d.assignment_id
""",
    """
INSERT INTO cases_assignment (tenant_id, id, case_id, cycle, number, level_id, position, owner_id,
    backup_id, started_at, end_reason)
SELECT tenant_id, next_turn, case_id, 1, number + 1, level_id, position + 1, new_owner_id,
    new_backup_id, %(at)s, '' FROM due WHERE climbs
""",
    """
INSERT INTO cases_clock (tenant_id, id, case_id, assignment_id, kind, cycle, state, "window",
    target_seconds, calendar_version_id, anchor, due_at, soon_at, next_fire_at, thresholds, fired)
SELECT d.tenant_id, NEW_ID, d.case_id, CASE WHEN d.climbs THEN d.next_turn END, v.kind, 1,
    'running', v.span, v.target, d.version_id, %(at)s, v.due_at, v.soon_at, v.next_fire_at,
    v.thresholds, 0
FROM due d JOIN (VALUES %(starts)s)
    AS v (climbs, kind, span, target, due_at, soon_at, next_fire_at, thresholds)
    ON v.climbs = d.climbs
""",
    """
UPDATE cases_case c SET
    status = 'new', closed_at = c.closed_at, updated_at = %(at)s, version = c.version + 1,
    assignment_id = CASE WHEN d.climbs THEN d.next_turn ELSE c.assignment_id END,
    owner_id = CASE WHEN d.climbs THEN d.new_owner_id ELSE c.owner_id END,
    level_id = CASE WHEN d.climbs THEN d.level_id ELSE c.level_id END,
    due_at = CASE WHEN d.climbs THEN %(due_at)s ELSE d.due_at END, due_kind = 'response',
    due_soon_at = CASE WHEN d.climbs THEN %(soon_at)s ELSE d.soon_at END,
    due_missed = NOT d.climbs
FROM due d WHERE c.tenant_id = d.tenant_id AND c.id = d.case_id
""",
    """
INSERT INTO journal_event (tenant_id, id, kind, at, case_id, facts, audience, once_key)
SELECT tenant_id, first_event, 'case.clock.breached', %(at)s, case_id, jsonb_build_object(
    'clock', clock_id, 'kind', 'response', 'due_at', due_at, 'share', 100, 'position', position),
    'internal', clock_id || ':100' FROM due
UNION ALL
SELECT tenant_id, second_event, 'case.escalated', %(at)s, case_id, jsonb_build_object(
    'clock', clock_id, 'kind', 'response', 'due_at', due_at, 'from', position, 'to', position + 1,
    'cause', 'clock', 'assignment', next_turn, 'owner', new_owner_id, 'previous_owner', owner_id),
    'parties', clock_id || ':climb' FROM due WHERE climbs
UNION ALL
SELECT tenant_id, second_event, 'case.alarm', %(at)s, case_id, jsonb_build_object(
    'clock', clock_id, 'kind', 'response', 'due_at', due_at, 'position', position),
    'internal', clock_id || ':alarm' FROM due WHERE NOT climbs
""",
    """
INSERT INTO journal_notice (tenant_id, id, event_id, user_id, channel, state, attempts,
    next_attempt_at, held_until, created_at, done_at)
SELECT p.tenant_id, NEW_ID, p.event_id, p.user_id, v.channel, v.state, 0, v.next_attempt_at,
    v.held_until, %(at)s, v.done_at
FROM (
    SELECT tenant_id, second_event AS event_id, unnest(CASE WHEN climbs
        THEN ARRAY[new_owner_id, owner_id] ELSE ARRAY[owner_id, backup_id] END) AS user_id FROM due
    UNION
    SELECT d.tenant_id, d.second_event, n.user_id FROM due d
    JOIN cases_party p ON p.tenant_id = d.tenant_id AND p.case_id = d.case_id
    JOIN partners_contact n ON n.tenant_id = p.tenant_id AND n.partner_id = p.partner_id
    JOIN tenants_membership m ON m.tenant_id = n.tenant_id AND m.user_id = n.user_id AND m.is_active
    JOIN tenants_user u ON u.id = n.user_id AND u.is_active WHERE d.climbs
    UNION
    SELECT d.tenant_id, d.second_event, m.user_id FROM due d
    JOIN tenants_membership m ON m.tenant_id = d.tenant_id AND m.role = 'admin' AND m.is_active
    JOIN tenants_user u ON u.id = m.user_id AND u.is_active WHERE NOT d.climbs
) p CROSS JOIN (VALUES ('bell', 'sent', NULL::timestamptz, NULL::timestamptz, %(at)s),
    ('email', 'pending', %(at)s + interval '3 seconds', %(at)s + interval '3 minutes', NULL))
    AS v (channel, state, next_attempt_at, held_until, done_at)
WHERE p.user_id IS NOT NULL
""",
)
BARE = f"""
WITH due AS ({CLAIM}),
escalated AS (
    UPDATE cases_clock k SET state = 'breached', next_fire_at = NULL, fired = 100,
        breached_at = k.due_at, processed_at = %(at)s
    FROM due d WHERE k.tenant_id = d.tenant_id AND k.id = d.clock_id
    RETURNING k.tenant_id, k.case_id, k.id, NEW_ID AS event_id
), recorded AS (
    INSERT INTO journal_event (tenant_id, id, kind, at, case_id, facts, audience, once_key)
    SELECT tenant_id, event_id, 'case.escalated', %(at)s, case_id,
        jsonb_build_object('clock', id), 'internal', id || ':climb' FROM escalated
)
INSERT INTO journal_notice (tenant_id, id, event_id, user_id, channel, state, attempts,
    next_attempt_at, created_at)
SELECT e.tenant_id, NEW_ID, e.event_id, c.owner_id, 'email', 'pending', 0, %(at)s, %(at)s
FROM escalated e JOIN cases_case c ON c.tenant_id = e.tenant_id AND c.id = e.case_id
"""


ONE = "(%s, %s, %s, %s, %s, %s::timestamptz, %s, %s::smallint[])"
Batch = Callable[[], int]


def plain_sql(at: datetime) -> Batch:
    """Return the transaction that writes the sweep's rows for up to 500 cases due at an instant."""
    values = known(at)
    statements = [ready(statement) for statement in WRITES]

    def batch() -> int:
        with transaction.atomic(using="sweeper"), connections["sweeper"].cursor() as cursor:
            cursor.execute(ready(FIND), values)
            found = int(cursor.rowcount)
            for statement in statements if found else ():
                cursor.execute(statement, values)
        return found

    with connections["sweeper"].cursor() as cursor:
        cursor.execute(DUE)
    return batch


def bare_statement(at: datetime) -> Batch:
    """Return the one statement that writes three rows a case: clock, event, notice."""
    statement = ready(BARE)
    values: dict[str, Any] = {"at": at, "limit": BATCH}

    def batch() -> int:
        with transaction.atomic(using="sweeper"), connections["sweeper"].cursor() as cursor:
            cursor.execute(statement, values)
            return int(cursor.rowcount)

    return batch


def ready(statement: str) -> str:
    """Name the function that makes ids: ordered by time as the product's, where there is one."""
    with connections["sweeper"].cursor() as cursor:
        ordered = cursor.connection.server_version >= 180_000
    return statement.replace("NEW_ID", "uuidv7()" if ordered else "gen_random_uuid()")


def known(at: datetime) -> dict[str, Any]:
    """Return the parameters of a run: the times of clocks that start at an instant among them."""
    calendar = compile_rules(Rules.from_json(people.HOURS))
    response, decision = (
        start_clock(kind, parse_window(window), at, calendar, (50, 75, 90))
        for kind, window in (("response", people.RESPONSE), ("decision", people.DECISION))
    )
    review = start_clock("review", parse_window(people.VETO), at, calendar)
    reminder = start_clock("reminder", parse_window(people.RESPONSE), at, calendar)
    times = {"due_at": response.due_at, "soon_at": response.soon_at}
    climbing = [started(new, climbs=True) for new in (response, decision, review)]
    starts = [*climbing, started(reminder, climbs=False)]
    return {"at": at, "limit": BATCH, "starts": Values(starts), **times}


def started(new: NewClock, *, climbs: bool) -> tuple[Any, ...]:
    """Return a clock that starts, where a case climbs or where it is at the top, as the statement
    takes it."""
    times = (new.due_at, new.soon_at, new.next_fire_at)
    thresholds = list(new.thresholds)
    return (climbs, new.kind, new.window_text, new.target_seconds, *times, thresholds)


class Values:
    """Rows that the driver writes after VALUES."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self.rows = list(rows)

    def __conform__(self, protocol: object) -> "Values":
        return self

    def prepare(self, connection: Any) -> None:
        """Keep the connection, which knows how to quote."""
        self.connection = connection

    def getquoted(self) -> bytes:
        """Return the rows, quoted."""
        with self.connection.cursor() as cursor:
            return b", ".join(cursor.mogrify(ONE, row) for row in self.rows)
