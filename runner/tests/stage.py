"""What the tests of the runner are played on: a provider over HTTP, a line to the database, and a client of it."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import psycopg
import pytest
from aiohttp import web
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from pgherald import webhooks
from pgherald.database import ClaimedNotification, Database
from pgherald.lane import Lane
from pgherald.reconciler import Reconciler
from pgherald.settings import Address, RunSettings, Secret, TwilioSettings
from pgherald.twilio import Twilio
from pgherald.worker import Texts, Worker

if TYPE_CHECKING:
    from pgherald.simulator import Simulator

SENDER: Final = "+15005550006"
TOKEN: Final = "test-token"  # noqa: S105  no token of any account; the tests look for it where it must not be
TWENTY: Final = 20
Connection = psycopg.AsyncConnection[Any]
Behaviour = Callable[[Mapping[str, str]], Awaitable[web.StreamResponse]]


class Provider:
    """An HTTP server in Twilio's place that behaves as told, and remembers what it was asked to send."""

    def __init__(self) -> None:
        """Say yes to everything at first."""
        self.base_url = ""
        self.account_sid = f"AC{uuid4().hex}"
        self.auth_token = TOKEN
        self.behaviour: Behaviour = accept
        self.posts: list[str] = []
        self.under_way = 0
        self.most_under_way = 0

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Take a request for a text."""
        fields = {name: str(value) for name, value in (await request.post()).items()}
        self.posts.append(fields["Body"])
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self.behaviour(fields)
        finally:
            self.under_way -= 1

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve at `base_url`."""
        application = web.Application()
        application.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self.take)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            self.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield
        finally:
            await runner.cleanup()


async def accept(_fields: Mapping[str, str]) -> web.Response:
    return web.json_response({"sid": f"SM{uuid4().hex}", "status": "queued", "num_segments": "1"}, status=201)


def accept_after(seconds: float, *, only: str = "") -> Behaviour:
    """Say yes late, to all or to one body."""

    async def behaviour(fields: Mapping[str, str]) -> web.Response:
        if only in {"", fields["Body"]}:
            await asyncio.sleep(seconds)
        return await accept(fields)

    return behaviour


def refuse(status: int, code: int, **headers: str) -> Behaviour:
    """Say no."""

    async def behaviour(_fields: Mapping[str, str]) -> web.Response:
        return web.json_response({"code": code, "message": "no", "status": status}, status=status, headers=headers)

    return behaviour


class Wire:
    """The line between the runner and the database, which can be cut and mended."""

    def __init__(self, url: str) -> None:
        """Lead to the server of a URL."""
        self.parts = urlsplit(url)
        self.writers: list[asyncio.StreamWriter] = []
        self.is_cut = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Pass on what comes, and give the URL through the wire."""
        server = await asyncio.start_server(self.take, "127.0.0.1", 0)
        user = f"{self.parts.netloc.rpartition('@')[0]}@" if "@" in self.parts.netloc else ""
        netloc = f"{user}127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield urlunsplit(self.parts._replace(netloc=netloc))
        finally:
            self.cut()
            server.close()

    def cut(self) -> None:
        """Let nothing through any more."""
        self.is_cut = True
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()

    def mend(self) -> None:
        """Let new connections through."""
        self.is_cut = False

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a connection and pass on both directions."""
        if self.is_cut:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(self.parts.hostname, self.parts.port)
        self.writers += [writer, far_writer]
        await asyncio.gather(pass_on(reader, far_writer), pass_on(far_reader, writer))


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


