"""`pgherald healthcheck`: for a container, whether the runner or endpoint in it works."""

from http.client import HTTPConnection, HTTPException
from typing import Final

import click

from pgherald.settings import read_address

_LONGEST_WAIT: Final = 5
_OK: Final = 200
# Who listens on all addresses is asked at one of them.
_NEARBY: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


@click.command(short_help="Tell whether the runner in this container works.")
@click.option(
    "--serve",
    envvar=["PGHERALD_SERVE", "PGHERALD_BIND"],
    default="127.0.0.1:8080",
    show_default=True,
    metavar="HOST:PORT",
    help="Where it listens.  [env: PGHERALD_SERVE, else PGHERALD_BIND]",
)
def healthcheck(serve: str) -> None:
    """Ask GET /livez of the runner or endpoint on this machine; exit code 0 if it works, and 1 if not.

    For HEALTHCHECK of a container. Whether texts flow is another question: GET /healthz answers it, and starting a
    container anew would mend nothing there.
    """
    address = read_address(serve, "serve")
    connection = HTTPConnection(_NEARBY.get(address.host, address.host), address.port, timeout=_LONGEST_WAIT)
    try:
        connection.request("GET", "/livez")
        answer = connection.getresponse()
        words = answer.read().decode("utf-8", "replace").strip()
    except (OSError, HTTPException) as error:
        raise click.ClickException(f"nothing answers at {serve}: {error}") from None
    finally:
        connection.close()
    if answer.status != _OK:
        raise click.ClickException(f"{serve} answers {answer.status}: {words}")
    click.echo(words)
