"""Behind PgBouncer in transaction mode: claims, results and reports work; only notifications need the direct line."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from click.testing import CliRunner

import harness
from pgherald.cli import main
from pgherald.migrations import MigrationError, migrate
from stage import Desk, Provider, a_runner

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is not installed (Debian: apt install pgbouncer)")


@pytest.fixture
def pooled_url(server: harness.TestServer, database_url: str, tmp_path: Path) -> Iterator[str]:
    """Give the URL of the test's database through a pooler in transaction mode."""
    parts = urlsplit(database_url)
    with socket.create_server(("127.0.0.1", 0)) as finder:
        port = finder.getsockname()[1]
    folder = Path("/tmp") / f"pgherald-pooler-{port}"  # noqa: S108  the pooler's account must be able to enter it
    folder.mkdir(mode=0o755)
    (folder / "users").write_text(f'"{parts.username}" "{parts.password}"\n', "utf-8")
    (folder / "pgbouncer.ini").write_text(
        f"""
[databases]
* = host={parts.hostname} port={parts.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 4
ignore_startup_parameters = extra_float_digits
""",
        "utf-8",
    )
    # It refuses to run as root.
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    log = (tmp_path / "log").open("wb")
    pooler = subprocess.Popen([str(PGBOUNCER), f"{folder}/pgbouncer.ini"], stdout=log, stderr=log, **identity)  # type: ignore[call-overload]
    try:
        ends_at = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < ends_at, (tmp_path / "log").read_text("utf-8")
                time.sleep(0.05)
        yield parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}").geturl()
    finally:
        pooler.terminate()
        pooler.wait()
        shutil.rmtree(folder)
    assert server


async def test_texts_go_through_a_pooler(pooled_url: str, database_url: str, provider: Provider) -> None:
    desk = Desk(database_url)
    texts = await desk.queue(*(f"text {number}" for number in range(60)))
    async with a_runner(pooled_url, provider, concurrency=10, batch_size=5, poll_interval=0.1):
        await desk.until({"sent": 60})
    assert sorted(provider.posts) == sorted(f"text {number}" for number in range(60))
    assert len(set(texts)) == 60


async def test_the_direct_url_brings_notifications_past_the_pooler(
    pooled_url: str,
    database_url: str,
    provider: Provider,
) -> None:
    desk = Desk(database_url)
    async with a_runner(pooled_url, provider, direct_url=database_url, poll_interval=30, tick_interval=30):
        await asyncio.sleep(0.5)
        await desk.queue("now")
        await desk.until({"sent": 1}, seconds=5)


async def test_a_queue_call_through_the_pooler_leaves_nothing_in_the_session(pooled_url: str) -> None:
    for _ in range(3):
        async with await psycopg.AsyncConnection.connect(pooled_url, prepare_threshold=None) as connection:
            await connection.execute("select tests.a_queued_text()")


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (("status", "--json"), {1, 2}),  # nothing runs here
        (("doctor",), {0}),
        (("explain", "{text}"), {0}),
        (("preview", "--user", "{user}", "--json"), {0}),
        (("schedule", "--user", "{user}", "--json"), {0}),
        (("user", "export", "{user}"), {0}),
        (("user", "erase", "{user}", "--yes", "--json"), {0}),
    ],
)
async def test_commands_ask_through_a_pooler(
    pooled_url: str, database_url: str, arguments: tuple[str, ...], codes: set[int]
) -> None:
    desk = Desk(database_url)
    (text,) = await desk.queue("once")
    (row,) = await desk.rows("select user_id from public.sms_messages")
    named = [argument.format(text=text, user=row["user_id"]) for argument in arguments]
    for _ in range(3):
        done = await asyncio.to_thread(CliRunner().invoke, main, named, env={"DATABASE_URL": pooled_url})
        assert done.exit_code in codes, done.output


def test_migrations_through_a_pooler_are_refused_also_at_once(pooled_url: str, database_url: str) -> None:
    with ThreadPoolExecutor(3) as threads:
        for done in [threads.submit(migrate, pooled_url) for _ in range(3)]:
            with pytest.raises(MigrationError, match="PGHERALD_DIRECT_URL"):
                done.result()
    migrate(database_url)


def test_a_clients_request_leaves_no_rights_behind(pooled_url: str) -> None:
    """What PostgREST sets for a request ends with its transaction, on whatever connection the next one comes."""
    claims = '{"sub": "10000000-0000-4000-8000-000000000001", "role": "herald_client"}'
    for _ in range(8):
        with psycopg.connect(pooled_url, prepare_threshold=None) as connection:
            assert connection.execute(
                "select current_user = session_user, nullif(current_setting('request.jwt.claims', true), '')"
            ).fetchone() == (True, None)
            connection.commit()
            connection.execute("set local role herald_client")
            connection.execute("select set_config('request.jwt.claims', %s, true)", (claims,))
            assert connection.execute("select public.count_unread_notifications()").fetchone() == (0,)
