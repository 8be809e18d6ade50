"""Codes in parallel sessions: a number is verified once, and limits hold for those who ask at the same time."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import psycopg

from pgherald.database import Database
from pgherald.settings import Secret, TwilioSettings
from pgherald.verify import verifying
from stage import SENDER, Connection, Desk, a_runner, at_once, rows, until, value

if TYPE_CHECKING:
    from pgherald.simulator import Simulator

NUMBER = "+12025550160"
START = "select status from public.start_phone_verification(%s, %s)"
CONFIRM = "select public.confirm_phone_verification(%s, %s)"


async def the_code(connection: Connection, user_id: object) -> str:
    """Read the code in a user's text, as its recipient does."""
    words = await value(connection, "select message_content from public.sms_messages where user_id = %s", user_id)
    found = re.search(r"[0-9]{6}", words)
    assert found
    return found[0]


async def users(connection: Connection, count: int) -> list[object]:
    """Make users."""
    made = await rows(connection, "select tests.a_user() from generate_series(1, %s)", count)
    return [user for (user,) in made]


async def test_two_users_cannot_verify_one_number(connections: Sequence[Connection]) -> None:
    """F102."""
    everybody = await users(connections[0], 5)
    codes = {}
    for user in everybody:
        assert await value(connections[0], START, user, NUMBER) == "sent"
        codes[user] = await the_code(connections[0], user)

    asking = iter(everybody)
    said = await at_once(connections[:5], lambda one: confirm(one, next(asking), codes))
    assert sorted(said) == ["taken", "taken", "taken", "taken", "verified"]
    query = "select count(*) from public.user_sms_preferences where phone_number = %s and phone_verified"
    assert await value(connections[0], query, NUMBER) == 1


async def confirm(connection: Connection, user: object, codes: dict[object, str]) -> str:
    """Confirm with the right code."""
    return str(await value(connection, CONFIRM, user, codes[user]))


async def test_a_numbers_limit_holds_in_parallel(connections: Sequence[Connection]) -> None:
    asking = iter(await users(connections[0], len(connections)))
    said = await at_once(connections, lambda one: value(one, START, next(asking), NUMBER))
    assert said.count("sent") == 5
    assert said.count("too_many") == len(connections) - 5


async def test_guesses_in_parallel_are_all_counted(connections: Sequence[Connection]) -> None:
    (user,) = await users(connections[0], 1)
    await value(connections[0], START, user, NUMBER)
    code = await the_code(connections[0], user)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    said = await at_once(connections, lambda one: value(one, CONFIRM, user, wrong))
    assert sorted(said) == ["none"] * (len(connections) - 5) + ["too_many_tries"] + ["wrong"] * 4
    assert await value(connections[0], CONFIRM, user, code) == "none"


@asynccontextmanager
async def signed_in(connection: Connection, user: object) -> AsyncIterator[None]:
    """Begin a transaction of a client's."""
    async with connection.transaction():
        await connection.execute("set local role herald_client")
        await value(connection, "select set_config('request.jwt.claims', %s, true)", f'{{"sub": "{user}"}}')
        yield


async def guess(connection: Connection, user: object, code: str, *, is_kept: bool = True) -> str:
    """Guess as a client, in a transaction of its own, and take it back if told so."""
    said = ""
    async with signed_in(connection, user):
        said = str(await value(connection, CONFIRM, user, code))
        if not is_kept:
            raise psycopg.Rollback
    return said


async def test_a_guess_that_is_rolled_back_tells_nothing(connections: Sequence[Connection]) -> None:
    (client, other, *_) = connections
    (user,) = await users(client, 1)
    assert await value(client, START, user, NUMBER) == "sent"
    code = await the_code(client, user)
    wrong = [f"{(int(code) + n) % 1_000_000:06}" for n in range(1, 7)]

    assert {await guess(client, user, one, is_kept=False) for one in [*wrong, code, code]} == {"checking"}
    async with signed_in(client, user):
        for _ in range(2):
            async with client.transaction():
                assert await value(client, CONFIRM, user, code) == "checking"
            assert await value(client, "select phone_verified from public.user_sms_preferences") is False
        raise psycopg.Rollback

    assert await guess(client, user, wrong[0]) == "checking"
    assert await guess(client, user, wrong[0], is_kept=False) == "wrong"
    assert [await guess(client, user, one) for one in wrong[1:4]] == ["checking"] * 3
    assert await guess(client, user, code) == "checking"
    assert await guess(other, user, code, is_kept=False) == "verified"
    assert await guess(client, user, wrong[4], is_kept=False) == "too_many_tries"
    assert await guess(other, user, code) == "verified"
    assert await guess(client, user, code) == "none"


async def test_a_client_has_no_more_tries_than_others(connections: Sequence[Connection]) -> None:
    (client, *_) = connections
    (user,) = await users(client, 1)
    assert await value(client, START, user, NUMBER) == "sent"
    code = await the_code(client, user)
    wrong = [f"{(int(code) + n) % 1_000_000:06}" for n in range(1, 6)]
    said = [[await guess(client, user, one), await guess(client, user, one)] for one in wrong]
    assert said == [["checking", "wrong"]] * 4 + [["checking", "too_many_tries"]]
    assert await guess(client, user, code) == "none"


