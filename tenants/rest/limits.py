"""How often a token may call: so many times a minute, counted where all processes see it."""

import logging
import time

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from tenants.models import ApiToken

logger = logging.getLogger(__name__)
WINDOW = 60


class TokenThrottle(BaseThrottle):
    """Counts each token's calls by the minute. Without the server that counts, nobody is refused:
    a lost broker costs delay and nothing else."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count this call, and say whether it is one too many."""
        token = request.auth
        if not isinstance(token, ApiToken):
            return True
        limit = settings.API_CALLS_PER_MINUTE
        self.ends_in = WINDOW - int(time.time()) % WINDOW
        used = self._count(f"calls:{token.pk}:{int(time.time()) // WINDOW}")
        request._request.calls_left = (limit, max(0, limit - used), self.ends_in)  # type: ignore[attr-defined]
        return bool(used <= limit)

    def _count(self, key: str) -> int:
        try:
            cache.add(key, 0, WINDOW)
            return cache.incr(key)
        except (RedisError, ValueError):
            logger.warning("calls are not counted: the cache does not answer")
            return 0

    def wait(self) -> float:
        """Return in how many seconds the next minute begins."""
        return float(self.ends_in)


def say_what_is_left(request: Request, response: Response) -> None:
    """Put the limit, what is left of it, and when it begins anew (in seconds) on an answer."""
    limit, left, ends_in = getattr(request._request, "calls_left", (None, None, None))
    if limit is not None:
        response["RateLimit-Limit"] = str(limit)
        response["RateLimit-Remaining"] = str(left)
        response["RateLimit-Reset"] = str(ends_in)
