"""A client that somebody else's program made of the pinned description walks the whole story."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import httpx
import pytest
import time_machine
from django.core.wsgi import get_wsgi_application
from django.utils import timezone

from cases.sweep import sweep
from devtools.places import venv_program
from escalation.api import DESCRIPTION
from tests.api import Program, company
from tests.escalation.contract import connected
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sweeper", "owner"])
NOON = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
NAME = "parley_client"
ALWAYS = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The client, made anew and not touched."""
    folder = tmp_path_factory.mktemp("client")
    words = ["generate", "--path", str(DESCRIPTION), "--output-path", str(folder / NAME)]
    done = subprocess.run(
        [venv_program("openapi-python-client"), *words, "--meta", "none"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stdout
    # The one thing it has no word for is a PDF: its bytes are in the answer all the same.
    assert "Unable to process" not in done.stdout, done.stdout
    sys.path.insert(0, str(folder))
    yield importlib.import_module(NAME)
    sys.path.remove(str(folder))


class Caller:
    """Calls the client's functions as the member of one token."""

    def __init__(self, program: Program) -> None:
        kind: Any = importlib.import_module(f"{NAME}.client").AuthenticatedClient
        transport = httpx.WSGITransport(app=get_wsgi_application())
        self.client = kind(
            base_url="http://testserver", token=program.token, httpx_args={"transport": transport}
        )

    def ask(self, name: str, *places: Any, **facts: Any) -> Any:
        """Call one operation, and return the answer with its status, headers and body."""
        group = name.partition("_")[0]
        module: Any = importlib.import_module(f"{NAME}.api.{group}.{name}")
        body = facts.pop("body", None)
        if body is not None:
            facts["body"] = made(*body)
        with connected():
            return module.sync_detailed(*places, client=self.client, **facts)

    def do(self, name: str, *places: Any, **facts: Any) -> Any:
        """Call one operation that has to succeed, and return what it answered."""
        answer = self.ask(name, *places, **facts)
        assert answer.status_code in (200, 201), answer.content
        return answer.parsed


def made(name: str, facts: dict[str, Any]) -> Any:
    """Return a body as the client's own class has it."""
    models: Any = importlib.import_module(f"{NAME}.models")
    return getattr(models, name).from_dict(facts)


@pytest.fixture
def world(transactional_db: None) -> World:
    """A vendor, whose strategic kind asks for a clause."""
    found = make_world()
    with found.scope():
        kind = found.categories["territory"]
        clause = {"name": "clause", "label": "Clause", "type": "text", "required": True}
        kind.fields = [clause]
        kind.save()
    return found


@pytest.fixture
def moment() -> Iterator[Any]:
    """A clock that goes on by itself, since ids tell what happened first, and is moved by hand."""
    with time_machine.travel(NOON) as traveller:
        yield traveller


def level(holder: str, amount: str) -> dict[str, Any]:
    """Return a level of four hours to answer and sixteen to decide."""
    return {
        "name": f"Level of {holder.partition('.')[0]}",
        "holder": holder,
        "response_window": "PT4H",
        "decision_window": "PT16H",
        "authority": {"amount": amount, "currency": "EUR", "kinds": ["fee"]},
    }


def test_the_whole_story(client: ModuleType, world: World, moment: Any) -> None:
    callers = {n: Caller(Program(world, n)) for n in ("ines", "tom", "petra", "marianne")}
    anna = Caller(company(world, "anna", "alpenwerk"))
    case = logged(callers["ines"], callers["tom"], world)
    climbed(callers["petra"], case, moment)
    conceded(callers, case)
    memo = written(callers, case, world)
    read_by_its_party(anna, case, memo)
    followed(callers["tom"], case)


def logged(ines: Caller, tom: Caller, world: World) -> Any:
    """Publish the rules, and log a dispute with a gap."""
    hours = {"name": "Always", "timezone": "UTC", "weekly": ALWAYS}
    calendar = ines.do("calendars_create", body=("CalendarIn", hours))
    people = [world[n].user.email for n in ("tom", "petra", "marianne")]
    levels = [level(*pair) for pair in zip(people, ("500", "5000", "50000"), strict=True)]
    rules = {"name": "Deals", "calendar": str(calendar.id), "total_window": "PT100H"}
    ladder = ines.do("ladders_create", body=("LadderIn", {**rules, "levels": levels}))
    preview = {"calendar": str(calendar.id), "start": NOON.isoformat(), "window": "PT4H"}
    due = tom.do("calendars_preview", body=("PreviewIn", preview)).due_at
    assert due == NOON + timedelta(hours=4)
    facts = {
        "partner": str(world.partners["alpenwerk"].pk),
        "category": "territory",
        "title": "Two partners, one city",
        "ladder": str(ladder.id),
        "impact": {"revenue": "30000", "customers": 1, "relationship": "signal"},
        "parties": [{"partner": str(world.partners["rheintor"].pk), "role": "respondent"}],
    }
    body = ("CasePut", facts)
    case = tom.do("cases_by_external_id_update", "crm", "5003", body=body)
    assert (case.number, case.severity.value, case.owner.name) == ("ESC-2026-0001", "s3", "Tom")
    assert (case.missing_fields, case.next_step.action.value) == (["clause"], "complete_fields")
    facts["fields"] = {"clause": "4.2"}
    again = tom.do("cases_by_external_id_update", "crm", "5003", body=("CasePut", facts))
    assert (again.id, again.next_step.action.value) == (case.id, "acknowledge")
    assert {clock.kind.value for clock in again.clocks} == {"response", "decision", "total"}
    return again


def climbed(petra: Caller, case: Any, moment: Any) -> None:
    """Nobody answers; the clock hands it up."""
    # However long it took to log it.
    moment.move_to(NOON + timedelta(hours=4, minutes=1))
    sweep(timezone.now)
    found = petra.do("cases_retrieve", case.id)
    assert (found.level.position, found.owner.name, found.status.value) == (2, "Petra", "new")
    missed = [clock for clock in found.clocks if clock.breached_at]
    assert [clock.kind.value for clock in missed] == ["response"]
    taken = petra.ask("cases_acknowledge", case.id, if_match=f'"{found.version}"')
    assert taken.parsed.status.value == "in_progress"
    stale = petra.ask("cases_acknowledge", case.id, if_match=f'"{found.version}"')
    assert stale.status_code == 412


def conceded(callers: dict[str, Caller], case: Any) -> None:
    """Petra asks, and cannot decide it herself; Marianne offers less, which is taken."""
    ask = {"case": str(case.id), "kind": "fee", "amount": "3800", "reason": "They step back."}
    made_ = callers["petra"].do(
        "concessions_create", body=("ConcessionIn", ask), idempotency_key="ask-1"
    )
    again = callers["petra"].ask(
        "concessions_create", body=("ConcessionIn", ask), idempotency_key="ask-1"
    )
    assert (again.parsed.id, again.headers["Idempotency-Replayed"]) == (made_.id, "true")
    assert (made_.asked.name, made_.asked_level) == ("Marianne", 3)
    yes = ("ConcessionDecide", {"decision": "approve", "reason": "Fair."})
    refused = callers["petra"].ask("concessions_decide", made_.id, body=yes)
    assert refused.status_code == 403
    assert "Nobody decides what they asked for" in refused.parsed.detail
    less = {"decision": "counter", "reason": "As before.", "amount": "3000"}
    callers["marianne"].do("concessions_decide", made_.id, body=("ConcessionDecide", less))
    taken = callers["petra"].do("concessions_accept", made_.id)
    assert (taken.state.value, taken.amount) == ("approved", "3000")


def written(callers: dict[str, Caller], case: Any, world: World) -> Any:
    """Decide, write it down, have it read, issue it; then nothing changes it any more."""
    petra, tom = callers["petra"], callers["tom"]
    word = {"outcome": "partly", "reason": "Both have a point."}
    decided = petra.do("cases_decide", case.id, body=("Decide", word))
    assert decided.next_step.action.value == "issue_memo"
    early = petra.ask("cases_resolve", case.id, body=("Resolve", {}))
    assert (early.status_code, "memo" in early.parsed.detail) == (409, True)
    known = petra.ask("memos_create", body=("MemoIn", {"case": str(case.id)}))
    assert known.status_code == 201, known.content
    memo = known.parsed
    contents = {
        "title": "The city is shared",
        "sections": {"dispute": "One city.", "findings": "Clause 4.2.", "decision": "Shared."},
        "copies": [
            {"partner": str(p.pk), "title": "The city", "body": "You share it."}
            for p in world.partners.values()
        ],
        "actions": [
            {"what": "Draw the line", "due_on": "2027-01-15", "owner": str(world["tom"].user_id)}
        ],
    }
    petra.do("memos_update", memo.id, body=("MemoEdit", contents))
    reader = {"reviewer": str(world["tom"].user_id)}
    petra.do("memos_ask_review", memo.id, body=("AskReview", reader))
    tom.do("memos_review", memo.id, body=("Review", {"agree": True}))
    issued = petra.do("memos_issue", memo.id, body=("Issue", {"confirmed": 0}))
    assert (issued.status.value, issued.number) == ("issued", "M-2026-0001")
    late = petra.ask("memos_update", memo.id, body=("MemoEdit", contents))
    assert late.status_code == 409
    assert petra.do("memos_retrieve", memo.id).sha256 == issued.sha256
    assert petra.ask("memos_pdf", memo.id).content.startswith(b"%PDF")
    resolved = petra.do("cases_resolve", case.id, body=("Resolve", {}))
    assert (resolved.status.value, resolved.memo_id) == ("resolved", memo.id)
    return issued


def read_by_its_party(anna: Caller, case: Any, memo: Any) -> None:
    """The partner reads its own case and its own copy, and nothing else."""
    own = anna.do("cases_retrieve", case.id)
    assert (own.title, own.level, own.severity, own.version) == (case.title, None, None, None)
    assert [party.role.value for party in own.parties] == ["complainant"]
    copy = anna.do("memos_retrieve", memo.id)
    assert (copy.sections, [c.body for c in copy.copies]) == (None, ["You share it."])
    anna.do("memos_acknowledge", memo.id)
    assert anna.ask("memos_acknowledge", memo.id).status_code == 409
    assert anna.ask("events_list").status_code == 403


def followed(tom: Caller, case: Any) -> None:
    """What happened is in the case's events, the last first, and in its list."""
    kinds = [event.kind for event in tom.do("cases_events", case.id).results]
    assert kinds[:2] == ["memo.acknowledged", "case.resolved"]
    assert "case.escalated" in kinds
    listed = tom.do("cases_list", q="city")
    assert [found.id for found in listed.results] == [case.id]
