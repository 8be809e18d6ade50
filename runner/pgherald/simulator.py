"""A simulated Twilio: the Messages API on loopback, to develop without an account and to test against.

It answers as Twilio does, including the numbers that Twilio keeps for tests, keeps a book of what it accepted, and
reports what becomes of each text by signed callbacks. On demand it misbehaves, which Twilio does rarely enough that
nobody is ready for it: `Faults` has the ways.

`POST` and `DELETE /_simulator/faults`, `GET /_simulator/messages` and `POST /_simulator/inbound` do over HTTP what the
object does in the process.
"""

import asyncio
import base64
import binascii
import hmac
import random
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final, Literal, get_args
from urllib.parse import parse_qsl, urldefrag, urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from twilio.request_validator import RequestValidator

FaultKind = Literal[
    "delay",
    "throttle",
    "error",
    "accept_then_error",
    "drop",
    "accept_then_drop",
    "accept_then_hang",
    "truncate",
    "garble",
]

_VERSION: Final = "2010-04-01"
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_MOST_CHARACTERS: Final = 1600
_LONGEST_VALIDITY: Final = 36_000
_LARGEST_PAGE: Final = 1000
_DEFAULT_PAGE: Final = 50
_HANG: Final = 3600.0
_CALLBACK_TIMEOUT: Final = 15.0
_SERVER_ERROR: Final = 500
_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_ESCAPED: Final = frozenset("\f^{}\\[~]|€")

# What Twilio answers to the numbers that it keeps for tests: status, code, words.
_BAD_TO: Final = (400, 21211, "The 'To' number is not a valid phone number.")
_BAD_FROM: Final = (400, 21212, "The 'From' number is not a valid phone number.")
_TO_ERRORS: Final = {
    "+15005550001": _BAD_TO,
    "+15005550002": (400, 21612, "There is no route to the 'To' number."),
    "+15005550003": (400, 21408, "The account may not send to this region."),
    "+15005550004": (400, 21610, "The recipient has unsubscribed."),
    "+15005550009": (400, 21614, "The 'To' number cannot receive texts."),
}
_FROM_ERRORS: Final = {
    "+15005550001": _BAD_FROM,
    "+15005550007": (400, 21606, "The 'From' number is not one of the account's."),
    "+15005550008": (429, 21611, "The 'From' number has too many texts waiting."),
}
# Numbers of ours for what shows only later: the last digits of the number are those of the error code.
_LATER: Final = {
    "+15005530003": ("undelivered", 30003),
    "+15005530004": ("undelivered", 30004),
    "+15005530005": ("undelivered", 30005),
    "+15005530006": ("undelivered", 30006),
    "+15005530007": ("undelivered", 30007),
    "+15005530008": ("undelivered", 30008),
    "+15005530001": ("failed", 30001),
    "+15005530034": ("failed", 30034),
}


