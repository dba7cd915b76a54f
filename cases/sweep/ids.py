"""Ids of a batch, each made once, however many rows name it."""

from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper
from psycopg2.extensions import new_array_type, new_type, register_type

UUID_OIDS, UUIDS_OIDS = (2950,), (2951,)


def keep_ids(cursor: CursorWrapper) -> None:
    """Let a cursor return the same object for the same id.

    A batch reads an id in two dozen places for each case, and most are of the same few tenants,
    levels, calendars and people; making them one by one costs as much as deciding.
    """
    made: dict[str | bytes, UUID] = {}

    def read(text: str | bytes | None, _cursor: Any) -> UUID | None:
        if text is None:
            return None
        found = made.get(text)
        if found is None:
            found = made[text] = UUID(str(text))
        return found

    one = new_type(UUID_OIDS, "ID", read)
    register_type(one, cursor.cursor)
    register_type(new_array_type(UUIDS_OIDS, "IDS", one), cursor.cursor)
