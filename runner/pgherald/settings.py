"""Settings: options and environment variables become one frozen object, checked before anything is started.

What makes no sense ends the program with exit code 2 and a message that names the option, the variable, and what to do.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, Final, Self, TypeVar
from urllib.parse import SplitResult, urlsplit

import click
import psycopg
from psycopg.conninfo import conninfo_to_dict

Command = TypeVar("Command", bound=Callable[..., Any])

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_ACCOUNT_SID: Final = re.compile(r"AC[0-9a-fA-F]{32}")
_SERVICE_SID: Final = re.compile(r"MG[0-9a-fA-F]{32}")
_HIGHEST_PORT: Final = 65_535
# One for each host that is named; libpq finds out about a wrong one only when it connects.
_PORTS: Final = re.compile(r"[0-9]{0,5}(,[0-9]{0,5})*")


class Secret:
    """A value that no log, traceback or repr shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Wrap a value."""
        self._value = value

    def reveal(self) -> str:
        """Give the value to whom it is meant for."""
        return self._value

    def __repr__(self) -> str:
        """Show that there is something, and no more."""
        return "Secret(•••)"


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSettings:
    """An account, a sender, and how to reach the API. Times are in seconds."""

    account_sid: str
    auth_token: Secret
    sender: str
    api_url: str | None = None
    callback_url: str | None = None
    connect_timeout: float = 5
    send_timeout: float = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """All that `pgherald run` can be told. Times are in seconds."""

    database_url: Secret
    direct_url: Secret
    twilio: TwilioSettings
    concurrency: int = 100
    batch_size: int = 100
    lease: float = 120
    poll_interval: float = 1
    tick_interval: float = 1
    grace: float = 25
    rate_per_second: float | None = None
    serve: Address | None = None

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Self:
        """Check what the command was given. Raises `click.UsageError`."""
        twilio = _twilio(options)
        if twilio.send_timeout >= options["lease"]:
            raise _refusal(
                "send_timeout",
                f"{twilio.send_timeout:g} s must be less than the lease of {options['lease']:g} s (--lease, "
                "PGHERALD_LEASE), or another runner could get a text while this one is still sending it.",
            )
        if options["serve"] and not twilio.callback_url:
            raise _refusal("callback_url", "is missing. --serve needs the public address that Twilio is to call.")
        return cls(
            database_url=_database_url(options, "database_url"),
            direct_url=_database_url(options, "direct_url" if options["direct_url"] else "database_url"),
            twilio=twilio,
            concurrency=options["concurrency"],
            batch_size=options["batch_size"],
            lease=options["lease"],
            poll_interval=options["poll_interval"],
            tick_interval=options["tick_interval"],
            grace=options["grace"],
            rate_per_second=options["rate_per_second"],
            serve=_address(options["serve"], "serve") if options["serve"] else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """All that `pgherald serve` can be told."""

    database_url: Secret
    auth_token: Secret
    callback_url: str
    bind: Address

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Self:
        """Check what the command was given. Raises `click.UsageError`."""
        return cls(
            database_url=_database_url(options, "database_url"),
            auth_token=Secret(_required(options, "auth_token")),
            callback_url=_web_url(_required(options, "callback_url"), "callback_url"),
            bind=_address(options["bind"], "bind"),
        )


class _Number(click.FloatRange):
    """A range of numbers, without nan and infinity, which compare as if they were in it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not in the range {self._describe_range()}.", param, ctx)
        return number


@dataclass(frozen=True, slots=True)
class _Setting:
    """One setting: its option, its variable, its explanation."""

    flag: str
    variable: str
    help: str
    click: Mapping[str, Any] = dataclass_field(default_factory=dict)


def _seconds(default: float, *, most: float, least: float | None = None) -> dict[str, Any]:
    """Describe a length of time: above zero if nothing else is said."""
    bounds = _Number(min=least or 0, min_open=least is None, max=most)
    return {"type": bounds, "default": default, "metavar": "SECONDS"}


_HOUR: Final = 3_600
_DAY: Final = 86_400

