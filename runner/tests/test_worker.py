"""The runner between a real database and a real HTTP server: each text once, whatever happens in between."""

import asyncio
import json
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Final

import psycopg
import pytest
from aiohttp import web

from stage import Behaviour, Desk, Provider, Wire, a_runner, accept, accept_after, refuse, until

WAITING: Final = "select distinct status::text, attempts from public.queue_jobs where status <> 'completed'"


async def test_each_text_is_sent_once_and_recorded_with_its_sid(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    await desk.queue(*(f"text {number}" for number in range(300)))
    async with a_runner(database_url, provider), a_runner(database_url, provider):
        await desk.until({"sent": 300})
    assert sorted(provider.posts) == sorted(f"text {number}" for number in range(300))
    unfinished = "select count(*) from public.sms_messages where twilio_sid is null"
    assert (await desk.rows(unfinished))[0]["count"] == 0


async def test_a_new_text_goes_at_once_by_notification(database_url: str, provider: Provider, desk: Desk) -> None:
    async with a_runner(database_url, provider, poll_interval=30, tick_interval=30):
        await asyncio.sleep(0.5)
        await desk.queue("now")
        await desk.until({"sent": 1}, seconds=3)


async def test_who_commits_after_another_ones_notification_does_not_wait_for_the_next_poll(
    database_url: str, provider: Provider, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of the transactions under way notifies for all of them."""
    monkeypatch.setattr("pgherald.lane._SECOND_LOOK", 1.0)
    connect = psycopg.AsyncConnection.connect
    query = """
        select public.queue_sms_message(p_user_id => user_id, p_phone_number => phone_number, p_message => %s)
        from public.user_sms_preferences where phone_verified
    """
    await desk.queue("first")
    async with a_runner(database_url, provider, poll_interval=30, tick_interval=30):
        await desk.until({"sent": 1})
        async with await connect(database_url) as loud, await connect(database_url) as silent:
            await loud.execute(query, ["it notifies"])
            await silent.execute(query, ["it does not"])
            await loud.commit()
            await desk.until({"sent": 2})
            await silent.commit()
        await desk.until({"sent": 3}, seconds=5)


async def test_without_notifications_polling_finds_it(database_url: str, provider: Provider, desk: Desk) -> None:
    deaf = "postgresql://nobody@127.0.0.1:1/nowhere"
    async with a_runner(database_url, provider, direct_url=deaf, poll_interval=0.2, tick_interval=30):
        await asyncio.sleep(0.5)
        await desk.queue("soon")
        await desk.until({"sent": 1}, seconds=3)


async def test_the_poll_interval_is_kept(database_url: str, provider: Provider, desk: Desk) -> None:
    deaf = "postgresql://nobody@127.0.0.1:1/nowhere"
    async with a_runner(database_url, provider, direct_url=deaf, poll_interval=30, tick_interval=30):
        await asyncio.sleep(0.5)
        await desk.queue("later")
        await asyncio.sleep(1.5)
        assert provider.posts == []


async def test_a_scheduled_text_goes_at_its_time_and_not_before(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    async with a_runner(database_url, provider, poll_interval=30, tick_interval=0.2):
        await asyncio.sleep(0.5)  # it is idle by then, and has seen nothing to wait for
        await desk.queue("at its time", seconds_ahead=1.5)
        await desk.until({"sent": 1})
    query = "select extract(epoch from sent_at - scheduled_for)::float8 as late from public.sms_messages"
    late = (await desk.rows(query))[0]["late"]
    assert 0 <= late < 1


async def test_f31_a_fast_text_waited_for_a_slow_one(database_url: str, provider: Provider, desk: Desk) -> None:
    """Failure 11: fast jobs waited minutes behind slow ones of their batch."""
    provider.behaviour = accept_after(3, only="slow")
    await desk.queue("slow", *(f"fast {number}" for number in range(40)))
    async with a_runner(database_url, provider, concurrency=2, batch_size=2):
        await desk.until({"sent": 40, "sending": 1}, seconds=2.8)
        await desk.until({"sent": 41})


async def test_no_more_texts_are_in_flight_than_there_are_slots(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    provider.behaviour = accept_after(0.1)
    await desk.queue(*(f"text {number}" for number in range(30)))
    async with a_runner(database_url, provider, concurrency=5):
        await desk.until({"sent": 30})
    assert provider.most_under_way == 5


async def test_what_was_claimed_ahead_goes_back_if_no_slot_comes_free(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    """F31: a fast job waited for slow ones; another runner may have a slot for it."""
    provider.behaviour = accept_some_then_after(6, 5)
    await desk.queue(*(f"text {number}" for number in range(20)))
    async with a_runner(database_url, provider, concurrency=2):
        await desk.until({"sent": 6, "sending": 2, "queued": 12}, seconds=4)
        assert provider.under_way == 2
    assert await desk.rows("select count(*) > 0 as some from herald.sms_attempts where outcome = 'handed_back'") == [
        {"some": True}
    ]
    assert await desk.rows(WAITING) == [{"status": "pending", "attempts": 0}]


async def test_what_goes_back_goes_back_although_its_lease_is_over_and_somebody_holds_its_row(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    """It is held in doubt by then, and the runner alone knows that nobody made a request for it."""
    provider.behaviour = accept_some_then_after(6, 1.3)
    await desk.queue(*(f"text {number}" for number in range(20)))
    async with a_runner(database_url, provider, concurrency=2):
        await desk.until({"sent": 6, "sending": 4, "queued": 10})
        await desk.rows("select herald.expire_leases(now() + interval '1 hour')")
        async with await psycopg.AsyncConnection.connect(database_url) as holder:
            await holder.execute("select from public.queue_jobs where status = 'processing' for update")
            await asyncio.sleep(1.5)
        await desk.until({"sent": 20})
    assert len(set(provider.posts)) == len(provider.posts) == 20


async def test_a_stop_hands_back_what_was_claimed_ahead(database_url: str, provider: Provider, desk: Desk) -> None:
    provider.behaviour = accept_some_then_after(6, 0.9)
    await desk.queue(*(f"text {number}" for number in range(20)))
    async with a_runner(database_url, provider, concurrency=2) as worker:
        await desk.until({"sent": 6, "sending": 4, "queued": 10})
        worker.stop()
    assert await desk.statuses() == {"sent": 8, "queued": 12}
    assert await desk.rows(WAITING) == [{"status": "pending", "attempts": 0}]


async def test_nothing_is_asked_for_when_the_slots_have_become_slow(
    database_url: str, provider: Provider, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As less is claimed ahead then, there may be room for nothing after all."""
    monkeypatch.setattr("pgherald.lane._GATHER_SLOTS", 0.2)

    async def all_at_once(fields: Mapping[str, str]) -> web.StreamResponse:
        await asyncio.sleep(0.6 - time.monotonic() % 0.6)
        return await accept(fields)

    provider.behaviour = all_at_once
    await desk.queue(*(f"text {number}" for number in range(100)))
    async with a_runner(database_url, provider, concurrency=20, batch_size=18):
        await desk.until({"sent": 100})
    assert "does not work" not in caplog.text


async def test_a_batch_is_no_larger_than_asked_for(database_url: str, provider: Provider, desk: Desk) -> None:
    await desk.queue(*(f"text {number}" for number in range(20)))
    async with a_runner(database_url, provider, batch_size=3):
        await desk.until({"sent": 20})
    batches = await desk.rows("select count(*) from herald.sms_attempts group by started_at")
    assert max(batch["count"] for batch in batches) == 3


async def test_the_rate_is_kept(database_url: str, provider: Provider, desk: Desk) -> None:
    await desk.queue(*(f"text {number}" for number in range(25)))
    began = time.monotonic()
    async with a_runner(database_url, provider, rate_per_second=10):
        await desk.until({"sent": 25})
    assert time.monotonic() - began > 1.3  # the first second's worth may go at once


async def test_f27_a_text_went_again_because_recording_it_failed(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    """Failure 6: a finished job ran again because recording its completion failed."""
    provider.behaviour = accept_after(0.5)
    wire = Wire(database_url)
    await desk.queue("once", "and once")
    async with wire.running() as through_wire, a_runner(through_wire, provider):
        await until(lambda: provider.under_way == 2)
        wire.cut()
        await until(lambda: provider.under_way == 0)
        await asyncio.sleep(4)  # longer than anybody waits for a connection
        assert await desk.statuses() == {"sending": 2}
        wire.mend()
        await desk.until({"sent": 2})
        await desk.queue("after it")
        await desk.until({"sent": 3})
    assert sorted(provider.posts) == ["after it", "and once", "once"]


async def test_nothing_more_is_claimed_than_can_be_recorded(database_url: str, provider: Provider, desk: Desk) -> None:
    """Results that cannot be written end the claims: for each slot one at work, one ahead, two to be recorded."""
    await desk.queue(*(f"text {number}" for number in range(50)))
    await desk.rows("alter function public.record_sms_results rename to hidden")
    async with a_runner(database_url, provider, concurrency=4):
        await until(lambda: len(provider.posts) == 16)
        await asyncio.sleep(1)
        assert len(provider.posts) == 16
        await desk.rows("alter function public.hidden rename to record_sms_results")
        await desk.until({"sent": 50})
    assert len(set(provider.posts)) == len(provider.posts) == 50


async def test_one_result_that_is_refused_does_not_hold_up_the_others(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    await desk.rows(
        """
        create function public.refuse() returns trigger language plpgsql as $$
        begin
          raise exception 'not this one' using errcode = '22023';
        end $$;
        create trigger t99_refuse before update on public.sms_messages
        for each row when (new.message_content = 'bad' and new.twilio_sid is not null)
        execute function public.refuse();
        """
    )
    await desk.queue("bad", *(f"good {number}" for number in range(10)))
    async with a_runner(database_url, provider):
        await desk.until({"sent": 10, "sending": 1})
        await desk.rows("drop trigger t99_refuse on public.sms_messages")
        await desk.until({"sent": 11})
    assert len(provider.posts) == 11


async def test_f29_a_long_text_was_reclaimed_while_it_was_sent(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    """F29: a long job was reclaimed while it ran."""
    provider.behaviour = accept_after(3)
    await desk.queue("long")
    async with a_runner(database_url, provider, lease=1.2, tick_interval=0.1):
        await until(lambda: provider.under_way == 1)
        await asyncio.sleep(2.5)
        assert await desk.rows("select outcome from herald.sms_attempts") == [{"outcome": None}]
        await desk.until({"sent": 1})


async def test_f32_a_result_came_after_the_lease(
    database_url: str, provider: Provider, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """F23: a reclaimed job was completed by its old owner."""
    provider.behaviour = accept_after(0.7)
    await desk.queue("mine no more")
    async with a_runner(database_url, provider, lease=1):
        await until(lambda: provider.under_way == 1)
        await desk.rows("update public.queue_jobs set processing_token = gen_random_uuid()")
        await until(lambda: "was not recorded" in caplog.text)
    assert "lost the lease" in caplog.text
    assert await desk.statuses() == {"sending": 1}


@pytest.mark.parametrize("status", [500, 503, 408])
async def test_f101_an_exception_after_the_yes_sent_it_again(
    database_url: str, provider: Provider, desk: Desk, status: int
) -> None:
    """Failure 22: a retry after a time-out sent the text twice or three times."""
    provider.behaviour = refuse(status, 20500)
    await desk.queue("perhaps")
    async with a_runner(database_url, provider):
        await until(lambda: len(provider.posts) == 1)
        await asyncio.sleep(1)
    assert provider.posts == ["perhaps"]
    assert await desk.statuses() == {"sending": 1}
    assert await desk.rows("select outcome from herald.sms_attempts") == [{"outcome": "unknown"}]


async def test_a_text_without_an_answer_in_time_is_not_sent_again(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    provider.behaviour = accept_after(5)
    await desk.queue("perhaps")
    async with a_runner(database_url, provider, send_timeout=0.5):
        await until(lambda: len(provider.posts) == 1)
        await asyncio.sleep(1.5)
    assert provider.posts == ["perhaps"]
    assert await desk.rows("select outcome, http_status from herald.sms_attempts") == [
        {"outcome": "unknown", "http_status": None}
    ]


async def test_a_throttled_text_goes_when_the_provider_said(database_url: str, provider: Provider, desk: Desk) -> None:
    async def throttle_first(fields: Mapping[str, str]) -> web.StreamResponse:
        first = len(provider.posts) == 1
        return await (refuse(429, 20429, **{"Retry-After": "1"}) if first else accept)(fields)

    provider.behaviour = throttle_first
    await desk.queue("patience")
    began = time.monotonic()
    async with a_runner(database_url, provider):
        await desk.until({"sent": 1})
    assert time.monotonic() - began >= 1
    assert len(provider.posts) == 2


async def test_refused_credentials_are_told_once_and_stop_the_claims(
    database_url: str, provider: Provider, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    provider.behaviour = refuse(401, 20003)
    await desk.queue(*(f"text {number}" for number in range(20)))
    async with a_runner(database_url, provider, concurrency=2):
        await until(lambda: len(provider.posts) >= 2)
        await asyncio.sleep(1)
        assert len(provider.posts) <= 4
    assert await desk.statuses() == {"queued": 20}
    told = [record.getMessage() for record in caplog.records if "refuses our account" in record.getMessage()]
    assert len(told) == 1
    assert "TWILIO_AUTH_TOKEN" in told[0]


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (401, 20003), (400, 21606)])
async def test_what_was_claimed_ahead_goes_back_when_the_sender_has_to_rest(
    database_url: str, provider: Provider, desk: Desk, status: int, code: int
) -> None:
    async def refuse_in_the_end(fields: Mapping[str, str]) -> web.StreamResponse:
        if len(provider.posts) <= 6:
            return await accept(fields)
        await asyncio.sleep(0.4)
        return await refuse(status, code, **{"Retry-After": "60"})(fields)

    provider.behaviour = refuse_in_the_end
    await desk.queue(*(f"text {number}" for number in range(20)))
    async with a_runner(database_url, provider, concurrency=2):
        await desk.until({"sent": 6, "sending": 4, "queued": 10})
        await desk.until({"sent": 6, "queued": 14})
    assert len(provider.posts) == 8
    assert await desk.rows("select distinct attempts from public.queue_jobs where status <> 'completed'") == [
        {"attempts": 0}
    ]


async def test_f33_a_deploy_left_texts_sending(database_url: str, provider: Provider, desk: Desk) -> None:
    """Failure 13: deploys left jobs processing, charged with an attempt."""
    provider.behaviour = accept_after(0.7)
    await desk.queue(*(f"text {number}" for number in range(20)))
    async with a_runner(database_url, provider, concurrency=5) as worker:
        await until(lambda: provider.under_way == 5)
        worker.stop()
    assert await desk.statuses() == {"sent": 5, "queued": 15}
    assert await desk.rows(WAITING) == [{"status": "pending", "attempts": 0}]


async def test_f33_a_deploy_cost_an_attempt(database_url: str, provider: Provider, desk: Desk) -> None:
    await desk.queue("one", "two")
    async with await psycopg.AsyncConnection.connect(database_url) as blocker:
        await blocker.execute("lock table herald.sms_attempts in exclusive mode")
        async with a_runner(database_url, provider) as worker:
            await desk.until_somebody_waits()
            worker.stop()
            await blocker.rollback()
    assert provider.posts == []
    assert await desk.statuses() == {"queued": 2}
    jobs = await desk.rows("select distinct status::text, attempts from public.queue_jobs")
    assert jobs == [{"status": "pending", "attempts": 0}]


async def test_what_the_grace_time_does_not_suffice_for_is_held(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    provider.behaviour = accept_after(5)
    await desk.queue("too long")
    began = time.monotonic()
    async with a_runner(database_url, provider, grace=0.3) as worker:
        await until(lambda: provider.under_way == 1)
        worker.stop()
    assert time.monotonic() - began < 4
    assert await desk.statuses() == {"sending": 1}
    assert await desk.rows("select outcome from herald.sms_attempts") == [{"outcome": "unknown"}]


async def test_a_second_signal_hurries(database_url: str, provider: Provider, desk: Desk) -> None:
    provider.behaviour = accept_after(20)
    await desk.queue("too long")
    began = time.monotonic()
    async with a_runner(database_url, provider, grace=60, send_timeout=30) as worker:
        await until(lambda: provider.under_way == 1)
        worker.stop()
        await asyncio.sleep(0.2)
        worker.stop()
    assert time.monotonic() - began < 4
    assert await desk.rows("select outcome from herald.sms_attempts") == [{"outcome": "unknown"}]


async def test_stopping_ends_although_the_database_is_away(database_url: str, provider: Provider, desk: Desk) -> None:
    provider.behaviour = accept_after(0.5)
    wire = Wire(database_url)
    await desk.queue("lost")
    async with wire.running() as through_wire:
        began = time.monotonic()
        async with a_runner(through_wire, provider, grace=1) as worker:
            await until(lambda: provider.under_way == 1)
            wire.cut()
            worker.stop()
            worker.stop()
        assert time.monotonic() - began < 6
    assert provider.posts == ["lost"]


async def test_a_runner_that_may_claim_nothing_does_not_ask_in_a_hot_loop(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    """Something is due, and another session is at it."""
    await desk.queue("kept", "as well")
    async with await psycopg.AsyncConnection.connect(database_url) as keeper:
        await keeper.execute("select from public.queue_jobs for update")
        async with a_runner(database_url, provider, poll_interval=0.5, tick_interval=30):
            await asyncio.sleep(1)
            before = await calls(desk)
            await asyncio.sleep(2)
            # Every lane looks twice a second; asking without a pause would be many hundreds.
            assert await calls(desk) - before < 100
            assert provider.posts == []
            await keeper.rollback()
            await desk.until({"sent": 2})


async def test_a_text_wakes_all_idle_runners_and_one_of_them_claims(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    await count_function_calls(desk)
    async with AsyncExitStack() as stack:
        for _ in range(6):
            await stack.enter_async_context(a_runner(database_url, provider, poll_interval=30, tick_interval=30))
        await asyncio.sleep(0.5)
        for number in range(30):
            await desk.queue(f"text {number}")
            await asyncio.sleep(0.2)
        await desk.until({"sent": 30})
    # If all of them claimed, and again at the second look: 360.
    assert await function_calls(desk, "claim_sms") < 150


async def test_an_idle_runner_looks_and_does_not_claim(database_url: str, provider: Provider, desk: Desk) -> None:
    await count_function_calls(desk)
    async with a_runner(database_url, provider, poll_interval=0.05, tick_interval=30):
        await asyncio.sleep(2)
    assert await function_calls(desk, "claim_sms") == 1
    assert await function_calls(desk, "next_claim_at") > 5


async def test_the_plans_of_a_claim_are_made_before_there_is_a_text(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    await count_function_calls(desk)
    async with a_runner(database_url, provider):
        await asyncio.sleep(0.5)
    assert await function_calls(desk, "decide_sms") == 1


async def count_function_calls(desk: Desk) -> None:
    """Have the server count how often each function is called, in sessions that begin after this."""
    await desk.rows(
        """
        do $$ begin execute format('alter database %I set track_functions = %L', current_database(), 'all'); end $$
        """
    )


async def function_calls(desk: Desk, name: str) -> int:
    """Tell how often a function was called by sessions that have ended."""
    await asyncio.sleep(0.2)
    rows = await desk.rows(
        "select coalesce(sum(calls), 0)::integer as calls from pg_stat_user_functions where funcname = %s", name
    )
    return int(rows[0]["calls"])


async def calls(desk: Desk) -> int:
    """Count the transactions that the database has seen."""
    await desk.rows("select pg_stat_force_next_flush()")
    rows = await desk.rows("select xact_commit from pg_stat_database where datname = current_database()")
    return int(rows[0]["xact_commit"])


async def test_logs_name_texts_by_id_only(
    database_url: str, provider: Provider, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    provider.behaviour = refuse(400, 21211)
    (message_id,) = await desk.queue("a body nobody else may read")
    async with a_runner(database_url, provider):
        await desk.until({"failed": 1})
    number = (await desk.rows("select phone_number from public.sms_messages"))[0]["phone_number"]
    told = json.dumps([[record.getMessage(), vars(record)] for record in caplog.records], default=str)
    assert str(message_id) in told
    assert number not in told
    assert "a body nobody" not in told
    assert "test-token" not in told


def accept_some_then_after(some: int, seconds: float) -> Behaviour:
    """Say yes to the first few at once, and late to the others."""
    late = accept_after(seconds)
    taken = iter(range(some))

    async def behaviour(fields: Mapping[str, str]) -> web.StreamResponse:
        return await (late if next(taken, None) is None else accept)(fields)

    return behaviour
