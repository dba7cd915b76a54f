"""docker-compose.yml is right: its commands run, with its environment and nothing else."""

import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest
import redis
import yaml
from django.conf import settings

from devtools.accounts import database_account, reachable_programs
from devtools.ports import free_port
from devtools.postgres import ALWAYS, QUIET, postgres
from devtools.processes import is_alive, wait_until
from devtools.roles import ROLES
from devtools.supervisor import Supervisor
from devtools.up import APPLICATION, Launch
from devtools.valkey import answers_ping
from tests.compose import (
    FILE,
    Engine,
    MissingVariableError,
    demanded,
    interpolate,
    local_names,
    services,
)

START_SECONDS = 90.0
SERVING = ("web", "worker", "sweeper", "watcher")
QUEUES = {"default": "worker", "sweep": "sweeper", "watch": "watcher"}
TICKING = ("sweep", "watch")
OWN = {
    **{
        f"{name}DATABASE_URL": f"postgres://{name}@db/parley" for name in ("", "OWNER_", "SWEEPER_")
    },
    "REDIS_URL": "redis://broker/0",
}
GIVEN = {
    "SECRET_KEY": "compose-test-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
    "POSTGRES_PASSWORD": "superuser-of-the-test",
    "OWNER_PASSWORD": "owner-of-the-test",
    "APP_PASSWORD": "app-of-the-test",
    "SWEEPER_PASSWORD": "sweeper-of-the-test",
    "BACKUP_PASSWORD": "backup-of-the-test",
    "BROKER_PASSWORD": "broker-of-the-test",
    "PARLEY_URL": "https://parley.example",
    "ALLOWED_HOSTS": "parley.example",
    "EMAIL_URL": "smtp://127.0.0.1:1",
    "PARLEY_MAIL_FROM": "parley@parley.example",
}


def test_the_file_demands_exactly_what_cannot_have_a_default() -> None:
    assert demanded() == set(GIVEN)


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_without_one_of_them_the_file_is_refused(name: str) -> None:
    with pytest.raises(MissingVariableError, match=f"^{name}$"):
        services({key: value for key, value in GIVEN.items() if key != name})


def test_interpolation_follows_the_engine() -> None:
    assert interpolate("${A:-x} ${B:?} $$C", {"B": "b"}) == "x b $C"


def test_there_is_no_secret_in_the_file() -> None:
    secret = ("PASSWORD", "SECRET", "TOKEN")
    for service in yaml.safe_load(FILE.read_text())["services"].values():
        for name, value in service.get("environment", {}).items():
            if any(word in name for word in secret):
                assert re.fullmatch(r"\$\{\w+:\?\}", value), name


def test_only_those_who_need_an_account_have_it() -> None:
    holders = {
        name: {
            service
            for service, definition in services(GIVEN).items()
            if name in definition.get("environment", {})
        }
        for name in ("ADMIN_DATABASE_URL", "OWNER_DATABASE_URL", "SWEEPER_DATABASE_URL")
    }
    assert holders == {
        "ADMIN_DATABASE_URL": {"migrate"},
        "OWNER_DATABASE_URL": {"migrate"},
        "SWEEPER_DATABASE_URL": {"migrate", "sweeper", "watcher"},
    }


def listening() -> dict[str, str]:
    """Return which service works on which queue."""
    commands = {name: service.get("command", ()) for name, service in services(GIVEN).items()}
    return {words[words.index("-Q") + 1]: name for name, words in commands.items() if "-Q" in words}


def test_every_queue_has_its_own_worker_and_the_sweep_shares_with_nobody() -> None:
    assert listening() == QUEUES
    routed = {task: route["queue"] for task, route in settings.CELERY_TASK_ROUTES.items()}
    assert routed == {
        "cases.sweep": "sweep",
        "cases.audit": "watch",
        "cases.rebase_lost": "watch",
        "journal.relay": "watch",
        "journal.seal": "watch",
    }


def test_the_launcher_and_the_file_start_the_same_workers(tmp_path: Path) -> None:
    launch = Launch(Supervisor(tmp_path), 8000, demo=False, own=OWN)
    started = {program.name: program for program in launch.application()}
    assert list(started) == APPLICATION
    assert set(started) == {*SERVING, "beat"}
    for queue, name in QUEUES.items():
        command = started[name].command
        assert command[command.index("-Q") + 1] == queue
    holders = {n for n, p in started.items() if "SWEEPER_DATABASE_URL" in p.environment}
    assert holders == {"sweeper", "watcher"}


def test_the_database_keeps_what_people_wrote_out_of_its_log() -> None:
    command = " ".join(services(GIVEN)["postgres"]["command"])
    for name, value in QUIET.items():
        assert f"-c {name}={value}" in command


