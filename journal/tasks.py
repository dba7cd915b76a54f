"""Background work of the journal: thin, primitive ids in, the verb called."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import TypeVar
from uuid import UUID

from celery import current_app, shared_task
from django.conf import settings
from django.utils import timezone

from journal.actions import wake
from journal.delivery import deliver_one
from journal.gathering import gather
from journal.queries import beat, tenants_waiting
from journal.seal import BATCH, Anchors, seal_batch
from tenants.scope import act_in

MAILS_PER_TASK = 200
Found = TypeVar("Found")


@shared_task(name="journal.deliver", max_retries=3)
def deliver(tenant_id: str) -> None:
    """Deliver what waits in one tenant; a long queue goes on in the next task."""
    for _ in range(MAILS_PER_TASK):
        # Each in a transaction of its own: what is sent has its id for good.
        if _in(tenant_id, deliver_one) is None and not _in(tenant_id, gather):
            return
    current_app.send_task("journal.deliver", args=(tenant_id,), retry=False)


def _in(tenant_id: str, verb: Callable[[datetime], Found]) -> Found:
    with act_in(UUID(tenant_id)):
        return verb(timezone.now())


@shared_task(name="journal.relay")
def relay() -> None:
    """Wake workers for notices whose wake-up was lost, or whose next attempt has come."""
    for tenant_id in tenants_waiting(timezone.now()):
        wake(tenant_id)
    beat("relay", timezone.now())


@cache
def anchors() -> Anchors:
    """Return this process's anchor file."""
    return Anchors(settings.DATA_DIR / "anchors.jsonl")


@shared_task(name="journal.seal")
def seal() -> None:
    """Seal until nothing waits."""
    while heads := seal_batch(BATCH):
        anchors().keep(heads)
    beat("seal", timezone.now())
