"""How Celery comes back to a broker that was away."""

from threading import Thread
from typing import Any

import pytest
from kombu import Connection
from kombu.exceptions import OperationalError
from redis.exceptions import ConnectionError as BrokerLostError

from devtools.ports import free_port
from escalation.celery import EagerConnection, app


class EnoughError(Exception):
    """Ends the attempts of a test."""


def pauses_of(connection: Connection, attempts: int) -> list[float]:
    """Return how long is waited between attempts, without waiting."""
    seen: list[float] = []

    def note(_error: Any, interval: float) -> None:
        seen.append(round(interval, 1))
        if len(seen) == attempts:
            raise EnoughError

    with pytest.raises(EnoughError):
        connection.ensure_connection(note)
    return seen


def test_every_connection_of_the_product_is_an_eager_one() -> None:
    for connection in (app.connection_for_write(), app.connection_for_read()):
        assert type(connection) is EagerConnection
        assert type(connection.clone()) is EagerConnection


def test_a_lost_broker_is_asked_for_at_once_then_every_two_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kombu.utils.functional.sleep", lambda _seconds: None)
    away = EagerConnection(f"redis://127.0.0.1:{free_port()}/0")
    assert pauses_of(away, 8) == [0.2, 0.6, 1.0, 1.4, 1.8, 2.0, 2.0, 2.0]


def test_who_names_a_bound_is_told_when_it_is_reached() -> None:
    away = EagerConnection(f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(OperationalError):
        away.ensure_connection(max_retries=1)


def test_a_publish_that_lost_its_connection_goes_out_on_a_new_one() -> None:
    """As beat publishes every tick: one lost connection must not end all that follow."""
    with app.connection_for_write() as broker:
        lost = iter([BrokerLostError("the broker went away")])
        sent = []

        def publish(word: str) -> None:
            for error in lost:
                raise error
            sent.append(word)

        policy = app.conf.task_publish_retry_policy
        broker.ensure(broker.Producer(), publish, **policy)("tick")
        assert sent == ["tick"]


def test_a_worker_hears_that_its_broker_went_away() -> None:
    """A worker reads in the loop that starts tasks and children: it must be told, not wait."""
    told: list[type[Exception]] = []

    def listen(listener: Any) -> None:
        try:
            listener.parse_response()
        except BrokerLostError as error:
            told.append(type(error))

    with app.connection_for_read() as broker:
        channel: Any = broker.default_channel
        listener = channel.subclient
        listener.subscribe("nobody-ever-speaks-here")
        listener.parse_response()
        channel.client.execute_command("CLIENT KILL", "TYPE", "pubsub")
        waiting = Thread(target=listen, args=(listener,), daemon=True)
        waiting.start()
        waiting.join(5)
        assert len(told) == 1
