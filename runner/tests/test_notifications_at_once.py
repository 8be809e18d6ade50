"""What holds of notifications when many emit, gather and flush at once, each on a connection of its own."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

import stage
from pgherald.embedded import EmbeddedServer
from stage import TWENTY, Connection, at_once, value


async def a_subscriber(connection: Connection, wishes: str = "sms_enabled = true") -> UUID:
    """Make a user who can be texted, and wants to hear of the calendar."""
    user_id: UUID = await value(connection, "select tests.a_user_with_phone()")
    await connection.execute(
        "insert into notification_subscriptions (user_id, event_type) values (%s, 'calendar.sync_failed')", (user_id,)
    )
    await connection.execute(
        f"update user_notification_preferences set {wishes} where user_id = %s".encode(),  # noqa: S608  words of our own
        (user_id,),
    )
    return user_id


async def test_f65_emitting_twice_doubled_everything(connections: Sequence[Connection]) -> None:
    """Twenty emitters with one key make one event, and its one text."""
    user_id = await a_subscriber(connections[0])
    events = await at_once(
        connections,
        lambda each: value(
            each,
            "select emit_notification_event('calendar.sync_failed', p_target_user_id => %s, p_idempotency_key => 'k')",
            user_id,
        ),
    )
    assert len(set(events)) == 1
    assert isinstance(events[0], UUID)
    for table, count in {
        "notification_events": 1,
        "notification_deliveries": 2,
        "sms_messages": 1,
        "queue_jobs": 1,
        "notification_suppressions": 2,
    }.items():
        assert await value(connections[0], f"select count(*) from {table}") == count, table  # noqa: S608


@pytest.mark.parametrize("limit", ["max_per_hour", "max_per_day"])
async def test_a_limit_holds_under_parallel_emitters(connections: Sequence[Connection], limit: str) -> None:
    user_id = await a_subscriber(connections[0], f"{limit} = 3")
    results = await at_once(
        connections,
        lambda each: value(
            each, "select emit_notification_event('calendar.sync_failed', p_target_user_id => %s)", user_id
        ),
    )
    assert [result for result in results if isinstance(result, BaseException)] == []
    told = "select count(distinct event_id) from notification_deliveries"
    assert await value(connections[0], told) == 3
    kept = "select count(distinct event_id) from notification_suppressions where reason like %s"
    assert await value(connections[0], kept, f"{limit}: 3 of 3 %") == TWENTY - 3


async def test_a_limit_holds_in_repeatable_read(connections: Sequence[Connection]) -> None:
    """Whose snapshot is older than the other's notification is told to try again, and not allowed one too many."""
    user_id = await a_subscriber(connections[0], "max_per_hour = 1")
    emit = "select emit_notification_event('calendar.sync_failed', p_target_user_id => %s)"
    first, second = connections[:2]
    await second.execute("begin isolation level repeatable read")
    await second.execute("select 1 from users")
    await value(first, emit, user_id)
    with pytest.raises(psycopg.errors.SerializationFailure):
        await value(second, emit, user_id)
    await second.rollback()
    assert await value(first, "select count(distinct event_id) from notification_deliveries") == 1


async def test_events_gathered_at_once_become_one_message(connections: Sequence[Connection]) -> None:
    """Twenty emitters and twenty flushes: one digest, told once, with all of it."""
    await a_subscriber(connections[0], "batch_enabled = true, sms_enabled = true")
    results = await at_once(
        connections, lambda each: value(each, "select emit_notification_event('calendar.sync_failed')")
    )
    assert [result for result in results if isinstance(result, BaseException)] == []
    assert await value(connections[0], "select count(*) from notification_deliveries") == 0
    await at_once(connections, lambda each: value(each, "select tick(now() + interval '20 minutes')"))
    assert await value(connections[0], "select count(*) from notification_deliveries where channel = 'in_app'") == 1
    payload = await value(connections[0], "select payload from notification_deliveries where channel = 'in_app'")
    assert payload["count"] == TWENTY
    assert len({event["event_id"] for event in payload["events"]}) == TWENTY
    text = await value(connections[0], "select message_content from sms_messages")
    assert text.startswith("20 updates: ")


async def test_an_event_that_comes_while_its_digest_is_flushed_is_not_lost(
    connections: Sequence[Connection], database_url: str
) -> None:
    """It waits, and opens a digest of its own."""
    await a_subscriber(connections[0], "batch_enabled = true")
    emitter, flusher, desk = connections[:3]
    emit = "select emit_notification_event('calendar.sync_failed')"
    first = await value(emitter, emit)
    await flusher.execute("begin")
    await flusher.execute("select herald.flush_digests(now() + interval '20 minutes')")
    late = asyncio.create_task(value(emitter, emit))
    await stage.Desk(database_url).until_somebody_waits()
    await flusher.commit()
    second = await late
    told = await value(desk, "select array_agg(event_id) from notification_deliveries where channel = 'in_app'")
    assert told == [first]
    waiting = """
        select array_agg(event_id) from herald.notification_digest_events
        inner join herald.notification_digests on id = digest_id where flushed_at is null
    """
    assert await value(desk, waiting) == [second]


