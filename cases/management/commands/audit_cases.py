"""`audit_cases [--tenant SLUG | --all] [--repair]`: derive every due time again, and show what
differs."""

from collections.abc import Sequence
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.models import Case
from cases.repair import Difference, differences, repair
from tenants.errors import Invalid
from tenants.models import Tenant
from tenants.queries import all_tenants, tenant_at
from tenants.scope import act_in


class Command(BaseCommand):
    """See the module's docstring; `cases.repair` says what is derived."""

    help = "Derive every due time of all tenants' cases again, or of one's; show what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        whose = parser.add_mutually_exclusive_group()
        whose.add_argument("--tenant", metavar="SLUG", help="whose cases; everybody's unless named")
        whose.add_argument("--all", action="store_true", help="everybody's cases, repairing too")
        parser.add_argument(
            "--repair",
            action="store_true",
            help="write what follows; each case is an event, and who has to know is told;"
            " asks for --tenant or --all",
        )

    def handle(self, *, tenant: str | None, **options: object) -> None:
        """Show what differs; the status is 1 where something does and nothing was repaired."""
        if options["repair"] and not (tenant or options["all"]):
            raise CommandError("Say whose cases to repair: --tenant SLUG, or --all.")
        found: list[Difference] = []
        for one in chosen(tenant):
            own = self.look(one, named=tenant is None)
            found += own
            if options["repair"]:
                repair_all(one.pk, own)
        told = f"{len(found)} differences in {len({one.case_id for one in found})} cases"
        over = sum(one.over for one in found)
        kept = f" {over} of clocks that are over stay as they were told." if over else ""
        if options["repair"]:
            self.stdout.write(f"{told}: repaired.{kept}")
        elif found:
            raise CommandError(f"{told}. Nothing was changed: --repair writes what follows.{kept}")
        else:
            self.stdout.write("Every due time follows from what happened.")

    def look(self, tenant: Tenant, *, named: bool) -> list[Difference]:
        """Show what differs in one tenant, `named` where others are looked at too."""
        with act_in(tenant.pk):
            found = list(differences())
        for one in found:
            self.stdout.write(f"{tenant.slug}  {line(one)}" if named else line(one))
        return found


def chosen(slug: str | None) -> list[Tenant]:
    """Return whose cases are looked at: one tenant's, or everybody's."""
    try:
        found = [tenant_at(slug)] if slug else all_tenants()
    except Invalid as refusal:
        raise CommandError(str(refusal)) from None
    if not found:
        raise CommandError("No tenant can be seen: set OWNER_DATABASE_URL, or name one.")
    return found


def repair_all(tenant_id: UUID, found: Sequence[Difference]) -> None:
    """Repair each case by itself: one that waits for a lock keeps no other waiting."""
    for case_id in dict.fromkeys(one.case_id for one in found if not one.over):
        with act_in(tenant_id):
            repair(Case.objects.get(pk=case_id), at=timezone.now())


def line(one: Difference) -> str:
    """Return a difference in a line."""
    where = f"{one.clock} clock" if one.clock else "the case"
    stored, derived = one.stored or "-", one.derived or "-"
    over = " (over: stays as it was told)" if one.over else ""
    return f"{one.number}  {where}, {one.what}: stored {stored}, derived {derived}{over}"
