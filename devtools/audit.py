"""`./dev audit`: what needs live advisories and so is no part of CI."""

import subprocess

from devtools.bootstrap import ensure_uv, install, locked_files, make_venv
from devtools.console import say
from devtools.places import DEFAULT_DATA, ROOT

VENV = DEFAULT_DATA / "tools" / "audit"
PRODUCT = ["escalation", "portal", "memos", "cases", "ladder", "partners", "journal"]


def audit() -> int:
    """Look for published weaknesses in the locked packages, and for risky code of ours."""
    uv = ensure_uv()
    make_venv(uv, VENV)
    install(uv, VENV, locked_files(("audit",)))
    sets = [word for file in locked_files() for word in ("-r", str(file))]
    advisories = ["pip-audit", "--strict", "--require-hashes", "--disable-pip", *sets]
    code = ["bandit", "-q", "-c", "pyproject.toml", "-r", *folders(), "devtools", "-ll"]
    failed = [words[0] for words in (advisories, code) if run(words) != 0]
    say("audit: " + (f"{' and '.join(failed)} failed" if failed else "nothing found"))
    return 1 if failed else 0


def folders() -> list[str]:
    """Return the product's packages that exist."""
    return [name for name in (*PRODUCT, "tenants") if (ROOT / name).is_dir()]


def run(words: list[str]) -> int:
    """Run one of the audit's programs in the foreground."""
    program = str(VENV / "bin" / words[0])
    return subprocess.run([program, *words[1:]], cwd=ROOT, check=False).returncode
