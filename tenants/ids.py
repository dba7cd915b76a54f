"""Identifiers of rows."""

import secrets
import time
import uuid

VERSION_AND_VARIANT_BITS = 7 << 76 | 2 << 62


def uuid7() -> uuid.UUID:
    """Return a version 7 UUID (RFC 9562, section 5.7): 48 bits of milliseconds, then 74 random.

    Rows made one after the other get ids that sort alike, which keeps indexes dense. Do not use
    it for what an anonymous report touches: the id tells the time.
    """
    milliseconds = time.time_ns() // 1_000_000
    high, low = secrets.randbits(12), secrets.randbits(62)
    return uuid.UUID(int=milliseconds << 80 | high << 64 | low | VERSION_AND_VARIANT_BITS)
