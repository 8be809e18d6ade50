"""What somebody holds in the database, in a transaction that does not end, stops nothing but itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest

from stage import Desk, Provider, a_runner, accept_after, until

# What an application may have locked, for a text. The delivery is one that the text carries.
ROWS: Final = {
    "text": "public.sms_messages where id = %s",
    "job": "public.queue_jobs where id = (select queue_job_id from public.sms_messages where id = %s)",
    "delivery": """
        public.notification_deliveries
        where id = (select notification_delivery_id from public.sms_messages where id = %s)
    """,
}


@asynccontextmanager
async def holding(url: str, what: str, *parameters: object) -> AsyncIterator[None]:
    """Lock rows in a transaction of another session, for the length of the block."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute(f"select from {what} for update".encode(), parameters)
        yield
        await connection.rollback()


async def a_delivery_for(desk: Desk, text: UUID) -> None:
    """Have a text carry a delivery."""
    await desk.rows(
        """
        with made as (
          insert into public.notification_deliveries (recipient_user_id, channel)
          select user_id, 'sms' from public.sms_messages where id = %s
          returning id
        )
        update public.sms_messages set notification_delivery_id = (select id from made) where id = %s
        """,
        *(text, text),
    )


async def within(seconds: float, desk: Desk, query: str, *parameters: object) -> list[dict[str, Any]]:
    """Run a query that must not wait for anybody."""
    async with asyncio.timeout(seconds):
        return await desk.rows(query, *parameters)


