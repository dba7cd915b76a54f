"""`./dev lock`: choose versions again and write them with their hashes.

Each set is chosen under the versions of the sets before it, so that all of them fit into one
environment; no index's address is written. Folders of wheels and additional indexes that pip knows
are left out here: they may hold one build of a package, and the lock needs the hashes of all.
"""

from devtools.bootstrap import ensure_uv, run_uv_with, users_pip_settings
from devtools.console import step

SETS = ("uv", "runtime", "embedded", "development", "audit", "node")
PARTIAL = ("find-links", "extra-index-url")
OPTIONS = [
    *("--quiet", "--upgrade", "--generate-hashes", "--universal", "--python-version", "3.11"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-header"),
]


def lock() -> int:
    """Write every requirements/*.txt anew from its .in file."""
    uv = ensure_uv()
    settings = {k: v for k, v in users_pip_settings().items() if k not in PARTIAL}
    for name in SETS:
        files = [f"requirements/{name}.in", "-o", f"requirements/{name}.txt"]
        with step(f"Locking {name}"):
            run_uv_with(settings, uv, ["pip", "compile", *files, *OPTIONS])
    return 0