@dataclass(slots=True)
class Message:
    """A text in the book."""

    sid: str
    to: str
    from_: str | None
    messaging_service_sid: str | None
    body: str
    status_callback: str | None
    validity_period: int | None
    created_at: datetime
    status: str = "queued"
    history: list[str] = field(default_factory=lambda: ["queued"])
    sent_at: datetime | None = None
    updated_at: datetime | None = None
    error_code: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request to create a text, as it came, whatever was answered."""

    to: str
    body: str
    at: datetime
    parameters: Mapping[str, str]


@dataclass(slots=True)
class Fault:
    """One way to misbehave. It applies to matching requests: to a number, so many times, or by chance.

    throttle: 429, asking to wait `retry_after` seconds. error: `status` without accepting. accept_then_error: `status`
    although accepted. drop, accept_then_drop: the connection is reset. accept_then_hang: no answer ever. truncate,
    garble: accepted, with an answer cut off or not JSON. delay: accepted after `seconds`.
    """

    kind: FaultKind
    to: str | None = None
    times: int | None = None
    probability: float = 1.0
    seconds: float = 1.0
    retry_after: float | None = None
    status: int = 500

    def __post_init__(self) -> None:
        """Check. Raises `ValueError`."""
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"unknown fault {self.kind!r}; there are {', '.join(get_args(FaultKind))}")
        if not 0 <= self.probability <= 1:
            raise ValueError(f"probability {self.probability} is not between 0 and 1")


@dataclass(slots=True)
class Faults:
    """How the simulator misbehaves at the moment. Times are in seconds."""

    rules: list[Fault] = field(default_factory=list)
    status_delay: float = 0.02
    callback_duplicates: int = 0
    callback_shuffle: bool = False
    callback_drop: float = 0.0
    callback_before_answer: bool = False
    list_lag: float = 0.0

    def add(self, kind: FaultKind, **options: Any) -> None:  # noqa: ANN401  the fields of Fault
        """Add a way to misbehave. Raises `ValueError`."""
        self.rules.append(Fault(kind, **options))

    def change(self, **settings: Any) -> None:  # noqa: ANN401  the fields of this class
        """Change settings of the callbacks and the list. Raises `ValueError`."""
        unknown = settings.keys() - (set(self.__slots__) - {"rules"})
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
        for name, value in settings.items():
            setattr(self, name, value)

    def clear(self) -> None:
        """Behave again."""
        for name in self.__slots__:
            setattr(self, name, getattr(Faults(), name))


class Simulator:
    """An account at the simulated Twilio."""

    def __init__(self, account_sid: str | None = None, auth_token: str | None = None, *, seed: int = 0) -> None:
        """Open an account; without a SID and token it makes up its own. The same seed gives the same chances."""
        self.account_sid = account_sid or f"AC{secrets.token_hex(16)}"
        self.auth_token = auth_token or secrets.token_hex(16)
        self.base_url = ""
        self.messages: list[Message] = []
        self.requests: list[Request] = []
        self.faults = Faults()
        self._by_sid: dict[str, Message] = {}
        self._chance = random.Random(seed)  # noqa: S311  it decides which request fails, nothing secret
        self._validator = RequestValidator(self.auth_token)
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: ClientSession | None = None

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[None]:
        """Listen, on a free port if it is 0; `base_url` tells where. Raises `OSError` if the port is taken."""
        application = web.Application()
        account = f"/{_VERSION}/Accounts/{{account_sid}}/Messages"
        application.router.add_post(f"{account}.json", self._create)
        application.router.add_get(f"{account}.json", self._list)
        application.router.add_get(f"{account}/{{sid}}.json", self._fetch)
        application.router.add_post(f"{account}/{{sid}}.json", self._update)
        application.router.add_delete(f"{account}/{{sid}}.json", self._delete)
        application.router.add_get("/_simulator/messages", self._show_book)
        application.router.add_post("/_simulator/faults", self._add_fault)
        application.router.add_delete("/_simulator/faults", self._clear_faults)
        application.router.add_post("/_simulator/inbound", self._post_inbound)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, host, port, backlog=1024)
        self._session = ClientSession(timeout=ClientTimeout(total=_CALLBACK_TIMEOUT))
        try:
            await site.start()
            self.base_url = f"http://{host}:{runner.addresses[0][1]}"
            yield
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._session.close()
            await runner.cleanup()

    async def receive(self, *, url: str, from_: str, to: str, body: str) -> int:
        """Let somebody text us: a signed webhook to `url`. Gives the status that was answered."""
        parameters = {
            "MessageSid": f"SM{secrets.token_hex(16)}",
            "AccountSid": self.account_sid,
            "From": from_,
            "To": to,
            "Body": body,
            "NumMedia": "0",
        }
        return await self._post(url, parameters)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        """Take a text, refuse it, or misbehave."""
        if refusal := self._unauthorized(request):
            return refusal
        form = {key: str(value) for key, value in (await request.post()).items()}
        to = form.get("To", "")
        self.requests.append(Request(to, form.get("Body", ""), datetime.now(UTC), form))

        fault = self._fault(to)
        if fault and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        elif fault and fault.kind == "throttle":
            headers = {"Retry-After": f"{fault.retry_after:g}"} if fault.retry_after is not None else {}
            return _error(429, 20429, "Too Many Requests", headers)
        elif fault and fault.kind == "error":
            return _error(fault.status, 20_000 + fault.status, "An internal error occurred.")
        elif fault and fault.kind == "drop":
            return _reset(request)

        if problem := _problem(form):
            return _error(*problem)

        message = self._accept(form)
        if self.faults.callback_before_answer:
            self._spawn(self._live(message))
            await asyncio.sleep(self.faults.status_delay * 4)
        answer = await self._answer(request, message, fault.kind if fault else None, fault.status if fault else 0)
        if not self.faults.callback_before_answer:
            self._spawn(self._live(message))
        return answer

    async def _answer(
        self, request: web.Request, message: Message, fault: FaultKind | None, status: int
    ) -> web.StreamResponse:
        """Answer to a text that is in the book, in one of the ways that do not say so."""
        match fault:
            case "accept_then_error":
                return _error(status, 20_000 + status, "An internal error occurred.")
            case "accept_then_drop":
                return _reset(request)
            case "accept_then_hang":
                self._spawn(self._live(message))
                await asyncio.sleep(_HANG)
            case "truncate":
                whole = web.json_response(self._resource(message), status=201)
                text = whole.text or ""
                cut = web.StreamResponse(
                    status=201, headers={"Content-Type": "application/json", "Content-Length": str(len(text))}
                )
                await cut.prepare(request)
                await cut.write(text[: len(text) // 2].encode())
                return _reset(request)
            case "garble":
                return web.Response(status=201, text="<html>created</html>", content_type="text/html")
        return web.json_response(self._resource(message), status=201)

    def _accept(self, form: Mapping[str, str]) -> Message:
        """Write a text into the book."""
        service = form.get("MessagingServiceSid")
        message = Message(
            sid=f"SM{secrets.token_hex(16)}",
            to=form["To"],
            from_=form.get("From"),
            messaging_service_sid=service,
            body=form["Body"],
            status_callback=form.get("StatusCallback"),
            validity_period=int(form["ValidityPeriod"]) if form.get("ValidityPeriod") else None,
            created_at=datetime.now(UTC),
            status="accepted" if service and not form.get("From") else "queued",
        )
        message.history = [message.status]
        self.messages.append(message)
        self._by_sid[message.sid] = message
        return message

    def _fault(self, to: str) -> Fault | None:
        """Choose how to misbehave on this request, if at all."""
        for fault in self.faults.rules:
            if fault.to not in (None, to) or fault.times == 0 or self._chance.random() >= fault.probability:
                continue
            if fault.times is not None:
                fault.times -= 1
            return fault
        return None

    async def _live(self, message: Message) -> None:
        """Bring a text from queued to its end, and report each step."""
        end, error_code = _LATER.get(message.to, ("delivered", None))
        reports: list[dict[str, str]] = []
        for status in ("sending", "sent", end):
            if status == "sent" and end == "failed":
                continue
            await asyncio.sleep(self.faults.status_delay)
            if message.status == "canceled":
                return
            message.status = status
            message.history.append(status)
            message.updated_at = datetime.now(UTC)
            message.from_ = message.from_ or "+15005550006"
            if status == "sent":
                message.sent_at = message.updated_at
            if status == end:
                message.error_code = error_code
            report = self._report(message)
            # Twilio reports no `sending` step of its own accord for every text; the order of the rest is not certain.
            if self.faults.callback_shuffle:
                reports.append(report)
            else:
                await self._tell(message, report)
        self._chance.shuffle(reports)
        for report in reports:
            await self._tell(message, report)

    def _report(self, message: Message) -> dict[str, str]:
        """Make the fields of a status callback."""
        report = {
            "AccountSid": self.account_sid,
            "ApiVersion": _VERSION,
            "From": message.from_ or "",
            "MessageSid": message.sid,
            "MessageStatus": message.status,
            "SmsSid": message.sid,
            "SmsStatus": message.status,
            "To": message.to,
        }
        if message.messaging_service_sid:
            report["MessagingServiceSid"] = message.messaging_service_sid
        if message.error_code is not None:
            report["ErrorCode"] = str(message.error_code)
        return report

    async def _tell(self, message: Message, report: Mapping[str, str]) -> None:
        """Post a status callback, as often as it takes and as the fragment of its address allows."""
        if not message.status_callback:
            return
        url, fragment = urldefrag(message.status_callback)
        tries = 1 + min(int(dict(parse_qsl(fragment)).get("rc", "0")), 5)
        for _ in range(1 + self.faults.callback_duplicates):
            if self._chance.random() < self.faults.callback_drop:
                continue
            for attempt in range(tries):
                with suppress(ClientError, TimeoutError, OSError):
                    if await self._post(url, report) < _SERVER_ERROR:
                        break
                await asyncio.sleep(0.1 * 2**attempt)

    async def _post(self, url: str, parameters: Mapping[str, str]) -> int:
        """Post a signed form, and give the status that is answered."""
        if self._session is None:
            raise RuntimeError("the simulator does not serve")
        signature = self._validator.compute_signature(url, dict(parameters))
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        async with self._session.post(url, data=urlencode(parameters), headers=headers) as answer:
            await answer.read()
            return answer.status

    async def _list(self, request: web.Request) -> web.Response:
        """List the book, the newest first, filtered and in pages."""
        if refusal := self._unauthorized(request):
            return refusal
        query = request.query
        try:
            size = max(1, min(int(query.get("PageSize", _DEFAULT_PAGE)), _LARGEST_PAGE))
            page = max(0, int(query.get("Page", 0)))
            days = {key: date.fromisoformat(query[key][:10]) for key in _DATE_FILTERS if key in query}
        except ValueError:
            return _error(400, 20001, "A parameter of the list is not valid.")
        shown_before = datetime.now(UTC) - timedelta(seconds=self.faults.list_lag)
        found = [
            message
            for message in reversed(self.messages)
            if message.created_at <= shown_before
            and query.get("To", message.to) == message.to
            and query.get("From", message.from_) == message.from_
            and all(_sent_on(message, key, day) for key, day in days.items())
        ]
        start = page * size
        shown = found[start : start + size]
        path = request.path

        def page_uri(number: int) -> str:
            kept = {key: value for key, value in query.items() if key not in {"Page", "PageToken", "PageSize"}}
            token = {"PageToken": f"PA{shown[-1].sid}"} if number > page and shown else {}
            return f"{path}?{urlencode({**kept, 'PageSize': size, 'Page': number, **token})}"

        return web.json_response(
            {
                "messages": [self._resource(message) for message in shown],
                "page": page,
                "page_size": size,
                "start": start,
                "end": start + max(len(shown) - 1, 0),
                "uri": page_uri(page),
                "first_page_uri": page_uri(0),
                "next_page_uri": page_uri(page + 1) if start + size < len(found) else None,
                "previous_page_uri": page_uri(page - 1) if page else None,
            }
        )

    async def _fetch(self, request: web.Request) -> web.Response:
        """Show one text."""
        if refusal := self._unauthorized(request):
            return refusal
        message = self._by_sid.get(request.match_info["sid"])
        return web.json_response(self._resource(message)) if message else _not_found(request)

    async def _update(self, request: web.Request) -> web.Response:
        """Cancel a text that has not left, or forget its words."""
        if refusal := self._unauthorized(request):
            return refusal
        message = self._by_sid.get(request.match_info["sid"])
        if message is None:
            return _not_found(request)
        form = await request.post()
        if form.get("Status") == "canceled":
            if message.status not in {"accepted", "queued", "scheduled"}:
                return _error(400, 30409, "The text cannot be cancelled any more.")
            message.status = "canceled"
            message.history.append("canceled")
        if form.get("Body") == "":
            message.body = ""
        return web.json_response(self._resource(message))

    async def _delete(self, request: web.Request) -> web.Response:
        """Take a text out of the book."""
        if refusal := self._unauthorized(request):
            return refusal
        message = self._by_sid.pop(request.match_info["sid"], None)
        if message is None:
            return _not_found(request)
        self.messages.remove(message)
        return web.Response(status=204)

    async def _show_book(self, _request: web.Request) -> web.Response:
        """Show the book to a test in another process."""
        return web.json_response([self._resource(message) | {"history": message.history} for message in self.messages])

    async def _add_fault(self, request: web.Request) -> web.Response:
        """Take a fault, or a setting of the callbacks, as JSON."""
        try:
            wanted = await request.json()
            if "kind" in wanted:
                self.faults.add(**wanted)
            else:
                self.faults.change(**wanted)
        except (TypeError, ValueError, AttributeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.Response(status=204)

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        """Behave again."""
        self.faults.clear()
        return web.Response(status=204)

    async def _post_inbound(self, request: web.Request) -> web.Response:
        """Let somebody text us: {url, from, to, body}."""
        try:
            wanted = await request.json()
            status = await self.receive(url=wanted["url"], from_=wanted["from"], to=wanted["to"], body=wanted["body"])
        except (KeyError, TypeError, ValueError, ClientError, OSError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        return web.json_response({"status": status})

    def _unauthorized(self, request: web.Request) -> web.Response | None:
        """Refuse whoever is not the account."""
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        given = ""
        if scheme.lower() == "basic":
            with suppress(binascii.Error, UnicodeDecodeError):
                given = base64.b64decode(encoded, validate=True).decode()
        if not hmac.compare_digest(given.encode(), f"{self.account_sid}:{self.auth_token}".encode()):
            return _error(401, 20003, "Authenticate")
        if request.match_info["account_sid"] != self.account_sid:
            return _not_found(request)
        return None

    def _resource(self, message: Message) -> dict[str, Any]:
        """Show a text as the API does."""
        uri = f"/{_VERSION}/Accounts/{self.account_sid}/Messages/{message.sid}"
        by_service = message.messaging_service_sid is not None and message.status == "accepted"
        return {
            "account_sid": self.account_sid,
            "api_version": _VERSION,
            "body": message.body,
            "date_created": _rfc_2822(message.created_at),
            "date_sent": _rfc_2822(message.sent_at),
            "date_updated": _rfc_2822(message.updated_at or message.created_at),
            "direction": "outbound-api",
            "error_code": message.error_code,
            "error_message": None,
            "from": message.from_,
            "messaging_service_sid": message.messaging_service_sid,
            "num_media": "0",
            "num_segments": "0" if by_service else str(_segments(message.body)),
            "price": None,
            "price_unit": "USD",
            "sid": message.sid,
            "status": message.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": message.to,
            "uri": f"{uri}.json",
        }

    def _spawn(self, work: Any) -> None:  # noqa: ANN401  a coroutine
        """Let something go on after the answer."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


