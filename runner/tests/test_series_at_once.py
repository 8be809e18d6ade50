"""Series that somebody changes while they recur, or while a runner takes one of them: one of the two orders."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest

from stage import SENDER, Connection, rows, value

CLAIM = f"select message_content from claim_sms('{SENDER}', p_now => now() + interval '4 minutes')"  # noqa: S608


async def a_series(connection: Connection, rule: str = "FREQ=DAILY") -> UUID:
    """Make a daily series whose next occurrence is in three minutes."""
    user_id = await value(connection, "select tests.a_user_with_phone()")
    made: UUID = await value(
        connection,
        """
        select queue_sms_message(
          %s, null, 'old words', p_scheduled_for => now() + interval '3 minutes', p_recurrence_pattern => %s
        )
        """,
        *(user_id, rule),
    )
    return made


async def meanwhile(first: Connection, begun: str, second: Connection, query: str, *values: object) -> Any:  # noqa: ANN401
    """Begin something on one connection, have the other wait for it, and end it."""
    await rows(first, "begin")
    await rows(first, begun)
    other = asyncio.create_task(rows(second, query, *values))
    waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    for _ in range(100):
        if other.done() or await value(first, waits):
            break
        await asyncio.sleep(0.02)
    await rows(first, "commit")
    return await other


@pytest.mark.parametrize("way", ["select cancel_sms(%s)", "select end_sms_series(%s)"])
async def test_a_series_that_is_cancelled_while_it_recurs_sends_nothing(
    connections: Sequence[Connection], way: str
) -> None:
    first, second = connections[:2]
    series = await a_series(first)
    await meanwhile(first, "select herald.recur_series(now(), false)", second, way, series)
    await rows(first, "select tick()")
    assert await rows(first, CLAIM) == []
    left = "select count(*) from sms_messages where status <> 'cancelled'"
    assert await value(first, left) == 0


@pytest.mark.parametrize(
    "way",
    [
        "select change_sms_series(%s, scheduled_for, 'new words') from sms_messages where occurrence is not null",
        "select change_sms_occurrence(%s, scheduled_for, 'new words') from sms_messages where occurrence is not null",
        "select skip_sms_occurrence(%s, scheduled_for) from sms_messages where occurrence is not null",
    ],
)
async def test_an_occurrence_that_a_runner_takes_is_not_changed_any_more(
    connections: Sequence[Connection], way: str
) -> None:
    first, second = connections[:2]
    series = await a_series(first)
    await rows(first, "select tick()")
    with pytest.raises(psycopg.Error) as refused:
        await meanwhile(first, CLAIM, second, way, series)
    assert refused.value.sqlstate == "SMS01"
    await rows(first, "select tick()")
    assert await rows(first, "select message_content from sms_messages where status = 'sending'") == [("old words",)]
    assert await value(first, "select count(*) from sms_messages") == 2


async def test_a_user_who_moves_while_a_series_recurs_loses_nothing(connections: Sequence[Connection]) -> None:
    first, second = connections[:2]
    await a_series(first, "FREQ=DAILY;COUNT=3")
    moves = "update user_sms_preferences set timezone = 'America/New_York'"
    await meanwhile(first, "select herald.recur_series(now(), false)", second, moves)
    query = (
        "select recurrence_pattern, recurrence_last is not null from sms_messages where recurrence_pattern is not null"
    )
    assert await rows(first, query) == [("FREQ=DAILY;COUNT=3", True)]
    ahead = (
        "select count(*) from sms_messages as series, list_sms_occurrences(series.id) where recurrence_pattern <> ''"
    )
    assert await value(first, ahead) == 3
