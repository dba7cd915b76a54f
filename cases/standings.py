"""How cases stand, read from their rows: one statement for any number of cases.

What programs read is worked out from the rows of `cases.listing` by `cases.shapes.standing`; both
end in `cases.nextstep`, and agree.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from cases.left_alone import ALONE
from cases.models import Case, ClockKind
from cases.nextstep import Standing
from ladder.missed import MISSED

# The answers that a kind of dispute requires (`g`) and a case (`c`) lacks.
LACKING = (
    "FROM jsonb_array_elements(g.fields) f"
    " WHERE f->>'required' = 'true' AND NOT c.fields ? (f->>'name')"
)
# What waits that nobody has given yet: an answer or one to a partner's request in the current turn,
# or a concession in the current cycle.
AWAITED = """ARRAY(SELECT k.kind FROM cases_clock k
    WHERE k.tenant_id = c.tenant_id AND k.case_id = c.id
        AND k.met_at IS NULL AND k.ended_at IS NULL
        AND (k.kind IN ('response', 'request') AND k.assignment_id = c.assignment_id
            OR k.kind = 'approval' AND k.cycle = c.cycle))"""
STANDS = f"""
WITH RECURSIVE {MISSED}
SELECT c.id, {ALONE} AS alone, {AWAITED} AS awaited, EXISTS (SELECT {LACKING}) AS lacks_fields,
    EXISTS (SELECT FROM cases_pause z
        WHERE z.tenant_id = c.tenant_id AND z.case_id = c.id AND z.ended_at IS NULL) AS paused,
    g.category_class = 'strategic' AS strategic
FROM unnest(%(ids)s::uuid[]) AS v (id)
JOIN cases_case c ON c.tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid)
    AND c.id = v.id
JOIN ladder_category g ON g.tenant_id = c.tenant_id AND g.id = c.category_id
"""  # noqa: S608 - made of constants


def standings(cases: Iterable[Case], at: datetime) -> tuple[dict[UUID, Standing], set[UUID]]:
    """Return by case how it stands, and which open ones are with nobody at an instant."""
    cases = list(cases)
    facts = _facts([case.pk for case in cases if case.is_open], at)
    alone = {case_id for case_id, found in facts.items() if found.pop("alone")}
    stand = {}
    for case in cases:
        known = dict(facts.get(case.pk, {}))
        waits = known.pop("awaited", ())
        stand[case.pk] = Standing(
            status=case.status,
            owned=case.owner_id is not None,
            unanswered=ClockKind.RESPONSE in waits,
            requested=ClockKind.REQUEST in waits,
            concession_pending=ClockKind.APPROVAL in waits,
            has_memo=case.has_memo,
            **known,
        )
    return stand, alone


def _facts(case_ids: Iterable[UUID], at: datetime) -> Mapping[UUID, dict[str, Any]]:
    ids = [str(case_id) for case_id in case_ids]
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(STANDS, {"ids": ids, "at": at})
        names = [column.name for column in cursor.description[1:]]
        return {
            case_id: dict(zip(names, facts, strict=True)) for case_id, *facts in cursor.fetchall()
        }
