"""`verify_journal --tenant SLUG`: whether a tenant's audit trail is as it was written."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from journal.anchors import Anchor, last_anchor
from journal.chain import Break
from journal.queries import sealed_count, verify_anchor, verify_chain
from tenants.errors import Invalid
from tenants.queries import tenant_at
from tenants.scope import act_in


class Command(BaseCommand):
    """See the module's docstring."""

    help = "Check the hash chain of a tenant's audit trail, and its last anchor."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--tenant", required=True, metavar="SLUG", help="whose trail")
        parser.add_argument(
            "--anchors",
            type=Path,
            metavar="FILE",
            help="heads kept outside the database (the installation's own, where there are any)",
        )

    def handle(self, *, tenant: str, anchors: Path | None, **_options: object) -> None:
        """Check; a chain that does not hold ends with the place, the reason and status 1."""
        try:
            tenant_id = tenant_at(tenant).pk
            path = anchors or own_anchors()
            anchor = last_anchor(path, tenant_id) if path else None
        except Invalid as refusal:
            raise CommandError(str(refusal)) from None
        with act_in(tenant_id):
            found = verify_chain(tenant_id) or (verify_anchor(anchor) if anchor else None)
            count = sealed_count()
        if found:
            raise CommandError(broken(tenant, found))
        self.stdout.write(f"{tenant}: {count:,} events, each in its place, none changed.")
        self.stdout.write(in_words(anchor))


def own_anchors() -> Path | None:
    """Return where this installation keeps its anchors, None before the first was written."""
    path = Path(settings.DATA_DIR) / "anchors.jsonl"
    return path if path.exists() else None


def broken(tenant: str, found: Break) -> str:
    """Say where a chain does not hold."""
    return f"{tenant}: the chain does not hold at event {found.seq:,}: {found.reason}."


def in_words(anchor: Anchor | None) -> str:
    """Say against which anchor the chain was held."""
    if anchor is None:
        return "No anchor was kept yet: a tail cut together with its head would not be found."
    return f"Its last anchor is event {anchor.seq:,}, kept at {anchor.at:%Y-%m-%d %H:%M:%S} UTC."
