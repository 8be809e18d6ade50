"""Settings: options and environment variables become one frozen object, checked before anything is started.

What makes no sense ends the program with exit code 2 and a message that names the options, the variables, and what to
do: all of them at once.
"""

import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from email.errors import MessageError
from email.headerregistry import Address as MailAddress
from email.utils import parseaddr
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, ParamSpec, Self, TypeVar, cast
from urllib.parse import SplitResult, unquote, urlsplit

import click
import psycopg
from psycopg.conninfo import conninfo_to_dict

Command = TypeVar("Command", bound=Callable[..., Any])
Given = ParamSpec("Given")
Value = TypeVar("Value")

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_ACCOUNT_SID: Final = re.compile(r"AC[0-9a-fA-F]{32}")
_SERVICE_SID: Final = re.compile(r"MG[0-9a-fA-F]{32}")
_VERIFY_SID: Final = re.compile(r"VA[0-9a-fA-F]{32}")
_HIGHEST_PORT: Final = 65_535
_SMTP_PORT: Final = 587
_SMTPS_PORT: Final = 465
_SMTP_FORM: Final = (
    "must be smtp://user:password@host:port or smtps://…, with special characters in the password percent-encoded."
)
_VAPID_SUBJECT: Final = re.compile(r"mailto:[^\s@]+@[^\s@]+|https://[^\s]+")
_FUNCTION: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
SEND_SMS: Final = "send_sms"
SEND_NOTIFICATION: Final = "send_notification"
# Where packages announce what they have for us.
JOBS: Final = "pgherald.jobs"
CHANNELS: Final = "pgherald.channels"
# Where a context keeps what could not be read.
_MISREAD: Final = "pgherald.misread"
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
    inbound_url: str | None = None
    verify_service_sid: str | None = None
    connect_timeout: float = 5
    send_timeout: float = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSettings:
    """A mail server and a sender. Times are in seconds."""

    host: str
    port: int
    sender: MailAddress
    user: str | None = None
    password: Secret | None = None
    implicit_tls: bool = False
    # None: if the server offers it.
    start_tls: bool | None = None
    connections: int = 5
    timeout: float = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSettings:
    """The key and the name that push services know an application by. Times are in seconds."""

    private_key: Secret
    subject: str
    allow_private: bool = False
    connect_timeout: float = 5
    send_timeout: float = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How one kind of work goes. Times are in seconds."""

    slots: int
    batch_size: int
    lease: float
    poll_interval: float
    grace: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """All that `pgherald run` can be told. Times are in seconds."""

    database_url: Secret
    direct_url: Secret
    twilio: TwilioSettings | None = None
    email: EmailSettings | None = None
    push: PushSettings | None = None
    # None: all that this runner can do.
    job_types: tuple[str, ...] | None = None
    # By job type: package.module:function.
    handlers: Mapping[str, str] = dataclass_field(default_factory=dict)
    job_concurrency: int = 10
    concurrency: int = 100
    batch_size: int = 100
    lease: float = 120
    poll_interval: float = 1
    tick_interval: float = 1
    reconcile_interval: float = 5
    grace: float = 25
    rate_per_second: float | None = None
    serve: Address | None = None

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Self:
        """Check what the command was given. Raises `click.UsageError`."""
        refusals = _Refusals()
        database_url = refusals.gather(_database_url, options, "database_url")
        direct_url = refusals.gather(_database_url, options, "direct_url") if options["direct_url"] else database_url
        job_types = _job_types(options)
        handlers = refusals.gather(_handlers, options)
        email, push = refusals.gather(_email, options), refusals.gather(_push, options)
        others = bool(
            any(options[name] for name in _OTHERS)
            or job_types
            or entry_points(group=JOBS)
            or entry_points(group=CHANNELS)
        )
        is_for_texts = _names_twilio(options) or SEND_SMS in (job_types or ()) or not others
        twilio = _twilio(options, refusals) if is_for_texts else None
        refusals.gather(_check_times, options)
        serve = refusals.gather(read_address, options["serve"], "serve") if options["serve"] else None
        if options["serve"] and not (is_for_texts and options["callback_url"]):
            refusals.add(
                _refusal("callback_url", "is missing. --serve needs the public address that Twilio is to call.")
            )
        refusals.tell()
        return cls(
            database_url=database_url,
            direct_url=direct_url,
            twilio=twilio,
            email=email,
            push=push,
            job_types=job_types,
            handlers=handlers,
            job_concurrency=options["job_concurrency"],
            concurrency=options["concurrency"],
            batch_size=options["batch_size"],
            lease=options["lease"],
            poll_interval=options["poll_interval"],
            tick_interval=options["tick_interval"],
            reconcile_interval=options["reconcile_interval"],
            grace=options["grace"],
            rate_per_second=options["rate_per_second"],
            serve=serve,
        )

    def pace(self, slots: int) -> Pace:
        """Give the pace of one kind of work with so many slots."""
        return Pace(
            slots=slots,
            batch_size=self.batch_size,
            lease=self.lease,
            poll_interval=self.poll_interval,
            grace=self.grace,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """All that `pgherald serve` can be told."""

    database_url: Secret
    auth_token: Secret
    callback_url: str
    inbound_url: str | None
    bind: Address

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Self:
        """Check what the command was given. Raises `click.UsageError`."""
        refusals = _Refusals()
        settings = cls(
            database_url=refusals.gather(_database_url, options, "database_url"),
            auth_token=Secret(refusals.gather(_required, options, "auth_token")),
            callback_url=refusals.gather(_required_web_url, options, "callback_url"),
            inbound_url=refusals.gather(_optional_web_url, options, "inbound_url"),
            bind=refusals.gather(read_address, options["bind"], "bind"),
        )
        refusals.tell()
        return settings


class _Names(click.types.StringParamType):
    """One of several names; in a variable they stand side by side, with commas."""

    envvar_list_splitter = ","


class _Number(click.FloatRange):
    """A range of numbers, without nan and infinity, which compare as if they were in it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not in the range {self._describe_range()}.", param, ctx)
        return number


