"""A vendor with at least one row in every table a tenant has."""

from datetime import datetime

from cases import actions
from journal.seal import seal_batch
from ladder.models import RegionCalendar
from partners.models import Region, Tier
from tests.factories import OPENED, World, make_token, make_world

AT: datetime = OPENED
CANARY = "Canary of a title that nobody else may read"


def furnished() -> World:
    """Make a vendor whose every table has a row: committed, and sealed into the chain."""
    world = make_world()
    with world.scope():
        region = Region.objects.get()
        RegionCalendar.objects.create(
            tenant=world.tenant,
            region=region,
            calendar=world.calendar.calendar,  # type: ignore[union-attr]
        )
        world.partners["rheintor"].tier = Tier.objects.get()
        world.partners["rheintor"].save()
        case = world.case(title=CANARY, others=((world.partners["rheintor"], "respondent"),))
        alone = world.case(partner=world.partners["rheintor"], title="Rheintor's own case")
        for one in (case, alone):
            actions.add_message(one, by=world["tom"], at=AT, body=CANARY)
        alpenwerk = world.partners["alpenwerk"].pk
        actions.add_message(
            case, by=world["tom"], at=AT, body="Hello.", audience="party", partner_id=alpenwerk
        )
        make_token(world["tom"], scopes=["me:read"])
    while seal_batch():
        pass
    return world
