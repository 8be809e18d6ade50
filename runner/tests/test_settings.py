"""Settings: from options and environment into one object, and a clear no to what makes no sense."""

import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
import pytest
from click.testing import CliRunner, Result

import pgherald
from pgherald.cli import main
from pgherald.commands.run import run
from pgherald.commands.serve import serve
from pgherald.settings import Address, RunSettings, ServeSettings, nothing_is_set

PASSWORD = "test-password"  # noqa: S105  the tests look for it where it must not be
TOKEN = "test-token"  # noqa: S105  likewise
ENOUGH = {
    "DATABASE_URL": f"postgresql://somebody:{PASSWORD}@127.0.0.1:1/nowhere",
    "TWILIO_ACCOUNT_SID": f"AC{uuid4().hex}",
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_FROM": "+15005550006",
}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for command in (run, serve):
        for parameter in command.params:
            monkeypatch.delenv(str(parameter.envvar), raising=False)


@pytest.fixture
def silent_server() -> Iterator[int]:
    """Give a port where connections are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def options(environment: Mapping[str, str], *arguments: str, command: click.Command = run) -> dict[str, Any]:
    """Read options as the command does."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        return command.make_context(command.name, list(arguments)).params


def start(environment: Mapping[str, str | None], *arguments: str, command: str = "run") -> Result:
    """Start the program itself."""
    return CliRunner().invoke(main, [command, *arguments], env={**ENOUGH, **environment})


def test_everything_comes_from_the_environment() -> None:
    settings = RunSettings.from_options(options(ENOUGH))
    assert settings.twilio
    assert settings.database_url.reveal() == ENOUGH["DATABASE_URL"]
    assert settings.direct_url.reveal() == ENOUGH["DATABASE_URL"]
    assert settings.twilio.account_sid == ENOUGH["TWILIO_ACCOUNT_SID"]
    assert settings.twilio.auth_token.reveal() == TOKEN
    assert settings.twilio.sender == "+15005550006"


def test_defaults_are_what_the_help_says() -> None:
    settings = RunSettings.from_options(options(ENOUGH))
    assert settings.twilio
    assert (settings.concurrency, settings.batch_size, settings.lease) == (100, 100, 120)
    assert (settings.poll_interval, settings.tick_interval, settings.grace) == (1, 1, 25)
    assert (settings.twilio.connect_timeout, settings.twilio.send_timeout) == (5, 30)
    assert (settings.rate_per_second, settings.serve, settings.twilio.callback_url) == (None, None, None)


@pytest.mark.parametrize(
    ("variable", "option", "value", "read"),
    [
        ("PGHERALD_DIRECT_URL", "--direct-url", "dbname=direct", lambda s: s.direct_url.reveal() == "dbname=direct"),
        ("TWILIO_API_URL", "--twilio-api-url", "http://h:1/", lambda s: s.twilio.api_url == "http://h:1"),
        (
            "PGHERALD_CALLBACK_URL",
            "--callback-url",
            "https://h/s?a=b",
            lambda s: s.twilio.callback_url == "https://h/s?a=b",
        ),
        ("PGHERALD_INBOUND_URL", "--inbound-url", "https://h/i", lambda s: s.twilio.inbound_url == "https://h/i"),
        (
            "PGHERALD_VERIFY_SERVICE_SID",
            "--verify-service-sid",
            f"VA{'0' * 32}",
            lambda s: s.twilio.verify_service_sid == f"VA{'0' * 32}",
        ),
        ("PGHERALD_RECONCILE_INTERVAL", "--reconcile-interval", "9", lambda s: s.reconcile_interval == 9),
        ("PGHERALD_CONCURRENCY", "--concurrency", "7", lambda s: s.concurrency == 7),
        ("PGHERALD_BATCH_SIZE", "--batch-size", "8", lambda s: s.batch_size == 8),
        ("PGHERALD_LEASE", "--lease", "90", lambda s: s.lease == 90),
        ("PGHERALD_POLL_INTERVAL", "--poll-interval", "0.5", lambda s: s.poll_interval == 0.5),
        ("PGHERALD_TICK_INTERVAL", "--tick-interval", "2", lambda s: s.tick_interval == 2),
        ("PGHERALD_GRACE", "--grace", "0", lambda s: s.grace == 0),
        ("PGHERALD_RATE_PER_SECOND", "--rate-per-second", "2.5", lambda s: s.rate_per_second == 2.5),
        ("PGHERALD_CONNECT_TIMEOUT", "--connect-timeout", "3", lambda s: s.twilio.connect_timeout == 3),
        ("PGHERALD_SEND_TIMEOUT", "--send-timeout", "20", lambda s: s.twilio.send_timeout == 20),
        ("PGHERALD_JOB_CONCURRENCY", "--job-concurrency", "3", lambda s: s.job_concurrency == 3),
    ],
)
def test_each_setting_has_a_variable_and_an_option(variable: str, option: str, value: str, read: Any) -> None:  # noqa: ANN401
    assert read(RunSettings.from_options(options({**ENOUGH, variable: value})))
    assert read(RunSettings.from_options(options({**ENOUGH, variable: "nonsense"}, option, value)))


