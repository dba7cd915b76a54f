"""`load_policy FILE --tenant SLUG`: calendars, ladders and matrix from a file of JSON."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ladder.actions import load_policy
from ladder.document import LARGEST_FILE
from ladder.policy import Policy
from ladder.policy_file import parse_policy
from tenants.errors import Invalid
from tenants.queries import tenant_at
from tenants.scope import act_in


class Command(BaseCommand):
    """See the module's docstring; `ladder.policy_file` says what stands in the file."""

    help = "Put calendars, ladders and a matrix from a JSON file in force: all of it or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("file", type=Path, help="the policy, as JSON")
        parser.add_argument("--tenant", required=True, metavar="SLUG", help="whose policy")

    def handle(self, *, file: Path, tenant: str, **_options: object) -> None:
        """Load the file; what is refused is told field by field, and the status is 1."""
        try:
            policy = parse_policy(read(file))
            with act_in(tenant_at(tenant).pk):
                load_policy(policy, by=None, at=timezone.now())
        except Invalid as refusal:
            raise CommandError(in_lines(refusal)) from None
        self.stdout.write(f"In force now at {tenant}: {in_words(policy)}.")


def read(path: Path) -> bytes:
    """Return what stands in a file, a little more than is allowed at most."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise Invalid({"file": f"Cannot be opened: {error.strerror}."}) from None


def in_lines(refusal: Invalid) -> str:
    """Return a refusal with each field on its own line."""
    return "\n".join(f"{field}: {reason}" for field, reason in refusal.errors.items())


def in_words(policy: Policy) -> str:
    """Say what a policy held."""
    lines = 0 if policy.matrix is None else len(policy.matrix)
    counts = (
        (len(policy.calendars), "calendar"),
        (len(policy.ladders), "ladder"),
        (lines, "line of the matrix"),
    )
    return ", ".join(f"{n} {_plural(word, n)}" for n, word in counts if n)


def _plural(word: str, number: int) -> str:
    head, *tail = word.split(" ", 1)
    return " ".join([head if number == 1 else f"{head}s", *tail])
