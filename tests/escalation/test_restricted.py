"""A restricted case against every address of staff: there for who has to know, and for everybody
else the same as missing. An address with an object of a case that this test cannot make fails."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from cases.confidential import grant_access, restrict, revoke_access
from cases.models import Case, Clock
from cases.queries import VIEWS
from cases.retiming import hold
from journal.models import Event, Notice
from ladder.models import Level
from memos.models import MemoAction
from tests.escalation.browsing import addresses, browser, left
from tests.escalation.test_urls import ask
from tests.factories import OPENED, World, make_person, make_rebase, make_world
from tests.memos import deals, story

pytestmark = pytest.mark.django_db
KNOW = ("tom", "petra", "marianne", "granted")
DO_NOT = ("expired", "revoked", "colleague", "ines", "pavel", "ruth")
TITLE, DEAL = "Zebrafish at the Klinikum", "OPP-77123"
DAY = timedelta(days=1)
# What a path names: what belongs to a case, and what everybody may know.
OBJECTS = {"case_id", "clock_id", "concession_id", "memo_id", "action_id", "rebase_id"}
WORDS = {
    "verb": "restrict",
    "what": "withdraw",
    "step": "take-back",
    "partner": "alpenwerk",
    "category": "lead-routing",
    "token_key": "pry_nobodys0000",
    "own_key": "pry_nobodys0000",
    "member_id": uuid4(),
    "absence_id": uuid4(),
}
OF_STAFF = [
    a
    for a in addresses()
    if a.url(dict.fromkeys(a.arguments, uuid4()) | WORDS | {"slug": "x", "act": "y"}).startswith(
        "/t/"
    )
]
ABOUT_CASES = [a for a in OF_STAFF if OBJECTS & set(a.arguments)]
LISTS = [a for a in OF_STAFF if not OBJECTS & set(a.arguments)]


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    """Stop the clock now, so that two answers differ by nothing but what they were asked for; the
    grants end by the database's clock, which nobody stops."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def ours(db: None) -> World:
    """A vendor, and people who once could see the case, or never."""
    world = make_world()
    with world.scope():
        for name in ("granted", "expired", "revoked", "colleague"):
            make_person(world, name, "staff")
        Level.objects.update(authority_kinds=["fee"], authority_amount=None)
    return world


@pytest.fixture
def hidden(ours: World) -> dict[str, Any]:
    """A restricted case with a concession and a memo: what the names in a path stand for."""
    with ours.scope():
        case = ours.case(title=TITLE, deal_id=DEAL, external_id="CRM-77123")
        concession = deals.ask(ours, case, amount="3331")
        memo = story.asked(ours, case, title=f"{TITLE}, resolved")
        now = timezone.now()
        until, why = OPENED + DAY, "The clinic's board meets."
        hold(case, by=ours["tom"], at=OPENED, until=until, reason=why, override=True)
        restrict(case, by=ours["tom"], at=now, reason="Names a patient.")
        for name, at in (("granted", now), ("revoked", now), ("expired", now - 2 * DAY)):
            who = ours[name].user_id
            grant_access(
                case, by=ours["tom"], at=at, user_id=who, until=at + DAY, reason="Knows both."
            )
        revoke_access(case, by=ours["tom"], at=now, user_id=ours["revoked"].user_id, reason="Done.")
        rebase = make_rebase(ours, case=case, reason=f"{TITLE}: the works council's day.")
        tell_everybody(ours, case)
        action = MemoAction.objects.filter(memo_id=memo.pk).earliest("position")
        clock = Clock.objects.get(case_id=case.pk, kind="response")
    return {
        "case_id": case.pk,
        "clock_id": clock.pk,
        "concession_id": concession.pk,
        "memo_id": memo.pk,
        "rebase_id": rebase.pk,
        "action_id": action.pk,
        "number": case.number,
    }


