"""The Celery application. PostgreSQL holds the truth; the broker only wakes workers."""

import os
from collections.abc import Callable
from typing import Any

from celery import Celery
from celery.app.amqp import AMQP
from kombu import Connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "escalation.settings")
# A warm shutdown on SIGTERM would wait for ever on a frozen task.
os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")


class EagerConnection(Connection):
    """Asks for a lost broker at once, then every two seconds, however long it is away.

    Kombu waits longer after each attempt, up to half a minute, and no setting of Celery's reaches
    that: after an outage of a minute cases would climb a quarter of a minute late.
    """

    def _ensure_connection(
        self,
        errback: Callable[..., Any] | None = None,
        max_retries: int | None = None,
        interval_start: float = 0.2,
        interval_step: float = 0.4,
        interval_max: float = 2,
        **rest: Any,
    ) -> Any:
        """Connect, or try again after these many seconds."""
        return super()._ensure_connection(
            errback, max_retries, interval_start, interval_step, interval_max, **rest
        )


class EagerAMQP(AMQP):
    """The part of Celery that makes its connections."""

    Connection = EagerConnection


class Parley(Celery):
    """Celery, with connections that come back soon."""

    amqp_cls = EagerAMQP


app = Parley("parley")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
