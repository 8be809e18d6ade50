"""`explain`, `preview` and `schedule`: tables for people, JSON for programs, and errors that say what to do."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner, Result

from pgherald.cli import main


@pytest.fixture
def ids(database_url: str) -> dict[str, UUID]:
    """Give a user in Berlin with quiet hours and a limit of two, a text in their night, and a weekly series."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("set search_path = public, tests")

        def value(query: str, *values: object) -> UUID:
            row = connection.execute(query.encode(), values).fetchone()
            assert row
            made: UUID = row[0]
            return made

        user = value("select a_user_with_phone()")
        connection.execute("""
            update user_sms_preferences
            set timezone = 'Europe/Berlin', quiet_hours_start = '21:00', quiet_hours_end = '08:00', daily_sms_limit = 2
        """)
        text = "select queue_sms_message(%s, null, %s, p_scheduled_for => %s, p_recurrence_pattern => %s)"
        return {
            "user": user,
            "text": value(text, user, "good night [bold]to you", "2031-03-29 22:30+01", None),
            "series": value(text, user, "each week", "2031-03-23 09:00+01", "FREQ=WEEKLY;COUNT=3"),
        }


def ask(database_url: str, *arguments: object) -> Result:
    """Run the command as a program does."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env={"DATABASE_URL": database_url})


def rows(database_url: str, *arguments: object) -> Sequence[dict[str, Any]]:
    """Run the command and read its JSON."""
    result = ask(database_url, *arguments, "--json")
    assert result.exit_code == 0, result.output
    read: Sequence[dict[str, Any]] = json.loads(result.output)
    return read


def test_a_text_is_explained_gate_by_gate(database_url: str, ids: dict[str, UUID]) -> None:
    gates = rows(database_url, "explain", ids["text"])
    assert [row["gate"] for row in gates] == [
        "outcome", "kill_switch", "still_wanted", "not_expired", "not_suppressed", "not_opted_out", "verified",
        "switched_on", "legal_window", "quiet_hours", "limits", "sender_rate",
    ]  # fmt: skip
    (quiet,) = [row for row in gates if row["gate"] == "quiet_hours"]
    # The clocks go forward in that night: eight in the morning is six in UTC.
    assert (quiet["verdict"], quiet["until"]) == ("defer", "2031-03-30T06:00:00+00:00")

    shown = ask(database_url, "explain", ids["text"])
    assert shown.exit_code == 0
    assert "It waits until 2031-03-30 06:00:00Z: quiet hours 21:00 to 08:00 Europe/Berlin" in shown.output


def test_a_text_that_does_not_exist_is_explained_too(database_url: str, ids: dict[str, UUID]) -> None:
    asked = ("explain", "--user", ids["user"], "--at", "2031-01-01T12:00")
    assert "It may go." in ask(database_url, *asked).output
    refused = ask(database_url, *asked, "--category", "task_reminder").output
    assert "It will not go: the user does not want task_reminder texts (task_reminders)." in refused
    assert not any(row["gate"] == "outcome" for row in rows(database_url, *asked))


def test_the_preview_shows_when_by_the_readers_clock(database_url: str, ids: dict[str, UUID]) -> None:
    asked = ("preview", "--user", ids["user"], "--from", "2031-03-22", "--days", 10)
    assert [(row["local_time"], row["verdict"], row["clocks_change"]) for row in rows(database_url, *asked)] == [
        ("2031-03-23T09:00:00", "pass", False),
        ("2031-03-30T08:00:00", "pass", True),
        ("2031-03-30T09:00:00", "pass", True),
    ]
    shown = ask(database_url, *asked, "--limit", 2).output
    assert "Sun 2031-03-30 08:00 clocks change" in shown
    assert "planned for 03-29 21:30Z, and has to wait" in shown
    assert "and 1 more" in shown
    assert "3 texts would go (3 segments), 0 would not, 0 wait" in shown
    assert ask(database_url, "preview", "--from", "2031-06-01").output.startswith("nothing is planned in these 30 days")


def test_the_schedule_lists_texts_and_a_series(database_url: str, ids: dict[str, UUID]) -> None:
    assert [row["message_id"] for row in rows(database_url, "schedule")] == [str(ids["series"]), str(ids["text"])]
    shown = ask(database_url, "schedule", "--limit", 2).output
    assert str(ids["text"]) in shown
    assert "good night [bold]to you" in shown
    assert "the first 2; there may be more" in shown
    times = [row["occurrence_at"] for row in rows(database_url, "schedule", "--series", ids["series"])]
    assert times == ["2031-03-23T08:00:00+00:00", "2031-03-30T07:00:00+00:00", "2031-04-06T07:00:00+00:00"]
    assert ask(database_url, "schedule", "--from", "2032-01-01").output == "nothing is planned\n"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (("explain",), 2, "give the ID of a text, or --user"),
        (("explain", "nonsense"), 2, "is not a valid UUID"),
        (("explain", "00000000-0000-0000-0000-000000000001"), 1, "unknown p_message_id"),
        (
            ("explain", "00000000-0000-0000-0000-000000000001", "--category", "next_up"),
            2,
            "--category goes with --user",
        ),
        (("explain", "--user", "00000000-0000-0000-0000-000000000001"), 1, "unknown p_user_id"),
        (("preview", "--from", "noonish"), 2, "is no time. Write it as"),
        (("preview", "--days", "400"), 2, "400 is not in the range"),
        (("schedule", "--series", "00000000-0000-0000-0000-000000000001"), 1, "unknown p_series_id"),
    ],
)
def test_what_makes_no_sense_is_refused(database_url: str, arguments: Sequence[str], exit_code: int, says: str) -> None:
    result = ask(database_url, *arguments)
    assert result.exit_code == exit_code
    assert says in result.output


def test_a_database_that_cannot_be_asked_is_named(server: Any) -> None:  # noqa: ANN401  the harness' own type
    bare = server.database(template=False)
    assert "run pgherald migrate" in ask(bare, "schedule").output
    server.drop(bare)
    away = ask("postgresql://nobody:secret@127.0.0.1:1/nowhere", "schedule").output
    assert "nothing listens there. Check --database-url (DATABASE_URL)" in away
    # What libpq says of these has a part of the password in it.
    for slip in ("postgresql://nobody:sec/ret@127.0.0.1/nowhere", "postgresql://nobody:sec%zzret@127.0.0.1/nowhere"):
        told = ask(slip, "schedule").output
        assert "special characters" in told
        assert "ret" not in told
    assert "which database?" in CliRunner().invoke(main, ["schedule"], env={"DATABASE_URL": ""}).output
