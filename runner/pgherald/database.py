"""The database as the runner sees it: one function per SQL function, under the SQL function's name.

Nothing here decides anything. A call goes out, rows come back; what they mean is settled in SQL. Each call is a
statement of its own that leaves nothing behind in the session, so a pooler in transaction mode may stand in between.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, LiteralString, Protocol, Self
from uuid import UUID

import psycopg
from psycopg import AsyncConnection, errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import class_row, scalar_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from pgherald.channels import NotificationAnswer
    from pgherald.heartbeat import Process
    from pgherald.release import Release
    from pgherald.settings import Secret
    from pgherald.twilio import Answer, Entry, Findings

_log = logging.getLogger(__name__)

_CHANNEL: Final = "herald_jobs"
_OLDEST_SERVER: Final = 150_000
# A claim, a batch of results, a heartbeat, a tick, and reports from Twilio at the same time.
_CONNECTIONS: Final = 8
_CONNECTION_WAIT: Final = 3.0
# Settings of the client's side of a connection only. The time-outs notice a network that has gone silent.
_CONNECTION_DEFAULTS: Final[dict[str, Any]] = {
    "fallback_application_name": "pgherald",
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
# Connection trouble, rolled-back transactions, exhausted resources, locks, shutdowns, failing disks; and the
# read-only standby that a failover leaves us with for a moment.
_PASSING_CLASSES: Final = frozenset({"08", "40", "53", "55", "57", "58"})
_PASSING_STATES: Final = frozenset({"25006"})
_STALE_LEASE: Final = "SMS02"


class Claimed(Protocol):
    """What was claimed, of whatever kind: a job, for as long as the token is its token."""

    @property
    def job_id(self) -> UUID:
        """The job's id."""

    @property
    def processing_token(self) -> UUID:
        """The proof that it is ours; new with each claim."""


@dataclass(frozen=True, slots=True)
class ClaimedText:
    """A text to send: ours until `lease_expires_at`, for as long as `processing_token` is its job's token."""

    job_id: UUID
    processing_token: UUID
    lease_expires_at: datetime
    attempt_id: UUID
    message_id: UUID
    attempt: int
    phone_number: str = field(repr=False)
    message_content: str = field(repr=False)
    validity_seconds: int | None
    correlation_id: UUID


@dataclass(frozen=True, slots=True)
class RecordedResult:
    """What became of a reported result.

    Not `recorded` means that the job was somebody else's by then; None, that somebody holds its rows: to be told again.
    """

    job_id: UUID
    recorded: bool | None
    outcome: str | None
    message_status: str | None
    job_status: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """A text to ask Twilio about: by its SID, or if it has none, in the list of those to its number since then."""

    attempt_id: UUID
    look_token: UUID
    message_id: UUID
    phone_number: str = field(repr=False)
    twilio_sid: str | None
    created_after: datetime
    correlation_id: UUID


@dataclass(frozen=True, slots=True)
class RecordedLook:
    """What followed from what was found."""

    attempt_id: UUID | None
    message_id: UUID | None
    outcome: str
    message_status: str | None


@dataclass(frozen=True, slots=True)
class ClaimedNotification:
    """A notification to deliver, and its channel: an e-mail, or a push message with the keys to encrypt it."""

    job_id: UUID
    processing_token: UUID
    lease_expires_at: datetime
    delivery_id: UUID
    attempt: int
    channel: str
    address: str = field(repr=False)
    event_type: str
    payload: Mapping[str, Any] = field(repr=False)
    p256dh_key: str | None = field(repr=False)
    auth_key: str | None = field(repr=False)
    expires_in_seconds: int | None
    priority: int
    correlation_id: UUID


@dataclass(frozen=True, slots=True)
class RecordedNotification:
    """What became of a reported delivery.

    Not `recorded` means that the job was somebody else's by then; None, that somebody holds its rows: to be told again.
    """

    job_id: UUID
    recorded: bool | None
    outcome: str | None
    delivery_status: str | None
    job_status: str | None


