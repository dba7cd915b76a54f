"""Writing into a case over the API: who reads it, and what is said of a reader there is not."""

from typing import Any

import pytest

from tests.api import Program, pointers
from tests.factories import make_world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"partner": "rheintor"}, "/partner"),
        ({"partner": "rheintor", "audience": "party"}, "/partner"),
        ({"audience": "party"}, "/audience"),
        ({"audience": "everybody"}, "/audience"),
        ({"body": " "}, "/body"),
    ],
)
def test_a_reader_there_is_not_is_named_where_it_was_sent(
    given: dict[str, Any], where: str
) -> None:
    world = make_world()
    with world.scope():
        case = world.case()
    said = {"body": "Hello.", **given}
    if "partner" in said:
        said["partner"] = str(world.partners[said["partner"]].pk)
    tom = Program(world, "tom")
    assert list(pointers(tom.ask("post", f"cases/{case.pk}/messages/", said))) == [where]
    assert tom.get(f"cases/{case.pk}/messages/")["results"] == []
