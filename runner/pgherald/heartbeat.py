"""The heartbeat: a process tells the database every few seconds that it lives, and at a good end that it stopped."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import psycopg

from pgherald.database import describe
from pgherald.lane import Outage, end
from pgherald.measures import MEASURES
from pgherald.release import Release

if TYPE_CHECKING:
    from pgherald.database import Database

_log = logging.getLogger(__name__)

# herald.health_limits calls a runner silent after three of them.
_INTERVAL: Final = 5.0
_LAST_BEAT: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """Who this is, and what it does."""

    name: str
    works_on: Sequence[str] = ()
    sender: str | None = None
    expects_reports: bool = False


def process_name() -> str:
    """Make a name that no other process ever has: in a container, host and process id are the same after a restart."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:12]}"


@asynccontextmanager
async def beating(database: "Database", process: Process) -> AsyncIterator[None]:
    """Tell that a process lives until the block ends, and then that it has stopped."""
    task = asyncio.create_task(_beat(database, process, Release.of_this_package()), name="heartbeat")
    try:
        yield
    finally:
        await end(task)
        try:
            async with asyncio.timeout(_LAST_BEAT):
                await database.end_heartbeat(process.name)
        except (psycopg.Error, TimeoutError) as error:
            _log.warning("the end could not be recorded, and will look like a death: %s", describe(error))


async def _beat(database: "Database", process: Process, release: Release) -> None:
    """Tell it again and again."""
    outage = Outage("telling that this process lives")
    while True:
        wait = _INTERVAL
        try:
            await database.record_heartbeat(process, release, MEASURES.refused_in_a_row)
        except psycopg.Error as error:
            wait = min(wait, outage.met(error))
        else:
            outage.over()
        await asyncio.sleep(wait)
