"""Many runners against one primary: texts a second with 1 to 16 processes, and what one text costs the server.

The provider costs nothing, so what bounds is the database, and beside it the runners themselves, which share this
machine's processors with it. What one text costs depends on no load: that is what decides how far one primary goes.
"""

import time
from collections.abc import Mapping
from typing import Final, LiteralString

import psycopg
from psycopg.rows import dict_row

from speed.book import Line
from speed.runners import provider, rate, runners, wait
from speed.stand import OURS, Stand, connect, settle
from speed.texts import filled

SECTION: Final = "many runners, one primary"
COSTS: Final = "what one text costs the server"
_PROCESSES: Final = (1, 2, 4, 8, 16)
_IN_FLIGHT: Final = 50
_COUNTERS: Final[LiteralString] = """
    select
      (pg_current_wal_insert_lsn() - '0/0')::float8 as "WAL",
      (database.xact_commit + database.xact_rollback)::float8 as transactions,
      rows.written::float8 as "rows written", rows.in_place::float8 as "of them updated in place",
      rows.table_size::float8 as "tables", rows.index_size::float8 as "indexes"
    from pg_stat_database as database
    cross join (
      select
        sum(n_tup_ins + n_tup_upd + n_tup_del) as written, sum(n_tup_hot_upd) as in_place,
        sum(pg_table_size(relid)) as table_size, sum(pg_indexes_size(relid)) as index_size
      from pg_stat_user_tables
    ) as rows
    where database.datname = current_database()
"""
_CONNECTIONS: Final[LiteralString] = """
    select count(*)::integer from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
"""
_AT_WORK: Final[LiteralString] = "select count(*)::integer from herald.runners where stopped_at is null"
_SWITCH: Final[LiteralString] = "update herald.settings set kill_switch = %s where is_only_row"
_USERS: Final[LiteralString] = "select user_id from public.user_sms_preferences"
_ENQUEUE: Final[LiteralString] = """
    select public.queue_sms_message(p_user_id => %s, p_phone_number => null, p_message => 'A text')
"""
_BYTES: Final = ("WAL", "tables", "indexes")


def measure(stand: Stand) -> None:
    """Send the same texts by ever more runners; then count what a text costs."""
    texts = stand.size(10_000, 200)
    one = 0.0
    for count in _PROCESSES[:2] if stand.is_quick else _PROCESSES:
        url = filled(stand, "scale", texts)
        with connect(url) as connection:
            connection.execute(_SWITCH, (True,))
        with (
            provider(0) as ground,
            runners(url, ground.url, count=count, in_flight=_IN_FLIGHT),
            connect(url) as connection,
        ):
            # All begin at once: while so many start, they take the processors from each other.
            wait(lambda connection=connection, count=count: _ask(connection, _AT_WORK) >= count, seconds=60)  # type: ignore[misc]
            time.sleep(0 if stand.is_quick else 5)
            connection.execute(_SWITCH, (False,))
            connection.execute("notify herald_jobs")
            wait(lambda ground=ground: len(ground.arrivals()) >= texts, seconds=120 + texts / 20)  # type: ignore[misc]
            reached = rate(ground.arrivals())
            connections = _ask(connection, _CONNECTIONS)
        one = one or reached
        stand.tell(f"{count} runners: {reached:,.0f} texts a second, {connections} connections")
        stand.book.lines.append(
            Line(
                section=SECTION, who=f"{OURS}, {count} runner{'s' if count > 1 else ''}", value=reached, unit="texts/s",
                ratio=reached / one, against="one runner", note=f"{connections} connections",
            )
        )  # fmt: skip
    _count_costs(stand, stand.size(10_000, 100))


def _count_costs(stand: Stand, texts: int) -> None:
    """Count what texts cost from the call that queues them, one a transaction, to the record of the answer."""
    url = stand.herald("scale_costs", users=texts)
    with connect(url) as connection:
        settle(connection)
        before = _counters(connection)
        for (user_id,) in connection.execute(_USERS).fetchall():
            connection.execute(_ENQUEUE, (user_id,))
        queued = _counters(connection)
        with provider(0) as ground, runners(url, ground.url, in_flight=_IN_FLIGHT):
            wait(lambda: len(ground.arrivals()) >= texts, seconds=120 + texts / 20)
        sent = _counters(connection)
    for what, count in sent.items():
        stand.book.lines.append(
            Line(
                section=COSTS, who=what, value=(count - before[what]) / texts,
                unit="bytes" if what in _BYTES else "a text",
                note=f"{(queued[what] - before[what]) / texts:.3g} of it by the call that queues it",
            )
        )  # fmt: skip


def _ask(connection: psycopg.Connection, query: LiteralString) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _counters(connection: psycopg.Connection) -> Mapping[str, float]:
    """Read what the server has counted, our own session's share included."""
    connection.execute("select pg_stat_force_next_flush()")
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_COUNTERS).fetchone() or {}
