"""`pgherald run`: the runner."""

import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import click
import psycopg

from pgherald.channels import ChannelError, Deliver
from pgherald.database import Database, DatabaseUnusableError
from pgherald.handlers import HandlerError, find_channels, find_handlers
from pgherald.heartbeat import Process, beating, process_name
from pgherald.jobs import Jobs, Notifications
from pgherald.log import set_up_logging
from pgherald.reconciler import Reconciler
from pgherald.service import ServiceManager
from pgherald.settings import SEND_NOTIFICATION, SEND_SMS, RunSettings, TwilioSettings, nothing_is_set, run_options
from pgherald.twilio import Twilio
from pgherald.verify import verifying
from pgherald.worker import Texts, Worker

if TYPE_CHECKING:
    from pgherald.lane import Lane

_log = logging.getLogger(__name__)

_TEST_NUMBER: Final = "+15005550006"
_NEEDS_WEB: Final = "taking reports needs the extra `web`: pip install '.[web]' in the checkout"
_NEEDS_EMAIL: Final = "sending e-mail needs the extra `email`: pip install '.[email]' in the checkout"
_NEEDS_PUSH: Final = "sending push messages needs the extra `push`: pip install '.[push]' in the checkout"
# As the garbage collector counts them: made and not gone again.
_NEW_OBJECTS: Final = 20_000
_SET_UP_BY: Final = {
    "email": "--smtp-url (PGHERALD_SMTP_URL) and --email-from (PGHERALD_EMAIL_FROM)",
    "push": "--vapid-private-key (PGHERALD_VAPID_PRIVATE_KEY) and --vapid-subject (PGHERALD_VAPID_SUBJECT)",
}

# A channel: how to deliver, and how much at once.
_Channels = dict[str, tuple[Deliver, int]]


@click.command(short_help="Send what is due, until told to stop.")
@run_options
def run(log_level: str, log_format: Any, **options: Any) -> None:  # noqa: ANN401  click gives what the types say
    """Send the texts and notifications that are due and run jobs, until told to stop.

    Everything that decides whether and when something goes is in the database; this makes the calls. Start as many as
    you like: no text is sent twice. SIGTERM or Ctrl-C lets what is in flight end; a second one hurries.

    With neither DATABASE_URL nor TWILIO_* set, it runs against an embedded server and a simulated Twilio.
    """
    set_up_logging(log_level, log_format)
    try:
        if nothing_is_set(options):
            sys.exit(_run_at_home(options))
        sys.exit(asyncio.run(_run(RunSettings.from_options(options))))
    except DatabaseUnusableError as error:
        raise click.ClickException(str(error)) from None
    except HandlerError as error:
        raise click.UsageError(str(error)) from None


async def _run(settings: RunSettings) -> int:
    """Run until told to stop. Gives the exit code."""
    async with AsyncExitStack() as stack:
        handlers = find_handlers(settings.handlers, settings.job_types)
        channels = await _channels(settings, stack) if _wants(settings, SEND_NOTIFICATION) else {}
        _check_wishes(settings, [*handlers, *([SEND_NOTIFICATION] if channels else ())])
        database = await stack.enter_async_context(Database(settings.database_url, settings.direct_url))
        await database.check_job_types(list(handlers))

        name = process_name()
        lanes: list[Lane[Any, Any]] = []
        reconciler: Reconciler | None = None
        if settings.twilio and _wants(settings, SEND_SMS):
            texts, reconciler = await _texts(settings, settings.twilio, database, stack, name)
            lanes.append(texts)
        for channel, (deliver, slots) in channels.items():
            lanes.append(Notifications(database, deliver, settings.pace(slots), channel=channel))
        if handlers:
            lanes.append(Jobs(database, handlers, settings.pace(settings.job_concurrency)))
        _log.info(
            "this runner works on %s",
            ", ".join(lane.what for lane in lanes),
            extra={"job_types": ",".join(sorted(handlers)) or None},
        )

        worker = Worker(
            database,
            lanes,
            runner=name,
            tick_interval=settings.tick_interval,
            reconciler=reconciler,
            manager=ServiceManager.from_environment(),
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, worker.stop)
        await _serve(settings, database, worker, stack)
        if settings.twilio and settings.twilio.verify_service_sid:
            await stack.enter_async_context(verifying(database, settings.twilio))
        process = Process(
            name=name,
            works_on=[lane.what for lane in lanes],
            sender=settings.twilio.sender if settings.twilio else None,
            expects_reports=bool(settings.twilio and settings.twilio.callback_url),
        )
        async with beating(database, process):
            _collect_garbage_seldom()
            return await worker.run()


