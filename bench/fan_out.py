"""How long one event takes to reach all its subscribers, against a bare INSERT … SELECT of the very same rows.

Both write to the same tables of one durable server, turn by turn: indexes, constraints and foreign keys are the same
for both, and only the bare one knows beforehand what to write. Ratios come first; seconds are this machine's.
"""

import json
import logging
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, LiteralString

import click
import psycopg
from psycopg import sql
from psycopg.errors import Diagnostic
from rich.console import Console
from rich.table import Table

from pgherald.embedded import EmbeddedServer
from pgherald.migrations import migrate

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
_EMPTY: Final[LiteralString] = (
    "truncate public.notification_events, public.notification_deliveries, public.notification_suppressions, "
    "public.queue_jobs cascade"
)
_EMIT: Final[LiteralString] = (
    "select public.emit_notification_event('project.phase_scheduled', "
    """p_payload => '{"title": "A phase was scheduled", "body": "It begins on Monday."}')"""
)
_EXPLAIN: Final[tuple[LiteralString, ...]] = (
    "load 'auto_explain'",
    "set auto_explain.log_min_duration = '20ms'",
    "set auto_explain.log_nested_statements = on",
    "set auto_explain.log_analyze = on",
    "set auto_explain.log_triggers = on",
    "set client_min_messages = log",
)


@contextmanager
def _timed(seconds: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - began)


def _run(connection: psycopg.Connection, statements: Sequence[LiteralString]) -> None:
    """Run statements in one transaction."""
    with connection.transaction():
        for statement in statements:
            connection.execute(statement)


def _prepare(connection: psycopg.Connection, subscribers: int) -> None:
    """Make users who are subscribed to the event."""
    for statement in _PREPARE:
        connection.execute(sql.SQL(statement).format(n=sql.Literal(subscribers)))


def _empty(connection: psycopg.Connection) -> None:
    """Begin each turn from the same state."""
    connection.execute(_EMPTY)
    connection.execute("vacuum analyze")
    connection.execute("checkpoint")


def _plan(connection: psycopg.Connection) -> list[str]:
    """Emit once more, and let the server tell the plans of the statements inside."""
    told: list[str] = []

    def listen(diagnostic: Diagnostic) -> None:
        told.append(diagnostic.message_primary or "")

    connection.add_notice_handler(listen)
    for statement in _EXPLAIN:
        connection.execute(statement)
    connection.execute(_EMIT)
    connection.remove_notice_handler(listen)
    return [plan for plan in told if "plan:" in plan]


@click.command
@click.option("--subscribers", type=click.IntRange(1), default=100_000, show_default=True, help="Who is subscribed.")
@click.option(
    "--rounds", type=click.IntRange(1), default=5, show_default=True, help="Turns of each; the median counts."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--plan", "plan_file", type=click.Path(dir_okay=False, writable=True), help="Write the plans to this file."
)
def main(subscribers: int, rounds: int, plan_file: str | None, *, as_json: bool) -> None:
    """Measure the fan-out of one event."""
    logging.disable(logging.INFO)
    console = Console(stderr=True)
    ours: list[float] = []
    bare: list[float] = []
    with EmbeddedServer(settings={"shared_buffers": "512MB", "max_wal_size": "4GB"}) as server:
        migrate(server.url)
        with psycopg.connect(server.url, autocommit=True) as connection:
            console.print(f"making {subscribers:,} subscribers …")
            _prepare(connection, subscribers)
            for turn in range(1, rounds + 1):
                with _timed(ours):
                    connection.execute(_EMIT)
                if turn == 1:
                    _run(connection, _KEEP)
                _empty(connection)
                _run(connection, _TRIGGERS_OFF)
                with _timed(bare):
                    _run(connection, _BARE)
                _run(connection, _TRIGGERS_ON)
                rows = connection.execute("select count(*) from public.notification_deliveries").fetchone()
                _empty(connection)
                console.print(f"turn {turn} of {rounds}: ours {ours[-1]:.1f} s, bare {bare[-1]:.1f} s")
            plans = _plan(connection) if plan_file else []
    if plan_file:
        click.open_file(plan_file, "w").write("\n\n".join(plans) + "\n")
    result = {
        "subscribers": subscribers,
        "deliveries": rows[0] if rows else 0,
        "ratio": round(statistics.median(ours) / statistics.median(bare), 2),
        "ours_seconds": round(statistics.median(ours), 2),
        "bare_seconds": round(statistics.median(bare), 2),
    }
    if as_json:
        click.echo(json.dumps(result))
        return
    table = Table(title=f"One event to {subscribers:,} subscribers")
    for column in ("ours : bare", "ours", "bare INSERT … SELECT", "deliveries"):
        table.add_column(column, justify="right")
    table.add_row(
        f"{result['ratio']} : 1",
        f"{result['ours_seconds']} s",
        f"{result['bare_seconds']} s",
        f"{result['deliveries']:,}",
    )
    Console().print(table)


if __name__ == "__main__":
    main()
