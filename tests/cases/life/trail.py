"""The trail of a vendor as a whole, when a story is over."""

from datetime import datetime

from django.db.models import Count, F

from cases.audit import audit_tenant
from cases.repair import differences
from journal.models import Event, Notice
from journal.queries import verify_chain
from journal.seal import seal_batch
from partners.models import Contact
from tests.factories import World

# What the product's own auditor must never find; sealing and mail are not played here.
NEVER = ("no_turn", "two_owners", "no_clock", "no_next_step", "owner_gone", "asked_gone")


def check_trail(world: World, at: datetime) -> None:
    """Check what was said, and to whom."""
    while seal_batch():
        pass
    with world.scope():
        assert verify_chain(world.tenant.pk) is None
        numbers = list(Event.objects.order_by("recorded_at", "id").values_list("seq", flat=True))
        assert numbers == list(range(1, len(numbers) + 1)), "the trail's numbers have gaps"
        twice = Notice.objects.values("event", "user", "channel").annotate(n=Count("id"))
        assert not twice.filter(n__gt=1).exists(), "somebody was told twice of one event"
        own = Notice.objects.filter(user_id=F("event__by_id"))
        assert not own.exists(), "somebody was told of what they did"
        _climbs_are_told()
        found = audit_tenant(at)
        assert {name: found[name] for name in NEVER} == dict.fromkeys(NEVER, 0)
        assert list(differences()) == [], "a time does not follow from what happened"


def _climbs_are_told() -> None:
    """Both owners and the parties hear of every climb, on both channels."""
    contacts = {str(user) for user in Contact.objects.values_list("user_id", flat=True)}
    for event in Event.objects.filter(kind="case.escalated"):
        facts = event.facts
        people = contacts | {facts["owner"], facts["previous_owner"]}
        people -= {None, str(event.by_id)}
        told = Notice.objects.filter(event=event).values_list("user_id", "channel")
        heard = {(str(user), channel) for user, channel in told}
        assert {(one, way) for one in people for way in ("bell", "email")} <= heard