_DATE_FILTERS: Final = ("DateSent", "DateSent<", "DateSent>")


def _sent_on(message: Message, key: str, day: date) -> bool:
    """Apply a filter by the day of sending; what has not been sent has no day."""
    if message.sent_at is None:
        return False
    sent = message.sent_at.date()
    return {"DateSent": sent == day, "DateSent<": sent <= day, "DateSent>": sent >= day}[key]


def _problem(form: Mapping[str, str]) -> tuple[int, int, str] | None:
    """Find what Twilio would refuse."""
    to, sender, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
    callback, validity = form.get("StatusCallback", ""), form.get("ValidityPeriod", "")
    # In the order in which Twilio looks: the first that is so is the answer.
    problems: list[tuple[bool, tuple[int, int, str]]] = [
        (not to, (400, 21604, "A 'To' phone number is required.")),
        (
            not sender and not form.get("MessagingServiceSid"),
            (400, 21603, "A 'From' number or a Messaging Service is required."),
        ),
        (sender in _FROM_ERRORS, _FROM_ERRORS.get(sender, _BAD_FROM)),
        (sender.startswith("+") and not _E164.fullmatch(sender), _BAD_FROM),
        (to in _TO_ERRORS, _TO_ERRORS.get(to, _BAD_TO)),
        (not _E164.fullmatch(to), _BAD_TO),
        (not body.strip(), (400, 21602, "A message body is required.")),
        (len(body) > _MOST_CHARACTERS, (400, 21617, "The message body is too long.")),
        (
            bool(callback) and not re.fullmatch(r"https?://[^\s/]+\S*", callback),
            (400, 21609, "The 'StatusCallback' URL is not valid."),
        ),
        (
            bool(validity) and not (validity.isdigit() and 1 <= int(validity) <= _LONGEST_VALIDITY),
            (400, 90007, "The 'ValidityPeriod' is not valid."),
        ),
    ]
    return next((answer for is_so, answer in problems if is_so), None)


def _segments(body: str) -> int:
    """Count segments, near enough for an answer; what is billed is Twilio's business."""
    if all(character in _GSM or character in _GSM_ESCAPED for character in body):
        units, single, each = sum(1 + (character in _GSM_ESCAPED) for character in body), 160, 153
    else:
        units, single, each = len(body.encode("utf-16-le")) // 2, 70, 67
    return 1 if units <= single else -(-units // each)


def _rfc_2822(at: datetime | None) -> str | None:
    """Write an instant as the API does."""
    return format_datetime(at) if at else None


def _error(status: int, code: int, words: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """Answer with an error as the API writes it."""
    body = {
        "code": code,
        "message": words,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return web.json_response(body, status=status, headers=headers)


def _not_found(request: web.Request) -> web.Response:
    """Answer that there is no such thing."""
    return _error(404, 20404, f"The requested resource {request.path} was not found")


def _reset(request: web.Request) -> web.Response:
    """Break the connection off, so that the other side sees a reset and no answer."""
    if request.transport:
        request.transport.abort()
    return web.Response()
