"""People, partners, policies and cases for tests. Every fact that matters is named by the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password

from cases.models import Case, Rebase
from cases.opening import NewCase, open_case
from ladder.models import (
    Absence,
    Calendar,
    CalendarVersion,
    Category,
    Ladder,
    Level,
    Programme,
    Route,
    Seat,
)
from partners.models import Contact, Partner, Region, Tier
from tenants.ids import uuid7
from tenants.models import ApiToken, Membership, Role, Tenant, User
from tenants.scope import act_in

PASSWORD = "correct horse battery staple"
ROUND_THE_CLOCK = {
    "timezone": "UTC",
    "weekly": {
        day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    },
}
BERLIN_HOURS = {
    "timezone": "Europe/Berlin",
    "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}
OPENED = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
# Before and after whatever the database's clock says.
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)
_numbers = count(1)


@cache
def hashed() -> str:
    """Return the hash of everybody's password; the real hasher is slow on purpose."""
    return make_password(PASSWORD)


@dataclass(slots=True)
class World:
    """A vendor, its people by first name, its partners by name, and its policy."""

    tenant: Tenant
    people: dict[str, Membership] = field(default_factory=dict)
    partners: dict[str, Partner] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    levels: list[Level] = field(default_factory=list)
    calendar: CalendarVersion | None = None
    ladder: Ladder | None = None
    route: Route | None = None

    @contextmanager
    def scope(self, **kwargs: Any) -> Iterator[None]:
        """Act in this vendor."""
        with act_in(self.tenant.pk, **kwargs):
            yield

    def __getitem__(self, name: str) -> Membership:
        return self.people[name]

    def case(self, *, at: datetime = OPENED, by: str = "tom", **facts: Any) -> Case:
        """Log a dispute of Alpenwerk's in the administrative category."""
        facts.setdefault("partner", self.partners["alpenwerk"])
        facts.setdefault("category", self.categories["lead-routing"])
        facts.setdefault("title", "Lead from the Hannover fair went past us")
        return open_case(NewCase(**facts), by=self.people[by] if by else None, at=at)


def make_person(
    world: World, name: str, role: str, *, title: str = "", timezone: str = "Europe/Berlin"
) -> Membership:
    """Add a person to a vendor."""
    email = f"{name}.{next(_numbers)}@{world.tenant.slug}.example"
    user = User(email=email, name=name.title(), timezone=timezone, password=hashed())
    user.save(force_insert=True)
    member = Membership.objects.create(tenant=world.tenant, user=user, role=role, title=title)
    world.people[name] = member
    return member


def make_partner(world: World, name: str, region: Region, contact: str) -> Partner:
    """Add a partner with one contact."""
    partner = Partner.objects.create(
        tenant=world.tenant, slug=name, name=name.title(), kind="reseller", region=region
    )
    world.partners[name] = partner
    member = make_person(world, contact, Role.PARTNER)
    Contact.objects.create(tenant=world.tenant, partner=partner, user=member.user)
    return partner


def make_calendar(world: World, name: str, rules: dict[str, Any]) -> CalendarVersion:
    """Add a calendar with one version."""
    calendar = Calendar.objects.create(tenant=world.tenant, name=name)
    return CalendarVersion.objects.create(
        tenant=world.tenant, calendar=calendar, number=1, rules=rules
    )


def make_ladder(
    world: World,
    *,
    name: str = "Standard",
    holders: tuple[str, ...] = ("tom", "petra", "marianne"),
    response: str = "PT4H",
    decision: str = "PT16H",
    total: str = "PT100H",
    thresholds: tuple[int, ...] = (50, 75, 90),
) -> Ladder:
    """Add a ladder whose levels all have the same windows, each held by one person."""
    assert world.calendar is not None
    ladder = Ladder.objects.create(
        tenant=world.tenant, name=name, calendar=world.calendar.calendar, total_window=total
    )
    for position, holder in enumerate(holders, start=1):
        level = Level.objects.create(
            tenant=world.tenant,
            ladder=ladder,
            position=position,
            name=f"Level {position}",
            response_window=response,
            decision_window=decision,
            thresholds=list(thresholds),
        )
        Seat.objects.create(tenant=world.tenant, level=level, user=world[holder].user)
        world.levels.append(level)
    world.ladder = ladder
    return ladder


def make_world(
    slug: str = "",
    *,
    rules: dict[str, Any] | None = None,
    **ladder: Any,
) -> World:
    """Make a vendor: people of each role, two partners, two categories, one ladder, one route."""
    slug = slug or f"vendor-{next(_numbers)}"
    tenant = Tenant(id=uuid7(), slug=slug, name=slug.title())
    with act_in(tenant.pk):
        tenant.save(force_insert=True)
        world = World(tenant)
        for name, role in (
            ("ines", Role.ADMIN),
            ("tom", Role.STAFF),
            ("petra", Role.STAFF),
            ("marianne", Role.STAFF),
            ("pavel", Role.AUDITOR),
            ("ruth", Role.CUSTODIAN),
        ):
            make_person(world, name, role)
        world.calendar = make_calendar(world, "Hours", rules or ROUND_THE_CLOCK)
        region = Region.objects.create(tenant=tenant, slug="dach", name="DACH")
        Tier.objects.create(tenant=tenant, slug="gold", name="Gold", rank=2)
        make_partner(world, "alpenwerk", region, "anna")
        make_partner(world, "rheintor", region, "marc")
        Programme.objects.create(tenant=tenant, name="Partners", calendar=world.calendar.calendar)
        for position, (name, kind) in enumerate(
            (("lead-routing", "administrative"), ("territory", "strategic"))
        ):
            world.categories[name] = Category.objects.create(
                tenant=tenant, slug=name, name=name, category_class=kind, position=position
            )
        standard = make_ladder(world, **ladder)
        world.route = Route.objects.create(tenant=tenant, position=1, ladder=standard)
    return world


def make_absence(world: World, person: str, delegate: str | None = None, **facts: Any) -> Absence:
    """Let a person be away, for longer than any test, unless said."""
    known: dict[str, Any] = {"starts_at": LONG_AGO, "zone": "UTC", "recorded_at": LONG_AGO}
    return Absence.objects.create(
        tenant=world.tenant,
        person=world[person].user,
        delegate=world[delegate].user if delegate else None,
        **known | facts,
    )


def make_rebase(world: World, *, by: str = "ines", **facts: Any) -> Rebase:
    """Keep a proposal about the ladder's clocks, unless said, of rules that nobody has any more;
    the same one again where it was made already."""
    about = facts if facts.keys() & {"case", "calendar"} else {"ladder": world.ladder, **facts}
    found = Rebase.objects.filter(**about).first()
    known: dict[str, Any] = {"reason": "Works council day.", "rules": "0" * 64, "at": OPENED}
    return found or Rebase.objects.create(tenant=world.tenant, by=world[by].user, **known | about)


def make_token(member: Membership, *, scopes: list[str], partner_id: UUID | None = None) -> str:
    """Make an API token of a member; returns the secret."""
    _, token = ApiToken.objects.create(
        user=member.user,
        tenant=member.tenant,
        membership=member,
        name="test",
        scopes=scopes,
        partner_id=partner_id,
    )
    return str(token)
