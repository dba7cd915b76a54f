"""`seed_demo`: the demo's vendors, and a case that is five minutes from its breach."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from escalation.demo import FILE_NAME
from escalation.demo.builder import build
from escalation.demo.cast import QUELLWERK
from escalation.demo.signins import Kept, keep_signins
from escalation.demo.stage import arm, stage_of
from tenants.scope import act_in


class Command(BaseCommand):
    """See the module's docstring."""

    help = "Make the demo, or leave it as it is and open one more case that falls due soon."

    def handle(self, **_options: object) -> None:
        """Make what is missing, say who can sign in, and open the case last: its minutes count."""
        if "owner" not in connections:
            raise CommandError("OWNER_DATABASE_URL must be set: only the owner makes tenants.")
        tenants = build(timezone.now())
        path = settings.DATA_DIR / FILE_NAME
        kept = keep_signins(path, tenants, settings.PUBLIC_URL, timezone.now())
        for line in told(kept):
            self.stdout.write(line)
        self.stdout.write(f"Sign-ins and API tokens: {path}")
        with act_in(tenants[QUELLWERK.slug].pk):
            case = arm(stage_of(QUELLWERK), timezone.now())
        if case is not None:
            self.stdout.write(f"{case.number} is with Tom Brandt and falls due in five minutes.")


def told(kept: Kept) -> Iterator[str]:
    """Yield a table of who can sign in, when the sign-ins are new."""
    if kept.is_new:
        yield from table(QUELLWERK.name, kept.signins)
        yield from table("Another vendor", kept.signins["other_tenant"])


def table(title: str, signins: dict[str, Any]) -> Iterator[str]:
    """Yield one vendor's lines: label, e-mail, password."""
    users = signins["users"]
    labels = max(len(user["role"]) for user in users)
    emails = max(len(user["email"]) for user in users)
    yield f"{title} (/t/{signins['tenant']}/)"
    for user in users:
        yield f"  {user['role']:<{labels}}  {user['email']:<{emails}}  {user['password']}"
