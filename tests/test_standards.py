"""The house rules that no other tool checks, over everything in the repository."""

import ast
import hashlib
import json
import re
import shutil
import statistics
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devtools.places import ROOT

APPS = (
    *("tenants", "journal", "partners", "ladder", "cases"),
    *("memos", "portal", "escalation"),
)
HARD_LINES, SOFT_LINES = 500, 400
HARD_FUNCTION, MEDIAN, NINETIETH = 40, 8, 25
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "services", "service", "misc"}
GENERATED = ("/migrations/", "/vendor/")
MACHINES = re.compile(
    r"/(?:home|root|Users|work)/[a-z]"
    r"|https?://[\w.-]*(?:pypi|pythonhosted|npmjs|npmmirror|artifactory|nexus)[\w.-]*"
)


def tracked() -> list[Path]:
    """Return every file that is, or would be, in the repository."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    if shutil.which("git") is None or not (ROOT / ".git").exists():  # a copy without its history
        return list(sources())
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def sources() -> Iterator[Path]:
    """Yield the Python files of product, launcher and tests."""
    for folder in (*APPS, "devtools", "tests"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def is_ours(path: Path) -> bool:
    """Tell whether a person wrote the file here."""
    return not any(part in path.as_posix() for part in GENERATED)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function in a file, methods and inner ones included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function has, without decorators and docstring."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    signature = node.body[0].lineno - node.lineno
    return signature + (body[-1].end_lineno or 0) - body[0].lineno + 1


def lines_over(limit: int) -> list[str]:
    """Return our files with more lines than the limit."""
    counted = {path: len(path.read_text().splitlines()) for path in sources() if is_ours(path)}
    return [f"{p.relative_to(ROOT)}: {n}" for p, n in counted.items() if n > limit]


def test_no_file_is_longer_than_it_may_be(record_property: Callable[[str, object], None]) -> None:
    record_property("files over the soft limit", lines_over(SOFT_LINES))
    assert lines_over(HARD_LINES) == []


def test_every_function_is_annotated() -> None:
    bare = []
    for path in filter(is_ours, sources()):
        for node in functions(path):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            named = [a for a in arguments if a.arg not in ("self", "cls")]
            if node.returns is None or any(a.annotation is None for a in named):
                bare.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert bare == []


def product_functions() -> list[tuple[str, int]]:
    """Return name and length of every function of the product and its launcher."""
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", length(node))
        for folder in (*APPS, "devtools")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if is_ours(path)
        for node in functions(path)
    ]


def test_functions_are_short() -> None:
    lengths = [lines for _, lines in product_functions()]
    assert statistics.median(lengths) <= MEDIAN
    assert statistics.quantiles(lengths, n=10)[8] <= NINETIETH


def test_no_function_is_long() -> None:
    assert [f"{name}: {n}" for name, n in product_functions() if n >= HARD_FUNCTION] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [p for p in sources() if {p.stem, p.parent.name} & FORBIDDEN_NAMES]
    assert named == []


# Of Django what knows of languages and no more.
LANGUAGE = {f"django.utils.{name}" for name in ("translation", "formats", "safestring")}


def pure_modules() -> dict[str, Path]:
    """Return the modules that the contract of imports calls pure, by name."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (pure,) = (c for c in contracts["contracts"] if c["name"].startswith("Pure modules"))
    found: dict[str, Path] = {}
    for name in pure["source_modules"]:
        place = ROOT.joinpath(*name.removesuffix(".**").split("."))
        files = place.rglob("*.py") if name.endswith(".**") else [place.with_suffix(".py")]
        found |= {".".join(f.relative_to(ROOT).with_suffix("").parts): f for f in files}
    return found


def test_what_calls_itself_pure_is_held_to_it() -> None:
    says = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"\bpure\b", ast.get_docstring(ast.parse(path.read_text())) or "", re.I)
    }
    assert "cases.engine" in says
    assert says - set(pure_modules()) == set()


def test_pure_modules_take_nothing_of_django_that_knows_a_database() -> None:
    found = {
        (name, node.module)
        for name, path in pure_modules().items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django")
        if node.module not in LANGUAGE
    }
    # Names with labels, which Django happens to keep beside its tables.
    assert found == {("ladder.kinds", "django.db.models")}


def test_every_skip_and_expected_failure_has_its_reason() -> None:
    silent = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in ("skip", "xfail", "skipif"):
                line = path.read_text().splitlines()[node.lineno - 1 : node.lineno + 3]
                if "reason=" not in " ".join(line) and '("' not in " ".join(line):
                    silent.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert silent == []


def test_every_class_of_ours_is_used() -> None:
    sheets = "".join(path.read_text() for path in (ROOT / "static" / "css").glob("*.css"))
    pages = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "js").glob("*.js")]
    text = "".join(path.read_text() for path in [*pages, *(ROOT / "escalation").rglob("*.py")])
    classes = set(re.findall(r"\.(p-[a-z0-9-]+)", sheets))
    # Of some the end is put in: `p-mark-{{ entry.kind }}`.
    begun = {name for name in classes if f"{name.rpartition('-')[0]}-{{{{" in text}
    assert "p-mark-warning" in begun
    named = set(re.findall(r"p-[a-z0-9-]+", text))
    assert classes - begun - named == set()


@pytest.mark.parametrize("folder", ["static/vendor", "tests/vendor"])
def test_vendored_files_are_what_their_manifest_says(folder: str) -> None:
    home = ROOT / folder
    listed = json.loads((home / "manifest.json").read_text())
    entries = {entry["file"]: entry for entry in listed}
    present = {p.relative_to(home).as_posix() for p in home.rglob("*") if p.is_file()}
    assert set(entries) == present - {"manifest.json"}
    for name, entry in entries.items():
        assert entry["version"], name
        assert entry["licence"], name
        assert entry["sha256"] == hashlib.sha256((home / name).read_bytes()).hexdigest(), name


def test_nothing_names_a_machine_or_a_registry() -> None:
    found = []
    for path in tracked():
        if "vendor" in path.parts or path == Path(__file__):
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in MACHINES.finditer(text)]
    assert found == []