class _Refusals:
    """Gathers what makes no sense, so that all of it is told at once."""

    def __init__(self) -> None:
        """Begin with what could not even be read."""
        context = click.get_current_context(silent=True)
        self._told: list[str] = list(context.meta.get(_MISREAD, ())) if context else []

    def add(self, refusal: click.UsageError) -> None:
        """Keep one for later; once, though two settings may lead to it."""
        if refusal.message not in self._told:
            self._told.append(refusal.message)

    def gather(self, read: Callable[Given, Value], *args: Given.args, **kwargs: Given.kwargs) -> Value:
        """Read a setting. What it gives is of no use to anybody before `tell` has found nothing to tell."""
        try:
            return read(*args, **kwargs)
        except click.UsageError as refusal:
            self.add(refusal)
            return cast("Value", None)

    def tell(self) -> None:
        """Raise `click.UsageError` if there is something to tell."""
        if self._told:
            raise click.UsageError("\n".join(self._told))


class FileOption(click.Option):
    """An option whose value may stand in a file: X_FILE names it where the variable X is not set.

    So that a secret need not stand in the environment: systemd, Docker and Kubernetes hand out files.
    """

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Give the variable's value, or what stands in the file that its like names."""
        variables = [self.envvar] if isinstance(self.envvar, str) else self.envvar or ()
        for variable in variables:
            if os.environ.get(variable):
                return os.environ[variable]
            path = os.environ.get(f"{variable}_FILE")
            if path:
                try:
                    return Path(path).read_text("utf-8").strip()
                except (OSError, UnicodeDecodeError) as error:
                    why = getattr(error, "strerror", None) or "it is not text"
                    raise click.UsageError(f"{variable}_FILE cannot be read: {why}.", ctx) from None
        return super().resolve_envvar_value(ctx)


