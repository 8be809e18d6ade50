"""E-mail over SMTP: one message to one recipient, and what the server replied.

A repeated mail has the Message-ID of the first one, so that a mail whose acceptance was never heard of can be told from
a new one. Connections are kept for the next mail; there are never more of them than mails under way.
"""

import asyncio
import re
import ssl
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as MAIL_POLICY
from email.utils import format_datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import aiosmtplib

from pgherald.channels import NotificationAnswer
from pgherald.replies import words_without_addresses

if TYPE_CHECKING:
    from pgherald.database import ClaimedNotification
    from pgherald.settings import EmailSettings

# What a server says when it wants no more mails over a connection is not about the mail, so it is not brought to that.
_MAILS_A_CONNECTION: Final = 50
# Servers close what is idle after some minutes; and an idle connection is one of a limited number over there.
_KEEP_ALIVE_SECONDS: Final = 15
_SIGN_OF_LIFE: Final = 5
# RFC 3463: the second number is 1 for an address and 2 for a mailbox. 5.1.7 and 5.1.8 are about the sender's.
_ABOUT_RECIPIENT: Final = re.compile(r"[245]\.(?:1\.(?![78]\b)|2\.)\d")
_ENHANCED: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
# RFC 5321: not available, wrong order of commands; RFC 3207, 4954: TLS or a login is wanted.
_ABOUT_SESSION: Final = frozenset({421, 503, 521, 530, 535, 538})
_MALFORMED_ADDRESS: Final = 501
_LOGIN_OR_TLS_MISSING: Final = 530
_LONGEST_SUBJECT: Final = 255
_SHORTEST_TELLING_NAME: Final = 3


@dataclass(slots=True)
class _Line:
    """A connection between two mails."""

    client: aiosmtplib.SMTP
    mails: int = 0
    closing: asyncio.TimerHandle | None = None


class Email(AbstractAsyncContextManager["Email"]):
    """A mail server and a sender; used as a context manager."""

    def __init__(self, settings: "EmailSettings") -> None:
        """Prepare. Nothing is connected yet."""
        self._settings = settings
        self._domain = settings.sender.domain
        self._idle: list[_Line] = []
        # One for all connections: it reads the certificates of the machine.
        self._tls = ssl.create_default_context()

    async def __aenter__(self) -> Self:
        """Open nothing yet: connections are made when there is a mail."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take leave of the server."""
        lines, self._idle = self._idle, []
        await asyncio.gather(*(_leave(line) for line in lines))

    async def deliver(self, notification: "ClaimedNotification") -> NotificationAnswer:
        """Send one mail. Whatever goes wrong on the way is a fact of the answer."""
        try:
            mailbox = _mailbox(notification.address)
            message = self._message(notification, mailbox)
        except (ValueError, IndexError, MessageError):
            # The standard library raises all of these about addresses; the words were made fit before.
            return NotificationAnswer(
                code=_MALFORMED_ADDRESS, about_recipient=True, error_message="not an address for a mail"
            )
        line: _Line | None = None
        try:
            line = await self._connected()
            async with asyncio.timeout(self._settings.timeout):
                await line.client.send_message(
                    message, sender=self._settings.sender.addr_spec, recipients=[mailbox.addr_spec]
                )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return _read(error, notification.address)
        else:
            kept, line = line, None
            self._keep(kept)
            return NotificationAnswer(delivered=True, code=250, external_id=str(message["Message-ID"]))
        finally:
            if line:
                line.client.close()

    def _message(self, notification: "ClaimedNotification", mailbox: Address) -> EmailMessage:
        """Write a mail."""
        payload = notification.payload
        message = EmailMessage(policy=MAIL_POLICY)
        message["From"] = self._settings.sender
        message["To"] = mailbox
        message["Subject"] = _one_line(_text(payload, "title") or notification.event_type)[:_LONGEST_SUBJECT]
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = f"<{notification.delivery_id}@{self._domain}>"
        # RFC 3834: keeps absence notes from being sent in reply.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Correlation-ID"] = str(notification.correlation_id)
        body, url = _text(payload, "body"), _text(payload, "url")
        message.set_content("\n\n".join(part for part in (body, url) if part) + "\n")
        if html := _text(payload, "html"):
            message.add_alternative(html, subtype="html")
        return message

    async def _connected(self) -> _Line:
        """Give a connection that works: one that is idle, or a new one."""
        while self._idle:
            line = self._idle.pop()
            if line.closing:
                line.closing.cancel()
            if await self._still_works(line):
                return line
        settings = self._settings
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.user,
            password=settings.password.reveal() if settings.password else None,
            use_tls=settings.implicit_tls,
            start_tls=settings.start_tls,
            tls_context=self._tls,
            timeout=settings.timeout,
        )
        try:
            async with asyncio.timeout(settings.timeout):
                await client.connect()
        except BaseException:
            client.close()
            raise
        return _Line(client)

    async def _still_works(self, line: _Line) -> bool:
        """Ask the other end of an idle connection."""
        try:
            await line.client.noop(timeout=_SIGN_OF_LIFE)
        except BaseException as error:
            line.client.close()
            if not isinstance(error, aiosmtplib.SMTPException | OSError):
                raise
            return False
        return True

    def _keep(self, line: _Line) -> None:
        """Keep a connection for the next mail, for a while."""
        line.mails += 1
        if line.mails < _MAILS_A_CONNECTION:
            self._idle.append(line)
            line.closing = asyncio.get_running_loop().call_later(_KEEP_ALIVE_SECONDS, self._close, line)
        else:
            line.client.close()

    def _close(self, line: _Line) -> None:
        """Close a connection that nobody needed."""
        if line in self._idle:
            self._idle.remove(line)
        line.client.close()


