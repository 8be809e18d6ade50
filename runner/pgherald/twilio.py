"""Twilio as the runner sees it: a text goes out once, and the facts of the answer come back; so do those of a look.

Nothing here decides what an answer means, and nothing is ever tried twice: Twilio has no idempotency key, so a second
request may be a second text. The one question that is settled here is one that only the transport can answer: could
Twilio have got the request? It could from the moment there was a connection to write it to.
"""

import base64
import json
import logging
import math
import re
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace, TracebackType
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit, urlunsplit

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, TraceConfig
from twilio.base import values
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from pgherald.replies import name_of, retry_after, storable, words

if TYPE_CHECKING:
    from uuid import UUID

    from pgherald.database import ClaimedText, Look
    from pgherald.settings import TwilioSettings

_log = logging.getLogger(__name__)

# To one number, so one page is nearly always all there is; Twilio gives up to a thousand, and takes its time for them.
_PAGE_SIZE: Final = 100
_MOST_PAGES: Final = 20
_MESSAGE_SID: Final = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
_SERVICE_PREFIX: Final = "MG"
# Well below the minute after which a provider's load balancer closes idle connections: a request written to a
# connection that is just being closed ends as "may have been accepted".
_KEEP_ALIVE_SECONDS: Final = 15


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known after the one request of an attempt.

    Without an `http_status` there was no answer, and `maybe_accepted` says whether Twilio could have got the request.
    """

    sid: str | None = None
    provider_status: str | None = None
    segments: int | None = None
    http_status: int | None = None
    error_code: int | None = None
    error_message: str | None = None
    retry_after_seconds: int | None = None
    maybe_accepted: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as Twilio shows it."""

    sid: str | None
    status: str | None
    error_code: str | None
    direction: str | None
    date_created: str | None
    to_number: str | None = field(repr=False)
    from_number: str | None = field(repr=False)
    messaging_service_sid: str | None
    body: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Findings:
    """What Twilio shows when it is asked about a text, and whether that is all there is."""

    entries: tuple[Entry, ...] = ()
    is_complete: bool = False
    problem: str | None = None


@dataclass(slots=True)
class _Exchange:
    """What the transport saw of one request; each request has its own."""

    connected: bool = False
    http_status: int | None = None
    retry_after: str | None = None
    date: str | None = None
    body: str | None = None


# Carries the exchange through the official client, whose calls have no room for it.
_current: ContextVar[_Exchange] = ContextVar("exchange")