def test_a_messaging_service_can_be_the_sender() -> None:
    service = f"MG{uuid4().hex}"
    environment = {**ENOUGH, "TWILIO_FROM": "", "TWILIO_MESSAGING_SERVICE_SID": service}
    twilio = RunSettings.from_options(options(environment)).twilio
    assert twilio
    assert twilio.sender == service


MAIL = {"PGHERALD_SMTP_URL": "smtp://mail.test", "PGHERALD_EMAIL_FROM": "App <app@example.org>"}
PUSH = {"PGHERALD_VAPID_PRIVATE_KEY": "test-key", "PGHERALD_VAPID_SUBJECT": "mailto:app@example.org"}
ONLY_A_DATABASE = {name: value for name, value in ENOUGH.items() if name == "DATABASE_URL"}


@pytest.mark.parametrize(
    ("url", "more", "expected"),
    [
        ("smtp://mail.test", {}, ("mail.test", 587, None, None, False, None)),
        ("smtp://mail.test:25/", {}, ("mail.test", 25, None, None, False, None)),
        ("smtps://mail.test", {}, ("mail.test", 465, None, None, True, False)),
        (f"smtp://a%40b:{PASSWORD}%2F@[::1]:2525", {}, ("::1", 2525, "a@b", f"{PASSWORD}/", False, True)),
        (
            f"smtp://a:{PASSWORD}@mail.test",
            {"PGHERALD_SMTP_STARTTLS": "never"},
            ("mail.test", 587, "a", PASSWORD, False, False),
        ),
        ("smtp://mail.test", {"PGHERALD_SMTP_STARTTLS": "always"}, ("mail.test", 587, None, None, False, True)),
    ],
)
def test_a_mail_server_is_read_from_its_address(url: str, more: dict[str, str], expected: tuple[object, ...]) -> None:
    email = RunSettings.from_options(options({**ENOUGH, **MAIL, "PGHERALD_SMTP_URL": url, **more})).email
    assert email
    password = email.password and email.password.reveal()
    assert (email.host, email.port, email.user, password, email.implicit_tls, email.start_tls) == expected
    assert (email.sender.addr_spec, email.sender.display_name) == ("app@example.org", "App")
    assert PASSWORD not in repr(email)


def test_push_messages_are_set_up_by_a_key_and_a_subject() -> None:
    push = RunSettings.from_options(options({**ENOUGH, **PUSH})).push
    assert push
    assert (push.private_key.reveal(), push.subject, push.allow_private) == (
        "test-key",
        "mailto:app@example.org",
        False,
    )
    assert "test-key" not in repr(push)
    allowed = RunSettings.from_options(options({**ENOUGH, **PUSH, "PGHERALD_PUSH_ALLOW_PRIVATE": "1"})).push
    assert allowed
    assert allowed.allow_private


