"""A person at the desk: signs in, logs disputes and answers them over HTTP, as a browser does."""

from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener
from uuid import UUID

PATIENCE_SECONDS = 60.0


class Desk:
    """One signed-in session with one vendor's desk. A refusal raises `HTTPError`."""

    def __init__(self, url: str, tenant: str, email: str, password: str) -> None:
        self.base, self.desk = url, f"{url}/t/{tenant}"
        self.cookies = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.cookies), ProxyHandler({}))
        self.get(f"{url}/sign-in/")
        self.post(f"{url}/sign-in/", email=email, password=password)

    def get(self, url: str) -> str:
        """Return where a page is, after any redirects."""
        with self.opener.open(url, timeout=PATIENCE_SECONDS) as response:
            response.read()
            return str(response.url)

    def post(self, url: str, **fields: str) -> str:
        """Send a form; return where that led."""
        token = next(c.value for c in self.cookies if c.name == "csrftoken")
        data = urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        with self.opener.open(url, data=data, timeout=PATIENCE_SECONDS) as response:
            response.read()
            return str(response.url)

    def log(self, partner_id: UUID, title: str) -> UUID:
        """Log a dispute about a lead; return the case."""
        led_to = self.post(
            f"{self.desk}/log/lead-routing/",
            step="open",
            partner=str(partner_id),
            title=title,
            description="The lead was ours, and went to somebody else.",
            expected_outcome="The lead comes back.",
            own_lead_id="L-1",
            own_source="trade_fair",
            own_first_touch="2026-11-02",
            revenue="0",
            customers="0",
            exposure="none",
            relationship="calm",
        )
        return UUID(led_to.rstrip("/").rpartition("/")[2])

    def do(self, case_id: UUID, verb: str, **fields: str) -> None:
        """Carry out one verb on a case."""
        self.post(f"{self.desk}/cases/{case_id}/do/{verb}/", **fields)
