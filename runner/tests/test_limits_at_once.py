"""Limits are exact, however many claim at once."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from stage import SENDER, TWENTY, Connection, at_once, rows, value

NOON: Final = datetime(2026, 6, 15, 12, tzinfo=UTC)
TEXTS: Final = 100
DAILY, HOURLY = 10, 7


class Clock:
    """A clock that begins at noon of a fixed day, so that no run comes near to midnight, and runs fast."""

    def __init__(self) -> None:
        """Begin."""
        self.began_at = time.monotonic()
        self.later = timedelta()

    def now(self) -> datetime:
        """Give the instant."""
        return NOON + self.later + timedelta(seconds=10 * (time.monotonic() - self.began_at))


async def users_with_texts(connection: Connection, number: int, **limits: int | None) -> list[UUID]:
    """Make users with these limits, each with a hundred texts that are due."""
    found = []
    for _ in range(number):
        user_id = await value(connection, "select tests.a_user_with_phone()")
        await rows(
            connection,
            """
            update user_sms_preferences
            set timezone = 'UTC', daily_sms_limit = %s, hourly_sms_limit = %s, daily_sms_count = 0,
              daily_count_reset_at = '2026-06-15 09:00+00'
            where user_id = %s
            """,
            *(limits["daily"], limits["hourly"], user_id),
        )
        await rows(
            connection,
            """
            insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, max_attempts)
            select %s, tests.phone_of(%s), 'hello', 'scheduled', '2026-06-15 11:59+00', 9
            from generate_series(1, %s)
            """,
            *(user_id, user_id, TEXTS),
        )
        found.append(user_id)
    while await value(connection, "select herald.promote_due_messages('2026-06-15 12:00+00')"):
        pass
    return found


async def record(connection: Connection, claimed: Sequence[tuple[UUID, ...]], clock: Clock, *, taken: bool) -> None:
    """Tell what became of these, until it is on record."""
    answer = {"http_status": 201} if taken else {"maybe_accepted": False}
    results = [
        {
            "job_id": str(job),
            "processing_token": str(token),
            "attempt_id": str(attempt),
            "sid": f"SM{attempt.hex}" if taken else None,
            **answer,
        }
        for job, token, attempt, *_ in claimed
    ]
    while results:
        recorded = await rows(
            connection, "select job_id, recorded from record_sms_results(%s, %s)", Jsonb(results), clock.now()
        )
        assert False not in {each for _, each in recorded}
        waiting = {str(job) for job, each in recorded if each is None}
        results = [result for result in results if result["job_id"] in waiting]


async def claim_until_nothing_comes(
    connection: Connection, clock: Clock, rng: random.Random, *, refused: float = 0, handed_back: float = 0
) -> list[UUID]:
    """Claim and record; give the users of the texts that the provider took."""
    runner = f"runner {rng.random()}"
    taken: list[UUID] = []
    empty = 0
    while empty < 5:
        claimed = await rows(
            connection,
            """
            select job_id, processing_token, attempt_id, message.user_id
            from claim_sms(%s, %s, '2 minutes', %s, %s) as claim
            inner join sms_messages as message on message.id = claim.message_id
            """,
            *(SENDER, rng.randint(1, 40), runner, clock.now()),
        )
        # What somebody held comes back after a second.
        soon = "select count(*) from queue_jobs where status in ('pending', 'retrying') and scheduled_for <= %s"
        busy = await value(connection, soon, clock.now() + timedelta(seconds=3))
        empty = 0 if claimed or busy else empty + 1
        fate = rng.random()
        if not claimed:
            await asyncio.sleep(0.02)
            continue
        if fate < handed_back:
            # What others hold is not waited for.
            outstanding = "select count(*) from herald.sms_attempts where runner = %s and outcome is null"
            while await value(connection, outstanding, runner):
                await rows(connection, "select hand_back_unseen_sms(%s, '{}', %s)", runner, clock.now())
            continue
        no = fate < handed_back + refused
        await record(connection, claimed, clock, taken=not no)
        if not no:
            taken += [user_id for *_, user_id in claimed]
    return taken


def errors(answers: Sequence[object]) -> list[object]:
    return [answer for answer in answers if isinstance(answer, BaseException)]


async def nothing_is_lost(connection: Connection, users: Sequence[UUID]) -> None:
    """Each text went, or waits, or says why it does not."""
    lost = """
        select user_id, status::text, count(*) from sms_messages
        where status not in ('sent', 'scheduled') or (status = 'scheduled' and defer_reason not like 'limits: %%')
        group by 1, 2
    """
    assert await rows(connection, lost) == []
    assert await value(connection, "select count(*) from sms_messages") == TEXTS * len(users)
    assert await value(connection, "select count(*) from queue_jobs where status <> 'completed'") == 0
    counted = """
        select count(*) from user_sms_preferences as wishes
        where daily_sms_count <> (
          select count(*) from sms_messages as message where message.user_id = wishes.user_id and status = 'sent'
        )
    """
    assert await value(connection, counted) == 0


async def test_f85_twenty_claimers_broke_the_limits(connections: Sequence[Connection]) -> None:
    daily = await users_with_texts(connections[0], 4, daily=DAILY, hourly=None)
    hourly = await users_with_texts(connections[0], 4, daily=None, hourly=HOURLY)
    clock = Clock()
    answers = await at_once(
        connections,
        lambda each: claim_until_nothing_comes(each, clock, random.Random(connections.index(each))),  # noqa: S311
    )
    assert errors(answers) == []
    taken = Counter(user for users in answers for user in users)
    assert taken == Counter({**dict.fromkeys(daily, DAILY), **dict.fromkeys(hourly, HOURLY)})
    await nothing_is_lost(connections[0], [*daily, *hourly])


async def test_what_did_not_go_leaves_its_place_to_others(connections: Sequence[Connection]) -> None:
    """Some are refused and some handed back, by all at once: in the end exactly the limit has gone."""
    daily = await users_with_texts(connections[0], 2, daily=DAILY, hourly=None)
    hourly = await users_with_texts(connections[0], 2, daily=None, hourly=HOURLY)
    clock = Clock()
    taken: Counter[UUID] = Counter()
    for phase in range(4):
        chance = 0.4 if phase < 3 else 0
        answers = await at_once(
            connections,
            lambda each: claim_until_nothing_comes(
                each,
                clock,
                random.Random(connections.index(each) + TWENTY * phase),  # noqa: B023, S311
                refused=chance,  # noqa: B023
                handed_back=chance / 2,  # noqa: B023
            ),
        )
        assert errors(answers) == []
        taken.update(user for users in answers for user in users)
        for user_id in daily:
            assert taken[user_id] <= DAILY
        for user_id in hourly:
            assert taken[user_id] <= HOURLY
        # What was refused is tried again after some minutes, and what waited for a place is asked about anew.
        clock.later += timedelta(minutes=10)
        await rows(connections[0], "update sms_messages set scheduled_for = deferred_from where status = 'scheduled'")
        while await value(connections[0], "select herald.promote_due_messages(%s)", clock.now()):
            pass
    answers = await at_once(
        connections,
        lambda each: claim_until_nothing_comes(each, clock, random.Random(connections.index(each))),  # noqa: S311
    )
    taken.update(user for users in answers for user in users)
    assert taken == Counter({**dict.fromkeys(daily, DAILY), **dict.fromkeys(hourly, HOURLY)})
    await nothing_is_lost(connections[0], [*daily, *hourly])


async def test_whoever_counts_by_hand_counts_with_the_claimers(connections: Sequence[Connection]) -> None:
    users = await users_with_texts(connections[0], 4, daily=DAILY, hourly=None)
    clock = Clock()
    counted: Counter[UUID] = Counter()

    async def count(connection: Connection) -> list[UUID]:
        rng = random.Random(connections.index(connection))  # noqa: S311
        for _ in range(6):
            await count_one(connection, rng.choice(users))
        return []

    async def count_one(connection: Connection, user_id: UUID) -> None:
        query = "select allowed from check_and_increment_sms_daily_limit(%s, 1, 10, %s)"
        # Not in one line: others count while this one waits.
        is_allowed = await value(connection, query, user_id, clock.now())
        counted[user_id] += is_allowed

    async def work(connection: Connection) -> list[UUID]:
        if connections.index(connection) % 2:
            return await count(connection)
        rng = random.Random(connections.index(connection))  # noqa: S311
        return await claim_until_nothing_comes(connection, clock, rng)

    for user_id in users:
        await count_one(connections[1], user_id)
    answers = await at_once(connections, work)
    assert errors(answers) == []
    taken = Counter(user for users in answers for user in users)
    assert {user_id: taken[user_id] + counted[user_id] for user_id in users} == dict.fromkeys(users, DAILY)
    assert taken.total() > 0
