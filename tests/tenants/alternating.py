"""Threads that act for one vendor, then for another, then for one of its partners, on connections
that go from hand to hand, while somebody ends their sessions.

Every look counts the rows of every table that has a vendor's column, by vendor: there must be
those of whoever acts, and no others; in the portal, those of the partner.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import SimpleQueue
from uuid import UUID

from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from cases.actions import add_message
from cases.models import Case, Message, Party
from partners.models import Contact
from portal.door import as_application
from tenants.models import Membership
from tenants.scope import act_in, identify
from tests.factories import World
from tests.tenants.catalogue import grants, with_tenant

# Writing goes on meanwhile: of these there may be more than at first.
GROWING = frozenset({"cases_message", "journal_event", "journal_notice"})
REQUESTS_A_CUT = 6
GONE = (OperationalError, InterfaceError)
CUT = """
SELECT count(pg_terminate_backend(pid)) FROM (
    SELECT pid FROM pg_stat_activity
    WHERE usename = 'parley_app' AND datname = current_database() AND pid <> pg_backend_pid()
    ORDER BY random() LIMIT 1
) victim
"""
Counts = dict[tuple[str, UUID], int]


class EnoughError(Exception):
    """Ends a transaction from within, as a view that fails."""


@dataclass(frozen=True, slots=True)
class Actor:
    """On whose behalf a request runs."""

    tenant_id: UUID
    user_id: UUID
    partner_id: UUID | None = None

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Act as the middleware does."""
        portal = self.partner_id is not None
        with act_in(
            self.tenant_id, user_id=self.user_id, partner_id=self.partner_id, portal=portal
        ):
            yield


def readable(role: str) -> str:
    """Return the statement that counts, by vendor, the rows of every table a role may read."""
    granted = grants(role)
    tables = sorted(
        table
        for table in with_tenant()
        if (columns := granted.get(table, {}).get("SELECT"))
        and (columns == "*" or "tenant_id" in columns.split())
    )
    return " UNION ALL ".join(
        f"SELECT '{table}', tenant_id, count(*) FROM {table} GROUP BY tenant_id" for table in tables
    )


