"""Identifiers of rows."""

import itertools
import time
import uuid

from tenants.ids import uuid7


def test_an_id_is_a_uuid_of_version_7_that_tells_its_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before <= made.int >> 80 <= after


def test_ids_made_one_after_the_other_sort_alike_and_never_repeat() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert len(set(made)) == len(made)
    out_of_order = sum(a > b for a, b in itertools.pairwise(made))
    # Two in one quarter of a microsecond, or a clock that was set back, may swap.
    assert out_of_order < 200
