"""The endpoint that Twilio, visitors of short links and monitors call: one SQL call each, and an answer.

What Twilio says is looked at once its signature has been checked; what cannot be recorded is not acknowledged, so that
it is sent again. Needs the extra `web`.
"""

import asyncio
import logging
import re
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import parse_qsl, urlsplit, urlunsplit
from uuid import UUID

import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import ImmutableMultiDict
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from pgherald.database import describe
from pgherald.health import AWAY, RED, worst
from pgherald.measures import MEASURES, family

if TYPE_CHECKING:
    from pgherald.database import Database, Metric
    from pgherald.settings import Address, Secret

_log = logging.getLogger(__name__)

_LARGEST_BODY: Final = 64 * 1024
_MOST_FIELDS: Final = 200
_LONGEST_CODE: Final = 9
# Twilio's SIDs have 34 characters.
_LONGEST_WORD: Final = 64
# Twilio waits for 15 seconds.
_LONGEST_WAIT: Final = 10
# A monitor's patience. health() itself waits for a lock no longer than a second.
_HEALTH_WAIT: Final = 3
# Who and what: the log of reports keeps neither numbers, nor where they are at home, nor words.
_PRIVATE_PREFIXES: Final = ("To", "From", "Body", "ForwardedFrom", "Caller", "Called")
_OWN_COLUMNS: Final = frozenset({"MessageSid", "MessageStatus", "ErrorCode", "OptOutType"})
_NOTHING_TO_SAY: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
_CODE: Final = re.compile(r"[0-9A-Za-z]{1,64}")
_LONGEST_AGENT: Final = 1_000
_DEAD_LINKS: Final = {"PT404": 404, "PT410": 410}
# Each visit is to be counted, and nobody is to find a link by searching.
_LINK_HEADERS: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}


def endpoint(
    database: "Database",
    *,
    auth_token: "Secret",
    callback_url: str,
    inbound_url: str | None = None,
    is_alive: Callable[[], bool] = lambda: True,
) -> Starlette:
    """Make the application. Signatures are checked against the public addresses, whatever a proxy made of them.

    `is_alive` tells whether this process is as it should be, whatever its database does.
    """
    ours = _Endpoint(database, auth_token, callback_url, inbound_url or inbound_address(callback_url))
    ours.is_alive = is_alive
    return Starlette(
        routes=[
            Route("/twilio/status", ours.take_status, methods=["POST"]),
            Route("/twilio/inbound", ours.take_text, methods=["POST"]),
            Route("/l/{code}", ours.follow, methods=["GET"]),
            Route("/livez", ours.tell_life, methods=["GET"]),
            Route("/healthz", ours.tell_health, methods=["GET"]),
            Route("/metrics", ours.tell_metrics, methods=["GET"]),
        ]
    )


def inbound_address(callback_url: str) -> str:
    """Give the public address of texts that come in, where nobody named it: beside the one of reports."""
    parts = urlsplit(callback_url)
    return urlunsplit(parts._replace(path=f"{parts.path.rpartition('/')[0]}/inbound"))


