"""A database that is restored from a backup, and a provider that remembers more than it does."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

import harness
from pgherald.simulator import Simulator
from stage import Desk, a_runner


@pytest.fixture
def restored(server: harness.TestServer, database_url: str) -> Iterator[list[str]]:
    """Give a list of URLs of copies, dropped at the end."""
    copies: list[str] = []
    yield copies
    for url in copies:
        server.drop(url)
    assert database_url not in copies


async def test_what_went_after_the_backup_is_not_sent_by_the_restored_database(
    server: harness.TestServer, database_url: str, restored: list[str], simulator: Simulator
) -> None:
    lost = Desk(database_url)
    await lost.queue(*(f"due {number}" for number in range(20)))
    await lost.queue(*(f"soon {number}" for number in range(5)), seconds_ahead=1)
    restored.append(server.copy(database_url))
    (backup,) = await lost.rows("select now() as made_at")

    async with a_runner(database_url, simulator):
        # The last one is never sent: the database is lost before its time.
        await lost.queue("lost with the database", seconds_ahead=3600)
        await lost.until({"sent": 25, "scheduled": 1}, seconds=30)
    (end,) = await lost.rows("select now() as lost_at")

    desk = Desk(restored[0])
    await desk.rows("update herald.settings set kill_switch = true, first_look = '0.2 seconds'")
    await desk.queue("after the end")
    (held,) = await desk.rows("select * from public.hold_after_restore(%s, %s)", backup["made_at"], end["lost_at"])
    assert held == {"held_texts": 25, "ended_notifications": 0}
    async with a_runner(restored[0], simulator, tick_interval=0.2, reconcile_interval=0.2):
        await desk.until({"delivered": 25, "queued": 1}, seconds=30)
        await desk.rows("update herald.settings set kill_switch = false")
        await desk.until({"delivered": 25, "sent": 1})
        await asyncio.sleep(1)
    sent = Counter(message.body for message in simulator.messages)
    assert sum(sent.values()) == 26
    assert set(sent.values()) == {1}
