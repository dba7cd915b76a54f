"""Background work of the journal: thin, primitive ids in, the verb called."""

from functools import cache
from uuid import UUID

from celery import current_app, shared_task
from django.conf import settings
from django.utils import timezone

from journal.actions import wake
from journal.delivery import deliver_one
from journal.queries import beat, tenants_waiting
from journal.seal import BATCH, Anchors, seal_batch
from tenants.scope import act_in

MAILS_PER_TASK = 200


@shared_task(name="journal.deliver", max_retries=3)
def deliver(tenant_id: str) -> None:
    """Deliver what waits in one tenant; a long queue goes on in the next task."""
    for _ in range(MAILS_PER_TASK):
        with act_in(UUID(tenant_id)):
            if deliver_one(timezone.now()) is None:
                return
    current_app.send_task("journal.deliver", args=(tenant_id,), retry=False)


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
