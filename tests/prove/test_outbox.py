"""Two thousand transactions tell people of something, one in ten more is rolled back, while broker,
relay, workers, the senders themselves and their sessions are killed and frozen.

No notice is lost, none comes of what was rolled back, none is there twice in the app, and every
mail leaves at least once, always under the same id: what waited for one person together is in one.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from devtools.processes import POLL_SECONDS
from tests.live.climbs import spread
from tests.prove.chaos.amounts import Load
from tests.prove.chaos.house import House, Stage
from tests.prove.chaos.strikes import CutOff, Strike, Striker
from tests.prove.outbox.postbox import Postbox

COMMITS, PROGRAMS, VENDORS = 2_000, 2, 4
# A tenth is rolled back, and some nobody knows of.
TRANSACTIONS = 1_180
STRIKE_SECONDS, BOUND, LEAVE_SECONDS = 60.0, 420.0, 120.0
STRIKES_OF_A_KIND = 2
# Only to have vendors, people and a case each; nothing falls due.
LOAD = Load(VENDORS, cases=8, spread=1.0, response=36_000, decision=36_000, lead=0.0)
STRIKES = (
    CutOff("app's session ended", 1.0, "parley_app"),
    Strike("worker's child killed", 3.0, "worker", child=True),
    Strike("worker killed", 25.0, "worker"),
    Strike("worker frozen", 13.0, "worker", group=True, freeze=4.0),
    Strike("relay's child killed", 5.0, "watcher", child=True),
    Strike("relay killed", 23.0, "watcher"),
    Strike("relay frozen", 15.0, "watcher", group=True, freeze=4.0),
    Strike("broker killed", 11.0, "valkey"),
    Strike("broker frozen", 14.0, "valkey", freeze=5.0),
    Strike("beat killed", 23.0, "beat"),
    Strike("sender killed", 15.0, "sender-0"),
)
WAITING = "SELECT count(*) FROM journal_notice WHERE state = 'pending'"
ALL_MAILS = "SELECT DISTINCT coalesce(mail_id, id) FROM journal_notice WHERE channel = 'email'"
EVENTS = "SELECT id FROM journal_event WHERE kind = 'case.message'"
NOTICES = """
SELECT n.event_id, coalesce(n.mail_id, n.id), n.user_id, n.channel, n.state, u.email
FROM journal_notice n JOIN tenants_user u ON u.id = n.user_id
JOIN journal_event e ON e.tenant_id = n.tenant_id AND e.id = n.event_id
WHERE e.kind = 'case.message'
"""


@dataclass(frozen=True, slots=True)
class Outbox:
    """What is left when it is over."""

    said: dict[str, str]
    seconds: list[float]
    events: set[str]
    notices: list[tuple[str, str, str, str, str, str]]
    all_mails: set[str]
    postbox: Postbox
    strikes: Counter[str]


def journals(stage: Stage) -> list[dict[str, str]]:
    """Return what the senders have noted; a line that was cut off says nothing."""
    lines = [
        line
        for path in sorted(Path(stage.data).glob("sender-*.jsonl"))
        for line in path.read_text().splitlines()
    ]
    return [json.loads(line) for line in lines if line.endswith("}")]


def is_told(stage: Stage) -> bool:
    """Tell whether every sender has come to its end."""
    found = stage.data.glob("sender-*.jsonl")
    return sum('"finished"' in path.read_text() for path in found) == PROGRAMS


def act(stage: Stage, striker: Striker) -> None:
    """Begin, strike until all is told, for a minute at least and until everything was struck often
    enough, then let the rest leave."""
    stage.run("tests.prove.chaos.load", LOAD.words())
    vendors = json.dumps([row[0] for row in stage.rows("SELECT id FROM tenants_tenant")])
    stage.product("worker", "watcher", "beat")
    for number in range(PROGRAMS):
        words = (str(stage.data / f"sender-{number}.jsonl"), str(TRANSACTIONS), vendors)
        stage.module(f"sender-{number}", "tests.prove.outbox.commits", *words)
    began = time.monotonic()
    limit = began + BOUND
    least = began + STRIKE_SECONDS
    while time.monotonic() < limit and not (
        looking() and time.monotonic() > least and struck(striker) and is_told(stage)
    ):
        stage.look_after()
        striker.strike()
        time.sleep(POLL_SECONDS / 2)
    striker.calm()
    limit = time.monotonic() + LEAVE_SECONDS
    while time.monotonic() < limit and not (looking() and stage.value(WAITING) == 0):
        stage.look_after()
        time.sleep(POLL_SECONDS / 2)


def struck(striker: Striker) -> bool:
    """Tell whether every kind of strike has hit somebody often enough."""
    return min(striker.done[kind.name] for kind in striker.kinds) >= STRIKES_OF_A_KIND


def looking() -> bool:
    """Tell whether it is time for a look: not at every turn of the loop."""
    return time.monotonic() % 2.0 < POLL_SECONDS


@pytest.fixture(scope="module")
def outbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outbox]:
    """Let it all happen."""
    house, postbox = House(tmp_path_factory.mktemp("outbox") / "data"), Postbox()
    postbox.controller.start()
    try:
        house.start()
        stage = Stage(house, {"EMAIL_URL": postbox.url})
        striker = Striker(stage, STRIKES)
        try:
            act(stage, striker)
        finally:
            stage.end()
        lines = journals(stage)
        yield Outbox(
            said={line["event"]: line["said"] for line in lines if line["event"]},
            seconds=sorted(float(line["seconds"]) for line in lines if "seconds" in line),
            events={row[0] for row in stage.rows(EVENTS)},
            notices=[
                (event, ident, user, channel, state, email)
                for event, ident, user, channel, state, email in stage.rows(NOTICES)
            ],
            all_mails={row[0] for row in stage.rows(ALL_MAILS)},
            postbox=postbox,
            strikes=striker.done,
        )
    finally:
        house.end()
        postbox.controller.stop()


def test_there_was_enough_of_everything(outbox: Outbox) -> None:
    said = Counter(outbox.said.values())
    print(f"\nstrikes: {dict(outbox.strikes)}, {outbox.strikes.total()} in all")
    print(f"transactions: {dict(said)}; from begin to commit and wake-up {spread(outbox.seconds)}")
    assert said["committed"] >= COMMITS
    assert said["rolled back"] >= COMMITS / 10
    assert min(outbox.strikes[kind.name] for kind in STRIKES) >= STRIKES_OF_A_KIND


def test_what_was_committed_is_there_and_what_was_rolled_back_is_not(outbox: Outbox) -> None:
    assert {e for e, said in outbox.said.items() if said == "committed"} - outbox.events == set()
    assert {e for e, said in outbox.said.items() if said == "rolled back"} & outbox.events == set()
    # What nobody saw the end of has happened wholly or not at all; and nothing else has.
    assert outbox.events - outbox.said.keys() == set()


def test_both_people_are_told_once_on_each_channel(outbox: Outbox) -> None:
    told = Counter((event, user, channel) for event, _, user, channel, _, _ in outbox.notices)
    assert set(told.values()) == {1}
    per_event = Counter(event for event, *_ in outbox.notices)
    assert per_event == dict.fromkeys(outbox.events, 4)


def test_everything_left_in_a_mail_with_an_id_of_its_own_and_nothing_else_did(
    outbox: Outbox,
) -> None:
    told = [(i, email) for _, i, _, channel, _, email in outbox.notices if channel == "email"]
    wanted = dict(told)
    assert set(told) == set(wanted.items()), "a mail to two people"
    assert {state for *_, state, _ in outbox.notices} == {"sent"}
    assert wanted.keys() - outbox.postbox.mails.keys() == set()
    assert outbox.postbox.mails.keys() - outbox.all_mails == set()
    for ident, email in wanted.items():
        # A repeat is the same mail to the same person.
        assert len(set(outbox.postbox.mails[ident])) == 1
        assert outbox.postbox.mails[ident][0][0] == email
    copies = sum(len(mails) for mails in outbox.postbox.mails.values())
    repeats = copies - len(outbox.postbox.mails)
    print(f"\nnotices by e-mail: {len(told)}, mails: {len(wanted)}, {repeats} repeats")
