"""What a signed-in user may do, from a server that speaks for them: DATABASE_URL=… python user.py USER_ID.

The role that connects needs herald_client: grant herald_client to …
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg


@contextmanager
def signed_in(connection: psycopg.Connection, user_id: str) -> Iterator[None]:
    """Be that user for one transaction, as PostgREST does it: no more is possible than the user may do."""
    with connection.transaction():
        connection.execute("set local role herald_client")
        connection.execute("select set_config('request.jwt.claims', %s, true)", (json.dumps({"sub": user_id}),))
        yield


def main(user_id: str) -> None:
    """Read and mark notifications, change preferences, cancel a text, and ask for a code."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection, signed_in(connection, user_id):
        for title, is_unread in connection.execute("select title, is_unread from list_notifications(p_limit => 20)"):
            print(f"{'*' if is_unread else ' '} {title}")
        (marked,) = connection.execute("select mark_opened(p_until => now())").fetchone()
        print(f"marked as read: {marked}")

        connection.execute(
            """
            insert into user_sms_preferences (user_id, evening_recap_enabled, quiet_hours_start, quiet_hours_end)
            values (%s, false, '21:00', '08:00')
            on conflict (user_id) do update
            set
              evening_recap_enabled = excluded.evening_recap_enabled,
              quiet_hours_start = excluded.quiet_hours_start,
              quiet_hours_end = excluded.quiet_hours_end
            """,
            (user_id,),
        )

        (message_id,) = connection.execute(
            "select message_id from list_scheduled_sms() where status = 'scheduled' limit 1"
        ).fetchone()
        for gate, verdict, evidence in connection.execute(
            "select gate, verdict, evidence from explain_sms(%s)", (message_id,)
        ):
            print(f"{gate}: {verdict}, {evidence}")
        (is_cancelled,) = connection.execute("select cancel_sms(%s)", (message_id,)).fetchone()
        print(f"cancelled: {is_cancelled}")

        # A code by text; confirm_phone_verification takes what the user reads there.
        (status,) = connection.execute(
            "select status from start_phone_verification(%s, '+12025550172')", (user_id,)
        ).fetchone()
        print(f"code: {status}")


if __name__ == "__main__":
    main(sys.argv[1])
