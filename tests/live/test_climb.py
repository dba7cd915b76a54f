"""A case climbs by itself on the real processes, and one that is answered does not."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest

from devtools.processes import wait_until
from tests.live.climbs import (
    TURNS,
    at_position,
    bells_rung_twice,
    escalations,
    lags,
    position_of,
    post,
    told,
)
from tests.live.kills import Killer
from tests.live.policies import ladder_of_seconds, written
from tests.live.product import Product

pytestmark = pytest.mark.live

ROLES = ("channel manager", "regional manager", "executive sponsor")
NOTICED_WITHIN = 7.0
BOUND = 45.0
ALARMS = """
SELECT count(*) FROM journal_event
WHERE kind = 'case.alarm' AND facts->>'kind' = 'response' AND case_id = %s
"""
BREACHES = """
SELECT kind, state, met_at IS NOT NULL FROM cases_clock
WHERE case_id = %s AND kind IN ('response', 'decision') ORDER BY anchor, kind
"""


@dataclass(frozen=True, slots=True)
class Story:
    """Three cases, opened within a second: one nobody touches, one that is answered and decided
    in time, one that is only answered."""

    product: Product
    holders: tuple[str, ...]
    contact: str
    untouched: UUID
    decided: UUID
    answered: UUID
    until: datetime

    @property
    def cases(self) -> list[UUID]:
        """Return all three."""
        return [self.untouched, self.decided, self.answered]

    def position(self, case: UUID) -> int:
        """Return the level a case is on."""
        return position_of(self.product, case)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with its demo vendor, whose three levels answer within seconds."""
    folder = tmp_path_factory.mktemp("climb")
    running = Product(folder)
    try:
        running.wait_ready()
        people = running.sign_ins()
        policy = ladder_of_seconds(*(people[role]["email"] for role in ROLES))
        running.manage("load_policy", str(written(policy, folder)), "--tenant", running.tenant)
        yield running
    finally:
        running.end()


@pytest.fixture(scope="module")
def story(product: Product) -> Story:
    """Tell it to its end: the untouched case has missed its window at the top, the answered one
    its decision window."""
    desk, partner = product.desk("channel manager"), product.partner("alpenwerk")
    decided, answered, untouched = (
        desk.log(partner, title) for title in ("Decided", "Answered", "Untouched")
    )
    for case in (decided, answered):
        desk.do(case, "acknowledge")
    desk.do(decided, "decide", outcome="upheld", reason="The lead was theirs.")
    people = product.sign_ins()
    ended = wait_until(
        lambda: product.value(ALARMS, str(untouched)) > 0 and position_of(product, answered) == 3,
        BOUND,
    )
    assert ended, product.launched.said()
    holders = tuple(people[role]["email"] for role in ROLES)
    contact = people["partner"]["email"]
    return Story(product, holders, contact, untouched, decided, answered, product.now())


def test_nobody_answers_and_the_case_is_at_the_top_with_the_right_owner_each_time(
    story: Story,
) -> None:
    turns = story.product.rows(TURNS, str(story.untouched))
    assert turns == list(enumerate(story.holders, start=1))
    assert story.position(story.untouched) == 3
    assert story.product.value(ALARMS, str(story.untouched)) == 1


def test_every_missed_window_is_noticed_within_seven_seconds(story: Story) -> None:
    late = lags(story.product, story.cases)
    assert len(late) >= 3 + 2  # untouched: on three levels; answered: on two, then at the top
    assert late[0] >= 0
    assert late[-1] < NOTICED_WITHIN


def test_there_is_one_event_for_each_level(story: Story) -> None:
    assert escalations(story.product, story.cases) == {
        story.untouched: {2: 1, 3: 1},
        story.answered: {2: 1, 3: 1},
    }


def test_everyone_concerned_is_told_of_each_level_once_on_each_channel(story: Story) -> None:
    for case in (story.untouched, story.answered):
        for level in (2, 3):
            people = (*story.holders[level - 2 : level], story.contact)
            once = {(email, channel): 1 for email in people for channel in ("bell", "email")}
            assert told(story.product, case, level) == once
    assert bells_rung_twice(story.product, story.cases) == 0


def test_what_was_decided_in_time_stays_where_it_is(story: Story) -> None:
    assert story.position(story.decided) == 1
    assert story.product.rows(BREACHES, str(story.decided)) == [
        ("decision", "met", True),
        ("response", "met", True),
    ]


def test_what_was_answered_and_not_decided_climbs_when_the_decision_window_ends(
    story: Story,
) -> None:
    first, second = story.product.rows(BREACHES, str(story.answered))[:2]
    assert (first, second) == (("decision", "breached", False), ("response", "met", True))


def test_every_notice_went_out_in_one_mail_with_an_id_of_its_own(story: Story) -> None:
    story.product.wait_delivered(story.until, BOUND)
    sent = post(story.product, story.cases, story.until)
    assert set(sent.states) == {"sent"}
    assert (sent.unsent, sent.misdirected, sent.repeats) == ([], [], 0)
    assert not [m for m in sent.letters if "Untouched" in m.subject + m.text]


@dataclass(frozen=True, slots=True)
class Struck:
    """Cases that climbed while what moves them was killed, and one that was answered in time."""

    cases: list[UUID]
    answered: UUID
    killed: Counter[str]
    until: datetime


@pytest.fixture(scope="module")
def struck(story: Story) -> Struck:
    """Kill sweeper, mail worker and broker in turn until every case is at the top. The large form
    of this, with its planted faults, is `./dev prove chaos`."""
    product = story.product
    desk, partner = product.desk("channel manager"), product.partner("alpenwerk")
    killer = Killer(product, ("sweeper", "worker", "valkey"), gap=2.0)
    cases = [desk.log(partner, f"Struck {number}") for number in range(6)]
    killer.strike()
    answered = desk.log(partner, "Answered")
    desk.do(answered, "decide", outcome="upheld", reason="The lead was theirs.")

    def at_the_top() -> bool:
        killer.strike()
        return at_position(product, cases, 3) == len(cases)

    assert wait_until(at_the_top, 2 * BOUND), product.launched.said()
    return Struck(cases, answered, killer.killed, product.now())


def test_kills_lose_nothing_and_do_nothing_twice(product: Product, struck: Struck) -> None:
    assert min(struck.killed[name] for name in ("sweeper", "worker", "valkey")) >= 1
    once = {case: {2: 1, 3: 1} for case in struck.cases}
    assert escalations(product, [*struck.cases, struck.answered]) == once
    assert bells_rung_twice(product, struck.cases) == 0
    product.wait_delivered(struck.until, 2 * BOUND)
    sent = post(product, struck.cases, struck.until)
    assert (set(sent.states), sent.unsent, sent.misdirected) == ({"sent"}, [], [])


def test_the_auditor_finds_nothing_and_the_chain_holds(story: Story) -> None:
    health = story.product.wait_audited(BOUND)
    assert (health["status"], health["late"], health["audit"]["count"]) == ("ok", [], 0)
    said = story.product.manage("verify_journal", "--tenant", story.product.tenant)
    assert "each in its place, none changed." in said
    assert "Its last anchor is event " in said
