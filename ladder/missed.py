"""Who is missed: away, still working here, with nobody there who stands in. As the database says
it, of one tenant or, for the auditor, of all of them at once; the same as
`ladder.absence.Absences.stand_in` says."""

from datetime import datetime
from uuid import UUID

from tenants.scope import background_role

# Tables to begin a statement with, after WITH RECURSIVE. Whose chain ends with somebody who is
# there is not missed; one that leads back into itself ends with nobody. Needs the parameter `at`.
MISSED = """
away AS (
    SELECT DISTINCT ON (a.tenant_id, a.person_id) a.tenant_id, a.person_id, a.delegate_id
    FROM ladder_absence a
    WHERE a.starts_at <= %(at)s
        AND (LEAST(a.ends_at, a.ended_at) IS NULL OR LEAST(a.ends_at, a.ended_at) > %(at)s)
        AND (a.weekdays = '{}'
            OR extract(isodow FROM %(at)s::timestamptz AT TIME ZONE a.zone)::int
                = ANY (a.weekdays))
    ORDER BY a.tenant_id, a.person_id, a.starts_at DESC, a.id DESC
), named AS (
    SELECT w.tenant_id, w.person_id, w.delegate_id FROM away w
    JOIN tenants_membership m ON m.tenant_id = w.tenant_id AND m.user_id = w.delegate_id
        AND m.is_active AND m.role IN ('admin', 'staff', 'custodian')
    JOIN tenants_user u ON u.id = m.user_id AND u.is_active
), covered AS (
    SELECT n.tenant_id, n.person_id FROM named n WHERE NOT EXISTS (
        SELECT FROM away w WHERE w.tenant_id = n.tenant_id AND w.person_id = n.delegate_id)
    UNION SELECT n.tenant_id, n.person_id FROM named n
    JOIN covered c ON c.tenant_id = n.tenant_id AND c.person_id = n.delegate_id
), missed AS (
    SELECT w.tenant_id, w.person_id FROM away w
    JOIN tenants_membership m ON m.tenant_id = w.tenant_id AND m.user_id = w.person_id
        AND m.is_active
    JOIN tenants_user u ON u.id = m.user_id AND u.is_active
    EXCEPT SELECT tenant_id, person_id FROM covered
)
"""
# Whether somebody of a tenant does their work, or somebody who stands in does.
PRESENT = """EXISTS (SELECT FROM tenants_membership m JOIN tenants_user u ON u.id = m.user_id
    WHERE m.tenant_id = {tenant} AND m.user_id IN ({people}) AND m.is_active AND u.is_active
        AND NOT EXISTS (SELECT FROM missed y
            WHERE y.tenant_id = m.tenant_id AND y.person_id = m.user_id))"""
# Who also holds what a seat is for.
OTHER = PRESENT.format(tenant="s.tenant_id", people="o.user_id, o.backup_id")
EMPTY = f"""
WITH RECURSIVE {MISSED}
SELECT DISTINCT s.tenant_id FROM missed x JOIN ladder_seat s
    ON s.tenant_id = x.tenant_id AND x.person_id IN (s.user_id, s.backup_id)
WHERE NOT EXISTS (
    SELECT FROM ladder_seat o WHERE o.tenant_id = s.tenant_id AND o.level_id = s.level_id
        AND (o.region_id IS NULL OR o.region_id = s.region_id)
        AND (o.category_id IS NULL OR o.category_id = s.category_id) AND {OTHER})
"""  # noqa: S608 - made of constants


def tenants_left_empty(at: datetime) -> list[UUID]:
    """Return the tenants in which an absence leaves a level with nobody."""
    with background_role("auditor") as cursor:
        cursor.execute(EMPTY, {"at": at})
        return [row[0] for row in cursor.fetchall()]
