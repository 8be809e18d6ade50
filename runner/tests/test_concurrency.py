"""What holds when many do the same thing at once, each on a connection of its own."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb

from stage import Connection, at_once, rows, value


async def test_f20_two_workers_took_one_job(connections: Sequence[Connection]) -> None:
    """Twenty claimers share a thousand jobs: each job once, and none before its time."""
    await rows(
        connections[0],
        """
        insert into queue_jobs (user_id, job_type, scheduled_for)
        select tests.a_user(), 'other', case when number <= 1000 then now() else now() + interval '1 hour' end
        from generate_series(1, 1100) as number
        """,
    )

    async def claim(connection: Connection) -> list[UUID]:
        claimed: list[UUID] = []
        empty = 0
        while empty < 3:
            batch = await rows(connection, "select id from claim_pending_jobs(array['other'], 7)")
            claimed += [row[0] for row in batch]
            empty = 0 if batch else empty + 1
        return claimed

    claimed = Counter(job for jobs in await at_once(connections, claim) for job in jobs)
    assert len(claimed) == 1000
    assert set(claimed.values()) == {1}
    assert await value(connections[0], "select count(*) from queue_jobs where status = 'pending'") == 100
    early = "select count(*) from queue_jobs where status = 'processing' and scheduled_for > now()"
    assert await value(connections[0], early) == 0


async def test_f20_two_runners_took_one_text(connections: Sequence[Connection]) -> None:
    await rows(connections[0], "select tests.a_queued_text() from generate_series(1, 300)")

    async def claim(connection: Connection) -> list[UUID]:
        claimed: list[UUID] = []
        empty = 0
        while empty < 3:
            batch = await rows(connection, "select message_id from claim_sms('+15005550006', 7)")
            claimed += [row[0] for row in batch]
            empty = 0 if batch else empty + 1
        return claimed

    claimed = Counter(text for texts in await at_once(connections, claim) for text in texts)
    assert (len(claimed), set(claimed.values())) == (300, {1})
    assert await value(connections[0], "select count(*) from herald.sms_attempts") == 300


async def test_f21_check_then_insert_made_duplicates(connections: Sequence[Connection]) -> None:
    """One idempotency key is one text, and one deduplication key one waiting job, however many ask at once."""
    user_id = await value(connections[0], "select tests.a_user_with_phone()")

    async def queue(connection: Connection) -> UUID:
        text: UUID = await value(
            connection,
            "select queue_sms_message(%s, tests.phone_of(%s), 'once', p_idempotency_key => 'key')",
            user_id,
            user_id,
        )
        return text

    async def add(connection: Connection) -> UUID:
        job: UUID = await value(
            connection, "select add_queue_job(%s, 'other', '{\"a\": 1}', p_dedup_key => 'key')", user_id
        )
        return job

    for work in (queue, add):
        answers = await at_once(connections, work)
        assert len(set(answers)) == 1
        assert isinstance(answers[0], UUID)
    assert await value(connections[0], "select count(*) from sms_messages") == 1
    assert await value(connections[0], "select count(*) from queue_jobs where job_type = 'other'") == 1


async def test_one_key_with_many_contents_takes_the_first(connections: Sequence[Connection]) -> None:
    user_id = await value(connections[0], "select tests.a_user_with_phone()")

    async def queue(connection: Connection) -> UUID:
        text: UUID = await value(
            connection,
            "select queue_sms_message(%s, tests.phone_of(%s), %s, p_idempotency_key => 'key')",
            user_id,
            user_id,
            str(uuid4()),
        )
        return text

    answers = await at_once(connections, queue)
    assert sum(isinstance(answer, UUID) for answer in answers) == 1
    assert {answer.sqlstate for answer in answers if isinstance(answer, psycopg.Error)} == {"SMS03"}


async def test_calls_for_many_with_the_same_keys_make_each_text_once(connections: Sequence[Connection]) -> None:
    """In whatever order the keys come: nobody waits for somebody who waits for them."""
    user_id = await value(connections[0], "select tests.a_user_with_phone()")
    turns = iter(range(len(connections)))

    async def queue(connection: Connection) -> dict[str, UUID]:
        numbers = list(range(200))
        Random(next(turns)).shuffle(numbers)  # noqa: S311  an order, no secret
        requests = [
            {"user_id": str(user_id), "message": f"text {number}", "idempotency_key": f"key {number}"}
            for number in numbers
        ]
        made = await rows(connection, "select message_id from queue_sms_messages(%s) order by place", Jsonb(requests))
        return {request["idempotency_key"]: row[0] for request, row in zip(requests, made, strict=True)}

    first, *others = await at_once(connections, queue)
    assert isinstance(first, dict)
    assert len(set(first.values())) == 200
    assert all(answer == first for answer in others)
    assert await value(connections[0], "select count(*) from sms_messages where status = 'queued'") == 200
    assert await value(connections[0], "select count(*) from queue_jobs") == 200


async def test_ten_ticks_at_once_promote_each_text_once(connections: Sequence[Connection]) -> None:
    """Failure 9: a planner that ran twice planned everything twice."""
    await rows(
        connections[0],
        """
        insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for)
        select user_id, tests.phone_of(user_id), 'planned', 'scheduled', now() + interval '1 minute'
        from (select tests.a_user_with_phone() as user_id from generate_series(1, 200)) as made
        """,
    )
    answers = await at_once(connections, lambda connection: value(connection, "select tick()"))
    assert sum(answer.get("promoted", 0) for answer in answers) == 200
    assert await value(connections[0], "select count(*) from queue_jobs") == 200
    assert await value(connections[0], "select count(*) from sms_messages where status = 'queued'") == 200


async def test_d21_a_templates_counter_made_its_texts_wait_for_each_other(connections: Sequence[Connection]) -> None:
    first, second = connections[:2]
    user_id = await value(first, "select tests.a_user_with_phone()")
    queue = """
        select queue_sms_message(
          %s, null, null, p_template_key => 'daily_brief_ready', p_template_vars => '{"main_focus": "x"}'
        )
    """
    async with first.transaction():
        await value(first, queue, user_id)
        # The first has not committed. If the second needed a row of its, this would end with 55P03.
        await rows(second, "set lock_timeout = '500ms'")
        await value(second, queue, user_id)
    await value(first, "select tick()")
    assert await value(first, "select usage_count from sms_templates where template_key = 'daily_brief_ready'") == 2


async def test_what_is_rolled_back_is_never_claimed(connections: Sequence[Connection]) -> None:
    first, second = connections[:2]
    async with first.transaction(force_rollback=True):
        await value(first, "select tests.a_queued_text()")
        assert await rows(second, "select 1 from claim_sms('+15005550006')") == []
    assert await rows(second, "select 1 from claim_sms('+15005550006')") == []
    assert await value(second, "select count(*) from sms_messages") == 0


async def test_what_comes_into_the_queue_notifies_and_what_lies_far_ahead_does_not(
    connections: Sequence[Connection],
) -> None:
    first, second = connections[:2]
    user_id = await value(second, "select tests.a_user_with_phone()")
    await rows(first, "listen herald_jobs")
    far = "select add_queue_job(%s, 'other', '{}', p_scheduled_for => now() + interval '2 hours')"
    await value(second, far, user_id)
    assert [notify async for notify in first.notifies(timeout=0.3)] == []
    text = "select queue_sms_message(%s, null, 'soon', p_scheduled_for => now() + interval '2 minutes')"
    message_id = await value(second, text, user_id)
    for moves in (
        None,
        "update sms_messages set scheduled_for = now() + interval '1 minute' where id = %s",
        "update queue_jobs set status = 'processing', processing_token = id where metadata ->> 'message_id' = %s::text",
        "update queue_jobs set status = 'failed', processing_token = null where metadata ->> 'message_id' = %s::text",
        "select redrive_queue_job(queue_job_id) from sms_messages where id = %s",
    ):
        if moves:
            await rows(second, moves, message_id)
        if moves and moves.startswith("update queue_jobs"):
            continue
        came = [notify async for notify in first.notifies(timeout=2, stop_after=1)]
        assert [(notify.channel, notify.payload) for notify in came] == [("herald_jobs", "")], moves


async def test_a_cancellation_and_a_claim_at_once_have_one_winner(connections: Sequence[Connection]) -> None:
    """Either the text is cancelled and nobody sends it, or it is being sent and the cancellation says no."""
    first, second = connections[:2]
    for _ in range(40):
        text = await value(first, "select tests.a_queued_text()")
        was_cancelled, claimed = await asyncio.gather(
            value(first, "select cancel_sms(%s)", text),
            rows(second, "select message_id from claim_sms('+15005550006')"),
        )
        status = await value(first, "select status::text from sms_messages where id = %s", text)
        ends = (was_cancelled, [row[0] for row in claimed], status)
        assert ends in ((True, [], "cancelled"), (False, [text], "sending"))


async def test_workers_and_reports_at_once_do_not_deadlock(connections: Sequence[Connection]) -> None:
    """Claims, results, reports, cancellations and ticks on the same rows: nobody is thrown out."""
    await rows(connections[0], "select tests.a_queued_text() from generate_series(1, 200)")
    ends_at = datetime.now(UTC).timestamp() + 4

    async def send(connection: Connection) -> None:
        while datetime.now(UTC).timestamp() < ends_at:
            await rows(
                connection,
                """
                with claimed as (select * from claim_sms('+15005550006', 5))
                select record_sms_results(jsonb_agg(jsonb_build_object(
                  'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id,
                  'sid', 'SM' || replace(attempt_id::text, '-', ''), 'http_status', 201
                )))
                from claimed
                having count(*) > 0
                """,
            )

    async def report(connection: Connection) -> None:
        while datetime.now(UTC).timestamp() < ends_at:
            await rows(
                connection,
                """
                select record_twilio_status(id, 'SM' || replace(id::text, '-', ''), 'delivered')
                from (select id from herald.sms_attempts order by random() limit 1) as attempt
                """,
            )

    async def meddle(connection: Connection) -> None:
        while datetime.now(UTC).timestamp() < ends_at:
            await rows(connection, "select cancel_sms(id) from sms_messages order by random() limit 1")
            await rows(connection, "select tick()")
            await rows(connection, "select tests.a_queued_text() from generate_series(1, 5)")

    answers = await asyncio.gather(
        *(send(connection) for connection in connections[:6]),
        *(report(connection) for connection in connections[6:12]),
        *(meddle(connection) for connection in connections[12:]),
        return_exceptions=True,
    )
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []
