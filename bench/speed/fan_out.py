"""How long one event takes to reach all its subscribers, against a bare INSERT … SELECT of the very same rows.

Both write to the same tables: indexes, constraints and foreign keys are the same for both, and only the bare one knows
beforehand what to write.
"""

from collections.abc import Sequence
from typing import Final, LiteralString

import psycopg
from psycopg import sql

from speed.book import compare
from speed.stand import OURS, Stand, connect, expect, settle, stopwatch

SECTION: Final = "fan-out of one event"
BARE: Final = "bare INSERT … SELECT"
# At most three times the time.
_GOAL: Final = 0.33
_PREPARE: Final[tuple[LiteralString, ...]] = (
    "create schema bench",
    "alter table public.users add column if not exists email text",
    "alter table public.users disable trigger user",
    "insert into public.users (id, email) select gen_random_uuid(), n || '@example.com' from generate_series(1, {n}) n",
    """
    insert into public.notification_subscriptions (user_id, event_type)
    select id, 'project.phase_scheduled' from public.users
    """,
    "vacuum analyze",
)
# In the order in which they refer to each other; of the jobs one column is generated, and cannot be inserted.
_JOB_COLUMNS: Final[LiteralString] = """
    id, user_id, job_type, queue_job_id, scheduled_for, priority, status, attempts, max_attempts, metadata, created_at,
    updated_at, correlation_id
"""
_KEEP: Final[tuple[LiteralString, ...]] = (
    "create table bench.notification_events as table public.notification_events",
    f"create table bench.queue_jobs as select {_JOB_COLUMNS} from public.queue_jobs",  # noqa: S608  words of our own
    "create table bench.notification_deliveries as table public.notification_deliveries",
    "create table bench.notification_suppressions as table public.notification_suppressions",
)
_BARE: Final[tuple[LiteralString, ...]] = (
    "insert into public.notification_events table bench.notification_events",
    f"insert into public.queue_jobs ({_JOB_COLUMNS}) table bench.queue_jobs",
    "insert into public.notification_deliveries table bench.notification_deliveries",
    "insert into public.notification_suppressions table bench.notification_suppressions",
)
_TRIGGERS_OFF: Final[tuple[LiteralString, ...]] = (
    "alter table public.notification_events disable trigger user",
    "alter table public.queue_jobs disable trigger user",
    "alter table public.notification_deliveries disable trigger user",
)
_TRIGGERS_ON: Final[tuple[LiteralString, ...]] = (
    "alter table public.notification_events enable trigger user",
    "alter table public.queue_jobs enable trigger user",
    "alter table public.notification_deliveries enable trigger user",
)
_TABLES: Final = (
    "public.notification_events",
    "public.notification_deliveries",
    "public.notification_suppressions",
    "public.queue_jobs",
)
_REACHED: Final[LiteralString] = "select count(distinct recipient_user_id) from public.notification_deliveries"
_EMIT: Final[LiteralString] = (
    "select public.emit_notification_event('project.phase_scheduled', "
    """p_payload => '{"title": "A phase was scheduled", "body": "It begins on Monday."}')"""
)


def measure(stand: Stand) -> None:
    """Let one event reach everybody, ours and the bare way, turn by turn."""
    subscribers = stand.size(100_000, 500)
    with connect(stand.herald("fan_out", users=0)) as connection:
        stand.tell(f"making {subscribers:,} subscribers …")
        for statement in _PREPARE:
            connection.execute(sql.SQL(statement).format(n=sql.Literal(subscribers)))
        connection.execute(_EMIT)
        _run(connection, _KEEP)

        def ours() -> float:
            settle(connection, _TABLES)
            with stopwatch() as seconds:
                connection.execute(_EMIT)
            expect(connection, _REACHED, subscribers, "subscribers were reached")
            return subscribers / seconds[0]

        def bare() -> float:
            settle(connection, _TABLES)
            _run(connection, _TRIGGERS_OFF)
            with stopwatch() as seconds:
                _run(connection, _BARE)
            expect(connection, _REACHED, subscribers, "subscribers were reached")
            _run(connection, _TRIGGERS_ON)
            return subscribers / seconds[0]

        samples = stand.take_turns("subscribers reached a second", {BARE: bare, OURS: ours})
    stand.book.lines += compare(
        SECTION, samples, unit="subscribers/s", against=BARE, at_least=_GOAL, who=[OURS],
        notes={OURS: f"{subscribers:,} subscribers, all in one transaction"},
    )  # fmt: skip


def _run(connection: psycopg.Connection, statements: Sequence[LiteralString]) -> None:
    """Run statements in one transaction."""
    with connection.transaction():
        for statement in statements:
            connection.execute(statement)
