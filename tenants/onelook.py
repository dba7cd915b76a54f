"""Reads that a page asks for again and again, read once for as long as it is put together.

Verbs never run inside a look: they lock, and read what is so then.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

Asked = ParamSpec("Asked")
Found = TypeVar("Found")
_seen: ContextVar[dict[object, object] | None] = ContextVar("seen", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """Answer the same question to a `seen_once` read in the same way until the end of the block:
    nothing is changed meanwhile."""
    token = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(token)


def seen_once(read: Callable[Asked, Found]) -> Callable[Asked, Found]:
    """Let a read be carried out once within `one_look`. Its arguments are positional, and rows
    among them are known by their key; what it returns is nobody's to change."""

    @wraps(read)
    def asked(*args: Asked.args, **kwargs: Asked.kwargs) -> Found:
        seen = _seen.get()
        if seen is None or kwargs:
            return read(*args, **kwargs)
        question = (read, args)
        if question not in seen:
            seen[question] = read(*args, **kwargs)
        return seen[question]  # type: ignore[return-value]

    return asked
