"""The ground that all contestants share: one durable server, and turns that go round."""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, LiteralString

import psycopg
from psycopg import sql
from rich.console import Console

from pgherald.embedded import EmbeddedServer
from pgherald.migrations import migrate
from speed.book import Book

# The same for everybody. What makes a server durable is left as PostgreSQL comes.
SETTINGS: Final = {
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "max_connections": "200",
    "track_functions": "none",
}
OURS: Final = "pgherald"
_TEMPLATE: Final = "pgherald_template"
_USERS: Final[LiteralString] = """
    with made as (
      insert into public.users (id) select gen_random_uuid() from generate_series(1, %s) returning id
    ),
    numbered as (select id, row_number() over () as number from made)
    insert into public.user_sms_preferences (
      user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit
    )
    select id, '+1202' || (3000000 + number)::text, true, null, null, 1000000
    from numbered
"""


class PeerError(Exception):
    """A peer could not be had, or did not do its work."""


@dataclass(slots=True)
class Stand:
    """The server, the book, and how large everything is."""

    server: EmbeddedServer
    book: Book
    console: Console
    cache: Path
    rounds: int
    is_quick: bool
    with_peers: bool
    # Databases that others are copied from.
    made: set[str] = field(default_factory=set)

    def size(self, full: int, quick: int) -> int:
        """Choose between the size that counts and the one that only shows that it works."""
        return quick if self.is_quick else full

    def tell(self, words: str) -> None:
        """Show progress."""
        self.console.print(words, highlight=False)

    def database(self, name: str, template: str | None = None) -> str:
        """Make a database that goes with the server; give its URL."""
        self.server.drop_database(name)
        return self.server.create_database(name, template)

    def herald(self, name: str, *, users: int = 1000) -> str:
        """Make a database with pgherald and users who may get texts; give its URL."""
        template = f"{_TEMPLATE}_{users}"
        if template not in self.made:
            url = self.database(template)
            migrate(url)
            with psycopg.connect(url, autocommit=True) as connection:
                # They have their preferences from here, not from the trigger on new users.
                connection.execute("alter table public.users disable trigger user")
                connection.execute(_USERS, (users,))
                connection.execute("alter table public.users enable trigger user")
                connection.execute("vacuum analyze")
            self.made.add(template)
        return self.database(name, template)

    def take_turns(self, what: str, contestants: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
        """Let everybody have a turn in each round, in an order of its own; give what each reached.

        A first turn of each, not counted, warms up. A peer that fails is left out from then on: an hour of the others'
        work is not to end with it.
        """
        samples: dict[str, list[float]] = {name: [] for name in contestants}
        order = list(contestants)
        for turn in range(0 if self.is_quick else -1, self.rounds):
            # Whoever comes after a noisy neighbour should not do so each time.
            random.Random(turn).shuffle(order)  # noqa: S311  an order, no secret
            for name in tuple(order):
                try:
                    value = contestants[name]()
                except PeerError as error:
                    order.remove(name)
                    del samples[name]
                    self.book.skipped[name] = str(error)
                    self.tell(f"{name} is left out: {error}")
                    continue
                if turn >= 0:
                    samples[name].append(value)
                    self.tell(f"{what}, turn {turn + 1} of {self.rounds}: {name} {value:,.4g}")
        return samples


@contextmanager
def stand(  # noqa: PLR0913  what a run is
    book: Book, console: Console, cache: Path, *, rounds: int, is_quick: bool, with_peers: bool
) -> Iterator[Stand]:
    """Start the server, and see that it is durable."""
    with EmbeddedServer(settings=SETTINGS) as server, psycopg.connect(server.url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            row = connection.execute("select current_setting(%s)", (setting,)).fetchone()
            if row != ("on",):
                raise RuntimeError(f"{setting} is not on: nobody's figures would be worth anything")
        book.versions["PostgreSQL"] = server.version
        yield Stand(server, book, console, cache, rounds, is_quick, with_peers)


@contextmanager
def connect(url: str) -> Iterator[psycopg.Connection]:
    """Connect as a client in one process would: statements of their own, prepared at the first use."""
    with psycopg.connect(url, autocommit=True, prepare_threshold=0) as connection:
        yield connection


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Take the time of a block; it is in the list afterwards."""
    seconds: list[float] = []
    began = time.perf_counter()
    yield seconds
    seconds.append(time.perf_counter() - began)


def settle(connection: psycopg.Connection, tables: Sequence[str] = ()) -> None:
    """Empty tables and clear up, so that each turn begins from the same state."""
    if tables:
        names = sql.SQL(", ").join(sql.Identifier(*table.split(".")) for table in tables)
        connection.execute(sql.SQL("truncate {} cascade").format(names))
    connection.execute("vacuum analyze")
    connection.execute("checkpoint")


def expect(connection: psycopg.Connection, query: LiteralString, count: int, what: str) -> None:
    """See that the work was done. Raises `RuntimeError`: of work that was not, no rate is worth anything."""
    row = connection.execute(query).fetchone()
    if row != (count,):
        raise RuntimeError(f"{row[0] if row else 'none'} of {count} {what}")


def quantile(values: Sequence[float], share: float) -> float:
    """Give the value that a share of the others does not exceed."""
    return statistics.quantiles(values, n=1000, method="inclusive")[round(share * 1000) - 1]


def user_triggers(connection: psycopg.Connection, *, on: bool) -> None:
    """Switch the triggers of our tables off, and on again; foreign keys stay."""
    for table in ("queue_jobs", "sms_messages", "user_sms_preferences"):
        query = "alter table public.{} {} trigger user"
        connection.execute(sql.SQL(query).format(sql.Identifier(table), sql.SQL("enable" if on else "disable")))
    connection.execute(
        sql.SQL("alter table herald.sms_attempts {} trigger user").format(sql.SQL("enable" if on else "disable"))
    )
