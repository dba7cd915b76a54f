"""What somebody had seen of a thing when they decided to change it: a version's tag, as in HTTP.

The verb compares under its lock, so that of two who saw the same the second is refused.
"""

from django.utils.translation import gettext as _

from tenants.errors import Stale

# The tags a request names, any of which will do; None where it names none.
Tags = frozenset[str] | None


def tag_of(*parts: object) -> str:
    """Return the strong entity tag (RFC 9110, 8.8.3) of a version."""
    return f'"{"-".join(map(str, parts))}"'


def refuse_stale(seen: Tags, tag: str) -> None:
    """Refuse to act on another version than the one that was seen. Raises `Stale`."""
    if seen is not None and tag not in seen:
        raise Stale(
            _("It was changed since you read it: read it again. Its tag is %(tag)s now.")
            % {"tag": tag}
        )
