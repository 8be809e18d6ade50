"""A STOP and a claim in the same instant: one comes first, and no text is claimed after a STOP that is on record."""

import asyncio
import time
from collections.abc import Sequence

from stage import SENDER, Connection, Desk, rows, value

CLAIM = "select message_id from public.claim_sms(%s)"
STOP = "select public.receive_sms(%s, %s, %s, 'STOP')"


async def a_text(connection: Connection, number: str) -> None:
    """Queue a text to a new user with a number."""
    await rows(connection, "select public.queue_sms_message(tests.a_user_with_phone(%s), %s, 'hello')", number, number)


async def status(connection: Connection) -> str:
    """Tell where the one text is, and whether its number is suppressed."""
    return str(
        await value(
            connection,
            """
            select concat_ws(' ', status, (select 'suppressed' from herald.suppressed_numbers)) from public.sms_messages
            """,
        )
    )


async def test_a_claim_that_is_under_way_comes_before_the_stop(connections: Sequence[Connection]) -> None:
    claimer, stopper, other = connections[:3]
    await a_text(claimer, "+12025550190")
    async with claimer.transaction():
        assert len(await rows(claimer, CLAIM, SENDER)) == 1
        stop = asyncio.create_task(value(stopper, STOP, "SM1", "+12025550190", SENDER))
        await asyncio.sleep(0.5)
        assert not stop.done(), "the STOP waits until it is settled who is first"
        assert await status(other) == "queued"
    assert await stop == "stop"
    assert await status(other) == "sending suppressed"


async def test_a_stop_that_is_under_way_comes_before_the_claim(connections: Sequence[Connection]) -> None:
    claimer, stopper, other = connections[:3]
    await a_text(claimer, "+12025550191")
    async with stopper.transaction():
        await value(stopper, STOP, "SM1", "+12025550191", SENDER)
        assert await rows(claimer, CLAIM, SENDER) == [], "a claim waits for nobody"
    assert await rows(claimer, CLAIM, SENDER) == []
    assert await status(other) == "cancelled suppressed"


async def test_a_text_that_is_queued_while_the_stop_is_under_way_does_not_go(
    connections: Sequence[Connection],
) -> None:
    queuer, stopper, other = connections[:3]
    user_id = await value(queuer, "select tests.a_user_with_phone('+12025550192')")
    async with stopper.transaction():
        await value(stopper, STOP, "SM1", "+12025550192", SENDER)
        await rows(queuer, "select public.queue_sms_message(%s, null, 'hello')", user_id)
        assert await rows(other, CLAIM, SENDER) == [], "its claim comes back after the STOP"
    assert await status(other) == "queued suppressed"
    await asyncio.sleep(1.1)
    assert await rows(other, CLAIM, SENDER) == []
    assert await status(other) == "cancelled suppressed"


async def test_a_code_that_is_asked_for_while_the_stop_is_under_way_does_not_go(
    connections: Sequence[Connection],
) -> None:
    asker, stopper, other = connections[:3]
    user_id = await value(asker, "select tests.a_user()")
    async with stopper.transaction():
        await value(stopper, STOP, "SM1", "+12025550193", SENDER)
        begin = "select status from public.start_phone_verification(%s, '+12025550193')"
        asked = asyncio.create_task(value(asker, begin, user_id))
        await asyncio.sleep(0.5)
        assert not asked.done(), "the number has its turns, also where nobody has it yet"
        assert await rows(other, CLAIM, SENDER) == []
    assert await asked == "opted_out"
    assert await value(other, "select count(*) from public.sms_messages") == 0


async def test_a_number_that_is_confirmed_while_the_stop_is_under_way_gets_no_text(
    connections: Sequence[Connection],
) -> None:
    asker, stopper, other = connections[:3]
    user_id = await value(asker, "select tests.a_user()")
    await rows(asker, "select public.start_phone_verification(%s, '+12025550194')", user_id)
    code = await value(asker, r"select substring(message_content from '\d{6}') from public.sms_messages")
    await rows(other, CLAIM, SENDER)
    async with stopper.transaction():
        await value(stopper, STOP, "SM1", "+12025550194", SENDER)
        confirmed = asyncio.create_task(value(asker, "select public.confirm_phone_verification(%s, %s)", user_id, code))
        await asyncio.sleep(0.5)
        assert not confirmed.done()
    assert await confirmed in {"verified", "none"}
    await rows(asker, "update public.user_sms_preferences set quiet_hours_start = null, quiet_hours_end = null")
    number = await value(other, "select phone_number from public.user_sms_preferences")
    if number:
        assert await value(other, "select opted_out from public.user_sms_preferences")
    await rows(asker, "select public.queue_sms_message(%s, '+12025550194', 'hello')", user_id)
    assert await rows(other, CLAIM, SENDER) == []


async def test_no_text_is_claimed_after_a_stop_that_is_on_record(
    database_url: str, connections: Sequence[Connection]
) -> None:
    """Ten claimers, nine recipients who all say STOP, one who queues: what is claimed later is to somebody else."""
    numbers = [f"+1202555{3000 + number}" for number in range(300)]
    for number in numbers:
        await a_text(connections[0], number)
    stopped: dict[str, float] = {}
    claimed: list[tuple[float, str]] = []
    ends_at = time.monotonic() + 30

    async def stop(connection: Connection, mine: Sequence[str]) -> None:
        for number in mine:
            await value(connection, STOP, f"SM{number}", number, SENDER)
            stopped[number] = time.monotonic()

    async def claim(connection: Connection) -> None:
        while len(stopped) < len(numbers) and time.monotonic() < ends_at:
            began_at = time.monotonic()
            texts = await rows(connection, "select phone_number from public.claim_sms(%s, 2)", SENDER)
            claimed.extend((began_at, number) for (number,) in texts)
            await asyncio.sleep(0.005)

    async def queue(connection: Connection) -> None:
        query = """
            select public.queue_sms_message(user_id, phone_number, 'again')
            from public.user_sms_preferences where phone_number = any (%s)
        """
        while len(stopped) < len(numbers) and time.monotonic() < ends_at:
            await rows(connection, query, numbers[::7])
            await asyncio.sleep(0.05)

    await asyncio.gather(
        *(stop(connection, numbers[place::9]) for place, connection in enumerate(connections[:9])),
        *(claim(connection) for connection in connections[9:19]),
        queue(connections[19]),
    )
    assert len(stopped) == len(numbers)
    assert claimed, "nobody was faster than a STOP, so nothing is shown"
    late = [number for began_at, number in claimed if began_at > stopped[number]]
    assert late == []
    assert len({number for _, number in claimed}) < len(numbers), "no STOP was faster than a claim"

    await asyncio.sleep(1.1)
    assert await rows(connections[0], CLAIM, SENDER) == []
    assert set(await Desk(database_url).statuses()) <= {"sending", "cancelled"}