async def told(desk: Desk, claim: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Tell that all were accepted, and give the answers by text."""
    rows = await within(
        5,
        desk,
        """
        select message_content, recorded
        from public.record_sms_results((
          select jsonb_agg(jsonb_build_object(
            'job_id', job_id, 'processing_token', token, 'http_status', 201, 'sid', 'SM ' || job_id
          ))
          from unnest(%s::uuid[], %s::uuid[]) as given (job_id, token)
        )) as result
        inner join public.sms_messages as message on message.queue_job_id = result.job_id
        """,
        *([row["job_id"] for row in claim], [row["processing_token"] for row in claim]),
    )
    return {row["message_content"]: row["recorded"] for row in rows}


@pytest.mark.parametrize("row", ROWS)
async def test_a_result_waits_for_its_row_and_others_do_not(database_url: str, desk: Desk, row: str) -> None:
    held, _ = await desk.queue("held", "free")
    await a_delivery_for(desk, held)
    claim = await desk.rows("select * from public.claim_sms('a sender')")
    async with holding(database_url, ROWS[row], held):
        assert await told(desk, claim) == {"held": None, "free": True}
        assert await desk.statuses() == {"sending": 1, "sent": 1}
    assert await told(desk, claim) == {"held": True, "free": False}
    assert await desk.statuses() == {"sent": 2}


@pytest.mark.parametrize("row", ROWS)
async def test_claims_heartbeats_and_ticks_pass_by(database_url: str, desk: Desk, row: str) -> None:
    held, _ = await desk.queue("held", "free")
    await a_delivery_for(desk, held)
    beat = """
        select extended
        from (select array_agg(id), array_agg(processing_token) from public.queue_jobs) as all_jobs (ids, tokens),
          public.extend_leases(ids, tokens) as extended
    """
    async with holding(database_url, ROWS[row], held):
        first = await within(5, desk, "select message_content from public.claim_sms('a sender')")
        assert first == [{"message_content": "free"}]
    await desk.rows("select public.claim_sms('a sender', p_now => now() + interval '2 seconds')")
    assert await desk.statuses() == {"sending": 2}

    async with holding(database_url, ROWS[row], held):
        assert len(await within(5, desk, beat)) == 2
        (ticked,) = await within(5, desk, "select public.tick(now() + interval '1 hour') as report")
        assert (ticked["report"]["leases_expired"], ticked["report"].get("failed")) == (1, None)
    (ticked,) = await desk.rows("select public.tick(now() + interval '1 hour') as report")
    assert ticked["report"]["leases_expired"] == 1
    assert await desk.statuses() == {"sending": 2}


@pytest.mark.parametrize("row", ROWS)
async def test_what_cannot_be_handed_back_now_stays_as_it_is(database_url: str, desk: Desk, row: str) -> None:
    held, _ = await desk.queue("held", "free")
    await a_delivery_for(desk, held)
    claim = await desk.rows("select * from public.claim_sms('a sender')")
    query = "select * from public.hand_back_jobs(%s::uuid[], %s::uuid[]) as handed_back"
    fences = ([text["job_id"] for text in claim], [text["processing_token"] for text in claim])
    async with holding(database_url, ROWS[row], held):
        assert len(await within(5, desk, query, *fences)) == 1
        assert await desk.statuses() == {"sending": 1, "queued": 1}
    assert len(await desk.rows(query, *fences)) == 1
    assert await desk.statuses() == {"queued": 2}


@pytest.mark.parametrize("row", ["text", "delivery"])
async def test_a_text_that_is_held_is_planned_later_and_others_now(database_url: str, desk: Desk, row: str) -> None:
    held, _ = await desk.queue("held", "free", seconds_ahead=600)
    await a_delivery_for(desk, held)
    tick = "select public.tick(now() + interval '6 minutes') as report"
    async with holding(database_url, ROWS[row], held):
        (ticked,) = await within(5, desk, tick)
        assert ticked["report"]["promoted"] == 1
    (ticked,) = await desk.rows(tick)
    assert ticked["report"]["promoted"] == 1


async def test_the_fields_calls_wait_for_the_row_and_record(database_url: str, desk: Desk) -> None:
    """Whoever tells of one job gets an answer about that one."""
    held, *_ = await desk.queue("held", "and completed")
    claim = {row["message_content"]: row for row in await desk.rows("select * from public.claim_sms('a sender')")}
    fences = (claim["held"]["job_id"], claim["held"]["processing_token"])
    async with holding(database_url, ROWS["text"], held):
        telling = asyncio.create_task(
            desk.rows("select public.fail_queue_job(%s, 'away', true, %s) as recorded", *fences)
        )
        await desk.until_somebody_waits()
        assert not telling.done()
    assert await telling == [{"recorded": True}]
    assert await desk.statuses() == {"queued": 1, "sending": 1}


async def test_no_login_can_stop_the_tick_by_an_advisory_lock(database_url: str, desk: Desk) -> None:
    """F45: a leaked lock stopped a schedule for ever."""
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute("select pg_advisory_lock(hashtextextended('pgherald.tick', 0))")
        (ticked,) = await within(5, desk, "select public.tick() as report")
        assert ticked["report"]["busy"] is False
    async with holding(database_url, "herald.ticks"):
        (ticked,) = await within(5, desk, "select public.tick() as report")
        assert ticked["report"] == {"busy": True}


@pytest.mark.parametrize("row", ROWS)
async def test_one_held_row_does_not_stop_the_runner(
    database_url: str, provider: Provider, desk: Desk, caplog: pytest.LogCaptureFixture, row: str
) -> None:
    caplog.set_level("INFO")
    provider.behaviour = accept_after(0.5, only="held")
    held, *_ = await desk.queue("held", *(f"free {number}" for number in range(60)))
    await a_delivery_for(desk, held)
    async with a_runner(database_url, provider, concurrency=20, tick_interval=0.2):
        await until(lambda: "held" in provider.posts)
        async with holding(database_url, ROWS[row], held):
            await desk.until({"sent": 60, "sending": 1}, seconds=10)
            await until(lambda: "somebody holds its row" in caplog.text)
            await asyncio.sleep(1)
            assert await desk.statuses() == {"sent": 60, "sending": 1}
        await desk.until({"sent": 61}, seconds=10)
    assert len(provider.posts) == 61
    assert caplog.text.count("somebody holds its row") == 1


async def test_a_text_that_is_held_when_the_runner_stops_is_handed_back(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    """Claimed and not begun: it goes back as soon as the row is free, and is not left in doubt."""
    (held,) = await desk.queue("held")
    async with await psycopg.AsyncConnection.connect(database_url) as gate:
        await gate.execute("lock table herald.sms_attempts in share mode")
        async with a_runner(database_url, provider, tick_interval=60) as worker:
            await desk.until_somebody_waits()  # the claim has the text, and has still to write its attempt
            async with await psycopg.AsyncConnection.connect(database_url) as application:
                locking = asyncio.create_task(application.execute(f"select from {ROWS['text']} for update", (held,)))
                await asyncio.sleep(0.3)
                worker.stop()
                await gate.rollback()
                await locking
                await asyncio.sleep(0.6)
                # On a busy machine the runner may have been faster than the application, which then holds what is back.
                assert await desk.statuses() in ({"sending": 1}, {"queued": 1})
                await application.rollback()
            await desk.until({"queued": 1}, seconds=5)
    assert provider.posts == []
