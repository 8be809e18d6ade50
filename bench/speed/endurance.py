"""Load without a break, the same with a snapshot held open elsewhere, and the same once more when it is gone.

While it is held, nothing that dies can be cleared away. What falls, falls for everybody; ours is not to fall further
than a bare table with a claim and a delete, and what has grown meanwhile is not to grow on afterwards. An hour is
compressed into minutes, so autovacuum looks every few seconds instead of every minute.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, LiteralString

import psycopg

from speed.book import Line
from speed.drain import drain_by, fill_jobs
from speed.limit import BARE, BATCH, DELETE, FILL, Limit
from speed.stand import OURS, Stand, connect, settle

SECTION: Final = "endurance, a long transaction elsewhere"
_GOAL: Final = 0.95
_CYCLE: Final = 5_000
# How much larger the indexes may be at the end than when the snapshot was let go.
_GROWTH: Final = 1.1
_NAPS: Final[LiteralString] = "alter system set autovacuum_naptime = '5s'"
_NAPS_AGAIN: Final[LiteralString] = "alter system reset autovacuum_naptime"
# tick() does so with what has been kept long enough, beside the claims.
_PRUNE: Final[LiteralString] = "select deleted_count from herald.prune_jobs(now() + interval '1 day', %s)"
_SIZES: Final[LiteralString] = """
    select stat.n_dead_tup, pg_indexes_size(stat.relid), pg_table_size(stat.relid)
    from pg_stat_user_tables as stat
    where stat.relid = to_regclass(%s)
"""


@dataclass(frozen=True, slots=True)
class _State:
    """How fast it went, and what the table was like at the end."""

    rate: float
    dead: int
    index_megabytes: float
    table_megabytes: float

    def __str__(self) -> str:
        return (
            f"{self.rate:,.0f} jobs/s, {self.dead:,} dead rows, indexes {self.index_megabytes:,.1f} MB, "
            f"table {self.table_megabytes:,.1f} MB"
        )


def measure(stand: Stand) -> None:
    """Put the bare table and ours under load, one after the other."""
    seconds = stand.size(30, 1)
    limit = Limit(stand, "endurance_limit")
    with _short_naps(stand):
        loads = {
            BARE: _Load(stand, limit.url, "bench.jobs", _bare).run(seconds),
            OURS: _Load(stand, stand.herald("endurance_ours", users=1), "public.queue_jobs", _ours).run(seconds),
        }
    calm, held, _ = loads[BARE]
    against = held.rate / calm.rate
    for name, (calm, held, after) in loads.items():
        ratio = (held.rate / calm.rate) / against
        growth = after.index_megabytes / held.index_megabytes
        is_ours = name == OURS
        stand.book.lines += [
            Line(
                section=SECTION, who=name, value=held.rate, unit="jobs/s", ratio=ratio,
                against=f"{BARE}'s own fall, to {against:.2f}", target=f"at least {_GOAL} of it" if is_ours else None,
                is_met=ratio >= _GOAL if is_ours else None, note=f"calm {calm}; held {held}; afterwards {after}",
            ),
            Line(
                section=SECTION, who=f"{name}, indexes afterwards", value=after.index_megabytes, unit="MB",
                ratio=growth, against="when it was let go", target=f"at most {_GROWTH} of it" if is_ours else None,
                is_met=growth <= _GROWTH if is_ours else None,
            ),
        ]  # fmt: skip


@contextmanager
def _short_naps(stand: Stand) -> Iterator[None]:
    """Let autovacuum look often."""
    with connect(stand.server.url) as connection:
        connection.execute(_NAPS)
        connection.execute("select pg_reload_conf()")
        try:
            yield
        finally:
            connection.execute(_NAPS_AGAIN)
            connection.execute("select pg_reload_conf()")


class _Load:
    """Fills and drains a queue again and again."""

    def __init__(
        self, stand: Stand, url: str, table: str, cycle: Callable[[psycopg.Connection, psycopg.Connection], float]
    ) -> None:
        self._stand = stand
        self._url = url
        self._table = table
        self._cycle = cycle

    def run(self, seconds: int) -> tuple[_State, _State, _State]:
        """Give how it went without a snapshot, in the last third of the time with one, and after it."""
        with connect(self._url) as connection, connect(self._url) as second:
            settle(connection)
            calm = self._go(connection, second, seconds, "calm")
            with psycopg.connect(self._url) as other:
                other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                other.execute("select count(*) from pg_class")
                held = self._go(connection, second, seconds * 2, "held")
            return calm, held, self._go(connection, second, seconds, "afterwards")

    def _go(self, connection: psycopg.Connection, second: psycopg.Connection, seconds: int, what: str) -> _State:
        rates: list[float] = []
        told_at = began = time.monotonic()
        while time.monotonic() - began < seconds:
            rates.append(_CYCLE / self._cycle(connection, second))
            if time.monotonic() - told_at > 10:  # noqa: PLR2004  seconds
                told_at = time.monotonic()
                self._stand.tell(f"endurance, {self._table}, {what}: {rates[-1]:,.0f} jobs a second")
        connection.execute("select pg_stat_force_next_flush()")
        row = connection.execute(_SIZES, (self._table,)).fetchone()
        dead, indexes, table = row or (0, 0, 0)
        return _State(statistics.median(rates[-max(len(rates) // 3, 1) :]), dead, indexes / 2**20, table / 2**20)


def _bare(connection: psycopg.Connection, _second: psycopg.Connection) -> float:
    """Fill, and drain; give the seconds of the drain."""
    connection.execute(FILL, (_CYCLE,))
    began = time.perf_counter()
    for _ in range(_CYCLE // BATCH):
        connection.execute(DELETE.encode())
    return time.perf_counter() - began


def _ours(connection: psycopg.Connection, second: psycopg.Connection) -> float:
    """Fill, drain, and prune; give the seconds of the drain."""
    fill_jobs(connection, _CYCLE)
    seconds = drain_by(connection, second, _CYCLE)
    connection.execute(_PRUNE, (_CYCLE,))
    return seconds
