"""A Node.js that runs: the machine's own, Playwright's, or the one from the package index."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from devtools.bootstrap import ensure_uv, install, locked_files, make_venv
from devtools.places import DEFAULT_DATA, VENV

FETCHED = DEFAULT_DATA / "tools" / "node"


def runs(program: Path | str) -> bool:
    """Tell whether a program starts: it is for this machine and finds its libraries."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def playwright_node() -> Path | None:
    """Return the Node.js that Playwright brings, whether it runs or not."""
    return next(VENV.glob("lib/python3*/site-packages/playwright/driver/node"), None)


def fetched_folder() -> Path:
    """Return the folder with `node` and `npm` from the package index, fetched if missing.

    Raises LauncherError when it cannot be fetched.
    """
    folder = FETCHED / "bin"
    if not runs(folder / "node"):
        make_venv(ensure_uv(), FETCHED)
        install(ensure_uv(), FETCHED, locked_files(("node",)))
    return folder


def nodes_at_hand() -> Iterator[Path]:
    """Yield the Node.js programs that are there without fetching anything."""
    on_path = shutil.which("node")
    candidates = (Path(on_path) if on_path else None, playwright_node(), FETCHED / "bin" / "node")
    yield from (node for node in candidates if node and node.exists())


def working_node() -> Path:
    """Return a Node.js that runs, fetched as the last resort; raises LauncherError without one."""
    return next(filter(runs, nodes_at_hand()), None) or fetched_folder() / "node"


def npm_folder() -> Path:
    """Return a folder with `npm` and the `node` it needs; raises LauncherError without one."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node and runs(npm):
        return Path(npm).parent
    return fetched_folder()


def npm_environment(programs: Path) -> dict[str, str]:
    """Return the environment for npm: its own node first, trusting what this machine trusts."""
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    certificates = os.environ.get("SSL_CERT_FILE") or os.environ.get("PIP_CERT")
    trust = {"NODE_EXTRA_CA_CERTS": certificates} if certificates else {}
    return {"NODE_USE_SYSTEM_CA": "1", **trust, **os.environ, "PATH": path}