class _Gathered:
    """An option that, if it cannot be read, leaves that for `_Refusals` to tell together with the rest."""

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]
    ) -> tuple[Any, list[str]]:
        try:
            return cast("tuple[Any, list[str]]", super().handle_parse_result(ctx, opts, args))  # type: ignore[misc]
        except click.UsageError as error:
            ctx.meta.setdefault(_MISREAD, []).append(error.format_message())
            option = cast("click.Option", self)
            default = option.get_default(ctx)
            value = default if isinstance(default, str | int | float) else () if option.multiple else None
            ctx.params[str(option.name)] = value
            return value, args


class _GatheredOption(_Gathered, click.Option):
    """One that stands in the environment."""


class _GatheredFileOption(_Gathered, FileOption):
    """One that may stand in a file."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """One setting: its option, its variable, its explanation."""

    flag: str
    variable: str
    help: str
    click: Mapping[str, Any] = dataclass_field(default_factory=dict)
    is_secret: bool = False


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
        is_secret=True,
    ),
    "direct_url": _Setting(
        "--direct-url",
        "PGHERALD_DIRECT_URL",
        "The same database past the pooler, to be notified of new texts at once: a pooler in transaction mode swallows "
        "notifications. Default: the database URL.",
        {"metavar": "URL"},
        is_secret=True,
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
        is_secret=True,
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
    "inbound_url": _Setting(
        "--inbound-url",
        "PGHERALD_INBOUND_URL",
        "The public address that leads to /twilio/inbound here, where Twilio brings the texts that come in. "
        "Default: the callback URL with inbound as its last part.",
        {"metavar": "URL"},
    ),
    "verify_service_sid": _Setting(
        "--verify-service-sid",
        "PGHERALD_VERIFY_SERVICE_SID",
        "The service of Twilio Verify that makes and checks codes, where herald.settings.verification_provider is "
        "twilio_verify. Default: none.",
        {"metavar": "SID"},
    ),
    "job_types": _Setting(
        "--job-type",
        "PGHERALD_JOB_TYPES",
        "A type of jobs to work on, such as send_sms; several are allowed, in the variable with commas. So that short "
        "and long jobs can have runners of their own. Default: all that this runner can do.",
        {"type": _Names(), "multiple": True, "metavar": "TYPE"},
    ),
    "handlers": _Setting(
        "--handler",
        "PGHERALD_HANDLERS",
        "A function of yours for a type of jobs: generate_phases=package.module:function. Several are allowed, in the "
        "variable with commas.",
        {"type": _Names(), "multiple": True, "metavar": "TYPE=FUNCTION"},
    ),
    "job_concurrency": _Setting(
        "--job-concurrency",
        "PGHERALD_JOB_CONCURRENCY",
        "Jobs in the hands of your functions at once.",
        {"type": click.IntRange(1, 10_000), "default": 10},
    ),
    "smtp_url": _Setting(
        "--smtp-url",
        "PGHERALD_SMTP_URL",
        "The mail server: smtp://user:password@host:587, or smtps://… where TLS comes first, on port 465. Default: no "
        "e-mail is sent. Better set as a variable: others on the machine can read a command line.",
        {"metavar": "URL"},
        is_secret=True,
    ),
    "email_from": _Setting(
        "--email-from",
        "PGHERALD_EMAIL_FROM",
        "Who e-mails come from: Name <name@example.com>.",
        {"metavar": "ADDRESS"},
    ),
    "smtp_starttls": _Setting(
        "--smtp-starttls",
        "PGHERALD_SMTP_STARTTLS",
        "Whether to ask for TLS on smtp://. auto: always with a password, else where the server offers it.",
        {"type": click.Choice(["auto", "always", "never"], case_sensitive=False), "default": "auto"},
    ),
    "smtp_connections": _Setting(
        "--smtp-connections",
        "PGHERALD_SMTP_CONNECTIONS",
        "E-mails in flight at once, each over a connection.",
        {"type": click.IntRange(1, 1_000), "default": 5},
    ),
    "smtp_timeout": _Setting(
        "--smtp-timeout",
        "PGHERALD_SMTP_TIMEOUT",
        "How long a mail server may take to let us in, and then over an e-mail.",
        _seconds(60, most=_HOUR),
    ),
    "vapid_private_key": _Setting(
        "--vapid-private-key",
        "PGHERALD_VAPID_PRIVATE_KEY",
        "The key that browsers subscribe to: a file in PEM, or base64url. Default: no push message is sent. Better set "
        "as a variable: others on the machine can read a command line.",
        {"metavar": "KEY"},
        is_secret=True,
    ),
    "vapid_subject": _Setting(
        "--vapid-subject",
        "PGHERALD_VAPID_SUBJECT",
        "Whom a push service can turn to: mailto:name@example.com, or an https address.",
        {"metavar": "URL"},
    ),
    "push_allow_private": _Setting(
        "--push-allow-private",
        "PGHERALD_PUSH_ALLOW_PRIVATE",
        "Send push messages to private and unencrypted addresses, too. Only for tests: users write these addresses, "
        "and could reach what only this machine should.",
        {"is_flag": True},
    ),
    "concurrency": _Setting(
        "--concurrency",
        "PGHERALD_CONCURRENCY",
        "Texts in flight at once; and as many push messages.",
        {"type": click.IntRange(1, 10_000), "default": 100},
    ),
    "batch_size": _Setting(
        "--batch-size",
        "PGHERALD_BATCH_SIZE",
        "Texts or other jobs claimed, or results recorded, by one statement at most.",
        {"type": click.IntRange(1, 1_000), "default": 100},
    ),
    "lease": _Setting(
        "--lease",
        "PGHERALD_LEASE",
        "How long a claimed text or other job is this runner's. Extended while it is in flight.",
        _seconds(120, most=_DAY, least=1),
    ),
    "poll_interval": _Setting(
        "--poll-interval",
        "PGHERALD_POLL_INTERVAL",
        "Longest time between two looks at the queue when nothing notifies of a new text or other job.",
        _seconds(1, most=_HOUR),
    ),
    "tick_interval": _Setting(
        "--tick-interval",
        "PGHERALD_TICK_INTERVAL",
        "Time between two calls of tick(), which makes jobs of scheduled texts and takes care of expired leases.",
        _seconds(1, most=_HOUR),
    ),
    "reconcile_interval": _Setting(
        "--reconcile-interval",
        "PGHERALD_RECONCILE_INTERVAL",
        "Time between two looks for texts that Twilio should be asked about: those that it may or may not have taken, "
        "and those of which no report came. When, and what follows, herald.settings says.",
        _seconds(5, most=_HOUR),
    ),
    "grace": _Setting(
        "--grace",
        "PGHERALD_GRACE",
        "How long what is in flight may go on after SIGTERM. A text that is cut off is held, since Twilio may have it; "
        "another job is tried again.",
        _seconds(25, most=_HOUR, least=0),
    ),
    "rate_per_second": _Setting(
        "--rate-per-second",
        "PGHERALD_RATE_PER_SECOND",
        "Texts a second for this sender, all runners together. Default: no limit.",
        {"type": _Number(min=0.001, max=10_000), "metavar": "NUMBER"},
    ),
    "connect_timeout": _Setting(
        "--connect-timeout",
        "PGHERALD_CONNECT_TIMEOUT",
        "How long it may take to reach Twilio or a push service.",
        _seconds(5, most=_HOUR),
    ),
    "send_timeout": _Setting(
        "--send-timeout",
        "PGHERALD_SEND_TIMEOUT",
        "How long a whole request to Twilio or a push service may take. Less than the lease.",
        _seconds(30, most=_HOUR),
    ),
    "serve": _Setting(
        "--serve",
        "PGHERALD_SERVE",
        "Take reports, texts that come in, and visits to short links in this process as well. Default: no.",
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
_SERVE: Final = ("database_url", "auth_token", "callback_url", "inbound_url", "bind", "log_level", "log_format")
_RUN: Final = tuple(name for name in _SETTINGS if name != "bind")
_TWILIO: Final = ("account_sid", "auth_token", "from_number", "messaging_service_sid", "api_url")
_OTHERS: Final = ("smtp_url", "email_from", "vapid_private_key", "vapid_subject", "handlers")
_ACCOUNTS: Final = ("database_url", *_TWILIO, "smtp_url", "vapid_private_key")


def run_options(command: Command) -> Command:
    """Give a command the options of the runner."""
    return _with_options(command, _RUN)


def serve_options(command: Command) -> Command:
    """Give a command the options of the endpoint."""
    return _with_options(command, _SERVE)


def nothing_is_set(options: Mapping[str, Any]) -> bool:
    """Tell whether neither a database nor anything to send with was named. Raises `click.UsageError` if unclear."""
    if any(options[name] for name in _ACCOUNTS):
        return False
    _Refusals().tell()
    return True


def _with_options(command: Command, names: Sequence[str]) -> Command:
    """Declare options; the one named first comes first in the help."""
    for name in reversed(names):
        setting = _SETTINGS[name]
        declare = click.option(
            setting.flag,
            name,
            cls=_GatheredFileOption if setting.is_secret else _GatheredOption,
            envvar=setting.variable,
            show_envvar=True,
            show_default="default" in setting.click,
            help=f"{setting.help} Or a file: {setting.variable}_FILE." if setting.is_secret else setting.help,
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


def _check_times(options: Mapping[str, Any]) -> None:
    """Check that one time fits into the other."""
    connect, send, lease = options["connect_timeout"], options["send_timeout"], options["lease"]
    if connect > send:
        raise _refusal(
            "connect_timeout",
            f"{connect:g} s must not be more than the {send:g} s of the whole request (--send-timeout, "
            "PGHERALD_SEND_TIMEOUT).",
        )
    if send >= lease:
        raise _refusal(
            "send_timeout",
            f"{send:g} s must be less than the lease of {lease:g} s (--lease, PGHERALD_LEASE), or another runner could "
            "get a text while this one is still sending it.",
        )


def _job_types(options: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Read the types of jobs; that the database knows them is checked there."""
    named = tuple(dict.fromkeys(filter(None, map(str.strip, options["job_types"]))))
    return named or None