async def test_two_flushes_of_many_digests_share_them(connections: Sequence[Connection]) -> None:
    for _ in range(30):
        await a_subscriber(connections[0], "batch_enabled = true")
    await value(connections[0], "select emit_notification_event('calendar.sync_failed')")
    flushed = await at_once(
        connections, lambda each: value(each, "select herald.flush_digests(now() + interval '20 minutes', 7)")
    )
    assert [result for result in flushed if isinstance(result, BaseException)] == []
    while await value(connections[0], "select herald.flush_digests(now() + interval '20 minutes', 7)"):
        pass
    per_user = (
        "select count(*), count(distinct recipient_user_id) from notification_deliveries where channel = 'in_app'"
    )
    cursor = await connections[0].execute(per_user)
    assert await cursor.fetchone() == (30, 30)


async def test_emitters_and_a_user_who_changes_their_mind_do_not_deadlock(connections: Sequence[Connection]) -> None:
    users = [await a_subscriber(connections[0], "max_per_hour = 1000, batch_enabled = false") for _ in range(10)]

    async def work(connection: Connection) -> None:
        place = connections.index(connection)
        for _ in range(5):
            if place % 2:
                await value(connection, "select emit_notification_event('calendar.sync_failed')")
            else:
                await connection.execute(
                    "update user_notification_preferences set sms_enabled = not sms_enabled where user_id = any (%s)",
                    (users,),
                )

    results = await at_once(connections, work)
    # Plain updates of many rows can meet each other; emitters never wait in a circle.
    assert [result for result in results[1::2] if result is not None] == []


async def test_what_is_rolled_back_is_never_sent(database_url: str) -> None:
    """With a runner that looks all the time, before the rollback and after it."""
    provider = stage.Provider()
    desk = stage.Desk(database_url)
    async with provider.running(), stage.a_runner(database_url, provider, tick_interval=0.05, poll_interval=0.05):
        async with await AsyncConnection.connect(database_url) as connection:
            await a_subscriber(connection)
            await connection.commit()
            await value(connection, "select emit_notification_event('calendar.sync_failed')")
            assert await value(connection, "select count(*) from sms_messages") == 1
            await asyncio.sleep(0.5)
            await connection.rollback()
        await asyncio.sleep(0.5)
        assert provider.posts == []
        assert await desk.rows("select from notification_events union all select from sms_messages") == []
        await desk.rows("select emit_notification_event('calendar.sync_failed', p_payload => '{\"body\": \"kept\"}')")
        await stage.until(lambda: provider.posts == ["kept"])


async def test_a_host_that_holds_a_user_holds_up_nobody_else(connections: Sequence[Connection]) -> None:
    """A locked user's notifications wait; the others' come due."""
    held, _ = [await a_subscriber(connections[0], "batch_enabled = true, sms_enabled = true") for _ in range(2)]
    await value(connections[0], "select emit_notification_event('calendar.sync_failed')")
    host, ticker = connections[:2]
    await host.execute("begin")
    await host.execute("select 1 from users where id = %s for update", (held,))
    report = await asyncio.wait_for(value(ticker, "select tick(now() + interval '20 minutes')"), 10)
    assert report["digests_flushed"] == 1
    assert await value(ticker, "select count(distinct recipient_user_id) from notification_deliveries") == 1
    await host.rollback()
    report = await value(ticker, "select tick(now() + interval '20 minutes')")
    assert report["digests_flushed"] == 1


async def test_a_held_delivery_holds_up_its_own_result_only(connections: Sequence[Connection]) -> None:
    """Its result is asked for again, and recorded when the row is free; the other mail's is recorded at once."""
    runner, host = connections[:2]
    await runner.execute("alter table users add column if not exists email text")
    for _ in range(2):
        user_id = await a_subscriber(runner)
        await runner.execute("update users set email = 'reader@example.com' where id = %s", (user_id,))
    await value(runner, "select emit_notification_event('calendar.sync_failed')")
    cursor = await runner.execute(
        "select job_id, processing_token, delivery_id from claim_notifications('{email}') order by job_id"
    )
    claims = await cursor.fetchall()
    await host.execute("begin")
    await host.execute("select 1 from notification_deliveries where id = %s for update", (claims[0][2],))
    results = Jsonb(
        [
            {"job_id": str(job), "processing_token": str(token), "delivered": True, "code": 250}
            for job, token, _ in claims
        ]
    )
    record = "select recorded, outcome, delivery_status from record_notification_results(%s) order by job_id"
    cursor = await asyncio.wait_for(runner.execute(record, (results,)), 5)
    assert await cursor.fetchall() == [(None, None, None), (True, "sent", "sent")]
    await host.rollback()
    cursor = await runner.execute(record, (results,))
    assert await cursor.fetchall() == [(True, "sent", "sent"), (False, None, None)]


