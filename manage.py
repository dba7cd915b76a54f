#!/usr/bin/env python3
"""Django's command line, with this project's settings."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    if "DATABASE_URL" not in os.environ:
        # Without servers named by the environment, the launcher finds or starts its own.
        launcher = str(Path(__file__).resolve().parent / "dev")
        os.execv(sys.executable, [sys.executable, launcher, "manage", *sys.argv[1:]])  # noqa: S606

    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "escalation.settings")
    execute_from_command_line(sys.argv)
