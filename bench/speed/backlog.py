"""What a claim costs with millions of rows beside it: texts of the future, and jobs that are finished."""

import statistics
from concurrent.futures import ThreadPoolExecutor
from typing import Final, LiteralString

import psycopg

from speed.book import Line
from speed.runners import SENDER
from speed.stand import OURS, Stand, connect, settle, stopwatch, user_triggers
from speed.texts import filled

SECTION: Final = "claim beside a backlog"
_BATCH: Final = 100
_CLAIM: Final[LiteralString] = "select count(*) from public.claim_sms(%s, %s)"
_CLAIM_EMPTY: Final[LiteralString] = "select count(*) from public.claim_pending_jobs(array['other'], %s)"
_TICK: Final[LiteralString] = "select public.tick()"
_FUTURE: Final[LiteralString] = """
    insert into public.sms_messages (user_id, phone_number, message_content, status, scheduled_for)
    select wishes.user_id, wishes.phone_number, 'A text for later', 'scheduled',
      now() + '1 hour'::interval + random() * '60 days'::interval
    from public.user_sms_preferences as wishes
    cross join generate_series(1, %(rows)s / (select count(*)::integer from public.user_sms_preferences))
"""
_FINISHED: Final[LiteralString] = """
    insert into public.queue_jobs (
      user_id, job_type, status, attempts, scheduled_for, started_at, processed_at, completed_at, created_at
    )
    select
      wishes.user_id, 'send_sms', 'completed', 1, ended.at - interval '1 minute', ended.at, ended.at, ended.at,
      ended.at - interval '1 minute'
    from public.user_sms_preferences as wishes
    cross join generate_series(1, %(rows)s / (select count(*)::integer from public.user_sms_preferences))
    cross join lateral (select now() - random() * '30 days'::interval as at) as ended
"""


def measure(stand: Stand) -> None:
    """Measure beside a million of each."""
    _measure(stand, stand.size(1_000_000, 1_000), 1.2)


def measure_more(stand: Stand) -> None:
    """Measure beside five millions of each."""
    _measure(stand, stand.size(5_000_000, 2_000), 1.5)


def _measure(stand: Stand, rows: int, goal: float) -> None:
    """Claim in a database without a backlog and in one with it, turn by turn."""
    claims = stand.size(40, 2)
    light, heavy = (filled(stand, name, claims * _BATCH) for name in ("backlog_none", "backlog_some"))
    stand.tell(f"making {rows:,} texts of the future and {rows:,} finished jobs …")
    with connect(heavy) as connection:
        user_triggers(connection, on=False)
        # Side by side: of five millions each takes a quarter of an hour.
        with connect(heavy) as other, ThreadPoolExecutor(1) as helper:
            finishing = helper.submit(other.execute, _FINISHED, {"rows": rows})
            connection.execute(_FUTURE, {"rows": rows})
            finishing.result()
        user_triggers(connection, on=True)
        settle(connection)
    with connect(light) as without, connect(heavy) as within:
        for what, query, parameters in (
            (f"claim_sms, {_BATCH} texts", _CLAIM, (SENDER, _BATCH)),
            ("claim that finds nothing", _CLAIM_EMPTY, (_BATCH,)),
            ("tick that finds nothing", _TICK, ()),
        ):
            costs = _costs((without, within), query, parameters, claims)
            before, beside = map(statistics.median, costs)
            is_claim = query is not _TICK
            stand.tell(f"{what} beside {rows:,}: {beside:.2f} ms, without {before:.2f} ms")
            stand.book.lines.append(
                Line(
                    section=f"{SECTION} of {rows:,}",
                    who=f"{OURS}, {what}",
                    value=beside,
                    unit="ms",
                    ratio=beside / before,
                    against="the same without",
                    target=f"at most {goal} of it" if is_claim else None,
                    is_met=beside / before <= goal if is_claim else None,
                    samples=tuple(costs[1]),
                )
            )


def _costs(
    connections: tuple[psycopg.Connection, psycopg.Connection],
    query: LiteralString,
    parameters: tuple[object, ...],
    claims: int,
) -> tuple[list[float], list[float]]:
    """Call turn by turn; give the milliseconds of each, without those of the first calls."""
    costs: tuple[list[float], list[float]] = ([], [])
    for turn in range(claims):
        for connection, cost in zip(connections, costs, strict=True):
            with stopwatch() as seconds:
                row = connection.execute(query, parameters).fetchone()
            if query is _CLAIM and row != (_BATCH,):
                raise RuntimeError(f"a claim got {row} of {_BATCH} texts")
            if turn >= claims // 10:
                cost.append(seconds[0] * 1000)
    return costs
