"""`pgherald simulate`: a Twilio of one's own."""

import asyncio
import signal
from typing import Any, get_args

import click

from pgherald.simulator import FaultKind, Message, Simulator

_SETTINGS = (
    "status_delay",
    "callback_duplicates",
    "callback_shuffle",
    "callback_drop",
    "callback_before_answer",
    "list_lag",
)
# What says more about a fault: the option, and the field.
_FAULT_FIELDS = {
    "probability": "probability",
    "fault_times": "times",
    "fault_to": "to",
    "fault_seconds": "seconds",
    "fault_status": "status",
    "retry_after": "retry_after",
}


@click.command(short_help="Be a Twilio for development.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8025, show_default=True, help="0 takes a free one.")
@click.option("--account-sid", envvar="TWILIO_ACCOUNT_SID", show_envvar=True, help="Default: one made up.")
@click.option("--auth-token", envvar="TWILIO_AUTH_TOKEN", show_envvar=True, help="Default: one made up.")
@click.option("--fault", type=click.Choice(get_args(FaultKind)), help="Misbehave in this way …")
@click.option("--probability", type=click.FloatRange(0, 1), help="… on this share of requests (default: on all) …")
@click.option("--fault-times", type=click.IntRange(1), metavar="N", help="… so many times …")
@click.option("--fault-to", metavar="NUMBER", help="… and only on texts to this number.")
@click.option(
    "--fault-seconds", type=click.FloatRange(0, 3600), metavar="SECONDS", help="How long a delay lasts (default: 1)."
)
@click.option(
    "--fault-status", type=click.IntRange(400, 599), metavar="STATUS", help="What an error answers (default: 500)."
)
@click.option(
    "--retry-after", type=click.FloatRange(0, 86_400), metavar="SECONDS", help="The wait that a throttle asks for."
)
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same chances.")
@click.option(
    "--status-delay",
    type=click.FloatRange(0, 3600),
    default=0.5,
    show_default=True,
    metavar="SECONDS",
    help="Time between two steps of a text: queued, sending, sent, delivered.",
)
@click.option(
    "--callback-duplicates",
    type=click.IntRange(0, 10),
    default=0,
    show_default=True,
    help="Post each status callback so many times more.",
)
@click.option("--callback-shuffle", is_flag=True, help="Post status callbacks in any order.")
@click.option(
    "--callback-drop",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Never post this share of status callbacks.",
)
@click.option("--callback-before-answer", is_flag=True, help="Post status callbacks before the request is answered.")
@click.option(
    "--list-lag",
    type=click.FloatRange(0, 86_400),
    default=0.0,
    show_default=True,
    metavar="SECONDS",
    help="The list shows a text only so long after it was accepted.",
)
def simulate(host: str, port: int, **options: Any) -> None:  # noqa: ANN401  click gives what the types say
    """Serve Twilio's Messages API on this machine: texts are accepted, reported as delivered, and go nowhere.

    Prints what to set so that a runner uses it. Twilio's own test numbers answer as they do there (+15005550001 is not
    valid, …04 has said STOP, …09 takes no texts); numbers +1500553xxxx end later with error code 3xxxx: +15005530003 is
    unreachable, +15005530006 a landline.

    GET /_simulator/messages shows what was accepted, POST /_simulator/faults {"kind": "throttle", "times": 3} adds a
    fault while it runs, GET shows them, DELETE takes them away, POST /_simulator/inbound
    {"url": "http://127.0.0.1:8080/twilio/inbound", "from": "+12025550123", "to": "+15005550006", "body": "STOP"} lets
    somebody text you at that address of your endpoint, POST /_simulator/reset begins anew.
    """
    if not options["fault"]:
        lonely = next((name for name in _FAULT_FIELDS if options[name] is not None), None)
        if lonely:
            raise click.UsageError(f"--{lonely.replace('_', '-')} says more about a fault: choose one with --fault.")
    try:
        asyncio.run(_simulate(host, port, options))
    except OSError as error:
        raise click.ClickException(
            f"cannot listen on {host}:{port}: {error.strerror}. Choose another with --port."
        ) from None


async def _simulate(host: str, port: int, options: dict[str, Any]) -> None:
    """Serve until told to stop."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)

    def show(message: Message) -> None:
        try:
            click.echo(f"{message.created_at:%H:%M:%S} {message.sid} to …{message.to[-4:]}")
        except OSError:
            # Nobody reads any more.
            stopping.set()

    simulator = Simulator(options["account_sid"], options["auth_token"], seed=options["seed"], on_accept=show)
    if options["fault"]:
        details = {field: options[name] for name, field in _FAULT_FIELDS.items() if options[name] is not None}
        simulator.faults.add(options["fault"], **details)
    simulator.faults.change(**{name: options[name] for name in _SETTINGS})

    async with simulator.serve(host, port):
        click.echo(f"export TWILIO_API_URL={simulator.base_url}")
        click.echo(f"export TWILIO_ACCOUNT_SID={simulator.account_sid}")
        if not options["auth_token"]:
            click.echo(f"export TWILIO_AUTH_TOKEN={simulator.auth_token}")
        click.echo("export TWILIO_FROM=+15005550006")
        click.echo("export PGHERALD_CALLBACK_URL=http://127.0.0.1:8080/twilio/status")
        click.echo("export PGHERALD_SERVE=127.0.0.1:8080")
        await stopping.wait()
