"""A database that would not wait: others held what a request needs for too long.

PostgreSQL ends a statement that waits longer than it may, and one of two that wait for each other.
Nothing of the request was saved, and the same request may well succeed a moment later.
"""

import logging

from django.db import OperationalError
from psycopg2 import errorcodes

logger = logging.getLogger("parley.request")
BUSY = {
    errorcodes.LOCK_NOT_AVAILABLE: "a lock was not given in time",
    errorcodes.QUERY_CANCELED: "a statement took too long",
    errorcodes.DEADLOCK_DETECTED: "two waited for each other",
    errorcodes.SERIALIZATION_FAILURE: "somebody else was faster",
}
RETRY_AFTER = "5"
DETAIL = "It took too long, because others are at it. Nothing was saved: send it again in a moment."


def gave_up(problem: BaseException | None) -> bool:
    """Whether the database gave a statement up, and say in the log why. A lost connection, and
    whatever else it reports, is a fault of ours."""
    code = getattr(problem.__cause__, "pgcode", None) if problem else None
    if not isinstance(problem, OperationalError) or code not in BUSY:
        return False
    logger.warning("the database gave up: %s", BUSY[code])
    return True
