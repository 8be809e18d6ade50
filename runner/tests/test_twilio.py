"""One request, and the facts of whatever comes back: every way in which the transport can fail, on real sockets."""

import asyncio
import json
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs
from uuid import uuid4

import pytest

from pgherald.database import ClaimedText
from pgherald.settings import Secret, TwilioSettings
from pgherald.twilio import Answer, Twilio, callback_address

NUMBER = "+15005550006"
RECIPIENT = "+15005550123"
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def a_text(*, body: str = "hello", validity_seconds: int | None = None) -> ClaimedText:
    return ClaimedText(
        job_id=uuid4(),
        processing_token=uuid4(),
        lease_expires_at=datetime(2030, 1, 1, tzinfo=UTC),
        attempt_id=uuid4(),
        message_id=uuid4(),
        attempt=1,
        phone_number=RECIPIENT,
        message_content=body,
        validity_seconds=validity_seconds,
        correlation_id=uuid4(),
    )


def settings_for(api_url: str) -> TwilioSettings:
    return TwilioSettings(
        account_sid=f"AC{uuid4().hex}",
        auth_token=Secret("test-token"),
        sender=NUMBER,
        api_url=api_url,
        connect_timeout=0.3,
        send_timeout=0.6,
    )


async def answer_from(api_url: str) -> Answer:
    async with Twilio(settings_for(api_url), connections=10) as twilio:
        return await twilio.send(a_text())