def test_everything_that_serves_is_watched_but_the_clock() -> None:
    watched = {name for name, service in services(GIVEN).items() if "healthcheck" in service}
    assert watched == {"postgres", "valkey", "web", "worker", "sweeper", "watcher"}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The two servers of the file, started from its own commands."""
    folder = tmp_path_factory.mktemp("compose")
    ports = {name: free_port() for name in ("postgres", "valkey", "web")}
    for name in ("log", "static", "data"):
        (folder / name).mkdir()
    made = Engine(folder, services(GIVEN), local_names(folder, ports))
    supervisor = Supervisor(folder)
    supervisor.start_watchdog()
    database = postgres(folder, ports["postgres"], GIVEN["POSTGRES_PASSWORD"])
    options = made.services["postgres"]["command"][1:]
    where = [f"-cport={ports['postgres']}", "-cunix_socket_directories="]
    here = [f"-clisten_addresses={ALWAYS['listen_addresses']}", *where]
    try:
        # Its own options, on a cluster that was made as its POSTGRES_INITDB_ARGS say.
        command = [*database.command[:3], *options, *here]
        supervisor.start(replace(database, command=command))
        supervisor.wait_ready(["postgres"], START_SECONDS)
        start_broker(made, ports["valkey"])
        yield made
    finally:
        made.stop()
        supervisor.end_all()


def start_broker(engine: Engine, port: int) -> None:
    """Start the broker by the file's own shell line."""
    engine.start("valkey")
    password = GIVEN["BROKER_PASSWORD"]
    assert wait_until(lambda: answers_ping(port, password), START_SECONDS), engine.log("valkey")
    assert not answers_ping(port, "another password")


@pytest.mark.live
def test_the_cluster_is_made_as_the_file_says(engine: Engine) -> None:
    arguments = engine.services["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    assert arguments == [
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--auth=scram-sha-256",
    ]
    programs = reachable_programs(database_account())
    asked = engine.services["postgres"]["healthcheck"]["test"]
    assert asked[:2] == ["CMD", "pg_isready"]
    engine.services["postgres"]["healthcheck"]["test"] = [
        "CMD",
        str(programs / "pg_isready"),
        *asked[2:],
    ]
    assert engine.is_healthy("postgres")


@pytest.mark.live
def test_every_service_starts_and_is_healthy(engine: Engine) -> None:
    migrate = engine.start("migrate")
    assert migrate.wait(START_SECONDS) == 0, engine.log("migrate").read_text()
    broker = redis.from_url(engine.environment("beat")["REDIS_URL"])
    engine.start("beat")
    assert wait_until(lambda: all(waiting(broker, q) for q in TICKING), START_SECONDS), engine.log(
        "beat"
    ).read_text()
    for name in SERVING:
        engine.start(name)
    web = engine.services["web"]["healthcheck"]["test"]
    port = engine.local["0.0.0.0:8000"].rpartition(":")[2]
    engine.services["web"]["healthcheck"]["test"] = [port if w == "8000" else w for w in web]
    for name in SERVING:
        healthy = wait_until(lambda name=name: engine.is_healthy(name), START_SECONDS)  # type: ignore[misc]
        assert healthy, f"{name}:\n{engine.log(name).read_text()}"
    for queue in QUEUES:
        emptied = wait_until(lambda queue=queue: waiting(broker, queue) == 0, START_SECONDS)  # type: ignore[misc]
        assert emptied, queue
    broker.close()
    assert all(
        is_alive(process.pid) for name, process in engine.running.items() if name != "migrate"
    )


def waiting(broker: redis.Redis, queue: str) -> int:
    """Return how many tasks wait in a queue."""
    return int(broker.llen(queue))


@pytest.mark.live
def test_the_roles_are_as_narrow_as_they_are_meant_to_be(engine: Engine) -> None:
    url = engine.environment("migrate")["ADMIN_DATABASE_URL"]
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolname, rolsuper, rolbypassrls, rolinherit FROM pg_roles "
                "WHERE rolname = ANY(%s)",
                [[role.name for role in ROLES]],
            )
            found = {name: tuple(rest) for name, *rest in cursor}
    finally:
        connection.close()
    assert found == {
        "parley_owner": (False, False, True),
        "parley_app": (False, False, False),
        "parley_sweeper": (False, False, False),
        "parley_backup": (False, True, False),
        "parley_search": (False, True, False),
    }


@pytest.mark.live
def test_an_unhealthy_web_server_is_noticed(engine: Engine) -> None:
    web = engine.running["web"]
    web.send_signal(signal.SIGTERM)
    web.wait(30)
    assert not engine.is_healthy("web")


@pytest.mark.live
def test_the_broker_ends_when_it_is_asked_to(engine: Engine) -> None:
    broker = engine.running["valkey"]
    assert Path(f"/proc/{broker.pid}/exe").readlink().name == "valkey-server"
    broker.send_signal(signal.SIGTERM)
    assert broker.wait(30) == 0
