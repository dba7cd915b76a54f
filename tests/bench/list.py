"""How long a page of a list takes, against the one query it cannot do without.

One vendor with all the open cases, of which one in ten is restricted. The forms: an admin's inbox;
the API's list for an admin by what is due next, and by what changed last, as it is unless said; the
same for a holder who knows of the restricted ones below; and for a partner, whose are one in
twenty. Each form is a page of fifty, at the beginning of the list and deep in it; beside each its
raw query: the one of its queries that brings the rows, asked again by the driver with nothing
around it, who may see what and row security included. Every form once a round, in random order; the
ratio is taken within the round. A form says how much of a request is timed, and what it may take.
Transactions' own statements are not counted as queries.

    ./dev bench list [--cases 1000000] [--rounds 30] [--deep 2000]
"""

import argparse
import json
import os
import random
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection, connections, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from cases.api.collection import Cases
from tenants.models import ApiToken, Membership, User
from tenants.rest.paging import Cursor
from tenants.scope import act_in
from tenants.tokens import Credentials
from tests.bench.crowd import people
from tests.bench.crowd.database import bench_database
from tests.bench.crowd.figures import Spread, machine, spread
from tests.bench.crowd.loading import Crowd, load

PAGE = 50
ROW = re.compile(r'id="row-')
LIST = re.compile(
    r'^\s*(?:SELECT|WITH) .* FROM "cases_case".* ORDER BY .* LIMIT 5[01]\b', re.DOTALL
)
Place = tuple[datetime, UUID]
TENANT, ADMIN = UUID(people.ident(people.TENANT, 0)), UUID(people.person(0, people.ADMIN))
HOLDER = UUID(people.person(0, people.SECOND))
PARTNER, CONTACT = (
    UUID(people.of_tenant(people.PARTNER, 0)),
    UUID(people.person(0, people.STAFF)),
)
# By the order of a list: where its page begins that so many rows come before.
SKIPPED = {
    "due_at": """
SELECT due_at, id FROM cases_case WHERE status IN ('new', 'in_progress', 'decided')
ORDER BY due_at, id OFFSET %s LIMIT 1
""",
    "-updated_at": """
SELECT updated_at, id FROM cases_case ORDER BY updated_at DESC, id DESC OFFSET %s LIMIT 1
""",
    "-opened_at": f"""
SELECT c.opened_at, c.id FROM cases_case c JOIN cases_party p
    ON p.tenant_id = c.tenant_id AND p.case_id = c.id AND p.partner_id = '{PARTNER}'
ORDER BY c.opened_at DESC, c.id DESC OFFSET %s / {people.PARTNERS} LIMIT 1
""",
}
# Two statements of the API's list begin with a word of their own.
ASKS = ("SELECT", "INSERT", "UPDATE", "WITH")
BEGINNING: Place = (datetime.fromisoformat("2000-01-01T00:00:00+00:00"), UUID(int=0))


@dataclass(frozen=True, slots=True)
class Form:
    """A list: how a page of it is asked for, in which order, as whom, and what that may take.
    `page` returns the seconds that count, and what came."""

    page: Callable[[Place], tuple[float, str]]
    order: str
    scope: Callable[[], AbstractContextManager[None]]
    most_queries: int
    most_ratio: float


def scope_of(user_id: UUID, partner_id: UUID | None = None) -> AbstractContextManager[None]:
    """Put somebody's scope in force: the portal's where they speak for a partner."""
    portal = partner_id is not None
    return act_in(TENANT, user_id=user_id, partner_id=partner_id, portal=portal)