def test_types_and_functions_are_several() -> None:
    given = {**ONLY_A_DATABASE, "PGHERALD_JOB_TYPES": "other, sync_calendar ,,", "PGHERALD_HANDLERS": "other=a.b:c"}
    settings = RunSettings.from_options(options(given))
    assert (settings.job_types, settings.handlers) == (("other", "sync_calendar"), {"other": "a.b:c"})
    arguments = ["--job-type", "other", "--job-type", "send_sms", "--handler", "x=a:b", "--handler", "y=a:b.c"]
    settings = RunSettings.from_options(options(ENOUGH, *arguments))
    assert (settings.job_types, settings.handlers) == (("other", "send_sms"), {"x": "a:b", "y": "a:b.c"})


@pytest.mark.parametrize("others", [MAIL, PUSH, {"PGHERALD_HANDLERS": "other=a:b"}])
def test_with_other_work_no_twilio_is_needed(others: dict[str, str]) -> None:
    assert RunSettings.from_options(options({**ONLY_A_DATABASE, **others})).twilio is None
    with pytest.raises(click.UsageError, match="TWILIO_ACCOUNT_SID"):
        RunSettings.from_options(options({**ONLY_A_DATABASE, **others, "PGHERALD_JOB_TYPES": "send_sms"}))
    with pytest.raises(click.UsageError, match="TWILIO_ACCOUNT_SID"):
        RunSettings.from_options(options({**ONLY_A_DATABASE, **others, "TWILIO_FROM": "+15005550006"}))
    with pytest.raises(click.UsageError, match="PGHERALD_CALLBACK_URL"):
        RunSettings.from_options(options({**ONLY_A_DATABASE, **others, "PGHERALD_SERVE": "127.0.0.1:1"}))


def test_the_runner_can_serve_too() -> None:
    environment = {
        **ENOUGH,
        "PGHERALD_SERVE": "[::1]:8080",
        "PGHERALD_CALLBACK_URL": "https://example.test/twilio/status",
    }
    assert RunSettings.from_options(options(environment)).serve == Address("::1", 8080)


def test_the_endpoint_needs_less() -> None:
    environment = {
        **ENOUGH,
        "PGHERALD_CALLBACK_URL": "https://example.test/twilio/status",
        "PGHERALD_BIND": "0.0.0.0:80",
    }
    settings = ServeSettings.from_options(options(environment, command=serve))
    assert (settings.bind, settings.auth_token.reveal()) == (Address("0.0.0.0", 80), TOKEN)  # noqa: S104


def test_settings_cannot_be_changed() -> None:
    settings = RunSettings.from_options(options(ENOUGH))
    with pytest.raises(FrozenInstanceError):
        settings.concurrency = 1  # type: ignore[misc]


