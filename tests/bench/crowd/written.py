"""What a form has written: how many rows of which shape, and whether nothing is missing or double.

Read as the owner, past row security, after everything was measured.
"""

from datetime import datetime
from typing import Any

from tests.bench.crowd.copying import wide_open

# Rows a form wrote or changed at its instants, by table: how many have which columns filled, and
# the words among their values. Ids differ; nothing else may.
SHAPES = {
    "journal_event": """
        SELECT kind, audience, by_id IS NULL, partner_id IS NULL,
            length(once_key), (SELECT string_agg(key, ' ' ORDER BY key) FROM
                jsonb_object_keys(facts) AS key), count(*)
        FROM journal_event WHERE at = ANY(%s) GROUP BY 1, 2, 3, 4, 5, 6""",
    "journal_notice": """
        SELECT channel, state, attempts, next_attempt_at IS NULL, done_at IS NULL, read_at IS NULL,
            held_until IS NULL, count(*)
        FROM journal_notice WHERE created_at = ANY(%s) GROUP BY 1, 2, 3, 4, 5, 6, 7""",
    "cases_assignment": """
        SELECT 'started', position, number, cycle, backup_id IS NULL, ended_at IS NULL, count(*)
        FROM cases_assignment WHERE started_at = ANY(%s) GROUP BY 2, 3, 4, 5, 6""",
    "cases_assignment, ended": """
        SELECT 'ended', position, number, end_reason, backup_id IS NULL, count(*)
        FROM cases_assignment WHERE ended_at = ANY(%s) GROUP BY 2, 3, 4, 5""",
    "cases_clock": """
        SELECT kind, state, "window", target_seconds, thresholds, fired, due_at - anchor,
            soon_at - anchor, next_fire_at - anchor, assignment_id IS NULL, count(*)
        FROM cases_clock WHERE anchor = ANY(%s) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10""",
    "cases_clock, missed": """
        SELECT kind, state, fired, next_fire_at IS NULL, breached_at = due_at, ended_at IS NULL,
            count(*)
        FROM cases_clock WHERE processed_at = ANY(%s) GROUP BY 1, 2, 3, 4, 5, 6""",
    "cases_clock, ended": """
        SELECT kind, state, fired, next_fire_at IS NULL, breached_at IS NULL, count(*)
        FROM cases_clock WHERE ended_at = ANY(%s) GROUP BY 1, 2, 3, 4, 5""",
    "cases_case": """
        SELECT status, due_kind, due_missed, version, closed_at IS NULL,
            due_at > updated_at, count(*)
        FROM cases_case WHERE updated_at = ANY(%s) GROUP BY 1, 2, 3, 4, 5, 6""",
}
MOVED = """
SELECT count(*), count(DISTINCT facts->>'clock'), count(DISTINCT case_id) FROM journal_event
WHERE kind IN ('case.escalated', 'case.alarm') AND at = ANY(%s)
"""
ALARMS = "SELECT count(*) FROM journal_event WHERE kind = 'case.alarm' AND at = ANY(%s)"
# A top that was handled waits for its reminder, and is not at the head of the queue any more.
TOPS = """
SELECT count(*) FROM cases_clock k WHERE kind = 'reminder' AND state = 'running'
    AND next_fire_at > anchor AND anchor = ANY(%s)
"""
LEFT = "SELECT count(*) FROM cases_clock WHERE state = 'running' AND next_fire_at <= %s"


def check(instants: dict[str, list[datetime]], each: int) -> dict[str, int]:
    """Fail where something is missing, double, or not the same in both forms that write the same;
    return what was counted."""
    due = each * len(instants["product"])
    with wide_open([]) as cursor:

        def rows(statement: str, values: Any) -> list[tuple[Any, ...]]:
            cursor.execute(statement, [values])
            return sorted(cursor.fetchall(), key=str)

        written = {}
        for table, statement in SHAPES.items():
            ours, plain = rows(statement, instants["product"]), rows(statement, instants["plain"])
            same(table, ours, plain)
            written[table] = sum(row[-1] for row in ours)
        for form in ("product", "plain"):
            same(f"{form}: moved", rows(MOVED, instants[form]), [(due, due, due)])
        tops = rows(ALARMS, instants["product"])
        same("tops", rows(TOPS, instants["product"]), tops)
        last = max(at for times in instants.values() for at in times)
        same("left", rows(LEFT, last), [(0,)])
    return {"due": due, "tops": tops[0][0], "rows": sum(written.values()), **written}


def same(what: str, found: list[tuple[Any, ...]], expected: list[tuple[Any, ...]]) -> None:
    """Fail with both, where they differ."""
    if found != expected:
        raise SystemExit(f"{what}:\n{found}\nis not\n{expected}")
