"""`./dev lock`: choose versions again and write them with their hashes.

Each set is chosen under the versions of the sets before it, so that all of them fit into one
environment; no index's address is written.
"""

from devtools.bootstrap import ensure_uv, run_uv
from devtools.console import step
from devtools.places import REQUIREMENTS

SETS = ("uv", "runtime", "embedded", "development", "audit", "node")
OPTIONS = [
    *("--quiet", "--upgrade", "--generate-hashes", "--universal", "--python-version", "3.11"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-header"),
]


def lock() -> int:
    """Write every requirements/*.txt anew from its .in file."""
    uv = ensure_uv()
    for name in SETS:
        source, target = REQUIREMENTS / f"{name}.in", REQUIREMENTS / f"{name}.txt"
        with step(f"Locking {name}"):
            run_uv(uv, ["pip", "compile", str(source), "-o", str(target), *OPTIONS])
    return 0
