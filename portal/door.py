"""The one door from a partner's pages to the vendor's verbs.

The portal's database role reads what a partner may read, and writes nothing: a verb has to know
seats, routes and answers that are kept from partners. So a view finds its case behind the wall
first, and steps through here for the verb alone, or to ask whether that verb would be refused; it
asks once more whether this partner may. Only plain values come back (see the decisions, 10).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tenants.scope import act_in, current, tenant_in_force


@contextmanager
def as_application() -> Iterator[None]:
    """Run one verb, or one question about it, as the application, still as this person and this
    partner. The wall is back when it is done, also when it failed."""
    scope = current()
    with act_in(tenant_in_force(), user_id=scope.user_id, partner_id=scope.partner_id):
        yield