def _handlers(options: Mapping[str, Any]) -> dict[str, str]:
    """Read which function is for which type of jobs."""
    handlers: dict[str, str] = {}
    for named in filter(None, options["handlers"]):
        job_type, _, function = (part.strip() for part in named.partition("="))
        if not job_type or not _FUNCTION.fullmatch(function):
            raise _refusal("handlers", f"must be TYPE=package.module:function, not {named!r}.")
        if job_type in handlers:
            raise _refusal("handlers", f"names two functions for {job_type}.")
        handlers[job_type] = function
    return handlers


def _email(options: Mapping[str, Any]) -> EmailSettings | None:
    """Check all that concerns e-mail; None if it is not wanted."""
    if not options["smtp_url"]:
        if options["email_from"]:
            raise _refusal("smtp_url", f"is missing. {_SETTINGS['smtp_url'].help}")
        return None
    try:
        parts = urlsplit(options["smtp_url"])
        port = parts.port or (_SMTPS_PORT if parts.scheme == "smtps" else _SMTP_PORT)
    except ValueError:
        raise _refusal("smtp_url", _SMTP_FORM) from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    strange = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or strange or bool(user) != bool(password):
        raise _refusal("smtp_url", _SMTP_FORM)
    wish = options["smtp_starttls"]
    return EmailSettings(
        host=parts.hostname,
        port=port,
        sender=_mail_address(_required(options, "email_from"), "email_from"),
        user=user or None,
        password=Secret(password) if password else None,
        implicit_tls=parts.scheme == "smtps",
        start_tls=parts.scheme == "smtp" and {"always": True, "never": False, "auto": True if user else None}[wish],
        connections=options["smtp_connections"],
        timeout=options["smtp_timeout"],
    )


