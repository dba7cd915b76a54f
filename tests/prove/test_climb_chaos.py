"""Forty cases climb while sweeper, watcher, worker, beat and broker are killed in turn.

Nothing is lost, nothing happens twice, and whatever mail is repeated says that it is a repeat.
"""

import re
from collections import Counter, defaultdict
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
    post,
    spread,
    told,
)
from tests.live.kills import Killer
from tests.live.policies import ladder_of_seconds, written
from tests.live.product import Product

ROLES = ("channel manager", "regional manager", "executive sponsor")
VICTIMS = ("sweeper", "watcher", "worker", "beat", "valkey")
NUMBER = re.compile(r"ESC-\d{4}-\d+")
MORE = re.compile(r"^And \d+ more: ", re.MULTILINE)
# Who was told of a case that climbed, and of how much about it.
CLIMBS_TOLD = """
SELECT u.email, c.number, count(DISTINCT n.id) FROM journal_notice n
JOIN journal_event e ON e.tenant_id = n.tenant_id AND e.id = n.event_id
JOIN cases_case c ON c.tenant_id = e.tenant_id AND c.id = e.case_id
JOIN tenants_user u ON u.id = n.user_id
WHERE n.channel = 'email' AND c.id = ANY(%s::uuid[])
GROUP BY 1, 2 HAVING bool_or(e.kind = 'case.escalated')
"""
CASES = 40
# Longer than five seconds for each in turn: who dies sooner is started again later and later.
BETWEEN_KILLS = 1.3
BOUND = 240.0


@dataclass(frozen=True, slots=True)
class Chaos:
    """What is left when it is over."""

    product: Product
    holders: tuple[str, ...]
    contact: str
    cases: list[UUID]
    killed: Counter[str]
    until: datetime


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with its demo vendor, whose three levels answer within seconds."""
    folder = tmp_path_factory.mktemp("chaos")
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
def chaos(product: Product) -> Chaos:
    """Open the cases and let them climb, killing all the while; then let things calm down."""
    desk, partner = product.desk("channel manager"), product.partner("alpenwerk")
    killer, cases = Killer(product, VICTIMS, BETWEEN_KILLS), []
    for number in range(CASES):
        killer.strike()
        cases.append(desk.log(partner, f"Case {number}"))

    def at_the_top() -> bool:
        killer.strike()
        return at_position(product, cases, 3) == CASES

    assert wait_until(at_the_top, BOUND), product.launched.said()
    until = product.now()
    product.wait_delivered(until, BOUND)
    people = product.sign_ins()
    holders = tuple(people[role]["email"] for role in ROLES)
    return Chaos(product, holders, people["partner"]["email"], cases, killer.killed, until)


def test_every_case_is_at_the_top_and_was_on_every_level_once(chaos: Chaos) -> None:
    assert min(chaos.killed[name] for name in VICTIMS) >= 2
    turns = list(enumerate(chaos.holders, start=1))
    for case in chaos.cases:
        assert chaos.product.rows(TURNS, str(case)) == turns
    late = lags(chaos.product, chaos.cases)
    assert late[0] >= 0
    print(f"\nkills survived: {dict(chaos.killed)}, {chaos.killed.total()} in all")
    print(f"put off by the launcher: {chaos.product.launched.said().count('starting it again in')}")
    print(f"due to processed, {len(late)} windows: {spread(late)}")


def test_there_is_one_event_for_each_case_and_level(chaos: Chaos) -> None:
    assert escalations(chaos.product, chaos.cases) == {case: {2: 1, 3: 1} for case in chaos.cases}


def test_nobody_is_told_twice_in_the_app(chaos: Chaos) -> None:
    for case in chaos.cases:
        for level in (2, 3):
            people = (*chaos.holders[level - 2 : level], chaos.contact)
            once = {(email, channel): 1 for email in people for channel in ("bell", "email")}
            assert told(chaos.product, case, level) == once
    assert bells_rung_twice(chaos.product, chaos.cases) == 0


def test_every_mail_went_out_and_a_repeat_carries_the_same_id(chaos: Chaos) -> None:
    sent = post(chaos.product, chaos.cases, chaos.until)
    assert set(sent.states) == {"sent"}
    assert (sent.unsent, sent.misdirected) == ([], [])
    # The same case climbs for the same person under two ids only where it climbed twice for them.
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for letter in sent.letters:
        for number in NUMBER.findall(letter.subject + letter.text):
            told[letter.to, number].add(letter.message_id)
    climbs = chaos.product.rows(CLIMBS_TOLD, [str(case) for case in chaos.cases])
    assert len(climbs) == CASES * 4
    missing = {(email, number) for email, number, _ in climbs if not told[email, number]}
    # A long digest counts what it has no room to name.
    cut = {letter.to for letter in sent.letters if MORE.search(letter.text)}
    assert {email for email, _number in missing} <= cut
    assert all(len(told[email, number]) <= most for email, number, most in climbs)
    print(f"\nmails: {len(sent.copies)}, {sent.repeats} repeats under the same id")


def test_the_auditor_finds_nothing_and_the_chain_holds(chaos: Chaos) -> None:
    health = chaos.product.wait_audited(60)
    assert (health["status"], health["late"], health["audit"]["count"]) == ("ok", [], 0)
    said = chaos.product.manage("verify_journal", "--tenant", chaos.product.tenant)
    assert "each in its place, none changed." in said
    print(f"\n{said}")
