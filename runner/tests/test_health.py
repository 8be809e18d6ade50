"""Whether it is well: a dead runner, a dead database and a failing provider each turn it red in time, and back."""

import asyncio
import json
import signal
import socket
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from aiohttp import ClientError, ClientSession
from click.testing import CliRunner

from pgherald.cli import main
from pgherald.embedded import EmbeddedServer
from pgherald.health import worst
from pgherald.migrations import migrate
from pgherald.release import Release
from shipped import shipped
from stage import Desk, Provider, Wire, accept, program, refuse

TOKEN = "test-token"  # noqa: S105  no token of any account


@pytest.fixture
def desk(database_url: str) -> Desk:
    return Desk(database_url)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    """Give a provider that runs."""
    provider = Provider()
    async with provider.running():
        yield provider


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as finder:
        return f"127.0.0.1:{finder.getsockname()[1]}"


def environment(database_url: str, provider: Provider, **more: str) -> dict[str, str]:
    """Give what the runner needs, and nothing of the machine's settings."""
    return {
        "DATABASE_URL": database_url,
        "TWILIO_ACCOUNT_SID": provider.account_sid,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": "+15005550006",
        "TWILIO_API_URL": provider.base_url,
        "PGHERALD_CALLBACK_URL": "https://example.test/twilio/status",
        **more,
    }


async def status_of(desk: Desk, check: str) -> str:
    rows = await desk.rows("select status from public.health() where check_name = %s", check)
    status: str = rows[0]["status"]
    return status


async def becomes(desk: Desk, check: str, *statuses: str, seconds: float) -> None:
    """Wait until a check stands so, within its bound."""
    ends_at = time.monotonic() + seconds
    while (now := await status_of(desk, check)) not in statuses:
        assert time.monotonic() < ends_at, f"{check} is still {now}"
        await asyncio.sleep(0.1)


async def answer_of(session: ClientSession, address: str, path: str = "healthz") -> tuple[int, Any]:
    """Ask an endpoint; 0 if nobody is there."""
    try:
        async with session.get(f"http://{address}/{path}") as answer:
            return answer.status, await answer.json() if path == "healthz" else await answer.text()
    except ClientError:
        return 0, None


async def answers(session: ClientSession, address: str, status: int, *, seconds: float) -> Any:  # noqa: ANN401
    """Wait until an endpoint answers with a status, and give what it says."""
    ends_at = time.monotonic() + seconds
    while (answer := await answer_of(session, address))[0] != status:
        assert time.monotonic() < ends_at, f"still {answer}"
        await asyncio.sleep(0.1)
    return answer[1]