def _mail_address(value: str, name: str) -> MailAddress:
    """Read one address, with or without a name."""
    display_name, address = parseaddr(value)
    try:
        mailbox = MailAddress(display_name=display_name, addr_spec=address)
    except (ValueError, IndexError, MessageError):  # whatever the standard library raises about it
        mailbox = MailAddress()
    if not mailbox.domain or not mailbox.addr_spec.isascii():
        raise _refusal(name, "must be an address such as Name <name@example.com>.")
    return mailbox


def _push(options: Mapping[str, Any]) -> PushSettings | None:
    """Check all that concerns push messages; None if they are not wanted."""
    if not options["vapid_private_key"]:
        if options["vapid_subject"]:
            raise _refusal("vapid_private_key", f"is missing. {_SETTINGS['vapid_private_key'].help}")
        return None
    subject = _required(options, "vapid_subject")
    if not _VAPID_SUBJECT.fullmatch(subject):
        raise _refusal("vapid_subject", "must be mailto:name@example.com or https://example.com.")
    return PushSettings(
        private_key=Secret(options["vapid_private_key"]),
        subject=subject,
        allow_private=options["push_allow_private"],
        connect_timeout=options["connect_timeout"],
        send_timeout=options["send_timeout"],
    )


def _names_twilio(options: Mapping[str, Any]) -> bool:
    """Tell whether anything of Twilio was named."""
    return any(options[name] for name in _TWILIO)


