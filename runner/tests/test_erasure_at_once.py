"""An erasure beside runners, reports and a STOP: nothing goes after it, nothing is lost, nobody waits in a circle."""

import asyncio
import contextlib
import random
from collections.abc import Sequence
from uuid import uuid4

from psycopg.errors import LockNotAvailable

from stage import SENDER, Connection, Desk, Provider, a_runner, accept_after, rows, until, value

CLAIM = "select message_id from public.claim_sms(%s)"
ERASE = "select remaining from public.erase_user(%s)"
STOP = "select public.receive_sms(%s, %s, %s, 'STOP, says Ada')"
COLUMNS = """
    select attrelid::regclass::text, attname
    from pg_attribute
    inner join pg_class on pg_class.oid = attrelid
    where relnamespace in ('public'::regnamespace, 'herald'::regnamespace)
      and relkind = 'r' and attnum > 0 and not attisdropped
"""


async def traces(connection: Connection, word: str) -> list[str]:
    """Tell in which columns of all tables of ours a number or a word stands."""
    found = []
    for table, column in await rows(connection, COLUMNS):
        query = f"select exists (select from {table} where strpos({column}::text, %s) > 0)"  # noqa: S608  the catalog's
        if await value(connection, query, word):
            found.append(f"{table}.{column}")
    return found


async def a_text(connection: Connection, number: str) -> str:
    """Queue a text to a new user with a number, and tell who it is."""
    user_id = await value(connection, "select tests.a_user_with_phone(%s)", number)
    await rows(connection, "select public.queue_sms_message(%s, %s, 'hello')", user_id, number)
    return str(user_id)


async def test_a_claim_that_is_under_way_comes_before_the_erasure(connections: Sequence[Connection]) -> None:
    claimer, eraser, other = connections[:3]
    user_id = await a_text(claimer, "+12025550190")
    async with claimer.transaction():
        assert len(await rows(claimer, CLAIM, SENDER)) == 1
        erasure = asyncio.create_task(value(eraser, ERASE, user_id))
        await asyncio.sleep(0.5)
        assert not erasure.done(), "the erasure waits until it is settled who is first"
    assert await erasure == 2, "the text is being sent, and its job runs"
    assert await value(other, "select message_content from public.sms_messages") == "hello"


async def test_an_erasure_that_is_under_way_comes_before_the_claim(connections: Sequence[Connection]) -> None:
    claimer, eraser = connections[:2]
    user_id = await a_text(claimer, "+12025550191")
    async with eraser.transaction():
        assert await value(eraser, ERASE, user_id) == 0
        assert await rows(claimer, CLAIM, SENDER) == [], "a claim waits for nobody"
    assert await rows(claimer, CLAIM, SENDER) == []
    assert await traces(claimer, "+12025550191") == []


async def test_a_text_that_is_being_written_during_the_erasure_is_erased_with_the_others(
    connections: Sequence[Connection],
) -> None:
    writer, eraser, other = connections[:3]
    user_id = await a_text(eraser, "+12025550187")
    async with writer.transaction():
        await rows(writer, "select public.queue_sms_message(%s, %s, 'to Ada')", user_id, "+12025550187")
        assert await value(eraser, ERASE, user_id) == 0
        await rows(eraser, "select public.tick()")
        assert await traces(other, "+12025550187") == [], "nothing that anybody can see is left"
    assert await traces(other, "Ada") != [], "the other one is there now"
    await rows(eraser, "select public.tick()")
    for trace in ("+12025550187", "Ada"):
        assert await traces(other, trace) == []
    assert await value(other, "select count(*) from herald.erasures where finished_at is null") == 0


async def test_a_stop_that_is_under_way_comes_before_the_erasure(connections: Sequence[Connection]) -> None:
    eraser, stopper, other = connections[:3]
    user_id = await a_text(eraser, "+12025550192")
    async with stopper.transaction():
        await value(stopper, STOP, "SM1", "+12025550192", SENDER)
        erasure = asyncio.create_task(value(eraser, ERASE, user_id))
        await asyncio.sleep(0.5)
        assert not erasure.done()
    assert await erasure == 0
    assert await value(other, "select count(*) from herald.suppressed_numbers") == 1, "the STOP goes on by its hash"
    for trace in ("+12025550192", "Ada"):
        assert await traces(other, trace) == [], "and nothing readable is left"


async def test_a_stop_after_the_erasure_is_heard(connections: Sequence[Connection]) -> None:
    eraser, stopper, other = connections[:3]
    user_id = await a_text(eraser, "+12025550193")
    async with eraser.transaction():
        await value(eraser, ERASE, user_id)
        stop = asyncio.create_task(value(stopper, STOP, "SM1", "+12025550193", SENDER))
        await asyncio.sleep(0.5)
        assert not stop.done(), "the number has its turns"
    assert await stop == "stop_in_words"
    assert await value(other, "select count(*) from herald.suppressed_numbers") == 1
    assert await value(other, "select public.erase_number('+12025550193')") == 3
    assert await traces(other, "+12025550193") == []