def test_no_secret_shows_in_a_repr() -> None:
    settings = RunSettings.from_options(options(ENOUGH))
    assert settings.twilio
    shown = f"{settings!r} {settings} {settings.twilio.auth_token} {settings.database_url!r}"
    assert TOKEN not in shown
    assert PASSWORD not in shown


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"DATABASE_URL": ""}, ["--database-url", "DATABASE_URL", "is missing", "postgresql://"]),
        ({"DATABASE_URL": "mysql://root@host/db"}, ["--database-url", "DATABASE_URL", "postgresql://"]),
        ({"DATABASE_URL": f"postgresql://u:{PASSWORD}@h:port/db"}, ["DATABASE_URL"]),
        ({"PGHERALD_DIRECT_URL": "not a url"}, ["--direct-url", "PGHERALD_DIRECT_URL"]),
        ({"TWILIO_ACCOUNT_SID": ""}, ["--twilio-account-sid", "TWILIO_ACCOUNT_SID", "is missing"]),
        ({"TWILIO_ACCOUNT_SID": "AC123"}, ["TWILIO_ACCOUNT_SID", "32 hexadecimal digits"]),
        ({"TWILIO_AUTH_TOKEN": ""}, ["--twilio-auth-token", "TWILIO_AUTH_TOKEN", "is missing"]),
        ({"TWILIO_FROM": ""}, ["TWILIO_FROM", "TWILIO_MESSAGING_SERVICE_SID", "Set one"]),
        (
            {"TWILIO_MESSAGING_SERVICE_SID": f"MG{'0' * 32}"},
            ["TWILIO_FROM", "TWILIO_MESSAGING_SERVICE_SID", "Keep one"],
        ),
        ({"TWILIO_FROM": "0049301234567"}, ["--twilio-from", "TWILIO_FROM", "E.164"]),
        (
            {"TWILIO_FROM": "", "TWILIO_MESSAGING_SERVICE_SID": "MG1"},
            ["TWILIO_MESSAGING_SERVICE_SID", "32 hexadecimal"],
        ),
        ({"TWILIO_API_URL": "localhost:4010"}, ["--twilio-api-url", "TWILIO_API_URL", "https://"]),
        ({"TWILIO_API_URL": "http://u:p@host"}, ["TWILIO_API_URL", "without a user"]),
        ({"TWILIO_API_URL": "http://host:99999"}, ["TWILIO_API_URL", "https://"]),
        ({"PGHERALD_CALLBACK_URL": "https:///path"}, ["--callback-url", "PGHERALD_CALLBACK_URL"]),
        ({"PGHERALD_CALLBACK_URL": "https://host/#x"}, ["PGHERALD_CALLBACK_URL", "fragment"]),
        ({"PGHERALD_SERVE": "127.0.0.1:1"}, ["--callback-url", "PGHERALD_CALLBACK_URL", "--serve"]),
        ({"PGHERALD_SERVE": "8080", "PGHERALD_CALLBACK_URL": "https://h/s"}, ["PGHERALD_SERVE", "HOST:PORT"]),
        ({"PGHERALD_SEND_TIMEOUT": "120"}, ["--send-timeout", "PGHERALD_SEND_TIMEOUT", "PGHERALD_LEASE"]),
        ({"PGHERALD_CONNECT_TIMEOUT": "31"}, ["PGHERALD_CONNECT_TIMEOUT", "PGHERALD_SEND_TIMEOUT"]),
        ({"PGHERALD_CONCURRENCY": "0"}, ["--concurrency", "PGHERALD_CONCURRENCY", "1<=x<=10000"]),
        ({"PGHERALD_CONCURRENCY": "many"}, ["PGHERALD_CONCURRENCY", "integer"]),
        ({"PGHERALD_BATCH_SIZE": "-1"}, ["--batch-size", "PGHERALD_BATCH_SIZE"]),
        ({"PGHERALD_LEASE": "0"}, ["--lease", "PGHERALD_LEASE"]),
        ({"PGHERALD_POLL_INTERVAL": "0"}, ["--poll-interval", "PGHERALD_POLL_INTERVAL"]),
        ({"PGHERALD_TICK_INTERVAL": "nan"}, ["--tick-interval", "PGHERALD_TICK_INTERVAL", "nan"]),
        ({"PGHERALD_GRACE": "-1"}, ["--grace", "PGHERALD_GRACE"]),
        ({"PGHERALD_GRACE": "inf"}, ["--grace", "PGHERALD_GRACE"]),
        ({"PGHERALD_RATE_PER_SECOND": "0"}, ["--rate-per-second", "PGHERALD_RATE_PER_SECOND"]),
        ({"PGHERALD_RATE_PER_SECOND": "1e-300"}, ["--rate-per-second", "PGHERALD_RATE_PER_SECOND", "0.001<=x<=10000"]),
        ({"PGHERALD_SMTP_URL": "mail.test:25"}, ["--smtp-url", "PGHERALD_SMTP_URL", "smtp://user:password@host:port"]),
        ({"PGHERALD_SMTP_URL": f"smtp://u:{PASSWORD}@h:port"}, ["PGHERALD_SMTP_URL", "percent-encoded"]),
        ({"PGHERALD_SMTP_URL": f"smtp://:{PASSWORD}@h"}, ["PGHERALD_SMTP_URL", "smtp://"]),
        ({"PGHERALD_SMTP_URL": "smtp://u@h"}, ["PGHERALD_SMTP_URL", "smtp://"]),
        ({"PGHERALD_SMTP_URL": "smtp://h/path"}, ["PGHERALD_SMTP_URL", "smtp://"]),
        ({"PGHERALD_SMTP_URL": "smtp://h"}, ["--email-from", "PGHERALD_EMAIL_FROM", "is missing"]),
        ({"PGHERALD_EMAIL_FROM": "a@b.c"}, ["--smtp-url", "PGHERALD_SMTP_URL", "is missing"]),
        *(
            ({"PGHERALD_SMTP_URL": "smtp://h", "PGHERALD_EMAIL_FROM": sender}, ["PGHERALD_EMAIL_FROM", "Name <name@"])
            for sender in ("nobody", "App <>", "@b.c", "jürgen@b.c", "a@")
        ),
        ({"PGHERALD_SMTP_STARTTLS": "maybe"}, ["--smtp-starttls", "PGHERALD_SMTP_STARTTLS"]),
        ({"PGHERALD_VAPID_PRIVATE_KEY": "test-key"}, ["--vapid-subject", "PGHERALD_VAPID_SUBJECT", "is missing"]),
        (
            {"PGHERALD_VAPID_SUBJECT": "mailto:a@b.c"},
            ["--vapid-private-key", "PGHERALD_VAPID_PRIVATE_KEY", "is missing"],
        ),
        (
            {"PGHERALD_VAPID_PRIVATE_KEY": "test-key", "PGHERALD_VAPID_SUBJECT": "a@b.c"},
            ["PGHERALD_VAPID_SUBJECT", "mailto:name@example.com"],
        ),
        ({"PGHERALD_HANDLERS": "other=a.b.c"}, ["--handler", "PGHERALD_HANDLERS", "TYPE=package.module:function"]),
        ({"PGHERALD_HANDLERS": "=a:b"}, ["--handler", "PGHERALD_HANDLERS"]),
        ({"PGHERALD_LOG_LEVEL": "loud"}, ["--log-level", "PGHERALD_LOG_LEVEL"]),
        ({"PGHERALD_LOG_FORMAT": "xml"}, ["--log-format", "PGHERALD_LOG_FORMAT"]),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(environment: dict[str, str], words: list[str]) -> None:
    result = start(environment)
    assert result.exit_code == 2, result.output
    told = " ".join(result.output.split())
    assert [word for word in words if word not in told] == []
    assert TOKEN not in told
    assert PASSWORD not in told


