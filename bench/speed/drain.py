"""How fast a full queue gets empty: jobs that do nothing, each claimed and recorded as done."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final, LiteralString

import psycopg

from speed.book import compare
from speed.limit import BARE, WAYS, Limit
from speed.peers import Peer, peers
from speed.stand import OURS, Stand, connect, settle, stopwatch

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

SECTION: Final = "drain, empty jobs"
_GOAL: Final = 0.75
_BATCH: Final = 500
_FILL: Final[LiteralString] = """
    select count(public.add_queue_job(one.id, 'other', '{}'))
    from (select id from public.users limit 1) as one
    cross join generate_series(1, %s)
"""
_CLAIM: Final[LiteralString] = """
    select id, processing_token from public.claim_pending_jobs(array['other'], p_batch_size => %s)
"""
_COMPLETE: Final[LiteralString] = """
    select job_id
    from public.complete_queue_jobs(p_job_ids => %s::uuid[], p_processing_tokens => %s::uuid[])
    where recorded is null
"""


def measure(stand: Stand) -> None:
    """Drain ours, the bare table, and each peer's, turn by turn."""
    jobs = stand.size(50_000, 1_000)
    limit = Limit(stand, "drain_limit")
    contestants: dict[str, Callable[[], float]] = {
        **{way: partial(limit.drain, jobs, way) for way in WAYS},
        OURS: partial(_ours, stand.herald("drain_ours", users=1), jobs),
    }
    rivals = []
    for peer, template in peers(stand, "drain"):
        contestants[peer.name] = partial(_peer, stand, peer, template, jobs // 25 if peer.is_slow else jobs)
        rivals.append(peer.name)
    samples = stand.take_turns("empty jobs a second", contestants)
    stand.book.lines += compare(
        SECTION, samples, unit="jobs/s", against=BARE, at_least=_GOAL, who=[OURS], ahead_of=rivals,
        notes={OURS: f"claim_pending_jobs and complete_queue_jobs, {_BATCH} at once, side by side on two connections"},
    )  # fmt: skip


def _ours(url: str, jobs: int) -> float:
    with connect(url) as connection:
        settle(connection, ["public.queue_jobs"])
        fill_jobs(connection, jobs)
        settle(connection)
    with connect(url) as claims, connect(url) as results:
        return jobs / drain_by(claims, results, jobs)


def fill_jobs(connection: psycopg.Connection, jobs: int) -> None:
    """Put so many jobs into our queue."""
    connection.execute(_FILL, (jobs,))


def drain_by(claims: psycopg.Connection, results: psycopg.Connection, jobs: int) -> float:
    """Claim by one connection and complete by another, both at the same time as in a runner; give the seconds."""
    claimed: SimpleQueue[list[tuple[UUID, UUID]] | None] = SimpleQueue()
    with ThreadPoolExecutor(1) as other, stopwatch() as seconds:
        claiming = other.submit(_claim, claims, claimed)
        done = 0
        while batch := claimed.get():
            done += _complete(results, batch)
        claiming.result()
    if done != jobs:
        raise RuntimeError(f"{done} of {jobs} jobs came out of the queue")
    return seconds[0]


def _claim(connection: psycopg.Connection, claimed: "SimpleQueue[list[tuple[UUID, UUID]] | None]") -> None:
    """Claim until there is nothing, whatever ends it."""
    try:
        while batch := connection.execute(_CLAIM, (_BATCH,)).fetchall():
            claimed.put(batch)
    finally:
        claimed.put(None)


def _complete(connection: psycopg.Connection, batch: "list[tuple[UUID, UUID]]") -> int:
    """Record a batch as done, again for what a claim just looked at; give its size."""
    tokens = dict(batch)
    left = list(tokens)
    while left:
        left = [row[0] for row in connection.execute(_COMPLETE, (left, [tokens[job] for job in left]))]
    return len(batch)


def _peer(stand: Stand, peer: Peer, template: str, jobs: int) -> float:
    url = stand.database(f"{template}_turn", template)
    peer.work(stand.cache, "bulk", url, jobs)
    with connect(url) as connection:
        settle(connection)
    return jobs / peer.work(stand.cache, "drain", url, jobs)