async def test_what_is_told_while_the_erasure_begins_is_part_of_it(connections: Sequence[Connection]) -> None:
    eraser, teller, other = connections[:3]
    user_id = await value(teller, "select tests.a_user()")
    await rows(
        teller,
        "insert into public.notification_subscriptions (user_id, event_type) values (%s, 'calendar.sync_failed')",
        user_id,
    )
    emit = """select public.emit_notification_event('calendar.sync_failed', p_payload => '{"title": "Dear Ada"}')"""
    async with teller.transaction():
        await rows(teller, emit)
        erasure = asyncio.create_task(value(eraser, ERASE, user_id))
        await asyncio.sleep(0.5)
        assert not erasure.done(), "what is being told to the user is waited for"
    assert await erasure == 0
    query = "select count(*) from public.notification_deliveries where payload::text ~ 'Ada'"
    assert await value(other, query) == 0


async def test_what_a_runner_is_sending_goes_once_and_is_erased_then(database_url: str) -> None:
    desk, provider = Desk(database_url), Provider()
    provider.behaviour = accept_after(1.5)
    async with provider.running(), a_runner(database_url, provider, tick_interval=0.2):
        [message_id] = await desk.queue("dear reader")
        await until(lambda: provider.under_way == 1)
        erase = """
            select remaining, in_flight
            from public.erase_user((select user_id from public.sms_messages where id = %s))
        """
        [told] = await desk.rows(erase, message_id)
        assert told == {"remaining": 2, "in_flight": 2}, "the text and its job"
        await desk.queue("to somebody else")

        async def is_over() -> bool:
            return bool(await desk.rows("select user_id from herald.erasures where finished_at is not null"))

        async with asyncio.timeout(20):
            while not await is_over():
                await asyncio.sleep(0.1)
        await desk.until({"sent": 2})
    assert sorted(provider.posts) == ["dear reader", "to somebody else"]
    words = await desk.rows("select message_content from public.sms_messages order by created_at")
    assert [row["message_content"] for row in words] == ["(erased)", "to somebody else"]


class Commotion:
    """What goes on while users are erased."""

    def __init__(self) -> None:
        """Begin."""
        self.choose = random.Random(4711)  # noqa: S311  no secret
        self.sids: list[str] = []
        self.is_over = False

    async def run(self, connection: Connection) -> None:
        """Claim texts, and say of most that they were accepted, and of the others that nobody knows."""
        claim = "select job_id, processing_token, attempt_id from public.claim_sms(%s, 5)"
        record = """
            select recorded from public.record_sms_results(jsonb_build_array(jsonb_build_object(
              'job_id', %s::uuid, 'processing_token', %s::uuid, 'attempt_id', %s::uuid,
              'http_status', %s::integer, 'sid', %s::text)))
        """
        while not self.is_over:
            for job in await rows(connection, claim, SENDER):
                sid = f"SM{uuid4().hex}" if self.choose.random() < 0.7 else None
                if sid:
                    self.sids.append(sid)
                await asyncio.sleep(self.choose.random() / 100)
                # Null, or out of patience: somebody holds its rows just now.
                recorded = None
                while recorded is None:
                    with contextlib.suppress(LockNotAvailable):
                        recorded = await value(connection, record, *job, 201 if sid else 503, sid)
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.01)

    async def report(self, connection: Connection) -> None:
        """Bring reports about what was accepted, or will be."""
        query = "select public.record_twilio_status(null, %s, %s)"
        while not self.is_over:
            if self.sids:
                status = self.choose.choice(["sent", "delivered", "undelivered"])
                await rows(connection, query, self.choose.choice(self.sids), status)
            await asyncio.sleep(0.001)

    async def tick(self, connection: Connection) -> None:
        """Let time pass, without a part that waits in a circle."""
        while not self.is_over:
            told = await value(connection, "select public.tick()")
            assert "40P01" not in str(told), told
            await asyncio.sleep(0.1)

    async def erase(self, connection: Connection, users: Sequence[str]) -> None:
        """Erase one after the other."""
        for user_id in users:
            await rows(connection, ERASE, user_id)
            await asyncio.sleep(0.02)


async def test_runners_reports_and_erasures_do_not_wait_in_a_circle(connections: Sequence[Connection]) -> None:
    """Five claim and record, five bring reports, four erase, one ticks: no error, and in the end nothing is left."""
    users = [await a_text(connections[0], f"+1202555{4000 + number}") for number in range(120)]
    for user_id in users * 3:
        await rows(connections[0], "select public.queue_sms_message(%s, null, 'hello')", user_id)

    commotion = Commotion()
    others = [asyncio.create_task(commotion.run(connection)) for connection in connections[:5]]
    others += [asyncio.create_task(commotion.report(connection)) for connection in connections[5:10]]
    others.append(asyncio.create_task(commotion.tick(connections[10])))
    await asyncio.sleep(0.3)
    erasers = enumerate(connections[11:15])
    await asyncio.gather(*(commotion.erase(connection, users[turn::4]) for turn, connection in erasers))
    await asyncio.sleep(1)
    commotion.is_over = True
    await asyncio.gather(*others)

    last = connections[15]
    undecided = "select public.resolve_sms_in_doubt(id, false) from public.sms_messages where status = 'sending'"
    await rows(last, undecided)
    for _ in range(len(users) // 20 + 1):
        await rows(last, "select public.tick()")
    assert await value(last, "select count(*) from herald.erasures where finished_at is null") == 0
    for trace in ("+1202555", "hello"):
        assert await traces(last, trace) == []
