"""The runner as a service: what systemd is told, and what its unit says."""

import asyncio
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from pgherald.commands.run import run
from pgherald.lane import AFTER_GRACE
from pgherald.service import TOO_LONG, ServiceManager
from stage import Desk, Provider, environment, program, until

UNIT = Path(__file__).parents[2] / "deploy" / "systemd" / "pgherald.service"
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd: apt install systemd")


class Listener:
    """A service manager that listens, and notes when it was told what."""

    def __init__(self, address: str) -> None:
        """Listen there; with @ at the beginning, in the abstract."""
        self.address = address
        self.told: list[tuple[float, str]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(0)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)

    def read(self) -> list[str]:
        """Give all lines that were told so far."""
        try:
            while True:
                for line in self._socket.recv(4096).decode().splitlines():
                    self.told.append((time.monotonic(), line))
        except BlockingIOError:
            pass
        return [line for _, line in self.told]

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()


@contextmanager
def listening(address: str) -> Iterator[Listener]:
    listener = Listener(address)
    try:
        yield listener
    finally:
        listener.close()


@pytest.mark.parametrize("kind", ["file", "abstract"])
async def test_systemd_hears_that_it_works_that_it_goes_on_and_that_it_ends(
    database_url: str, provider: Provider, tmp_path: Path, kind: str
) -> None:
    address = {"file": str(tmp_path / "notify"), "abstract": f"@pgherald-{uuid4().hex}"}[kind]
    variables = environment(database_url, provider, NOTIFY_SOCKET=address, WATCHDOG_USEC="3000000", PGHERALD_GRACE="3")
    with listening(address) as manager:
        async with program("run", variables=variables) as runner:
            await until(lambda: manager.read().count("WATCHDOG=1") >= 4, seconds=30)
            assert await runner.end(signal.SIGTERM) == 0
        told = manager.read()
    assert told[0] == "READY=1"
    assert "STATUS=texts: 0 in flight" in told
    end = told.index("STOPPING=1")
    assert told[end + 2] == f"EXTEND_TIMEOUT_USEC={int((3 + AFTER_GRACE) * 1_000_000)}"
    assert [line for line in told[end + 3 :] if line != "WATCHDOG=1"] == []
    signs = [at for at, line in manager.told if line == "WATCHDOG=1"]
    assert max(later - earlier for earlier, later in pairwise(signs)) < 3


async def test_it_is_not_ready_before_it_claims(
    database_url: str, provider: Provider, desk: Desk, tmp_path: Path
) -> None:
    await desk.rows("alter function public.claim_sms rename to claim_nothing")
    with listening(str(tmp_path / "notify")) as manager:
        async with program(
            "run", variables=environment(database_url, provider, NOTIFY_SOCKET=manager.address)
        ) as runner:
            await runner.says("claiming texts does not work")
            assert manager.read() == []
            await desk.rows("alter function public.claim_nothing rename to claim_sms")
            await until(lambda: "READY=1" in manager.read(), seconds=20)


async def test_a_call_that_does_not_come_back_gives_no_sign_of_life(
    database_url: str, provider: Provider, tmp_path: Path
) -> None:
    with listening(str(tmp_path / "notify")) as manager:
        variables = environment(database_url, provider, NOTIFY_SOCKET=manager.address, WATCHDOG_USEC="1000000")
        async with program("run", variables=variables) as runner:
            await until(lambda: manager.read().count("WATCHDOG=1") >= 2, seconds=20)
            async with await psycopg.AsyncConnection.connect(database_url) as other:
                await other.execute("lock table public.queue_jobs in access exclusive mode")
                await runner.says("has not come back")
                signs = manager.read().count("WATCHDOG=1")
                await asyncio.sleep(2)
                assert manager.read().count("WATCHDOG=1") == signs
            await until(lambda: manager.read().count("WATCHDOG=1") > signs, seconds=20)


async def test_a_database_that_is_away_is_no_reason_to_be_started_anew(
    database_url: str, provider: Provider, desk: Desk, tmp_path: Path
) -> None:
    with listening(str(tmp_path / "notify")) as manager:
        variables = environment(database_url, provider, NOTIFY_SOCKET=manager.address, WATCHDOG_USEC="1000000")
        async with program("run", variables=variables) as runner:
            await until(lambda: manager.read().count("WATCHDOG=1") >= 2, seconds=20)
            await desk.rows("alter function public.tick rename to tock")
            await desk.rows("alter function public.claim_sms rename to claim_nothing")
            await runner.says("does not work")
            signs = manager.read().count("WATCHDOG=1")
            await until(lambda: manager.read().count("WATCHDOG=1") > signs + 6, seconds=20)


@pytest.mark.parametrize(
    ("variables", "watchdog"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "2000000"}, 2),
        ({"WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "1"}, None),  # another process is meant
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "often"}, None),
    ],
)
def test_the_watchdog_is_what_systemd_set_for_this_process(variables: dict[str, str], watchdog: float | None) -> None:
    assert ServiceManager.from_environment(variables).watchdog == watchdog


def test_that_nobody_listens_hurts_nobody(tmp_path: Path) -> None:
    ServiceManager(None).tell(READY="1")
    ServiceManager(str(tmp_path / "gone")).tell(READY="1")


def setting(name: str) -> list[str]:
    """Give the values of a setting of the unit."""
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.MULTILINE)


def seconds(name: str) -> float:
    """Give a time of the unit."""
    (value,) = setting(name)
    amount, unit = re.findall(r"\d+|[a-z]+", value)
    return float(amount) * {"s": 1, "min": 60}[unit]


def test_the_unit_gives_the_time_that_the_runner_takes() -> None:
    grace = float(run.make_context("run", []).params["grace"])
    assert seconds("TimeoutStopSec") > grace + AFTER_GRACE
    assert seconds("TimeoutAbortSec") > grace + AFTER_GRACE
    assert seconds("WatchdogSec") < TOO_LONG
    assert setting("RestartPreventExitStatus") == ["2"]
    assert seconds("RestartSec") >= 5


@needs_systemd
@pytest.mark.parametrize("name", ["pgherald.service", "pgherald@.service"])
def test_systemd_finds_no_fault_in_the_unit(name: str, tmp_path: Path) -> None:
    unit = tmp_path / name
    unit.write_text(
        UNIT.read_text().replace("/opt/pgherald/bin/pgherald", str(Path(sys.executable).with_name("pgherald")))
    )
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@needs_systemd
def test_the_unit_is_locked_up_as_far_as_a_client_of_the_network_can_be() -> None:
    """The figure is systemd's own, times ten: 0 is nothing exposed, 20 an exposure of 2.0."""
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(UNIT)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert rated.returncode == 0, rated.stdout + rated.stderr
