"""Where things lie: the checkout, its virtual environment, and a data folder."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements"
DEFAULT_DATA = ROOT / ".parley"
SETTINGS = "escalation.settings"


def venv_program(name: str) -> str:
    """Return the path of a program inside the virtual environment."""
    return str(VENV / "bin" / name)


def data_folder(chosen: str | None) -> Path:
    """Return the absolute data folder, made if missing and closed to listing by others.

    As root it stays traversable: the database inside runs as an unprivileged user.
    """
    folder = Path(chosen).expanduser().resolve() if chosen else DEFAULT_DATA
    if not folder.is_dir():
        folder.mkdir(parents=True)
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return folder


def subfolder(data: Path, name: str) -> Path:
    """Return a private folder inside the data folder, made if missing."""
    folder = data / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
