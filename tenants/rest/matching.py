"""`If-Match`: a change meant for the version that was read, and for no other."""

import re

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from tenants.seen import Tags

# RFC 9110, 8.8.3: what may stand between the quotes.
TAG = r'"[\x21\x23-\x7e\x80-\xff]*"'
LIST = re.compile(rf"\s*(?:W/)?{TAG}(?:\s*,\s*(?:W/)?{TAG})*\s*")
STRONG = re.compile(rf"(?<!W/){TAG}")


def tags_seen(request: Request) -> Tags:
    """Return the tags a request names, None where any version will do.

    Weak tags never match (RFC 9110, 13.1.1). Raises `ParseError` for what is no list of tags.
    """
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    if not LIST.fullmatch(given):
        raise ParseError(_('If-Match takes entity tags in quotes, like "7", or *.'))
    return frozenset(STRONG.findall(given))
