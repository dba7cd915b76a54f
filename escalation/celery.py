"""The Celery application. PostgreSQL holds the truth; the broker only wakes workers."""

import os
from typing import Any

from celery import Celery
from celery.app.amqp import AMQP
from kombu import Connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "escalation.settings")
# A warm shutdown on SIGTERM would wait for ever on a frozen task.
os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")


# Seconds between attempts: the first, what is added each time, the longest.
PAUSES = {"interval_start": 0.2, "interval_step": 0.4, "interval_max": 2}
# How kombu itself passes them on when a publish has lost its connection: by place, not by name.
PLACES = ("errback", "max_retries", *PAUSES)


class EagerConnection(Connection):
    """Asks for a lost broker at once, then every two seconds, however long it is away.

    Kombu waits longer after each attempt, up to half a minute, and no setting of Celery's reaches
    that: after an outage of a minute cases would climb a quarter of a minute late.
    """

    def _ensure_connection(self, *known: Any, **rest: Any) -> Any:
        """Connect, or try again soon; who names pauses of their own gets those."""
        named = dict(zip(PLACES, known, strict=False))
        return super()._ensure_connection(**{**PAUSES, **named, **rest})


class EagerAMQP(AMQP):
    """The part of Celery that makes its connections."""

    Connection = EagerConnection


class Parley(Celery):
    """Celery, with connections that come back soon."""

    amqp_cls = "escalation.celery:EagerAMQP"


app = Parley("parley")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
