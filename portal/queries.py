"""Reads for partners, as the portal's database role: what is not granted is not named."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cases.models import OPEN, Case
from partners.models import Partner
from tenants.models import User

SHOWN = 200
COLUMNS = ("number", "title", "status", "owner_id", "due_at", "due_kind", "opened_at")


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A case as a partner's list shows it."""

    number: str
    title: str
    status: str
    owner_name: str
    due_at: datetime | None
    opened_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether the vendor still owes something."""
        return self.status in OPEN


def own_cases() -> list[OwnCase]:
    """Return the cases of the partner in force, open ones first, the latest first."""
    rows = list(Case.objects.order_by("-opened_at", "-id").values(*COLUMNS)[:SHOWN])
    names = owner_names({row["owner_id"] for row in rows if row["owner_id"]})
    found = [
        OwnCase(
            row["number"],
            row["title"],
            row["status"],
            names.get(row["owner_id"], ""),
            row["due_at"],
            row["opened_at"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda case: not case.is_open)


def owner_names(ids: set[UUID]) -> dict[UUID, str]:
    """Return names of the vendor's people; the portal's role cannot read more of them."""
    return dict(User.objects.filter(pk__in=ids).values_list("id", "name")) if ids else {}


def company(partner_id: UUID) -> dict[str, str]:
    """Return the partner in force."""
    found = Partner.objects.only("name", "slug").get(pk=partner_id)
    return {"name": found.name, "slug": found.slug}
