"""How long from a commit to the request at the provider, with nothing else to do: real runners, real HTTP.

The clock starts when the client has been told of its commit, and stops when the provider has read the request. Beside
each text goes a bare notification, to a listener that does nothing: what the machine itself takes for part of the way.
"""

import random
import time
from contextlib import AbstractContextManager, ExitStack
from threading import Event, Thread
from types import TracebackType
from typing import Final, LiteralString, Self

import psycopg
from psycopg import sql

from speed.book import Line
from speed.runners import provider, runners, wait
from speed.stand import OURS, Stand, connect, quantile

SECTION: Final = "latency, commit to request"
_P50: Final = 10.0
_P99: Final = 50.0
# Seconds between a text and the bare notification.
_APART: Final = 0.3
_TEXT: Final[LiteralString] = """
    select public.queue_sms_message(
      p_user_id => (select user_id from public.user_sms_preferences order by user_id offset %s limit 1),
      p_phone_number => null, p_message => %s
    )
"""
_COUNT_CALLS: Final = "alter database {} set track_functions = 'all'"
_CALLS: Final[LiteralString] = """
    select coalesce(sum(calls), 0)::integer from pg_stat_user_functions where funcname = 'claim_sms'
"""


def measure(stand: Stand) -> None:
    """Measure with one runner and with ten."""
    for count in (1, 10):
        _measure(stand, count)


def _measure(stand: Stand, count: int) -> None:
    texts = stand.size(200, 10)
    url = stand.herald(f"latency_{count}")
    with connect(url) as connection:
        connection.execute(sql.SQL(_COUNT_CALLS).format(sql.Identifier(f"latency_{count}")))
    with ExitStack() as stack:
        ground = stack.enter_context(provider(0))
        stack.enter_context(runners(url, ground.url, count=count))
        connection = stack.enter_context(connect(url))
        committed: dict[str, float] = {}
        _send(connection, "warm", 0)
        wait(lambda: bool(ground.arrivals()), seconds=30)
        time.sleep(3)
        bare = stack.enter_context(_Ear(url))
        calls = _calls(connection)
        for number in range(texts):
            # In step with no timer of the runner.
            time.sleep(random.uniform(0.05, 0.35))  # noqa: S311  no secret
            body = f"text {number}"
            _send(connection, body, number)
            committed[body] = time.monotonic()
            time.sleep(_APART)
            bare.call(connection)
            if number % 50 == 0:
                stand.tell(f"latency with {count} runners: {number} of {texts}")
        wait(lambda: len(ground.arrivals()) > texts, seconds=30)
        time.sleep(1)
        claims = _calls(connection) - calls
        arrivals = dict(ground.arrivals())
    waits = sorted((arrivals[body] - at) * 1000 for body, at in committed.items())
    p50, p99 = quantile(waits, 0.5), quantile(waits, 0.99)
    who = f"{OURS}, {count} runner{'s' if count > 1 else ''}"
    heard = bare.waits
    note = f"a bare notification took {quantile(heard, 0.5):.3g} ms (p50) and {quantile(heard, 0.99):.3g} ms (p99)"
    stand.book.lines += [
        Line(
            section=SECTION, who=f"{who}, p50", value=p50, unit="ms", target=f"at most {_P50:g} ms", is_met=p50 <= _P50,
            samples=tuple(waits),
            note=note,
        ),
        Line(
            section=SECTION, who=f"{who}, p99", value=p99, unit="ms", target=f"at most {_P99:g} ms", is_met=p99 <= _P99
        ),
        Line(
            section=SECTION, who=f"{who}, claims a text", value=claims / texts, unit="claims",
            note="what the idle polls between the texts cost is in it",
        ),
    ]  # fmt: skip


class _Ear(AbstractContextManager["_Ear"]):
    """Somebody who listens and does nothing."""

    def __init__(self, url: str) -> None:
        """Prepare to listen."""
        self._called: list[float] = []
        self._heard: list[float] = []
        self._ending = Event()
        self._connection = psycopg.connect(url, autocommit=True)
        self._thread = Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        """Listen."""
        self._connection.execute("listen bench")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Go away."""
        self._ending.set()
        self._thread.join(timeout=5)
        self._connection.close()

    def call(self, connection: psycopg.Connection) -> None:
        """Notify."""
        connection.execute("select pg_notify('bench', '')")
        self._called.append(time.monotonic())

    @property
    def waits(self) -> list[float]:
        """The milliseconds between each call and its arrival, which may come before the caller is told of its commit.

        They are set beside each other afterwards: whoever looks while it happens may see the call before.
        """
        return [max(heard - called, 0) * 1000 for called, heard in zip(self._called, self._heard, strict=True)]

    def _listen(self) -> None:
        while not self._ending.is_set():
            for _ in self._connection.notifies(timeout=1):
                self._heard.append(time.monotonic())


def _send(connection: psycopg.Connection, body: str, number: int) -> None:
    connection.execute(_TEXT, (number % 1000, body))


def _calls(connection: psycopg.Connection) -> int:
    row = connection.execute(_CALLS).fetchone()
    return int(row[0]) if row else 0
