"""Quiet hours against Python's clocks: random hours, zones and instants, most of them about when clocks are turned."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from typing import Final

import psycopg
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from year import ZONES, clock, common_zones
from year_judge import is_between, shown, turns_of

FIRST, LAST = date(2026, 1, 1), date(2027, 1, 1)
MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
Hours = tuple[clock_time, clock_time, str]


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True, options="-c TimeZone=UTC") as connection:
        connection.execute("select tests.a_user_with_phone()")
        connection.execute(
            "insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from users"
        )
        connection.execute(
            """
            update user_notification_preferences
            set sms_enabled = true, push_enabled = false, email_enabled = false, in_app_enabled = false
            """
        )
        connection.execute("select emit_notification_event('calendar.sync_failed')")
        yield connection


def agreed(connection: psycopg.Connection) -> set[str]:
    midnight = clock_time(tzinfo=UTC)
    return set(common_zones(connection, datetime.combine(FIRST, midnight), datetime.combine(LAST, midnight)))


def verdicts(connection: psycopg.Connection, ats: list[datetime]) -> list[tuple[str, datetime | None]]:
    """Ask the gate about the one text there is, at each of these instants."""
    rows = connection.execute(
        """
        select verdict, until
        from herald.decide_sms(array(select message from sms_messages as message, unnest(%s::timestamptz[])), %s)
        where gate = 'quiet_hours'
        order by place
        """,
        [ats, ats],
    )
    return rows.fetchall()


def wish(connection: psycopg.Connection, own: Hours | None, events: Hours | None) -> None:
    begins, ends, zone = own or (None, None, "UTC")
    connection.execute(
        "update user_sms_preferences set quiet_hours_start = %s, quiet_hours_end = %s, timezone = %s",
        [begins, ends, zone],
    )
    begins, ends, zone = events or (None, None, "UTC")
    connection.execute(
        """
        update user_notification_preferences
        set quiet_hours_enabled = %s, quiet_hours_start = coalesce(%s::time, '00:00'),
          quiet_hours_end = coalesce(%s::time, '00:00'),
          timezone = %s
        """,
        [events is not None, begins, ends, zone],
    )


def is_closed(hours: Hours, at: datetime) -> bool:
    begins, ends, zone = hours
    return is_between(shown(at, zone).time(), begins, ends)


def may_be_closed(hours: Hours, at: datetime) -> bool:
    """Tell whether the hours are closed, too near for ten seconds, or would be, were the clocks not turned just then.

    Where a bound happens twice or not at all, quiet hours are the longer ones: by no more than the turn, about it.
    """
    begins, ends, zone = hours
    near = (at, at + timedelta(seconds=9.9))
    if any(is_closed(hours, each) for each in near):
        return True
    by_side = [(at + side).astimezone(clock(zone)).utcoffset() or timedelta() for side in (-2 * DAY, 2 * DAY)]
    if any(is_between((each + offset).time(), begins, ends) for each in near for offset in by_side):
        return True
    turned_by = int(abs(by_side[1] - by_side[0]) / MINUTE)
    is_near = any(abs(at - turn) <= turned_by * MINUTE for turn in turns_of(zone, FIRST, LAST))
    return is_near and any(is_closed(hours, at + n * MINUTE) for n in range(-turned_by, turned_by + 1))


@st.composite
def questions(draw: st.DrawFn) -> tuple[Hours, datetime]:
    """Make up quiet hours and an instant, near to their bounds and to a change of the clocks."""
    zone = draw(st.sampled_from(ZONES))
    turns = turns_of(zone, FIRST, LAST) or [datetime(2026, 6, 15, tzinfo=UTC)]
    turn = draw(st.sampled_from(turns))
    at = turn + draw(st.integers(-60 * 26, 60 * 26)) * MINUTE
    near = st.integers(-150, 150).map(lambda n: shown(turn + n * MINUTE, zone).time().replace(second=0, fold=0))
    times = st.one_of(near, st.integers(0, 1439).map(lambda n: clock_time(n // 60, n % 60)))
    begins, ends = draw(times), draw(times)
    if draw(st.booleans()):
        bound = draw(st.sampled_from((begins, ends)))
        wall = datetime.combine(shown(turn, zone).date(), bound.replace(fold=draw(st.integers(0, 1))), clock(zone))
        at = wall.astimezone(UTC) + draw(st.sampled_from((-60, -11, -10, -9, -1, 0, 1, 59))) * timedelta(seconds=1)
    return (begins, ends, zone), at


def test_quiet_hours_are_what_the_clock_on_the_wall_says(connection: psycopg.Connection) -> None:
    """F87, F88; failures 8 and 24: no text in quiet hours, and none held up outside of them."""
    zones = agreed(connection)

    @settings(max_examples=700)
    @given(questions())
    def agree(question: tuple[Hours, datetime]) -> None:
        hours, at = question
        assume(hours[2] in zones)
        wish(connection, hours, None)
        [(verdict, until)] = verdicts(connection, [at])
        if is_closed(hours, at):
            assert verdict == "defer"
        if verdict == "defer":
            assert may_be_closed(hours, at)
            assert until is not None
            assert at < until
            # Nothing is held up for longer than it has to be.
            assert may_be_closed(hours, until - timedelta(seconds=1))
            assert not is_closed(hours, until)
        elif until is not None:
            # What may go now may arrive until then.
            minutes = int((until - timedelta(seconds=1) - at) / MINUTE)
            assert not any(is_closed(hours, at + n * MINUTE) for n in range(minutes + 1))

    agree()


def test_a_text_may_go_when_it_was_told_to_wait_until(connection: psycopg.Connection) -> None:
    """With both sets of quiet hours, each on its own clock, which may go on in each other."""
    zones = agreed(connection)

    @settings(max_examples=400)
    @given(questions(), questions())
    def wait(own: tuple[Hours, datetime], other: tuple[Hours, datetime]) -> None:
        (hours, at), (events, _) = own, other
        assume({hours[2], events[2]} <= zones)
        wish(connection, hours, events)
        [(verdict, until)] = verdicts(connection, [at])
        if is_closed(hours, at) or is_closed(events, at):
            assert verdict == "defer"
        if verdict == "defer":
            assert until is not None
            # Both together can be without an end.
            if until < at + timedelta(days=1):
                [(then, _)] = verdicts(connection, [until])
                assert then == "pass"

    wait()