class _Endpoint:
    """Each method answers one kind of request, with one SQL call."""

    is_alive: Callable[[], bool]

    def __init__(self, database: "Database", auth_token: "Secret", callback_url: str, inbound_url: str) -> None:
        self._database = database
        self._validator = RequestValidator(auth_token.reveal())
        self._callback_url = callback_url
        self._inbound_url = inbound_url

    async def take_status(self, request: Request) -> Response:
        """Take a report of what became of a text."""
        fields = await _signed_fields(request, self._validator, self._callback_url)
        if fields is None:
            return _refused()

        try:
            report = _Report.read(fields, request.query_params.get("m"))
        except ValueError as error:
            _log.warning("a signed report that makes no sense: %s", error)
            return PlainTextResponse(f"{error}\n", status_code=400)
        try:
            async with asyncio.timeout(_LONGEST_WAIT):
                known = await self._database.record_twilio_status(
                    report.attempt_id,
                    report.message_sid,
                    report.message_status,
                    error_code=report.error_code,
                    parameters=report.parameters,
                )
        except (psycopg.Error, TimeoutError) as error:
            _log.error("a report could not be recorded: %s", describe(error), extra={"attempt_id": report.attempt_id})
            return _later()
        _log.debug("report recorded", extra={"attempt_id": report.attempt_id, "known": known})
        return Response(status_code=204)

    async def take_text(self, request: Request) -> Response:
        """Take a text that came in. The answer says nothing: Twilio answers STOP, START and HELP by itself."""
        fields = await _signed_fields(request, self._validator, self._inbound_url)
        if fields is None:
            return _refused()

        try:
            text = _Text.read(fields)
        except ValueError as error:
            _log.warning("a signed text that makes no sense: %s", error)
            return PlainTextResponse(f"{error}\n", status_code=400)
        try:
            async with asyncio.timeout(_LONGEST_WAIT):
                meaning = await self._database.receive_sms(
                    text.message_sid,
                    text.from_,
                    text.to,
                    text.body,
                    opt_out_type=text.opt_out_type,
                    parameters=text.parameters,
                )
        except (psycopg.Error, TimeoutError) as error:
            _log.error("a text that came in could not be recorded: %s", describe(error))
            return _later()
        _log.info("a text came in", extra={"meaning": meaning})
        return Response(_NOTHING_TO_SAY, media_type="text/xml")

    async def follow(self, request: Request) -> Response:
        """Lead whoever follows a short link to where it leads."""
        code = request.path_params["code"]
        if not _CODE.fullmatch(code):
            return PlainTextResponse("there is no such link\n", status_code=404)
        agent = _storable(request.headers.get("User-Agent", ""))[:_LONGEST_AGENT]
        try:
            async with asyncio.timeout(_LONGEST_WAIT):
                address = await self._database.follow_link(code, user_agent=agent, method=request.method)
        except psycopg.Error as error:
            if (error.sqlstate or "") not in _DEAD_LINKS:
                return _unable("a link could not be looked up", error)
            return PlainTextResponse(f"{error.diag.message_primary}\n", status_code=_DEAD_LINKS[error.sqlstate or ""])
        except TimeoutError as error:
            return _unable("a link could not be looked up", error)
        return RedirectResponse(address, status_code=302, headers=_LINK_HEADERS)

    async def tell_life(self, _request: Request) -> Response:
        """Tell whether this process works. Not whether its database does: to start it anew would mend nothing there."""
        if self.is_alive():
            return PlainTextResponse("ok\n")
        return PlainTextResponse("a call of the database does not come back\n", status_code=503)

    async def tell_health(self, _request: Request) -> Response:
        """Tell how each check of the database stands; red, or no answer from it, is 503."""
        try:
            async with asyncio.timeout(_HEALTH_WAIT):
                checks = await self._database.health()
        except (psycopg.Error, TimeoutError) as error:
            _log.warning("not healthy: the database does not answer: %s", describe(error))
            checks = [AWAY]
        status = worst(check.status for check in checks)
        if status == RED and checks != [AWAY]:
            _log.warning("not healthy: %s", "; ".join(check.summary for check in checks if check.status == RED))
        body = {"status": status, "checks": [asdict(check) for check in checks]}
        return JSONResponse(body, status_code=503 if status == RED else 200, headers={"Cache-Control": "no-store"})

    async def tell_metrics(self, _request: Request) -> Response:
        """Tell a monitor how much there is of what. This process can tell of itself also while the database is away."""
        metrics: Sequence[Metric] = ()
        try:
            async with asyncio.timeout(_LONGEST_WAIT):
                metrics = await self._database.metrics()
        except (psycopg.Error, TimeoutError) as error:
            _log.warning("no metrics of the database: %s", describe(error))
        lines = family("pgherald_database_up", "gauge", "1 while the database answers.", [({}, bool(metrics))])
        for (name, words), those in groupby(metrics, lambda metric: (metric.name, metric.help)):
            lines += family(name, "gauge", words, ((metric.labels, metric.value) for metric in those))
        lines += MEASURES.exposition()
        return Response("".join(f"{line}\n" for line in lines), media_type="text/plain; version=0.0.4; charset=utf-8")


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
        _log.info("taking reports and texts", extra={"host": address.host, "port": listener.getsockname()[1]})
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
            parameters=_others(fields),
        )


@dataclass(frozen=True, slots=True)
class _Text:
    """What a signed request brings in."""

    message_sid: str
    from_: str
    to: str
    body: str
    opt_out_type: str | None
    parameters: Mapping[str, str]

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Self:
        """Make sense of the fields. Raises `ValueError` in words that may be shown."""
        sid, from_, kind = (_storable(fields.get(name, "")) for name in ("MessageSid", "From", "OptOutType"))
        if not sid or not from_:
            raise ValueError("MessageSid or From is missing")
        if max(len(sid), len(from_), len(kind)) > _LONGEST_WORD:
            raise ValueError(f"MessageSid, From or OptOutType has more than {_LONGEST_WORD} characters")
        return cls(
            message_sid=sid,
            from_=from_,
            to=_storable(fields.get("To", "")),
            body=_storable(fields.get("Body", "")),
            opt_out_type=kind or None,
            parameters=_others(fields),
        )


def _others(fields: Mapping[str, str]) -> dict[str, str]:
    """Give the fields that are kept as they are."""
    return {
        _storable(name): _storable(value)
        for name, value in fields.items()
        if name not in _OWN_COLUMNS and not name.startswith(_PRIVATE_PREFIXES)
    }


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
    _log.warning("a request without a valid signature was refused; if it was Twilio's, check the public addresses")
    return PlainTextResponse("the signature is missing or wrong\n", status_code=403)


def _later() -> Response:
    """Ask Twilio to send it again."""
    return PlainTextResponse("not recorded, send it again\n", status_code=503, headers={"Retry-After": "5"})


def _unable(what: str, error: BaseException) -> Response:
    """Answer that the database does not do its part."""
    _log.warning("%s: %s", what, describe(error))
    return PlainTextResponse("the database does not answer\n", status_code=503, headers={"Retry-After": "5"})


async def _signed_fields(request: Request, validator: RequestValidator, public_url: str) -> Mapping[str, str] | None:
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
    genuine = validator.validate(_called_url(public_url, request), ImmutableMultiDict(pairs), signature)
    MEASURES.judged(genuine=genuine)
    return dict(pairs) if genuine else None


async def _body(request: Request) -> str | None:
    """Read a body, unless it is larger than any report is, or does not come."""
    body = bytearray()
    try:
        async with asyncio.timeout(_LONGEST_WAIT):
            async for chunk in request.stream():
                body += chunk
                if len(body) > _LARGEST_BODY:
                    return None
    except (ClientDisconnect, TimeoutError):
        return None
    return body.decode("utf-8", "replace")


def _called_url(public_url: str, request: Request) -> str:
    """Give the address that Twilio called: ours as the world knows it, with the query of this request."""
    return urlunsplit(urlsplit(public_url)._replace(query=request.url.query, fragment=""))


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
