"""`./dev test`, `./dev prove` and `./dev bench`."""

import subprocess
from pathlib import Path

from devtools.bootstrap import inside_venv
from devtools.console import LauncherError, say
from devtools.places import DEFAULT_DATA, ROOT
from devtools.slots import take_slot

# In the order of collection, which puts what takes long first (tests/conftest.py): at the end no
# process waits for the other.
WORKERS = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
# What a test prints is shown although it passed: a proof is run for its figures.
SHOW_FIGURES = "-rP"


def pytest(arguments: list[str]) -> int:
    """Run pytest inside the virtual environment; the suite brings its own servers."""
    command = inside_venv("-m", "pytest", *arguments)
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def has_workers(arguments: list[str]) -> bool:
    """Tell whether the caller said how many processes, or wants to see one from inside."""
    own = ("-n", "--numprocesses", "--pdb", "--collect-only", "--co", "-p")
    return any(word.startswith(own) for word in arguments)


def test(arguments: list[str]) -> int:
    """Run the suite in two processes, or what the arguments choose of it."""
    return pytest([*([] if has_workers(arguments) else WORKERS), *arguments])


def modules(folder: str, pattern: str) -> list[str]:
    """Return the names of the runnable modules in a folder of tests."""
    found = (ROOT / "tests" / folder).glob(pattern)
    return sorted(path.stem for path in found if not path.stem.startswith("_"))


def prove(arguments: list[str]) -> int:
    """Run all of tests/prove, or the one that is named (`dev_up` for test_dev_up.py).

    Raises LauncherError with the names there are, when the named one is not among them.
    """
    names = [name.removeprefix("test_") for name in modules("prove", "test_*.py")]
    if arguments == ["--list"]:
        say("\n".join(names))
        return 0
    if not arguments or arguments[0].startswith("-"):
        return pytest(["tests/prove", SHOW_FIGURES, *arguments])
    if arguments[0] not in names:
        raise LauncherError(f"there is no proof {arguments[0]}; there are: {', '.join(names)}")
    return pytest([f"tests/prove/test_{arguments[0]}.py", SHOW_FIGURES, *arguments[1:]])


def bench(arguments: list[str]) -> int:
    """Run one bench on servers of its own; without a name, list them.

    Raises LauncherError when the named one does not exist.
    """
    names = [name for name in modules("bench", "*.py") if name != "conftest"]
    if not arguments:
        say("\n".join(names) or "there are no benches")
        return 0
    if arguments[0] not in names:
        raise LauncherError(f"there is no bench {arguments[0]}; there are: {', '.join(names)}")
    return run_on_slot(inside_venv("-m", f"tests.bench.{arguments[0]}", *arguments[1:]))


def run_on_slot(command: list[str], data: Path = DEFAULT_DATA) -> int:
    """Run a command with servers that nothing else uses."""
    slot = take_slot(data)
    try:
        slot.start()
        return subprocess.run(command, cwd=ROOT, env=slot.environment(), check=False).returncode
    finally:
        slot.stop()
