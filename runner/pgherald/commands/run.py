"""`pgherald run`: the runner."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import click
import psycopg

from pgherald.database import Database, DatabaseUnusableError
from pgherald.log import set_up_logging
from pgherald.settings import RunSettings, nothing_is_set, run_options
from pgherald.twilio import Twilio
from pgherald.worker import Worker

_TEST_NUMBER = "+15005550006"
_NEEDS_WEB = "taking reports needs the extra `web`: pip install 'pgherald[web]'"


@click.command
@run_options
def run(log_level: str, log_format: Any, **options: Any) -> None:  # noqa: ANN401  click gives what the types say
    """Send the texts that are due, until told to stop.

    Everything that decides whether and when a text goes is in the database; this makes the calls to Twilio. Start as
    many as you like: no text is sent twice. SIGTERM or Ctrl-C lets texts in flight end; a second one hurries.

    With neither DATABASE_URL nor TWILIO_* set, it runs against an embedded server and a simulated Twilio.
    """
    set_up_logging(log_level, log_format)
    try:
        if nothing_is_set(options):
            sys.exit(_run_at_home(options))
        sys.exit(asyncio.run(_run(RunSettings.from_options(options))))
    except DatabaseUnusableError as error:
        raise click.ClickException(str(error)) from None


async def _run(settings: RunSettings) -> int:
    """Run until told to stop. Gives the exit code."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(settings.database_url, settings.direct_url))
        twilio = await stack.enter_async_context(Twilio(settings.twilio, connections=settings.concurrency))
        worker = Worker(database, twilio, settings, runner=_name())
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, worker.stop)
        try:
            await database.register_sender(settings.twilio.sender, rate_per_second=settings.rate_per_second)
        except psycopg.Error as error:
            raise database.unusable(error) from None
        await _serve(settings, database, stack)
        return await worker.run()


def _name() -> str:
    """Make a name that no other process ever has: in a container, host and process id are the same after a restart."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:12]}"


async def _serve(settings: RunSettings, database: Database, stack: AsyncExitStack) -> None:
    """Take Twilio's reports in this process as well, if that is wanted."""
    if not settings.serve or not settings.twilio.callback_url:
        return
    try:
        from pgherald import webhooks  # noqa: PLC0415  an extra
    except ImportError:
        raise click.ClickException(_NEEDS_WEB) from None
    application = webhooks.endpoint(
        database, auth_token=settings.twilio.auth_token, callback_url=settings.twilio.callback_url
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
                    "serve": address,
                }
            )
        )