def _mailbox(address: str) -> Address:
    """Read the address of one recipient, and nothing more."""
    name, _, domain = address.rpartition("@")
    return Address(addr_spec=f"{name}@{domain.encode('idna').decode()}")


async def _leave(line: _Line) -> None:
    """End a connection in good order."""
    if line.closing:
        line.closing.cancel()
    with suppress(aiosmtplib.SMTPException, OSError):
        await line.client.quit(timeout=1)
    line.client.close()


def _read(error: Exception, address: str) -> NotificationAnswer:
    """Put into facts what kept a mail from going."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused(recipients=[refused, *_]):
            return _refusal(refused, address, at_recipient=True)
        case aiosmtplib.SMTPResponseException():
            return _refusal(error, address, at_recipient=isinstance(error, aiosmtplib.SMTPRecipientRefused))
        case OSError():  # with all that is wrong with connections, time-outs and certificates
            return NotificationAnswer(error_message=_reason(error))
        case ValueError():
            return NotificationAnswer(
                code=_MALFORMED_ADDRESS, about_recipient=True, error_message="not an address for a mail"
            )
        case _:
            # What is left of the library's errors: no STARTTLS, or no login, where settings ask for it.
            return NotificationAnswer(
                code=_LOGIN_OR_TLS_MISSING, error_message=words_without_addresses(getattr(error, "message", None))
            )


def _refusal(error: aiosmtplib.SMTPResponseException, address: str, *, at_recipient: bool) -> NotificationAnswer:
    """Read a reply that says no."""
    said = error.message if isinstance(error.message, str) else ""
    # Servers differ in when they look at the recipient. Where they say what they mean, that counts.
    enhanced = _ENHANCED.search(said)
    about = bool(_ABOUT_RECIPIENT.match(enhanced[0])) if enhanced else at_recipient
    return NotificationAnswer(
        code=error.code if error.code > 0 else None,
        about_recipient=about and error.code not in _ABOUT_SESSION,
        error_message=words_without_addresses(_without(address, said)),
    )


def _reason(error: Exception) -> str:
    """Say what is wrong with a connection. The host in it is ours, and no secret."""
    return words_without_addresses(f"{type(error).__name__}: {getattr(error, 'message', None) or error}") or ""


def _without(address: str, said: str) -> str:
    """Take out an address and the name in it, in whatever way they are written."""
    name = address.rpartition("@")[0]
    for part in (address, name):
        if len(part) >= _SHORTEST_TELLING_NAME:
            said = re.sub(re.escape(part), "•••", said, flags=re.IGNORECASE)
    return said


def _text(payload: Mapping[str, Any], field: str) -> str:
    """Give a field that is text; anything else counts as missing."""
    value = payload.get(field)
    return value if isinstance(value, str) else ""


def _one_line(text: str) -> str:
    """Make a line of text: a line break in a header would begin another header."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
