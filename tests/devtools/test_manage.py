"""Which of Django's commands get the owner's account."""

import ast
from collections.abc import Iterator
from pathlib import Path

from devtools.manage import OWNER_COMMANDS, command_words
from devtools.places import ROOT

# Row security shows a tenant to its members only: who looks one up, or all of them, is the owner.
WHO_IS_THERE = {"tenants.queries", "tenants.models", "tenants.actions"}


def commands() -> Iterator[Path]:
    """Yield the modules of our management commands."""
    for path in sorted(ROOT.glob("*/management/commands/*.py")):
        if path.stem != "__init__":
            yield path


def asks_for_tenants(path: Path) -> bool:
    """Tell whether a command looks for tenants, or for one of them."""
    found = ast.walk(ast.parse(path.read_text()))
    return any(isinstance(node, ast.ImportFrom) and node.module in WHO_IS_THERE for node in found)


def test_every_command_that_looks_for_tenants_gets_the_owners_account() -> None:
    asking = {path.stem for path in commands() if asks_for_tenants(path)}
    assert {"audit_cases", "verify_journal", "load_policy", "create_tenant"} <= asking
    assert asking - set(OWNER_COMMANDS) == set()


def test_migrations_run_on_the_owners_connection_unless_told_otherwise() -> None:
    assert command_words(["migrate"]) == ["migrate", "--database", "owner"]
    assert command_words(["migrate", "--database=x"]) == ["migrate", "--database=x"]
    assert command_words(["audit_cases"]) == ["audit_cases"]