@dataclass(frozen=True, slots=True)
class Job:
    """A job of any other type; `metadata` is what its handler works by."""

    id: UUID
    processing_token: UUID
    user_id: UUID
    job_type: str
    metadata: Mapping[str, Any] = field(repr=False)
    priority: int
    attempts: int
    max_attempts: int
    scheduled_for: datetime
    created_at: datetime
    correlation_id: UUID

    @property
    def job_id(self) -> UUID:
        """The same as `id`, as it is called beside the ids of other things."""
        return self.id


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """A request to Twilio Verify: `start` sends a code to the number, `check` asks whether `code` is the one."""

    id: UUID
    kind: str
    phone_number: str = field(repr=False)
    code: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Check:
    """How one check of health() stands."""

    check_name: str
    status: str
    summary: str
    what_to_do: str | None


@dataclass(frozen=True, slots=True)
class Metric:
    """One value for a monitor."""

    name: str
    help: str
    labels: Mapping[str, str]
    value: float


class DatabaseUnusableError(Exception):
    """The database cannot be worked with; the message says why, and what to do."""


def is_passing(error: psycopg.Error) -> bool:
    """Tell whether waiting may help. Decided by SQLSTATE; an error without one is a broken connection."""
    state = error.sqlstate
    return state is None or state[:2] in _PASSING_CLASSES or state in _PASSING_STATES


def describe(error: BaseException) -> str:
    """Say what went wrong without a row in it: DETAIL and CONTEXT may quote a number and a text."""
    if isinstance(error, psycopg.Error) and error.sqlstate:
        return f"{error.diag.message_primary} (SQLSTATE {error.sqlstate})"
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