_SETTINGS: Final = {
    "database_url": _Setting(
        "--database-url",
        "DATABASE_URL",
        "PostgreSQL 15 or newer: postgresql://user:password@host:port/name. A pooler in transaction mode will do.",
        {"metavar": "URL"},
    ),
    "direct_url": _Setting(
        "--direct-url",
        "PGHERALD_DIRECT_URL",
        "The same database past the pooler, to be notified of new texts at once: a pooler in transaction mode swallows "
        "notifications. Default: the database URL.",
        {"metavar": "URL"},
    ),
    "account_sid": _Setting(
        "--twilio-account-sid",
        "TWILIO_ACCOUNT_SID",
        "The account that sends: AC and 32 hexadecimal digits.",
        {"metavar": "SID"},
    ),
    "auth_token": _Setting(
        "--twilio-auth-token",
        "TWILIO_AUTH_TOKEN",
        "The account's token. Better set as a variable: others on the machine can read a command line.",
        {"metavar": "TOKEN"},
    ),
    "from_number": _Setting(
        "--twilio-from",
        "TWILIO_FROM",
        "The number that texts come from, in E.164 form: +15005550006. Either this or a Messaging Service.",
        {"metavar": "NUMBER"},
    ),
    "messaging_service_sid": _Setting(
        "--twilio-messaging-service-sid",
        "TWILIO_MESSAGING_SERVICE_SID",
        "The Messaging Service that texts come from: MG and 32 hexadecimal digits. Either this or a number.",
        {"metavar": "SID"},
    ),
    "api_url": _Setting(
        "--twilio-api-url",
        "TWILIO_API_URL",
        "Where the Messages API is, if it is not Twilio's but a simulator's.",
        {"metavar": "URL"},
    ),
    "callback_url": _Setting(
        "--callback-url",
        "PGHERALD_CALLBACK_URL",
        "The public address that leads to /twilio/status here: Twilio reports there what became of a text, and its "
        "signatures are checked against it.",
        {"metavar": "URL"},
    ),
    "concurrency": _Setting(
        "--concurrency",
        "PGHERALD_CONCURRENCY",
        "Texts in flight at once.",
        {"type": click.IntRange(1, 10_000), "default": 100},
    ),
    "batch_size": _Setting(
        "--batch-size",
        "PGHERALD_BATCH_SIZE",
        "Texts claimed, or results recorded, by one statement at most.",
        {"type": click.IntRange(1, 1_000), "default": 100},
    ),
    "lease": _Setting(
        "--lease",
        "PGHERALD_LEASE",
        "How long a claimed text is this runner's. Extended while the text is in flight.",
        _seconds(120, most=_DAY, least=1),
    ),
    "poll_interval": _Setting(
        "--poll-interval",
        "PGHERALD_POLL_INTERVAL",
        "Longest time between two looks at the queue when nothing notifies of a new text.",
        _seconds(1, most=_HOUR),
    ),
    "tick_interval": _Setting(
        "--tick-interval",
        "PGHERALD_TICK_INTERVAL",
        "Time between two calls of tick(), which makes jobs of scheduled texts and takes care of expired leases.",
        _seconds(1, most=_HOUR),
    ),
    "grace": _Setting(
        "--grace",
        "PGHERALD_GRACE",
        "How long texts in flight may go on after SIGTERM. One that is cut off is held, since Twilio may have it.",
        _seconds(25, most=_HOUR, least=0),
    ),
    "rate_per_second": _Setting(
        "--rate-per-second",
        "PGHERALD_RATE_PER_SECOND",
        "Texts a second for this sender, all runners together. Default: no limit.",
        {"type": _Number(min=0, min_open=True, max=10_000), "metavar": "NUMBER"},
    ),
    "connect_timeout": _Setting(
        "--connect-timeout",
        "PGHERALD_CONNECT_TIMEOUT",
        "How long it may take to reach Twilio.",
        _seconds(5, most=_HOUR),
    ),
    "send_timeout": _Setting(
        "--send-timeout",
        "PGHERALD_SEND_TIMEOUT",
        "How long a whole request to Twilio may take. Less than the lease.",
        _seconds(30, most=_HOUR),
    ),
    "serve": _Setting(
        "--serve",
        "PGHERALD_SERVE",
        "Take Twilio's reports in this process as well, on this address. Default: no.",
        {"metavar": "HOST:PORT"},
    ),
    "bind": _Setting(
        "--bind",
        "PGHERALD_BIND",
        "Where to listen.",
        {"metavar": "HOST:PORT", "default": "127.0.0.1:8080"},
    ),
    "log_level": _Setting(
        "--log-level",
        "PGHERALD_LOG_LEVEL",
        "Least weight of an event that is logged.",
        {"type": click.Choice(["debug", "info", "warning", "error"], case_sensitive=False), "default": "info"},
    ),
    "log_format": _Setting(
        "--log-format",
        "PGHERALD_LOG_FORMAT",
        "How events are logged.",
        {"type": click.Choice(["text", "json"], case_sensitive=False), "default": "text"},
    ),
}
_SERVE: Final = ("database_url", "auth_token", "callback_url", "bind", "log_level", "log_format")
_RUN: Final = tuple(name for name in _SETTINGS if name != "bind")
_ACCOUNTS: Final = ("database_url", "account_sid", "auth_token", "from_number", "messaging_service_sid", "api_url")


def run_options(command: Command) -> Command:
    """Give a command the options of the runner."""
    return _with_options(command, _RUN)


