"""Each text goes exactly once, whatever breaks: shown by breaking it.

Runners, an endpoint, a durable server and a simulated Twilio; and at random instants something is killed, crashed, cut,
delayed, doubled or dropped. At the end the provider's book and the database are compared text by text. The plan of what
breaks when follows from the seed, so that a failure can be played again; what is just in flight by then does not.
"""

import asyncio
import json
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

import click
import psycopg
from aiohttp import ClientError
from psycopg.rows import dict_row

from pgherald.database import is_passing
from pgherald.embedded import EmbeddedError, EmbeddedServer
from pgherald.migrations import migrate
from pgherald.simulator import FaultKind, Simulator

_SENDER: Final = "+15005550006"
_TEXTS_A_USER: Final = 20
# Of a hundred texts, so many have the words and the number of the one before; of a hundred users, so many say STOP.
_TWINS: Final = 5
_STOPS: Final = 2
# Seconds. The list is behind for less than the settle time, less the longest that a request can be on its way after its
# attempt was given up.
_LIST_LAG: Final = 1.5
_SETTLE_TIME: Final = 9.0
_LEASE: Final = 4.0
_SEND_TIMEOUT: Final = 2.0
_LONGEST_DELAY: Final = 3.0
_BAD_REQUEST: Final = 400
_SERVER_ERROR: Final = 500
_PATIENCE: Final = 45.0
_LOOK_EVERY: Final = 1.0
_TELL_EVERY: Final = 5.0
_FEED_EVERY: Final = 0.2

_CALLBACKS: Final[Mapping[str, float | bool]] = {
    "callback_drop": 1.0,
    "callback_duplicates": 2,
    "callback_shuffle": True,
    "callback_before_answer": True,
}
# What breaks; the more often a kind stands here, the more often it does.
_KINDS: Final = (
    *("kill runner",) * 4,
    *("crash database",) * 2,
    "stop runner",
    "kill endpoint",
    "cut database",
    "line:refuse",
    "line:cut before request",
    "line:cut in request",
    "line:cut before answer",
    "line:cut in answer",
    "line:delay request",
    "line:delay answer",
    "answer:error",
    "answer:drop",
    "answer:throttle",
    "answer:truncate",
    "answer:accept_then_drop",
    "answer:accept_then_error",
    "answer:accept_then_hang",
    *(f"callbacks:{setting}" for setting in _CALLBACKS),
)

_PREPARE: Final = """
    update herald.settings
    set
      on_unknown = %(on_unknown)s, settle_time = make_interval(secs => %(settle)s), first_look = '0.5 seconds',
      report_time = '3 seconds', retry_delays = '{0, 500 milliseconds, 1 second}', sender_pause = '1 second',
      throttle_delay = '1 second', default_expiry = null
"""
_USERS: Final = """
    with users as (
      insert into public.users (id) select gen_random_uuid() from generate_series(1, %(users)s) returning id
    ),
    numbered as (select id, row_number() over () as number from users)
    insert into public.user_sms_preferences (
      user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit
    )
    select id, '+1202' || (3000000 + number)::text, true, null, null, 1000000
    from numbered
    returning user_id, phone_number
"""
_QUEUE: Final = """
    select count(public.queue_sms_message(
      p_user_id => wanted.user_id, p_phone_number => null, p_message => wanted.words,
      p_scheduled_for => wanted.at, p_idempotency_key => wanted.key,
      -- With three, bad luck alone fails some of ten thousand for good.
      p_max_attempts => 50
    ))
    from unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::text[]) as wanted (user_id, words, at, key)
"""
_ROWS: Final = """
    select
      message.id, message.user_id, message.phone_number, message.message_content, message.status::text,
      message.twilio_sid, message.cancel_reason, job.status::text as job_status,
      job.status = 'processing' and job.lease_expires_at is null as is_held,
      (
        select max(attempt.started_at) from herald.sms_attempts as attempt where attempt.message_id = message.id
      ) as last_attempt_at,
      exists (
        select from herald.sms_attempts as attempt where attempt.message_id = message.id and attempt.outcome is null
      ) as is_under_way
    from public.sms_messages as message
    left join public.queue_jobs as job on job.id = message.queue_job_id
"""
_FIGURES: Final = """
    select
      count(*) as attempts, coalesce(sum(looks), 0) as looks, count(*) filter (where looks > 0) as looked_up,
      count(*) filter (where error_message like 'not in the provider''s list%%') as sent_again
    from herald.sms_attempts
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that breaks: what, when (seconds from the start), and for how long or to whom."""

    at: float
    kind: str
    seconds: float
    choice: int


