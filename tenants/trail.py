"""How the verbs of this app reach the audit trail.

The trail lives in an app above, which may not be imported from here: it registers its recorder
when it is ready.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID


class Recorder(Protocol):
    """Appends one event to the current tenant's trail."""

    def __call__(
        self,
        kind: str,
        *,
        at: datetime,
        by: UUID | None,
        facts: Mapping[str, Any] | None,
        once_key: str | None,
    ) -> object:
        """Record what happened; `facts` holds ids and values, never a name or an address."""
        ...


_recorders: list[Recorder] = []


def record_with(recorder: Recorder) -> None:
    """Make `recorder` the one that is called."""
    _recorders[:] = [recorder]


def record(
    kind: str,
    *,
    at: datetime,
    by: UUID | None,
    facts: Mapping[str, Any],
    once_key: str | None = None,
) -> None:
    """Append one event to the current tenant's trail; a second of one `once_key` fails with
    `IntegrityError`."""
    for recorder in _recorders:
        recorder(kind, at=at, by=by, facts=facts, once_key=once_key)
