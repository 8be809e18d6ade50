"""The programs in examples/ work as they stand: psql and psycopg on the database, the others through the stand-in."""

import asyncio
import shutil
import sys
from pathlib import Path
from typing import Final

import psycopg
import pytest

import reference
from clients import client
from postgrest_stand_in import ANONYMOUS, StandIn
from reference import EXAMPLES, USER, Copy, node_modules, run_program

FOLDERS: Final = ("psql", "python", "supabase-js", "postgrest-py")


async def show(folder: str, who: str, stand_in: StandIn, copy: Copy, tmp_path: Path) -> str:
    """Run one of the programs as its first lines say, and give what it prints."""
    place = tmp_path / folder
    shutil.copytree(EXAMPLES / folder, place)
    variables = {
        "DATABASE_URL": copy.url,
        "API_URL": f"{stand_in.base_url}/rest/v1",
        "SUPABASE_URL": stand_in.base_url,
        "SUPABASE_ANON_KEY": stand_in.token(ANONYMOUS),
        "SUPABASE_SERVICE_ROLE_KEY": stand_in.token("service_role"),
        "SERVICE_TOKEN": stand_in.token("service_role"),
        "USER_TOKEN": stand_in.token("authenticated", USER),
    }
    command: list[str | Path]
    if folder == "psql":
        command = [client("psql", 15), "-X", copy.url, "-v", f"user_id={USER}", "-f", f"{who}.sql"]
    elif folder == "supabase-js":
        (place / "node_modules").symlink_to(node_modules())
        command = ["node", f"{who}.mjs", USER]
    else:
        command = [sys.executable, f"{who}.py", USER]
    return await asyncio.to_thread(run_program, place, *command, **variables)


def found(copy: Copy, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(copy.url) as connection:
        return connection.execute(query.encode()).fetchall()


@pytest.mark.parametrize("folder", FOLDERS)
async def test_a_server_queues_repeats_tells_and_asks(
    folder: str, stand_in: StandIn, example_database: Copy, tmp_path: Path
) -> None:
    printed = await show(folder, "server", stand_in, example_database, tmp_path)
    assert "kill_switch" in printed, "the gates are explained"
    texts = "select status::text from public.sms_messages where message_content = 'See you tomorrow.'"
    assert found(example_database, texts) == [("scheduled",)], "one, however often it was asked for"
    series = "select count(*) from public.sms_messages where recurrence_pattern is not null"
    assert found(example_database, series) == [(2,)], "the one that was there, and another"
    assert found(example_database, "select count(*) from public.notification_events") == [(4,)]


@pytest.mark.parametrize(("folder", "code"), [("python", "22023"), ("supabase-js", "SMS03"), ("postgrest-py", "SMS03")])
async def test_what_is_refused_is_told_by_its_code(
    folder: str, code: str, stand_in: StandIn, example_database: Copy, tmp_path: Path
) -> None:
    printed = await show(folder, "server", stand_in, example_database, tmp_path)
    assert f"refused: {code} " in printed


def test_what_is_rolled_back_leaves_no_booking_and_no_text(example_database: Copy, tmp_path: Path) -> None:
    run_program(tmp_path, sys.executable, EXAMPLES / "python/server.py", USER, DATABASE_URL=example_database.url)
    assert found(example_database, "select count(*) from public.bookings") == [(1,)]


@pytest.mark.parametrize("folder", FOLDERS)
async def test_a_user_reads_changes_and_cancels_what_is_theirs(
    folder: str, stand_in: StandIn, example_database: Copy, tmp_path: Path
) -> None:
    await show(folder, "user", stand_in, example_database, tmp_path)
    unread = "select count(*) from public.notification_deliveries where channel = 'in_app' and opened_at is null"
    assert found(example_database, unread) == [(0,)]
    quiet = "select quiet_hours_start::text, evening_recap_enabled from public.user_sms_preferences"
    assert found(example_database, quiet) == [("21:00:00", False)]
    assert found(example_database, "select count(*) from public.sms_messages where status = 'cancelled'") == [(1,)]
    code = "select count(*) from public.sms_messages where category = 'verification' and phone_number = '+12025550172'"
    assert found(example_database, code) == [(1,)]


@pytest.mark.parametrize("folder", ["supabase-js", "postgrest-py"])
async def test_somebody_elses_token_changes_and_cancels_nothing(
    folder: str, stand_in: StandIn, example_database: Copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = stand_in.token
    monkeypatch.setattr(stand_in, "token", lambda role, _user=None: own(role, "10000000-0000-4000-8000-000000000002"))
    with pytest.raises(AssertionError):
        await show(folder, "user", stand_in, example_database, tmp_path)
    assert found(example_database, "select count(*) from public.sms_messages where status = 'cancelled'") == [(0,)]


def test_every_example_is_listed_and_run() -> None:
    page = (EXAMPLES / "README.md").read_text("utf-8")
    programs = {path for path in EXAMPLES.glob("*/*") if path.suffix in {".sql", ".py", ".mjs"}}
    assert {path.parent.name for path in programs} == set(FOLDERS)
    assert all(f"({path.relative_to(EXAMPLES).as_posix()})" in page for path in programs)
    assert reference.EXAMPLES.joinpath("edge-function/index.ts").exists()
