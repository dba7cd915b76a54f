"""Who holds a level, read from rows."""

from ladder.models import Seat
from ladder.queries import holder_of
from ladder.seats import Holder
from tests.factories import OPENED, World


def test_the_lowest_rank_that_is_there_owns(world: World) -> None:
    level = world.levels[0]
    Seat.objects.create(tenant=world.tenant, level=level, user=world["petra"].user, rank=2)
    assert holder_of(level.pk, None, None, OPENED).owner_id == world["tom"].user_id
    world["tom"].is_active = False
    world["tom"].save()
    assert holder_of(level.pk, None, None, OPENED).owner_id == world["petra"].user_id


def test_nobody_there_is_nobody(world: World) -> None:
    world["tom"].is_active = False
    world["tom"].save()
    assert holder_of(world.levels[0].pk, None, None, OPENED).owner_id is None


def backed_up(world: World, *away: str) -> Holder:
    """Return who holds the first level, where Marianne backs Tom up, once some have left."""
    Seat.objects.filter(user=world["tom"].user).update(backup=world["marianne"].user)
    for name in away:
        world[name].is_active = False
        world[name].save()
    return holder_of(world.levels[0].pk, None, None, OPENED)


def test_a_backup_comes_with_the_turn_or_takes_it(world: World) -> None:
    tom, marianne = world["tom"].user_id, world["marianne"].user_id
    assert backed_up(world) == Holder(tom, marianne)
    assert backed_up(world, "tom") == Holder(marianne)


def test_a_backup_who_has_left_backs_nobody_up(world: World) -> None:
    assert backed_up(world, "marianne") == Holder(world["tom"].user_id)
    assert backed_up(world, "tom") == Holder()


def test_a_seat_for_another_region_or_category_does_not_own(world: World) -> None:
    level = world.levels[0]
    category = world.categories["territory"]
    Seat.objects.create(
        tenant=world.tenant, level=level, user=world["petra"].user, category=category, rank=1
    )
    other = world.categories["lead-routing"]
    assert holder_of(level.pk, None, category.pk, OPENED).owner_id == world["petra"].user_id
    assert holder_of(level.pk, None, other.pk, OPENED).owner_id == world["tom"].user_id
