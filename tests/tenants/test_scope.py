"""The scope in Python raises early; the stamp on every transaction carries nothing along."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from uuid import UUID

import pytest
from django.apps import apps
from django.core.signals import request_started
from django.db import DatabaseError, close_old_connections, connection, connections, transaction
from django.db.utils import InterfaceError, OperationalError
from django_scopes.exceptions import ScopeError

from partners.models import Partner
from tenants import scope
from tenants.ids import uuid7
from tenants.models import Membership, TenantModel
from tenants.scope import act_in, background_role, identify, tenant_in_force
from tests.factories import World, make_world

SCOPED = sorted(
    (m for m in apps.get_models() if issubclass(m, TenantModel)), key=lambda m: m.__name__
)


@pytest.mark.django_db
@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_a_query_out_of_scope_raises(model: type[TenantModel]) -> None:
    for query in (
        lambda: list(model.objects.all()),
        model.objects.count,
        lambda: model.objects.exclude(pk=uuid7()).first(),
    ):
        with pytest.raises(ScopeError):
            query()


def test_every_model_of_a_tenant_is_among_them() -> None:
    named = {m.__name__ for m in SCOPED}
    with_tenant = {
        m.__name__ for m in apps.get_models() if "tenant" in {f.name for f in m._meta.fields}
    }
    # The head is read by the sealer in plain SQL; a token is found by its key before any scope.
    assert with_tenant - named == {"ChainHead", "ApiToken"}


def stamped() -> tuple[str, str, str, str]:
    """Return what the database was told, and as whom it runs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('app.tenant_id', true), current_setting('app.user_id', true),"
            " current_setting('app.partner_id', true), current_user::text"
        )
        found: tuple[str, str, str, str] = cursor.fetchone()
        return found


@pytest.mark.django_db(transaction=True)
class TestTheStamp:
    def test_it_is_there_within_and_gone_after(self, live_world: World) -> None:
        tenant, partner = live_world.tenant.pk, live_world.partners["alpenwerk"].pk
        tom = live_world["tom"].user_id
        with act_in(tenant, user_id=tom, partner_id=partner, portal=True):
            assert stamped() == (str(tenant), str(tom), str(partner), "parley_portal")
        with transaction.atomic():
            assert stamped() == ("", "", "", "parley_app")
        assert scope.current() == scope.NOBODY

    def test_an_inner_scope_gives_the_outer_one_back(self, live_world: World) -> None:
        tenant, tom = live_world.tenant.pk, live_world["tom"].user_id
        with act_in(tenant, portal=True):
            with identify(user_id=tom):
                assert stamped() == ("", str(tom), "", "parley_app")
            assert stamped() == (str(tenant), "", "", "parley_portal")
            with pytest.raises(DatabaseError), act_in(tenant):
                connection.cursor().execute("SELECT 1/0")
            assert stamped() == (str(tenant), "", "", "parley_portal")

    def test_an_exception_carries_nothing_into_the_next_transaction(
        self, live_world: World
    ) -> None:
        with pytest.raises(KeyError), live_world.scope(portal=True):
            raise KeyError
        with transaction.atomic():
            assert stamped() == ("", "", "", "parley_app")
        with pytest.raises(DatabaseError), live_world.scope():
            connection.cursor().execute("SELECT 1/0")
        with transaction.atomic():
            assert stamped() == ("", "", "", "parley_app")

    def test_no_tenant_in_force_is_an_error(self, live_world: World) -> None:
        with pytest.raises(LookupError):
            tenant_in_force()
        with live_world.scope():
            assert tenant_in_force() == live_world.tenant.pk

    def test_a_stamp_that_cannot_be_set_leaves_no_open_transaction(self) -> None:
        with pytest.raises(ValueError, match="NUL"), identify(email="a\x00@b.example"):
            raise AssertionError("not reached")
        with connection.cursor() as cursor:  # as a session is saved: in no transaction of ours
            cursor.execute("SELECT pg_backend_pid()")
        assert connection.connection.info.transaction_status == 0
        with transaction.atomic():
            assert stamped() == ("", "", "", "parley_app")


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
def test_a_background_role_lasts_for_its_transaction() -> None:
    for role in ("relay", "auditor", "sealer"):
        with background_role(role) as cursor:
            cursor.execute("SELECT current_user::text")
            assert cursor.fetchone() == (f"parley_{role}",)
    with connections["sweeper"].cursor() as cursor:
        cursor.execute("SELECT current_user::text")
        assert cursor.fetchone() == ("parley_sweeper",)


@pytest.mark.django_db(transaction=True, databases=["default", "sweeper"])
@pytest.mark.parametrize("role", ["owner", "backup", "portal", "app"])
def test_the_sweeper_cannot_become_anybody_else(role: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), background_role(role):
        raise AssertionError("not reached")


REQUESTS, THREADS = 200, 4


@pytest.fixture
def worlds(transactional_db: None) -> list[World]:
    """Three vendors with different numbers of partners' people."""
    return [make_world() for _ in range(3)]


class Pool:
    """Threads that keep their connections, as a server's workers do, some of them cut off."""

    def __init__(self, worlds: list[World]) -> None:
        self.expected = {
            w.tenant.pk: ({p.pk for p in w.partners.values()}, len(w.people)) for w in worlds
        }
        self.pids: set[int] = set()
        self.lock = threading.Lock()
        self.wrong: list[str] = []
        self.broken = self.cut = 0

    def request(self, number: int) -> None:
        """Do what one request does, in any of three ways that end differently."""
        request_started.send(self)  # as the server: a dead connection is found here
        tenant = list(self.expected)[number % len(self.expected)]
        try:
            with act_in(tenant):
                self._look(tenant)
                if number % 5 == 1:
                    raise KeyError
                if number % 5 == 2:
                    connection.cursor().execute("SELECT 1/0")
        except (KeyError, DatabaseError, InterfaceError):
            pass
        self._look_out_of_scope()

    def _look(self, tenant: UUID) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            with self.lock:
                self.pids.add(cursor.fetchone()[0])
        seen = set(Partner.objects.values_list("id", flat=True))
        if (seen, Membership.objects.count()) != self.expected[tenant]:
            self.wrong.append(f"{tenant} saw {seen}")

    def _look_out_of_scope(self) -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM partners_partner")
                if cursor.fetchone()[0]:
                    self.wrong.append("something outside of any scope")
        except (OperationalError, InterfaceError):
            self.broken += 1  # cut off in this very moment

    def cut_off(self) -> None:
        """End one of the sessions that were seen, as a restart of the database would."""
        with self.lock:
            pid = self.pids.pop() if self.pids else 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
            self.cut += cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True, databases=["default"])
def test_connections_that_go_from_vendor_to_vendor_carry_nothing_along(
    worlds: list[World],
) -> None:
    pool = Pool(worlds)
    order = list(range(REQUESTS))
    random.Random(7).shuffle(order)  # noqa: S311 - any order will do, the same each time

    def work(part: list[int]) -> None:
        for number in part:
            pool.request(number)
        close_old_connections()
        connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        jobs = [threads.submit(work, order[n::THREADS]) for n in range(THREADS)]
        while not all(job.done() for job in jobs):
            pool.cut_off()
            wait(jobs, timeout=0.02)
        for job in jobs:
            job.result()
    assert pool.wrong == []
    assert pool.cut > 3
    # A session that is ended in the middle of a request costs that request, and no other.
    assert pool.broken <= pool.cut
