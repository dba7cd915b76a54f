"""Killing what moves cases, one program after another, while they fall due."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle

from tests.live.product import Product


@dataclass
class Killer:
    """Kills programs of a product in turn, with some seconds between two kills: who dies within
    five seconds of its start is started again later and later."""

    product: Product
    names: tuple[str, ...]
    gap: float
    killed: Counter[str] = field(default_factory=Counter)
    last: float = 0.0
    victims: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self.victims = cycle(self.names)

    def strike(self) -> None:
        """Kill the next one, if it is time and if it runs."""
        if time.monotonic() - self.last < self.gap:
            return
        self.last = time.monotonic()
        name = next(self.victims)
        pid = self.product.launched.pids().get(name)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self.killed[name] += 1
