"""A mail server on loopback, to send to without sending: replies as told, and keeps what it took."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, Envelope

if TYPE_CHECKING:
    from email.message import EmailMessage


class MailServer:
    """A mail server on loopback that replies as told, and keeps what it took."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, implicit: bool = False, **options: Any) -> None:  # noqa: ANN401
        """Take all mails at first. TLS is offered, or wanted from the beginning."""
        self.port = 0
        self.tls = tls
        self.implicit = implicit
        self.options = options
        self.replies: dict[str, str] = {}
        self.after_data = "250 OK"
        self.mails: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.connections = 0
        self.secured = 0
        self.delay = 0.0
        self.hang_up_on: str | None = None

    async def handle_RCPT(self, server: SMTP, _session: object, envelope: Envelope, address: str, _o: object) -> str:  # noqa: N802
        """Take a recipient, or not."""
        if self.hang_up_on == "RCPT" and server.transport:
            server.transport.close()
        reply = self.replies.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, _session: object, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, or not."""
        await asyncio.sleep(self.delay)
        if server.transport:
            self.secured += server.transport.get_extra_info("sslcontext") is not None
        self.envelopes.append(envelope)
        content = envelope.content or b""
        self.mails.append(message_from_bytes(content.encode() if isinstance(content, str) else content, policy=default))
        return self.after_data

    def connect(self) -> SMTP:
        """Talk to one client."""
        self.connections += 1
        return SMTP(
            self,
            hostname="mail.test",
            tls_context=None if self.implicit else self.tls,
            **{"timeout": 30, **self.options},
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve at `port`."""
        server = await asyncio.get_running_loop().create_server(
            self.connect, "127.0.0.1", self.port, ssl=self.tls if self.implicit else None
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
