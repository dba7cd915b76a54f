"""Identifiers of rows."""

import secrets
import time
import uuid

VERSION_AND_VARIANT_BITS = 7 << 76 | 2 << 62
NANOSECONDS = 1_000_000


def uuid7() -> uuid.UUID:
    """Return a version 7 UUID (RFC 9562, section 5.7): 48 bits of milliseconds, then 12 bits of
    the fraction of that millisecond (section 6.2, method 3), then 62 random ones.

    Rows made one after the other get ids that sort alike, which keeps indexes dense and the
    events of one transaction in order. Do not use it for what an anonymous report touches: the
    id tells the time.
    """
    milliseconds, rest = divmod(time.time_ns(), NANOSECONDS)
    fraction = rest * 4096 // NANOSECONDS
    return uuid.UUID(
        int=milliseconds << 80 | fraction << 64 | secrets.randbits(62) | VERSION_AND_VARIANT_BITS
    )
