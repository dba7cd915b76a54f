"""`audit_cases --tenant SLUG [--repair]`: derive every due time again, and show what differs."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.models import Case
from cases.repair import Difference, differences, repair
from tenants.errors import Invalid
from tenants.queries import tenant_at
from tenants.scope import act_in


class Command(BaseCommand):
    """See the module's docstring; `cases.repair` says what is derived."""

    help = "Derive every due time of a tenant's cases again; show what differs, or repair it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--tenant", required=True, metavar="SLUG", help="whose cases")
        parser.add_argument(
            "--repair",
            action="store_true",
            help="write what follows; each case is an event, and its owner is told",
        )

    def handle(self, *, tenant: str, **options: object) -> None:
        """Show what differs; the status is 1 where something does and nothing was repaired."""
        try:
            tenant_id = tenant_at(tenant).pk
        except Invalid as refusal:
            raise CommandError(str(refusal)) from None
        with act_in(tenant_id):
            found = list(differences())
            for one in found:
                self.stdout.write(line(one))
            cases = {one.case_id for one in found}
            if options["repair"]:
                for case in Case.objects.filter(pk__in=cases).order_by("number"):
                    repair(case, at=timezone.now())
        told = f"{len(found)} differences in {len(cases)} cases"
        if options["repair"]:
            self.stdout.write(f"{told}: repaired.")
        elif found:
            raise CommandError(f"{told}. Nothing was changed: --repair writes what follows.")
        else:
            self.stdout.write("Every due time follows from what happened.")


def line(one: Difference) -> str:
    """Return a difference in a line."""
    where = f"{one.clock} clock" if one.clock else "the case"
    stored, derived = one.stored or "-", one.derived or "-"
    return f"{one.number}  {where}, {one.what}: stored {stored}, derived {derived}"