class Twilio(AbstractAsyncContextManager["Twilio"]):
    """The Messages API of one account, for one sender; used as a context manager."""

    def __init__(self, settings: "TwilioSettings", *, connections: int) -> None:
        """Prepare for up to `connections` requests at once."""
        self._settings = settings
        self._connections = connections

    async def __aenter__(self) -> Self:
        """Open the one session that all requests share."""
        settings = self._settings
        self._session = ClientSession(
            connector=TCPConnector(limit=self._connections, keepalive_timeout=_KEEP_ALIVE_SECONDS),
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(
                total=settings.send_timeout,
                connect=settings.connect_timeout,
                # aiohttp rounds time-outs above this many seconds up to whole seconds.
                ceil_threshold=math.inf,
            ),
            trace_configs=[_notice_connections()],
        )
        client = Client(
            settings.account_sid,
            settings.auth_token.reveal(),
            http_client=_HttpClient(self._session),
            # The library lets TWILIO_EDGE and TWILIO_REGION rewrite the host name, a named address included.
            environment={"pgherald": ""} if settings.api_url else None,
        )
        if settings.api_url:
            client.api.base_url = settings.api_url
        self._messages = client.messages
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the session."""
        await self._session.close()

    async def send(self, text: "ClaimedText") -> Answer:
        """Make the one request of this attempt. Whatever goes wrong on the way is a fact of the answer."""
        exchange = _Exchange()
        token = _current.set(exchange)
        problem = None
        try:
            await self._messages.create_async(**self._parameters(text))
        except Exception as error:  # noqa: BLE001  whatever broke, what counts is how far the request had come
            problem = error
        finally:
            _current.reset(token)
        return _read(exchange, problem)

    async def look_up(self, look: "Look") -> Findings:
        """Ask what became of a text. Whatever goes wrong, nothing is known by that."""
        exchange = _Exchange()
        token = _current.set(exchange)
        try:
            if look.twilio_sid:
                message = await self._messages(look.twilio_sid).fetch_async()
                return Findings((_entry(message),), is_complete=True)
            return await self._list(look)
        except Exception as error:  # noqa: BLE001  a request that reads can be made again, whatever broke
            status = f"HTTP status {exchange.http_status}" if exchange.http_status else None
            return Findings(problem=status or name_of(error))
        finally:
            _current.reset(token)

    async def _list(self, look: "Look") -> Findings:
        """Read the list of the messages to a number, newest first, as far back as the text can be."""
        found: list[Entry] = []
        page = await self._messages.page_async(to=look.phone_number, page_size=_PAGE_SIZE)
        for _ in range(_MOST_PAGES):
            messages = list(page)
            recent = [message for message in messages if _is_since(message.date_created, look.created_after)]
            found += map(_entry, recent)
            if not recent or (page := await page.next_page_async()) is None:
                return Findings(tuple(found), is_complete=True)
        return Findings(tuple(found), problem="the list is too long")

    def _parameters(self, text: "ClaimedText") -> dict[str, Any]:
        """Say what the request asks for."""
        sender = self._settings.sender
        parameters: dict[str, Any] = {
            "to": text.phone_number,
            "messaging_service_sid" if sender.startswith(_SERVICE_PREFIX) else "from_": sender,
            "body": text.message_content,
            "validity_period": values.unset if text.validity_seconds is None else text.validity_seconds,
        }
        if self._settings.callback_url:
            parameters["status_callback"] = callback_address(self._settings.callback_url, text.attempt_id)
        return parameters


def callback_address(callback_url: str, attempt_id: "UUID") -> str:
    """Give the address at which Twilio reports on an attempt.

    The attempt's id in it proves what became of a request whose answer was lost. The fragment makes Twilio repeat a
    report that was not taken, up to five times; it is neither sent nor signed.
    """
    parts = urlsplit(callback_url)
    query = f"{parts.query}&m={attempt_id}" if parts.query else f"m={attempt_id}"
    return urlunsplit(parts._replace(query=query, fragment="rc=5&rp=all"))


class _HttpClient(AsyncHttpClient):  # type: ignore[misc]  # the library has no types
    """Makes the official client's requests over one aiohttp session.

    The library's own asyncio client has no time-out, repeats a POST after a 5xx, and keeps the last answer in one place
    for all callers.
    """

    def __init__(self, session: ClientSession) -> None:
        super().__init__(_log, is_async=True)
        self._session = session

    async def request(  # noqa: PLR0913, PLR0917  the library's signature
        self,
        method: str,
        uri: str,
        params: dict[str, str] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109  the session's time-outs hold for every request
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002  a redirected text could be sent twice
    ) -> Response:
        """Make one request and note what is seen of it."""
        exchange = _current.get()
        async with self._session.request(
            method,
            uri,
            params=params,
            data=data,
            headers={**(headers or {}), **_authorization(auth)},
            allow_redirects=False,
            trace_request_ctx=exchange,
        ) as response:
            exchange.http_status = response.status
            exchange.retry_after = response.headers.get("Retry-After")
            exchange.date = response.headers.get("Date")
            exchange.body = await response.text(encoding="utf-8", errors="replace")
        return Response(response.status, exchange.body, response.headers)


def _authorization(auth: tuple[str, str] | None) -> dict[str, str]:
    """Give the header of basic authentication."""
    if auth is None:
        return {}
    return {"Authorization": f"Basic {base64.b64encode(':'.join(auth).encode()).decode()}"}


def _notice_connections() -> TraceConfig:
    """Mark an exchange as soon as it has a connection to write to, new or used before."""

    async def notice(_session: ClientSession, context: SimpleNamespace, _parameters: object) -> None:
        context.trace_request_ctx.connected = True

    trace = TraceConfig()
    trace.on_connection_create_end.append(notice)
    trace.on_connection_reuseconn.append(notice)
    return trace


def _read(exchange: _Exchange, problem: Exception | None) -> Answer:
    """Put what was seen into words."""
    status = exchange.http_status
    if status is None:
        return Answer(error_message=name_of(problem), maybe_accepted=exchange.connected)

    body = _json_object(exchange.body)
    if status // 100 == 2:  # noqa: PLR2004  success
        sid = body.get("sid")
        genuine = isinstance(sid, str) and _MESSAGE_SID.fullmatch(sid)
        return Answer(
            sid=sid if genuine else None,
            provider_status=words(body.get("status")),
            segments=_whole_number(body.get("num_segments")),
            http_status=status,
            error_message=None if genuine else f"an answer without a SID: {name_of(problem) or 'not a message'}",
            maybe_accepted=True,
        )
    return Answer(
        http_status=status,
        error_code=_whole_number(body.get("code")),
        # The second pair is what RFC 9457 calls them.
        error_message=words(body.get("message") or body.get("detail") or body.get("title")),
        retry_after_seconds=retry_after(exchange.retry_after, exchange.date),
        maybe_accepted=True,
    )


def _entry(message: Any) -> Entry:  # noqa: ANN401  the library has no types
    """Copy what counts of a message."""
    created = message.date_created
    return Entry(
        sid=storable(message.sid),
        status=storable(message.status),
        error_code=None if message.error_code is None else str(message.error_code),
        direction=storable(message.direction),
        date_created=created.isoformat() if isinstance(created, datetime) else None,
        to_number=storable(message.to),
        from_number=storable(message.from_),
        messaging_service_sid=storable(message.messaging_service_sid),
        body=message.body.replace("\0", "") if isinstance(message.body, str) else None,
    )


def _is_since(created: object, instant: datetime) -> bool:
    """Tell whether a message may be as new as that; one without a date may."""
    return not isinstance(created, datetime) or created >= instant


def _json_object(body: str | None) -> dict[str, Any]:
    """Read a JSON object; whatever is none is an empty one."""
    try:
        content = json.loads(body or "")
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _whole_number(value: object) -> int | None:
    """Read an integer, which Twilio writes with or without quotes; None if it is none, or beyond a Postgres integer."""
    try:
        number = int(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < 2**31 else None
