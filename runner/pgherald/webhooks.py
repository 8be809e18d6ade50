"""The endpoint that Twilio calls: check the signature, make one SQL call, answer.

Needs the extra `web`. What cannot be recorded is not acknowledged, so that Twilio sends it again.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import parse_qsl, urlsplit, urlunsplit
from uuid import UUID

import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from pgherald.database import describe

if TYPE_CHECKING:
    from pgherald.database import Database
    from pgherald.settings import Address, Secret

_log = logging.getLogger(__name__)

_LARGEST_BODY: Final = 64 * 1024
_MOST_FIELDS: Final = 200
_LONGEST_CODE: Final = 9
# Twilio's SIDs have 34 characters.
_LONGEST_WORD: Final = 64
# Twilio waits for 15 seconds.
_LONGEST_WAIT: Final = 10
# Who and what: the log of reports keeps neither numbers, nor where they are at home, nor words.
_PRIVATE_PREFIXES: Final = ("To", "From", "Body", "ForwardedFrom", "Caller", "Called")
_OWN_COLUMNS: Final = frozenset({"MessageSid", "MessageStatus", "ErrorCode"})


def endpoint(database: "Database", *, auth_token: "Secret", callback_url: str) -> Starlette:
    """Make the application. Signatures are checked against the public address, whatever a proxy made of it."""
    validator = RequestValidator(auth_token.reveal())

    async def twilio_status(request: Request) -> Response:
        """Take a report of what became of a text."""
        fields = await _signed_fields(request, validator, callback_url)
        if fields is None:
            return _refused()

        try:
            report = _Report.read(fields, request.query_params.get("m"))
        except ValueError as error:
            _log.warning("a signed report that makes no sense: %s", error)
            return PlainTextResponse(f"{error}\n", status_code=400)
        try:
            async with asyncio.timeout(_LONGEST_WAIT):
                known = await database.record_twilio_status(
                    report.attempt_id,
                    report.message_sid,
                    report.message_status,
                    error_code=report.error_code,
                    parameters=report.parameters,
                )
        except (psycopg.Error, TimeoutError) as error:
            _log.error("a report could not be recorded: %s", describe(error), extra={"attempt_id": report.attempt_id})
            return PlainTextResponse("not recorded, send it again\n", status_code=503, headers={"Retry-After": "5"})
        _log.debug("report recorded", extra={"attempt_id": report.attempt_id, "known": known})
        return Response(status_code=204)

    async def healthz(_request: Request) -> Response:
        """Tell whether the database answers: without it nothing here works."""
        try:
            async with asyncio.timeout(_LONGEST_WAIT):
                await database.ping()
        except (psycopg.Error, TimeoutError) as error:
            _log.warning("not healthy: %s", describe(error))
            return PlainTextResponse("the database does not answer\n", status_code=503)
        return PlainTextResponse("ok\n")

    return Starlette(
        routes=[
            Route("/twilio/status", twilio_status, methods=["POST"]),
            Route("/healthz", healthz, methods=["GET"]),
        ]
    )


class EndpointError(Exception):
    """The endpoint cannot listen; the message says where and why."""


@asynccontextmanager
async def serving(application: Starlette, address: "Address") -> AsyncIterator[None]:
    """Serve an application within this process and event loop, until the block ends."""
    with _listener(address) as listener:
        server = _Server(
            uvicorn.Config(
                application,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=5,
            )
        )
        task = asyncio.create_task(server.serve(sockets=[listener]), name="endpoint")
        _log.info("taking reports", extra={"host": address.host, "port": listener.getsockname()[1]})
        try:
            yield
        finally:
            server.should_exit = True
            await task


class _Server(uvicorn.Server):
    """Leaves the signals to the program that it is a part of."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True, slots=True)
class _Report:
    """What a signed request reports."""

    attempt_id: UUID | None
    message_sid: str
    message_status: str
    error_code: int | None
    parameters: Mapping[str, str]

    @classmethod
    def read(cls, fields: Mapping[str, str], attempt_id: str | None) -> Self:
        """Make sense of the fields and of the id in the address. Raises `ValueError` in words that may be shown."""
        sid, status = (_storable(fields.get(name, "")) for name in ("MessageSid", "MessageStatus"))
        code = fields.get("ErrorCode")
        if not sid or not status:
            raise ValueError("MessageSid or MessageStatus is missing")
        if len(sid) > _LONGEST_WORD or len(status) > _LONGEST_WORD:
            raise ValueError(f"MessageSid or MessageStatus has more than {_LONGEST_WORD} characters")
        if code and not (code.isascii() and code.isdecimal() and len(code) <= _LONGEST_CODE):
            raise ValueError("ErrorCode is not a number")
        return cls(
            attempt_id=_uuid(attempt_id) if attempt_id else None,
            message_sid=sid,
            message_status=status,
            error_code=int(code) if code else None,
            parameters={
                _storable(name): _storable(value)
                for name, value in fields.items()
                if name not in _OWN_COLUMNS and not name.startswith(_PRIVATE_PREFIXES)
            },
        )


def _uuid(value: str) -> UUID:
    """Read the id of an attempt."""
    try:
        return UUID(value)
    except ValueError:
        raise ValueError("m is not the id of an attempt") from None


def _storable(value: str) -> str:
    """Leave out what PostgreSQL cannot store."""
    return value.replace("\0", "")


def _refused() -> Response:
    """Answer a request that is not Twilio's, and log nothing that it brought."""
    _log.warning("a report without a valid signature was refused; if it was Twilio's, check the callback URL")
    return PlainTextResponse("the signature is missing or wrong\n", status_code=403)


async def _signed_fields(request: Request, validator: RequestValidator, callback_url: str) -> Mapping[str, str] | None:
    """Read the fields of a request that Twilio has signed; None if it is not one."""
    signature = request.headers.get("X-Twilio-Signature")
    body = await _body(request) if signature else None
    if body is None:
        return None
    try:
        # Tolerant on purpose: nothing else is said about a request before its signature was checked.
        pairs = parse_qsl(body, keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS)
    except ValueError:
        return None
    genuine = validator.validate(_public_url(callback_url, request), ImmutableMultiDict(pairs), signature)
    return dict(pairs) if genuine else None


async def _body(request: Request) -> str | None:
    """Read a body, unless it is larger than any report is."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            return None
    return body.decode("utf-8", "replace")


def _public_url(callback_url: str, request: Request) -> str:
    """Give the address that Twilio called: ours as the world knows it, with the query of this request."""
    return urlunsplit(urlsplit(callback_url)._replace(query=request.url.query, fragment=""))


@contextmanager
def _listener(address: "Address") -> Iterator[socket.socket]:
    """Listen, before anything else is started, so that a port that is taken is an error of one line."""
    try:
        listener = socket.create_server(
            (address.host, address.port), family=socket.AF_INET6 if ":" in address.host else socket.AF_INET, backlog=512
        )
    except OSError as error:
        raise EndpointError(f"cannot listen on {address.host} port {address.port}: {error.strerror or error}") from None
    with listener:
        yield listener
