"""The database as the runner sees it: one function per SQL function, under the SQL function's name.

Nothing here decides anything. A call goes out, rows come back; what they mean is settled in SQL. Each call is a
statement of its own that leaves nothing behind in the session, so a pooler in transaction mode may stand in between.
"""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, LiteralString, Self
from uuid import UUID

import psycopg
from psycopg import AsyncConnection, errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import class_row, scalar_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

if TYPE_CHECKING:
    from pgherald.settings import Secret
    from pgherald.twilio import Answer

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
    """What became of a reported result. Not `recorded` means that the job was somebody else's by then."""

    job_id: UUID
    recorded: bool
    outcome: str | None
    message_status: str | None
    job_status: str | None


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
        self._pool = AsyncConnectionPool(
            self._conninfo,
            # No prepared statements: behind a pooler the next statement may meet another server process.
            kwargs={"autocommit": True, "prepare_threshold": None},
            min_size=1,
            max_size=_CONNECTIONS,
            timeout=_CONNECTION_WAIT,
            # Its own pause between attempts doubles up to this; whoever needs a connection asks again sooner.
            reconnect_timeout=1,
            open=False,
        )
        await self._pool.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the pool."""
        await self._pool.close(timeout=2)

    def unusable(self, error: psycopg.Error) -> DatabaseUnusableError:
        """Say what to do about an error at the start."""
        cause = f"the database at {_whereabouts(self._conninfo)} cannot be used: {describe(error)}"
        if error.sqlstate == errors.InsufficientPrivilege.sqlstate:
            return DatabaseUnusableError(
                f"{cause}. An administrator runs: grant herald_runner to <the user of the URL>;"
            )
        return DatabaseUnusableError(f"{cause}. Check --database-url (DATABASE_URL).")

    async def register_sender(self, sender: str, *, rate_per_second: float | None) -> None:
        """Make a sender known, with its pace."""
        async with self._pool.connection() as connection:
            await connection.execute(
                "select herald.register_sender(p_sender => %s::text, p_rate_per_second => %s::numeric)",
                (sender, rate_per_second),
            )

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
            self._pool.connection() as connection,
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
                **asdict(answer),
            }
            for text, answer in results
        ]
        async with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(RecordedResult)) as cursor,
        ):
            await cursor.execute(query, (Jsonb(rows),))
            return await cursor.fetchall()

    async def extend_leases(self, texts: Sequence[ClaimedText], *, lease: timedelta) -> set[UUID]:
        """Keep texts in flight for longer, and give the ids of those jobs that are still held."""
        return await self._job_ids(
            """
            select public.extend_leases(
              p_job_ids => %s::uuid[], p_processing_tokens => %s::uuid[], p_lease => %s::interval
            )
            """,
            (*_fences(texts), lease),
        )

    async def hand_back_jobs(self, texts: Sequence[ClaimedText]) -> set[UUID]:
        """Give back texts that were claimed and never posted; their attempts do not count."""
        return await self._job_ids(
            "select public.hand_back_jobs(p_job_ids => %s::uuid[], p_processing_tokens => %s::uuid[])", _fences(texts)
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

    async def next_claim_at(self, job_types: Sequence[str], sender: str) -> timedelta | None:
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
        async with self._pool.connection() as connection, connection.cursor(row_factory=scalar_row) as cursor:
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

    async def ping(self) -> None:
        """Make sure that the database answers."""
        async with self._pool.connection() as connection:
            await connection.execute("select 1")

    async def listen(self) -> AsyncIterator[None]:
        """Yield once when listening begins, and then each time that the queue has something new.

        Over a connection of its own, past a pooler. Ends with a `psycopg.Error` when that is lost.
        """
        async with await AsyncConnection.connect(self._direct_conninfo, autocommit=True) as connection:
            await connection.execute(f"listen {_CHANNEL}")
            yield
            async for _ in connection.notifies():
                yield

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
              to_regproc('public.claim_sms') is not null and to_regproc('herald.next_claim_at') is not null
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


def _with_defaults(url: str) -> str:
    """Add what a URL does not say itself."""
    return make_conninfo(**{**_CONNECTION_DEFAULTS, **conninfo_to_dict(url)})


def _whereabouts(conninfo: str) -> str:
    """Say where a database is, without the password."""
    parts = conninfo_to_dict(conninfo)
    host = parts.get("host") or parts.get("hostaddr") or "the local socket"
    name = parts.get("dbname") or parts.get("user") or "(default)"
    return f"host {host}, port {parts.get('port') or 5432}, database {name}"


def _fences(texts: Sequence[ClaimedText]) -> tuple[list[UUID], list[UUID]]:
    """Give the jobs of texts and, in the same order, their tokens."""
    return [text.job_id for text in texts], [text.processing_token for text in texts]
