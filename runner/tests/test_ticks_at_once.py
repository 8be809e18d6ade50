"""What holds when many tick at once, and when one of them is killed in the middle."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg
import pytest

from stage import Connection, at_once, rows, value

NOON: Final = datetime(2040, 6, 15, 12, tzinfo=UTC)
SERIES, SINGLES, LEASES = 150, 120, 40


async def all_that_is_due(connection: Connection) -> None:
    """Make series, texts and leases for which it is time, all at noon."""
    await rows(
        connection,
        """
        insert into sms_messages (
          user_id, phone_number, message_content, status, scheduled_for, recurrence_pattern, recurrence_timezone
        )
        select
          user_id, tests.phone_of(user_id), 'again', 'scheduled', '2040-06-15 08:00+00',
          'FREQ=DAILY;BYHOUR=8,9,10,11,12', 'UTC'
        from (select tests.a_user_with_phone() as user_id from generate_series(1, %s)) as made
        """,
        SERIES,
    )
    await rows(
        connection,
        """
        insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, expires_at)
        select user_id, tests.phone_of(user_id), 'once', 'scheduled', '2040-06-15 11:58+00', '2040-06-16 00:00+00'
        from (select tests.a_user_with_phone() as user_id from generate_series(1, %s)) as made
        """,
        SINGLES,
    )
    await rows(
        connection,
        """
        insert into queue_jobs (user_id, job_type, scheduled_for, priority)
        select tests.a_user(), 'other', '2040-06-15 11:00+00', 10 from generate_series(1, %s)
        """,
        LEASES,
    )
    claim = "select count(*) from claim_pending_jobs('{other}', 1000, '2 minutes', '2040-06-15 11:50+00')"
    assert await value(connection, claim) == LEASES


async def all_is_done_once(connection: Connection) -> None:
    walls = """
        select occurrence::time, count(*), count(distinct parent_message_id), min(status::text), max(status::text)
        from sms_messages where occurrence is not null group by 1 order by 1
    """
    found = [(wall.hour, *rest) for wall, *rest in await rows(connection, walls)]
    assert found == [
        *((hour, SERIES, SERIES, "cancelled", "cancelled") for hour in (8, 9, 10, 11)),
        (12, SERIES, SERIES, "queued", "queued"),
    ]
    next_ones = "select distinct scheduled_for from sms_messages where recurrence_pattern is not null"
    assert await rows(connection, next_ones) == [(NOON + timedelta(hours=20),)]
    singles = """
        select status::text, count(*), count(queue_job_id) from sms_messages where message_content = 'once' group by 1
    """
    assert await rows(connection, singles) == [("queued", SINGLES, SINGLES)]
    jobs = "select job_type::text, status::text, count(*) from queue_jobs group by 1, 2 order by 1"
    assert await rows(connection, jobs) == [
        ("other", "retrying", LEASES),
        ("send_sms", "pending", SERIES + SINGLES),
    ]


async def test_ten_ticks_at_once_do_all_that_is_due_once(connections: Sequence[Connection]) -> None:
    """Failures 9 and 10; F45, F65: series, promotions and leases, again and again from ten connections."""
    await all_that_is_due(connections[0])

    async def tick(connection: Connection) -> list[dict[str, object]]:
        return [await value(connection, "select tick(%s)", NOON) for _ in range(5)]

    answers = await at_once(connections[:10], tick)
    reports = [report for told in answers for report in told]
    assert [report for report in reports if "failed" in report] == []
    assert sum(report.get("recurred", 0) for report in reports) == 5 * SERIES
    assert sum(report.get("promoted", 0) for report in reports) == SERIES + SINGLES
    assert sum(report.get("leases_expired", 0) for report in reports) == LEASES
    await all_is_done_once(connections[0])


STAGES: Final = {
    "while series recur": "before insert on public.sms_messages for each statement",
    "while texts get their jobs": "before insert on public.queue_jobs for each statement",
    "while leases run out": "before update on public.queue_jobs for each row when (new.status = 'retrying')",
    "at its end": "before update on herald.ticks for each statement",
}


@pytest.mark.parametrize("stage", STAGES)
async def test_f45_a_leaked_lock_stopped_a_schedule_for_ever(connections: Sequence[Connection], stage: str) -> None:
    """A tick that is killed in the middle leaves nothing half done, and nothing locked."""
    killer, killed, other = connections[:3]
    await all_that_is_due(killer)
    await rows(
        killer,
        """
        create function tests.wait() returns trigger language plpgsql as $$
          begin perform pg_sleep(30); return new; end;
        $$
        """,
    )
    await rows(killer, f"create trigger t99_wait {STAGES[stage]} execute function tests.wait()")
    state = """
        select
          (select jsonb_agg(message order by id) from sms_messages as message),
          (select jsonb_agg(job order by id) from queue_jobs as job),
          (select last_ticked_at::text from herald.ticks)
    """
    before = await rows(killer, state)

    victim = asyncio.create_task(value(killed, "select tick(%s)", NOON))
    sleeping = "select count(*) from pg_stat_activity where pid = %s and wait_event = 'PgSleep'"
    async with asyncio.timeout(20):
        while not await value(killer, sleeping, killed.info.backend_pid):
            await asyncio.sleep(0.02)
    assert await value(other, "select tick(%s)", NOON) == {"busy": True}
    await value(killer, "select pg_terminate_backend(%s)", killed.info.backend_pid)
    with pytest.raises(psycopg.OperationalError):
        await victim
    async with asyncio.timeout(20):
        while await value(killer, "select count(*) from pg_stat_activity where pid = %s", killed.info.backend_pid):
            await asyncio.sleep(0.02)
    assert await rows(killer, state) == before

    await rows(killer, "drop function tests.wait() cascade")
    report = await value(other, "select tick(%s)", NOON)
    assert (report["busy"], report["recurred"], report["leases_expired"]) == (False, 5 * SERIES, LEASES)
    await all_is_done_once(killer)
