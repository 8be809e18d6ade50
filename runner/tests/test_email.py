"""E-mail between a real database and a real mail server: right words, right headers, and what each reply leads to."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pgherald.channels import NotificationAnswer
from pgherald.channels.email import Email
from pgherald.jobs import Notifications
from pgherald.settings import EmailSettings, Secret
from pgherald.simulator.mail import MailServer
from stage import Desk, a_notification, a_worker, until

PASSWORD = "test-password"  # noqa: S105  the tests look for it where it must not be
BOB = "bob@example.com"
WORDS = {"title": "Überweisung fällig ✓", "body": "Grüße,\n日本 🚀", "url": "https://example.com/t/1?a=b"}


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    """Give a mail server that runs."""
    mail_server = MailServer()
    async with mail_server.running():
        yield mail_server


def settings(mail_server: MailServer, **changes: Any) -> EmailSettings:  # noqa: ANN401  the fields of EmailSettings
    sender = Address("Our App", "app", "example.org")
    return EmailSettings(**{"host": "localhost", "port": mail_server.port, "sender": sender, "timeout": 5, **changes})


async def send(mail_server: MailServer, address: str = BOB, words: Any = None, **changes: Any) -> NotificationAnswer:  # noqa: ANN401
    """Send one mail."""
    async with Email(settings(mail_server, **changes)) as email:
        return await email.deliver(a_notification("email", address, WORDS if words is None else words))


async def test_a_mail_arrives_with_its_words_and_headers(mail_server: MailServer) -> None:
    notification = a_notification("email", BOB, {**WORDS, "html": "<p>Grüße</p>"})
    async with Email(settings(mail_server)) as email:
        answer = await email.deliver(notification)
    (mail,) = mail_server.mails
    assert answer == NotificationAnswer(
        delivered=True, code=250, external_id=f"<{notification.delivery_id}@example.org>"
    )
    assert mail["Subject"] == WORDS["title"]
    assert mail["From"] == "Our App <app@example.org>"
    assert mail["To"] == BOB
    assert mail["Message-ID"] == answer.external_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Correlation-ID"] == str(notification.correlation_id)
    assert abs(datetime.now(UTC) - mail["Date"].datetime) < timedelta(seconds=10)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain
    assert html
    assert plain.get_content().replace("\r\n", "\n") == f"{WORDS['body']}\n\n{WORDS['url']}\n"
    assert html.get_content().strip() == "<p>Grüße</p>"
    assert (mail_server.envelopes[0].mail_from, mail_server.envelopes[0].rcpt_tos) == ("app@example.org", [BOB])


async def test_a_repeated_mail_has_the_same_message_id(mail_server: MailServer) -> None:
    notification = a_notification("email", BOB, WORDS)
    async with Email(settings(mail_server)) as email:
        await email.deliver(notification)
        await email.deliver(notification)
    assert len({mail["Message-ID"] for mail in mail_server.mails}) == 1
    assert len(mail_server.mails) == 2


@pytest.mark.parametrize(
    "title", ["One\r\nBcc: eve@example.com", "One\nBcc: eve@example.com", "One\x0b\x85\u2028Bcc: e"]
)
async def test_a_title_cannot_add_a_header(mail_server: MailServer, title: str) -> None:
    assert (await send(mail_server, words={"title": title, "body": ""})).delivered
    (mail,) = mail_server.mails
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("One Bcc: e")
    assert mail_server.envelopes[0].rcpt_tos == [BOB]


async def test_a_title_that_is_missing_or_endless_still_makes_a_mail(mail_server: MailServer) -> None:
    assert (await send(mail_server, words={"body": "b"})).delivered
    assert (await send(mail_server, words={"title": "x" * 5000, "body": None})).delivered
    assert mail_server.mails[0]["Subject"] == "task.due_soon"
    assert mail_server.mails[1]["Subject"] == "x" * 255


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b.c, d@e.f", "a@b.c\r\nBcc: e@f.g", "<a@b.c>", "jürgen@example.com", "a b@c.d", "a@"]
)
async def test_what_is_no_address_of_one_person_is_never_sent_to(mail_server: MailServer, address: str) -> None:
    answer = await send(mail_server, address)
    assert (answer.delivered, answer.code, answer.about_recipient) == (False, 501, True)
    assert mail_server.connections == 0


async def test_a_domain_beyond_ascii_is_written_as_the_network_has_it(mail_server: MailServer) -> None:
    assert (await send(mail_server, "bob@münchen.example")).delivered
    assert mail_server.envelopes[0].rcpt_tos == ["bob@xn--mnchen-3ya.example"]


@pytest.mark.parametrize(
    ("reply", "code", "about_recipient"),
    [
        ("550 5.1.1 <bob@example.com>: no such user bob", 550, True),
        ("550 No such user", 550, True),
        ("552 5.2.2 mailbox full", 552, True),
        ("451 4.7.1 greylisted", 451, False),
        ("452 4.2.2 over quota", 452, True),
        ("554 5.7.1 <bob@example.com>: relay access denied", 554, False),
        ("553 5.1.8 sender's domain not found", 553, False),
        ("530 5.7.0 must issue STARTTLS first", 530, False),
        ("421 too busy", 421, False),
    ],
)
async def test_a_refused_recipient_is_told_from_a_refused_session(
    mail_server: MailServer, reply: str, code: int, *, about_recipient: bool
) -> None:
    mail_server.replies[BOB] = reply
    answer = await send(mail_server)
    assert (answer.delivered, answer.code, answer.about_recipient) == (False, code, about_recipient)
    assert answer.error_message
    assert "bob" not in answer.error_message


@pytest.mark.parametrize(
    ("reply", "about_recipient"),
    [("554 5.6.0 content refused", False), ("550 spam", False), ("550 5.1.1 no such user", True)],
)
async def test_a_mail_refused_after_its_words_is_about_the_recipient_only_if_it_says_so(
    mail_server: MailServer, reply: str, *, about_recipient: bool
) -> None:
    mail_server.after_data = reply
    answer = await send(mail_server)
    assert (answer.delivered, answer.code, answer.about_recipient) == (False, int(reply[:3]), about_recipient)


async def test_a_server_that_is_away_gives_no_code(mail_server: MailServer) -> None:
    async with Email(settings(mail_server, port=1)) as email:
        answer = await email.deliver(a_notification("email", BOB, WORDS))
    assert (answer.delivered, answer.code, answer.about_recipient) == (False, None, False)
    assert answer.error_message


async def test_a_server_that_hangs_or_hangs_up_gives_no_code(mail_server: MailServer) -> None:
    mail_server.delay = 3
    assert (await send(mail_server, timeout=0.3)).code is None
    mail_server.hang_up_on = "RCPT"
    answer = await send(mail_server)
    assert (answer.delivered, answer.code) == (False, None)


async def test_connections_are_used_again_and_a_dead_one_is_noticed(mail_server: MailServer) -> None:
    async with Email(settings(mail_server)) as email:
        for _ in range(3):
            assert (await email.deliver(a_notification("email", BOB, WORDS))).delivered
        assert mail_server.connections == 1
        mail_server.hang_up_on = "RCPT"
        assert not (await email.deliver(a_notification("email", BOB, WORDS))).delivered
        mail_server.hang_up_on = None
        assert (await email.deliver(a_notification("email", BOB, WORDS))).delivered
        assert mail_server.connections == 2
    async with Email(settings(mail_server)) as email:
        at_once = await asyncio.gather(*(email.deliver(a_notification("email", BOB, WORDS)) for _ in range(4)))
    assert all(answer.delivered for answer in at_once)
    assert mail_server.connections == 6


async def test_a_connection_that_the_server_closed_meanwhile_loses_no_mail() -> None:
    server = MailServer(timeout=0.2)
    async with server.running(), Email(settings(server)) as email:
        assert (await email.deliver(a_notification("email", BOB, WORDS))).delivered
        await asyncio.sleep(0.5)
        assert (await email.deliver(a_notification("email", BOB, WORDS))).delivered
    assert server.connections == 2


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Give a file with a certificate for localhost and its key, made now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "localhost.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


def a_server_with_tls(certificate: Path, *, implicit: bool = False, **options: Any) -> MailServer:  # noqa: ANN401
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return MailServer(tls=context, implicit=implicit, **options)


@pytest.mark.parametrize("implicit", [True, False], ids=["TLS first", "STARTTLS"])
async def test_tls_is_used_and_the_server_must_be_who_it_says(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, *, implicit: bool
) -> None:
    server = a_server_with_tls(certificate, implicit=implicit)
    async with server.running():
        stranger = await send(server, implicit_tls=implicit, start_tls=None if not implicit else False)
        assert (stranger.delivered, stranger.code) == (False, None)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert (await send(server, implicit_tls=implicit, start_tls=None if not implicit else False)).delivered
    assert (server.secured, len(server.mails)) == (1, 1)


async def test_tls_that_is_wanted_and_not_offered_is_for_us_to_mend(mail_server: MailServer) -> None:
    answer = await send(mail_server, start_tls=True, user="app", password=Secret(PASSWORD))
    assert (answer.delivered, answer.code, answer.about_recipient) == (False, 530, False)
    assert mail_server.mails == []


@pytest.mark.parametrize("right", [True, False])
async def test_a_login_is_made_and_a_refused_one_is_told(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, *, right: bool
) -> None:
    def check(_server: object, _session: object, _envelope: object, _mechanism: str, given: Any) -> AuthResult:  # noqa: ANN401
        return AuthResult(success=given.login == b"app" and given.password == PASSWORD.encode(), handled=False)

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = a_server_with_tls(certificate, authenticator=check, auth_required=True)
    async with server.running():
        answer = await send(server, start_tls=True, user="app", password=Secret(PASSWORD if right else "test-mistake"))
    assert (answer.delivered, answer.code, answer.about_recipient) == (
        (True, 250, False) if right else (False, 535, False)
    )
    assert PASSWORD not in (answer.error_message or "")


async def test_all_ends_of_a_mail_through_the_database(
    database_url: str, mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "pgherald")
    desk = Desk(database_url)
    mail_server.replies = {
        "gone@example.com": "550 5.1.1 gone@example.com is unknown",
        "later@example.com": "451 4.3.0 try later",
        "spam@example.com": "554 5.7.1 refused",
        "ours@example.com": "530 5.7.0 authentication required",
    }
    expected = {
        BOB: ("sent", "completed"),
        "gone@example.com": ("bounced", "failed"),
        "later@example.com": ("pending", "retrying"),
        "spam@example.com": ("failed", "failed"),
        "ours@example.com": ("pending", "pending"),
    }
    made = {address: await desk.notify(WORDS, email=address) for address in expected}
    async with (
        Email(settings(mail_server)) as email,
        a_worker(
            database_url,
            lambda database, run: Notifications(database, email.deliver, run.pace(5), channel="email"),
        ),
    ):
        await until(lambda: sum(record.getMessage().startswith(("sent", "not sent")) for record in caplog.records) == 4)
        await until(lambda: "the other side refuses us" in caplog.text)
        await desk.until_job(made["ours@example.com"]["queue_job_id"], "pending")
    ends = {address: await desk.delivery(delivery["id"]) for address, delivery in made.items()}
    assert {address: (end["status"], end["job_status"]) for address, end in ends.items()} == expected
    assert ends[BOB]["external_id"] == f"<{made[BOB]['id']}@example.org>"
    assert ends["ours@example.com"]["attempts"] == 0
    assert "PGHERALD_SMTP_URL" in caplog.text
    told = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert str(made[BOB]["id"]) in told
    assert str(made[BOB]["correlation_id"]) in told
    assert [secret for secret in (*expected, *WORDS.values()) if secret in told] == []
