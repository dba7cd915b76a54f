"""Read the migrations for statements that stop a running product: `python -m devtools.migrations`.

A program of its own, inside the virtual environment, because the product's settings have no need
to know the linter. First migrations are left out: they run on an empty database.
"""

import sys

import django
from django_migration_linter import MigrationLinter

# Part of the first release: they have only ever run on an empty database.
FIRST_RELEASE = ["0003_walls", "0004_retired_routes"]
APPS = ["tenants", "journal", "partners", "ladder", "cases", "memos"]


def main() -> int:
    """Lint every migration of the product; return 1 when one is unsafe."""
    django.setup()
    linter = MigrationLinter(
        include_apps=APPS,
        ignore_name=FIRST_RELEASE,
        no_cache=True,
        analyser_string="postgresql",
        ignore_initial_migrations=True,
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return 1 if linter.has_errors else 0


if __name__ == "__main__":
    sys.exit(main())