def _twilio(options: Mapping[str, Any], refusals: _Refusals) -> TwilioSettings:
    """Check all that concerns Twilio."""
    verify = options["verify_service_sid"]
    return TwilioSettings(
        account_sid=refusals.gather(_sid, options, "account_sid", _ACCOUNT_SID),
        auth_token=Secret(refusals.gather(_required, options, "auth_token")),
        sender=refusals.gather(_sender, options),
        api_url=refusals.gather(_optional_web_url, options, "api_url"),
        callback_url=refusals.gather(_optional_web_url, options, "callback_url"),
        inbound_url=refusals.gather(_optional_web_url, options, "inbound_url"),
        verify_service_sid=refusals.gather(_sid, options, "verify_service_sid", _VERIFY_SID) if verify else None,
        connect_timeout=options["connect_timeout"],
        send_timeout=options["send_timeout"],
    )


def _sid(options: Mapping[str, Any], name: str, form: re.Pattern[str]) -> str:
    """Check one of Twilio's names for its things: two letters and 32 hexadecimal digits."""
    sid = _required(options, name)
    if not form.fullmatch(sid):
        raise _refusal(name, f"must be {form.pattern[:2]} and 32 hexadecimal digits. Twilio's console shows it.")
    return sid


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
    return _sid(options, "messaging_service_sid", _SERVICE_SID)


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


def _required_web_url(options: Mapping[str, Any], name: str) -> str:
    """Check an http(s) address that must be there."""
    return _web_url(_required(options, name), name)


def _optional_web_url(options: Mapping[str, Any], name: str) -> str | None:
    """Check an http(s) address; None if there is none."""
    return _web_url(options[name], name) if options[name] else None


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


def read_address(value: str, name: str) -> Address:
    """Read HOST:PORT; an IPv6 host stands in brackets."""
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or int(port) > _HIGHEST_PORT:
        raise _refusal(name, f"must be HOST:PORT, such as 127.0.0.1:8080, not {value!r}.")
    return Address(host.removeprefix("[").removesuffix("]"), int(port))
