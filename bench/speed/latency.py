"""How long from a commit to the request at the provider, with nothing else to do: real runners, real HTTP.

The clock starts when the client has been told of its commit, and stops when the provider has read the request.
"""

import random
import time
from typing import Final, LiteralString

import psycopg
from psycopg import sql

from speed.book import Line
from speed.runners import provider, runners, wait
from speed.stand import OURS, Stand, connect, quantile

SECTION: Final = "latency, commit to request"
_P50: Final = 10.0
_P99: Final = 50.0
_TEXT: Final[LiteralString] = """
    select public.queue_sms_message(p_user_id => user_id, p_phone_number => null, p_message => %s)
    from public.user_sms_preferences order by user_id offset %s limit 1
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
    with (
        provider(0) as ground,
        runners(url, ground.url, count=count),
        connect(url) as connection,
    ):
        committed: dict[str, float] = {}
        _send(connection, "warm", 0)
        wait(lambda: bool(ground.arrivals()), seconds=30)
        time.sleep(3)
        calls = _calls(connection)
        for number in range(texts):
            # In step with no timer of the runner.
            time.sleep(random.uniform(0.15, 0.45))  # noqa: S311  no secret
            body = f"text {number}"
            _send(connection, body, number)
            committed[body] = time.monotonic()
            if number % 50 == 0:
                stand.tell(f"latency with {count} runners: {number} of {texts}")
        wait(lambda: len(ground.arrivals()) > texts, seconds=30)
        time.sleep(1)
        claims = _calls(connection) - calls
        arrivals = dict(ground.arrivals())
    waits = sorted((arrivals[body] - at) * 1000 for body, at in committed.items())
    p50, p99 = quantile(waits, 0.5), quantile(waits, 0.99)
    who = f"{OURS}, {count} runner{'s' if count > 1 else ''}"
    stand.book.lines += [
        Line(
            section=SECTION, who=f"{who}, p50", value=p50, unit="ms", target=f"at most {_P50:g} ms", is_met=p50 <= _P50,
            samples=tuple(waits),
        ),
        Line(
            section=SECTION, who=f"{who}, p99", value=p99, unit="ms", target=f"at most {_P99:g} ms", is_met=p99 <= _P99
        ),
        Line(
            section=SECTION, who=f"{who}, claims a text", value=claims / texts, unit="claims",
            note="what the idle polls between the texts cost is in it",
        ),
    ]  # fmt: skip


def _send(connection: psycopg.Connection, body: str, number: int) -> None:
    connection.execute(_TEXT, (body, number % 1000))


def _calls(connection: psycopg.Connection) -> int:
    row = connection.execute(_CALLS).fetchone()
    return int(row[0]) if row else 0
