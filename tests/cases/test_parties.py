"""Adding a partner that turns out to be concerned."""

import pytest

from cases.models import Case, Party
from cases.parties import add_party
from journal.models import Event, Notice
from portal.queries import own_case, shared_texts
from tenants.errors import Invalid
from tenants.scope import act_in
from tests.cases.verbs import CANARY, HOUR, LATER, do
from tests.factories import OPENED, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world: World) -> Case:
    """Alpenwerk's case, in which something was said to everybody in it already."""
    made = world.case(title=CANARY)
    do(world, "add_message", made, at=OPENED, body="Before.", audience="parties")
    rheintor = world.partners["rheintor"].pk
    add_party(made, by=world["tom"], at=LATER, partner_id=rheintor, role="respondent")
    do(world, "add_message", made, at=LATER + HOUR, body="After.", audience="parties")
    return made


def texts(world: World, case: Case, partner: str) -> list[str]:
    """Return what a partner reads of a case, as the portal's role."""
    partner_id = world.partners[partner].pk
    with act_in(world.tenant.pk, partner_id=partner_id, portal=True):
        return [text.body for text in shared_texts(partner_id, case.pk)[0]]


def test_it_reads_what_is_shared_from_then_on_and_nothing_from_before(
    world: World, case: Case
) -> None:
    assert texts(world, case, "alpenwerk") == ["After.", "Before."]
    assert texts(world, case, "rheintor") == ["After."]


def test_it_is_told_once_and_sees_the_kind_of_dispute_and_not_its_title(
    world: World, case: Case
) -> None:
    event = Event.objects.get(kind="case.party_added")
    assert (event.audience, event.partner_id) == ("party", world.partners["rheintor"].pk)
    told = Notice.objects.filter(event=event, channel="bell")
    assert [notice.user_id for notice in told] == [world["marc"].user_id]
    rheintor = world.partners["rheintor"].pk
    with act_in(world.tenant.pk, partner_id=rheintor, portal=True):
        own = own_case(rheintor, case.pk)
    assert own is not None
    assert own.title == case.category.name
    assert CANARY not in repr(own)


@pytest.mark.parametrize(
    ("partner", "role", "field"),
    [
        ("alpenwerk", "respondent", "partner"),
        ("rheintor", "affected", "partner"),
        ("rheintor", "complainant", "role"),
        ("rheintor", "judge", "role"),
    ],
)
def test_a_part_that_makes_no_sense_is_refused(
    world: World, case: Case, partner: str, role: str, field: str
) -> None:
    partner_id = world.partners[partner].pk
    with pytest.raises(Invalid) as refused:
        add_party(case, by=world["tom"], at=LATER, partner_id=partner_id, role=role)
    assert set(refused.value.errors) == {field}
    assert Party.objects.filter(case=case).count() == 2
