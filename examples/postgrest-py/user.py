"""What a signed-in user may do, by the package postgrest: API_URL=… USER_TOKEN=… python user.py USER_ID."""

import os
import sys

from postgrest import SyncPostgrestClient


def main(user_id: str) -> None:
    """Read and mark notifications, change preferences, cancel a text, and ask for a code."""
    headers = {"Authorization": f"Bearer {os.environ['USER_TOKEN']}"}
    with SyncPostgrestClient(os.environ["API_URL"], headers=headers) as client:
        notifications = client.rpc("list_notifications", {"p_limit": 20}).execute().data
        for row in notifications:
            print(f"{'*' if row['is_unread'] else ' '} {row['title']}")
        marked = client.rpc("mark_opened", {"p_delivery_ids": [row["id"] for row in notifications]}).execute().data
        print("marked as read:", marked)

        preferences = {
            "user_id": user_id,
            "evening_recap_enabled": False,
            "quiet_hours_start": "21:00",
            "quiet_hours_end": "08:00",
        }
        saved = client.from_("user_sms_preferences").upsert(preferences, on_conflict="user_id").execute().data
        print("quiet from:", saved[0]["quiet_hours_start"])
        client.from_("user_notification_preferences").update({"push_enabled": False}).eq(
            "event_type", "calendar.sync_failed"
        ).execute()

        planned = client.rpc("list_scheduled_sms", {}).eq("status", "scheduled").limit(1).execute().data
        message_id = planned[0]["message_id"]
        for row in client.rpc("explain_sms", {"p_message_id": message_id}).execute().data:
            print(f"{row['gate']}: {row['verdict']}, {row['evidence']}")
        print("cancelled:", client.rpc("cancel_sms", {"p_message_id": message_id}).execute().data)

        # A code by text; confirm_phone_verification takes what the user reads there.
        number = {"p_user_id": user_id, "p_phone_number": "+12025550172"}
        print("code:", client.rpc("start_phone_verification", number).execute().data[0]["status"])


if __name__ == "__main__":
    main(sys.argv[1])
