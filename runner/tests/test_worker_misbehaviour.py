"""Whatever provider and database do: one text for each row that says it was sent, none for one that does not."""

import asyncio
from collections import Counter

import pytest

from pgherald.embedded import EmbeddedServer
from pgherald.simulator import FaultKind, Simulator
from stage import Desk, a_runner

TEXTS = 12
# What becomes of texts whose first request goes wrong in this way, with Twilio's reports and without them.
PROVEN: dict[FaultKind, tuple[dict[str, int], dict[str, int]]] = {
    "delay": ({"delivered": TEXTS}, {"sent": TEXTS}),
    "throttle": ({"delivered": TEXTS}, {"sent": TEXTS}),
    "error": ({"sending": TEXTS}, {"sending": TEXTS}),
    "drop": ({"sending": TEXTS}, {"sending": TEXTS}),
    "accept_then_error": ({"delivered": TEXTS}, {"sending": TEXTS}),
    "accept_then_drop": ({"delivered": TEXTS}, {"sending": TEXTS}),
    "accept_then_hang": ({"delivered": TEXTS}, {"sending": TEXTS}),
    "truncate": ({"delivered": TEXTS}, {"sending": TEXTS}),
    "garble": ({"delivered": TEXTS}, {"sending": TEXTS}),
}


async def assert_each_once(desk: Desk, simulator: Simulator) -> None:
    """Compare the two books: who was texted, and what the database says."""
    books = Counter(message.to for message in simulator.messages)
    assert set(books.values()) <= {1}, "somebody got a text twice"
    rows = await desk.rows("select phone_number, status::text, twilio_sid from public.sms_messages")
    sids = {message.to: message.sid for message in simulator.messages}
    for row in rows:
        if row["status"] in {"sent", "delivered"}:
            assert row["twilio_sid"] == sids[row["phone_number"]]
        elif row["status"] != "sending":
            assert row["phone_number"] not in books


@pytest.mark.parametrize("reports", [True, False], ids=["with reports", "without"])
@pytest.mark.parametrize("kind", PROVEN)
async def test_a_request_that_goes_wrong_never_makes_two_texts(
    database_url: str, simulator: Simulator, kind: FaultKind, *, reports: bool
) -> None:
    desk = Desk(database_url)
    simulator.faults.add(kind, times=TEXTS, seconds=0.3, retry_after=1)
    await desk.queue(*(f"text {number}" for number in range(TEXTS)))
    async with a_runner(database_url, simulator, reports=reports, send_timeout=1):
        await desk.until(PROVEN[kind][0 if reports else 1])
        await asyncio.sleep(1)
    assert await desk.statuses() == PROVEN[kind][0 if reports else 1]
    assert len(simulator.requests) == (2 * TEXTS if kind == "throttle" else TEXTS)
    await assert_each_once(desk, simulator)


async def test_reports_twice_in_any_order_and_before_the_answer_come_to_the_same_end(
    database_url: str, simulator: Simulator
) -> None:
    """Failure 19: reports out of order moved a text backwards. F93: one that came before the SID was lost."""
    desk = Desk(database_url)
    simulator.faults.callback_shuffle = True
    simulator.faults.callback_duplicates = 1
    simulator.faults.callback_before_answer = True
    await desk.queue(*(f"text {number}" for number in range(30)))
    async with a_runner(database_url, simulator, reports=True):
        await desk.until({"delivered": 30})
        await asyncio.sleep(0.5)
    assert await desk.statuses() == {"delivered": 30}
    await assert_each_once(desk, simulator)


async def test_everything_at_once_by_chance(database_url: str, simulator: Simulator) -> None:
    desk = Desk(database_url)
    for kind in PROVEN:
        simulator.faults.add(kind, probability=0.06, seconds=0.2, retry_after=0.5)
    simulator.faults.callback_drop = 0.2
    await desk.queue(*(f"text {number}" for number in range(200)))
    async with a_runner(database_url, simulator, reports=True, send_timeout=1, concurrency=20):
        # Until nothing waits and nothing is in flight: what is left is sent, or held.
        open_ones = """
            select 1 from herald.sms_attempts where outcome is null
            union all
            select 1 from public.sms_messages where status = 'queued'
        """
        async with asyncio.timeout(120):
            while await desk.rows(open_ones):
                await asyncio.sleep(0.1)
        await asyncio.sleep(1)
    assert set(await desk.statuses()) <= {"sent", "delivered", "sending"}
    await assert_each_once(desk, simulator)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_restart_of_the_database_in_the_middle_loses_and_repeats_nothing(
    durable_server: EmbeddedServer, simulator: Simulator, mode: str
) -> None:
    """Failure 6: a finished job ran again because recording its completion failed."""
    desk = Desk(durable_server.url)
    simulator.faults.add("delay", seconds=0.2)
    await desk.queue(*(f"text {number}" for number in range(150)))
    async with a_runner(durable_server.url, simulator, concurrency=10):
        while len(simulator.messages) < 40:
            await asyncio.sleep(0.02)
        await asyncio.to_thread(durable_server.restart, mode)  # type: ignore[arg-type]  # pytest's parameters are strings
        # Also what was claimed by a statement whose answer the restart cut off: the runner never saw it, and says so.
        await desk.until({"sent": 150}, seconds=60)
    assert len(simulator.messages) == 150
    await assert_each_once(desk, simulator)
