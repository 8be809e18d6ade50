"""Texts in doubt and texts without a report, and a runner that asks Twilio what became of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientSession, encode_basic_auth

from pgherald.database import Look
from pgherald.settings import Secret, TwilioSettings
from pgherald.simulator import FaultKind, Simulator
from pgherald.twilio import Findings, Twilio
from stage import SENDER, Desk, a_runner

QUICK: dict[str, Any] = {"tick_interval": 0.2, "reconcile_interval": 0.2}


async def make_quick(desk: Desk, *, on_unknown: str = "hold", settle_time: str = "2 seconds") -> None:
    """Have looks at once, and decisions soon."""
    await desk.rows(
        """
        update herald.settings
        set first_look = '0.2 seconds', report_time = '0.5 seconds', settle_time = %s::interval, on_unknown = %s
        """,
        settle_time,
        on_unknown,
    )


@asynccontextmanager
async def a_client(simulator: Simulator, **changes: str) -> AsyncIterator[Twilio]:
    """Give a client of the simulated account."""
    settings = TwilioSettings(
        account_sid=simulator.account_sid,
        auth_token=Secret(changes.get("auth_token", simulator.auth_token)),
        sender=SENDER,
        api_url=changes.get("api_url", simulator.base_url),
        connect_timeout=1,
        send_timeout=2,
    )
    async with Twilio(settings, connections=2) as twilio:
        yield twilio


def a_look(number: str, sid: str | None = None, *, seconds_ago: float = 60) -> Look:
    return Look(
        attempt_id=uuid4(),
        look_token=uuid4(),
        message_id=uuid4(),
        phone_number=number,
        twilio_sid=sid,
        created_after=datetime.now(UTC) - timedelta(seconds=seconds_ago),
        correlation_id=uuid4(),
    )


@pytest.mark.parametrize("kind", ["accept_then_error", "accept_then_drop", "accept_then_hang", "truncate", "garble"])
async def test_what_twilio_took_without_saying_so_is_found_in_its_list(
    database_url: str, simulator: Simulator, kind: FaultKind
) -> None:
    """Failure 22: a retry after a time-out sent the text twice or three times."""
    desk = Desk(database_url)
    await make_quick(desk)
    simulator.faults.add(kind, times=8)
    await desk.queue(*(f"text {number}" for number in range(12)))
    # No reports reach us: only the list and the messages themselves tell.
    async with a_runner(database_url, simulator, send_timeout=0.5, **QUICK):
        await desk.until({"delivered": 12})
    assert len(simulator.requests) == 12
    rows = await desk.rows("select twilio_sid, message_content from public.sms_messages")
    assert {row["twilio_sid"]: row["message_content"] for row in rows} == {
        message.sid: message.body for message in simulator.messages
    }


async def test_two_accounts_on_one_database_leave_each_others_texts_alone(
    database_url: str, simulator: Simulator
) -> None:
    """The list of one account does not have the texts of the other, and that proves nothing about them."""
    desk = Desk(database_url)
    await make_quick(desk, on_unknown="resend", settle_time="0.5 seconds")
    number, account = "+15005550000", f"AC{uuid4().hex}"
    await desk.rows("select herald.register_sender(%s, p_account => %s)", number, account)
    await desk.queue("of the other account")
    await desk.rows(
        """
        select herald.settle_sms(jsonb_agg(to_jsonb(claimed) || '{"outcome": "unknown"}'), now())
        from public.claim_sms(%s) as claimed
        """,
        number,
    )
    await desk.rows("update public.sms_messages set look_at = now() - interval '1 hour' where status = 'sending'")
    async with a_runner(database_url, simulator, **QUICK):
        await desk.queue("one")
        await desk.until({"delivered": 1, "sending": 1})
        await asyncio.sleep(1)
    assert [message.body for message in simulator.messages] == ["one"]
    looks = await desk.rows("select looks from herald.sms_attempts where account = %s", account)
    assert looks == [{"looks": 0}]


async def test_a_list_that_lags_behind_is_looked_at_again(database_url: str, simulator: Simulator) -> None:
    desk = Desk(database_url)
    await make_quick(desk)
    simulator.faults.list_lag = 1.5
    simulator.faults.add("accept_then_drop", times=3)
    await desk.queue("one", "two", "three")
    async with a_runner(database_url, simulator, **QUICK):
        await desk.until({"sending": 3})
        await desk.until({"delivered": 3})
    looks = await desk.rows("select looks from herald.sms_attempts")
    assert all(row["looks"] > 1 for row in looks)


@pytest.mark.parametrize(("on_unknown", "end"), [("hold", {"sending": 4}), ("resend", {"delivered": 4})])
async def test_what_is_not_found_is_held_or_sent_again_as_the_setting_says(
    database_url: str, simulator: Simulator, on_unknown: str, end: dict[str, int]
) -> None:
    desk = Desk(database_url)
    await make_quick(desk, on_unknown=on_unknown)
    simulator.faults.add("drop", times=4)
    await desk.queue("one", "two", "three", "four")
    async with a_runner(database_url, simulator, **QUICK):
        await desk.until({"sending": 4})
        await asyncio.sleep(1)
        assert await desk.statuses() == {"sending": 4}, "nothing is sent again within the settle time"
        await asyncio.sleep(2.5)
        await desk.until(end)
    assert len(simulator.messages) == end.get("delivered", 0)


async def test_the_same_words_twice_to_one_number_are_matched_one_to_one(
    database_url: str, simulator: Simulator
) -> None:
    desk = Desk(database_url)
    await make_quick(desk)
    simulator.faults.list_lag = 1
    simulator.faults.add("accept_then_drop", times=3)
    await desk.queue("the same")
    await desk.rows(
        """
        select public.queue_sms_message(user_id, phone_number, message_content)
        from public.sms_messages cross join generate_series(1, 2)
        """
    )
    async with a_runner(database_url, simulator, **QUICK):
        await desk.until({"delivered": 3})
    rows = await desk.rows("select twilio_sid from public.sms_messages")
    assert {row["twilio_sid"] for row in rows} == {message.sid for message in simulator.messages}


async def test_two_runners_ask_about_a_text_once(database_url: str, simulator: Simulator) -> None:
    desk = Desk(database_url)
    await desk.rows("update herald.settings set first_look = '1 second', settle_time = '1 minute'")
    simulator.faults.add("accept_then_drop", times=30)
    await desk.queue(*(f"text {number}" for number in range(30)))
    async with a_runner(database_url, simulator, **QUICK), a_runner(database_url, simulator, **QUICK):
        await desk.until({"delivered": 30})
    assert await desk.rows("select looks, count(*) from herald.sms_attempts group by 1") == [{"looks": 1, "count": 30}]


async def test_the_end_of_a_text_is_asked_for_if_no_report_comes(database_url: str, simulator: Simulator) -> None:
    """Failure 7: a delivery said sent, and the provider's failure never reached it."""
    desk = Desk(database_url)
    await make_quick(desk)
    await desk.queue("arrives", "does not")
    await desk.rows(
        """
        with changed as (
          update public.user_sms_preferences as wishes
          set phone_number = '+15005530003', phone_verified = true, phone_verified_at = now()
          from public.sms_messages as message
          where message.user_id = wishes.user_id and message.message_content = 'does not'
        )
        update public.sms_messages set phone_number = '+15005530003' where message_content = 'does not'
        """
    )
    async with a_runner(database_url, simulator, **QUICK):
        await desk.until({"delivered": 1, "undelivered": 1})
    rows = await desk.rows("select twilio_error_code from public.sms_messages where status = 'undelivered'")
    assert rows == [{"twilio_error_code": 30003}]


