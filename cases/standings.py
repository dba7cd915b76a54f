"""How cases stand, read from their rows: two statements for any number of cases.

What programs read is worked out from the rows of `cases.listing` by `cases.shapes.standing`; both
end in `cases.nextstep`, and agree.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from cases.left_alone import ALONE
from cases.models import Case, Clock, ClockKind
from cases.nextstep import Standing
from ladder.missed import MISSED

# The answers that a kind of dispute requires (`g`) and a case (`c`) lacks.
LACKING = (
    "FROM jsonb_array_elements(g.fields) f"
    " WHERE f->>'required' = 'true' AND NOT c.fields ? (f->>'name')"
)
STANDS = f"""
WITH RECURSIVE {MISSED}
SELECT c.id, {ALONE} AS alone, EXISTS (SELECT {LACKING}) AS lacks_fields,
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
    still_open = [case.pk for case in cases if case.is_open]
    waiting, facts = awaited(still_open), _facts(still_open, at)
    alone = {case_id for case_id, found in facts.items() if found.pop("alone")}
    stand = {
        case.pk: Standing(
            status=case.status,
            owned=case.owner_id is not None,
            unanswered=(case.pk, ClockKind.RESPONSE) in waiting,
            requested=(case.pk, ClockKind.REQUEST) in waiting,
            concession_pending=(case.pk, ClockKind.APPROVAL) in waiting,
            has_memo=case.has_memo,
            **facts.get(case.pk, {}),
        )
        for case in cases
    }
    return stand, alone


def awaited(case_ids: Iterable[UUID]) -> set[tuple[UUID, str]]:
    """Return which cases wait for what, by kind of clock: an answer or a partner's request in the
    current turn, or a concession in the current cycle, that nobody has given yet."""
    of_turn = Q(
        kind__in=(ClockKind.RESPONSE, ClockKind.REQUEST),
        assignment_id=F("case__assignment_id"),
    )
    asked = Q(kind=ClockKind.APPROVAL, cycle=F("case__cycle"))
    unmet = Clock.objects.filter(of_turn | asked, met_at=None, ended_at=None)
    return set(unmet.filter(case_id__in=list(case_ids)).values_list("case_id", "kind"))


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
