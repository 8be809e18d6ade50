"""Fixtures: a real server, a migrated database for each test, and a simulated Twilio over real HTTP."""

import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings

import harness
import reference
import stage
from pgherald.embedded import EmbeddedServer
from postgrest_stand_in import StandIn

if TYPE_CHECKING:
    from pgherald.simulator import Simulator

settings.register_profile(
    "pgherald", derandomize=True, print_blob=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("pgherald")
# A shell has what it runs in the background ignore SIGINT, and so would every program that is started here.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def server() -> harness.TestServer:
    """Give the server that comes along; fast, since nothing on it has to last."""
    return harness.server("18")


@pytest.fixture
def database_url(server: harness.TestServer) -> Iterator[str]:
    """Give a migrated database of the test's own."""
    url = server.database()
    yield url
    server.drop(url)


@pytest.fixture
def durable_server() -> Iterator[EmbeddedServer]:
    """Give a server of the test's own, to be restarted or crashed, with a migrated database `postgres`."""
    from pgherald.migrations import migrate  # noqa: PLC0415  most tests need no server of their own

    with EmbeddedServer() as own:
        migrate(own.url)
        yield own


@pytest.fixture(scope="session")
def a_reference() -> Iterator[reference.Reference]:
    """Give the server of the database that the examples speak of."""
    with reference.a_reference() as made:
        yield made


@pytest.fixture
def example_database(a_reference: reference.Reference) -> Iterator[reference.Copy]:
    """Give a copy of that database."""
    copy = a_reference.copy()
    yield copy
    a_reference.drop(copy)


@pytest.fixture
async def stand_in(example_database: reference.Copy) -> AsyncIterator[StandIn]:
    """Give what stands in for PostgREST, in front of that copy."""
    async with StandIn(example_database.api_url).running() as running:
        yield running


@pytest.fixture
async def simulator() -> "AsyncIterator[Simulator]":
    """Give a simulated Twilio that listens on loopback."""
    from pgherald.simulator import Simulator  # noqa: PLC0415  most tests need none

    simulated = Simulator(account_sid=f"AC{uuid4().hex}", auth_token=uuid4().hex)
    async with simulated.serve(host="127.0.0.1", port=0):
        yield simulated


@pytest.fixture
async def provider() -> AsyncIterator[stage.Provider]:
    """Give a provider that runs, and says yes until told otherwise."""
    provider = stage.Provider()
    async with provider.running():
        yield provider


@pytest.fixture
def desk(database_url: str) -> stage.Desk:
    """Give a client of the test's database."""
    return stage.Desk(database_url)


@pytest.fixture
async def connections(database_url: str) -> AsyncIterator[Sequence[stage.Connection]]:
    """Give twenty connections to one database."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(await psycopg.AsyncConnection.connect(database_url, autocommit=True))
            for _ in range(stage.TWENTY)
        ]
