"""PgQueuer at its best: python pgqueuer_peer.py install|bulk|single|drain URL N prints {"seconds": …}."""

import json
import sys
import time

import asyncpg
import uvloop
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode

_ENTRYPOINT = "empty"
# Jobs a fetch, and a round trip of results.
_BATCH = 500
_CHUNK = 10_000


async def _bulk(queries: Queries, jobs: int) -> None:
    for done in range(0, jobs, _CHUNK):
        size = min(_CHUNK, jobs - done)
        await queries.enqueue([_ENTRYPOINT] * size, [None] * size, [0] * size)


async def _single(queries: Queries, jobs: int) -> None:
    for _ in range(jobs):
        await queries.enqueue(_ENTRYPOINT, None)


async def _drain(driver: AsyncpgDriver, jobs: int) -> None:
    worker = PgQueuer(driver)
    handled = 0

    async def empty(_job: Job) -> None:
        """Do nothing but count."""
        nonlocal handled
        handled += 1

    worker.entrypoint(_ENTRYPOINT)(empty)
    # Ends once all is done and recorded.
    await worker.qm.run(batch_size=_BATCH, mode=QueueExecutionMode.drain)
    if handled != jobs:
        sys.exit(f"{handled} of {jobs} jobs came out of the queue")


async def _main(command: str, url: str, jobs: int) -> float:
    # asyncpg, of the drivers it offers the fastest.
    connection = await asyncpg.connect(url)
    driver = AsyncpgDriver(connection)
    queries = Queries(driver)
    began = time.perf_counter()
    match command:
        case "install":
            # By default its tables are durable, like everybody's here.
            await queries.install()
        case "bulk":
            await _bulk(queries, jobs)
        case "single":
            await _single(queries, jobs)
        case "drain":
            await _drain(driver, jobs)
    seconds = time.perf_counter() - began
    await connection.close()
    return seconds


# The event loop its pages use.
sys.stdout.write(json.dumps({"seconds": uvloop.run(_main(sys.argv[1], sys.argv[2], int(sys.argv[3])))}))
