"""A person at a browser, and what has to be true of every page that person sees."""

import base64
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.factories import PASSWORD, World

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text()
VIOLATIONS = """
axe.run().then(found => found.violations.map(
  rule => `${rule.id}: ${rule.nodes.map(node => node.html.slice(0, 120)).join(" | ")}`))
"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# The browser reports the status of a page that is meant to be an error as an error of its own.
STATUS_OF_PAGE = re.compile(r"the server responded with a status of 4(03|04|09|22) ")
BACKEND = "tenants.backends.EmailBackend"
# The pictures of docs/tour.md, which PARLEY_TOUR=docs/tour makes anew.
TOUR = (
    *("page-sign-in", "desk-log-2", "desk-inbox", "desk-climbed", "desk-inbox-next"),
    *("desk-decide", "desk-told", "desk-portal", "desk-rules", "phone-inbox-next", "phone-decide"),
    *("phone-portal-log", "phone-portal-case", "phone-portal-memo", "phone-approvals"),
    *("desk-memo-edit", "desk-memo", "desk-memos"),
)
TALLEST = 844
DESK_HEIGHT = 640


@dataclass
class Desk:
    """One person's browser window; `errors` is what its console complained of. Where pages run no
    `scripts`, axe cannot look at them either."""

    page: Page
    root: str
    scripts: bool = True
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen to the console from the first page on."""
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not STATUS_OF_PAGE.search(message.text):
            self.errors.append(message.text)

    def go(self, path: str) -> None:
        """Open an address of the product."""
        self.page.goto(self.root + path)

    def sign_in(self, email: str) -> None:
        """Sign in by the form."""
        self.go("/sign-in/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()

    def enter(self, world: World, name: str) -> None:
        """Be signed in already, where signing in is not what is tested."""
        client = Client()
        client.force_login(world[name].user, backend=BACKEND)
        cookie = settings.SESSION_COOKIE_NAME
        kept = {"name": cookie, "value": client.cookies[cookie].value, "url": self.root}
        self.page.context.add_cookies([kept])  # type: ignore[list-item]

    def faults(self) -> dict[str, Any]:
        """Return what is wrong with the page shown; empty when nothing is."""
        # An answer that is still on its way has no width yet.
        self.page.wait_for_load_state()
        found: dict[str, Any] = {
            "accessibility": self._violations() if self.scripts else [],
            "console": list(self.errors),
            "wider than the screen by": self.page.evaluate(TOO_WIDE),
            "headings of the first level": self.page.locator("h1").count() - 1,
        }
        return {name: value for name, value in found.items() if value}

    def _violations(self) -> list[str]:
        self.page.evaluate(AXE)
        found: list[str] = self.page.evaluate(VIOLATIONS)
        return found

    def look(self, picture: str = "") -> None:
        """Fail unless the page shown is in order; keep its picture if the tour is being made."""
        faults = self.faults()
        assert not faults, f"{self.page.url}: {faults}"
        if picture in TOUR and self.scripts and "PARLEY_TOUR" in os.environ:
            self._keep(Path(os.environ["PARLEY_TOUR"]) / f"{picture}.png")

    def _keep(self, path: Path) -> None:
        width = self.page.evaluate("window.innerWidth")
        # A wide picture is read at half its size: what stands below would only make it heavier.
        height = DESK_HEIGHT if width > TALLEST else TALLEST
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, clip={"x": 0, "y": 0, "width": width, "height": height})


Seat = Callable[..., Desk]


@contextmanager
def desks(chromium: Browser, root: str) -> Iterator[Seat]:
    """Offer browser windows that share nothing; all are closed in the end."""
    opened: list[BrowserContext] = []

    def sit_down(width: int = 1280, height: int = 800, **options: Any) -> Desk:
        # Without motion: a colour on its way from one theme to the other has any contrast.
        options = {"reduced_motion": "reduce", **options}
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(10_000)
        opened.append(context)
        scripts = options.get("java_script_enabled", True)
        return Desk(context.new_page(), root, scripts)

    try:
        yield sit_down
    finally:
        for context in opened:
            context.close()


def text_of(content: bytes) -> str:
    """Return the words of a PDF, one space between any two."""
    document = pypdfium2.PdfDocument(content)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return " ".join(" ".join(pages).split())


def got_by(folder: Path, *names: str, whole: bool = True) -> str:
    """Return everything that these browsers got, as one text. A browser that goes on at once may
    drop a page before it was kept: unless `whole`, that is no failure."""
    texts: list[str] = []
    for name in names:
        kept = json.loads((folder / f"{name}.har").read_text())
        for entry in kept["log"]["entries"]:
            text = body_of(entry["response"])
            assert text or not whole or not is_page(entry["response"]), entry["request"]["url"]
            texts.append(text)
    return "\n".join(texts)


def is_page(response: dict[str, Any]) -> bool:
    """Whether an answer was a page, or a part of one, with something in it."""
    kind: str = response["content"]["mimeType"]
    return response["status"] == 200 and kind.startswith("text/html")


def body_of(response: dict[str, Any]) -> str:
    """Return what one answer held."""
    content = response["content"]
    text: str = content.get("text", "")
    if content.get("encoding") == "base64":
        text = base64.b64decode(text).decode(errors="replace")
    return text
