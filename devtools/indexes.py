"""Hand the user's own package index settings from pip to uv, which does not read them."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping

# pip's setting -> the variable in which uv expects the same thing.
TRANSLATION = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
}
OWN_INDEX_SETTINGS = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_CONFIG_FILE")
PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
COMMA_SEPARATED = ("UV_FIND_LINKS",)


def parse_pip_config(lines: Iterable[str]) -> dict[str, str]:
    """Read `pip config list`; the environment (`:env:`) wins over files, a command over global."""
    found: dict[str, tuple[int, str]] = {}
    for line in lines:
        name, equals, value = line.partition("=")
        section, _, key = name.rpartition(".")
        if equals and section in ("global", "install", ":env:"):
            rank = ("global", "install", ":env:").index(section)
            if rank >= found.get(key, (-1, ""))[0]:
                found[key] = (rank, str(ast.literal_eval(value)))
    return {key: value for key, (_, value) in found.items()}


def pip_settings(pip: list[str]) -> dict[str, str]:
    """Ask pip what it is set to; empty when it cannot say."""
    asked = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, check=False)
    return parse_pip_config(asked.stdout.splitlines()) if asked.returncode == 0 else {}


def translated(settings: Mapping[str, str]) -> dict[str, str]:
    """Say pip's settings in uv's variables."""
    environment = {}
    for key, value in settings.items():
        variable = TRANSLATION.get(key)
        if variable:
            separator = "," if variable in COMMA_SEPARATED else " "
            environment[variable] = separator.join(value.split())
    if "UV_INDEX" in environment or "UV_FIND_LINKS" in environment:
        # pip takes the best match of all indexes; the hashes make that safe here too.
        environment["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return environment


def plain_environment() -> dict[str, str]:
    """Return the caller's environment without what would point uv at another Python."""
    drop = ("VIRTUAL_ENV", "UV_SYSTEM_PYTHON", "UV_TARGET", "UV_PREFIX", "PYTHONHOME", "PYTHONPATH")
    kept = {key: value for key, value in os.environ.items() if key not in drop}
    return {"UV_PYTHON_DOWNLOADS": "never", "UV_LINK_MODE": "copy", **kept}


def system_certificates(environment: Mapping[str, str]) -> dict[str, str]:
    """Make uv trust what the machine trusts, where the machine has certificates of its own."""
    if any(environment.get(name) for name in (*PROXIES, *CERTIFICATES)):
        return {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}
    return {}


def attempts(settings: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the environments to try in order: as pip is set up, then as uv stands alone."""
    plain = plain_environment()
    has_own = any(plain.get(name) for name in OWN_INDEX_SETTINGS)
    first = plain if has_own else {**translated(settings), **plain}
    first = {**system_certificates(first), **first}
    return [first, plain] if first != plain else [plain]


def pip_command() -> list[str]:
    """Return the words that run this interpreter's pip."""
    return [sys.executable, "-m", "pip"]