def _collect_garbage_seldom() -> None:
    """Leave alone what is loaded, and look at the rest every `_NEW_OBJECTS` objects.

    Five hundred requests under way make 700, the interpreter's own number, every few milliseconds, and nearly none of
    them is garbage: looking for it took a sixth of the runner's pace.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


def _wants(settings: RunSettings, job_type: str) -> bool:
    """Tell whether this runner is to work on jobs of a type, if it can."""
    return settings.job_types is None or job_type in settings.job_types


def _check_wishes(settings: RunSettings, able: list[str]) -> None:
    """See that this runner can do all that it is asked to."""
    for job_type in settings.job_types or ():
        if job_type in {SEND_SMS, *able}:  # without Twilio, the settings would have been refused
            continue
        means = (
            "a mail server (--smtp-url, PGHERALD_SMTP_URL) or a key for push messages (--vapid-private-key, "
            "PGHERALD_VAPID_PRIVATE_KEY)"
            if job_type == SEND_NOTIFICATION
            else f"a function for it: --handler {job_type}=package.module:function (PGHERALD_HANDLERS)"
        )
        raise click.UsageError(f"--job-type (PGHERALD_JOB_TYPES) {job_type} needs {means}.")


async def _texts(
    settings: RunSettings, twilio: TwilioSettings, database: Database, stack: AsyncExitStack, name: str
) -> tuple[Texts, Reconciler]:
    """Make the lane of texts and what looks after them, and their sender known."""
    client = await stack.enter_async_context(Twilio(twilio, connections=settings.concurrency))
    try:
        await database.register_sender(
            twilio.sender, rate_per_second=settings.rate_per_second, account=twilio.account_sid
        )
    except psycopg.Error as error:
        raise database.unusable(error) from None
    return (
        Texts(database, client, settings.pace(settings.concurrency), sender=twilio.sender, runner=name),
        Reconciler(database, client, sender=twilio.sender, interval=settings.reconcile_interval, lease=settings.lease),
    )


async def _channels(settings: RunSettings, stack: AsyncExitStack) -> _Channels:
    """Open the channels that are set up, and tell of those that are not."""
    channels: _Channels = {name: (deliver, settings.concurrency) for name, deliver in find_channels().items()}
    if settings.email and "email" not in channels:
        try:
            from pgherald.channels.email import Email  # noqa: PLC0415  an extra
        except ImportError:
            raise click.ClickException(_NEEDS_EMAIL) from None
        email = await stack.enter_async_context(Email(settings.email))
        channels["email"] = (email.deliver, settings.email.connections)
    if settings.push and "push" not in channels:
        try:
            from pgherald.channels.push import Push  # noqa: PLC0415  an extra
        except ImportError:
            raise click.ClickException(_NEEDS_PUSH) from None
        try:
            push = await stack.enter_async_context(Push(settings.push, connections=settings.concurrency))
        except ChannelError as error:
            raise click.UsageError(f"--vapid-private-key (PGHERALD_VAPID_PRIVATE_KEY) {error}") from None
        channels["push"] = (push.deliver, settings.concurrency)
    for channel in _SET_UP_BY.keys() - channels.keys():
        # Who sends texts alone need not be warned at each start.
        weight = logging.WARNING if channels else logging.INFO
        _log.log(weight, "this runner sends no %s: %s are not set", channel, _SET_UP_BY[channel])
    return channels


async def _serve(settings: RunSettings, database: Database, worker: Worker, stack: AsyncExitStack) -> None:
    """Take Twilio's reports in this process as well, if that is wanted."""
    if not settings.serve or not settings.twilio or not settings.twilio.callback_url:
        return
    try:
        from pgherald import webhooks  # noqa: PLC0415  an extra
    except ImportError:
        raise click.ClickException(_NEEDS_WEB) from None
    application = webhooks.endpoint(
        database,
        auth_token=settings.twilio.auth_token,
        callback_url=settings.twilio.callback_url,
        inbound_url=settings.twilio.inbound_url,
        is_alive=lambda: worker.is_alive,
    )
    try:
        await stack.enter_async_context(webhooks.serving(application, settings.serve))
    except webhooks.EndpointError as error:
        raise click.ClickException(f"{error}. Choose another with --serve (PGHERALD_SERVE).") from None


def _run_at_home(options: Mapping[str, Any]) -> int:
    """Run with nothing but what comes along: a server and a Twilio of our own, gone when the program ends."""
    click.echo(
        "No DATABASE_URL and no TWILIO_* is set: running with an embedded PostgreSQL in a temporary folder and a "
        "simulated Twilio. No text leaves this machine, and nothing is kept."
    )
    from pgherald.embedded import EmbeddedError, EmbeddedServer  # noqa: PLC0415  not needed for a run with a database
    from pgherald.migrations import migrate  # noqa: PLC0415  likewise

    # Until the runner takes the signals over, and after it: the server must not outlive us.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    try:
        with EmbeddedServer() as server:
            migrate(server.url)
            click.echo(f"Queue texts with: psql '{server.url}'")
            return asyncio.run(_run_simulated(options, server.url))
    except EmbeddedError as error:
        raise click.ClickException(str(error)) from None


async def _run_simulated(options: Mapping[str, Any], database_url: str) -> int:
    """Run against a simulated Twilio in this process, reports included."""
    from pgherald.simulator import Simulator  # noqa: PLC0415  not needed for a run with a real account

    account_sid, auth_token = f"AC{uuid4().hex}", uuid4().hex
    simulator = Simulator(account_sid=account_sid, auth_token=auth_token)
    with socket.create_server(("127.0.0.1", 0)) as finder:
        address = f"127.0.0.1:{finder.getsockname()[1]}"
    async with simulator.serve(host="127.0.0.1", port=0):
        return await _run(
            RunSettings.from_options(
                {
                    **options,
                    "database_url": database_url,
                    "direct_url": None,
                    "account_sid": account_sid,
                    "auth_token": auth_token,
                    "from_number": _TEST_NUMBER,
                    "api_url": simulator.base_url,
                    "callback_url": f"http://{address}/twilio/status",
                    "inbound_url": None,
                    "verify_service_sid": f"VA{uuid4().hex}",
                    "serve": address,
                }
            )
        )
