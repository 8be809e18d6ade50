"""Web Push against an endpoint that decrypts what it gets and checks who it is from; and where nothing may be sent."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pgherald.channels import ChannelError, NotificationAnswer
from pgherald.channels.push import Push, _is_public
from pgherald.database import Database
from pgherald.jobs import Notifications
from pgherald.settings import PushSettings, RunSettings, Secret
from pgherald.simulator.push import Device, decode, encode
from stage import Desk, a_notification, a_worker, until

WORDS = {"title": "Überweisung fällig ✓", "body": "Grüße, 日本 🚀", "url": "https://example.com/t/1?a=b", "more": 1}
KEY = ec.generate_private_key(ec.SECP256R1())
RAW_KEY = encode(KEY.private_numbers().private_value.to_bytes(32, "big"))


@pytest.fixture
async def device() -> AsyncIterator[Device]:
    """Give a device whose push service runs."""
    device = Device()
    async with device.running():
        yield device


def settings(**changes: Any) -> PushSettings:  # noqa: ANN401  the fields of PushSettings
    given = {"private_key": Secret(RAW_KEY), "subject": "mailto:app@example.org", "allow_private": True}
    return PushSettings(**{**given, **changes})


async def send(
    device: Device,
    words: Mapping[str, Any] = WORDS,
    *,
    run: PushSettings | None = None,
    **changes: Any,  # noqa: ANN401  the fields of ClaimedNotification
) -> NotificationAnswer:
    """Send one message."""
    keys = {"p256dh_key": device.subscription["p256dh"], "auth_key": device.subscription["auth"]}
    notification = a_notification("push", device.endpoint, words, **{**keys, **changes})
    async with Push(run or settings(), connections=5) as push:
        return await push.deliver(notification)


async def test_a_message_arrives_encrypted_and_signed(device: Device) -> None:
    notification = a_notification(
        "push",
        device.endpoint,
        WORDS,
        p256dh_key=device.subscription["p256dh"],
        auth_key=device.subscription["auth"],
        expires_in_seconds=90,
    )
    async with Push(settings(), connections=5) as push:
        answer = await push.deliver(notification)
    assert answer == NotificationAnswer(delivered=True, code=201, external_id="/message/1")
    assert device.messages == [
        {
            "title": WORDS["title"],
            "body": WORDS["body"],
            "url": WORDS["url"],
            "delivery_id": str(notification.delivery_id),
            "event_type": "task.due_soon",
        }
    ]
    headers, body = device.requests[0]
    assert b"Gr" not in body
    assert headers["Content-Encoding"] == "aes128gcm"
    assert headers["TTL"] == "90"
    assert headers["Urgency"] == "normal"
    assert base64.urlsafe_b64decode(headers["Topic"] + "==") == notification.delivery_id.bytes
    assert len(headers["Topic"]) <= 32
    claims = checked(headers["Authorization"])
    assert claims["aud"] == "http://" + urlsplit(device.endpoint).netloc
    assert claims["sub"] == "mailto:app@example.org"
    assert time.time() < claims["exp"] <= time.time() + 86_400


def checked(authorization: str) -> dict[str, Any]:
    """Check the token as a push service does, with the key that browsers subscribed to, and give its claims."""
    scheme, _, parameters = authorization.partition(" ")
    fields = dict(field.strip().split("=", 1) for field in parameters.split(","))
    head, body, signature = fields["t"].split(".")
    assert scheme == "vapid"
    assert json.loads(decode(head))["alg"] == "ES256"
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(fields["k"]))
    assert key == KEY.public_key()
    r, s = decode(signature)[:32], decode(signature)[32:]
    signed = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    key.verify(signed, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    claims: dict[str, Any] = json.loads(decode(body))
    return claims


@pytest.mark.parametrize(("seconds", "ttl"), [(None, "2419200"), (0, "0"), (60, "60"), (10**8, "2419200")])
async def test_a_message_is_kept_as_long_as_it_is_worth_something(
    device: Device, seconds: int | None, ttl: str
) -> None:
    await send(device, expires_in_seconds=seconds)
    assert device.requests[0][0]["TTL"] == ttl


@pytest.mark.parametrize(("priority", "urgency"), [(1, "high"), (5, "normal"), (10, "normal"), (20, "low")])
async def test_urgency_follows_priority(device: Device, priority: int, urgency: str) -> None:
    await send(device, priority=priority)
    assert device.requests[0][0]["Urgency"] == urgency


@pytest.mark.parametrize(
    "words",
    [
        {"title": "t", "body": "x" * 10_000, "url": "https://example.com"},
        {"title": "t", "body": "🚀" * 5000},
        {"title": "t", "body": '"\\\n' * 5000},
        {"title": "ü" * 9000, "body": "ü" * 9000, "url": "https://example.com/" + "a" * 1900},
        {"title": "t", "body": "b", "url": "https://example.com/" + "a" * 9000},
        {"title": "\x00\x01" * 3000, "body": ""},
    ],
)
async def test_what_is_too_long_is_cut_to_what_every_push_service_takes(device: Device, words: dict[str, str]) -> None:
    assert (await send(device, words)).delivered
    (message,) = device.messages
    size = len(device.requests[0][1])
    assert size <= 4096
    for field in ("title", "body"):
        assert words[field].startswith(message[field].removesuffix("…").rstrip()), "cut, and nothing else"
    if len(words.get("url", "")) < 2000:
        assert size > 4000, "and no shorter than needed"
        assert message.get("url") == words.get("url")
    else:
        assert "url" not in message


async def test_a_message_needs_no_words(device: Device) -> None:
    assert (await send(device, {})).delivered
    assert device.messages[0]["title"] == "task.due_soon"


@pytest.mark.parametrize("status", [400, 403, 404, 410, 413, 429, 500, 301])
async def test_what_a_push_service_says_is_told_as_it_is(device: Device, status: int) -> None:
    device.status = status
    device.headers = {"Location": device.endpoint}
    device.body = f"no: {device.endpoint} is not for someone@example.com, {device.subscription['p256dh']}"
    answer = await send(device)
    assert (answer.delivered, answer.code) == (False, status)
    assert len(device.requests) == 1, "no redirect is followed"
    assert answer.error_message == "no: ••• is not for •••, •••"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "17"}, 17),
        ({"Retry-After": format_datetime(datetime.now(UTC) + timedelta(days=365), usegmt=True)}, 86_400),
        (
            {
                "Date": "Wed, 21 Oct 2015 07:28:00 GMT",
                "Retry-After": "Wed, 21 Oct 2015 07:29:30 GMT",
            },
            90,
        ),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
async def test_when_to_come_again_is_read_as_seconds_or_as_a_date(
    device: Device, headers: dict[str, str], seconds: int | None
) -> None:
    device.status, device.headers = 429, headers
    assert (await send(device)).retry_after_seconds == seconds


async def test_a_push_service_that_is_away_or_hangs_gives_no_code(device: Device) -> None:
    answer = await send(device, run=settings(send_timeout=0.3, connect_timeout=0.3), address="http://127.0.0.1:1/push")
    assert (answer.delivered, answer.code) == (False, None)
    device.delay = 3
    answer = await send(device, run=settings(send_timeout=0.3, connect_timeout=0.3))
    assert (answer.delivered, answer.code) == (False, None)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/push",
        "https://127.0.0.1:{port}/push",
        "https://localhost:{port}/push",
        "https://127.1:{port}/push",
        "https://2130706433:{port}/push",
        "https://[::1]:{port}/push",
        "https://[::ffff:127.0.0.1]:{port}/push",
        "https://10.0.0.1/push",
        "https://192.168.1.1/push",
        "https://169.254.169.254/latest/meta-data",
        "https://[fe80::1]/push",
        "https://0.0.0.0:{port}/push",
    ],
)
async def test_users_cannot_send_the_runner_into_its_own_network(address: str) -> None:
    seen: list[object] = []
    device = Device()

    async def see(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("peername"))
        writer.close()

    listener = await asyncio.start_server(see, "127.0.0.1", 0)
    device.endpoint = address.format(port=listener.sockets[0].getsockname()[1])
    answer = await send(device, run=settings(allow_private=False, connect_timeout=1, send_timeout=2))
    listener.close()
    assert (answer.delivered, answer.code) == (False, 400)
    assert "endpoint" in (answer.error_message or "")
    assert seen == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("64:ff9b::808:808", True),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("172.16.0.1", False),
        ("224.0.0.1", False),
        ("239.1.1.1", False),
        ("255.255.255.255", False),
        ("0.0.0.0", False),  # noqa: S104  nobody listens
        ("fd00::1", False),
        ("ff02::1", False),
        ("::", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_addresses_are_public_or_not_also_when_wrapped(address: str, *, public: bool) -> None:
    assert _is_public(ip_address(address)) is public


@pytest.mark.parametrize(
    "changes",
    [
        {"address": ""},
        {"address": "nonsense"},
        {"address": "ftp://example.com/push"},
        {"address": "https://user:word@example.com/push"},
        {"address": "https://example.com/push\r\nX-Header: 1"},
        {"address": "https://exa mple.com/"},
        {"address": "https://example.com:99999/"},
        {"p256dh_key": None},
        {"p256dh_key": ""},
        {"p256dh_key": "nonsense"},
        {"p256dh_key": "ü"},
        {"p256dh_key": encode(b"\x04" + b"\x01" * 64)},
        {"auth_key": None},
        {"auth_key": "!"},
    ],
)
async def test_a_malformed_subscription_is_told_as_one(device: Device, changes: dict[str, Any]) -> None:
    answer = await send(device, **changes)
    assert (answer.delivered, answer.code) == (False, 400)
    assert answer.error_message == "the subscription's endpoint or keys are malformed"
    assert device.requests == []


@pytest.mark.parametrize("kind", ["raw", "der", "pem", "file"])
async def test_the_key_is_read_in_each_form(device: Device, tmp_path: Path, kind: str) -> None:
    pem = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    der = KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    given = {"raw": RAW_KEY, "der": encode(der), "pem": pem.decode(), "file": str(tmp_path / "key.pem")}[kind]
    assert (await send(device, run=settings(private_key=Secret(given)))).delivered
    checked(device.requests[0][0]["Authorization"])


@pytest.mark.parametrize("given", ["nonsense", "/no/such/file.pem", encode(b"\x00" * 32), "-----BEGIN nothing", "AA"])
def test_a_key_that_is_none_is_refused_and_none_is_made_up(given: str) -> None:
    with pytest.raises(ChannelError, match="P-256"):
        Push(settings(private_key=Secret(given)), connections=1)
    assert not Path(given).exists()


async def test_all_ends_of_a_message_through_the_database(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "pgherald")
    desk = Desk(database_url)
    expected = {
        201: ("sent", "completed", True),
        410: ("failed", "failed", False),
        413: ("failed", "failed", True),
        429: ("pending", "retrying", True),
        500: ("pending", "retrying", True),
        403: ("pending", "pending", True),
    }
    made: dict[int, dict[str, Any]] = {}
    devices = {status: Device() for status in expected}
    async with AsyncExitStack() as stack:
        push = await stack.enter_async_context(Push(settings(), connections=5))
        for status, device in devices.items():
            await stack.enter_async_context(device.running())
            device.status = status
            device.headers = {"Retry-After": "3000"} if status == 429 else {"Location": "/message/1"}
            made[status] = await desk.notify(WORDS, push=device.subscription, priority="urgent")

        def lane(database: Database, run: RunSettings) -> Notifications:
            return Notifications(database, push.deliver, run.pace(5), channel="push")

        await stack.enter_async_context(a_worker(database_url, lane))
        await until(lambda: all(device.requests for device in devices.values()))
        for status, delivery in made.items():
            await desk.until_job(delivery["queue_job_id"], expected[status][1])
        await until(lambda: "the other side refuses us" in caplog.text)
    ends = {status: await desk.delivery(delivery["id"]) for status, delivery in made.items()}
    active = {
        row["endpoint"]: row["is_active"]
        for row in await desk.rows("select endpoint, is_active from public.push_subscriptions")
    }
    assert {
        status: (end["status"], end["job_status"], active[devices[status].endpoint]) for status, end in ends.items()
    } == expected
    assert ends[201]["external_id"] == "/message/1"
    assert ends[429]["waits"] > timedelta(minutes=45)
    assert devices[201].requests[0][0]["Urgency"] == "high"
    assert devices[201].messages[0]["title"] == WORDS["title"]
    told = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert str(made[201]["id"]) in told
    assert [one for one in (*active, WORDS["title"], WORDS["body"], RAW_KEY) if str(one) in told] == []
