"""`pgherald serve`: takes what Twilio and visitors of short links have to say."""

import asyncio
import logging
import signal
from typing import Any

import click

from pgherald.database import Database, DatabaseUnusableError
from pgherald.heartbeat import Process, beating, process_name
from pgherald.log import set_up_logging
from pgherald.settings import ServeSettings, serve_options

_log = logging.getLogger(__name__)


@click.command
@serve_options
def serve(log_level: str, log_format: Any, **options: Any) -> None:  # noqa: ANN401  click gives what the types say
    """Take reports at POST /twilio/status, texts that come in at POST /twilio/inbound, and visits at /l/{code}.

    The signature of what Twilio sends is checked before anything else. GET /healthz answers 503 while a check of
    health() is red or the database is away; GET /livez answers while this process does. GET /metrics is for Prometheus,
    and not for the public.

    Needs the extra `web`: pip install '.[web]' in the checkout.
    """
    settings = ServeSettings.from_options(options)
    set_up_logging(log_level, log_format)
    try:
        asyncio.run(_serve(settings))
    except DatabaseUnusableError as error:
        raise click.ClickException(str(error)) from None


async def _serve(settings: ServeSettings) -> None:
    """Serve until told to stop."""
    try:
        from pgherald import webhooks  # noqa: PLC0415  an extra
    except ImportError:
        raise click.ClickException("this needs the extra `web`: pip install '.[web]' in the checkout") from None
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    try:
        async with Database(settings.database_url) as database:
            application = webhooks.endpoint(
                database,
                auth_token=settings.auth_token,
                callback_url=settings.callback_url,
                inbound_url=settings.inbound_url,
            )
            async with webhooks.serving(application, settings.bind), beating(database, Process(name=process_name())):
                await stopping.wait()
                _log.info("stopping")
    except webhooks.EndpointError as error:
        raise click.ClickException(f"{error}. Choose another with --bind (PGHERALD_BIND).") from None
