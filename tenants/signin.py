"""Slowing down who guesses passwords, without keeping anybody's address."""

import hashlib
import logging

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
MOST_TRIES = 10
WINDOW_SECONDS = 15 * 60


def _key(email: str) -> str:
    return "signin:" + hashlib.sha256(email.strip().lower().encode()).hexdigest()


def throttled(email: str) -> bool:
    """Whether too many wrong passwords were tried for this e-mail in the last quarter hour.

    Without the cache nobody is slowed down: signing in must not depend on it.
    """
    try:
        return bool(cache.get(_key(email), 0) >= MOST_TRIES)
    except (OSError, RedisError):
        logger.warning("no cache: sign-ins are not throttled")
        return False


def failed(email: str) -> None:
    """Count a wrong password."""
    try:
        cache.add(_key(email), 0, WINDOW_SECONDS)
        cache.incr(_key(email))
    except (OSError, RedisError, ValueError):
        logger.warning("no cache: a failed sign-in was not counted")
