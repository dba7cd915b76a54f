"""Open cases with nobody: whose holder is away, with nobody there who stands in, no backup, and not
who they have it for. The auditor finds them, pages show it, and who holds the level above is told.
"""

from collections import Counter
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from journal.actions import record, tell
from ladder.missed import MISSED, PRESENT
from ladder.queries import absences_at, held_above
from tenants.queries import admin_ids

FINDING = "owner_away"
OTHERS = PRESENT.format(tenant="a.tenant_id", people="a.backup_id, a.on_behalf_of_id")
# Who has left is not missed: that is another finding, and not both.
FROM = f"""
FROM missed x
JOIN cases_case c ON c.tenant_id = x.tenant_id AND c.owner_id = x.person_id
JOIN cases_assignment a ON a.tenant_id = c.tenant_id AND a.id = c.assignment_id
WHERE c.status IN ('new', 'in_progress', 'decided') AND NOT {OTHERS}
"""
FOUND = f"WITH RECURSIVE {MISSED} SELECT c.tenant_id {FROM}"
# The same of a case (`c`) that another statement reads, after `MISSED`.
ALONE = f"""EXISTS (SELECT FROM missed x JOIN cases_assignment a
    ON a.tenant_id = c.tenant_id AND a.id = c.assignment_id
    WHERE x.tenant_id = c.tenant_id AND x.person_id = c.owner_id AND NOT {OTHERS})"""
BY_PLACE = f"""
WITH RECURSIVE {MISSED}
SELECT c.ladder_id, a.position, c.region_id, c.category_id, count(*) {FROM}
GROUP BY c.ladder_id, a.position, c.region_id, c.category_id
"""


def tell_above(at: datetime) -> int:
    """Tell who holds the level above those cases of the current tenant how many there are, once a
    day and person, however many; return how many people. Admins are told by the auditor's alarm."""
    with connection.cursor() as cursor:
        cursor.execute(BY_PLACE, {"at": at})
        groups = cursor.fetchall()
    admins, absences = set(admin_ids()), absences_at(at)
    counts: Counter[UUID] = Counter()
    for ladder_id, position, region_id, category_id, count in groups:
        held = held_above(ladder_id, position, region_id, category_id, at)
        above = [one for one in held if one]
        counts.update(dict.fromkeys(absences.with_stand_ins(above) - admins, count))
    return sum(_tell(person, count, at) for person, count in sorted(counts.items()))


def _tell(person: UUID, count: int, at: datetime) -> bool:
    facts = {"finding": FINDING, "count": count, "for": str(person)}
    key = f"audit:{FINDING}:{at:%Y%m%d}:{person}"
    try:
        with transaction.atomic():
            event = record("audit.violation", at=at, by=None, facts=facts, once_key=key)
    except IntegrityError:
        return False
    tell(event, [person], at=at)
    return True
