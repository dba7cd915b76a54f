"""Acts outside the rules: what is open, and what was learned."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from cases.access import override_for, visible_overrides
from cases.api import examples
from cases.api.collection import READS, WRITES
from cases.models import Override
from cases.overridepage import reasons_of
from cases.overrides import reconcile
from cases.serializers import (
    OverridePage,
    OverrideSerializer,
    OverridesQuery,
    ReconcileSerializer,
)
from cases.shapes import Shape, named
from tenants.rest.description import listed, operation
from tenants.rest.operation import Operation, refuse_others
from tenants.rest.paging import answer, page_by_id

EXAMPLE: dict[str, Any] = {
    "id": "0199d3a0-7f10-7777-9999-5a3d6c1b2e11",
    "case": examples.WHOLE["id"],
    "cycle": 1,
    "level": 1,
    "act": "jump",
    "rules": ["above"],
    "reason": "The tender closes tonight, and Petra is in the air.",
    "by": examples.TOM,
    "at": "2026-11-24T10:00:00Z",
    "finding": None,
    "learned": "",
    "reconciled_by": None,
    "reconciled_at": None,
}
LEARNED = {"finding": "change", "learned": "Tenders need a route of their own."}


class Overrides(Operation):
    """What was done outside the rules."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS}

    @listed("overrides_list", "Acts outside the rules", OverridesQuery, OverridePage, EXAMPLE)
    def get(self, request: Request) -> Response:
        """Answer a page of the acts outside the rules in the cases this token sees, the oldest
        first."""
        refuse_others(self)
        asked = self.asked(OverridesQuery)
        found = visible_overrides(self.member).select_related("by", "reconciled_by")
        if "case" in asked:
            found = found.filter(case_id=asked["case"])
        if "state" in asked:
            found = found.filter(reconciled_at__isnull=asked["state"] == "open")
        page = page_by_id(found, asked)
        reasons = reasons_of(page.rows)
        return Response(answer(request, page, [shape(row, reasons) for row in page.rows]))


class OneOverride(Operation):
    """One act outside the rules."""

    scopes: ClassVar[dict[str, str]] = {"GET": READS}

    @operation(
        "overrides_retrieve", "One act outside the rules", gives=OverrideSerializer, answer=EXAMPLE
    )
    def get(self, request: Request, override_id: UUID) -> Response:
        """Answer one act outside the rules."""
        refuse_others(self)
        return Response(told(override_for(self.member, override_id)))


class Reconcile(Operation):
    """What was learned of an act outside the rules."""

    scopes: ClassVar[dict[str, str]] = {"POST": WRITES}

    @operation(
        "overrides_reconcile",
        "Say what was learned of an act outside the rules",
        method="post",
        takes=ReconcileSerializer,
        gives=OverrideSerializer,
        example=LEARNED,
        answer={
            **EXAMPLE,
            **LEARNED,
            "reconciled_by": examples.PETRA,
            "reconciled_at": "2026-11-26T09:30:00Z",
        },
    )
    def post(self, request: Request, override_id: UUID) -> Response:
        """Close it, as another person than who did it: one who holds a level above, or an admin."""
        refuse_others(self)
        found = override_for(self.member, override_id)
        said = self.given(ReconcileSerializer)
        reconcile(found.case, by=self.member, at=self.at, override_id=found.pk, **said)
        return Response(told(override_for(self.member, override_id)))


def told(row: Override) -> Shape:
    """Return one as it is sent."""
    return shape(row, reasons_of([row]))


def shape(row: Override, reasons: dict[UUID, str]) -> Shape:
    """Return one as it is sent, with why it was done."""
    return {
        "id": row.pk,
        "case": row.case_id,
        "cycle": row.cycle,
        "level": row.position,
        "act": row.act,
        "rules": row.rules,
        "reason": reasons.get(row.event_id, ""),
        "by": named(row.by_id, row.by.name),
        "at": row.at,
        "finding": row.finding or None,
        "learned": row.learned,
        "reconciled_by": named(row.reconciled_by_id, row.reconciled_by.name)
        if row.reconciled_by
        else None,
        "reconciled_at": row.reconciled_at,
    }
