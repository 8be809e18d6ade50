"""The endpoint: only what Twilio signed is looked at, and what is not recorded is not acknowledged."""

import asyncio
import base64
import hashlib
import hmac
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid4

import psycopg
import pytest
from aiohttp import ClientSession
from psycopg.rows import dict_row
from twilio.request_validator import RequestValidator

from pgherald import webhooks
from pgherald.database import Database
from pgherald.settings import Address, Secret

if TYPE_CHECKING:
    from pgherald.simulator import Simulator

TOKEN = "test-token"  # noqa: S105  signs the test's own requests
PUBLIC = "https://texts.example.test/from-twilio?tenant=7"
INBOUND = "https://texts.example.test/inbound"
SENDER = "+15005550006"


def signature(url: str, fields: Mapping[str, str], token: str = TOKEN) -> str:
    """Sign as Twilio's documentation says: the URL, then names and values in the order of the names."""
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


@dataclass
class Caller:
    """Calls the endpoint as Twilio does, past a proxy that has changed host, scheme and path."""

    session: ClientSession
    url: str

    async def post(
        self, fields: Mapping[str, str], query: str, *, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """Post a report and sign it, unless other headers are given."""
        if headers is None:
            headers = {"X-Twilio-Signature": signature(f"https://texts.example.test/from-twilio?{query}", fields)}
        body = urlencode(fields)
        headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        async with self.session.post(f"{self.url}/twilio/status?{query}", data=body, headers=headers) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def caller(database_url: str) -> AsyncIterator[Caller]:
    """Give somebody to call an endpoint that runs."""
    with socket.create_server(("127.0.0.1", 0)) as finder:
        address = Address("127.0.0.1", finder.getsockname()[1])
    async with Database(Secret(database_url)) as database:
        application = webhooks.endpoint(database, auth_token=Secret(TOKEN), callback_url=PUBLIC)
        async with webhooks.serving(application, address), ClientSession() as session:
            yield Caller(session, f"http://127.0.0.1:{address.port}")


async def rows(url: str, query: str, *parameters: object) -> list[dict[str, Any]]:
    async with (
        await psycopg.AsyncConnection.connect(url, autocommit=True, row_factory=dict_row) as connection,
        connection.cursor() as cursor,
    ):
        await cursor.execute(query.encode(), parameters or None)
        return await cursor.fetchall() if cursor.description else []


async def a_claimed_text(url: str) -> UUID:
    """Give the attempt of a text that is being sent."""
    await rows(url, "select tests.a_queued_text()")
    await rows(url, "select herald.register_sender(%s)", SENDER)
    attempt: UUID = (await rows(url, "select attempt_id from public.claim_sms(%s)", SENDER))[0]["attempt_id"]
    return attempt


def a_report(status: str = "delivered", **more: str) -> dict[str, str]:
    """Give the fields of a report, some of them unknown to anybody."""
    return {
        "MessageSid": f"SM{uuid4().hex}",
        "SmsSid": "",
        "MessageStatus": status,
        "To": "+15005550123",
        "From": SENDER,
        "FutureField": "ümläut & more",
        **more,
    }


async def test_a_signed_report_is_recorded_by_the_attempt_in_the_address(database_url: str, caller: Caller) -> None:
    attempt_id = await a_claimed_text(database_url)
    report = a_report()
    assert await caller.post(report, f"tenant=7&m={attempt_id}") == (204, "")
    texts = await rows(database_url, "select status::text, twilio_sid from public.sms_messages")
    assert texts == [{"status": "delivered", "twilio_sid": report["MessageSid"]}]


async def test_a_report_is_kept_without_numbers(database_url: str, caller: Caller) -> None:
    await caller.post(a_report("undelivered", ErrorCode="30003", FromCity="Berlin"), f"tenant=7&m={uuid4()}")
    (kept,) = await rows(database_url, "select error_code, parameters from herald.sms_status_log")
    assert kept["error_code"] == 30003
    assert kept["parameters"] == {"FutureField": "ümläut & more"}


async def test_a_report_without_an_attempt_is_found_by_its_sid(database_url: str, caller: Caller) -> None:
    attempt_id = await a_claimed_text(database_url)
    report = a_report("sent")
    await caller.post(report, f"tenant=7&m={attempt_id}")
    assert (await caller.post({**report, "MessageStatus": "delivered"}, "tenant=7"))[0] == 204
    assert await rows(database_url, "select status::text from public.sms_messages") == [{"status": "delivered"}]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "nonsense"},
        {"X-Twilio-Signature": "é".encode().decode("latin-1")},
    ],
    ids=["none", "empty", "nonsense", "not ASCII"],
)
async def test_a_report_without_a_signature_changes_nothing(
    database_url: str, caller: Caller, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    """F95: unsigned requests were accepted, or logged before they were checked."""
    caplog.set_level("DEBUG")
    attempt_id = await a_claimed_text(database_url)
    status, _ = await caller.post(a_report(), f"m={attempt_id}", headers=headers)
    assert status == 403
    assert await rows(database_url, "select twilio_sid from herald.sms_status_log") == []
    # pytest also hears loggers that are shut off; what a process prints is tested with the processes.
    told = [record.getMessage() for record in caplog.records if record.name.startswith("pgherald")]
    assert len(told) == 1
    assert str(attempt_id) not in told[0]
    assert "5550123" not in told[0]


@pytest.mark.parametrize("change", ["token", "field", "query", "url"])
async def test_a_signature_of_something_else_changes_nothing(database_url: str, caller: Caller, change: str) -> None:
    report, query = a_report(), f"tenant=7&m={await a_claimed_text(database_url)}"
    host = "https://elsewhere.example.test" if change == "url" else "https://texts.example.test"
    signed = signature(
        f"{host}/from-twilio?{'tenant=7' if change == 'query' else query}",
        {**report, "MessageStatus": "failed"} if change == "field" else report,
        "another-token" if change == "token" else TOKEN,
    )
    status, _ = await caller.post(report, query, headers={"X-Twilio-Signature": signed})
    assert status == 403
    assert await rows(database_url, "select twilio_sid from herald.sms_status_log") == []


@pytest.mark.parametrize(
    ("fields", "query"),
    [
        ({"MessageSid": ""}, "tenant=7"),
        ({"MessageStatus": ""}, "tenant=7"),
        ({"MessageSid": "\0"}, "tenant=7"),
        ({"MessageStatus": "\0\0"}, "tenant=7"),
        ({"MessageSid": "SM" + "x" * 63}, "tenant=7"),
        ({"MessageStatus": "x" * 20_000}, "tenant=7"),
        ({"ErrorCode": "many"}, "tenant=7"),
        ({"ErrorCode": "99999999999"}, "tenant=7"),
        ({}, "tenant=7&m=nonsense"),
    ],
)
async def test_a_signed_report_that_makes_no_sense_is_refused(
    database_url: str, caller: Caller, fields: dict[str, str], query: str
) -> None:
    status, words = await caller.post({**a_report(), **fields}, query)
    assert status == 400
    assert words
    assert await rows(database_url, "select twilio_sid from herald.sms_status_log") == []


async def test_a_null_character_is_no_reason_to_lose_a_report(database_url: str, caller: Caller) -> None:
    assert (await caller.post(a_report(FutureField="a\0b"), "tenant=7"))[0] == 204
    (kept,) = await rows(database_url, "select parameters from herald.sms_status_log")
    assert kept["parameters"]["FutureField"] == "ab"


async def test_a_body_that_is_too_large_is_refused_even_if_it_is_signed(database_url: str, caller: Caller) -> None:
    assert (await caller.post(a_report(FutureField="x" * 60_000), "tenant=7"))[0] == 204
    assert (await caller.post(a_report(FutureField="x" * 70_000), "tenant=7"))[0] in {403, 413}
    assert len(await rows(database_url, "select twilio_sid from herald.sms_status_log")) == 1


async def test_a_body_that_breaks_off_is_no_trouble(caller: Caller, caplog: pytest.LogCaptureFixture) -> None:
    host, _, port = caller.url.rpartition("//")[2].partition(":")
    head = "POST /twilio/status HTTP/1.1\r\nHost: x\r\nX-Twilio-Signature: x\r\nContent-Length: 1000\r\n\r\nbody"
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(head.encode())
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.close()
    await asyncio.sleep(0.3)
    assert [record for record in caplog.records if record.exc_info] == []


async def test_what_fails_in_the_database_is_not_acknowledged(database_url: str, caller: Caller) -> None:
    """F03: every report was lost in SQL, and the endpoint answered 200."""
    await rows(database_url, "alter table herald.sms_status_log rename to hidden")
    report = a_report()
    assert (await caller.post(report, "tenant=7"))[0] == 503
    await rows(database_url, "alter table herald.hidden rename to sms_status_log")
    assert (await caller.post(report, "tenant=7"))[0] == 204


async def test_only_reports_are_taken(caller: Caller) -> None:
    async with caller.session.get(f"{caller.url}/twilio/status") as answer:
        assert answer.status == 405
    async with caller.session.post(f"{caller.url}/anything") as answer:
        assert answer.status == 404


async def test_health_follows_the_database(database_url: str, caller: Caller) -> None:
    """F43: health said 200 with a dead database."""
    await rows(database_url, "select public.tick()")
    async with caller.session.get(f"{caller.url}/healthz") as answer:
        assert answer.status == 200
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    admin = psycopg.conninfo.make_conninfo(database_url, dbname="postgres")
    await rows(admin, f'alter database "{name}" allow_connections false')
    try:
        await rows(admin, "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", name)
        async with caller.session.get(f"{caller.url}/healthz") as answer:
            assert answer.status == 503
    finally:
        await rows(admin, f'alter database "{name}" allow_connections true')


async def test_a_port_that_is_taken_is_an_error_of_its_own(database_url: str, caller: Caller) -> None:
    port = int(caller.url.rpartition(":")[2])
    async with Database(Secret(database_url)) as database:
        application = webhooks.endpoint(database, auth_token=Secret(TOKEN), callback_url=PUBLIC)
        with pytest.raises(webhooks.EndpointError, match=f"port {port}"):
            async with webhooks.serving(application, Address("127.0.0.1", port)):
                pytest.fail("it listens twice")


def a_reply(body: str = "STOP", **more: str) -> dict[str, str]:
    """Give the fields of a text that comes in, as Twilio posts them."""
    return {
        "MessageSid": f"SM{uuid4().hex}",
        "AccountSid": f"AC{uuid4().hex}",
        "From": "+12025550123",
        "To": SENDER,
        "Body": body,
        "NumMedia": "0",
        "FromCity": "WASHINGTON",
        **more,
    }


async def bring(
    caller: Caller, fields: Mapping[str, str], *, url: str = INBOUND, signed: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    """Post a text to the endpoint, with the signature that Twilio's own code makes of `signed`."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(
            url, dict(fields if signed is None else signed)
        ),
    }
    query = urlsplit(url).query
    address = f"{caller.url}/twilio/inbound" + (f"?{query}" if query else "")
    async with caller.session.post(address, data=urlencode(fields), headers=headers) as answer:
        return answer.status, answer.headers.get("Content-Type", ""), await answer.text()


async def test_a_stop_is_taken_and_answered_with_nothing(database_url: str, caller: Caller) -> None:
    await rows(database_url, "select public.queue_sms_message(tests.a_user_with_phone('+12025550123'), null, 'hello')")
    status, kind, words = await bring(caller, a_reply(" Stop. ", OptOutType="STOP"))
    assert (status, kind.partition(";")[0]) == (200, "text/xml")
    assert words.endswith("<Response/>")
    assert await rows(database_url, "select status::text from public.sms_messages") == [{"status": "cancelled"}]
    (kept,) = await rows(database_url, "select meaning, words, opt_out_type, parameters from herald.inbound_sms")
    assert kept == {"meaning": "stop", "words": " Stop. ", "opt_out_type": "STOP", "parameters": {"NumMedia": "0"}}


@pytest.mark.parametrize("url", [INBOUND, f"{INBOUND}?tenant=7&x=%C3%A4%20b"], ids=["plain", "with a query"])
async def test_a_text_is_signed_with_the_public_address(database_url: str, caller: Caller, url: str) -> None:
    assert (await bring(caller, a_reply("Grüße & \U0001f44b + 100 %"), url=url))[0] == 200
    (kept,) = await rows(database_url, "select words, meaning from herald.inbound_sms")
    assert kept == {"words": "Grüße & \U0001f44b + 100 %", "meaning": "other"}


@pytest.mark.parametrize("forgery", ["token", "other body", "one more field", "other address", "none", "replayed"])
async def test_a_text_that_is_not_twilios_changes_nothing(
    database_url: str, caller: Caller, caplog: pytest.LogCaptureFixture, forgery: str
) -> None:
    """F95, for texts: a forged START would undo a STOP, and a forged STOP silence anybody."""
    caplog.set_level("DEBUG")
    fields = a_reply("STOP")
    validator = RequestValidator("another-token" if forgery == "token" else TOKEN)
    url = {"other address": "https://elsewhere.example.test/inbound", "replayed": PUBLIC}.get(forgery, INBOUND)
    signed = {
        "other body": {**fields, "Body": "hello"},
        "one more field": {name: value for name, value in fields.items() if name != "NumMedia"},
    }.get(forgery, fields)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if forgery != "none":
        headers["X-Twilio-Signature"] = validator.compute_signature(url, signed)
    async with caller.session.post(f"{caller.url}/twilio/inbound", data=urlencode(fields), headers=headers) as answer:
        assert answer.status == 403
    assert await rows(database_url, "select twilio_sid from herald.inbound_sms") == []
    told = [record.getMessage() for record in caplog.records if record.name.startswith("pgherald")]
    assert len(told) == 1
    assert "5550123" not in told[0]


@pytest.mark.parametrize(
    "fields", [{"MessageSid": ""}, {"From": ""}, {"From": "\0"}, {"MessageSid": "S" * 65}, {"OptOutType": "x" * 65}]
)
async def test_a_signed_text_that_makes_no_sense_is_refused(
    database_url: str, caller: Caller, fields: dict[str, str]
) -> None:
    assert (await bring(caller, a_reply(**fields)))[0] == 400
    assert await rows(database_url, "select twilio_sid from herald.inbound_sms") == []


async def test_a_long_text_is_taken_and_cut(database_url: str, caller: Caller) -> None:
    assert (await bring(caller, a_reply("ä\0" * 4_000)))[0] == 200
    assert await rows(database_url, "select char_length(words) from herald.inbound_sms") == [{"char_length": 1600}]


async def test_a_text_that_cannot_be_recorded_is_not_acknowledged(database_url: str, caller: Caller) -> None:
    await rows(database_url, "alter table herald.inbound_sms rename to hidden")
    reply = a_reply()
    assert (await bring(caller, reply))[0] == 503
    await rows(database_url, "alter table herald.hidden rename to inbound_sms")
    assert (await bring(caller, reply))[0] == 200
    assert (await bring(caller, reply))[0] == 200
    assert await rows(database_url, "select times_received from herald.inbound_sms") == [{"times_received": 2}]


async def test_a_callback_url_tells_where_texts_come_in() -> None:
    assert webhooks.inbound_address("https://a.test/twilio/status") == "https://a.test/twilio/inbound"
    assert webhooks.inbound_address("https://a.test/from-twilio?tenant=7") == "https://a.test/inbound?tenant=7"


async def a_link(url: str, code: str = "abc123", *, expired: bool = False) -> None:
    """Make a short link of a delivery that went an hour ago."""
    await rows(
        url,
        """
        insert into public.notification_tracking_links (
          short_code, delivery_id, destination_url, created_at, expires_at
        )
        select %s, tests.a_delivery('sent'), 'https://example.com/ä?b=c#d', now() - interval '1 hour',
          case when %s then now() end
        """,
        *(code, expired),
    )
    await rows(url, "update public.notification_deliveries set sent_at = now() - interval '1 hour'")


async def visit(caller: Caller, path: str, method: str = "GET", agent: str = "Firefox/120") -> tuple[int, str]:
    """Ask for an address as a browser does, without following it."""
    async with caller.session.request(
        method, f"{caller.url}{path}", allow_redirects=False, headers={"User-Agent": agent}
    ) as answer:
        return answer.status, answer.headers.get("Location", "")


async def test_a_short_link_leads_on(database_url: str, caller: Caller) -> None:
    """F107: every short link led to `/`, though the click was counted."""
    await a_link(database_url)
    assert await visit(caller, "/l/abc123") == (302, "https://example.com/%C3%A4?b=c#d")
    counts = "select click_count, bot_click_count from public.notification_tracking_links"
    assert await rows(database_url, counts) == [{"click_count": 1, "bot_click_count": 0}]
    assert await rows(database_url, "select status from public.notification_deliveries") == [{"status": "clicked"}]


@pytest.mark.parametrize(
    ("method", "agent"),
    [("HEAD", "Firefox/120"), ("GET", ""), ("GET", "WhatsApp/2.23"), ("GET", "x" * 5000 + "WhatsApp")],
)
async def test_a_machine_is_led_on_and_is_no_click(database_url: str, caller: Caller, method: str, agent: str) -> None:
    """Design 8.20: previews by bots and HEAD requests counted as clicks."""
    await a_link(database_url)
    assert (await visit(caller, "/l/abc123", method, agent))[0] == 302
    is_known = len(agent) < 1000
    counts = "select click_count, bot_click_count from public.notification_tracking_links"
    assert await rows(database_url, counts) == [{"click_count": int(not is_known), "bot_click_count": int(is_known)}]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/l/unknown", 404),
        ("/l/ABC123", 404),
        ("/l/", 404),
        ("/l/abc123/more", 404),
        ("/l/abc%00123", 404),
        ("/l/abc'123", 404),
        ("/l/" + "a" * 5000, 404),
        ("/l/expired", 410),
    ],
)
async def test_a_dead_link_leads_nowhere(database_url: str, caller: Caller, path: str, status: int) -> None:
    await a_link(database_url)
    await a_link(database_url, "expired", expired=True)
    assert await visit(caller, path) == (status, "")


async def test_a_link_cannot_be_posted_to(database_url: str, caller: Caller) -> None:
    await a_link(database_url)
    assert (await visit(caller, "/l/abc123", "POST"))[0] == 405


async def test_health_follows_the_tick(database_url: str, caller: Caller) -> None:
    """F15 of the design: health said OK while the worker was dead."""
    assert (await visit(caller, "/healthz"))[0] == 503
    await rows(database_url, "select public.tick()")
    assert (await visit(caller, "/healthz"))[0] == 200
    await rows(database_url, "update herald.ticks set last_ticked_at = now() - interval '4 minutes'")
    assert (await visit(caller, "/healthz"))[0] == 503


async def test_metrics_are_counts(database_url: str, caller: Caller) -> None:
    await rows(database_url, "select tests.a_queued_text(), tests.a_job(), public.tick()")
    await rows(database_url, "select public.receive_sms('SM1', '+12025550123', null, 'please stop texting me')")
    async with caller.session.get(f"{caller.url}/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        lines = (await answer.text()).splitlines()
    assert 'pgherald_jobs{job_type="send_sms",status="pending"} 1' in lines
    assert 'pgherald_jobs{job_type="other",status="pending"} 1' in lines
    assert "pgherald_replies_to_review 1" in lines
    assert "pgherald_texts_in_doubt 0" in lines
    assert "pgherald_kill_switch 0" in lines
    assert lines.count("# TYPE pgherald_jobs gauge") == 1
    assert not any("2025550123" in line for line in lines)


async def test_a_simulated_stop_goes_all_the_way(database_url: str, simulator: "Simulator") -> None:
    async with Database(Secret(database_url)) as database:
        with socket.create_server(("127.0.0.1", 0)) as finder:
            address = Address("127.0.0.1", finder.getsockname()[1])
        url = f"http://127.0.0.1:{address.port}/twilio/inbound"
        application = webhooks.endpoint(
            database, auth_token=Secret(simulator.auth_token), callback_url=PUBLIC, inbound_url=url
        )
        async with webhooks.serving(application, address):
            assert (
                await simulator.receive(url=url, from_="+12025550123", to=SENDER, body="no", opt_out_type="STOP") == 200
            )
            assert await simulator.receive(url=url, from_="+12025550124", to=SENDER, body="Unsubscribe") == 200
    assert len(await rows(database_url, "select phone_number from herald.suppressed_numbers")) == 2
