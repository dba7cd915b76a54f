"""The sweep's SQL. References carry the tenant; arrays come in, sets go out."""

# Ordered by the indexed column itself. Case and clock are locked together, and only if nobody
# holds them: verbs lock the case first, so claiming clocks alone would deadlock with them. The case
# comes first here too: what is passed over must leave no clock locked behind.
CLAIM = """
SELECT k.tenant_id, k.case_id FROM cases_clock k
JOIN cases_case c ON c.tenant_id = k.tenant_id AND c.id = k.case_id
WHERE k.state = 'running' AND k.next_fire_at <= %s
ORDER BY k.next_fire_at LIMIT %s
FOR UPDATE OF c, k SKIP LOCKED
"""

# What is past was claimed just now, or somebody else has it.
NEXT = "SELECT min(next_fire_at) FROM cases_clock WHERE state = 'running' AND next_fire_at > %s"

# Read after the lock, in a snapshot of its own: what a verb has just committed is seen.
# The turn is asked for by its case too: without statistics the planner may look at the turns
# first, and by their tenant alone it would read all of them once for each case.
CASES = """
SELECT c.tenant_id, c.id, c.number, c.status, c.cycle, c.ladder_id, c.category_id, c.region_id,
    c.start_position, c.windows, c.calendar_version_id, c.assignment_id, c.owner_id,
    a.number, a.position, a.backup_id, c.confidentiality <> 'normal',
    ARRAY(SELECT b.position FROM cases_clock r JOIN cases_assignment b
        ON b.tenant_id = r.tenant_id AND b.case_id = r.case_id AND b.id = r.assignment_id
        WHERE r.tenant_id = c.tenant_id AND r.case_id = c.id AND r.cycle = c.cycle
            AND r.kind = 'review'),
    a.on_behalf_of_id
FROM unnest(%s::uuid[], %s::uuid[]) AS v (tenant_id, id)
JOIN cases_case c ON c.tenant_id = v.tenant_id AND c.id = v.id
JOIN cases_assignment a ON a.tenant_id = c.tenant_id AND a.case_id = c.id AND a.id = c.assignment_id
"""

CLOCKS = """
SELECT k.case_id, k.id, k.kind, k.state, k.window, k.target_seconds, k.anchor, k.due_at,
    k.calendar_version_id, k.thresholds, k.fired, k.next_fire_at, k.soon_at, k.assignment_id,
    k.subject, k.owner_id, k.backup_id, k.level_id, k.barred, k.on_behalf_of_id
FROM unnest(%s::uuid[], %s::uuid[], %s::int[]) AS v (tenant_id, id, cycle)
JOIN cases_clock k ON k.tenant_id = v.tenant_id AND k.case_id = v.id
    AND (k.cycle = v.cycle OR k.kind = 'action')
WHERE k.met_at IS NULL AND k.state IN ('running', 'paused', 'breached')
"""

PAUSES = """
SELECT p.case_id, p.id, p.started_at, p.ended_at, p.ends_by
FROM unnest(%s::uuid[], %s::uuid[], %s::int[]) AS v (tenant_id, id, cycle)
JOIN cases_pause p ON p.tenant_id = v.tenant_id AND p.case_id = v.id AND p.cycle = v.cycle
ORDER BY p.case_id, p.started_at
"""

LEVELS = """
SELECT l.ladder_id, l.id, l.position, l.response_window, l.decision_window, l.thresholds,
    l.concessions_only, cardinality(l.authority_kinds) > 0, l.veto_window
FROM unnest(%s::uuid[], %s::uuid[]) AS v (tenant_id, id)
JOIN ladder_level l ON l.tenant_id = v.tenant_id AND l.ladder_id = v.id
ORDER BY l.ladder_id, l.position
"""

CALENDARS = """
SELECT w.id, w.rules FROM unnest(%s::uuid[], %s::uuid[]) AS v (tenant_id, id)
JOIN ladder_calendarversion w ON w.tenant_id = v.tenant_id AND w.id = v.id
"""

