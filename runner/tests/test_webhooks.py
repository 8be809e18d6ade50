"""Twilio's reports: only what is signed is looked at, and what is not recorded is not acknowledged."""

import base64
import hashlib
import hmac
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import psycopg
import pytest
from aiohttp import ClientSession
from psycopg.rows import dict_row

from pgherald import webhooks
from pgherald.database import Database
from pgherald.settings import Address, Secret

TOKEN = "test-token"  # noqa: S105  signs the test's own requests
PUBLIC = "https://texts.example.test/from-twilio?tenant=7"
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
