"""What somebody had seen of a thing when they decided to change it: a version's tag, as in HTTP, or
an id that the page showed.

The verb compares under its lock, so that of two who saw the same the second is refused.
"""

from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tenants.errors import Stale

# The tags a request names, any of which will do; None where it names none.
Tags = frozenset[str] | None


def tag_of(*parts: object) -> str:
    """Return the strong entity tag (RFC 9110, 8.8.3) of a version."""
    return f'"{"-".join(map(str, parts))}"'


def id_seen(request: HttpRequest, name: str) -> UUID | None:
    """Return the id that a page had shown when its form was sent; None where it names none."""
    try:
        return UUID(request.POST[name])
    except (KeyError, ValueError):
        return None


def refuse_stale(seen: Tags, tag: str) -> None:
    """Refuse to act on another version than the one that was seen. Raises `Stale`."""
    if seen is not None and tag not in seen:
        raise Stale(
            _("It was changed since you read it: read it again. Its tag is %(tag)s now.")
            % {"tag": tag}
        )
