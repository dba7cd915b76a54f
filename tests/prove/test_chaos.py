"""More than twenty thousand windows are missed while everything that moves cases is killed, frozen
and cut off, and people answer at the very instant at which cases fall due.

None is lost, none happens twice, none escalates after an answer in time. The same judge, on the
same stage, finds each of four faults that are planted in the sweep on purpose.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.prove.chaos.amounts import Load
from tests.prove.chaos.house import House
from tests.prove.chaos.judge import OTHERS
from tests.prove.chaos.mutants import MUTANTS, without_uniqueness
from tests.prove.chaos.play import Ended, Play, Run
from tests.prove.chaos.strikes import EVERYBODY, SWEEPERS

BREACHES = 20_000
PROGRAMS = ("worker", "sweeper", "watcher", "beat")
LARGE = Load(vendors=8, cases=5000, spread=180.0, response=15, decision=35)
SMALL = Load(vendors=8, cases=500, spread=6.0, response=4, decision=7)
SPARSE = replace(SMALL, cases=240, spread=20.0)
# What the judge calls what a fault does.
FOUND = {
    "no_lock": "answered",
    "act_after_commit": "lost",
    "no_uniqueness": "twice",
    "notice_outside": "untold",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Servers for all runs."""
    made = House(tmp_path_factory.mktemp("chaos") / "data")
    try:
        made.start()
        yield made
    finally:
        made.end()


def assert_sound(ended: Ended) -> None:
    """Nothing at all is wrong."""
    assert ended.violations == []
    assert ended.broken_chains == []
    assert ended.audit["count"] == 0
    assert ended.deadlocks == 0


def test_twenty_thousand_breaches_and_nothing_is_lost_or_twice(house: House) -> None:
    ended = Run(house, Play(LARGE, EVERYBODY, PROGRAMS, rest_within=400.0, calm_within=900.0)).go()
    ended.report("Chaos")
    assert ended.rested
    assert_sound(ended)
    assert ended.figures["breaches"] >= BREACHES
    assert min(ended.strikes[kind.name] for kind in EVERYBODY) >= 2
    assert min(ended.figures[verb] for verb in OTHERS) >= 20


def test_a_short_run_of_the_sound_sweep_passes(house: House) -> None:
    ended = Run(house, Play(SMALL, EVERYBODY, PROGRAMS, calm_within=120.0, share=0.3)).go()
    ended.report("Short, sound")
    assert ended.rested
    assert_sound(ended)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_planted_fault_is_found(house: House, mutant: str) -> None:
    spoil = tuple(without_uniqueness()) if mutant == "no_uniqueness" else ()
    play = Play(SMALL, SWEEPERS, share=0.3, mutant=mutant, rest_within=50.0, spoil=spoil)
    if mutant == "no_lock":
        # One sweeper that nobody stops: alone with the people who answer, it writes over them.
        # Several would stop each other, by the unique rules, and with more cases it would wait for
        # so many people that it came too late to meet the next.
        play = replace(play, load=SPARSE, strikes=(), sweepers=1, share=0.1)
    ended = Run(house, play).go()
    ended.report(f"Mutant {mutant}")
    assert ended.kinds[FOUND[mutant]] > 0