@dataclass(slots=True)
class Verdict:
    """Where provider and database disagree: ids of texts, or SIDs that no text has. Nothing here is what is wanted."""

    doubled: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    otherwise: list[str] = field(default_factory=list)
    after_stop: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether they agree."""
        return not any(asdict(self).values())


class Line:
    """The line to the provider: passes on what comes, or cuts it or holds it up, before, in and after a request."""

    def __init__(self, host: str, port: int) -> None:
        """Lead to a port."""
        self._far = (host, port)
        self._mode = ""
        self._delay = 0.0
        self.url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve at `url`."""
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield
        finally:
            server.close()

    async def misbehave(self, mode: str, seconds: float, delay: float) -> None:
        """Do so for a while."""
        self._mode, self._delay = mode, delay
        await asyncio.sleep(seconds)
        if self._mode == mode:
            self._mode = ""

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._mode == "refuse":
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(*self._far)
        await asyncio.gather(
            self._pass_on(reader, far_writer, writer, "request"),
            self._pass_on(far_reader, writer, far_writer, "answer"),
        )

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, back: asyncio.StreamWriter, what: str
    ) -> None:
        """Pass on one direction."""
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                mode = self._mode
                if mode == f"cut before {what}":
                    break
                if mode == f"cut in {what}":
                    writer.write(data[: len(data) // 2])
                    await writer.drain()
                    break
                if mode == f"delay {what}":
                    await asyncio.sleep(self._delay)
                writer.write(data)
                await writer.drain()
        # What was passed on arrives; whoever sent it sees a reset.
        writer.close()
        back.transport.abort()


class Unit:
    """A program that is started again whenever it ends, as a service manager would."""

    def __init__(self, name: str, arguments: Sequence[str], variables: Mapping[str, str], logs: Path) -> None:
        """Prepare."""
        self._arguments = arguments
        self._variables = variables
        self._log = logs / f"{name}.log"
        self._process: asyncio.subprocess.Process | None = None
        self._is_wanted = True
        self.starts = 0

    async def run(self) -> None:
        """Keep it running, until `end` is called."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with self._log.open("ab") as log:
            while self._is_wanted:
                self._process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "pgherald", *self._arguments),
                    env={**kept, **self._variables},
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
                self.starts += 1
                await self._process.wait()
                await asyncio.sleep(0.2)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it runs."""
        if self._process and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    def end(self) -> None:
        """Let it end, and stay so."""
        self._is_wanted = False
        self.signal(signal.SIGTERM)

    async def ended(self, task: asyncio.Task[None]) -> None:
        """See that it is gone."""
        self.end()
        _, pending = await asyncio.wait({task}, timeout=10)
        if pending:
            self.signal(signal.SIGKILL)
            await asyncio.wait({task}, timeout=5)


class Chaos:
    """One run."""

    def __init__(  # noqa: PLR0913  the options
        self, *, texts: int, faults: int, seed: int, seconds: float, runners: int, on_unknown: str
    ) -> None:
        """Plan it."""
        self._texts = texts
        self._seconds = seconds
        self._runners = runners
        self._on_unknown = on_unknown
        self._random = random.Random(seed)  # noqa: S311  it decides what breaks, nothing secret
        self.plan = self._make_plan(faults)
        self.simulator = Simulator(seed=seed)
        self.done: Counter[str] = Counter()
        self._queued = 0
        self._server = EmbeddedServer()
        self._hand = ThreadPoolExecutor(max_workers=1)
        self._stopped_at: dict[Any, datetime] = {}
        self._units: list[Unit] = []
        self._inbound_url = ""
        self.figures: dict[str, Any] = {}

    def _make_plan(self, faults: int) -> list[Fault]:
        """Choose what breaks, and when."""
        kinds: list[str] = []
        while len(kinds) < faults:
            kinds += self._random.sample(_KINDS, len(_KINDS))
        return sorted(
            (
                Fault(
                    at=round(self._random.uniform(0.02, 1) * self._seconds, 2),
                    kind=kind,
                    seconds=round(self._random.uniform(0.1, 1.5), 2),
                    choice=self._random.randrange(1_000_000),
                )
                for kind in kinds[:faults]
            ),
            key=lambda fault: fault.at,
        )

    async def run(self, logs: Path, tell: Callable[[str], None]) -> Verdict:
        """Do it, and compare the books."""
        if task := asyncio.current_task():
            # So that nothing is left running, whichever way we are told to stop.
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        async with AsyncExitStack() as stack:
            await self._by_hand(self._server.start)
            stack.push_async_callback(self._by_hand, self._server.stop, "immediate")
            await asyncio.to_thread(migrate, self._server.url)
            users = await self._prepare()
            self.simulator.faults.list_lag = _LIST_LAG
            self.simulator.faults.status_delay = 0.1
            await stack.enter_async_context(self.simulator.serve())
            far = urlsplit(self.simulator.base_url)
            self._line = Line(far.hostname or "", far.port or 0)
            await stack.enter_async_context(self._line.running())
            self._units = self._make_units(logs)
            for unit in self._units:
                stack.push_async_callback(unit.ended, asyncio.create_task(unit.run()))

            began = time.monotonic()
            telling = asyncio.create_task(self._tell(began, tell))
            stack.callback(telling.cancel)
            await asyncio.gather(
                self._feed(users), self._stop_some(users), *(self._break(fault) for fault in self.plan)
            )
            self.simulator.faults.rules.clear()
            tell(f"all queued and broken after {time.monotonic() - began:.0f} s; waiting until the books agree")
            verdict = await self._settle()
            self.figures = await self._count()
            return verdict

    async def _prepare(self) -> list[Any]:
        """Make users with numbers, and set times that fit into minutes."""
        count = -(-self._texts // _TEXTS_A_USER)
        async with await self._connect() as connection:
            for statement in _PREPARE.split(";"):
                await connection.execute(statement.encode(), {"on_unknown": self._on_unknown, "settle": _SETTLE_TIME})
            cursor = await connection.execute(_USERS.encode(), {"users": count})
            return sorted(await cursor.fetchall(), key=lambda user: str(user["phone_number"]))

    def _make_units(self, logs: Path) -> list[Unit]:
        """Name the programs: an endpoint, and the runners."""
        with socket.create_server(("127.0.0.1", 0)) as finder:
            address = f"127.0.0.1:{finder.getsockname()[1]}"
        self._inbound_url = f"http://{address}/twilio/inbound"
        variables = {
            "DATABASE_URL": self._server.url,
            "TWILIO_AUTH_TOKEN": self.simulator.auth_token,
            "PGHERALD_CALLBACK_URL": f"http://{address}/twilio/status",
        }
        runner = {
            **variables,
            "TWILIO_ACCOUNT_SID": self.simulator.account_sid,
            "TWILIO_FROM": _SENDER,
            "TWILIO_API_URL": self._line.url,
            "PGHERALD_CONCURRENCY": "20",
            "PGHERALD_BATCH_SIZE": "20",
            "PGHERALD_LEASE": f"{_LEASE:g}",
            "PGHERALD_SEND_TIMEOUT": f"{_SEND_TIMEOUT:g}",
            "PGHERALD_CONNECT_TIMEOUT": "1",
            "PGHERALD_TICK_INTERVAL": "0.5",
            "PGHERALD_RECONCILE_INTERVAL": "0.5",
            "PGHERALD_GRACE": "1",
        }
        return [
            Unit("endpoint", ["serve"], {**variables, "PGHERALD_BIND": address}, logs),
            *(Unit(f"runner{number}", ["run"], runner, logs) for number in range(self._runners)),
        ]

    def _connect(self) -> Awaitable[psycopg.AsyncConnection[dict[str, Any]]]:
        return psycopg.AsyncConnection.connect(self._server.url, autocommit=True, row_factory=dict_row)

    async def _ask(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Run a statement until the database takes it."""
        while True:
            try:
                async with await self._connect() as connection:
                    cursor = await connection.execute(query.encode(), values or None)
                    return await cursor.fetchall() if cursor.description else []
            except psycopg.Error as error:
                if not (isinstance(error, psycopg.OperationalError) and is_passing(error)):
                    raise
            await asyncio.sleep(0.1)

    async def _feed(self, users: Sequence[Any]) -> None:
        """Queue the texts over the time there is; again with the same keys, where it is not known if it was done."""
        wanted: list[tuple[Any, str, float, str]] = []
        for number in range(self._texts):
            is_twin = wanted and self._random.random() < _TWINS / 100
            user, words = (wanted[-1][0], wanted[-1][1]) if is_twin else (users[number % len(users)]["user_id"], "")
            ahead = self._random.choice([0.0, 0.0, 0.0, 0.5, 2.0])
            wanted.append((user, words or f"text {number}", ahead, f"chaos {number}"))
        began = time.monotonic()
        while self._queued < self._texts:
            share = min((time.monotonic() - began) / (self._seconds * 0.95), 1)
            batch = wanted[self._queued : max(self._queued + 1, int(self._texts * share))]
            whom, what, aheads, keys = (list(column) for column in zip(*batch, strict=True))
            now = datetime.now(UTC)
            await self._ask(_QUEUE, whom, what, [now + timedelta(seconds=ahead) for ahead in aheads], keys)
            self._queued += len(batch)
            await asyncio.sleep(_FEED_EVERY)

    async def _stop_some(self, users: Sequence[Any]) -> None:
        """Let some users say STOP while texts for them are under way."""
        stoppers = self._random.sample(users, max(1, len(users) * _STOPS // 100))

        async def stop(user: Any, at: float) -> None:  # noqa: ANN401  a row
            await asyncio.sleep(at)
            await self._say_stop(user["phone_number"])
            (row,) = await self._ask("select clock_timestamp() as at")
            self._stopped_at[user["user_id"]] = row["at"]

        await asyncio.gather(*(stop(user, self._random.uniform(0.2, 0.8) * self._seconds) for user in stoppers))

    async def _say_stop(self, number: str) -> None:
        """Text STOP from a number, until the endpoint has taken it."""
        while True:
            with suppress(ClientError, OSError):
                status = await self.simulator.receive(url=self._inbound_url, from_=number, to=_SENDER, body="STOP")
                if status < _BAD_REQUEST:
                    return
                if status < _SERVER_ERROR:
                    raise RuntimeError(f"STOP was refused with {status}")
            await asyncio.sleep(0.3)

    async def _break(self, fault: Fault) -> None:
        """Let a fault happen at its time."""
        await asyncio.sleep(fault.at)
        runners = self._units[1:]
        faults = self.simulator.faults
        match fault.kind.split(":"):
            case ["kill runner"]:
                runners[fault.choice % len(runners)].signal(signal.SIGKILL)
            case ["stop runner"]:
                runners[fault.choice % len(runners)].signal(signal.SIGTERM)
            case ["kill endpoint"]:
                self._units[0].signal(signal.SIGKILL)
            case ["crash database"]:
                await self._crash()
            case ["cut database"]:
                await self._ask(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pgherald'"
                )
            case ["line", mode]:
                delay = 0.5 + fault.choice % 1000 / 1000 * (_LONGEST_DELAY - 0.5)
                await self._line.misbehave(mode, fault.seconds, delay)
            case ["answer", kind]:
                faults.add(cast("FaultKind", kind), times=1 + fault.choice % 8, seconds=fault.seconds, retry_after=1)
            case ["callbacks", setting]:
                setattr(faults, setting, _CALLBACKS[setting])
                await asyncio.sleep(fault.seconds * 2)
                setattr(faults, setting, type(_CALLBACKS[setting])())
        self.done[fault.kind] += 1

    async def _crash(self) -> None:
        """Crash the server and start it again."""
        for _ in range(5):
            try:
                await self._by_hand(self._server.restart, "immediate")
            except EmbeddedError:
                await asyncio.sleep(0.5)
            else:
                return

    async def _by_hand(self, work: Callable[..., None], *arguments: object) -> None:
        """Do something about the server in a thread; one after the other, also what is begun while we are cancelled."""
        await asyncio.get_running_loop().run_in_executor(self._hand, work, *arguments)

    async def _settle(self) -> Verdict:
        """Wait until the books agree, or nothing moves any more."""
        last, moved_at = None, time.monotonic()
        while True:
            verdict = self._compare(await self._ask(_ROWS))
            # Once more after a moment: what is late comes when all seems well.
            if verdict.is_clean:
                await asyncio.sleep(_SETTLE_TIME / 3)
                verdict = self._compare(await self._ask(_ROWS))
            if verdict != last:
                last, moved_at = verdict, time.monotonic()
            if verdict.is_clean or time.monotonic() > moved_at + _PATIENCE:
                return verdict
            await asyncio.sleep(_LOOK_EVERY)

    def _compare(self, rows: Sequence[Mapping[str, Any]]) -> Verdict:
        """Compare the two books text by text."""
        verdict = Verdict()
        book = {message.sid: message for message in self.simulator.messages}
        ours = {row["twilio_sid"]: row for row in rows if row["twilio_sid"]}
        by_words: dict[tuple[str, str], list[str]] = {}
        for row in rows:
            by_words.setdefault((row["phone_number"], row["message_content"]), []).append(str(row["id"]))
        for sid, message in book.items():
            if sid not in ours:
                verdict.doubled += by_words.get((message.to, message.body), [sid])
        verdict.lost += ["a text was never written"] * (self._texts - len(rows))
        for row in rows:
            self._judge(row, book.get(row["twilio_sid"]), verdict)
        return verdict

    def _judge(self, row: Mapping[str, Any], message: Any, verdict: Verdict) -> None:  # noqa: ANN401  of the simulator
        """Judge one text by what the provider has of it."""
        text = str(row["id"])
        stopped_at = self._stopped_at.get(row["user_id"])
        is_held = self._on_unknown == "hold" and row["status"] == "sending" and row["is_held"]
        if stopped_at and row["last_attempt_at"] and row["last_attempt_at"] > stopped_at:
            verdict.after_stop.append(text)
        # One that is queued after a STOP never gets a job.
        has_ended = row["job_status"] in {"completed", "cancelled", None} and row["status"] in {
            "delivered",
            "cancelled",
        }
        if row["is_under_way"] or not (is_held or has_ended):
            verdict.stuck.append(text)
        elif row["twilio_sid"]:
            if message is None or row["status"] == "cancelled":
                verdict.lost.append(text)
            elif (row["phone_number"], row["message_content"], row["status"]) != (
                message.to,
                message.body,
                message.status,
            ):
                verdict.otherwise.append(text)
        elif not is_held and not (row["status"] == "cancelled" and stopped_at):
            verdict.lost.append(text)

    async def _tell(self, began: float, tell: Callable[[str], None]) -> None:
        """Tell how far it is."""
        while True:
            await asyncio.sleep(_TELL_EVERY)
            rows = await self._ask("select status::text, count(*) from public.sms_messages group by 1 order by 1")
            statuses = ", ".join(f"{row['count']} {row['status']}" for row in rows)
            tell(
                f"{time.monotonic() - began:4.0f} s  {sum(self.done.values())} of {len(self.plan)} faults, "
                f"{self._queued} of {self._texts} texts: {statuses}"
            )

    async def _count(self) -> dict[str, Any]:
        """Give what can be counted."""
        (counts,) = await self._ask(_FIGURES)
        rows = await self._ask("select status::text, count(*) from public.sms_messages group by 1 order by 1")
        return {
            "statuses": {row["status"]: row["count"] for row in rows},
            "requests": len(self.simulator.requests),
            "accepted": len(self.simulator.messages),
            **{name: int(count) for name, count in counts.items()},
            "stops": len(self._stopped_at),
            "starts_of_programs": sum(unit.starts for unit in self._units),
            "faults": dict(sorted(self.done.items())),
        }


@click.command()
@click.option("--texts", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True)
@click.option("--faults", type=click.IntRange(0, 100_000), default=200, show_default=True)
@click.option("--seed", type=int, help="Plays a run again. Default: any.")
@click.option(
    "--minutes",
    type=click.FloatRange(0.05, 10_000),
    default=8,
    show_default=True,
    help="How long texts come and things break; then comes the time to settle.",
)
@click.option("--runners", type=click.IntRange(1, 20), default=2, show_default=True)
@click.option(
    "--on-unknown",
    type=click.Choice(["hold", "resend"]),
    default="resend",
    show_default=True,
    help="With hold, what the provider has not taken may end as held.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def main(  # noqa: PLR0913, PLR0917  the options
    texts: int, faults: int, seed: int | None, minutes: float, runners: int, on_unknown: str, *, as_json: bool
) -> None:
    """Break everything at random instants, and see whether each text went exactly once. Needs nothing but this."""
    seed = random.SystemRandom().randrange(1_000_000) if seed is None else seed
    logs = Path(tempfile.mkdtemp(prefix="pgherald-chaos-"))
    click.echo(f"seed {seed}, {texts} texts, {faults} faults in {minutes:g} minutes; logs in {logs}", err=True)
    chaos = Chaos(texts=texts, faults=faults, seed=seed, seconds=minutes * 60, runners=runners, on_unknown=on_unknown)
    began = time.monotonic()
    verdict = asyncio.run(chaos.run(logs, lambda words: click.echo(words, err=True)))
    result = {
        "seed": seed,
        "texts": texts,
        "on_unknown": on_unknown,
        "seconds": round(time.monotonic() - began, 1),
        **chaos.figures,
        "agree": verdict.is_clean,
        **{name: len(set(ids)) for name, ids in asdict(verdict).items()},
    }
    if as_json:
        click.echo(json.dumps(result))
    else:
        for name, figure in result.items():
            click.echo(f"{name.replace('_', ' '):20} {figure}")
    if verdict.is_clean:
        shutil.rmtree(logs)
        return
    for name, ids in asdict(verdict).items():
        for each in sorted(set(ids)):
            click.echo(f"{name}: {each}", err=True)
    click.echo(f"The books disagree. To play it again: --seed {seed}. What the programs said: {logs}", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
