"""The whole product on a folder of its own: started, driven, and read with the app's account."""

import json
import os
import subprocess
import sys
import urllib.request
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2

from devtools.places import ROOT
from devtools.processes import wait_until
from devtools.servers import urls_of
from tests.devtools.launching import NOT_INHERITED, Launched
from tests.live.desk import Desk

DEMO = "quellwerk"
Row = tuple[Any, ...]


class Product:
    """A running `./dev up` and one tenant of it."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.launched = Launched(self.data)
        self.tenant = DEMO
        self.url = f"http://127.0.0.1:{self.launched.port}"

    def wait_ready(self) -> None:
        """Wait until the first page is there."""
        self.launched.wait_ready()

    def end(self) -> int:
        """End everything; return the launcher's exit status."""
        return self.launched.end()

    def manage(self, *words: str) -> str:
        """Run one of Django's commands beside the running product; return what it said."""
        done = subprocess.run(
            [sys.executable, "-B", str(ROOT / "dev"), "manage", "--data", str(self.data), *words],
            env={k: v for k, v in os.environ.items() if k not in NOT_INHERITED},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sign_ins(self) -> dict[str, dict[str, str]]:
        """Return the demo's people by what they are."""
        demo = json.loads((self.data / "demo.json").read_text())
        return {person["role"]: person for person in demo["users"]}

    def desk(self, role: str) -> Desk:
        """Sign one of the demo's people in, with e-mail and password."""
        person = self.sign_ins()[role]
        return Desk(self.url, self.tenant, person["email"], person["password"])

    def rows(self, statement: str, *parameters: Any) -> list[Row]:
        """Read with the app's account, in the tenant's scope."""
        [(tenant_id,)] = self._read(
            "OWNER_DATABASE_URL",
            "",
            "SELECT id::text FROM tenants_tenant WHERE slug = %s",
            (self.tenant,),
        )
        return self._read("DATABASE_URL", tenant_id, statement, parameters)

    def value(self, statement: str, *parameters: Any) -> Any:
        """Return the only value of the only row."""
        [(found,)] = self.rows(statement, *parameters)
        return found

    def _read(self, account: str, tenant_id: str, statement: str, parameters: Row) -> list[Row]:
        with (
            closing(psycopg2.connect(urls_of(self.data)[account])) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT set_config('app.tenant_id', %s, true)", [tenant_id])
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())

    def partner(self, slug: str) -> UUID:
        """Return a partner's id."""
        return UUID(str(self.value("SELECT id::text FROM partners_partner WHERE slug = %s", slug)))

    def health(self) -> dict[str, Any]:
        """Return what /readyz says."""
        with urllib.request.urlopen(f"{self.url}/readyz", timeout=10) as response:  # noqa: S310
            found: dict[str, Any] = json.load(response)
            return found

    def wait_audited(self, seconds: float) -> dict[str, Any]:
        """Wait for an audit that begins from now on; return what /readyz says then."""
        asked = self.now()
        audit = "SELECT count(*) FROM journal_heartbeat WHERE name = 'audit' AND at > %s"
        assert wait_until(lambda: bool(self.value(audit, asked)), seconds), "no audit ran"
        return self.health()

    def wait_delivered(self, until: datetime, seconds: float) -> None:
        """Wait until every notice and event up to an instant has left, or has its place."""
        waiting = (
            "SELECT (SELECT count(*) FROM journal_notice"
            " WHERE state = 'pending' AND created_at <= %s)"
            " + (SELECT count(*) FROM journal_event WHERE seq IS NULL AND recorded_at <= %s)"
        )
        done = wait_until(lambda: self.value(waiting, until, until) == 0, seconds)
        assert done, f"{self.value(waiting, until, until)} notices or events still wait"

    def now(self) -> datetime:
        """Return the database's time."""
        found = self.value("SELECT now()")
        assert isinstance(found, datetime)
        return found