class Database(AbstractAsyncContextManager["Database"]):
    """A pool of connections, and the SQL functions over it; used as a context manager."""

    def __init__(self, url: "Secret", direct_url: "Secret | None" = None) -> None:
        """Prepare. Nothing is connected yet."""
        self._conninfo = _with_defaults(url.reveal())
        self._direct_conninfo = _with_defaults((direct_url or url).reveal())

    async def __aenter__(self) -> Self:
        """Check that the database can be worked with, and open the pool. Raises `DatabaseUnusableError`."""
        await self._check()
        self._pool = self._connections(1, _CONNECTIONS)
        # A session that has claimed texts before claims them ten times as fast as a new one, whose plans are all to be
        # made. The pool hands its connections round, so these claims have one to themselves.
        self._claiming = self._connections(0, 1, configure=_warm_up)
        await self._pool.open()
        await self._claiming.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the pools."""
        await asyncio.gather(self._pool.close(timeout=2), self._claiming.close(timeout=2))

    def _connections(
        self, least: int, most: int, *, configure: "Callable[[AsyncConnection], Awaitable[None]] | None" = None
    ) -> AsyncConnectionPool:
        """Make a pool of so many connections; it is not open yet."""
        return AsyncConnectionPool(
            self._conninfo,
            # No prepared statements: behind a pooler the next statement may meet another server process.
            kwargs={"autocommit": True, "prepare_threshold": None},
            configure=configure,
            min_size=least,
            max_size=most,
            timeout=_CONNECTION_WAIT,
            # Its own pause between attempts doubles up to this; whoever needs a connection asks again sooner.
            reconnect_timeout=1,
            open=False,
        )

    def unusable(self, error: psycopg.Error) -> DatabaseUnusableError:
        """Say what to do about an error at the start."""
        cause = f"the database at {_whereabouts(self._conninfo)} cannot be used: {describe(error)}"
        if error.sqlstate == errors.InsufficientPrivilege.sqlstate:
            return DatabaseUnusableError(
                f"{cause}. An administrator runs: grant herald_runner to <the user of the URL>;"
            )
        return DatabaseUnusableError(f"{cause}. Check --database-url (DATABASE_URL).")

    async def register_sender(self, sender: str, *, rate_per_second: float | None, account: str) -> None:
        """Make a sender known, with its pace and the account that it belongs to."""
        query = """
            select herald.register_sender(
              p_sender => %s::text, p_rate_per_second => %s::numeric, p_account => %s::text
            )
        """
        async with self._pool.connection() as connection:
            await connection.execute(query, (sender, rate_per_second, account))

    async def claim_sms(self, sender: str, *, batch_size: int, lease: timedelta, runner: str) -> list[ClaimedText]:
        """Claim up to `batch_size` texts that may go now, in the order in which they should."""
        query = """
            select
              job_id, processing_token, lease_expires_at, attempt_id, message_id, attempt, phone_number,
              message_content, validity_seconds, correlation_id
            from public.claim_sms(
              p_sender => %s::text, p_batch_size => %s::integer, p_lease => %s::interval, p_runner => %s::text
            )
        """
        async with (
            self._claiming.connection() as connection,
            connection.cursor(row_factory=class_row(ClaimedText)) as cursor,
        ):
            await cursor.execute(query, (sender, batch_size, lease, runner))
            return await cursor.fetchall()

    async def record_sms_results(self, results: "Sequence[tuple[ClaimedText, Answer]]") -> list[RecordedResult]:
        """Report what the provider answered, a batch at a time."""
        query = """
            select job_id, recorded, outcome, message_status::text as message_status, job_status::text as job_status
            from public.record_sms_results(p_results => %s::jsonb)
        """
        rows = [
            {
                "job_id": str(text.job_id),
                "processing_token": str(text.processing_token),
                "attempt_id": str(text.attempt_id),
                **_fields(answer),
            }
            for text, answer in results
        ]
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(RecordedResult)) as cursor,
        ):
            await cursor.execute(query, (Jsonb(rows),))
            return await cursor.fetchall()

    async def claim_sms_to_reconcile(self, sender: str, *, batch_size: int, lease: timedelta) -> list[Look]:
        """Claim up to `batch_size` texts that Twilio should be asked about now."""
        query = """
            select attempt_id, look_token, message_id, phone_number, twilio_sid, created_after, correlation_id
            from public.claim_sms_to_reconcile(
              p_sender => %s::text, p_batch_size => %s::integer, p_lease => %s::interval
            )
        """
        async with self._pool.connection() as connection, connection.cursor(row_factory=class_row(Look)) as cursor:
            await cursor.execute(query, (sender, batch_size, lease))
            return await cursor.fetchall()

    async def record_sms_reconciliation(self, results: "Sequence[tuple[Look, Findings]]") -> list[RecordedLook]:
        """Report what Twilio has said about texts."""
        query = """
            select attempt_id, message_id, outcome, message_status
            from public.record_sms_reconciliation(p_results => %s::jsonb)
        """
        rows = [
            {
                "attempt_id": str(look.attempt_id),
                "look_token": str(look.look_token),
                "is_complete": findings.is_complete,
                "entries": [_fields(entry) for entry in findings.entries],
            }
            for look, findings in results
        ]
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(RecordedLook)) as cursor,
        ):
            await cursor.execute(query, (Jsonb(rows),))
            return await cursor.fetchall()

    async def claim_notifications(
        self, channels: Sequence[str], *, batch_size: int, lease: timedelta
    ) -> list[ClaimedNotification]:
        """Claim up to `batch_size` notifications that may go now through these channels, most urgent first."""
        query = """
            select
              job_id, processing_token, lease_expires_at, delivery_id, attempt, channel, address, event_type, payload,
              p256dh_key, auth_key, expires_in_seconds, priority, correlation_id
            from public.claim_notifications(
              p_channels => %s::text[], p_batch_size => %s::integer, p_lease => %s::interval
            )
        """
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(ClaimedNotification)) as cursor,
        ):
            await cursor.execute(query, (list(channels), batch_size, lease))
            return await cursor.fetchall()

    async def record_notification_results(
        self, results: "Sequence[tuple[ClaimedNotification, NotificationAnswer]]"
    ) -> list[RecordedNotification]:
        """Report what came of deliveries, a batch at a time."""
        query = """
            select job_id, recorded, outcome, delivery_status::text as delivery_status, job_status::text as job_status
            from public.record_notification_results(p_results => %s::jsonb)
        """
        rows = [
            {
                "job_id": str(notification.job_id),
                "processing_token": str(notification.processing_token),
                **_fields(answer),
            }
            for notification, answer in results
        ]
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(RecordedNotification)) as cursor,
        ):
            await cursor.execute(query, (Jsonb(rows),))
            return await cursor.fetchall()

    async def claim_pending_jobs(self, job_types: Sequence[str], *, batch_size: int, lease: timedelta) -> list[Job]:
        """Claim up to `batch_size` due jobs of these types, most urgent first."""
        query = """
            select
              claimed.id, claimed.processing_token, claimed.user_id, claimed.job_type,
              coalesce(claimed.metadata, '{}') as metadata, claimed.priority, claimed.attempts, claimed.max_attempts,
              claimed.scheduled_for, claimed.created_at,
              (select job.correlation_id from public.queue_jobs as job where job.id = claimed.id)
            from public.claim_pending_jobs(
              p_job_types => %s::text[], p_batch_size => %s::integer, p_lease => %s::interval
            ) as claimed
        """
        async with self._pool.connection() as connection, connection.cursor(row_factory=class_row(Job)) as cursor:
            await cursor.execute(query, (list(job_types), batch_size, lease))
            return await cursor.fetchall()

    async def complete_queue_jobs(self, jobs: Sequence[Claimed], results: Sequence[str]) -> dict[UUID, bool | None]:
        """Record that jobs are done, with results in JSON. False for those that were somebody else's by then.

        None for those that somebody just changes: ask again.
        """
        query = """
            select job_id, recorded
            from public.complete_queue_jobs(
              p_job_ids => %s::uuid[], p_processing_tokens => %s::uuid[], p_results => %s::jsonb
            )
        """
        async with self._pool.connection() as connection:
            cursor = await connection.execute(query, (*_fences(jobs), f"[{', '.join(results)}]"))
            return dict(await cursor.fetchall())

    async def fail_queue_job(
        self, job: Claimed, error_message: str, *, retry: bool, retry_after: timedelta | None
    ) -> bool:
        """Record that an attempt failed; false if the job was somebody else's by then."""
        return await self._about(
            """
            select public.fail_queue_job(
              p_job_id => %s::uuid, p_error_message => %s::text, p_retry => %s::boolean,
              p_processing_token => %s::uuid, p_retry_after => %s::interval
            )
            """,
            (job.job_id, error_message, retry, job.processing_token, retry_after),
        )

    async def check_job_types(self, job_types: Sequence[str]) -> None:
        """Make sure that the database knows these types. Raises `DatabaseUnusableError`."""
        try:
            async with self._pool.connection() as connection:
                await connection.execute("select herald.parse_job_types(p_job_types => %s::text[])", (list(job_types),))
        except psycopg.Error as error:
            if error.sqlstate != errors.InvalidParameterValue.sqlstate:
                raise self.unusable(error) from None
            raise DatabaseUnusableError(f"{error.diag.message_primary}. {error.diag.message_hint}") from None

    async def extend_leases(self, items: Sequence[Claimed], *, lease: timedelta) -> set[UUID]:
        """Keep what is in flight for longer, and give the ids of those jobs that are still held."""
        return await self._job_ids(
            """
            select public.extend_leases(
              p_job_ids => %s::uuid[], p_processing_tokens => %s::uuid[], p_lease => %s::interval
            )
            """,
            (*_fences(items), lease),
        )

    async def hand_back_jobs(self, items: Sequence[Claimed]) -> set[UUID]:
        """Give back what was claimed and never begun; its attempts do not count."""
        return await self._job_ids(
            "select public.hand_back_jobs(p_job_ids => %s::uuid[], p_processing_tokens => %s::uuid[])", _fences(items)
        )

    async def held_jobs(self, items: Sequence[Claimed]) -> set[UUID]:
        """Give the ids of those jobs that are still held, be it without a lease."""
        return await self._job_ids(
            "select herald.held_jobs(p_job_ids => %s::uuid[], p_processing_tokens => %s::uuid[])", _fences(items)
        )

    async def hand_back_unseen_sms(self, runner: str, seen: Sequence[ClaimedText]) -> set[UUID]:
        """Give back what was claimed under this name and never arrived here: all but the texts in hand."""
        return await self._job_ids(
            "select public.hand_back_unseen_sms(p_runner => %s::text, p_seen_attempt_ids => %s::uuid[])",
            (runner, [text.attempt_id for text in seen]),
        )

    async def tick(self) -> Mapping[str, Any]:
        """Let the database do what time alone brings about; gives the counts of what it did."""
        async with self._pool.connection() as connection, connection.cursor(row_factory=scalar_row) as cursor:
            await cursor.execute("select public.tick()")
            counts: Mapping[str, Any] | None = await cursor.fetchone()
            return counts or {}

    async def next_claim_at(self, job_types: Sequence[str], sender: str | None) -> timedelta | None:
        """Tell how long until a claim may find something, by the database's clock; None if nothing is in sight."""
        query = """
            select case when due.claim_at is not null
              then greatest(least(due.claim_at, due.at + interval '1 day'), due.at) - due.at
            end
            from (
              select
                herald.next_claim_at(p_job_types => %s::text[], p_sender => %s::text) as claim_at,
                clock_timestamp() as at
            ) as due
        """
        pool = self._claiming if sender else self._pool
        async with pool.connection() as connection, connection.cursor(row_factory=scalar_row) as cursor:
            await cursor.execute(query, (list(job_types), sender))
            wait: timedelta | None = await cursor.fetchone()
            return wait

    async def record_twilio_status(
        self,
        attempt_id: UUID | None,
        message_sid: str,
        message_status: str,
        *,
        error_code: int | None,
        parameters: Mapping[str, str],
    ) -> bool:
        """Record a status that Twilio reports; false if it is about no text of ours."""
        query = """
            select public.record_twilio_status(
              p_attempt_id => %s::uuid, p_message_sid => %s::text, p_message_status => %s::text,
              p_error_code => %s::integer, p_parameters => %s::jsonb
            )
        """
        async with self._pool.connection() as connection, connection.cursor(row_factory=scalar_row) as cursor:
            await cursor.execute(query, (attempt_id, message_sid, message_status, error_code, Jsonb(dict(parameters))))
            return bool(await cursor.fetchone())

    async def receive_sms(  # noqa: PLR0913  a text that came in has these parts
        self,
        twilio_sid: str,
        from_: str,
        to: str,
        body: str,
        *,
        opt_out_type: str | None,
        parameters: Mapping[str, str],
    ) -> str:
        """Record a text that came in, and do what it asks for; gives what that was."""
        query = """
            select public.receive_sms(
              p_twilio_sid => %s::text, p_from => %s::text, p_to => %s::text, p_body => %s::text,
              p_opt_out_type => %s::text, p_parameters => %s::jsonb
            )
        """
        async with self._pool.connection() as connection, connection.cursor(row_factory=scalar_row) as cursor:
            await cursor.execute(query, (twilio_sid, from_, to, body, opt_out_type, Jsonb(dict(parameters))))
            return str(await cursor.fetchone())

    async def follow_link(self, short_code: str, *, user_agent: str, method: str) -> str:
        """Count a visit to a short link, and give the address it leads to; a dead one raises PT404 or PT410."""
        query = """
            select public.follow_link(p_short_code => %s::text, p_user_agent => %s::text, p_method => %s::text)
        """
        async with self._pool.connection() as connection, connection.cursor(row_factory=scalar_row) as cursor:
            await cursor.execute(query, (short_code, user_agent, method))
            return str(await cursor.fetchone())

    async def claim_verify_requests(self, limit: int) -> list[VerifyRequest]:
        """Claim requests to Twilio Verify; each is handed out once."""
        query = "select id, kind, phone_number, code from herald.claim_verify_requests(p_limit => %s::integer)"
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(VerifyRequest)) as cursor,
        ):
            await cursor.execute(query, (limit,))
            return await cursor.fetchall()

    async def record_verify_result(self, request: VerifyRequest, outcome: str) -> None:
        """Record what came of a request to Twilio Verify."""
        async with self._pool.connection() as connection:
            await connection.execute(
                "select herald.record_verify_result(p_request_id => %s::uuid, p_outcome => %s::text)",
                (request.id, outcome),
            )

    async def health(self) -> list[Check]:
        """Tell how each check stands."""
        async with self._pool.connection() as connection, connection.cursor(row_factory=class_row(Check)) as cursor:
            await cursor.execute("select check_name, status, summary, what_to_do from public.health()")
            return await cursor.fetchall()

    async def record_heartbeat(self, process: "Process", release: "Release", refusals: int) -> None:
        """Tell that a process lives, what it was built for, and how many signed requests in a row it refused."""
        query = """
            select herald.record_heartbeat(
              p_runner => %s::text, p_version => %s::text, p_migration => %s::text, p_functions_digest => %s::text,
              p_works_on => %s::text[], p_sender => %s::text, p_expects_reports => %s::boolean,
              p_refusals => %s::integer
            )
        """
        values = (
            *(process.name, release.version, release.migration, release.functions_digest),
            *(list(process.works_on), process.sender, process.expects_reports, refusals),
        )
        async with self._pool.connection() as connection:
            await connection.execute(query, values)

    async def end_heartbeat(self, name: str) -> None:
        """Tell that a process has come to a good end."""
        async with self._pool.connection() as connection:
            await connection.execute("select herald.end_heartbeat(p_runner => %s::text)", (name,))

    async def metrics(self) -> list[Metric]:
        """Give what a monitor wants to know."""
        async with self._pool.connection() as connection, connection.cursor(row_factory=class_row(Metric)) as cursor:
            await cursor.execute("select name, help, labels, value from herald.metrics()")
            return await cursor.fetchall()

    async def listen(self) -> AsyncIterator[None]:
        """Yield once when listening begins, and then each time that the queue has something new.

        Over a connection of its own, past a pooler. Ends with a `psycopg.Error` when that is lost.
        """
        async with await AsyncConnection.connect(self._direct_conninfo, autocommit=True) as connection:
            await connection.execute(f"listen {_CHANNEL}")
            yield
            async for _ in connection.notifies():
                yield

    async def _about(self, query: LiteralString, parameters: Sequence[object]) -> bool:
        """Run a query that says something about a job in hand; false if it is not ours any more."""
        try:
            async with self._pool.connection() as connection:
                await connection.execute(query, parameters)
        except psycopg.Error as error:
            if error.sqlstate == _STALE_LEASE:
                return False
            raise
        return True

    async def _job_ids(self, query: LiteralString, parameters: Sequence[object]) -> set[UUID]:
        """Run a query whose rows are ids of jobs."""
        async with self._pool.connection() as connection, connection.cursor(row_factory=scalar_row) as cursor:
            await cursor.execute(query, parameters)
            return set(await cursor.fetchall())

    async def _check(self) -> None:
        """Connect once and see whether this is a database for us."""
        query = """
            select
              current_setting('server_version_num')::integer,
              num_nulls(
                to_regproc('public.claim_notifications'), to_regproc('herald.next_claim_at'),
                to_regproc('public.receive_sms'), to_regproc('public.claim_sms_to_reconcile'),
                to_regproc('public.health')
              ) = 0
        """
        try:
            async with await AsyncConnection.connect(self._conninfo, prepare_threshold=None) as connection:
                version, migrated = await (await connection.execute(query)).fetchone() or (0, False)
        except psycopg.Error as error:
            raise self.unusable(error) from None
        where = _whereabouts(self._conninfo)
        if version < _OLDEST_SERVER:
            raise DatabaseUnusableError(
                f"the server at {where} is PostgreSQL {version // 10_000}; 15 or newer is needed."
            )
        if not migrated:
            raise DatabaseUnusableError(f"the database at {where} lacks our functions. Run pgherald migrate.")


