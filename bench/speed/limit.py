"""The limit: a bare table with SKIP LOCKED and nothing else, driven by pgbench."""

import os
import re
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Final, LiteralString

import psycopg

from speed.stand import Stand, settle

BARE: Final = "bare table"
BARE_WIDE: Final = "bare table, 500 rows a statement"
# As many connections as ours has at work.
BARE_TWICE: Final = "bare table, two connections"
BARE_KEPT: Final = "bare table, rows kept"
# Rows a statement.
BATCH: Final = 100
_WIDE: Final = 500
_DRAINS: Final = 3

_TABLE: Final[tuple[LiteralString, ...]] = (
    "create schema if not exists bench",
    """
    create table bench.jobs (
      id bigint generated always as identity primary key,
      due_at timestamptz not null default now(),
      is_done boolean not null default false,
      payload jsonb not null default '{}'
    )
    """,
    "create index jobs_due_idx on bench.jobs (due_at) where not is_done",
)
FILL: Final[LiteralString] = "insert into bench.jobs (payload) select '{}' from generate_series(1, %s)"
_CLAIM: Final = """
with due as materialized (
  select id from bench.jobs where not is_done and due_at <= now() order by due_at limit {} for update skip locked
)
"""
_DELETE: Final = _CLAIM + "delete from bench.jobs where id in (select id from due);"  # noqa: S608  words of our own
_UPDATE: Final = _CLAIM + "update bench.jobs set is_done = true where id in (select id from due);"  # noqa: S608  likewise
DELETE: Final = _DELETE.format(BATCH)
# Who claims, how many rows a statement does it, and how many connections.
WAYS: Final = {
    BARE: (DELETE, BATCH, 1),
    BARE_TWICE: (DELETE, BATCH, 2),
    BARE_WIDE: (_DELETE.format(_WIDE), _WIDE, 1),
    BARE_KEPT: (_UPDATE.format(BATCH), BATCH, 1),
}
_LEFT: Final[LiteralString] = "select count(*) from bench.jobs where not is_done"


class Limit:
    """A bare table in a database of its own."""

    def __init__(self, stand: Stand, name: str) -> None:
        """Make the table."""
        self._stand = stand
        self.url = stand.database(name)
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in _TABLE:
                connection.execute(statement)

    def fill(self, jobs: int) -> None:
        """Begin anew with so many jobs."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            settle(connection, ["bench.jobs"])
            connection.execute(FILL, (jobs,))
            settle(connection)

    def drain(self, jobs: int, way: str) -> float:
        """Drain a full table; give jobs a second."""
        statement, batch, clients = WAYS[way]
        rates = []
        # It is over so soon that once would tell too little.
        for _ in range(_DRAINS):
            self.fill(jobs)
            rates.append(_pgbench(self._stand, self.url, statement, jobs // batch // clients, clients) * batch)
            with psycopg.connect(self.url) as connection:
                if connection.execute(_LEFT).fetchone() != (0,):
                    raise RuntimeError(f"the {way} was not drained")
        return statistics.median(rates)


def _pgbench(stand: Stand, url: str, script: str, transactions: int, clients: int) -> float:
    """Run a script so many times on each connection, prepared; give transactions a second."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.sql"
        path.write_text(script, "utf-8")
        command: list[str | Path] = [stand.server.bin_dir / "pgbench", "--no-vacuum", "--protocol=prepared"]
        done = subprocess.run(
            [
                *command,
                f"--client={clients}",
                f"--jobs={clients}",
                f"--transactions={transactions}",
                f"--file={path}",
                url,
            ],
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": os.environ.get("PATH", os.defpath)},
        )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if not found:
        raise RuntimeError(f"pgbench said no rate: {done.stdout}")
    return float(found[1])
