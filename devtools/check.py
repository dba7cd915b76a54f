"""`./dev check`: everything that can be said about the code without running its tests."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from devtools.bootstrap import inside_venv
from devtools.console import say
from devtools.places import DEFAULT_DATA, ROOT, venv_program
from devtools.slots import take_slot

MOST_LINES = 120
SCHEMA = ROOT / "docs" / "openapi.yaml"
PACKAGES = [
    *("escalation", "portal", "memos", "cases", "ladder", "partners", "journal"),
    *("tenants", "devtools", "tests"),
]
# What a production installation sets; the values are made up, the shape is not.
PRODUCTION = {
    "PARLEY_URL": "https://parley.example",
    "ALLOWED_HOSTS": "parley.example",
    "SECRET_KEY": "t4Zr8mYq2WvKc6NxJb1LsEh7PdGf3RuA5ToXi9CyVwQkMzHn0BjSgDl",
    "PARLEY_STATIC_FINDERS": "0",
    "PARLEY_DEMO": "0",
}


@dataclass(frozen=True)
class Step:
    """One check: a command that succeeds or says what is wrong."""

    name: str
    command: list[str]
    environment: dict[str, str]


@dataclass(frozen=True)
class Result:
    """How a step went; `output` is what it said."""

    name: str
    passed: bool
    seconds: float
    output: str


def templates() -> list[str]:
    """Return every page template of the checkout."""
    folders = [ROOT / "templates", *ROOT.glob("*/templates")]
    return sorted(str(page) for folder in folders for page in folder.rglob("*.html"))


def schema_command(target: Path) -> list[str]:
    """Return the words that write the API's schema to a file, warnings being errors."""
    words = ["spectacular", "--api-version", "v1", "--validate", "--fail-on-warn"]
    return inside_venv(str(ROOT / "manage.py"), *words, "--file", str(target))


def code_steps(environment: dict[str, str]) -> list[Step]:
    """Return the steps that read code and templates."""
    ruff, concise = venv_program("ruff"), ["--output-format", "concise"]
    packages = [name for name in PACKAGES if (ROOT / name).is_dir()]
    pages = templates()
    return [
        Step("types", [venv_program("mypy"), "--no-error-summary", *packages], environment),
        Step("format", [ruff, "format", "--check", *concise, "."], environment),
        Step("lint", [ruff, "check", *concise, "."], environment),
        Step("imports", [venv_program("lint-imports"), "--no-cache"], environment),
        Step("template format", [venv_program("djade"), "--check", *pages], environment),
        Step("template lint", [venv_program("djlint"), "--lint", "--quiet", *pages], environment),
    ]


def product_steps(environment: dict[str, str]) -> list[Step]:
    """Return the steps that load the product."""
    manage = inside_venv(str(ROOT / "manage.py"))
    deploy = ["check", "--deploy", "--fail-level", "WARNING"]
    production = {**environment, **PRODUCTION}
    quiet = {**environment, "LOG_LEVEL": "WARNING"}
    return [
        Step("deployment", [*manage, *deploy], production),
        Step("migrations made", [*manage, "makemigrations", "--check", "--dry-run"], environment),
        Step("migrations safe", inside_venv("-m", "devtools.migrations"), quiet),
    ]


def run_step(step: Step) -> Result:
    """Run one step and keep what it says."""
    began = time.monotonic()
    done = subprocess.run(
        step.command,
        cwd=ROOT,
        env=step.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Result(step.name, done.returncode == 0, time.monotonic() - began, done.stdout.strip())


def schema_result(environment: dict[str, str]) -> Result:
    """Compare the API's schema with the one in the repository, line by line."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "openapi.yaml"
        made = run_step(Step("API schema", schema_command(fresh), environment))
        if not made.passed:
            return made
        kept = SCHEMA if SCHEMA.exists() else Path(os.devnull)
        diff = run_step(Step("API schema", difference(kept, fresh), environment))
        hint = "" if diff.passed else "\n./dev check --write-schema takes the new one over"
        return Result(made.name, diff.passed, made.seconds + diff.seconds, diff.output + hint)


def difference(old: Path, new: Path) -> list[str]:
    """Return the words that compare two files and succeed when they are the same."""
    program = (
        "import difflib, pathlib, sys\n"
        "old, new = (pathlib.Path(p).read_text().splitlines() for p in sys.argv[1:])\n"
        "lines = list(difflib.unified_diff(old, new, 'repository', 'code', lineterm=''))\n"
        "print(*lines[:60], sep='\\n')\n"
        "sys.exit(bool(lines))\n"
    )
    return [sys.executable, "-c", program, str(old), str(new)]


def shortened(text: str) -> str:
    """Return as much of a step's words as a person reads."""
    lines = text.splitlines()
    more = len(lines) - MOST_LINES
    return "\n".join(lines[:MOST_LINES]) + (f"\n… and {more} more lines" if more > 0 else "")


def table(results: list[Result]) -> str:
    """Return the outcome, a line per step."""
    lines = [
        f"  {'pass' if r.passed else 'FAIL'}  {r.name:<18}{r.seconds:>6.1f} s" for r in results
    ]
    return "\n".join(lines)


def check() -> int:
    """Run all steps, two at a time; print what failed, then the table. Return 1 on a failure."""
    slot = take_slot(DEFAULT_DATA)
    try:
        slot.start()
        environment = slot.environment()
        jobs: list[Callable[[], Result]] = [
            lambda step=step: run_step(step)  # type: ignore[misc]
            for step in (*code_steps(environment), *product_steps(environment))
        ]
        jobs.append(lambda: schema_result(environment))
        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda job: job(), jobs))
    finally:
        slot.stop()
    for result in results:
        if not result.passed:
            say(f"\n--- {result.name}\n{shortened(result.output)}")
    say("\n" + table(results))
    return 0 if all(result.passed for result in results) else 1


def write_schema() -> int:
    """Write the API's schema into the repository."""
    slot = take_slot(DEFAULT_DATA)
    try:
        slot.start()
        with tempfile.TemporaryDirectory() as folder:
            fresh = Path(folder) / "openapi.yaml"
            made = run_step(Step("API schema", schema_command(fresh), slot.environment()))
            if made.passed:
                SCHEMA.parent.mkdir(exist_ok=True)
                shutil.copyfile(fresh, SCHEMA)
    finally:
        slot.stop()
    say(made.output or f"wrote {SCHEMA.relative_to(ROOT)}")
    return 0 if made.passed else 1
