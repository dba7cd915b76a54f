"""Passwords of a data folder: made once, kept in secrets.json, readable by its owner only."""

import secrets
from pathlib import Path

from devtools.files import read_json, write_json

NAMES = ("superuser", "owner", "app", "sweeper", "backup", "broker", "secret_key")


def credentials(data: Path) -> dict[str, str]:
    """Return the folder's passwords; names added by a newer version are made and kept too."""
    path = data / "secrets.json"
    known = read_json(path)
    missing = [name for name in NAMES if name not in known]
    if missing:
        known.update({name: secrets.token_urlsafe(36) for name in missing})
        write_json(path, known)
    return {name: str(known[name]) for name in NAMES}
