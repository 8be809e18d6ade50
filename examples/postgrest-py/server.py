"""What a server does, by the package postgrest: API_URL=… SERVICE_TOKEN=… python server.py USER_ID.

On Supabase, API_URL is https://<project>.supabase.co/rest/v1 and the token is the service role's key.
"""

import os
import sys
from datetime import UTC, datetime, timedelta

from postgrest import APIError, SyncPostgrestClient


def main(user_id: str) -> None:
    """Queue a text, a series and an event, and ask why the text waits."""
    token = os.environ["SERVICE_TOKEN"]
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    headers = {"apikey": token, "Authorization": f"Bearer {token}"}
    with SyncPostgrestClient(os.environ["API_URL"], headers=headers) as client:
        # A null number is the user's own. The key makes a second request the first one again.
        text = {
            "p_user_id": user_id,
            "p_phone_number": None,
            "p_message": "See you tomorrow.",
            "p_scheduled_for": tomorrow,
            "p_idempotency_key": f"booking-{tomorrow}",
        }
        message_id = client.rpc("queue_sms_message", text).execute().data
        print("text:", message_id)

        # Three times a week, on the user's own clock.
        series = {
            "p_user_id": user_id,
            "p_phone_number": None,
            "p_message": "Time to stretch.",
            "p_scheduled_for": tomorrow,
            "p_recurrence_pattern": "FREQ=WEEKLY;BYDAY=MO,WE,FR",
        }
        series_id = client.rpc("queue_sms_message", series).execute().data
        for row in client.rpc("list_sms_occurrences", {"p_series_id": series_id, "p_limit": 3}).execute().data:
            print("series:", row["occurrence_at"])

        # Whoever is subscribed hears of it, by the channels they want.
        event = {
            "p_event_type": "calendar.sync_failed",
            "p_target_user_id": user_id,
            "p_payload": {"title": "Your calendar is out of date", "body": "Sign in again."},
        }
        print("event:", client.rpc("emit_notification_event", event).execute().data)

        # Why does it wait, or not go?
        for row in client.rpc("explain_sms", {"p_message_id": message_id}).execute().data:
            print(f"{row['gate']}: {row['verdict']}, {row['evidence']}")

        try:
            client.rpc("queue_sms_message", text | {"p_message": "Other words."}).execute()
        except APIError as error:  # branch on the code, never on the words
            print("refused:", error.code, error.message, error.hint)


if __name__ == "__main__":
    main(sys.argv[1])
