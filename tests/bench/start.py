"""How soon `./dev up` shows its first page, and how much a page weighs.

Cold is the first start on an empty data folder, with the packages installed already: servers made,
schema migrated, demonstration seeded. Warm is every start after that. Each figure is the time from
the command to the first page that answers.

Then the demonstration's people look at every page a link leads to, and what the pages load is
weighed: the HTML as it is, style sheets, scripts and fonts compressed as a server would.

    ./dev bench start [--rounds 5]
"""

import argparse
import gzip
import json
import os
import re
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.request import Request

from devtools.processes import wait_until
from tests.bench.crowd.figures import machine, spread
from tests.live.desk import Desk
from tests.live.product import Product

WARM_LIMIT, ASSET_LIMIT, PAGE_LIMIT = 8.0, 150_000, 100_000
PATIENCE = 300  # of a machine that does other things too
MOST_PAGES = 250
WHO = ("admin", "channel manager", "partner")
LINK = re.compile(r'(?:href|src)="([^"#]+)')
LOADED = re.compile(r"url\([\"']?([^)\"']+)")
LEADS_AWAY = re.compile(r"/(?:sign-out|api|static)/|\.pdf|/pdf/")


def first_page(folder: Path) -> tuple[Product, float]:
    """Start the product; return it and the seconds until its first page answered."""
    begun = time.perf_counter()
    product = Product(folder)
    answered = wait_until(lambda: product.launched.status() in (200, 302), PATIENCE)
    seconds = time.perf_counter() - begun
    if not answered:
        raise SystemExit(product.launched.said())
    product.wait_ready()
    return product, seconds


def fetched(desk: Desk, url: str) -> tuple[str, bytes]:
    """Return what kind of thing an address gives, and the thing."""
    with desk.opener.open(Request(url), timeout=60) as response:  # noqa: S310 - our own server
        return str(response.headers.get_content_type()), response.read()


def pages(desk: Desk, first: str) -> dict[str, tuple[int, set[str]]]:
    """Return every page that links lead to: how large it is, and which assets it loads."""
    found: dict[str, tuple[int, set[str]]] = {}
    waiting, known = deque([first]), {first}
    while waiting and len(found) < MOST_PAGES:
        url = waiting.popleft()
        kind, body = fetched(desk, url)
        if kind != "text/html":
            continue
        links = {urljoin(url, link.replace("&amp;", "&")) for link in LINK.findall(body.decode())}
        ours = {link for link in links if link.startswith(desk.base)}
        found[url] = (len(body), {link for link in ours if "/static/" in link})
        fresh = {link for link in ours if not LEADS_AWAY.search(link)} - known
        known |= fresh
        waiting.extend(sorted(fresh))
    return found


def assets(desk: Desk, urls: set[str]) -> dict[str, int]:
    """Return the compressed size of each asset, and of what style sheets load in turn."""
    found: dict[str, int] = {}
    waiting = list(urls)
    while waiting:
        url = waiting.pop()
        kind, body = fetched(desk, url)
        found[url] = len(gzip.compress(body, 9))
        if kind == "text/css":
            named = {urljoin(url, name) for name in LOADED.findall(body.decode())}
            ours = {name for name in named if name.startswith(desk.base)}
            waiting.extend(ours - set(found) - set(waiting))
    return found


def weigh(product: Product) -> tuple[dict[str, int], dict[str, int]]:
    """Return the size of each page and of each asset, by its path."""
    sizes: dict[str, int] = {}
    loaded: set[str] = set()
    for role in WHO:
        person = product.sign_ins()[role]
        desk = Desk(product.url, product.tenant, person["email"], person["password"])
        for url, (size, used) in pages(desk, f"{product.url}/").items():
            sizes[shown(url)] = max(size, sizes.get(shown(url), 0))
            loaded |= used
    weights = assets(desk, loaded)
    return sizes, {shown(url): size for url, size in weights.items()}


def shown(url: str) -> str:
    """Return an address without its server, ids shortened."""
    split = urlsplit(url)
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", split.path)
    return path + (f"?{split.query}" if split.query else "")


def largest(sizes: dict[str, int]) -> list[tuple[str, int]]:
    """Return the three largest."""
    return sorted(sizes.items(), key=lambda pair: -pair[1])[:3]


def main() -> None:
    """Measure, print the table and the JSON; fail above a limit."""
    words = argparse.ArgumentParser(prog="./dev bench start")
    words.add_argument("--rounds", type=int, default=5)
    rounds = words.parse_args().rounds
    before = os.getloadavg()[0]
    warm = []
    with tempfile.TemporaryDirectory() as folder:
        product, cold = first_page(Path(folder))
        try:
            sizes, weights = weigh(product)
        finally:
            product.end()
        for _ in range(rounds):
            product, seconds = first_page(Path(folder))
            product.end()
            warm.append(seconds)
    report(cold, warm, sizes, weights, before)


def report(
    cold: float,
    warm: list[float],
    sizes: dict[str, int],
    weights: dict[str, int],
    before: float,
) -> None:
    """Print the table and the JSON; fail above a limit."""
    found: dict[str, Any] = {
        "bench": "start",
        "load": before,
        "cold": cold,
        "warm": spread(warm)._asdict(),
        "pages": dict(largest(sizes)),
        "assets": dict(largest(weights)),
        "machine": machine(),
    }
    print(f"first page: cold {cold:.1f} s; warm {min(warm):.1f} to {max(warm):.1f} s,", end=" ")
    print(f"median {spread(warm).median:.1f} s; load average {before:.1f}")
    for what, things in (("pages", sizes), ("assets, compressed", weights)):
        print(f"{len(things)} {what}; the largest:")
        for name, size in largest(things):
            print(f"  {size / 1000:8.1f} kB  {name}")
    print(json.dumps(found))
    if spread(warm).median > WARM_LIMIT:
        raise SystemExit(f"the first page takes longer than {WARM_LIMIT} s")
    for limit, things in ((PAGE_LIMIT, sizes), (ASSET_LIMIT, weights)):
        if largest(things)[0][1] > limit:
            raise SystemExit(f"{largest(things)[0][0]} is larger than {limit // 1000} kB")


if __name__ == "__main__":
    main()
