"""The programs as they are run: signals, exit codes, and what they print."""

import asyncio
import base64
import hashlib
import hmac
import json
import signal
import socket
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import pytest
from aiohttp import ClientError, ClientSession

from stage import TOKEN, Desk, Provider, accept_after, environment, program, until


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_in_the_middle_loses_nothing_and_exits_0(
    database_url: str, provider: Provider, desk: Desk, number: signal.Signals
) -> None:
    """Failure 13: deploys left jobs processing until a time-out, charged with an attempt."""
    provider.behaviour = accept_after(0.2)
    await desk.queue(*(f"text {index}" for index in range(100)))
    variables = environment(database_url, provider, PGHERALD_CONCURRENCY="10")
    async with program("run", variables=variables) as runner:
        await until(lambda: len(provider.posts) >= 25, seconds=20)
        assert await runner.end(number) == 0, runner.lines
    sent = len(provider.posts)
    assert 25 <= sent < 100
    assert await desk.statuses() == {"sent": sent, "queued": 100 - sent}
    jobs = await desk.rows("select distinct status::text, attempts from public.queue_jobs where status <> 'completed'")
    assert jobs == [{"status": "pending", "attempts": 0}]
    assert len(set(provider.posts)) == sent


async def test_f28_what_killed_its_runner_was_claimed_at_once_for_ever(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    """Failure 5: a job that killed its worker was reclaimed at once, for ever."""
    provider.behaviour = accept_after(3)
    await desk.queue("one", "two")
    variables = environment(database_url, provider)
    async with program("run", variables=variables) as runner:
        await until(lambda: provider.under_way == 2, seconds=20)
        await runner.end(signal.SIGKILL)
    await desk.rows("select public.tick(now() + interval '10 minutes')")
    provider.behaviour = accept_after(0)
    async with program("run", variables=variables) as runner:
        await desk.queue("three")
        await until(lambda: len(provider.posts) == 3, seconds=20)
        await desk.until({"sending": 2, "sent": 1})
        assert await runner.end(signal.SIGTERM) == 0
    assert sorted(provider.posts) == ["one", "three", "two"]


@pytest.mark.parametrize("log_format", ["text", "json"])
async def test_nothing_printed_at_any_level_holds_a_secret_a_number_or_a_body(
    database_url: str, provider: Provider, desk: Desk, log_format: str
) -> None:
    (message_id,) = await desk.queue("only for one pair of eyes")
    number = (await desk.rows("select phone_number from public.sms_messages"))[0]["phone_number"]
    variables = environment(database_url, provider, PGHERALD_LOG_LEVEL="debug", PGHERALD_LOG_FORMAT=log_format)
    async with program("run", variables=variables) as runner:
        await desk.until({"sent": 1})
        await desk.rows("alter function public.tick rename to tock")
        await desk.rows("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pgherald'")
        await asyncio.sleep(2)
        await desk.rows("alter function public.tock rename to tick")
        assert await runner.end(signal.SIGTERM) == 0
    printed = "\n".join(runner.lines)
    secrets = [TOKEN, base64.b64encode(f"{variables['TWILIO_ACCOUNT_SID']}:{TOKEN}".encode()).decode(), "eyes", number]
    assert [secret for secret in secrets if secret in printed] == []
    assert str(message_id) in printed
    assert "tick() does not work" in printed
    assert "psycopg" not in printed  # its pool would tell of each lost connection
    if log_format == "json":
        events = [json.loads(line) for line in runner.lines]
        assert any(event["event"] == "accepted" and event["message_id"] == str(message_id) for event in events)


async def test_the_log_level_is_kept(database_url: str, provider: Provider, desk: Desk) -> None:
    await desk.queue("quiet")
    async with program("run", "--log-level", "warning", variables=environment(database_url, provider)) as runner:
        await desk.until({"sent": 1})
        assert await runner.end(signal.SIGTERM) == 0
    assert runner.lines == []


async def test_a_database_that_was_not_migrated_is_told_so(database_url: str, provider: Provider, desk: Desk) -> None:
    await desk.rows("drop function herald.next_claim_at cascade")
    async with program("run", variables=environment(database_url, provider)) as runner:
        assert await asyncio.wait_for(runner.process.wait(), 20) == 1
    assert "pgherald migrate" in runner.lines[-1]


async def test_a_user_without_the_role_is_told_which_one(database_url: str, provider: Provider, desk: Desk) -> None:
    name = f"stranger_{uuid4().hex[:8]}"
    await desk.rows(f"create role {name} login password 'test'")
    try:
        url = database_url.replace(urlsplit(database_url).netloc.rpartition("@")[0], f"{name}:test")
        async with program("run", variables=environment(url, provider)) as runner:
            assert await asyncio.wait_for(runner.process.wait(), 20) == 1
        assert "herald_runner" in runner.lines[-1]
    finally:
        await desk.rows(f"drop role {name}")


async def test_with_nothing_set_it_runs_at_home_and_says_so_first() -> None:
    async with program("run", variables={}) as runner:
        await runner.says("running runner=")
        url = next(line.split("'")[1] for line in runner.lines if "psql" in line)
        assert "embedded PostgreSQL" in runner.lines[0]
        assert "simulated Twilio" in runner.lines[0]
        desk = Desk(url)
        await desk.queue("at home")
        await desk.until({"delivered": 1})
        assert await runner.end(signal.SIGTERM) == 0
    host, port = url.split("@")[1].split("/")[0].split(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)


@pytest.mark.parametrize("command", ["run", "serve"])
async def test_reports_are_taken_by_either_program(
    database_url: str, provider: Provider, desk: Desk, command: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as finder:
        address = f"127.0.0.1:{finder.getsockname()[1]}"
    await desk.rows("select public.tick()")
    await desk.rows("select tests.a_queued_text()")
    await desk.rows("select herald.register_sender('+15005550000')")
    attempt = (await desk.rows("select attempt_id from public.claim_sms('+15005550000')"))[0]["attempt_id"]
    variables = environment(
        database_url,
        provider,
        PGHERALD_CALLBACK_URL="https://example.test/twilio/status",
        PGHERALD_LOG_LEVEL="debug",
        **{"run": {"PGHERALD_SERVE": address}, "serve": {"PGHERALD_BIND": address}}[command],
    )
    report = {"MessageSid": f"SM{uuid4().hex}", "MessageStatus": "delivered", "To": "+15005550123"}
    signed = f"https://example.test/twilio/status?m={attempt}" + "".join(name + report[name] for name in sorted(report))
    signature = base64.b64encode(hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    async with program(command, variables=variables) as running, ClientSession() as session:
        await answering(session, f"http://{address}/healthz")
        for signed_by, status in (("nobody", 403), (signature, 204)):
            headers = {"X-Twilio-Signature": signed_by, "Content-Type": "application/x-www-form-urlencoded"}
            url = f"http://{address}/twilio/status?m={attempt}"
            async with session.post(url, data=urlencode(report), headers=headers) as answer:
                assert answer.status == status
        assert await running.end(signal.SIGTERM) == 0
    assert await desk.statuses() == {"delivered": 1}
    printed = "\n".join(running.lines)
    assert [secret for secret in (TOKEN, "5550123", report["MessageSid"]) if secret in printed] == []


async def answering(session: ClientSession, url: str) -> None:
    """Wait until somebody answers there."""
    for _ in range(200):
        try:
            async with session.get(url) as answer:
                if answer.status == 200:
                    return
        except ClientError:
            pass
        await asyncio.sleep(0.05)
    pytest.fail("nobody answers")


async def test_a_taken_port_is_told_in_one_line(database_url: str, provider: Provider) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        variables = environment(
            database_url, provider, PGHERALD_CALLBACK_URL="https://example.test/s", PGHERALD_SERVE=address
        )
        async with program("run", variables=variables) as runner:
            assert await asyncio.wait_for(runner.process.wait(), 20) == 1
    assert "cannot listen" in runner.lines[-1]
    assert "--serve" in runner.lines[-1]
