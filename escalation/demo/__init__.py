"""The demo: two vendors with people, partners and disputes. Never part of a real installation."""

from typing import Any

from django.conf import settings

FILE_NAME = "demo.json"
_cached: tuple[float, list[dict[str, Any]]] | None = None


def people() -> list[dict[str, Any]]:
    """Return the demo's people for one-click buttons: groups of `{"title", "people": [{"name",
    "initials", "line", "try", "value"}]}`, `value` being the e-mail, `try` what there is to try.
    Empty outside demo mode."""
    global _cached  # noqa: PLW0603 - a cache of one file, for as long as it does not change
    path = settings.DATA_DIR / FILE_NAME
    if not settings.DEMO or not path.exists():
        return []
    from escalation.demo.signins import groups, read_signins  # noqa: PLC0415 - needs the models

    changed = path.stat().st_mtime
    if _cached is None or _cached[0] != changed:
        _cached = (changed, groups(read_signins(path)))
    return _cached[1]
