"""What a server does, by psycopg: DATABASE_URL=… python server.py USER_ID."""

import os
import sys
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg.types.json import Jsonb


def book(connection: psycopg.Connection, user_id: str, starts_at: datetime) -> tuple[int, str]:
    """Book, and queue the reminder in the same transaction: either both are there afterwards, or neither."""
    with connection.transaction():
        (booking_id,) = connection.execute(
            "insert into bookings (user_id, starts_at) values (%s, %s) returning id", (user_id, starts_at)
        ).fetchone()
        (message_id,) = connection.execute(
            """
            select queue_sms_message(
              p_user_id => %(user_id)s, p_phone_number => null, p_message => 'See you tomorrow.',
              p_scheduled_for => %(remind_at)s, p_expires_at => %(starts_at)s, p_idempotency_key => %(key)s
            )
            """,
            {
                "user_id": user_id,
                "remind_at": starts_at - timedelta(hours=1),
                "starts_at": starts_at,
                "key": f"booking-{booking_id}",
            },
        ).fetchone()
    return booking_id, message_id


def main(user_id: str) -> None:
    """Queue a text, a series and an event, and ask why the text waits."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            """
            create table if not exists bookings (
              id bigint generated always as identity primary key,
              user_id uuid not null references users (id),
              starts_at timestamptz not null
            )
            """
        )
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        booking_id, message_id = book(connection, user_id, tomorrow)
        print(f"booking {booking_id}: text {message_id}")

        # Three times a week, on the user's own clock.
        (series_id,) = connection.execute(
            "select queue_sms_message(%s, null, %s, p_scheduled_for => %s, p_recurrence_pattern => %s)",
            (user_id, "Time to stretch.", tomorrow, "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
        ).fetchone()
        for (occurrence_at,) in connection.execute(
            "select occurrence_at from list_sms_occurrences(%s, p_limit => 3)", (series_id,)
        ):
            print(f"series {series_id}: {occurrence_at}")

        # Whoever is subscribed hears of it, by the channels they want.
        (event_id,) = connection.execute(
            "select emit_notification_event('calendar.sync_failed', p_target_user_id => %s, p_payload => %s)",
            (user_id, Jsonb({"title": "Your calendar is out of date", "body": "Sign in again."})),
        ).fetchone()
        for channel, outcome in connection.execute(
            "select channel, outcome from explain_notification(%s, %s)", (event_id, user_id)
        ):
            print(f"event {event_id}: {channel} {outcome}")

        # Why does it wait, or not go?
        for gate, verdict, evidence in connection.execute(
            "select gate, verdict, evidence from explain_sms(%s)", (message_id,)
        ):
            print(f"{gate}: {verdict}, {evidence}")

        try:
            book(connection, user_id, tomorrow - timedelta(days=7))
        except psycopg.Error as error:  # branch on the SQLSTATE, never on the words; the booking is not there either
            print(f"refused: {error.sqlstate} {error.diag.message_primary}. {error.diag.message_hint}")


if __name__ == "__main__":
    main(sys.argv[1])
