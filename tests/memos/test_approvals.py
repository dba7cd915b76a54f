"""The approvals: what waits for a person, decided in place."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import confidential
from cases.models import Case
from ladder.models import Level, Seat
from memos.approvals import count_waiting, last_decisions, waiting_for
from memos.models import Concession, Decision
from tenants.models import Membership
from tests.cases.verbs import do
from tests.factories import World
from tests.memos import deals
from tests.memos.deals import again, ask, decide

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(world: World) -> World:
    """A vendor whose levels may concede something; the test runs in its scope."""
    return deals.empower(world)


def signed_in(world: World, name: str) -> Client:
    """Return a browser of one person's."""
    client = Client()
    client.force_login(world[name].user, backend="tenants.backends.EmailBackend")
    return client


def page(world: World, name: str) -> str:
    """Return the approvals as a person sees them."""
    answer = signed_in(world, name).get(f"/t/{world.tenant.slug}/approvals/")
    assert answer.status_code == 200
    return answer.content.decode()


def words(html: str) -> str:
    """Return a page's text with one space between its words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def fresh(world: World, **facts: Any) -> Concession:
    """Ask for a concession an hour ago."""
    at = timezone.now() - HOUR
    case = facts.pop("case", None) or world.case(at=at, description="They found it at the fair.")
    return ask(world, case, at=at, **facts)


def test_a_card_says_what_against_which_limit_in_which_case_and_what_if_nothing(
    desk: World,
) -> None:
    made = fresh(desk, amount="12500", condition="Paid first.")
    text = words(page(desk, "petra"))
    for part in (
        "1 waits for you",
        "Fee to Alpenwerk",
        "€12,500",
        deals.REASON,
        "On condition: Paid first.",
        "Asked by Tom",
        made.case.number,
        "Lead from the Hannover fair went past us",
        "They found it at the fair.",
        "€12,500 of €25,000",
        # The clock has the name that it has on the page of the case, and in the guide.
        "Concession running",
        "this goes to Marianne, Level 3. Nothing is approved by itself.",
        "Approve €12,500",
    ):
        assert part in text
    assert 'width="50.0"' in page(desk, "petra")
    assert page(desk, "petra").count("btn-primary") == 1


def test_at_the_top_nothing_done_means_an_alarm(desk: World) -> None:
    fresh(desk, amount="1000000")
    text = words(page(desk, "ada"))
    assert "No limit" in text
    assert "the admins are told that it was missed" in text


def test_without_a_rate_the_card_says_so(desk: World) -> None:
    fresh(desk, currency="USD")
    assert "no exchange rate: the highest level decides" in words(page(desk, "ada"))


def test_only_who_is_asked_now_sees_it_and_the_menu_counts_it(desk: World) -> None:
    deals.seat(desk, 2, backup=desk["olga"].user)
    fresh(desk)
    found = {name: count_waiting(desk[name]) for name in ("tom", "petra", "olga", "marianne")}
    assert found == {"tom": 0, "petra": 1, "olga": 1, "marianne": 0}
    assert re.search(r'class="p-count">1<span class="p-hide"> waiting', page(desk, "petra"))
    assert "You back up Petra here." in page(desk, "olga")
    assert "Nothing waits for you" in page(desk, "tom")


def test_what_has_gone_higher_waits_for_who_has_it_now(desk: World) -> None:
    made = fresh(desk)
    [clock] = deals.approvals(made)
    clock.state, clock.next_fire_at, clock.breached_at = "breached", None, clock.due_at
    clock.save()
    assert count_waiting(desk["petra"]) == 1
    higher = deals.approvals(made)[0]
    higher.pk, higher.id = None, made.pk
    higher.anchor, higher.state = clock.due_at, "running"
    higher.next_fire_at, higher.owner = clock.due_at + 16 * HOUR, desk["marianne"].user
    higher.level = desk.levels[2]
    higher.save(force_insert=True)
    assert (count_waiting(desk["petra"]), count_waiting(desk["marianne"])) == (0, 1)


@pytest.mark.parametrize("what", ["decided", "case ended", "hidden"])
def test_what_is_over_or_hidden_does_not_wait(desk: World, what: str) -> None:
    made = fresh(desk, by="petra", kind="lead", amount="10")
    assert deals.asked(made) == ("Tom", 1)
    if what == "decided":
        decide(desk, made, by="tom", at=timezone.now())
    elif what == "case ended":
        do(desk, "withdraw", made.case, by="tom", at=timezone.now())
    else:
        do(desk, "escalate", made.case, by="tom", at=timezone.now())
        Case.objects.filter(pk=made.case_id).update(confidentiality="restricted")
    assert not waiting_for(desk["tom"]).exists()


def post(world: World, made: Concession, name: str, **data: Any) -> Any:
    """Answer from the approvals."""
    url = f"/t/{world.tenant.slug}/cases/{made.case_id}/concessions/{made.pk}/do/decide/"
    given = {"back": "approvals", "revision": made.revision, "reason": "Fair.", **data}
    return signed_in(world, name).post(url, given)


def test_it_is_decided_in_place(desk: World) -> None:
    made = fresh(desk)
    answer = post(desk, made, "petra", verdict="approve", conditions="Paid first.")
    assert (answer.status_code, answer["Location"]) == (302, f"/t/{desk.tenant.slug}/approvals/")
    assert again(made).state == "approved"
    text = words(page(desk, "petra"))
    for part in ("Nothing waits for you", "Your last decisions", "Fee to Alpenwerk", "Fair."):
        assert part in text


def test_a_counter_is_offered_in_place(desk: World) -> None:
    made = fresh(desk)
    assert post(desk, made, "petra", verdict="counter", amount="2000").status_code == 302
    assert again(made).state == "countered"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"verdict": "deny", "reason": ""}, "This field is required."),
        ({"verdict": "approve", "reason": "   "}, "This field is required."),
        ({"verdict": "counter", "amount": "NaN"}, "Digits only"),
        ({"verdict": "counter", "amount": "3000"}, "This is what was asked for"),
        ({"verdict": "counter", "amount": "3000.01"}, "This is more than was asked for"),
        ({"verdict": "perhaps"}, "Choose approve, deny or counter."),
    ],
)
def test_what_is_wrong_comes_back_with_what_was_written(
    desk: World, data: dict[str, str], reason: str
) -> None:
    made = fresh(desk)
    answer = post(desk, made, "petra", conditions="Kept text.", **data)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert reason in html
    assert "Approvals" in html
    assert ("Kept text." in html) == (data["verdict"] != "counter")
    assert again(made).state == "pending"


def test_a_stale_page_and_a_double_click_are_refused(desk: World) -> None:
    made = fresh(desk)
    deals.change(desk, made, amount="4000", at=timezone.now())
    stale = post(desk, made, "petra", verdict="approve")
    assert stale.status_code == 409
    assert "changed since you opened it" in stale.content.decode()
    now = again(made)
    assert post(desk, now, "petra", verdict="approve").status_code == 302
    second = post(desk, now, "petra", verdict="deny")
    assert second.status_code == 409
    assert "The request is approved." in second.content.decode()
    assert Decision.objects.count() == 1


def test_who_may_not_decide_is_told_so(desk: World) -> None:
    made = fresh(desk)
    answer = post(desk, made, "tom", verdict="approve")
    assert answer.status_code == 403
    assert "Nobody decides what they asked for" in answer.content.decode()


def queries_for(world: World, name: str) -> int:
    """Return how many queries the page takes."""
    client = signed_in(world, name)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(f"/t/{world.tenant.slug}/approvals/").status_code == 200
    return len(seen)


def test_thirty_take_as_many_queries_as_one(desk: World) -> None:
    fresh(desk)
    one = queries_for(desk, "petra")
    for number in range(29):
        partner = desk.partners["rheintor" if number % 2 else "alpenwerk"]
        case = desk.case(at=timezone.now() - HOUR, partner=partner)
        fresh(desk, case=case, partner=partner.slug, amount=str(100 + number))
    assert count_waiting(desk["petra"]) == 30
    assert queries_for(desk, "petra") == one
    assert page(desk, "petra").count("btn-primary") == 1
    assert page(desk, "petra").count("data-row ") + page(desk, "petra").count("data-row>") == 30


def test_the_last_decisions_are_ones_own_and_those_made_in_ones_place(desk: World) -> None:
    deals.seat(desk, 2, backup=desk["olga"].user)
    mine = decide(desk, fresh(desk), at=timezone.now() - HOUR / 2)
    for_me = decide(desk, fresh(desk), "deny", by="olga", at=timezone.now())
    decide(desk, fresh(desk), by="marianne", at=timezone.now())
    found = [decision.concession_id for decision in last_decisions(desk["petra"])]
    assert found == [for_me.pk, mine.pk]
    assert "Olga, on behalf of Petra" in page(desk, "petra")


def waits_for(world: World) -> set[str]:
    """Return for whom something waits."""
    names = ("tom", "petra", "marianne", "ada", "olga", "ines")
    return {name for name in names if count_waiting(world[name])}


def test_it_waits_for_who_holds_the_level_now(desk: World) -> None:
    fresh(desk)
    deals.seat(desk, 2, user=desk["olga"].user, backup=desk["ines"].user)
    assert waits_for(desk) == {"olga", "ines"}
    assert "You back up Olga here." in page(desk, "ines")
    assert "You back up" not in page(desk, "olga")
    Seat.objects.filter(level=desk.levels[1]).delete()
    assert waits_for(desk) == set()


def test_it_waits_for_the_backup_of_now(desk: World) -> None:
    deals.seat(desk, 2, backup=desk["olga"].user)
    fresh(desk)
    deals.seat(desk, 2, backup=desk["ines"].user)
    assert waits_for(desk) == {"petra", "ines"}


def test_who_moved_up_is_still_asked_and_so_is_who_followed(desk: World) -> None:
    fresh(desk)
    deals.seat(desk, 2, user=desk["olga"].user)
    deals.seat(desk, 3, user=desk["petra"].user)
    assert waits_for(desk) == {"petra", "olga"}


def test_while_who_was_asked_is_there_others_of_the_level_are_not_bothered(desk: World) -> None:
    fresh(desk)
    Seat.objects.create(tenant=desk.tenant, level=desk.levels[1], user=desk["ines"].user, rank=2)
    assert waits_for(desk) == {"petra"}
    Membership.objects.filter(pk=desk["petra"].pk).update(is_active=False)
    assert {name for name in ("olga", "ines") if count_waiting(desk[name])} == {"ines"}


@pytest.mark.parametrize(
    "change",
    [
        {"category": "territory"},
        {"user": "tom"},
        {"user": "tom", "backup": "olga"},
        {"user": "olga", "backup": "tom"},
    ],
)
def test_a_seat_for_something_else_or_of_who_asked_is_not_asked(
    desk: World, change: dict[str, str]
) -> None:
    fresh(desk)
    known: dict[str, Any] = {"category": desk.categories["territory"]}
    deals.seat(desk, 2, **{k: known.get(k) or desk[v].user for k, v in change.items()})
    assert waits_for(desk) == ({"olga"} if change.get("user") == "olga" else set())


def test_a_level_that_may_concede_nothing_any_more_is_not_asked(desk: World) -> None:
    fresh(desk)
    Level.objects.filter(pk=desk.levels[1].pk).update(authority_kinds=[])
    assert waits_for(desk) == set()


def test_what_happens_if_nothing_is_done_passes_over_levels_as_the_sweep_does(
    desk: World,
) -> None:
    fresh(desk)
    assert "this goes to Marianne, Level 3." in words(page(desk, "petra"))
    Level.objects.filter(pk=desk.levels[2].pk).update(authority_kinds=[])
    assert "this goes to Ada, Board." in words(page(desk, "petra"))


def test_of_a_confidential_case_the_next_is_one_who_may_know(desk: World) -> None:
    case = desk.case(at=timezone.now() - HOUR)
    for by in ("tom", "petra"):
        do(desk, "escalate", Case.objects.get(pk=case.pk), by=by, at=timezone.now())
    deals.seat(desk, 2, backup=desk["marianne"].user)
    fresh(desk, case=Case.objects.get(pk=case.pk), by="olga", kind="lead", amount="10")
    assert "this goes to Petra, Level 2." in words(page(desk, "tom"))
    Case.objects.filter(pk=case.pk).update(confidentiality="restricted")
    # Tom is let in by name; Petra, one level below the case, is not.
    confidential.grant_access(
        Case.objects.get(pk=case.pk),
        by=desk["marianne"],
        at=timezone.now(),
        reason="He has to decide.",
        user_id=desk["tom"].user_id,
        until=timezone.now() + 24 * HOUR,
    )
    assert "this goes to Marianne, Level 3." in words(page(desk, "tom"))