async def test_twilio_verify_is_not_asked_about_guesses_without_end(connections: Sequence[Connection]) -> None:
    (user,) = await users(connections[0], 1)
    await rows(connections[0], "update herald.settings set verification_provider = 'twilio_verify' returning 1")
    assert await value(connections[0], START, user, NUMBER) == "sent"
    guesses = iter(range(len(connections)))
    said = await at_once(connections, lambda one: value(one, CONFIRM, user, f"{next(guesses):06}"))
    assert said == ["checking"] * len(connections)
    assert await value(connections[0], "select count(*) from herald.verify_requests where kind = 'check'") == 5


async def test_a_code_goes_all_the_way(database_url: str, simulator: "Simulator") -> None:
    desk = Desk(database_url)
    (user,) = await desk.rows("select tests.a_user() as id")
    async with a_runner(database_url, simulator):
        await desk.rows("select * from public.start_phone_verification(%s, %s)", user["id"], NUMBER)
        await desk.until({"sent": 1})
    (message,) = simulator.messages
    found = re.search(r"[0-9]{6}", message.body)
    assert found
    assert message.to == NUMBER
    (said,) = await desk.rows("select public.confirm_phone_verification(%s, %s) as word", user["id"], found[0])
    assert said == {"word": "verified"}
    (text,) = await desk.rows("select message_content from public.sms_messages")
    assert found[0] not in text["message_content"]


async def asked(desk: Desk, user: object, code: str) -> str:
    """Confirm until it is known what becomes of it."""
    for _ in range(100):
        (said,) = await desk.rows("select public.confirm_phone_verification(%s, %s) as word", user, code)
        if said["word"] != "checking":
            return str(said["word"])
        await asyncio.sleep(0.05)
    raise AssertionError("still checking")


@asynccontextmanager
async def by_twilio_verify(
    desk: Desk,
    simulator: "Simulator",
    **changes: Any,  # noqa: ANN401  the fields of TwilioSettings
) -> AsyncIterator[None]:
    """Have Twilio Verify make and check the codes; `changes`: other settings of the account than it has."""
    await desk.rows("update herald.settings set verification_provider = 'twilio_verify'")
    account: dict[str, Any] = {
        "account_sid": simulator.account_sid,
        "auth_token": Secret(simulator.auth_token),
        "sender": SENDER,
        "api_url": simulator.base_url,
        "verify_service_sid": f"VA{'0' * 32}",
    }
    async with Database(Secret(desk.url)) as database, verifying(database, TwilioSettings(**{**account, **changes})):
        yield


async def test_twilio_verify_does_the_same(desk: Desk, simulator: "Simulator") -> None:
    (user,) = await desk.rows("select tests.a_user() as id")
    async with by_twilio_verify(desk, simulator):
        (said,) = await desk.rows("select status from public.start_phone_verification(%s, %s)", user["id"], NUMBER)
        assert said == {"status": "sent"}
        await until(lambda: NUMBER in simulator.codes)
        code = simulator.codes[NUMBER]
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        assert await asked(desk, user["id"], wrong) == "wrong"
        assert await asked(desk, user["id"], wrong) == "wrong"
        assert await asked(desk, user["id"], code) == "verified"
        assert await asked(desk, user["id"], code) == "verified", "whoever asks again is told the same"
        assert await asked(desk, user["id"], wrong) == "none"
    (wishes,) = await desk.rows("select phone_number, phone_verified from public.user_sms_preferences")
    assert wishes == {"phone_number": NUMBER, "phone_verified": True}
    assert await desk.rows("select id from public.sms_messages") == []
    requests = await desk.rows("select kind, outcome, code from herald.verify_requests order by created_at")
    assert [tuple(request.values()) for request in requests] == [
        ("start", "sent", None),
        ("check", "wrong", None),
        ("check", "approved", None),
    ]


async def test_a_code_that_twilio_verify_does_not_know_is_over(desk: Desk, simulator: "Simulator") -> None:
    (user,) = await desk.rows("select tests.a_user() as id")
    async with by_twilio_verify(desk, simulator):
        await desk.rows("select * from public.start_phone_verification(%s, %s)", user["id"], NUMBER)
        await until(lambda: NUMBER in simulator.codes)
        simulator.codes.clear()
        assert await asked(desk, user["id"], "123456") == "expired"
    (ended,) = await desk.rows("select outcome from herald.phone_verifications")
    assert ended == {"outcome": "expired"}


async def test_twilio_verify_that_is_away_does_no_harm(desk: Desk, simulator: "Simulator") -> None:
    (user,) = await desk.rows("select tests.a_user() as id")
    async with by_twilio_verify(desk, simulator, auth_token=Secret("wrong"), api_url="http://127.0.0.1:9"):
        await desk.rows("select * from public.start_phone_verification(%s, %s)", user["id"], NUMBER)
        for _ in range(100):
            (request,) = await desk.rows("select outcome from herald.verify_requests")
            if request["outcome"]:
                break
            await asyncio.sleep(0.05)
    assert request == {"outcome": "failed"}