def serve_options(command: Command) -> Command:
    """Give a command the options of the endpoint."""
    return _with_options(command, _SERVE)


def nothing_is_set(options: Mapping[str, Any]) -> bool:
    """Tell whether neither a database nor anything of Twilio was named."""
    return not any(options[name] for name in _ACCOUNTS)


def _with_options(command: Command, names: Sequence[str]) -> Command:
    """Declare options; the one named first comes first in the help."""
    for name in reversed(names):
        setting = _SETTINGS[name]
        declare = click.option(
            setting.flag,
            name,
            envvar=setting.variable,
            show_envvar=True,
            show_default="default" in setting.click,
            help=setting.help,
            **setting.click,
        )
        command = declare(command)
    return command


def _refusal(name: str, problem: str) -> click.UsageError:
    """Make the error that says which setting is wrong, and how."""
    setting = _SETTINGS[name]
    return click.UsageError(f"{setting.flag} ({setting.variable}) {problem}")


def _required(options: Mapping[str, Any], name: str) -> str:
    """Give a setting that has no default."""
    value: str | None = options[name]
    if not value:
        raise _refusal(name, f"is missing. {_SETTINGS[name].help}")
    return value


def _twilio(options: Mapping[str, Any]) -> TwilioSettings:
    """Check all that concerns Twilio."""
    account_sid, auth_token = _required(options, "account_sid"), _required(options, "auth_token")
    if not _ACCOUNT_SID.fullmatch(account_sid):
        raise _refusal("account_sid", "must be AC and 32 hexadecimal digits. Twilio's console shows it.")
    if options["connect_timeout"] > options["send_timeout"]:
        raise _refusal(
            "connect_timeout",
            f"{options['connect_timeout']:g} s must not be more than the {options['send_timeout']:g} s of the whole "
            "request (--send-timeout, PGHERALD_SEND_TIMEOUT).",
        )
    return TwilioSettings(
        account_sid=account_sid,
        auth_token=Secret(auth_token),
        sender=_sender(options),
        api_url=_web_url(options["api_url"], "api_url") if options["api_url"] else None,
        callback_url=_web_url(options["callback_url"], "callback_url") if options["callback_url"] else None,
        connect_timeout=options["connect_timeout"],
        send_timeout=options["send_timeout"],
    )


def _sender(options: Mapping[str, Any]) -> str:
    """Check that there is one sender."""
    number: str | None = options["from_number"]
    service: str | None = options["messaging_service_sid"]
    other = _SETTINGS["messaging_service_sid"]
    if number and service:
        raise _refusal(
            "from_number", f"and {other.flag} ({other.variable}) are both set. Keep one: texts have one sender."
        )
    if number:
        if not _E164.fullmatch(number):
            raise _refusal(
                "from_number",
                "must be in E.164 form, such as +15005550006. For a short code or a name use a Messaging Service.",
            )
        return number
    if not service:
        raise _refusal("from_number", f"or {other.flag} ({other.variable}) is missing. Set one: who texts come from.")
    if not _SERVICE_SID.fullmatch(service):
        raise _refusal("messaging_service_sid", "must be MG and 32 hexadecimal digits. Twilio's console shows it.")
    return service


def _database_url(options: Mapping[str, Any], name: str) -> Secret:
    """Check that libpq can read it. What it says about a bad one may quote the password, so that is not repeated."""
    url = _required(options, name)
    try:
        ports = str(conninfo_to_dict(url).get("port") or "")
    except psycopg.Error:
        ports = "unreadable"
    if not _PORTS.fullmatch(ports):
        raise _refusal(
            name,
            "is not an address of a PostgreSQL database. Write postgresql://user:password@host:port/name, with special "
            "characters in the password percent-encoded.",
        )
    return Secret(url)


def _web_url(url: str, name: str) -> str:
    """Check an http(s) address."""
    try:
        parts = urlsplit(url)
        malformed = _is_malformed(parts) or parts.port == 0
    except ValueError:
        malformed = True
    if malformed:
        raise _refusal(name, "must be an address such as https://host/path, without a user, blanks or a fragment.")
    return url.rstrip("/") if name == "api_url" else url


def _is_malformed(parts: SplitResult) -> bool:
    """Tell whether an address lacks something or has too much."""
    return (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.username is not None
        or bool(parts.fragment)
        or any(character.isspace() for character in parts.geturl())
    )


def _address(value: str, name: str) -> Address:
    """Read HOST:PORT; an IPv6 host stands in brackets."""
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or int(port) > _HIGHEST_PORT:
        raise _refusal(name, f"must be HOST:PORT, such as 127.0.0.1:8080, not {value!r}.")
    return Address(host.removeprefix("[").removesuffix("]"), int(port))
