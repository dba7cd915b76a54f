"""`create_tenant SLUG NAME --admin EMAIL --admin-name NAME`: a vendor with the default policy."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils import timezone

from ladder.actions import install_defaults
from tenants.actions import NewPerson, add_member, create_tenant, new_password
from tenants.errors import Invalid
from tenants.models import Membership, Role
from tenants.scope import act_in


class Command(BaseCommand):
    """See the module's docstring."""

    help = "Create a tenant with the default policy and its first admin, who holds every level."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("slug", help="its address: small letters, digits, hyphens")
        parser.add_argument("name", help="the vendor's name")
        parser.add_argument("--admin", required=True, metavar="EMAIL")
        parser.add_argument("--admin-name", required=True, metavar="NAME")
        parser.add_argument("--timezone", default="UTC", help="the admin's time zone")

    def handle(self, *, slug: str, name: str, **options: str) -> None:
        """Create it; what is refused is told field by field, and the status is 1."""
        if "owner" not in connections:
            raise CommandError("OWNER_DATABASE_URL must be set: only the owner makes tenants.")
        password = new_password()
        admin = NewPerson(
            options["admin"],
            options["admin_name"],
            title="Programme admin",
            timezone=options["timezone"],
        )
        try:
            member = founded(slug, name, admin, password)
        except Invalid as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"Created {name} at /t/{slug}/ with the default policy.")
        if member.user.check_password(password):
            self.stdout.write(f"Admin {member.user.email}, password {password} (shown this once).")
        else:
            self.stdout.write(f"Admin {member.user.email}, with the password they have already.")


def founded(slug: str, name: str, admin: NewPerson, password: str) -> Membership:
    """Make the tenant, its admin and its policy; return the admin.

    Raises `Invalid`; then at most an empty tenant is left, which the next run takes up.
    """
    at = timezone.now()
    tenant = create_tenant(slug, name)
    with act_in(tenant.pk):
        member = add_member(admin, Role.ADMIN, password=password, by=None, at=at)
        install_defaults(f"{name} partner programme", by=member, at=at)
    return member
