"""The words of events can be found by who translates them."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Where words are kept in tables, and which calls keep them.
TABLES = {
    "cases/words.py": ("_plain", "_whole", "Kind"),
    "memos/letters.py": ("_plain", "_numbered", "Kind"),
    "memos/concession_words.py": ("Kind",),
}


def kept(path: str, calls: tuple[str, ...]) -> Iterator[ast.expr]:
    """Return every word that a table keeps; of a kind its subject, after shape, icon, sentence."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in calls:
            yield from node.args[3:] if getattr(node.func, "id", "") == "Kind" else node.args


def test_what_tables_keep_is_marked_for_translation() -> None:
    for path, calls in TABLES.items():
        words = [one for one in kept(path, calls) if getattr(one, "value", None) != ""]
        bare = [one.value for one in words if isinstance(one, ast.Constant)]
        assert (len(words) > 3, bare) == (True, []), path


def test_scopes_too() -> None:
    tree = ast.parse((ROOT / "tenants/scopes.py").read_text(encoding="utf-8"))
    tables = [node.value for node in tree.body if isinstance(node, ast.Assign)]
    scopes = next(table for table in tables if isinstance(table, ast.Dict))
    assert {getattr(one.func, "id", "") for one in scopes.values if isinstance(one, ast.Call)} == {
        "gettext_noop"
    }
    assert all(isinstance(one, ast.Call) for one in scopes.values)
