"""An instant in words, where a sentence names one."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format


def when_words(at: datetime) -> str:
    """Return an instant with its day and the zone it is told in, the active one."""
    local = date_format(timezone.localtime(at), "D j M Y H:i")
    return f"{local} ({timezone.get_current_timezone_name()})"
