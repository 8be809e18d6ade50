"""Real runners and a provider, each a process of its own, as they are run."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final
from urllib.request import urlopen

from rich.console import Console

_HERE: Final = Path(__file__).parent
_SECONDS: Final = 15
SENDER: Final = "+15005550006"

Arrivals = list[tuple[str, float]]


class ProviderAt:
    """A provider that runs."""

    def __init__(self, url: str) -> None:
        """Know where it is."""
        self.url = url

    def arrivals(self) -> Arrivals:
        """Ask for all texts that came: what they say, and when on the machine's monotonic clock."""
        with urlopen(self.url, timeout=_SECONDS) as answer:  # noqa: S310  our own process on this machine
            return [(body, at) for body, at in json.load(answer)]


@contextmanager
def provider(delay: float) -> Iterator[ProviderAt]:
    """Run a provider that takes so many seconds to answer."""
    with subprocess.Popen(
        [sys.executable, _HERE / "provider.py", str(delay)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            yield ProviderAt(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


@contextmanager
def runners(url: str, provider_url: str, *, count: int = 1, in_flight: int = 100) -> Iterator[list[int]]:
    """Run so many runners; give their process ids."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("TWILIO_", "PGHERALD_"))},
        "DATABASE_URL": url,
        "TWILIO_ACCOUNT_SID": f"AC{'0' * 32}",
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_FROM": SENDER,
        "TWILIO_API_URL": provider_url,
        "PGHERALD_LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "pgherald", "run", "--concurrency", str(in_flight)]
    command += ["--batch-size", str(min(in_flight, 500))]
    with ExitStack() as stack:
        processes = [stack.enter_context(subprocess.Popen(command, env=environment)) for _ in range(count)]
        try:
            yield [process.pid for process in processes]
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)


def official(provider_url: str, texts: int, in_flight: int) -> None:
    """Let the bare official client send."""
    command: list[str | Path] = [sys.executable, _HERE / "official.py", provider_url, str(texts), str(in_flight)]
    subprocess.run(command, check=True)


def rate(arrivals: Arrivals) -> float:
    """Give requests a second, but for the tenth of them that came first and the tenth that came last."""
    times = sorted(at for _, at in arrivals)
    begin, end = len(times) // 10, len(times) * 9 // 10
    return (end - begin) / (times[end] - times[begin])


def wait(reached: Callable[[], bool], *, seconds: float, every: float = 0.2) -> None:
    """Look again and again. Raises `TimeoutError`."""
    ends_at = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > ends_at:
            raise TimeoutError(f"not reached within {seconds} seconds")
        time.sleep(every)


def resident_megabytes(pid: int) -> float:
    """Ask how much memory a process has."""
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout
    return int(told) / 1024


def wait_for_texts(ground: ProviderAt, texts: int, console: Console) -> Arrivals:
    """Wait until so many have come."""
    arrivals: Arrivals = []

    def reached() -> bool:
        arrivals[:] = ground.arrivals()
        return len(arrivals) >= texts

    wait(reached, seconds=60 + texts / 50, every=0.5)
    console.print(f"{texts:,} texts have come", highlight=False)
    return arrivals
