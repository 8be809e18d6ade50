"""The simulated Twilio answers as the API's own description says, and misbehaves only when told to."""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import ClientSession, encode_basic_auth, web
from click.testing import CliRunner
from jsonschema import Draft4Validator
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from pgherald.commands.simulate import simulate
from pgherald.simulator import Simulator

NUMBER: Final = "+15005550006"
RECIPIENT: Final = "+12025550123"
API: Final = json.loads((Path(__file__).parent / "data/twilio_messages_openapi.json").read_text("utf-8"))
FORM: Final = {"To": RECIPIENT, "From": NUMBER, "Body": "hello"}


def nullable(schema: Any) -> Any:  # noqa: ANN401  any JSON
    """Say in JSON Schema what OpenAPI 3.0 says with `nullable`."""
    if isinstance(schema, list):
        return [nullable(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: nullable(value) for key, value in schema.items()}
    if made.pop("nullable", False):
        return {"anyOf": [made, {"type": "null"}]}
    return made


COMPONENTS: Final = nullable(API["components"])
LIST: Final = nullable(
    API["paths"][f"/{'2010-04-01'}/Accounts/{{AccountSid}}/Messages.json"]["get"]["responses"]["200"]["content"][
        "application/json"
    ]["schema"]
)


def assert_matches(schema: Mapping[str, Any], answer: object) -> None:
    """Hold an answer against Twilio's description: every property known, each of its type."""
    Draft4Validator({**schema, "components": COMPONENTS}).validate(answer)


def assert_is_message(answer: Mapping[str, Any]) -> None:
    message = COMPONENTS["schemas"]["api.v2010.account.message"]
    assert_matches({"$ref": "#/components/schemas/api.v2010.account.message"}, answer)
    assert set(answer) == set(message["properties"])


def messages_url(simulator: Simulator) -> str:
    return f"{simulator.base_url}/2010-04-01/Accounts/{simulator.account_sid}/Messages.json"


@asynccontextmanager
async def account(simulator: Simulator) -> AsyncIterator[ClientSession]:
    right = {"Authorization": encode_basic_auth(simulator.account_sid, simulator.auth_token)}
    async with ClientSession(headers=right) as session:
        yield session


@asynccontextmanager
async def receiver() -> AsyncIterator[tuple[str, list[tuple[str, dict[str, str], str]]]]:
    """Take callbacks: gives an address, and what came there (url, fields, signature)."""
    came: list[tuple[str, dict[str, str], str]] = []

    async def take(request: web.Request) -> web.Response:
        fields = {key: str(value) for key, value in (await request.post()).items()}
        came.append((str(request.url), fields, request.headers["X-Twilio-Signature"]))
        return web.Response(status=204)

    application = web.Application()
    application.router.add_post("/status", take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/status", came
    finally:
        await runner.cleanup()


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that is bound to come."""
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.01)


async def test_a_text_is_accepted_as_twilio_would_accept_it(simulator: Simulator) -> None:
    async with account(simulator) as session, session.post(messages_url(simulator), data=FORM) as answer:
        assert answer.status == 201
        message = await answer.json()
    assert_is_message(message)
    assert (message["status"], message["to"], message["from"], message["body"]) == (
        "queued",
        RECIPIENT,
        NUMBER,
        "hello",
    )
    assert message["num_segments"] == "1"
    assert message["date_sent"] is None


async def test_a_messaging_service_names_no_number_and_counts_nothing_at_first(simulator: Simulator) -> None:
    form = {"To": RECIPIENT, "MessagingServiceSid": f"MG{'0' * 32}", "Body": "hello"}
    async with account(simulator) as session, session.post(messages_url(simulator), data=form) as answer:
        message = await answer.json()
    assert_is_message(message)
    assert (message["status"], message["from"], message["num_segments"]) == ("accepted", None, "0")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"To": ""}, 400, 21604),
        ({"From": ""}, 400, 21603),
        ({"Body": " "}, 400, 21602),
        ({"Body": "x" * 1601}, 400, 21617),
        ({"To": "12025550123"}, 400, 21211),
        ({"To": "+15005550001"}, 400, 21211),
        ({"To": "+15005550002"}, 400, 21612),
        ({"To": "+15005550003"}, 400, 21408),
        ({"To": "+15005550004"}, 400, 21610),
        ({"To": "+15005550009"}, 400, 21614),
        ({"From": "+15005550001"}, 400, 21212),
        ({"From": "+1"}, 400, 21212),
        ({"From": "+15005550007"}, 400, 21606),
        ({"From": "+15005550008"}, 429, 21611),
        ({"StatusCallback": "not an address"}, 400, 21609),
        ({"ValidityPeriod": "0"}, 400, 90007),
        ({"ValidityPeriod": "36001"}, 400, 90007),
        ({"ValidityPeriod": "²"}, 400, 90007),
        ({"StatusCallback": "http://[nowhere"}, 400, 21609),
    ],
)
async def test_what_twilio_refuses_is_refused(
    simulator: Simulator, change: Mapping[str, str], status: int, code: int
) -> None:
    async with account(simulator) as session, session.post(messages_url(simulator), data={**FORM, **change}) as answer:
        body = await answer.json()
    assert (answer.status, body["code"], body["status"]) == (status, code, status)
    assert set(body) == {"code", "message", "more_info", "status"}
    assert simulator.messages == []
    assert len(simulator.requests) == 1


async def test_strangers_are_refused_and_remembered(simulator: Simulator) -> None:
    wrong = {"Authorization": encode_basic_auth(simulator.account_sid, "wrong")}
    async with ClientSession(headers=wrong) as session, session.post(messages_url(simulator), data=FORM) as answer:
        assert (answer.status, (await answer.json())["code"]) == (401, 20003)
    other = messages_url(simulator).replace(simulator.account_sid, f"AC{'0' * 32}")
    async with account(simulator) as session, session.post(other, data=FORM) as answer:
        assert (answer.status, (await answer.json())["code"]) == (404, 20404)
    assert [request.to for request in simulator.requests] == [RECIPIENT, RECIPIENT]
    assert simulator.messages == []


async def test_a_form_that_cannot_be_read_is_refused_and_not_remembered(simulator: Simulator) -> None:
    broken = {"Content-Type": "application/x-www-form-urlencoded; charset=no-such"}
    url = messages_url(simulator)
    async with account(simulator) as session, session.post(url, data=b"To=%2B1", headers=broken) as answer:
        assert answer.status == 400
    assert simulator.requests == []


async def test_the_official_client_creates_fetches_lists_and_is_refused(simulator: Simulator) -> None:
    client = Client(simulator.account_sid, simulator.auth_token)
    client.api.base_url = simulator.base_url

    def use() -> tuple[str, str, int, list[str], int | None]:
        for number in range(7):
            client.messages.create(to=RECIPIENT, from_=NUMBER, body=f"text {number}")
        created = client.messages.create(to="+12025550199", from_=NUMBER, body="last")
        fetched = client.messages(created.sid).fetch()
        listed = client.messages.list(to=RECIPIENT, page_size=3)
        try:
            client.messages.create(to="+15005550001", from_=NUMBER, body="x")
        except TwilioRestException as error:
            return created.sid, fetched.sid, len(listed), [message.body for message in listed], error.code
        raise AssertionError("the bad number was taken")

    created, fetched, count, bodies, code = await asyncio.to_thread(use)
    assert created == fetched
    assert (count, code) == (7, 21211)
    assert bodies == [f"text {number}" for number in reversed(range(7))]


async def test_the_list_is_in_pages_and_by_day_of_sending(simulator: Simulator) -> None:
    simulator.faults.status_delay = 0.001
    async with account(simulator) as session:
        for _ in range(5):
            await (await session.post(messages_url(simulator), data=FORM)).read()
        await until(lambda: all(message.status == "delivered" for message in simulator.messages))
        async with session.get(messages_url(simulator), params={"PageSize": "2"}) as answer:
            page = await answer.json()
        assert_matches(LIST, page)
        assert (len(page["messages"]), page["page_size"], page["previous_page_uri"]) == (2, 2, None)
        async with session.get(simulator.base_url + page["next_page_uri"]) as answer:
            second = await answer.json()
        sids = {message["sid"] for message in page["messages"]}
        assert sids.isdisjoint(message["sid"] for message in second["messages"])

        today = datetime.now(UTC).date().isoformat()
        for query, count in (({"DateSent": today}, 5), ({"DateSent<": "2020-01-01"}, 0), ({"DateSent>": today}, 5)):
            async with session.get(messages_url(simulator), params=query) as answer:
                assert len((await answer.json())["messages"]) == count
        simulator.faults.list_lag = 60
        async with session.get(messages_url(simulator)) as answer:
            assert (await answer.json())["messages"] == []


async def test_a_page_goes_on_where_the_last_one_ended(simulator: Simulator) -> None:
    async def create(session: ClientSession, count: int) -> list[str]:
        return [(await (await session.post(messages_url(simulator), data=FORM)).json())["sid"] for _ in range(count)]

    async def look(session: ClientSession, path: str) -> tuple[dict[str, Any], list[str]]:
        async with session.get(simulator.base_url + path) as answer:
            page = await answer.json()
        assert_matches(LIST, page)
        return page, [message["sid"] for message in page["messages"]]

    async with account(simulator) as session:
        sids = list(reversed(await create(session, 6)))
        path = messages_url(simulator).removeprefix(simulator.base_url)
        first, seen = await look(session, f"{path}?PageSize=2&To=%2B12025550123")
        assert seen == sids[0:2]
        newer = list(reversed(await create(session, 3)))
        second, seen = await look(session, first["next_page_uri"])
        assert seen == sids[2:4]

        # Even if the text where the page ended is gone meanwhile.
        assert (await session.delete(f"{messages_url(simulator)[:-5]}/{sids[3]}.json")).status == 204
        third, seen = await look(session, second["next_page_uri"])
        assert (seen, third["next_page_uri"], third["page"]) == (sids[4:6], None, 2)

        _, seen = await look(session, third["previous_page_uri"])
        assert seen == sids[1:3]
        _, seen = await look(session, second["previous_page_uri"])
        assert seen == sids[0:2]
        _, seen = await look(session, first["first_page_uri"])
        assert seen == newer[0:2]
        async with session.get(messages_url(simulator), params={"PageToken": "PAnothing"}) as answer:
            assert answer.status == 400


async def test_a_text_can_be_cancelled_until_it_leaves(simulator: Simulator) -> None:
    simulator.faults.status_delay = 0.3
    async with account(simulator) as session:
        async with session.post(messages_url(simulator), data=FORM) as answer:
            sid = (await answer.json())["sid"]
        one = f"{messages_url(simulator)[:-5]}/{sid}.json"
        async with session.post(one, data={"Status": "canceled"}) as answer:
            assert (answer.status, (await answer.json())["status"]) == (200, "canceled")
        message = simulator.messages[0]
        assert message.updated_at is not None
        assert message.updated_at > message.created_at
        await asyncio.sleep(0.5)
        assert message.history == ["queued", "canceled"]
        async with session.post(one, data={"Status": "canceled"}) as answer:
            assert (answer.status, (await answer.json())["code"]) == (400, 30409)


async def test_callbacks_are_signed_and_tell_each_step_but_the_first(simulator: Simulator) -> None:
    async with receiver() as (url, came), account(simulator) as session:
        form = {**FORM, "StatusCallback": f"{url}?m=attempt#rc=5&rp=all"}
        await (await session.post(messages_url(simulator), data=form)).read()
        await until(lambda: len(came) == 3)
    assert [fields["MessageStatus"] for _, fields, _ in came] == ["sending", "sent", "delivered"]
    validator = RequestValidator(simulator.auth_token)
    for address, fields, signature in came:
        assert address == f"{url}?m=attempt"
        assert validator.validate(address, fields, signature)
        assert not validator.validate(address, {**fields, "MessageStatus": "failed"}, signature)


@pytest.mark.parametrize(
    ("to", "end", "code"),
    [("+15005530005", "undelivered", "30005"), ("+15005530001", "failed", "30001"), (RECIPIENT, "delivered", None)],
)
async def test_a_number_decides_how_its_texts_end(simulator: Simulator, to: str, end: str, code: str | None) -> None:
    async with receiver() as (url, came), account(simulator) as session:
        await (await session.post(messages_url(simulator), data={**FORM, "To": to, "StatusCallback": url})).read()
        await until(lambda: bool(came) and came[-1][1]["MessageStatus"] == end)
    assert came[-1][1].get("ErrorCode") == code


async def test_callbacks_can_be_doubled_shuffled_dropped_and_too_early(simulator: Simulator) -> None:
    async with receiver() as (url, came), account(simulator) as session:
        form = {**FORM, "StatusCallback": url}

        simulator.faults.change(callback_duplicates=1, callback_shuffle=True)
        for _ in range(10):
            await (await session.post(messages_url(simulator), data=form)).read()
        await until(lambda: len(came) == 60)
        assert set(Counter((fields["MessageSid"], fields["MessageStatus"]) for _, fields, _ in came).values()) == {2}
        orders: dict[str, list[str]] = {}
        for _, fields, _ in came:
            orders.setdefault(fields["MessageSid"], []).append(fields["MessageStatus"])
        assert any(order[0] != "sending" for order in orders.values())

        simulator.faults.clear()
        came.clear()
        simulator.faults.callback_drop = 1
        await (await session.post(messages_url(simulator), data=form)).read()
        await until(lambda: simulator.messages[-1].status == "delivered")
        assert came == []

        simulator.faults.clear()
        simulator.faults.callback_before_answer = True
        async with session.post(messages_url(simulator), data=form):
            assert came


async def test_a_slow_webhook_holds_no_text_up_and_hears_in_order(simulator: Simulator) -> None:
    heard: list[str] = []
    gate = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        status = str((await request.post())["MessageStatus"])
        await gate.wait()
        if status == "sending":
            await asyncio.sleep(0.1)
        heard.append(status)
        return web.Response(status=204)

    application = web.Application()
    application.router.add_post("/status", take)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        form = {**FORM, "StatusCallback": f"http://127.0.0.1:{runner.addresses[0][1]}/status"}
        async with account(simulator) as session:
            await (await session.post(messages_url(simulator), data=form)).read()
        async with asyncio.timeout(2):
            await until(lambda: simulator.messages[0].status == "delivered")
        assert heard == []
        gate.set()
        await until(lambda: len(heard) == 3)
        assert heard == ["sending", "sent", "delivered"]
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("fragment", ["rc=abc", "rc=-1", "rc=²", "rc", "rp=all"])
async def test_a_fragment_without_sense_repeats_nothing(simulator: Simulator, fragment: str) -> None:
    async with receiver() as (url, came), account(simulator) as session:
        form = {**FORM, "StatusCallback": f"{url}#{fragment}"}
        await (await session.post(messages_url(simulator), data=form)).read()
        await until(lambda: len(came) == 3)
    assert simulator.messages[0].status == "delivered"


@pytest.mark.parametrize("is_early", [False, True])
async def test_a_text_without_an_answer_lives_once(
    simulator: Simulator,
    is_early: bool,  # noqa: FBT001
) -> None:
    simulator.faults.add("accept_then_hang", times=1)
    simulator.faults.callback_before_answer = is_early
    async with receiver() as (url, came), account(simulator) as session:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await session.post(messages_url(simulator), data={**FORM, "StatusCallback": url})
        await until(lambda: len(came) >= 3)
        await asyncio.sleep(0.2)
        assert simulator.messages[0].history == ["queued", "sending", "sent", "delivered"]
        assert len(came) == 3


@pytest.mark.parametrize(
    ("kind", "is_accepted"),
    [("drop", False), ("accept_then_drop", True), ("truncate", True), ("accept_then_hang", True)],
)
async def test_a_connection_can_break_before_and_after_the_yes(
    simulator: Simulator,
    kind: Any,  # noqa: ANN401
    is_accepted: bool,  # noqa: FBT001
) -> None:
    simulator.faults.add(kind, times=1)
    async with account(simulator) as session:
        with pytest.raises((aiohttp.ClientError, TimeoutError)):
            async with asyncio.timeout(0.5), session.post(messages_url(simulator), data=FORM) as answer:
                await answer.json()
        assert len(simulator.messages) == int(is_accepted)
        async with session.post(messages_url(simulator), data=FORM) as answer:
            assert answer.status == 201


async def test_it_answers_with_errors_when_told_to(simulator: Simulator) -> None:
    simulator.faults.add("throttle", times=1, retry_after=7)
    simulator.faults.add("error", times=1, status=503)
    simulator.faults.add("accept_then_error", times=1)
    simulator.faults.add("garble", times=1)
    simulator.faults.add("throttle", to="+12025550177")
    async with account(simulator) as session:
        seen = []
        for _ in range(4):
            async with session.post(messages_url(simulator), data=FORM) as answer:
                seen.append((answer.status, answer.headers.get("Retry-After"), len(simulator.messages)))
        assert seen == [(429, "7", 0), (503, None, 0), (500, None, 1), (201, None, 2)]
        async with session.post(messages_url(simulator), data={**FORM, "To": "+12025550177"}) as answer:
            assert (answer.status, (await answer.json())["code"]) == (429, 20429)


async def test_chances_are_the_same_for_the_same_seed() -> None:
    async def run(seed: int) -> list[int]:
        simulator = Simulator(seed=seed)
        simulator.faults.add("error", probability=0.5)
        async with simulator.serve(), account(simulator) as session:
            return [(await session.post(messages_url(simulator), data=FORM)).status for _ in range(20)]

    assert await run(1) == await run(1)
    assert await run(1) != await run(2)


async def test_what_callbacks_do_changes_no_answer() -> None:
    async def run(**settings: Any) -> list[int]:  # noqa: ANN401
        simulator = Simulator(seed=1)
        simulator.faults.add("error", probability=0.5)
        simulator.faults.change(status_delay=0, **settings)
        statuses = []
        async with simulator.serve(), account(simulator) as session, receiver() as (url, _):
            for _ in range(20):
                async with session.post(messages_url(simulator), data={**FORM, "StatusCallback": url}) as answer:
                    statuses.append(answer.status)
                await until(lambda: all(message.status == "delivered" for message in simulator.messages))
        return statuses

    plain = await run()
    assert set(plain) == {201, 500}
    assert await run(callback_drop=0.5, callback_duplicates=2) == plain
    assert await run(callback_shuffle=True) == plain


@pytest.mark.parametrize(
    "wanted",
    [
        {"kind": "error", "times": "3"},
        {"kind": "error", "times": True},
        {"kind": "error", "times": -1},
        {"kind": "error", "status": 200},
        {"kind": "error", "status": "500"},
        {"kind": "error", "to": 12025550123},
        {"kind": "error", "probability": "1"},
        {"kind": "error", "probability": float("nan")},
        {"kind": "delay", "seconds": "1"},
        {"kind": "delay", "seconds": -1},
        {"kind": "throttle", "retry_after": "soon"},
        {"kind": ["error"]},
        {"kind": "error", "colour": "red"},
        {"status_delay": "1"},
        {"status_delay": 0.1, "list_lag": None},
        {"callback_duplicates": 1.5},
        {"callback_shuffle": "no"},
        {"callback_drop": 2},
        {"rules": []},
        ["kind"],
        7,
    ],
)
async def test_a_fault_of_the_wrong_kind_is_refused_when_it_is_added(
    simulator: Simulator,
    wanted: Any,  # noqa: ANN401
) -> None:
    faults = f"{simulator.base_url}/_simulator/faults"
    async with ClientSession() as session:
        async with session.get(faults) as answer:
            before = await answer.json()
        async with session.post(faults, json=wanted) as answer:
            assert answer.status == 400
            assert (await answer.json())["error"]
        async with session.get(faults) as answer:
            assert await answer.json() == before


async def test_faults_can_be_read_and_all_be_begun_anew_over_http(simulator: Simulator) -> None:
    async with account(simulator) as session:
        faults = f"{simulator.base_url}/_simulator/faults"
        await (await session.post(messages_url(simulator), data=FORM)).read()
        await (await session.post(faults, json={"kind": "throttle", "times": 3, "retry_after": 2})).read()
        await (await session.post(faults, json={"list_lag": 5})).read()
        async with session.get(faults) as answer:
            assert await answer.json() == {
                "rules": [
                    {
                        "kind": "throttle",
                        "to": None,
                        "times": 3,
                        "probability": 1.0,
                        "seconds": 1.0,
                        "retry_after": 2,
                        "status": 500,
                    }
                ],
                "status_delay": 0.02,
                "callback_duplicates": 0,
                "callback_shuffle": False,
                "callback_drop": 0.0,
                "callback_before_answer": False,
                "list_lag": 5,
            }
        async with session.post(f"{simulator.base_url}/_simulator/reset") as answer:
            assert answer.status == 204
        assert (simulator.messages, simulator.requests, simulator.faults.rules) == ([], [], [])
        async with session.get(faults) as answer:
            assert (await answer.json())["list_lag"] == 0
        async with session.post(messages_url(simulator), data=FORM) as answer:
            assert answer.status == 201


async def test_the_command_misbehaves_as_its_options_say_and_prints_each_text() -> None:
    options = "--port 0 --fault throttle --fault-times 1 --fault-to +12025550123 --retry-after 7 --list-lag 60"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TWILIO_")}
    command = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pgherald", "simulate", *options.split(), stdout=asyncio.subprocess.PIPE, env=environment
    )
    assert command.stdout
    try:
        async with asyncio.timeout(30):
            said = [(await command.stdout.readline()).decode().strip() for _ in range(6)]
            given = dict(line.removeprefix("export ").split("=", 1) for line in said)
            url = f"{given['TWILIO_API_URL']}/2010-04-01/Accounts/{given['TWILIO_ACCOUNT_SID']}/Messages"
            right = {"Authorization": encode_basic_auth(given["TWILIO_ACCOUNT_SID"], given["TWILIO_AUTH_TOKEN"])}
            async with ClientSession(headers=right) as session:
                async with session.post(f"{url}.json", data=FORM) as answer:
                    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
                for _ in range(3):
                    async with session.post(f"{url}.json", data=FORM) as answer:
                        sid = (await answer.json())["sid"]
                    async with session.get(f"{url}.json") as answer:
                        assert (await answer.json())["messages"] == []
                    line = (await command.stdout.readline()).decode()
                    assert sid in line
                    assert line.endswith("to …0123\n")
                    assert (await session.delete(f"{url}/{sid}.json")).status == 204
    finally:
        command.terminate()
        await command.communicate()
    assert command.returncode == 0


@pytest.mark.parametrize("option", ["--fault-times=1", "--fault-to=+12025550123", "--probability=0.5"])
def test_the_command_takes_no_half_a_fault(option: str) -> None:
    done = CliRunner().invoke(simulate, [option])
    assert done.exit_code == 2
    assert "--fault" in done.output


async def test_it_can_be_told_over_http(simulator: Simulator) -> None:
    async with account(simulator) as session:
        faults = f"{simulator.base_url}/_simulator/faults"
        async with session.post(faults, json={"kind": "nonsense"}) as answer:
            assert answer.status == 400
        async with session.post(faults, json={"status_dealy": 1}) as answer:
            assert answer.status == 400
        async with session.post(faults, json={"kind": "error", "times": 1}) as answer:
            assert answer.status == 204
        async with session.post(messages_url(simulator), data=FORM) as answer:
            assert answer.status == 500
        async with session.post(faults, json={"kind": "error"}) as answer:
            assert answer.status == 204
        async with session.delete(faults) as answer:
            assert answer.status == 204
        async with session.post(messages_url(simulator), data=FORM) as answer:
            assert answer.status == 201
        async with session.get(f"{simulator.base_url}/_simulator/messages") as answer:
            assert [message["body"] for message in await answer.json()] == ["hello"]


async def test_somebody_can_text_us(simulator: Simulator) -> None:
    async with receiver() as (url, came), ClientSession() as session:
        wanted = {"url": url, "from": RECIPIENT, "to": NUMBER, "body": "STOP"}
        async with session.post(f"{simulator.base_url}/_simulator/inbound", json=wanted) as answer:
            assert await answer.json() == {"status": 204}
        async with session.post(f"{simulator.base_url}/_simulator/inbound", json={}) as answer:
            assert answer.status == 400
    address, fields, signature = came[0]
    assert (fields["From"], fields["To"], fields["Body"]) == (RECIPIENT, NUMBER, "STOP")
    assert RequestValidator(simulator.auth_token).validate(address, fields, signature)
