"""Two people who decide the same concession at the same moment, over real connections."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from memos.actions.concession import decide_concession
from memos.models import Concession, Decision
from tenants.errors import NotNow
from tests.factories import World
from tests.memos.deals import LATER, ask

DECIDERS = (("petra", "approve"), ("marianne", "deny"))


def decide_at_once(world: World, made: Concession) -> list[str]:
    """Let two deciders act at once; return what each was told, in the order of DECIDERS."""
    together = Barrier(len(DECIDERS))

    def act(name: str, verdict: str) -> str:
        try:
            together.wait(timeout=10)
            with world.scope():
                who = world[name]
                decide_concession(made, by=who, at=LATER, verdict=verdict, reason="My word.")
        except NotNow as problem:
            return problem.reason
        finally:
            connection.close()
        return verdict

    with ThreadPoolExecutor(len(DECIDERS)) as pool:
        return list(pool.map(lambda pair: act(*pair), DECIDERS))


def prove_pairs(world: World, count: int) -> dict[str, int]:
    """Run pairs one after the other, each on a request of its own; return how often each verdict
    won. Every pair must end as one decision, and one refusal that says so."""
    won = {verdict: 0 for _, verdict in DECIDERS}
    with world.scope():
        case = world.case()
    for _ in range(count):
        with world.scope():
            made = ask(world, case)
        answers = decide_at_once(world, made)
        [winner] = [answer for answer in answers if answer in won]
        state = {"approve": "approved", "deny": "denied"}[winner]
        [refusal] = [answer for answer in answers if answer not in won]
        assert refusal == f"The request is {state}."
        with world.scope():
            assert Concession.objects.get(pk=made.pk).state == state
            assert Decision.objects.get(concession=made).verdict == winner
        won[winner] += 1
    return won