class Server:
    """A server on loopback that behaves as told, and remembers what it was asked."""

    def __init__(self, handler: Handler) -> None:
        """Answer each request with `handler`."""
        self.handler = handler
        self.requests: list[tuple[str, dict[str, list[str]]]] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Serve, and give the address."""
        server = await asyncio.start_server(self.take, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read requests of a connection, and leave the answers to the handler."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next(
                    int(line[15:]) for line in head.splitlines() if line.lower().startswith("content-length:")
                )
                body = (await reader.readexactly(length)).decode()
                self.requests.append((head.splitlines()[0], parse_qs(body, strict_parsing=True)))
                await self.handler(reader, writer)
                if writer.is_closing():
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def saying(status: str, body: str | bytes, **headers: str) -> Handler:
    """Answer with a status, a body, and further headers; underscores stand for hyphens."""

    async def handler(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        content = body.encode() if isinstance(body, str) else body
        lines = [
            f"{name.replace('_', '-')}: {value}"
            for name, value in ({"Content_Length": str(len(content))} | headers).items()
        ]
        writer.write("\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + content)
        await writer.drain()

    return handler


def closing(status: str, body: str, **headers: str) -> Handler:
    """Answer, and close the connection in the middle or after it."""
    answer = saying(status, body, **headers)

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer(reader, writer)
        writer.close()

    return handler


async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def say_nothing(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


def accepted(sid: str) -> str:
    return json.dumps({"sid": sid, "status": "queued", "num_segments": "1", "error_code": None, "error_message": None})


def a_sid() -> str:
    return f"SM{uuid4().hex}"


async def test_a_message_that_twilio_accepts_comes_back_with_its_sid() -> None:
    sid = a_sid()
    async with Server(saying("201 Created", accepted(sid))).running() as url:
        answer = await answer_from(url)
    assert (answer.sid, answer.http_status, answer.provider_status, answer.segments) == (sid, 201, "queued", 1)
    assert answer.error_message is None


async def test_the_request_carries_the_text_and_its_attempt() -> None:
    server = Server(saying("201 Created", accepted(a_sid())))
    text = a_text(body="Grüße & 100 % + mehr", validity_seconds=3600)
    async with server.running() as url:
        settings = replace(settings_for(url), callback_url="https://example.test/twilio/status")
        async with Twilio(settings, connections=1) as twilio:
            await twilio.send(text)
    line, fields = server.requests[0]
    assert line == f"POST /2010-04-01/Accounts/{settings.account_sid}/Messages.json HTTP/1.1"
    assert fields == {
        "To": [RECIPIENT],
        "From": [NUMBER],
        "Body": ["Grüße & 100 % + mehr"],
        "ValidityPeriod": ["3600"],
        "StatusCallback": [f"https://example.test/twilio/status?m={text.attempt_id}#rc=5&rp=all"],
    }


async def test_a_messaging_service_is_sent_from_as_such_and_absent_things_are_left_out() -> None:
    server = Server(saying("201 Created", accepted(a_sid())))
    service = f"MG{uuid4().hex}"
    async with server.running() as url, Twilio(replace(settings_for(url), sender=service), connections=1) as twilio:
        await twilio.send(a_text())
    assert server.requests[0][1] == {"To": [RECIPIENT], "MessagingServiceSid": [service], "Body": ["hello"]}


def test_the_attempt_joins_a_query_that_is_there_already() -> None:
    attempt_id = uuid4()
    address = callback_address("https://example.test/in?tenant=7", attempt_id)
    assert address == f"https://example.test/in?tenant=7&m={attempt_id}#rc=5&rp=all"


@contextmanager
def an_address_without_a_server() -> Iterator[str]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


async def test_a_refused_connection_was_not_accepted() -> None:
    with an_address_without_a_server() as url:
        answer = await answer_from(url)
    assert (answer.http_status, answer.maybe_accepted) == (None, False)
    assert answer.error_message


async def test_a_name_that_is_not_found_was_not_accepted() -> None:
    answer = await answer_from("http://no-such-host.invalid")
    assert (answer.http_status, answer.maybe_accepted) == (None, False)


async def test_a_failed_tls_handshake_was_not_accepted() -> None:
    server = Server(saying("201 Created", accepted(a_sid())))
    async with server.running() as url:
        answer = await answer_from(url.replace("http:", "https:"))
    assert (answer.http_status, answer.maybe_accepted) == (None, False)
    assert server.requests == []


async def test_a_silent_tls_handshake_was_not_accepted() -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    async with server:
        answer = await answer_from(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert (answer.http_status, answer.maybe_accepted) == (None, False)


async def test_a_connection_that_does_not_come_about_in_time_was_not_accepted() -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):  # the queue of connections that nobody accepts is full after these
            filler.settimeout(0)
            filler.connect_ex(full.getsockname())
        settings = replace(settings_for(f"http://127.0.0.1:{full.getsockname()[1]}"), send_timeout=30)
        began = time.monotonic()
        async with Twilio(settings, connections=1) as twilio:
            answer = await twilio.send(a_text())
    assert (answer.http_status, answer.maybe_accepted) == (None, False)
    assert "Timeout" in str(answer.error_message)
    assert 0.3 <= time.monotonic() - began < 2


@pytest.mark.parametrize("handler", [hang_up, reset, say_nothing], ids=["closed", "reset", "silent"])
async def test_a_request_without_an_answer_may_have_been_accepted(handler: Handler) -> None:
    server = Server(handler)
    async with server.running() as url:
        answer = await answer_from(url)
    assert (answer.http_status, answer.sid, answer.maybe_accepted) == (None, None, True)
    assert len(server.requests) == 1


async def test_the_whole_request_has_its_time_and_no_more() -> None:
    async with Server(say_nothing).running() as url:
        began = time.monotonic()
        await answer_from(url)
    assert 0.6 <= time.monotonic() - began < 2


async def test_a_lost_answer_on_a_used_connection_may_have_been_accepted_and_is_not_repeated() -> None:
    server = Server(saying("201 Created", accepted(a_sid())))
    async with server.running() as url, Twilio(settings_for(url), connections=1) as twilio:
        first = await twilio.send(a_text())
        server.handler = reset
        second = await twilio.send(a_text())
    assert first.sid
    assert (second.http_status, second.maybe_accepted) == (None, True)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("handler", "what"),
    [
        (closing("201 Created", '{"sid": "SM', Content_Length="400"), "truncated"),
        (saying("201 Created", "<html>ok</html>"), "not JSON"),
        (saying("201 Created", '["SM"]'), "not an object"),
        (saying("201 Created", '{"sid": "nonsense"}'), "not a SID"),
        (saying("200 OK", ""), "empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_yes_without_a_sid_has_a_status_and_no_sid(handler: Handler, what: str) -> None:
    server = Server(handler)
    async with server.running() as url:
        answer = await answer_from(url)
    assert (answer.http_status // 100 if answer.http_status else None, answer.sid) == (2, None), what
    assert answer.error_message
    assert len(server.requests) == 1


async def test_a_yes_whose_body_never_ends_has_a_status_and_no_sid() -> None:
    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await saying("201 Created", '{"sid": "SM', Content_Length="400")(reader, writer)
        await asyncio.sleep(5)

    async with Server(stall).running() as url:
        answer = await answer_from(url)
    assert (answer.http_status, answer.sid, answer.maybe_accepted) == (201, None, True)


@pytest.mark.parametrize("status", [500, 502, 503, 408])
async def test_a_server_error_is_asked_once_and_reported_as_it_is(status: int) -> None:
    server = Server(saying(f"{status} Trouble", '{"code": 20500, "message": "Internal error", "status": 500}'))
    async with server.running() as url:
        answer = await answer_from(url)
    assert (answer.http_status, answer.error_code, answer.sid) == (status, 20500, None)
    assert len(server.requests) == 1


async def test_a_redirect_is_not_followed() -> None:
    elsewhere = Server(saying("201 Created", accepted(a_sid())))
    async with elsewhere.running() as other_url:
        server = Server(saying("307 Temporary Redirect", "", Location=other_url))
        async with server.running() as url:
            answer = await answer_from(url)
    assert (answer.http_status, answer.sid) == (307, None)
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "7"}, 7),
        ({"Retry_After": "0.2"}, 1),
        ({"Retry_After": "Wed, 21 Oct 2026 07:28:30 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30),
        ({"Retry_After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"Retry_After": "99999999999"}, 86_400),
        ({"Retry_After": "inf"}, None),
        ({"Retry_After": "soon"}, None),
        ({}, None),
    ],
)
async def test_retry_after_is_read_as_seconds_or_as_a_date(headers: dict[str, str], seconds: int | None) -> None:
    body = '{"code": 20429, "message": "Too Many Requests", "status": 429}'
    async with Server(saying("429 Too Many Requests", body, **headers)).running() as url:
        answer = await answer_from(url)
    assert (answer.http_status, answer.error_code, answer.retry_after_seconds) == (429, 20429, seconds)


async def test_a_no_comes_with_its_code_and_without_the_number() -> None:
    body = json.dumps(
        {"code": 21211, "message": f"The 'To' number {RECIPIENT} is not a valid phone number.", "status": 400}
    )
    async with Server(saying("400 Bad Request", body)).running() as url:
        answer = await answer_from(url)
    assert (answer.http_status, answer.error_code) == (400, 21211)
    assert answer.error_message == "The 'To' number +•••••0123 is not a valid phone number."


async def test_a_no_in_the_newer_form_is_read_too() -> None:
    body = '{"type": "https://example.test", "title": "Bad", "status": 400, "code": 21610, "detail": "unsubscribed"}'
    async with Server(saying("400 Bad Request", body)).running() as url:
        answer = await answer_from(url)
    assert (answer.http_status, answer.error_code, answer.error_message) == (400, 21610, "unsubscribed")


async def test_a_no_that_is_not_json_has_no_code() -> None:
    async with Server(saying("404 Not Found", "<html>no</html>")).running() as url:
        answer = await answer_from(url)
    assert (answer.http_status, answer.error_code, answer.error_message) == (404, None, None)


async def test_words_that_the_database_could_not_store_are_mended() -> None:
    async with Server(saying("400 Bad Request", r'{"code": "21211", "message": "a\u0000b\ud800c"}')).running() as url:
        answer = await answer_from(url)
    assert (answer.error_code, answer.error_message) == (21211, "ab?c")


async def test_a_proxy_and_a_region_in_the_environment_do_not_lead_a_named_address_astray(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {"TWILIO_REGION": "ie1", "TWILIO_EDGE": "dublin", "http_proxy": "http://127.0.0.1:1"}.items():
        monkeypatch.setenv(name, value)
    async with Server(saying("201 Created", accepted(a_sid()))).running() as url:
        assert (await answer_from(url)).sid


async def test_answers_of_requests_under_way_together_are_not_mixed_up() -> None:
    """Each answer names the body it belongs to, and they come back in another order."""
    server = Server(say_nothing)

    async def echo(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = server.requests[-1][1]["Body"][0]
        await asyncio.sleep(0.2 - int(body) / 500)
        content = json.dumps({"code": 30000 + int(body), "message": "no"}).encode()
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n%b" % (len(content), content))

    server.handler = echo
    async with server.running() as url, Twilio(settings_for(url), connections=100) as twilio:
        answers = await asyncio.gather(*(twilio.send(a_text(body=str(number))) for number in range(100)))
    assert [answer.error_code for answer in answers] == [30000 + number for number in range(100)]


async def test_as_many_requests_are_under_way_as_there_are_connections() -> None:
    under_way = most = 0

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.1)
        under_way -= 1
        await saying("201 Created", accepted(a_sid()))(reader, writer)

    async with (
        Server(count).running() as url,
        Twilio(replace(settings_for(url), send_timeout=5, connect_timeout=5), connections=12) as twilio,
    ):
        await asyncio.gather(*(twilio.send(a_text()) for _ in range(40)))
    assert most == 12


async def test_a_certificate_of_somebody_else_was_not_accepted(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A handshake that succeeds on the server's side only: nothing of the request has been written."""
    folder = tmp_path_factory.mktemp("tls")
    make = await asyncio.create_subprocess_exec(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"),
        *("-keyout", folder / "key.pem", "-out", folder / "certificate.pem"),
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await make.wait() == 0
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    server = Server(saying("201 Created", accepted(a_sid())))
    listening = await asyncio.start_server(server.take, "127.0.0.1", 0, ssl=context)
    async with listening:
        answer = await answer_from(f"https://localhost:{listening.sockets[0].getsockname()[1]}")
    assert (answer.http_status, answer.maybe_accepted) == (None, False)
    assert server.requests == []
