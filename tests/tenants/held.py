"""Tokens as a vendor has them after a while: of people, of a program and of a contact."""

from datetime import timedelta

from django.utils import timezone

from tenants.actions import add_program, make_token
from tenants.models import ApiToken, Membership, Role
from tests.factories import World


def hold_tokens(world: World) -> Membership:
    """Make tokens in every state, two of them long in words; return the program."""
    now = timezone.now()
    program = add_program("CRM connection", Role.STAFF, by=world["ines"], at=now)
    add_program("Warehouse export", Role.AUDITOR, by=world["ines"], at=now)
    partner_id = world.partners["alpenwerk"].pk
    for member, name, days in (
        (program, "Nightly sync", 90),
        (world["ines"], "Reports on Mondays", 7),
        (world["ines"], "averylongwordwithoutanyspace" * 2, 365),
        (world["tom"], "My script", 180),
    ):
        life = timedelta(days=days)
        make_token(member, name=name, lifetime=life, by=None, at=now)
    for name in ("Our ticket system", "The old one"):
        make_token(world["anna"], name=name, partner_id=partner_id, by=None, at=now)
    old = ApiToken.objects.filter(name="The old one")
    old.update(created=now - timedelta(days=90), expiry=now - timedelta(days=1))
    return program
