"""How fast a full queue gets empty: jobs that do nothing, each claimed and recorded as done."""

from functools import partial
from typing import TYPE_CHECKING, Final, LiteralString

import psycopg

from speed.book import compare
from speed.limit import BARE, WAYS, Limit
from speed.peers import Peer, peers
from speed.stand import OURS, Stand, connect, settle, stopwatch

if TYPE_CHECKING:
    from collections.abc import Callable

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
    select count(public.complete_queue_job(done.id, null, done.token))
    from unnest(%s::uuid[], %s::uuid[]) as done (id, token)
"""
# As soon as there is a call for a whole batch, it is what counts.
_COMPLETE_BATCH: Final[LiteralString] = """
    select count(*) from public.complete_queue_jobs(p_job_ids => %s::uuid[], p_processing_tokens => %s::uuid[])
"""
_HAS_BATCH: Final[LiteralString] = "select to_regproc('public.complete_queue_jobs') is not null"


def measure(stand: Stand) -> None:
    """Drain ours, the bare table, and each peer's, turn by turn."""
    jobs = stand.size(20_000, 1_000)
    limit = Limit(stand, "drain_limit")
    contestants: dict[str, Callable[[], float]] = {
        **{way: partial(limit.drain, jobs, way) for way in WAYS},
        OURS: partial(_ours, stand.herald("drain_ours", users=1), jobs),
    }
    rivals = []
    for peer, url in peers(stand, "drain"):
        contestants[peer.name] = partial(_peer, stand, peer, url, jobs // 25 if peer.is_slow else jobs)
        rivals.append(peer.name)
    samples = stand.take_turns("empty jobs a second", contestants)
    stand.book.lines += compare(
        SECTION, samples, unit="jobs/s", against=BARE, at_least=_GOAL, who=[OURS], ahead_of=rivals,
        notes={OURS: f"claim_pending_jobs and the completion of {_BATCH} at once, one connection"},
    )  # fmt: skip


def _ours(url: str, jobs: int) -> float:
    with connect(url) as connection:
        settle(connection, ["public.queue_jobs"])
        fill_jobs(connection, jobs)
        settle(connection)
        return jobs / drain_all(connection, jobs)


def fill_jobs(connection: psycopg.Connection, jobs: int) -> None:
    """Put so many jobs into our queue."""
    connection.execute(_FILL, (jobs,))


def drain_all(connection: psycopg.Connection, jobs: int) -> float:
    """Claim and complete until nothing is left; give the seconds."""
    complete = _COMPLETE_BATCH if connection.execute(_HAS_BATCH).fetchone() == (True,) else _COMPLETE
    done = 0
    with stopwatch() as seconds:
        while claimed := connection.execute(_CLAIM, (_BATCH,)).fetchall():
            connection.execute(complete, ([row[0] for row in claimed], [row[1] for row in claimed]))
            done += len(claimed)
    if done != jobs:
        raise RuntimeError(f"{done} of {jobs} jobs came out of the queue")
    return seconds[0]


def _peer(stand: Stand, peer: Peer, url: str, jobs: int) -> float:
    peer.work(stand.cache, "bulk", url, jobs)
    with connect(url) as connection:
        settle(connection)
    return jobs / peer.work(stand.cache, "drain", url, jobs)
