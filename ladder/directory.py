"""From the names, slugs and e-mails of a written policy to the rows of the current tenant."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ladder.models import Calendar, Category, Ladder
from ladder.policy import LadderEntry, Policy, RouteEntry
from partners.models import Region, Tier
from tenants.errors import Invalid
from tenants.models import Membership, Role

HOLDS = (Role.ADMIN, Role.STAFF, Role.CUSTODIAN)
UNKNOWN = {
    "user": "is not a member of this tenant.",
    "calendar": "is not a calendar of this tenant or of this file.",
    "ladder": "is not a ladder of this tenant or of this file.",
    "category": "is not the slug of a category.",
    "region": "is not the slug of a region.",
    "tier": "is not the slug of a tier.",
}
# What a reference is to, where it stands, and what stands there.
Reference = tuple[str, str, str | None]


@dataclass(slots=True)
class Directory:
    """Who and what a tenant has, by kind and name: ids of people, rows of everything else."""

    found: dict[str, dict[str, Any]]
    unfit: set[str] = field(default_factory=set)

    def __call__(self, kind: str, name: str | None) -> Any:
        """Return what has this name, or None where there is no name."""
        return None if name is None else self.found[kind][name]

    def check(self, policy: Policy) -> None:
        """Refuse names that nobody has, all at once."""
        known = {kind: set(rows) for kind, rows in self.found.items()}
        known["calendar"] |= {calendar.name for calendar in policy.calendars}
        known["ladder"] |= {ladder.name for ladder in policy.ladders}
        errors = {}
        for kind, path, name in references(policy):
            if name in self.unfit:
                errors[path] = f"{name} may not work on cases here: active staff only."
            elif name is not None and name not in known[kind]:
                errors[path] = f"{name} {UNKNOWN[kind]}"
        if errors:
            raise Invalid(errors)


def read_directory(policy: Policy) -> Directory:
    """Look up what a policy may refer to; of the people only those it names."""
    emails = {name for kind, _path, name in references(policy) if kind == "user" and name}
    people, unfit = _people(emails)
    return Directory(
        {
            "user": people,
            "calendar": {row.name: row for row in Calendar.objects.all()},
            "ladder": {row.name: row for row in Ladder.objects.all()},
            "category": {row.slug: row for row in Category.objects.all()},
            "region": {row.slug: row for row in Region.objects.all()},
            "tier": {row.slug: row for row in Tier.objects.all()},
        },
        unfit,
    )


def _people(emails: Iterable[str]) -> tuple[dict[str, UUID], set[str]]:
    """Return who may hold a seat, and who is a member but may not."""
    people, unfit = {}, set()
    members = Membership.objects.filter(user__email__in=list(emails)).select_related("user")
    for member in members:
        user = member.user
        fit = member.is_active and user.is_active and not user.is_service
        if fit and member.role in HOLDS:
            people[user.email] = user.pk
        else:
            unfit.add(user.email)
    return people, unfit


def references(policy: Policy) -> Iterator[Reference]:
    """Yield everything in a policy that stands for a row: its kind, its place, its name."""
    for number, ladder in enumerate(policy.ladders):
        yield from _of_ladder(ladder, f"ladders[{number}]")
    for number, route in enumerate(policy.matrix or ()):
        yield from _of_route(route, f"matrix[{number}]")


def _of_ladder(ladder: LadderEntry, path: str) -> Iterator[Reference]:
    yield "calendar", f"{path}.calendar", ladder.calendar
    for seat in (seat for level in ladder.levels for seat in level.seats):
        listed = seat.path.endswith("]")
        yield "user", f"{seat.path}.user" if listed else seat.path, seat.user
        backup = f"{seat.path}.backup" if listed else seat.path.replace(".holder", ".backup")
        yield "user", backup, seat.backup
        yield "region", f"{seat.path}.region", seat.region
        yield "category", f"{seat.path}.category", seat.category


def _of_route(route: RouteEntry, path: str) -> Iterator[Reference]:
    yield "ladder", f"{path}.ladder", route.ladder
    yield "user", f"{path}.owner", route.owner
    yield "user", f"{path}.backup", route.backup
    for kind in ("category", "region", "tier"):
        yield kind, f"{path}.{kind}", getattr(route, kind)