def tell_everybody(world: World, case: Case) -> None:
    """Ring everybody's bell about everything that happened, as if they had known of it once."""
    for event in Event.objects.filter(case_id=case.pk):
        for member in world.people.values():
            Notice.objects.get_or_create(
                tenant=world.tenant,
                event=event,
                user=member.user,
                channel="bell",
                defaults={"state": "sent"},
            )


def values(world: World, found: dict[str, Any]) -> dict[str, Any]:
    """Return what the names in a path stand for."""
    return {**WORDS, "slug": world.tenant.slug, **found}


def missing() -> dict[str, Any]:
    """Return ids that nobody has."""
    return {name: uuid4() for name in OBJECTS}


@pytest.mark.parametrize("name", DO_NOT)
def test_for_who_need_not_know_it_is_the_same_as_missing(
    name: str, ours: World, hidden: dict[str, Any]
) -> None:
    client, nobodys = browser(ours, name), missing()
    for address, method in product(ABOUT_CASES, ("GET", "POST")):
        answers = [
            left(
                ask(client, method, address.url(values(ours, found)), address.name),
                *(found[argument] for argument in address.arguments if argument in OBJECTS),
            )
            for found in (hidden, nobodys)
        ]
        assert answers[0] == answers[1], (address.name, method)
        assert answers[0][0] in (404, 405), (address.name, method)


@pytest.mark.parametrize("name", KNOW)
def test_for_who_has_to_know_it_is_there(name: str, ours: World, hidden: dict[str, Any]) -> None:
    client = browser(ours, name)
    for address in ABOUT_CASES:
        answer = ask(client, "GET", address.url(values(ours, hidden)), address.name)
        assert answer.status_code in (200, 302, 405), address.name


def pages(world: World) -> list[tuple[str, dict[str, str]]]:
    """Return every list and search of staff, with what one would look for."""
    texts = (TITLE, "Zebrafish", DEAL, "CRM-77123", "Alpenwerk", "resolved")
    plain: list[tuple[str, dict[str, str]]] = [
        (address.url(values(world, {})), {}) for address in LISTS
    ]
    here = f"/t/{world.tenant.slug}/"
    views = [(f"{here}inbox/", {"view": view, "q": q}) for view in VIEWS for q in ("", texts[1])]
    searches = [(f"{here}{page}/", {"q": q}) for page in ("search", "memos") for q in texts]
    states = [
        (f"{here}overrides/", {"view": "reconciled"}),
        (f"{here}rules/rebases/", {"view": "answered"}),
    ]
    states += [(f"{here}memos/", {"status": state}) for state in ("draft", "in_review", "issued")]
    return [*plain, *views, *searches, *states]


@pytest.mark.parametrize("name", DO_NOT)
def test_no_list_count_or_search_knows_of_it(
    name: str, ours: World, hidden: dict[str, Any]
) -> None:
    client = browser(ours, name)
    known = ("at the Klinikum", hidden["number"], DEAL, "3,331", str(hidden["case_id"]))
    for url, query in pages(ours):
        body = ask(client, "GET", url, data=query).content.decode()
        body = body.replace(query.get("q") or "\0", "")
        assert [word for word in known if word in body] == [], (url, query)
        assert "not read" not in body, url


@pytest.mark.parametrize("name", KNOW)
def test_who_has_to_know_finds_it(name: str, ours: World, hidden: dict[str, Any]) -> None:
    client, here = browser(ours, name), f"/t/{ours.tenant.slug}/"
    for path, query in (("inbox/", {"view": "all"}), ("search/", {"q": "Zebrafish"})):
        assert hidden["number"] in client.get(here + path, query).content.decode(), path
    memos = client.get(f"{here}memos/", {"status": "in_review"}).content.decode()
    assert "at the Klinikum, resolved" in memos
    assert "not read" in memos
    for page in ("overrides/", "rules/rebases/"):
        assert TITLE in client.get(f"{here}{page}").content.decode()