class Desk:
    """A client of the database: queues texts, and looks what became of them."""

    def __init__(self, url: str) -> None:
        """Work with the database of a URL."""
        self.url = url

    async def rows(self, query: str, *parameters: object) -> list[dict[str, Any]]:
        """Run a query."""
        async with (
            await psycopg.AsyncConnection.connect(self.url, autocommit=True, row_factory=dict_row) as connection,
            connection.cursor() as cursor,
        ):
            await cursor.execute(query.encode(), parameters or None)
            return await cursor.fetchall() if cursor.description else []

    async def queue(self, *bodies: str, seconds_ahead: float | None = None) -> list[UUID]:
        """Queue texts, each to a user and a number of its own."""
        query = """
            with users as (
              insert into public.users (id)
              select gen_random_uuid() from unnest(%s::text[])
              returning id
            ),
            numbered as (select id, row_number() over () as number from users),
            preferences as (
              insert into public.user_sms_preferences (
                user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit
              )
              select id, '+1202' || (3000000 + floor(random() * 6000000)::bigint)::text, true, null, null, 1000
              from numbered
              returning user_id, phone_number
            )
            select numbered.number, user_id, phone_number
            from preferences inner join numbered on numbered.id = preferences.user_id
            order by numbered.number
        """
        users = await self.rows(query, list(bodies))
        texts = await self.rows(
            """
            select public.queue_sms_message(
              p_user_id => wanted.user_id, p_phone_number => wanted.phone_number, p_message => wanted.body,
              p_scheduled_for => now() + %s::double precision * interval '1 second'
            ) as id
            from unnest(%s::uuid[], %s::text[], %s::text[]) as wanted (user_id, phone_number, body)
            """,
            seconds_ahead,
            [user["user_id"] for user in users],
            [user["phone_number"] for user in users],
            list(bodies),
        )
        return [text["id"] for text in texts]

    async def notify(
        self,
        payload: Mapping[str, Any],
        *,
        email: str | None = None,
        push: Mapping[str, str] | None = None,
        priority: str = "normal",
    ) -> dict[str, Any]:
        """Emit an event to a new user with these addresses, and give its e-mail or push message."""
        await self.rows("alter table public.users add column if not exists email text")
        (user,) = await self.rows(
            "insert into public.users (id, email) values (gen_random_uuid(), %s) returning id", email
        )
        if push:
            await self.rows(
                """
                insert into public.push_subscriptions (user_id, endpoint, p256dh_key, auth_key)
                values (%s, %s, %s, %s)
                """,
                *(user["id"], push["endpoint"], push["p256dh"], push["auth"]),
            )
        await self.rows(
            "insert into public.notification_subscriptions (user_id, event_type) values (%s, 'task.due_soon')",
            user["id"],
        )
        await self.rows(
            "update public.user_notification_preferences set priority = %s where user_id = %s", priority, user["id"]
        )
        await self.rows(
            "select public.emit_notification_event('task.due_soon', p_target_user_id => %s, p_payload => %s)",
            *(user["id"], Jsonb(dict(payload))),
        )
        (delivery,) = await self.rows(
            """
            select * from public.notification_deliveries
            where recipient_user_id = %s and channel in ('email', 'push')
            """,
            user["id"],
        )
        return delivery

    async def delivery(self, delivery_id: UUID) -> dict[str, Any]:
        """Look what became of an e-mail or a push message, and of its job."""
        (row,) = await self.rows(
            """
            select
              delivery.status, delivery.external_id, delivery.last_error, job.status::text as job_status, job.attempts,
              job.scheduled_for - now() as waits
            from public.notification_deliveries as delivery
            inner join public.queue_jobs as job on job.id = delivery.queue_job_id
            where delivery.id = %s
            """,
            delivery_id,
        )
        return row

    async def until_job(self, job_id: UUID, *statuses: str, seconds: float = 20) -> dict[str, Any]:
        """Wait until a job has one of these statuses, and give it."""
        ends_at = time.monotonic() + seconds
        while True:
            (job,) = await self.rows("select *, status::text as status from public.queue_jobs where id = %s", job_id)
            if job["status"] in statuses:
                return job
            assert time.monotonic() < ends_at, f"still {job['status']}, not {statuses}"
            await asyncio.sleep(0.05)

    async def statuses(self) -> dict[str, int]:
        """Count the texts by status."""
        rows = await self.rows("select status::text, count(*) from public.sms_messages group by 1")
        return {row["status"]: row["count"] for row in rows}

    async def until(self, statuses: dict[str, int], *, seconds: float = 20) -> None:
        """Wait until the texts are in these statuses."""
        ends_at = time.monotonic() + seconds
        while (now := await self.statuses()) != statuses:
            assert time.monotonic() < ends_at, f"still {now}, not {statuses}"
            await asyncio.sleep(0.05)

    async def until_somebody_waits(self) -> None:
        """Wait until a session waits for a lock in this database."""
        query = """
            select count(*) from pg_stat_activity
            where wait_event_type = 'Lock' and datname = current_database()
        """
        for _ in range(100):
            if (await self.rows(query))[0]["count"]:
                return
            await asyncio.sleep(0.05)
        pytest.fail("nobody waits")


async def rows(connection: Connection, query: str, *values: object) -> list[Any]:
    """Run a query on a connection."""
    cursor = await connection.execute(query.encode(), values)
    return await cursor.fetchall() if cursor.description else []


async def value(connection: Connection, query: str, *values: object) -> Any:  # noqa: ANN401  whatever the query gives
    """Give the first value of the first row."""
    return (await rows(connection, query, *values))[0][0]


async def at_once(connections: Sequence[Connection], work: Callable[[Connection], Awaitable[Any]]) -> list[Any]:
    """Let each connection do its work, all at the same time."""
    return await asyncio.gather(*(work(connection) for connection in connections), return_exceptions=True)


async def until(condition: Callable[[], bool], *, seconds: float = 10) -> None:
    """Wait until something is so."""
    ends_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends_at, "did not come about"
        await asyncio.sleep(0.02)


def a_notification(channel: str, address: str, payload: Mapping[str, Any], /, **changes: Any) -> ClaimedNotification:  # noqa: ANN401
    """Make a claimed notification out of nothing."""
    fields: dict[str, Any] = {
        "job_id": uuid4(),
        "processing_token": uuid4(),
        "lease_expires_at": datetime.now(UTC),
        "delivery_id": uuid4(),
        "attempt": 1,
        "channel": channel,
        "address": address,
        "event_type": "task.due_soon",
        "payload": payload,
        "p256dh_key": None,
        "auth_key": None,
        "expires_in_seconds": None,
        "priority": 10,
        "correlation_id": uuid4(),
    }
    return ClaimedNotification(**{**fields, **changes})


