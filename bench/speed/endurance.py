"""Load without a break, and then the same with a snapshot held open elsewhere: nothing that dies can be cleared away.

What falls, falls for everybody; ours is not to fall further than a bare table with a claim and a delete.
"""

import statistics
import time
from collections.abc import Callable
from typing import Final, LiteralString

import psycopg

from speed.book import Line
from speed.drain import drain_all, fill_jobs
from speed.limit import BARE, BATCH, DELETE, FILL, Limit
from speed.stand import OURS, Stand, connect, settle

SECTION: Final = "endurance, a long transaction elsewhere"
_GOAL: Final = 0.95
_CYCLE: Final = 5_000
_SIZES: Final[LiteralString] = """
    select stat.n_dead_tup, pg_indexes_size(stat.relid), pg_table_size(stat.relid)
    from pg_stat_user_tables as stat
    where stat.relid = to_regclass(%s)
"""


def measure(stand: Stand) -> None:
    """Put the bare table and ours under load, one after the other."""
    seconds = stand.size(30, 1)
    limit = Limit(stand, "endurance_limit")
    falls = {
        BARE: _Load(stand, limit.url, "bench.jobs", _bare).run(seconds),
        OURS: _Load(stand, stand.herald("endurance_ours", users=1), "public.queue_jobs", _ours).run(seconds),
    }
    for name, (calm, held, note) in falls.items():
        against = falls[BARE][1] / falls[BARE][0]
        ratio = (held / calm) / against
        stand.book.lines.append(
            Line(
                section=SECTION,
                who=name,
                value=held,
                unit="jobs/s",
                ratio=ratio,
                against=f"{BARE}'s own fall, to {against:.2f}",
                target=f"at least {_GOAL} of it" if name == OURS else None,
                is_met=ratio >= _GOAL if name == OURS else None,
                note=f"from {calm:,.0f} jobs/s without it; {note}",
            )
        )


class _Load:
    """Fills and drains a queue again and again."""

    def __init__(self, stand: Stand, url: str, table: str, cycle: Callable[[psycopg.Connection, str], float]) -> None:
        self._stand = stand
        self._url = url
        self._table = table
        self._cycle = cycle

    def run(self, seconds: int) -> tuple[float, float, str]:
        """Give the rate without a snapshot, that of the last third of the time with one, and the sizes."""
        with connect(self._url) as connection:
            settle(connection)
            calm = self._go(connection, seconds, "calm")
            before = self._sizes(connection)
            with psycopg.connect(self._url) as other:
                other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                other.execute("select count(*) from pg_class")
                held = self._go(connection, seconds * 2, "held")
                after = self._sizes(connection)
        return statistics.median(calm), statistics.median(held[-max(len(held) // 3, 1) :]), f"{before}; then {after}"

    def _go(self, connection: psycopg.Connection, seconds: int, what: str) -> list[float]:
        rates: list[float] = []
        told_at = began = time.monotonic()
        while time.monotonic() - began < seconds:
            rates.append(_CYCLE / self._cycle(connection, self._url))
            if time.monotonic() - told_at > 10:  # noqa: PLR2004  seconds
                told_at = time.monotonic()
                self._stand.tell(f"endurance, {self._table}, {what}: {rates[-1]:,.0f} jobs a second")
        return rates

    def _sizes(self, connection: psycopg.Connection) -> str:
        connection.execute("select pg_stat_force_next_flush()")
        row = connection.execute(_SIZES, (self._table,)).fetchone()
        dead, indexes, table = row or (0, 0, 0)
        return f"{dead:,} dead rows, indexes {indexes / 2**20:,.0f} MB, table {table / 2**20:,.0f} MB"


def _bare(connection: psycopg.Connection, _url: str) -> float:
    """Fill, and drain; give the seconds of the drain."""
    connection.execute(FILL, (_CYCLE,))
    began = time.perf_counter()
    for _ in range(_CYCLE // BATCH):
        connection.execute(DELETE.encode())
    return time.perf_counter() - began


def _ours(connection: psycopg.Connection, url: str) -> float:
    """Fill, and drain; give the seconds of the drain."""
    fill_jobs(connection, _CYCLE)
    return drain_all(url, _CYCLE)
