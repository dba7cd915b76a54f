"""Three days over a weekend nothing runs, with 5,000 open cases; then everything starts at once.

Each case climbs at most one level, each person gets at most one mail, and nothing is forgotten,
although the sweeper is killed in the middle of it.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from devtools.processes import POLL_SECONDS
from tests.prove.chaos.house import House, Stage
from tests.prove.chaos.strikes import Strike, Striker
from tests.prove.outbox.postbox import Postbox

VENDORS, CASES, BOUND = 4, 5_000, 900.0
KILLED = Strike("sweep worker killed", 0.5, "sweeper", group=True)
OVERDUE = "SELECT count(*) FROM cases_clock WHERE state = 'running' AND next_fire_at <= now()"
# What waits for somebody's morning is not late.
WAITING = """
SELECT count(*) FROM journal_notice WHERE state = 'pending'
    AND coalesce(held_until, now()) <= now() + interval '5 minutes'
"""
MISSED = """
SELECT case_id, count(*) FROM journal_event WHERE kind IN ('case.escalated', 'case.alarm')
    AND by_id IS NULL GROUP BY 1
"""
MUST_HAVE_MISSED = """
SELECT DISTINCT case_id FROM cases_clock WHERE state = 'breached' AND processed_at IS NOT NULL
"""
STOOD = "SELECT id, (SELECT l.position FROM ladder_level l WHERE l.id = level_id) FROM cases_case"
TOLD = """
SELECT n.id, n.channel, n.state, n.mail_id, u.email, e.case_id, e.kind, n.held_until > now()
FROM journal_notice n JOIN tenants_user u ON u.id = n.user_id
JOIN journal_event e ON e.tenant_id = n.tenant_id AND e.id = n.event_id
WHERE n.created_at >= %s
"""
AUDITED = "SELECT detail FROM journal_heartbeat WHERE name = 'audit' AND at > %s"


@dataclass
class After:
    """What is left when everything has come to rest."""

    before: dict[str, int]
    stood: dict[str, int]
    missed: Counter[str]
    breached: set[str]
    told: list[tuple[Any, ...]]
    postbox: Postbox
    audit: dict[str, int]
    left_at_kill: int
    seconds: dict[str, float] = field(default_factory=dict)


def until(stage: Stage, statement: str, limit: float, killer: Striker | None = None) -> int:
    """Keep everything running until a count is zero; return what it was when the killer, once,
    struck."""
    left = 0
    while time.monotonic() < limit and (found := stage.value(statement)) > 0:
        stage.look_after()
        if killer and found < CASES / 2 and killer.done.total() == 0:
            killer.strike()
            left = found
        time.sleep(POLL_SECONDS)
    assert stage.value(statement) == 0, statement
    return left


def audited(stage: Stage, limit: float) -> dict[str, int]:
    """Return what the auditor finds from now on."""
    asked = stage.value("SELECT now()")
    while time.monotonic() < limit and not stage.rows(AUDITED, asked):
        stage.look_after()
        time.sleep(POLL_SECONDS)
    found: dict[str, int] = stage.value(AUDITED, asked)
    return found


def act(stage: Stage, postbox: Postbox) -> After:
    """Fill the stage, start everything, let it come to rest, and read what is left."""
    stage.run("tests.prove.outage.load", str(VENDORS), str(CASES))
    before: dict[str, int] = dict(stage.rows(STOOD))
    striker = Striker(stage, (KILLED,))
    began: datetime = stage.value("SELECT now()")
    clock = time.monotonic()
    stage.product("worker", "sweeper", "watcher", "beat")
    limit = clock + BOUND
    left = until(stage, OVERDUE, limit, striker)
    swept = time.monotonic() - clock
    until(stage, WAITING, limit)
    told = time.monotonic() - clock
    return After(
        before=before,
        stood=dict(stage.rows(STOOD)),
        missed=Counter(dict(stage.rows(MISSED))),
        breached={row[0] for row in stage.rows(MUST_HAVE_MISSED)},
        told=stage.rows(TOLD, began),
        postbox=postbox,
        audit=audited(stage, limit),
        left_at_kill=left if striker.done.total() else 0,
        seconds={"swept": swept, "told": told},
    )


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Iterator[After]:
    """Let it all happen."""
    house, postbox = House(tmp_path_factory.mktemp("outage") / "data"), Postbox()
    postbox.controller.start()
    try:
        house.start()
        stage = Stage(house, {"EMAIL_URL": postbox.url})
        try:
            yield act(stage, postbox)
        finally:
            stage.end()
    finally:
        house.end()
        postbox.controller.stop()


def test_each_case_climbs_at_most_one_level_and_every_missed_window_has_its_consequence(
    after: After,
) -> None:
    assert len(after.before) == CASES
    climbed = Counter(after.stood[case] - position for case, position in after.before.items())
    print(f"\ncases by levels climbed: {dict(climbed)}; {after.seconds}")
    print(f"killed with {after.left_at_kill} clocks still to be looked at")
    assert set(climbed) <= {0, 1}
    assert climbed[1] > CASES / 2
    assert set(after.missed.values()) == {1}
    assert after.missed.keys() == after.breached
    moved = {case for case in after.stood if after.stood[case] > after.before[case]}
    assert moved <= after.breached
    assert after.left_at_kill > 0


def test_each_person_gets_at_most_one_mail_and_everything_they_were_to_be_told_is_in_it(
    after: After,
) -> None:
    people = Counter(mails[0][0] for mails in after.postbox.mails.values())
    copies = sum(len(mails) for mails in after.postbox.mails.values())
    print(f"\n{len(after.told)} notices, {len(people)} people, {copies} mails")
    assert set(people.values()) == {1}
    letters = [row for row in after.told if row[1] == "email"]
    waiting = [row for row in letters if row[2] == "pending"]
    assert {row[6] for row in waiting} <= {"case.clock.warning", "case.reminder"}
    assert all(row[7] for row in waiting)
    assert {row[2] for row in letters} <= {"sent", "pending"}
    for _, _, state, mail, email, *_ in letters:
        if state == "sent":
            assert {to for to, _ in after.postbox.mails[mail]} == {email}


def test_every_case_that_missed_is_told_to_somebody_in_the_app_and_by_mail(after: After) -> None:
    heard: dict[str, set[str]] = defaultdict(set)
    for _, channel, state, _, _, case, kind, _ in after.told:
        if kind in ("case.escalated", "case.alarm") and state == "sent":
            heard[case].add(channel)
    assert [case for case in after.breached if heard[case] != {"bell", "email"}] == []


def test_the_auditor_finds_nothing(after: After) -> None:
    assert after.audit["count"] == 0, after.audit