def inbox(client: Client) -> Callable[[Place], tuple[float, str]]:
    """Return how the inbox is asked for: everything between request and response counts, the
    middleware, the session and the rendered page included."""

    def page(place: Place) -> tuple[float, str]:
        query = {"view": "all"}
        if place != BEGINNING:
            query["after"] = f"{place[0].isoformat()}_{place[1]}"
        begun = time.perf_counter()
        answer = client.get(f"/t/vendor-0/inbox/?{urlencode(query)}")
        seconds = time.perf_counter() - begun
        text = answer.content.decode()
        if len(ROW.findall(text)) != PAGE:
            raise SystemExit(f"the inbox answered {answer.status_code}, without {PAGE} rows")
        return seconds, text

    return page


def api(
    order: str,
    user_id: UUID = ADMIN,
    partner_id: UUID | None = None,
) -> Form:
    """Return how the API's list is asked for: the view and the rendering of its answer count, not
    middleware, the token, or the statements that set the scope. A partner's has one order, which
    it does not name."""
    view: Any = Cases.as_view()
    with act_in(TENANT):
        member = Membership.objects.select_related("user", "tenant").get(user_id=user_id)
    token = ApiToken(pk=user_id, scopes=["cases:read"])
    scope = partial(scope_of, user_id, partner_id)

    def page(place: Place) -> tuple[float, str]:
        query = {"limit": str(PAGE)} if partner_id else {"ordering": order, "limit": str(PAGE)}
        if place != BEGINNING:
            query["cursor"] = Cursor(order, (place[0].isoformat(), str(place[1]))).text()
        request: Any = RequestFactory(SERVER_NAME="127.0.0.1").get("/api/v1/cases/", query)
        request.membership, request.tenant = member, member.tenant
        request.partner_id = partner_id
        request.credentials = Credentials(token, member, partner_id)
        with scope():
            begun = time.perf_counter()
            text = view(request).render().content.decode()
            seconds = time.perf_counter() - begun
        if len(json.loads(text).get("results", ())) != PAGE:
            raise SystemExit(f"the API's list came without {PAGE} cases: {text[:200]}")
        return seconds, text

    return Form(page, order, scope, most_queries=3, most_ratio=8)


def own_query(form: Form, place: Place) -> str:
    """Return the query of a page that brings its rows, as the database was asked."""
    with CaptureQueriesContext(connections["default"]) as captured:
        form.page(place)
    lists = [sql for query in captured if LIST.search(sql := query["sql"])]
    if len(lists) != 1:
        raise SystemExit(f"{len(lists)} queries bring rows: {lists}")
    return lists[0]


def raw(sql: str, form: Form) -> float:
    """Return the seconds of a query alone: asked and fetched by the driver, nothing made of it."""
    with form.scope(), connection.cursor() as cursor:
        begun = time.perf_counter()
        cursor.execute(sql)
        found = cursor.fetchall()
        seconds = time.perf_counter() - begun
    if len(found) < PAGE:
        raise SystemExit(f"the raw query found {len(found)} rows")
    return seconds


def signed_in() -> Client:
    """Return a browser of the vendor's admin."""
    client = Client(SERVER_NAME="127.0.0.1")
    with transaction.atomic(using="owner"):
        client.force_login(User(pk=ADMIN, password="!"), backend="tenants.backends.EmailBackend")
    return client


def places_of(form: Form, depth: int) -> dict[str, Place]:
    """Return where pages begin: at the beginning, and where so many rows of the vendor's come
    before."""
    with act_in(TENANT), connection.cursor() as cursor:
        cursor.execute(SKIPPED[form.order], [depth])
        found = cursor.fetchone()
    if found is None:
        raise SystemExit("the list ends before the deep page: name a smaller --deep")
    return {"first page": BEGINNING, "deep": found}


Asked = dict[tuple[str, str], tuple[Form, Place]]


