"""The anchors of chains: heads that were written to a file outside the database.

A chain whose tail was cut together with its head is whole in itself; it disagrees with its last
anchor all the same.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext as _

from tenants.errors import Invalid


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of a tenant's chain at an instant."""

    at: datetime
    tenant_id: UUID
    seq: int
    hash: bytes


def last_anchor(path: Path, tenant_id: UUID) -> Anchor | None:
    """Return a tenant's last anchor, None where the file holds none.

    Raises `Invalid` for a file that cannot be read, naming the line.
    """
    try:
        with path.open(encoding="utf-8") as file:
            found = [anchor for anchor in _anchors(file) if anchor.tenant_id == tenant_id]
    except OSError as error:
        raise Invalid({"anchors": f"Cannot be opened: {error.strerror}."}) from error
    except UnicodeDecodeError as error:
        raise Invalid({"anchors": _("This is not text in UTF-8.")}) from error
    return found[-1] if found else None


def _anchors(lines: Iterator[str]) -> Iterator[Anchor]:
    for number, line in enumerate(lines, start=1):
        try:
            yield _anchor(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise Invalid({"anchors": f"Line {number} is not an anchor."}) from error


def _anchor(entry: dict[str, object]) -> Anchor:
    at = datetime.fromtimestamp(float(str(entry["at"])), UTC)
    tenant_id, digest = UUID(str(entry["tenant"])), bytes.fromhex(str(entry["hash"]))
    return Anchor(at, tenant_id, int(str(entry["seq"])), digest)