@pytest.mark.parametrize("wishes", ["batch_enabled = false", "batch_enabled = true", "max_per_hour = 5"])
@pytest.mark.parametrize("deleted", ["users where id", "notification_subscriptions where user_id"])
async def test_f67_who_leaves_during_an_emission_holds_up_and_fails_nobody(
    connections: Sequence[Connection], deleted: str, wishes: str
) -> None:
    """An emission does not wait for a deletion that is not committed yet, and does not fail when it is."""
    leaving, staying = [await a_subscriber(connections[0], wishes) for _ in range(2)]
    emitter, leaver = connections[:2]
    await leaver.execute("begin")
    await leaver.execute(f"delete from {deleted} = %s".encode(), (leaving,))  # noqa: S608  words of our own
    await emitter.execute("begin")
    event_id = await asyncio.wait_for(value(emitter, "select emit_notification_event('calendar.sync_failed')"), 5)
    goodbye = asyncio.create_task(leaver.commit())
    await emitter.commit()
    await goodbye
    report = await value(emitter, "select tick(now() + interval '20 minutes')")
    assert "failed" not in report
    told = "select array_agg(recipient_user_id) from notification_deliveries where event_id = %s and channel = 'in_app'"
    assert staying in await value(emitter, told, event_id)
    assert await value(emitter, "select count(*) from herald.notification_latecomers") == 0


@pytest.mark.parametrize("wishes", ["batch_enabled = false", "batch_enabled = true"])
async def test_f60_who_is_held_during_an_emission_is_told_later(connections: Sequence[Connection], wishes: str) -> None:
    """A broadcast does not wait for a user whose row somebody has locked; the user is told by a later tick."""
    held, _ = [await a_subscriber(connections[0], wishes) for _ in range(2)]
    emitter, host = connections[:2]
    await host.execute("begin")
    await host.execute("select 1 from users where id = %s for update", (held,))
    event_id = await asyncio.wait_for(value(emitter, "select emit_notification_event('calendar.sync_failed')"), 5)
    why = "select outcome from explain_notification(%s, %s)"
    assert await value(emitter, why, event_id, held) == "waiting"
    assert (await value(emitter, "select tick()"))["latecomers_told"] == 0
    await host.rollback()
    assert (await value(emitter, "select tick()"))["latecomers_told"] == 1
    await value(emitter, "select tick(now() + interval '20 minutes')")
    told = "select count(distinct recipient_user_id) from notification_deliveries"
    assert await value(emitter, told) == 2
    assert await value(emitter, "select tick(now() + interval '30 minutes')")
    assert await value(emitter, "select count(*) from notification_deliveries where channel = 'in_app'") == 2


async def test_a_redaction_sees_what_a_flush_is_just_telling(
    connections: Sequence[Connection], database_url: str
) -> None:
    await a_subscriber(connections[0], "batch_enabled = true, sms_enabled = true")
    flusher, clerk, desk = connections[:3]
    emit = """select emit_notification_event('calendar.sync_failed', p_payload => '{"title": "%s"}')"""
    secret = await value(desk, emit.replace("%s", "secret"))
    await value(desk, emit.replace("%s", "harmless"))
    await flusher.execute("begin")
    await flusher.execute("select herald.flush_digests(now() + interval '20 minutes')")
    redaction = asyncio.create_task(value(clerk, "select redact_notification_event(%s)", secret))
    await stage.Desk(database_url).until_somebody_waits()
    await flusher.commit()
    assert await redaction
    titles = "select array_agg(distinct payload ->> 'title') from notification_deliveries"
    assert await value(desk, titles) == ["harmless"]
    assert await value(desk, "select array_agg(message_content) from sms_messages") == ["harmless"]


async def test_a_digest_survives_a_restart(durable_server: EmbeddedServer) -> None:
    """What was gathered before it is told after it, once."""
    async with await AsyncConnection.connect(durable_server.url, autocommit=True) as connection:
        await connection.execute("insert into users (id) values (gen_random_uuid())")
        await connection.execute(
            "insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from users"
        )
        await connection.execute("update user_notification_preferences set batch_enabled = true")
        for _ in range(3):
            await value(connection, "select emit_notification_event('calendar.sync_failed')")
    await asyncio.to_thread(durable_server.restart, "immediate")
    async with await AsyncConnection.connect(durable_server.url, autocommit=True) as connection:
        assert await value(connection, "select count(*) from notification_deliveries") == 0
        for flushed in (1, 0):
            report = await value(connection, "select tick(now() + interval '20 minutes')")
            assert report["digests_flushed"] == flushed
        counts = "select array_agg(payload ->> 'count') from notification_deliveries where channel = 'in_app'"
        assert await value(connection, counts) == ["3"]