def measure(asked: Asked, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each form and of the raw query at each place, round by round. The
    first round warms up and is not counted."""
    calls: dict[str, Callable[[], float]] = {}
    for (name, where), (form, place) in asked.items():
        sql = own_query(form, place)
        calls[f"{name}, {where}, raw"] = partial(raw, sql, form)
        calls[f"{name}, {where}"] = (
            lambda form=form, place=place: form.page(place)[0]  # type: ignore[misc]
        )
    figures: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name in random.sample(list(calls), len(calls)):
            figures[name].append(calls[name]())
    return {name: seconds[1:] for name, seconds in figures.items()}


def is_query(sql: str) -> bool:
    """Whether a statement asks for or changes anything but the scope."""
    return sql.lstrip().startswith(ASKS) and "set_config" not in sql


def looked_at(form: Form, place: Place) -> dict[str, int]:
    """Return how many queries a page takes, and how large it is."""
    with CaptureQueriesContext(connections["default"]) as captured:
        _, text = form.page(place)
    asked = [query for query in captured if is_query(query["sql"])]
    return {"queries": len(asked), "bytes": len(text.encode())}


def ratios(figures: dict[str, list[float]], name: str, where: str) -> Spread:
    """Return a form's multiples of the raw query, round by round."""
    pairs = zip(figures[f"{name}, {where}"], figures[f"{name}, {where}, raw"], strict=True)
    return spread([ours / bare for ours, bare in pairs])


def forms() -> dict[str, Form]:
    """Return what is measured, by name."""
    admins = partial(scope_of, ADMIN)
    return {
        "inbox": Form(inbox(signed_in()), "due_at", admins, most_queries=12, most_ratio=40),
        "API, due next": api("due_at"),
        "API": api("-updated_at"),
        "API, staff": api("-updated_at", HOLDER),
        "API, partner": api("-opened_at", CONTACT, PARTNER),
    }


def main() -> None:
    """Load, measure, print the table and the JSON; fail above a limit."""
    words = argparse.ArgumentParser(prog="./dev bench list")
    words.add_argument("--cases", type=int, default=1_000_000)
    words.add_argument("--rounds", type=int, default=30)
    words.add_argument("--deep", type=int, default=2_000, help="pages before the deep one")
    chosen = words.parse_args()
    with bench_database():
        load(Crowd(tenants=1, cases=chosen.cases, restricted=10))
        asked = {
            (name, where): (form, place)
            for name, form in forms().items()
            for where, place in places_of(form, chosen.deep * PAGE).items()
        }
        before = os.getloadavg()[0]
        figures = measure(asked, chosen.rounds)
        seen = {key: looked_at(*one) for key, one in asked.items()}
    found = {key: ratios(figures, *key) for key in seen}
    report(chosen, before, figures, found, seen)
    for (name, where), ratio in found.items():
        form, page = asked[name, where][0], seen[name, where]
        if ratio.median > form.most_ratio or page["queries"] > form.most_queries:
            raise SystemExit(f"{name}, {where}: {ratio.median:.0f} x, {page['queries']} queries")


def report(
    chosen: Any,
    before: float,
    figures: dict[str, list[float]],
    found: dict[tuple[str, str], Spread],
    seen: dict[tuple[str, str], dict[str, int]],
) -> None:
    """Print the table and the JSON."""
    print(f"{chosen.cases} open cases of one vendor; load average {before:.1f}; milliseconds")
    for name, seconds in figures.items():
        row = [value * 1e3 for value in spread(seconds)]
        print(f"{name:32} " + " ".join(f"{value:9.2f}" for value in row))
    for (name, where), ratio in found.items():
        print(f"{f'{name}, {where}':32} " + " ".join(f"{value:8.1f}x" for value in ratio), end=" ")
        print("  " + ", ".join(f"{count} {what}" for what, count in seen[name, where].items()))
    print(
        json.dumps(
            {
                "bench": "list",
                **vars(chosen),
                "load": before,
                "seconds": {name: spread(values)._asdict() for name, values in figures.items()},
                "ratio": {", ".join(key): ratio._asdict() for key, ratio in found.items()},
                "pages": {", ".join(key): page for key, page in seen.items()},
                "machine": machine(),
            }
        )
    )


if __name__ == "__main__":
    main()
