"""Kinds of concession, and what a level may be said to allow."""

import pytest

from ladder.defaults.ladders import LADDERS, SPONSOR_KINDS
from ladder.kinds import NAMED, ConcessionKind, is_allowable, kind_words


@pytest.mark.parametrize("name", [*ConcessionKind.values, "price_1_points", "price_100_points"])
def test_what_a_level_may_allow(name: str) -> None:
    assert is_allowable(name)


@pytest.mark.parametrize("name", ["", "gift", "FEE", "price_0_points", "price_05_points", "price_"])
def test_what_it_may_not(name: str) -> None:
    assert not is_allowable(name)


def test_the_default_ladders_allow_what_there_is_and_all_of_it() -> None:
    named = [kind for ladder in LADDERS for level in ladder.levels for kind in level.kinds]
    assert [kind for kind in named if not is_allowable(kind)] == []
    plain = {kind for kind in SPONSOR_KINDS if not kind.startswith("price_")}
    assert plain | {"price"} == set(ConcessionKind.values)


def test_a_refusal_names_every_kind() -> None:
    assert [kind for kind in ConcessionKind.values if kind not in NAMED] == []


def test_every_kind_that_a_level_may_allow_has_words() -> None:
    assert [kind_words(kind) for kind in ("fee", "price_5_points")] == [
        "Fee",
        "Special price of at most 5 %",
    ]
    assert all(kind_words(kind) for kind in SPONSOR_KINDS)
