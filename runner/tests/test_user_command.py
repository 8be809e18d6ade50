"""`pgherald user`: a person's data go out whole, and are erased; a second export shows nothing of them."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner, Result

from pgherald.cli import main

NUMBER = "+12025550195"


@pytest.fixture
def user_id(database_url: str) -> UUID:
    """Give a user with a device, a text that went, one that waits, an e-mail, and what she answered."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("set search_path = public, tests")
        connection.execute("alter table users add column email text")
        row = connection.execute("select a_user_with_phone(%s)", (NUMBER,)).fetchone()
        assert row
        made: UUID = row[0]
        for query in (
            "update users set email = 'ada@example.com' where id = %(id)s",
            "insert into notification_subscriptions (user_id, event_type) values (%(id)s, 'calendar.sync_failed')",
            """
            insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key)
            values (%(id)s, 'https://push.example.com/ada', 'her public key', 'her secret')
            """,
            "select queue_sms_message(%(id)s, null, 'Dear Ada')",
            "update sms_messages set status = 'sending'",
            "update sms_messages set status = 'sent', twilio_sid = 'SM1', sent_at = now()",
            "select queue_sms_message(%(id)s, null, 'Ada, again', p_scheduled_for => now() + interval '1 day')",
            """
            select emit_notification_event(
              'calendar.sync_failed', p_target_user_id => %(id)s, p_payload => '{"title": "Ada''s calendar"}')
            """,
            "select receive_sms('SM2', '+12025550195', null, 'Ada says STOP', p_now => now())",
        ):
            connection.execute(query.encode(), {"id": made})
    return made


def run(database_url: str, *arguments: object, answer: str | None = None) -> Result:
    """Run the command as a person does."""
    environment = {"DATABASE_URL": database_url}
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env=environment, input=answer)


def exported(database_url: str, user_id: UUID) -> dict[str, Any]:
    """Export, and read it."""
    result = run(database_url, "user", "export", user_id)
    assert result.exit_code == 0, result.output
    read: dict[str, Any] = json.loads(result.stdout)
    return read


def test_an_export_is_for_one_pair_of_eyes_and_goes_over_nothing(
    database_url: str, user_id: UUID, tmp_path: Path
) -> None:
    path = tmp_path / "ada.json"
    assert run(database_url, "user", "export", user_id, "--output", path).exit_code == 0
    assert path.stat().st_mode & 0o777 == 0o600
    written = path.read_bytes()
    assert json.loads(written)["user_id"] == str(user_id)
    again = run(database_url, "user", "export", user_id, "--output", path)
    assert again.exit_code == 1
    assert "name a new file" in again.output
    assert path.read_bytes() == written
    nowhere = run(database_url, "user", "export", user_id, "--output", tmp_path / "none" / "ada.json")
    assert nowhere.exit_code == 1
    assert "cannot be written" in nowhere.output


def test_an_export_has_all_and_after_an_erasure_nothing(database_url: str, user_id: UUID) -> None:
    before = exported(database_url, user_id)
    assert before["user_id"] == str(user_id)
    assert [text["message_content"] for text in before["texts"]] == ["Dear Ada", "Ada, again"]
    assert before["texts"][0]["phone_number"] == NUMBER
    assert [text["words"] for text in before["texts_that_came_in"]] == ["Ada says STOP"]
    assert before["devices"][0]["endpoint"] == "https://push.example.com/ada"
    addresses = {notification["channel_identifier"] for notification in before["notifications"]}
    assert {"ada@example.com", "https://push.example.com/ada"} <= addresses
    assert before["events"][0]["payload"]["title"] == "Ada's calendar"
    assert "her secret" not in json.dumps(before)

    erased = run(database_url, "user", "erase", user_id, "--yes", "--json")
    assert erased.exit_code == 0, erased.output
    [told] = json.loads(erased.stdout)
    assert told["in_flight"] == 0
    assert told["erased"] > 0

    after = json.dumps(exported(database_url, user_id))
    for trace in (NUMBER, "Ada", "ada@example.com", "push.example.com"):
        assert trace not in after
    with psycopg.connect(database_url) as connection:
        row = connection.execute("select count(*) from public.sms_messages where twilio_sid = 'SM1'").fetchone()
        assert row == (1,), "that a text went stays on record"


def test_an_erasure_is_asked_about(database_url: str, user_id: UUID) -> None:
    refused = run(database_url, "user", "erase", user_id, answer="n\n")
    assert refused.exit_code == 1
    assert exported(database_url, user_id)["texts"][0]["message_content"] == "Dear Ada"
    agreed = run(database_url, "user", "erase", user_id, answer="y\n")
    assert agreed.exit_code == 0
    assert "records erased" in agreed.stdout
    again = run(database_url, "user", "erase", user_id, "--yes")
    assert again.stdout == "0 records erased: there is nothing personal on record under this ID\n"


def test_what_is_being_sent_is_told(database_url: str, user_id: UUID) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("select public.opt_in_number(%s, 'she called')", (NUMBER,))
        connection.execute("select public.queue_sms_message(%s, null, 'on its way')", (user_id,))
        assert connection.execute("select from public.claim_sms('a sender')").rowcount == 1
    erased = run(database_url, "user", "erase", user_id, "--yes")
    assert "2 are just being sent" in erased.stdout


def test_nobody_has_nothing(database_url: str) -> None:
    unknown = UUID(int=0)
    assert exported(database_url, unknown) == {"user_id": str(unknown)}
    assert run(database_url, "user", "erase", unknown, "--yes").stdout.startswith("0 records erased: there is nothing")


def test_the_database_must_be_named() -> None:
    result = CliRunner().invoke(main, ["user", "export", str(UUID(int=0))], env={"DATABASE_URL": ""})
    assert result.exit_code != 0
    assert "DATABASE_URL" in result.output