async def test_the_list_is_read_page_by_page_as_far_back_as_needed(simulator: Simulator) -> None:
    number = "+15005550123"
    headers = {"Authorization": encode_basic_auth(simulator.account_sid, simulator.auth_token)}
    url = f"{simulator.base_url}/2010-04-01/Accounts/{simulator.account_sid}/Messages.json"
    async with ClientSession(headers=headers) as session:
        for place in range(250):
            form = {"To": number if place % 50 else "+15005550124", "From": SENDER, "Body": f"text {place}"}
            async with session.post(url, data=form) as answer:
                assert answer.status == 201
    async with a_client(simulator) as twilio:
        findings = await twilio.look_up(a_look(number))
        assert findings.is_complete
        assert {entry.sid for entry in findings.entries} == {
            message.sid for message in simulator.messages if message.to == number
        }
        assert (await twilio.look_up(a_look(number, seconds_ago=-60))) == Findings(is_complete=True)
        one = simulator.messages[3]
        (entry,) = (await twilio.look_up(a_look(number, one.sid))).entries
        assert (entry.sid, entry.body, entry.to_number, entry.from_number) == (one.sid, "text 3", number, SENDER)
        assert number not in repr(findings)
        assert "text 3" not in repr(entry)


@pytest.mark.parametrize(
    ("changes", "sid", "problem"),
    [
        ({"auth_token": "wrong"}, None, "HTTP status 401"),
        ({"auth_token": "wrong"}, f"SM{'0' * 32}", "HTTP status 401"),
        ({}, f"SM{'0' * 32}", "HTTP status 404"),
        ({"api_url": "http://127.0.0.1:1"}, None, "ClientConnectorError"),
    ],
)
async def test_a_look_that_fails_finds_nothing_and_proves_nothing(
    simulator: Simulator, changes: dict[str, str], sid: str | None, problem: str
) -> None:
    async with a_client(simulator, **changes) as twilio:
        findings = await twilio.look_up(a_look("+15005550123", sid))
    assert not findings.entries
    assert not findings.is_complete
    assert findings.problem is not None
    assert problem in findings.problem


async def test_the_reconcile_interval_is_kept(database_url: str, simulator: Simulator) -> None:
    desk = Desk(database_url)
    await make_quick(desk)
    async with a_runner(database_url, simulator, tick_interval=0.2, reconcile_interval=30):
        await asyncio.sleep(0.5)
        await desk.queue("nobody asks yet")
        await desk.until({"sent": 1})
        await asyncio.sleep(2)
        assert await desk.statuses() == {"sent": 1}
