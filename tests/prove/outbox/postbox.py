"""A real SMTP server that keeps what it is given, and sometimes is given the same again."""

import logging
import re
from collections import defaultdict
from typing import Any

from aiosmtpd.controller import Controller

from devtools.ports import LOOPBACK, free_port

MESSAGE_ID = re.compile(rb"^Message-ID: <(.+?)@parley\.localhost>\r?$", re.MULTILINE)


class Postbox:
    """Mails by the id of their notice: to whom each copy went, and what it said."""

    def __init__(self) -> None:
        self.mails: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # a dozen lines a mail
        self.controller = Controller(self, hostname=LOOPBACK, port=free_port())

    @property
    def url(self) -> str:
        """Return the server's address, as the settings take it."""
        return f"smtp://{LOOPBACK}:{self.controller.port}"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - SMTP's word
        """Keep one mail."""
        [ident] = MESSAGE_ID.findall(envelope.content)
        body = envelope.content.partition(b"\r\n\r\n")[2]
        self.mails[ident.decode()].append((",".join(envelope.rcpt_tos), body))
        return "250 OK"