def test_the_endpoint_refuses_in_the_same_way() -> None:
    result = start({"PGHERALD_CALLBACK_URL": ""}, command="serve")
    assert result.exit_code == 2
    assert "PGHERALD_CALLBACK_URL" in result.output


def test_a_database_that_refuses_is_told_with_its_address_and_without_the_password() -> None:
    result = start({})
    assert result.exit_code == 1
    assert "host 127.0.0.1, port 1, database nowhere" in result.output
    assert "DATABASE_URL" in result.output
    assert PASSWORD not in result.output


def test_a_database_that_answers_nothing_is_told_as_well(silent_server: int) -> None:
    url = f"postgresql://somebody:{PASSWORD}@127.0.0.1:{silent_server}/nowhere?connect_timeout=2"
    result = start({"DATABASE_URL": url})
    assert result.exit_code == 1
    assert f"host 127.0.0.1, port {silent_server}, database nowhere" in result.output
    assert PASSWORD not in result.output


@pytest.mark.parametrize("environment", [{}, {"PGHERALD_LEASE": "60"}])
def test_with_neither_database_nor_twilio_the_runner_stays_at_home(environment: dict[str, str]) -> None:
    assert nothing_is_set(options(environment))


@pytest.mark.parametrize(
    "variable", [*ENOUGH, "TWILIO_MESSAGING_SERVICE_SID", "TWILIO_API_URL", *list(MAIL)[:1], *list(PUSH)[:1]]
)
def test_one_of_them_is_enough_to_mean_it(variable: str) -> None:
    assert not nothing_is_set(options({variable: "something"}))