SEATS = """
SELECT s.level_id, s.user_id, s.backup_id, s.region_id, s.category_id, s.rank,
    u.is_active AND m.is_active, coalesce(bu.is_active AND bm.is_active, false)
FROM unnest(%s::uuid[], %s::uuid[]) AS v (tenant_id, id)
JOIN ladder_seat s ON s.tenant_id = v.tenant_id AND s.level_id = v.id
JOIN tenants_membership m ON m.tenant_id = s.tenant_id AND m.user_id = s.user_id
JOIN tenants_user u ON u.id = s.user_id
LEFT JOIN tenants_membership bm ON bm.tenant_id = s.tenant_id AND bm.user_id = s.backup_id
LEFT JOIN tenants_user bu ON bu.id = s.backup_id
"""

# Who is away, and whom they named: nobody, where that one has left. Days of the week are looked at
# in Python, by the zone's own rules.
ABSENCES = """
SELECT a.tenant_id, a.id, a.person_id, CASE WHEN u.is_active AND m.is_active
    AND m.role IN ('admin', 'staff', 'custodian') THEN a.delegate_id END, a.starts_at,
    LEAST(a.ends_at, a.ended_at), a.weekdays, a.zone
FROM ladder_absence a
LEFT JOIN tenants_membership m ON m.tenant_id = a.tenant_id AND m.user_id = a.delegate_id
LEFT JOIN tenants_user u ON u.id = a.delegate_id
WHERE a.tenant_id = ANY(%s::uuid[]) AND a.starts_at <= %s
    AND (LEAST(a.ends_at, a.ended_at) IS NULL OR LEAST(a.ends_at, a.ended_at) > %s)
"""

CONTACTS = """
SELECT p.case_id, n.user_id FROM unnest(%s::uuid[], %s::uuid[]) AS v (tenant_id, id)
JOIN cases_party p ON p.tenant_id = v.tenant_id AND p.case_id = v.id
JOIN partners_contact n ON n.tenant_id = p.tenant_id AND n.partner_id = p.partner_id
JOIN tenants_membership m ON m.tenant_id = n.tenant_id AND m.user_id = n.user_id AND m.is_active
JOIN tenants_user u ON u.id = n.user_id AND u.is_active
"""

ADMINS = """
SELECT m.tenant_id, m.user_id FROM tenants_membership m
JOIN tenants_user u ON u.id = m.user_id AND u.is_active
WHERE m.tenant_id = ANY(%s::uuid[]) AND m.role = 'admin' AND m.is_active
"""

CHANGE_CLOCKS = """
UPDATE cases_clock k SET state = v.state, fired = v.fired, next_fire_at = v.next_fire_at,
    "window" = coalesce(v.span, k.window),
    target_seconds = coalesce(v.target, k.target_seconds),
    anchor = coalesce(v.anchor, k.anchor), due_at = coalesce(v.due_at, k.due_at),
    soon_at = coalesce(v.soon_at, k.soon_at),
    breached_at = CASE WHEN v.state = 'breached' THEN coalesce(v.due_at, k.due_at) END,
    processed_at = CASE WHEN v.state = 'breached' THEN %s::timestamptz END,
    ended_at = CASE WHEN v.state = 'ended' THEN %s::timestamptz END
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::int[], %s::timestamptz[], %s::text[],
    %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
    AS v (tenant_id, id, state, fired, next_fire_at, span, target, anchor, due_at, soon_at)
WHERE k.tenant_id = v.tenant_id AND k.id = v.id
"""

END_PAUSES = """
UPDATE cases_pause p SET ended_at = v.ended_at, end_reason = v.reason
FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::text[])
    AS v (tenant_id, id, ended_at, reason)
WHERE p.tenant_id = v.tenant_id AND p.id = v.id AND p.ended_at IS NULL
"""

END_TURNS = """
UPDATE cases_assignment a SET ended_at = %s, end_reason = 'breached'
FROM unnest(%s::uuid[], %s::uuid[]) AS v (tenant_id, id)
WHERE a.tenant_id = v.tenant_id AND a.id = v.id AND a.ended_at IS NULL
"""