async def _warm_up(connection: AsyncConnection) -> None:
    """Have a new session make the plans of a claim, for a job that is not there; if it cannot, the claim tells."""
    query = "select from herald.admit_sms(array[gen_random_uuid()], p_sender => null, p_runner => null, p_now => now())"
    with suppress(psycopg.Error):
        await connection.execute(query)


def _with_defaults(url: str) -> str:
    """Add what a URL does not say itself."""
    return make_conninfo(**{**_CONNECTION_DEFAULTS, **conninfo_to_dict(url)})


def _whereabouts(conninfo: str) -> str:
    """Say where a database is, without the password."""
    parts = conninfo_to_dict(conninfo)
    host = parts.get("host") or parts.get("hostaddr") or "the local socket"
    name = parts.get("dbname") or parts.get("user") or "(default)"
    return f"host {host}, port {parts.get('port') or 5432}, database {name}"


def _fields(facts: "Answer | Entry | NotificationAnswer") -> dict[str, object]:
    """Give the fields by name. `asdict` would copy what is in them, at ten times the price."""
    return {each.name: getattr(facts, each.name) for each in fields(facts)}


def _fences(items: Sequence[Claimed]) -> tuple[list[UUID], list[UUID]]:
    """Give the jobs of what was claimed and, in the same order, their tokens."""
    return [item.job_id for item in items], [item.processing_token for item in items]