@dataclass
class Alternation:
    """The vendors, the pool, and everything that was seen and must not have been."""

    worlds: list[World]
    threads: int
    pool_size: int
    seed: int = 7
    wrong: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    written: Counter[UUID] = field(default_factory=Counter)
    perhaps: Counter[UUID] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.statements = {False: readable("parley_app"), True: readable("parley_portal")}
        self.actors = [actor for world in self.worlds for actor in actors(world)]
        self.case_of: dict[Actor, UUID] = {}
        self.before: dict[Actor, Counts] = {}
        for actor in self.actors:
            with actor.acting():
                self.before[actor] = self.counts(actor)
                self.case_of[actor] = Case.objects.order_by("number").values_list("id", flat=True)[
                    0
                ]
        self.pool: SimpleQueue[BaseDatabaseWrapper] = SimpleQueue()
        for _ in range(self.pool_size):
            wrapper = connections.create_connection("default")
            wrapper.inc_thread_sharing()
            self.pool.put(wrapper)

    def counts(self, actor: Actor) -> Counts:
        """Return how many rows there are, by table and vendor."""
        with connection.cursor() as cursor:
            cursor.execute(self.statements[actor.partner_id is not None])
            return {(table, tenant): number for table, tenant, number in cursor.fetchall()}

    def run(self, requests: int) -> None:
        """Let the threads work, ending a session every few milliseconds."""
        order = list(range(requests))
        random.Random(self.seed).shuffle(order)  # noqa: S311 - any order will do, the same each time
        with ThreadPoolExecutor(self.threads) as threads:
            jobs = [
                threads.submit(self.work, order[n :: self.threads]) for n in range(self.threads)
            ]
            self.cut_until_done(jobs)
            for job in jobs:
                job.result()
        while not self.pool.empty():
            self.pool.get().close()

    def cut_until_done(self, jobs: "list[Future[None]]") -> None:
        """End one session after the other, whatever it is doing: one for every few requests, so
        that most come to their end on a slow machine too."""
        while not all(job.done() for job in jobs):
            if self.done["requests"] >= REQUESTS_A_CUT * self.done["sessions ended"]:
                with connection.cursor() as cursor:
                    cursor.execute(CUT)
                    self.done["sessions ended"] += cursor.fetchone()[0]
            wait(jobs, timeout=0.01)

    def work(self, part: list[int]) -> None:
        """Carry out some requests, each on whichever connection is free."""
        own = connections["default"]
        for number in part:
            wrapper = self.pool.get()
            wrapper.close_if_unusable_or_obsolete()
            connections["default"] = wrapper
            try:
                self.request(number)
                self.look_from_nowhere()
            finally:
                connections["default"] = own
                self.pool.put(wrapper)
        own.close()

    def request(self, number: int) -> None:
        """Act for somebody in one of several ways, which end differently."""
        actor = self.actors[number % len(self.actors)]
        other = self.actors[(number * 7 + 3) % len(self.actors)]
        ways: tuple[Callable[[Actor, Actor], None], ...] = (
            self.look_only,
            self.fail,
            self.break_down,
            self.write,
            self.step_aside,
            self.reach,
        )
        way = ways[number // len(self.actors) % len(ways)]
        try:
            with actor.acting():
                self.look(actor)
                way(actor, other)
                self.look(actor)
            outcome = way.__name__
        except EnoughError:
            outcome = "fail"
        except GONE:
            outcome = "cut off"
            connection.close()
        except DatabaseError:
            outcome = "break_down"
        with self.lock:
            self.done["requests"] += 1
            self.done[outcome] += 1
            if way == self.write:
                counter = self.written if outcome == "write" else self.perhaps
                counter[actor.tenant_id] += 1

    def look(self, actor: Actor) -> None:
        """Everything there is belongs to who acts, and nothing is missing."""
        before, now = self.before[actor], self.counts(actor)
        for key in before.keys() | now.keys():
            had, has = before.get(key, 0), now.get(key, 0)
            grows = key[0] in GROWING and key[1] == actor.tenant_id
            if has != had and not (grows and has > had):
                self.say(f"{actor}: {key} has {has} rows instead of {had}")
        with self.lock:
            self.done["looks"] += 1

    def look_only(self, _actor: Actor, _other: Actor) -> None:
        """Do nothing else."""

    def fail(self, _actor: Actor, _other: Actor) -> None:
        """End by an exception."""
        raise EnoughError

    def break_down(self, _actor: Actor, _other: Actor) -> None:
        """End by a statement that fails."""
        connection.cursor().execute("SELECT 1/0")

    def write(self, actor: Actor, _other: Actor) -> None:
        """Write into an own case; a partner steps through the door for it."""
        rest = {"audience": "party", "partner_id": actor.partner_id} if actor.partner_id else {}
        with as_application():
            case = Case.objects.get(pk=self.case_of[actor])
            by = Membership.objects.get(user_id=actor.user_id)
            at = case.updated_at
            add_message(case, by=by, at=at, body=mark(actor.tenant_id), **rest)  # type: ignore[arg-type]

    def step_aside(self, _actor: Actor, other: Actor) -> None:
        """Act for somebody else within, as a job that goes from vendor to vendor."""
        with identify(user_id=other.user_id):
            pass
        with other.acting():
            self.look(other)

    def reach(self, actor: Actor, other: Actor) -> None:
        """Name a row of somebody else's."""
        if other.tenant_id == actor.tenant_id:
            return
        if Case.objects.filter(pk=self.case_of[other]).values_list("id", flat=True):
            self.say(f"{actor} reads a case of {other}")
        with as_application():
            foreign = Case.objects.filter(pk=self.case_of[other])
            if foreign.update(outcome="") or foreign.select_for_update().values_list("id"):
                self.say(f"{actor} changes a case of {other}")

    def look_from_nowhere(self) -> None:
        """Who acts for nobody sees nothing."""
        try:
            with identify():
                found = self.counts(self.actors[0])
        except GONE:
            connection.close()
            return
        if found:
            self.say(f"outside of any scope: {found}")

    def say(self, what: str) -> None:
        """Note something that must not have been."""
        with self.lock:
            self.wrong.append(what)

    def strays(self) -> list[str]:
        """Return where a vendor has messages that are another's, too many or too few."""
        found = []
        for world in self.worlds:
            tenant = world.tenant.pk
            with world.scope():
                bodies = Counter(
                    Message.objects.filter(body__startswith="Mark of").values_list(
                        "body", flat=True
                    )
                )
            number, least = bodies.pop(mark(tenant), 0), self.written[tenant]
            if bodies or not least <= number <= least + self.perhaps[tenant]:
                found.append(f"{tenant}: {number} messages instead of {least}, others {bodies}")
        return found


def mark(tenant_id: UUID) -> str:
    """Return the text by which a message says whose it is."""
    return f"Mark of {tenant_id}."


def actors(world: World) -> list[Actor]:
    """Return a vendor's desk, and each of its partners that has a case."""
    tenant = world.tenant.pk
    with world.scope():
        contacts = Contact.objects.filter(partner_id__in=Party.objects.values("partner_id"))
        partners = [Actor(tenant, c.user_id, c.partner_id) for c in contacts]
    return [Actor(tenant, world["tom"].user_id), *partners]