@asynccontextmanager
async def a_worker(
    database_url: str,
    *lanes: Callable[[Database, RunSettings], Lane[Any, Any]],
    **changes: Any,  # noqa: ANN401  the fields of RunSettings
) -> AsyncIterator[Worker]:
    """Run a worker without texts, and see at the end that it stops in good order."""
    settings = RunSettings(database_url=Secret(database_url), direct_url=Secret(database_url), **changes)
    async with Database(settings.database_url, settings.direct_url) as database:
        worker = Worker(
            database,
            [lane(database, settings) for lane in lanes],
            runner=f"test {uuid4()}",
            tick_interval=settings.tick_interval,
        )
        async with working(worker):
            yield worker


@asynccontextmanager
async def a_runner(
    database_url: str,
    provider: "Provider | Simulator",
    *,
    direct_url: str | None = None,
    send_timeout: float = 10,
    reports: bool = False,
    **changes: Any,  # noqa: ANN401  the fields of RunSettings
) -> AsyncIterator[Worker]:
    """Run a worker, with an endpoint for reports if wanted, and see at the end that it stops in good order."""
    with socket.create_server(("127.0.0.1", 0)) as finder:
        address = Address("127.0.0.1", finder.getsockname()[1])
    callback_url = f"http://{address.host}:{address.port}/twilio/status" if reports else None
    account = TwilioSettings(
        account_sid=provider.account_sid,
        auth_token=Secret(provider.auth_token),
        sender=SENDER,
        api_url=provider.base_url,
        callback_url=callback_url,
        send_timeout=send_timeout,
    )
    settings = RunSettings(
        database_url=Secret(database_url),
        direct_url=Secret(direct_url or database_url),
        twilio=account,
        **changes,
    )
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(settings.database_url, settings.direct_url))
        twilio = await stack.enter_async_context(Twilio(account, connections=settings.concurrency))
        await database.register_sender(SENDER, rate_per_second=settings.rate_per_second, account=account.account_sid)
        if callback_url:
            application = webhooks.endpoint(database, auth_token=account.auth_token, callback_url=callback_url)
            await stack.enter_async_context(webhooks.serving(application, address))
        name = f"test {uuid4()}"
        texts = Texts(database, twilio, settings.pace(settings.concurrency), sender=SENDER, runner=name)
        reconciler = Reconciler(
            database, twilio, sender=SENDER, interval=settings.reconcile_interval, lease=settings.lease
        )
        worker = Worker(database, [texts], runner=name, tick_interval=settings.tick_interval, reconciler=reconciler)
        async with working(worker):
            yield worker


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[None]:
    """Have a worker work, and see at the end that it stops in good order."""
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        if not worker.is_stopping:  # a second stop would mean to hurry
            worker.stop()
        assert await asyncio.wait_for(task, 30) == 0


class Program:
    """A program that runs, and what it has printed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Collect the output of a process."""
        self.process = process
        self.lines: list[str] = []
        self.reading = asyncio.create_task(self.read())

    async def read(self) -> None:
        """Read to the end."""
        assert self.process.stdout
        async for line in self.process.stdout:
            self.lines.append(line.decode().rstrip())

    async def says(self, text: str, *, seconds: float = 180) -> None:
        """Wait until it prints something. What it has printed instead is in the error."""
        ends_at = time.monotonic() + seconds
        while not any(text in line for line in self.lines):
            printed = "\n".join(self.lines)
            assert not self.reading.done(), f"ended without a word of {text!r}:\n{printed}"
            assert time.monotonic() < ends_at, f"no word of {text!r} in {seconds} s:\n{printed}"
            await asyncio.sleep(0.02)

    async def end(self, number: signal.Signals) -> int:
        """Send a signal and wait for the exit code."""
        self.process.send_signal(number)
        code = await asyncio.wait_for(self.process.wait(), 30)
        await self.reading
        return code


def environment(database_url: str, provider: Provider, **more: str) -> dict[str, str]:
    """Give what the runner needs, and nothing of the machine's settings."""
    return {
        "DATABASE_URL": database_url,
        "TWILIO_ACCOUNT_SID": f"AC{uuid4().hex}",
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": SENDER,
        "TWILIO_API_URL": provider.base_url,
        **more,
    }


@asynccontextmanager
async def program(
    *arguments: str, variables: Mapping[str, str], folder: Path | None = None, user: int | None = None
) -> AsyncIterator[Program]:
    """Run pgherald in a folder, as a user, and see that it is gone at the end."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PGHERALD_", "TWILIO_", "DATABASE"))
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pgherald", *arguments),
        env={**kept, **variables},
        cwd=folder,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    running = Program(process)
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await running.reading
