"""A vendor with at least one row in every table a tenant has."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from cases import actions
from cases.confidential import grant_access, restrict
from cases.models import Case
from cases.pausing import pause
from cases.reopening import reopen
from cases.retiming import hold
from journal.seal import seal_batch
from ladder.actions import set_rate
from ladder.models import RegionCalendar
from memos.actions.followup import acknowledge_memo
from memos.actions.memo import ActionText
from partners.models import Region, Tier
from tenants.models import IdempotencyKey
from tests.factories import (
    FAR_AHEAD,
    OPENED,
    World,
    make_absence,
    make_rebase,
    make_token,
    make_world,
)
from tests.memos import deals, story

AT: datetime = OPENED
CANARY = "Canary of a title that nobody else may read"


def twice_and_paused(world: World) -> None:
    """Make a case in its second cycle that stands still."""
    case = world.case(title="A case that came back")
    case = actions.resolve(case, by=world["tom"], at=AT, resolution=CANARY)
    case = reopen(case, by=world["tom"], at=AT, reason=CANARY)
    pause(
        case,
        by=world["tom"],
        at=AT,
        reason="answer",
        partner_id=world.partners["alpenwerk"].pk,
        waits_for=CANARY,
        review_by=AT + timedelta(days=1),
    )


def rebases(world: World, case: Case) -> None:
    """Make a proposal of each kind; the one about a case was turned down."""
    make_rebase(world, reason=CANARY)
    make_rebase(world, calendar=world.calendar.calendar)  # type: ignore[union-attr]
    answered: dict[str, Any] = {"answer": "turned_down", "word": CANARY, "answered_at": AT}
    make_rebase(world, case=case, answered_by=world["tom"].user, **answered)


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
        restrict(alone, by=world["tom"], at=AT, reason="Names a patient.")
        person, until = world["pavel"].user_id, AT + timedelta(days=300)
        grant_access(alone, by=world["tom"], at=AT, user_id=person, until=until, reason=CANARY)
        twice_and_paused(world)
        until = AT + timedelta(days=1)
        hold(case, by=world["tom"], at=AT, until=until, reason=CANARY, override=True)
        deals.empower(world)
        deals.decide(world, deals.ask(world, case, reason=CANARY), reason=CANARY, at=story.AT)
        memo = story.issued(world, Case.objects.get(pk=case.pk), title=CANARY)
        own = ActionText("Sign", story.DUE, partner_id=world.partners["rheintor"].pk)
        theirs = ActionText("Call", story.DUE, owner_id=world["tom"].user_id)
        story.asked(world, Case.objects.get(pk=alone.pk), actions=(own, theirs))
        acknowledge_memo(memo, by=world["anna"], at=story.AT, partner_id=alpenwerk)
        set_rate("USD", Decimal("0.9"), AT.date(), by=world["ines"], at=AT)
        rebases(world, alone)
        make_token(world["tom"], scopes=["me:read"])
        make_absence(world, "petra", "marianne", starts_at=FAR_AHEAD, note=CANARY)
        IdempotencyKey.objects.create(
            tenant=world.tenant,
            membership=world["tom"],
            key="k-1",
            fingerprint="0" * 64,
            status=201,
            body=CANARY,
            created_at=AT,
        )
    while seal_batch():
        pass
    return world