@pytest.mark.parametrize("command", [run, serve], ids=lambda command: str(command.name))
def test_the_help_explains_each_option_with_its_variable(command: click.Command) -> None:
    told = " ".join(CliRunner().invoke(main, [str(command.name), "--help"], terminal_width=200).output.split())
    for parameter in command.params:
        assert isinstance(parameter, click.Option)
        assert parameter.help
        assert parameter.opts[0] in told
        assert f"env var: {parameter.envvar}" in told
        assert parameter.default is None or f"default: {parameter.default}" in told or "default" not in str(parameter)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pgherald.webhooks", raising=False)
    monkeypatch.delattr(pgherald, "webhooks", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = start({"PGHERALD_CALLBACK_URL": "https://example.test/twilio/status"}, command="serve")
    assert result.exit_code == 1
    assert "needs the extra `web`" in result.output


def test_all_that_makes_no_sense_is_told_at_once() -> None:
    environment = {
        "DATABASE_URL": "mysql://root@host/db",
        "TWILIO_ACCOUNT_SID": "AC123",
        "TWILIO_FROM": "",
        "PGHERALD_CALLBACK_URL": "nowhere",
        "PGHERALD_CONCURRENCY": "many",
        "PGHERALD_LEASE": "1",
        "PGHERALD_SMTP_URL": "mail.test",
        "PGHERALD_VAPID_PRIVATE_KEY": "test-key",
        "PGHERALD_HANDLERS": "other",
        "PGHERALD_SERVE": "8080",
        "PGHERALD_LOG_FORMAT": "xml",
    }
    result = start(environment)
    assert result.exit_code == 2, result.output
    # The key is not wrong: it has no subject; and the lease is shorter than a request.
    told = {*environment, "PGHERALD_VAPID_SUBJECT"} - {"PGHERALD_VAPID_PRIVATE_KEY"}
    assert [variable for variable in told if variable not in result.output] == []
    assert result.output.count("DATABASE_URL") == 1
    assert TOKEN not in result.output


def test_at_home_a_bad_setting_is_refused_before_anything_is_started() -> None:
    result = CliRunner().invoke(main, ["run"], env={"PGHERALD_CONCURRENCY": "0"})
    assert result.exit_code == 2
    assert "PGHERALD_CONCURRENCY" in result.output


@pytest.mark.parametrize(
    "variable",
    [
        "DATABASE_URL",
        "PGHERALD_DIRECT_URL",
        "TWILIO_AUTH_TOKEN",
        "PGHERALD_SMTP_URL",
        "PGHERALD_VAPID_PRIVATE_KEY",
    ],
)
def test_a_secret_may_stand_in_a_file(variable: str, tmp_path: Path) -> None:
    everything = {**ENOUGH, **MAIL, **PUSH, "PGHERALD_DIRECT_URL": "dbname=direct"}
    file = tmp_path / "secret"
    file.write_text(f"{everything.pop(variable)}\n")
    read = RunSettings.from_options(options({**everything, f"{variable}_FILE": str(file)}))
    assert read.twilio
    assert read.email
    assert read.push
    assert read.database_url.reveal() == ENOUGH["DATABASE_URL"]
    assert read.direct_url.reveal() == "dbname=direct"
    assert read.twilio.auth_token.reveal() == TOKEN
    assert read.email.host == "mail.test"
    assert read.push.private_key.reveal() == "test-key"


def test_a_variable_goes_before_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("another")
    environment = {**ENOUGH, "TWILIO_AUTH_TOKEN_FILE": str(tmp_path / "secret")}
    twilio = RunSettings.from_options(options(environment)).twilio
    assert twilio
    assert twilio.auth_token.reveal() == TOKEN


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_told_without_what_is_in_it(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    if content:
        file.write_bytes(content)
    result = start({"DATABASE_URL": None, "DATABASE_URL_FILE": str(file)})
    assert result.exit_code == 2
    assert "DATABASE_URL_FILE cannot be read" in result.output


@pytest.mark.parametrize("command", ["migrate", "explain"])
def test_the_other_commands_read_it_from_a_file_as_well(command: str, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(ENOUGH["DATABASE_URL"])
    arguments = {"migrate": ["--status"], "explain": [str(uuid4())]}[command]
    environment = {"DATABASE_URL": None, "DATABASE_URL_FILE": str(tmp_path / "url")}
    result = CliRunner().invoke(main, [command, *arguments], env=environment)
    assert result.exit_code == 1
    assert "reached" in result.output or "127.0.0.1" in result.output
    assert PASSWORD not in result.output
