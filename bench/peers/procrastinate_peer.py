"""procrastinate at its best: python procrastinate_peer.py install|bulk|single|drain URL N prints {"seconds": …}."""

import asyncio
import json
import logging
import sys
import time

from procrastinate import App, PsycopgConnector

# It warns of what this program does on purpose.
logging.disable(logging.WARNING)
# It fetches jobs one by one, and records each by itself: more at once is all there is to turn.
_CONCURRENCY = 20
_CHUNK = 10_000


_handled: list[None] = []


async def empty() -> None:
    """Do nothing but count."""
    _handled.append(None)


async def _main(command: str, url: str, jobs: int) -> float:
    # A connection for each job at work, and one to listen.
    app = App(connector=PsycopgConnector(conninfo=url, min_size=_CONCURRENCY, max_size=_CONCURRENCY + 1))
    task = app.task(empty, name="empty")
    async with app.open_async():
        began = time.perf_counter()
        match command:
            case "install":
                await app.schema_manager.apply_schema_async()
            case "bulk":
                for done in range(0, jobs, _CHUNK):
                    await task.batch_defer_async(*({} for _ in range(min(_CHUNK, jobs - done))))
            case "single":
                for _ in range(jobs):
                    await task.defer_async()
            case "drain":
                # Ends once nothing is left; rows go as soon as they are done, so the table stays small.
                await app.run_worker_async(
                    concurrency=_CONCURRENCY, wait=False, delete_jobs="successful", install_signal_handlers=False
                )
                if len(_handled) != jobs:
                    sys.exit(f"{len(_handled)} of {jobs} jobs came out of the queue")
        return time.perf_counter() - began


sys.stdout.write(json.dumps({"seconds": asyncio.run(_main(sys.argv[1], sys.argv[2], int(sys.argv[3])))}))
