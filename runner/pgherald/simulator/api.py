"""The simulated account: the Messages API, and the doors of the simulator's own."""

import asyncio
import base64
import binascii
import hmac
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import ClientError, web

from pgherald.simulator.book import Book, Message, Request
from pgherald.simulator.callbacks import Caller
from pgherald.simulator.faults import Chances, Fault, Faults
from pgherald.simulator.rules import end_of, problem, segments

_VERSION: Final = "2010-04-01"
_CANCELLABLE: Final = frozenset({"accepted", "queued", "scheduled"})
_LOOK_EVERY: Final = 0.1


class Simulator:
    """An account at the simulated Twilio."""

    def __init__(
        self,
        account_sid: str | None = None,
        auth_token: str | None = None,
        *,
        seed: int = 0,
        on_accept: Callable[[Message], None] | None = None,
    ) -> None:
        """Open an account; without a SID and token it makes up its own. The same seed gives the same chances."""
        self.account_sid = account_sid or f"AC{secrets.token_hex(16)}"
        self.auth_token = auth_token or secrets.token_hex(16)
        self.base_url = ""
        self.requests: list[Request] = []
        # By number: the codes of Verify that wait to be checked.
        self.codes: dict[str, str] = {}
        self.faults = Faults()
        self._book = Book()
        self._caller = Caller(self.auth_token)
        self._seed = seed
        self._chances = Chances(seed)
        self._on_accept = on_accept
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def messages(self) -> list[Message]:
        """The texts in the book, the oldest first."""
        return self._book.messages

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
        application.router.add_post("/v2/Services/{service_sid}/Verifications", self._start_verification)
        application.router.add_post("/v2/Services/{service_sid}/VerificationCheck", self._check_verification)
        application.router.add_get("/_simulator/messages", self._show_book)
        application.router.add_get("/_simulator/faults", self._show_faults)
        application.router.add_post("/_simulator/faults", self._add_fault)
        application.router.add_delete("/_simulator/faults", self._clear_faults)
        application.router.add_post("/_simulator/inbound", self._post_inbound)
        application.router.add_post("/_simulator/reset", self._reset)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, host, port, backlog=1024)
        async with self._caller.open():
            try:
                await site.start()
                self.base_url = f"http://{host}:{runner.addresses[0][1]}"
                yield
            finally:
                await runner.cleanup()
                await self._end_lives()

    async def receive(self, *, url: str, from_: str, to: str, body: str, opt_out_type: str | None = None) -> int:
        """Let somebody text us: a signed webhook to `url`. Gives the status that was answered.

        With Advanced Opt-Out, Twilio says what it takes the text for: STOP, START or HELP.
        """
        parameters = {
            "MessageSid": f"SM{secrets.token_hex(16)}",
            "AccountSid": self.account_sid,
            "From": from_,
            "To": to,
            "Body": body,
            "NumMedia": "0",
            **({"OptOutType": opt_out_type} if opt_out_type else {}),
        }
        return await self._caller.post(url, parameters)

    async def reset(self) -> None:
        """Begin anew: an empty book, no requests, no faults, and the chances from the start."""
        await self._end_lives()
        self._book.clear()
        self.requests.clear()
        self.codes.clear()
        self.faults.clear()
        self._chances = Chances(self._seed)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        """Take a text, refuse it, or misbehave."""
        form = await _read_form(request)
        if form is not None:
            self.requests.append(Request(form.get("To", ""), form.get("Body", ""), datetime.now(UTC), form))
        if refusal := self._unauthorized(request):
            return refusal
        if form is None:
            return _error(400, 20001, "The form cannot be read.")

        fault = self._chances.choose(self.faults.rules, form.get("To", ""))
        if broken := await _misbehave_first(request, fault):
            return broken
        if refused := problem(form):
            return _error(*refused)
        message = self._book.accept(form)
        if self._on_accept:
            self._on_accept(message)
        return await self._start(request, message, fault)

    async def _start(self, request: web.Request, message: Message, fault: Fault | None) -> web.StreamResponse:
        """Answer to a text that is in the book, and let it live."""
        # Whatever becomes of the answer: a text that was accepted has its life, and only one.
        is_early = self.faults.callback_before_answer or (fault is not None and fault.kind == "accept_then_hang")
        if is_early:
            self._spawn(self._live(message))
        if self.faults.callback_before_answer:
            await asyncio.sleep(self.faults.status_delay * 4)
        try:
            return await self._answer(request, message, fault)
        finally:
            if not is_early:
                self._spawn(self._live(message))

    async def _answer(self, request: web.Request, message: Message, fault: Fault | None) -> web.StreamResponse:
        """Answer to a text that is in the book, in one of the ways that do not say so."""
        match fault:
            case Fault(kind="accept_then_error"):
                return _internal_error(fault.status)
            case Fault(kind="accept_then_drop"):
                return _break_off(request)
            case Fault(kind="accept_then_hang"):
                while request.transport and not request.transport.is_closing():  # noqa: ASYNC110  nobody tells
                    await asyncio.sleep(_LOOK_EVERY)
                return _break_off(request)
            case Fault(kind="truncate"):
                text = web.json_response(self._resource(message)).text or ""
                headers = {"Content-Type": "application/json", "Content-Length": str(len(text))}
                cut = web.StreamResponse(status=201, headers=headers)
                await cut.prepare(request)
                await cut.write(text[: len(text) // 2].encode())
                return _break_off(request)
            case Fault(kind="garble"):
                return web.Response(status=201, text="<html>created</html>", content_type="text/html")
        return web.json_response(self._resource(message), status=201)

    async def _live(self, message: Message) -> None:
        """Bring a text from queued to its end, and report each step."""
        end, error_code = end_of(message.to)
        reports: list[tuple[dict[str, str], int]] = []
        last: asyncio.Task[None] | None = None
        for status in ("sending", end) if end == "failed" else ("sending", "sent", end):
            await asyncio.sleep(self.faults.status_delay)
            if message.status == "canceled":
                return
            message.from_ = message.from_ or "+15005550006"
            if status == end:
                message.error_code = error_code
            message.turn(status)
            if not message.status_callback:
                continue
            # Chosen here, not when it is posted: how fast a webhook is must not change what comes.
            drop = self.faults.callback_drop
            copies = sum(not self._chances.is_dropped(drop) for _ in range(1 + self.faults.callback_duplicates))
            if self.faults.callback_shuffle:
                reports.append((self._report(message), copies))
            else:
                last = self._spawn(self._tell(message, self._report(message), copies, after=last))
        self._chances.shuffle(reports)
        for report, copies in reports:
            self._spawn(self._tell(message, report, copies))

    async def _tell(
        self, message: Message, report: Mapping[str, str], copies: int, *, after: asyncio.Task[None] | None = None
    ) -> None:
        """Post a status callback, in its turn if it has one. The text does not wait for that."""
        if after:
            await asyncio.wait({after})
        await self._caller.tell(message.status_callback or "", report, copies)

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

    async def _list(self, request: web.Request) -> web.Response:
        """List the book, the newest first, filtered and in pages."""
        if refusal := self._unauthorized(request):
            return refusal
        query = request.query
        try:
            page = self._book.page(query, self.faults.list_lag)
        except (ValueError, OverflowError):
            return _error(400, 20001, "A parameter of the list is not valid.")
        kept = {key: value for key, value in query.items() if key not in {"Page", "PageToken", "PageSize"}}

        def uri(way: Mapping[str, str | int]) -> str:
            return f"{request.path}?{urlencode({**kept, 'PageSize': page.size, **way})}"

        return web.json_response(
            {
                "messages": [self._resource(message) for message in page.messages],
                "page": page.number,
                "page_size": page.size,
                "start": page.start,
                "end": page.start + max(len(page.messages) - 1, 0),
                "uri": request.path_qs,
                "first_page_uri": uri({"Page": 0}),
                "next_page_uri": uri(page.next) if page.next else None,
                "previous_page_uri": uri(page.previous) if page.previous else None,
            }
        )

    async def _fetch(self, request: web.Request) -> web.Response:
        """Show one text."""
        if refusal := self._unauthorized(request):
            return refusal
        message = self._book.find(request.match_info["sid"])
        return web.json_response(self._resource(message)) if message else _not_found(request)

    async def _update(self, request: web.Request) -> web.Response:
        """Cancel a text that has not left, or forget its words."""
        form = await _read_form(request)
        if refusal := self._unauthorized(request):
            return refusal
        message = self._book.find(request.match_info["sid"])
        if message is None:
            return _not_found(request)
        if form is None:
            return _error(400, 20001, "The form cannot be read.")
        if form.get("Status") == "canceled":
            if message.status not in _CANCELLABLE:
                return _error(400, 30409, "The text cannot be cancelled any more.")
            message.turn("canceled")
        if form.get("Body") == "":
            message.body = ""
            message.updated_at = datetime.now(UTC)
        return web.json_response(self._resource(message))

    async def _delete(self, request: web.Request) -> web.Response:
        """Take a text out of the book."""
        if refusal := self._unauthorized(request):
            return refusal
        return web.Response(status=204) if self._book.delete(request.match_info["sid"]) else _not_found(request)

    async def _start_verification(self, request: web.Request) -> web.Response:
        """Make a code, as Twilio Verify does; `codes` has it by number."""
        form = await _read_form(request) or {}
        if refusal := self._unauthorized(request):
            return refusal
        if not form.get("To", "").startswith("+"):
            return _error(400, 60200, "Invalid parameter `To`")
        code = f"{secrets.randbelow(1_000_000):06}"
        self.codes[form["To"]] = code
        return web.json_response(
            {"sid": f"VE{secrets.token_hex(16)}", "to": form["To"], "status": "pending"}, status=201
        )

    async def _check_verification(self, request: web.Request) -> web.Response:
        """Check a code, which is gone once it was right."""
        form = await _read_form(request) or {}
        if refusal := self._unauthorized(request):
            return refusal
        number = form.get("To", "")
        if number not in self.codes:
            return _not_found(request)
        is_right = hmac.compare_digest(self.codes[number].encode(), form.get("Code", "").encode())
        if is_right:
            del self.codes[number]
        return web.json_response({"to": number, "status": "approved" if is_right else "pending", "valid": is_right})

    async def _show_book(self, _request: web.Request) -> web.Response:
        """Show the book to a test in another process."""
        return web.json_response([self._resource(message) | {"history": message.history} for message in self.messages])

    async def _show_faults(self, _request: web.Request) -> web.Response:
        """Show how it misbehaves."""
        return web.json_response(self.faults.shown())

    async def _add_fault(self, request: web.Request) -> web.Response:
        """Take a fault, or settings of the callbacks and the list, as JSON."""
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
        except KeyError as error:
            return web.json_response({"error": f"{error} is missing: give url, from, to and body"}, status=400)
        except (TypeError, ValueError, ClientError, OSError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        return web.json_response({"status": status})

    async def _reset(self, _request: web.Request) -> web.Response:
        """Begin anew."""
        await self.reset()
        return web.Response(status=204)

    def _unauthorized(self, request: web.Request) -> web.Response | None:
        """Refuse whoever is not the account."""
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        given = ""
        if scheme.lower() == "basic":
            with suppress(binascii.Error, UnicodeError):
                given = base64.b64decode(encoded, validate=True).decode()
        if not hmac.compare_digest(given.encode(), f"{self.account_sid}:{self.auth_token}".encode()):
            return _error(401, 20003, "Authenticate")
        if request.match_info.get("account_sid", self.account_sid) != self.account_sid:
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
            "num_segments": "0" if by_service else str(segments(message.body)),
            "price": None,
            "price_unit": "USD",
            "sid": message.sid,
            "status": message.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": message.to,
            "uri": f"{uri}.json",
        }

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Let something go on after the answer."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _end_lives(self) -> None:
        """Stop what goes on."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _misbehave_first(request: web.Request, fault: Fault | None) -> web.StreamResponse | None:
    """Misbehave before the text is accepted, if the fault is of that kind; after a delay all goes its way."""
    match fault:
        case Fault(kind="delay"):
            await asyncio.sleep(fault.seconds)
        case Fault(kind="throttle"):
            headers = {"Retry-After": f"{fault.retry_after:g}"} if fault.retry_after is not None else {}
            return _error(429, 20429, "Too Many Requests", headers)
        case Fault(kind="error"):
            return _internal_error(fault.status)
        case Fault(kind="drop"):
            return _break_off(request)
    return None


async def _read_form(request: web.Request) -> dict[str, str] | None:
    """Read a form, if it can be read."""
    try:
        return {key: str(value) for key, value in (await request.post()).items()}
    except (ValueError, LookupError, web.HTTPException):
        return None


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


def _internal_error(status: int) -> web.Response:
    """Answer as if something broke."""
    return _error(status, 20_000 + status, "An internal error occurred.")


def _not_found(request: web.Request) -> web.Response:
    """Answer that there is no such thing."""
    return _error(404, 20404, f"The requested resource {request.path} was not found")


def _break_off(request: web.Request) -> web.Response:
    """Break the connection off, so that the other side sees a reset and no answer."""
    if request.transport:
        request.transport.abort()
    return web.Response()
