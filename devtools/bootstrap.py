"""Find or fetch uv, make .venv, and install the locked set when it changed.

uv is taken from PATH; else pip fetches the pinned version by its hash; where the interpreter has
no pip, the wheel inside `ensurepip` serves, and as root the system's own package of pip.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from devtools.console import LauncherError, step
from devtools.indexes import attempts, pip_command, pip_settings
from devtools.places import DEFAULT_DATA, REQUIREMENTS, ROOT, VENV, data_folder, venv_program

LOCKED = ("runtime", "embedded", "development")
OLDEST_UV = (0, 5, 0)
INSTALL_UV = (
    "uv is missing and cannot be fetched: install pip for this Python (Debian: "
    "`apt-get install python3-pip`) or put uv on PATH, then run this again"
)


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Let one launcher at a time through; the others wait."""
    with (data_folder(None) / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def uv_version(uv: str) -> tuple[int, ...]:
    """Return uv's version, or nothing when it does not run."""
    asked = subprocess.run([uv, "--version"], capture_output=True, text=True, check=False)
    match = re.match(r"uv (\d+)\.(\d+)\.(\d+)", asked.stdout)
    return tuple(map(int, match.groups())) if match else ()


def pinned_uv_home() -> Path:
    """Return where the pinned uv is kept; a new pin gets a new folder."""
    pin = hashlib.sha256((REQUIREMENTS / "uv.txt").read_bytes()).hexdigest()[:12]
    return DEFAULT_DATA / "tools" / f"uv-{pin}"


def bundled_pip() -> list[str] | None:
    """Return the words that run the pip inside `ensurepip`, without installing it."""
    spec = importlib.util.find_spec("ensurepip")
    if spec is None or not spec.submodule_search_locations:
        return None
    bundled = Path(spec.submodule_search_locations[0]) / "_bundled"
    wheels = sorted(bundled.glob("pip-*.whl"))
    return [sys.executable, str(wheels[-1] / "pip")] if wheels else None


def system_pip() -> list[str] | None:
    """As root on Debian, install the system's pip; None where that is not possible."""
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        return None
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-q"], ["install", "-q", "-y", "python3-pip"]):
        subprocess.run([apt, *words], env=quiet, capture_output=True, check=False)
    return pip_command() if importlib.util.find_spec("pip") else None


def find_pip() -> list[str] | None:
    """Return the words that run some pip, or None."""
    if importlib.util.find_spec("pip"):
        return pip_command()
    return bundled_pip() or system_pip()


def fetch_uv(pip: list[str], home: Path) -> None:
    """Let pip install the pinned uv, by its hash, into a folder of its own."""
    options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
    target = ["--target", str(home), "-r", str(REQUIREMENTS / "uv.txt")]
    environment = {**os.environ, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environment.pop("PIP_REQUIRE_VIRTUALENV", None)
    done = subprocess.run(
        [*pip, "install", *options, *target],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise LauncherError(f"pip could not fetch uv ({reason}); put uv on PATH and run this again")


def find_uv() -> str | None:
    """Return a uv that is there already: on PATH and new enough, or fetched earlier."""
    on_path = shutil.which("uv")
    if on_path and uv_version(on_path) >= OLDEST_UV:
        return on_path
    fetched = pinned_uv_home() / "bin" / "uv"
    return str(fetched) if fetched.exists() else None


def ensure_uv() -> str:
    """Return a working uv, fetched if need be.

    Raises LauncherError with what to install when none can be had.
    """
    uv = find_uv()
    if uv is None:
        pip = find_pip()
        if pip is None:
            raise LauncherError(INSTALL_UV)
        with step("Fetching uv"):
            fetch_uv(pip, pinned_uv_home())
        uv = find_uv()
    if uv is None:
        raise LauncherError(INSTALL_UV)
    return uv


def users_pip_settings() -> dict[str, str]:
    """Return what the user's pip is set to; empty where there is no pip."""
    pip = find_pip()
    return pip_settings(pip) if pip else {}


def run_uv(uv: str, words: list[str]) -> None:
    """Run uv with the user's index settings; raises LauncherError with uv's own words."""
    run_uv_with(users_pip_settings(), uv, words)


def run_uv_with(settings: Mapping[str, str], uv: str, words: list[str]) -> None:
    """Run uv with pip's settings translated, and once more without them.

    Raises LauncherError with uv's own words when both fail.
    """
    failures = []
    for environment in attempts(settings):
        done = call_uv(uv, words, environment)
        if done.returncode == 0:
            return
        failures.append(done.stderr.strip())
    raise LauncherError(f"uv {' '.join(words[:2])} failed:\n{failures[0]}")


def call_uv(
    uv: str, words: list[str], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run uv once, quietly, from the checkout."""
    return subprocess.run(
        [uv, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def locked_files(names: tuple[str, ...] = LOCKED) -> list[Path]:
    """Return the lock files of the named sets."""
    return [REQUIREMENTS / f"{name}.txt" for name in names]


def wanted_state(files: list[Path]) -> str:
    """Return what the environment was made from: lock files, interpreter, place."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    version = ".".join(map(str, sys.version_info[:2]))
    return f"{digest.hexdigest()} {version} {ROOT}"


def make_venv(uv: str, venv: Path) -> None:
    """Make a virtual environment with the running interpreter, replacing a broken one."""
    if not works(venv):
        if venv.exists():
            shutil.rmtree(venv)
        run_uv(uv, ["venv", "--quiet", "--no-project", "--python", sys.executable, str(venv)])


def works(venv: Path) -> bool:
    """Tell whether the environment's interpreter runs and has the version of this one."""
    python = venv / "bin" / "python"
    if not python.exists():
        return False
    question = "import sys; print(sys.version_info[:2])"
    asked = subprocess.run([python, "-c", question], capture_output=True, text=True, check=False)
    return asked.stdout.strip() == str(sys.version_info[:2])


def install(uv: str, venv: Path, files: list[Path]) -> None:
    """Make the environment hold exactly the locked set."""
    python = ["--python", str(venv / "bin" / "python")]
    run_uv(uv, ["pip", "sync", "--quiet", *python, "--require-hashes", *map(str, files)])


def put_checkout_on_path(venv: Path) -> None:
    """Let programs of the environment import the product from any folder, also bare pytest."""
    for packages in venv.glob("lib/python3*/site-packages"):
        (packages / "parley.pth").write_text(f"{ROOT}\n")


def bootstrap() -> None:
    """Make .venv hold the locked set; nothing is done when it already does.

    Raises LauncherError when uv, the network or the folder stands in the way.
    """
    stamp = VENV / ".parley-stamp"
    files = locked_files()
    with alone("bootstrap"):
        if stamp.exists() and stamp.read_text() == wanted_state(files) and works(VENV):
            return
        uv = ensure_uv()
        with step("Installing the locked packages into .venv"):
            stamp.unlink(missing_ok=True)
            make_venv(uv, VENV)
            install(uv, VENV, files)
            put_checkout_on_path(VENV)
            stamp.write_text(wanted_state(files))


def inside_venv(*words: str) -> list[str]:
    """Return the words that run the environment's Python with these arguments."""
    return [venv_program("python"), *words]