async def test_a_dead_runner_turns_it_red_and_another_one_green(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    await desk.rows("update herald.health_limits set amber_from = 7, red_from = 9 where check_name = 'runners'")
    variables = environment(database_url, provider)
    address = free_address()
    async with program("serve", variables={**variables, "PGHERALD_BIND": address}), ClientSession() as session:
        async with program("run", variables=variables) as runner:
            await becomes(desk, "runners", "green", seconds=20)
            await answers(session, address, 200, seconds=5)
            await runner.end(signal.SIGKILL)
        died_at = time.monotonic()
        body = await answers(session, address, 503, seconds=9 + 3)
        assert time.monotonic() - died_at > 3, "it was not silent for long enough to be called dead"
        assert body["status"] == "red"
        (told,) = [check for check in body["checks"] if check["check_name"] == "runners"]
        assert told["status"] == "red"
        assert "pgherald run" in told["what_to_do"]
        async with program("run", variables=variables) as runner:
            await answers(session, address, 200, seconds=20)
            assert await runner.end(signal.SIGTERM) == 0
        assert (await answer_of(session, address))[0] == 200, "one that stopped in good order is not silent"
    assert await status_of(desk, "runners") == "amber"


async def test_f43_a_dead_database_turns_healthz_red_within_seconds_and_livez_not(provider: Provider) -> None:
    """F43: health said 200 with a dead database."""
    with EmbeddedServer() as own:
        migrate(own.url)
        wire = Wire(own.url)
        address = free_address()
        async with wire.running() as url, ClientSession() as session:
            variables = environment(url, provider, PGHERALD_SERVE=address)
            async with program("run", variables=variables) as runner:
                await answers(session, address, 200, seconds=20)
                wire.cut()
                await is_away(session, address)
                wire.mend()
                await answers(session, address, 200, seconds=20)
                own.stop("immediate")
                await is_away(session, address)
                await runner.end(signal.SIGKILL)


async def is_away(session: ClientSession, address: str) -> None:
    """See that an endpoint tells of a dead database at once, and that it lives itself."""
    asked_at = time.monotonic()
    status, body = await answer_of(session, address)
    assert time.monotonic() - asked_at < 5
    assert (status, body["status"], body["checks"][0]["check_name"]) == (503, "red", "database")
    assert (await answer_of(session, address, "livez"))[0] == 200
    assert "pgherald_database_up 0\n" in (await answer_of(session, address, "metrics"))[1]


@pytest.mark.parametrize(
    ("behaviour", "check"),
    [
        pytest.param(refuse(401, 20003), "senders", id="refused"),
        pytest.param(refuse(503, 20503), "texts_in_doubt", id="unavailable"),
        pytest.param(refuse(400, 21211), "failures", id="failing"),
    ],
)
async def test_a_failing_provider_turns_it_red_and_recovers(
    database_url: str,
    provider: Provider,
    desk: Desk,
    behaviour: Any,  # noqa: ANN401  a coroutine function of stage
    check: str,
) -> None:
    provider.behaviour = behaviour
    await desk.rows("update herald.settings set sender_pause = '1 second'")
    await desk.rows("update herald.health_limits set grace = '1 second' where check_name = 'senders'")
    variables = environment(database_url, provider)
    async with program("run", variables=variables) as runner:
        await becomes(desk, check, "green", seconds=20)
        await desk.queue(*(f"text {index}" for index in range(10)))
        await becomes(desk, check, "red", seconds=10)
        provider.behaviour = accept
        if check == "texts_in_doubt":
            await desk.rows(
                "select public.resolve_sms_in_doubt(id, false) from public.sms_messages where status = 'sending'"
            )
        if check == "failures":
            await desk.queue(*(f"more {index}" for index in range(50)))
        await becomes(desk, check, "green", "amber", seconds=20)
        assert await runner.end(signal.SIGTERM) == 0


async def test_a_provider_that_cannot_be_reached_turns_it_red(
    database_url: str, provider: Provider, desk: Desk
) -> None:
    variables = environment(database_url, provider, TWILIO_API_URL=f"http://{free_address()}")
    async with program("run", variables=variables) as runner:
        await desk.queue(*(f"text {index}" for index in range(10)))
        await becomes(desk, "failures", "red", seconds=20)
        assert await runner.end(signal.SIGTERM) == 0


async def test_health_answers_while_a_table_is_locked_away(database_url: str, desk: Desk) -> None:
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await connection.execute("lock table public.queue_jobs in access exclusive mode")
        asked_at = time.monotonic()
        rows = await desk.rows("select check_name, status from public.health()")
        assert time.monotonic() - asked_at < 3
        assert rows == [{"check_name": "locks", "status": "red"}]
    assert len(await desk.rows("select check_name from public.health()")) == 12


async def test_a_wrong_token_shows_as_refused_signatures(database_url: str, provider: Provider, desk: Desk) -> None:
    address = free_address()
    variables = environment(database_url, provider, PGHERALD_BIND=address)
    async with program("serve", variables=variables) as endpoint, ClientSession() as session:
        for _ in range(200):
            if (await answer_of(session, address, "livez"))[0] == 200:
                break
            await asyncio.sleep(0.1)
        for _ in range(6):
            # Without a signature it is anybody's, and does not count.
            async with session.post(f"http://{address}/twilio/status", data={"MessageSid": "SM1"}) as answer:
                assert answer.status == 403
        for _ in range(5):
            headers = {"X-Twilio-Signature": "of another token"}
            async with session.post(
                f"http://{address}/twilio/status", data={"MessageSid": "SM1"}, headers=headers
            ) as answer:
                assert answer.status == 403
        await becomes(desk, "signatures", "amber", seconds=10)
        (row,) = await desk.rows("select refusals from herald.runners")
        assert row == {"refusals": 5}
        assert await endpoint.end(signal.SIGTERM) == 0


async def test_a_process_and_the_database_are_of_one_release(desk: Desk) -> None:
    (installed,) = await desk.rows("select migration, functions_digest from herald.installation")
    release = Release.of_this_package()
    assert installed == {"migration": release.migration, "functions_digest": release.functions_digest}
    catalog = await desk.rows(
        """
        select regexp_replace(signature, '^function ([^(]+).*', '\\1') as name
        from herald.installed_routines where signature like 'function %'
        """
    )
    assert {row["name"] for row in catalog} == set(release.functions)


def ask(*arguments: str, url: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments, env={"DATABASE_URL": url})
    return result.exit_code, result.output


async def test_status_exits_with_the_worst_of_all(database_url: str, desk: Desk) -> None:
    code, output = ask("status", url=database_url)
    assert code == 2
    assert "tick() has never run" in output
    await desk.rows("select public.tick()")
    code, output = ask("status", "--json", url=database_url)
    checks = {check["check_name"]: check for check in json.loads(output)}
    assert (code, checks["tick"]["status"], checks["runners"]["status"]) == (1, "green", "amber")
    await desk.rows(
        "select herald.record_heartbeat('one', '1', null, functions_digest, '{texts}', null, false, 0) "
        "from herald.installation"
    )
    assert ask("status", url=database_url)[0] == 0


def test_status_of_a_database_that_is_away_is_red() -> None:
    url = f"postgresql://somebody:secret@{free_address()}/nowhere"
    code, output = ask("status", url=url)
    assert code == 2
    assert "does not answer" in output
    assert "nothing listens there" in output
    assert "secret" not in output
    assert ask("status", "--json", url=url)[0] == 2


def test_status_of_a_database_without_us_is_red(server: Any) -> None:  # noqa: ANN401  the harness' own type
    bare = server.database(template=False)
    code, output = ask("status", url=bare)
    server.drop(bare)
    assert code == 2
    assert "run pgherald migrate" in output


async def test_status_watches_until_told_to_stop(database_url: str, desk: Desk) -> None:
    await desk.rows("select public.tick()")
    async with program("status", "--watch", "--interval", "0.1", variables={"DATABASE_URL": database_url}) as watching:
        await asyncio.sleep(3)
        assert await watching.end(signal.SIGINT) == 1
    assert any("runners" in line for line in watching.lines)


async def test_doctor_holds_the_functions_against_the_files(database_url: str, desk: Desk) -> None:
    assert ask("doctor", url=database_url) == (0, "all is as shipped\n")
    # Whoever edits a function and what was written down of it deceives the database, and not the files.
    await desk.rows(
        "create or replace function herald.percent(p_part bigint, p_whole bigint) returns numeric "
        "language sql immutable set search_path = '' as 'select 100.0'"
    )
    await desk.rows(
        """
        update herald.installed_objects as installed set definition = there.definition
        from herald.observed_objects() as there
        where installed.object_type = 'function' and installed.object_name = there.object_name
          and there.object_type = 'function' and there.object_name = 'herald.percent'
        """
    )
    assert await desk.rows("select from public.doctor()") == []
    code, output = ask("doctor", "--json", url=database_url)
    assert code == 2
    (fault,) = json.loads(output)
    assert (fault["object_name"], fault["severity"], fault["finding"]) == (
        "herald.percent",
        "fault",
        "is not that of this release",
    )


async def test_the_list_of_what_is_shipped_is_what_a_fresh_database_has(database_url: str, desk: Desk) -> None:
    rows = await desk.rows("select object_type, object_name, definition from herald.shipped_objects()")
    listed = sorted((each["object_type"], each["object_name"], each["definition"]) for each in rows)
    assert listed == sorted(shipped(database_url)), "run make shipped"


def test_nothing_known_is_red() -> None:
    assert worst([]) == "red"
    assert worst(["green", f"{uuid4()}"]) == "red"
    assert worst(["green", "amber"]) == "amber"
