"""A request that is sent twice is carried out once."""

from datetime import datetime, timedelta
from threading import Event as Signal
from threading import Thread
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from cases import confidential, opening
from cases.models import Case
from tenants.models import IdempotencyKey
from tenants.rest import replay
from tests.api import Program, company, pointers, refused
from tests.factories import World, make_world
from tests.holding import holding, impatient

LEAD = {"category": "lead-routing", "title": "A lead"}


def lead(world: World, **others: Any) -> dict[str, Any]:
    """Return a dispute of Alpenwerk's to log."""
    return {**LEAD, "partner": str(world.partners["alpenwerk"].pk), **others}


def cases_of(world: World) -> int:
    """Return how many cases there are."""
    with world.scope():
        return Case.objects.count()


@pytest.mark.django_db
class TestOneByOne:
    """One request after the other."""

    def test_the_second_is_answered_as_the_first(self) -> None:
        world = make_world()
        crm = Program(world, "tom")
        first, second = (
            crm.ask("post", "cases/", lead(world), Idempotency_Key="a") for _ in range(2)
        )
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert [a.headers.get("Idempotency-Replayed") for a in (first, second)] == [None, "true"]
        for name in ("ETag", "Location"):
            assert first.headers[name] == second.headers[name]
        assert cases_of(world) == 1

    def test_another_request_with_the_key_is_refused(self) -> None:
        world = make_world()
        crm = Program(world, "tom")
        case = crm.post("cases/", lead(world), Idempotency_Key="a")["id"]
        for path, body in (
            ("cases/", lead(world, title="Another")),
            (f"cases/{case}/acknowledge/", None),
        ):
            answer = crm.ask("post", path, body, Idempotency_Key="a")
            assert "used for another request" in refused(answer, 422)["detail"]
        assert cases_of(world) == 1

    def test_a_key_is_its_members_own(self) -> None:
        world = make_world()
        for name in ("tom", "petra"):
            Program(world, name).post("cases/", lead(world), Idempotency_Key="a")
        assert cases_of(world) == 2

    def test_a_token_that_was_replaced_goes_on_with_its_keys(self) -> None:
        world = make_world()
        for _ in range(2):
            Program(world, "tom").post("cases/", lead(world), Idempotency_Key="a")
        assert cases_of(world) == 1

    def test_what_was_refused_may_be_sent_again(self) -> None:
        world = make_world()
        crm = Program(world, "tom")
        wrong = crm.ask("post", "cases/", lead(world, severity="s9"), Idempotency_Key="a")
        assert list(pointers(wrong)) == ["/severity"]
        crm.post("cases/", lead(world), Idempotency_Key="a")
        assert cases_of(world) == 1

    def test_after_a_day_it_is_a_new_request_and_the_old_answer_is_gone(self) -> None:
        world = make_world()
        crm = Program(world, "tom")
        for key in ("a", "b"):
            crm.post("cases/", lead(world), Idempotency_Key=key)
        with world.scope():
            old = timezone.now() - timedelta(hours=24, seconds=1)
            IdempotencyKey.objects.update(created_at=old)
        answer = crm.ask("post", "cases/", lead(world), Idempotency_Key="a")
        assert (answer.status_code, "Idempotency-Replayed" in answer.headers) == (201, False)
        assert cases_of(world) == 3
        with world.scope():
            assert [row.key for row in IdempotencyKey.objects.all()] == ["a"]

    @pytest.mark.parametrize("key", ["", "x" * 256, "ü", "a\tb"])
    def test_what_cannot_be_a_key(self, key: str) -> None:
        world = make_world()
        answer = Program(world, "tom").ask("post", "cases/", lead(world), Idempotency_Key=key)
        assert "1 to 255 printable" in refused(answer, 400)["detail"]

    def test_an_answer_of_nothing_is_kept_too(self) -> None:
        world = make_world()
        with world.scope():
            case = world.case(at=timezone.now())
            confidential.restrict(case, by=world["tom"], at=timezone.now(), reason="A patient.")
        crm, path, why = Program(world, "tom"), f"cases/{case.pk}/escalate/", {"reason": "Up."}
        first, second = (crm.ask("post", path, why, Idempotency_Key="a") for _ in range(2))
        assert (first.status_code, second.status_code, second.content) == (204, 204, b"")
        assert second.headers["Idempotency-Replayed"] == "true"

    def test_a_partners_key_works_behind_its_wall(self) -> None:
        world = make_world()
        anna = company(world, "anna", "alpenwerk")
        first, second = (anna.post("cases/", LEAD, Idempotency_Key="a") for _ in range(2))
        assert first == second
        assert cases_of(world) == 1


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_under_way_the_second_is_told_so(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world()
    crm, again = Program(world, "tom"), Program(world, "tom")
    entered, go_on, answers = Signal(), Signal(), []
    check = opening.check_who_logs

    def slowly(*facts: Any) -> None:
        entered.set()
        assert go_on.wait(30)
        check(*facts)

    def first() -> None:
        answers.append(crm.ask("post", "cases/", lead(world), Idempotency_Key="a"))
        connections.close_all()

    monkeypatch.setattr(opening, "check_who_logs", slowly)
    thread = Thread(target=first)
    thread.start()
    assert entered.wait(30)
    second = again.ask("post", "cases/", lead(world), Idempotency_Key="a")
    go_on.set()
    thread.join(30)
    assert "still under way" in refused(second, 409)["detail"]
    assert answers[0].status_code == 201
    third = again.ask("post", "cases/", lead(world), Idempotency_Key="a")
    assert third.json() == answers[0].json()
    assert cases_of(world) == 1


def keys_of(world: World) -> list[str]:
    """Return the keys whose answers are kept."""
    with world.scope():
        return sorted(IdempotencyKey.objects.values_list("key", flat=True))


@pytest.mark.django_db(transaction=True)
def test_clearing_waits_for_nobody_and_leaves_what_another_has_in_hand(
    live_world: World,
) -> None:
    crm = Program(live_world, "tom")
    for key in ("a", "b"):
        crm.post("cases/", lead(live_world), Idempotency_Key=key)
    with live_world.scope():
        IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    held = "SELECT FROM tenants_idempotencykey WHERE key = 'b' FOR UPDATE"
    with holding(live_world, held), impatient("lock_timeout"):
        crm.post("cases/", lead(live_world), Idempotency_Key="c")
        assert keys_of(live_world) == ["b", "c"]
    crm.post("cases/", lead(live_world), Idempotency_Key="d")
    assert keys_of(live_world) == ["c", "d"]


@pytest.mark.django_db(transaction=True)
def test_who_clears_has_kept_its_own_answer_first(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else two whose keys are a day old, each cleared by the other, would wait for each other."""
    crm, seen = Program(live_world, "tom"), []
    clear = replay.clear

    def watched(at: datetime) -> None:
        seen.append(keys_of(live_world))
        clear(at)

    monkeypatch.setattr(replay, "clear", watched)
    crm.post("cases/", lead(live_world), Idempotency_Key="a")
    assert seen == [["a"]]
