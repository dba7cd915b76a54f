"""The watchdog knows who is left."""

from devtools.watchdog import children_left


def test_children_that_were_reported_gone_are_not_touched() -> None:
    assert children_left(["+11 15\n", "+12 2\n", "-11\n"]) == {12: 2}


def test_an_orderly_end_leaves_nobody() -> None:
    assert children_left(["+11 15\n", "-11\n"]) == {}