START_TURNS = """
INSERT INTO cases_assignment (started_at, end_reason, tenant_id, id, case_id, cycle, number,
    level_id, position, owner_id, backup_id, on_behalf_of_id)
SELECT %s::timestamptz, '', v.* FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::int[],
    %s::int[], %s::uuid[], %s::int[], %s::uuid[], %s::uuid[], %s::uuid[]) AS v
"""

START_CLOCKS = """
INSERT INTO cases_clock (tenant_id, id, case_id, assignment_id, kind, cycle, state, "window",
    target_seconds, calendar_version_id, anchor, due_at, soon_at, next_fire_at, thresholds, fired,
    subject, owner_id, backup_id, level_id, barred, on_behalf_of_id)
SELECT v.tenant_id, v.id, v.case_id, v.assignment_id, v.kind, v.cycle, 'running', v.span,
    v.target, v.calendar, v.anchor, v.due_at, v.soon_at, v.next_fire_at, v.thresholds::int[], 0,
    v.subject, v.owner_id, v.backup_id, v.level_id, v.barred::uuid[], v.on_behalf_of_id
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::int[], %s::text[],
    %s::bigint[], %s::uuid[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
    %s::timestamptz[], %s::text[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[],
    %s::uuid[])
    AS v (tenant_id, id, case_id, assignment_id, kind, cycle, span, target, calendar, anchor,
        due_at, soon_at, next_fire_at, thresholds, subject, owner_id, backup_id, level_id, barred,
        on_behalf_of_id)
"""

CHANGE_CASES = """
UPDATE cases_case c SET updated_at = greatest(c.updated_at, %s), status = v.status,
    assignment_id = v.assignment_id, owner_id = v.owner_id, level_id = v.level_id,
    due_at = v.due_at, due_kind = v.due_kind,
    due_soon_at = v.soon_at, due_missed = v.missed, version = c.version + 1,
    closed_at = coalesce(v.closed_at, c.closed_at)
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::uuid[],
    %s::timestamptz[], %s::text[], %s::timestamptz[], %s::bool[], %s::timestamptz[])
    AS v (tenant_id, id, status, assignment_id, owner_id, level_id, due_at, due_kind, soon_at,
        missed, closed_at)
WHERE c.tenant_id = v.tenant_id AND c.id = v.id
"""

RECORD = """
INSERT INTO journal_event (at, tenant_id, id, kind, case_id, facts, audience, once_key)
SELECT %s::timestamptz, v.tenant_id, v.id, v.kind, v.case_id, v.facts::jsonb, v.audience, v.once_key
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::text[], %s::text[])
    AS v (tenant_id, id, kind, case_id, facts, audience, once_key)
"""

# Each person is told on both channels: a bell rings by being there, an e-mail waits for others that
# the same person gets of the same work.
TELL = """
INSERT INTO journal_notice (tenant_id, event_id, user_id, id, channel, state, attempts, created_at,
    next_attempt_at, held_until, done_at)
SELECT v.tenant_id, v.event_id, v.user_id, told.id, told.channel, told.state, 0, %s,
    told.next_attempt_at, told.held_until, told.done_at
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[])
    AS v (tenant_id, event_id, user_id, bell_id, mail_id)
CROSS JOIN LATERAL (VALUES
    (v.bell_id, 'bell', 'sent', NULL::timestamptz, NULL::timestamptz, %s::timestamptz),
    (v.mail_id, 'email', 'pending', %s, %s, NULL)
) AS told (id, channel, state, next_attempt_at, held_until, done_at)
"""

# A case that cannot be moved must not stop the others: it is looked at again later, and the
# auditor sees it overdue.
POSTPONE = """
UPDATE cases_clock k SET next_fire_at = %s
FROM unnest(%s::uuid[], %s::uuid[]) AS v (tenant_id, id)
WHERE k.tenant_id = v.tenant_id AND k.case_id = v.id AND k.state = 'running'
    AND k.next_fire_at <= %s
"""
