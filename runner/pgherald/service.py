"""What keeps a runner alive is told how it is: systemd by its protocol of datagrams, others by asking `Pulse`.

The protocol is that of sd_notify(3): lines of NAME=value to the socket that NOTIFY_SOCKET names. Where nothing is
named, nothing is told.
"""

import asyncio
import os
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Final, Self

# A whole turn is a statement or two. One that takes this long does not come back: the connection's own time-outs, which
# tell a dead one, are far below it.
TOO_LONG: Final = 300.0


class Pulse:
    """Whether a loop goes round: if one of its turns has ever ended well, and how long the present one has taken."""

    def __init__(self) -> None:
        """Begin without any turn."""
        self.begun = asyncio.Event()
        self._since: float | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Take a turn. One that ends with an error is over, too: a database that is away hangs nothing."""
        self._since = time.monotonic()
        try:
            yield
            self.begun.set()
        finally:
            self._since = None

    @property
    def seconds(self) -> float:
        """How long the present turn has taken; 0 between two of them."""
        return time.monotonic() - self._since if self._since is not None else 0.0


def longest_turn(pulses: Sequence[Pulse]) -> float:
    """Give the seconds that the slowest of the present turns has taken."""
    return max((pulse.seconds for pulse in pulses), default=0.0)


class ServiceManager:
    """systemd, or whoever else listens at NOTIFY_SOCKET; nobody, if that is not set."""

    def __init__(self, address: str | None = None, watchdog: float | None = None) -> None:
        """Prepare to tell whoever listens at `address`, and wants a sign of life within `watchdog` seconds."""
        self._address = f"\0{address[1:]}" if address and address.startswith("@") else address
        self.watchdog = watchdog

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read what the service manager has set."""
        microseconds = environment.get("WATCHDOG_USEC", "")
        is_meant = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        watchdog = int(microseconds) / 1_000_000 if microseconds.isdecimal() and is_meant else None
        return cls(environment.get("NOTIFY_SOCKET") or None, watchdog or None)

    @property
    def interval(self) -> float:
        """The seconds between two signs of life."""
        return min(self.watchdog / 3, 5.0) if self.watchdog else 5.0

    def tell(self, **state: str) -> None:
        """Tell something, if anybody listens. That nobody reads it is no reason to stop."""
        if not self._address:
            return
        words = "\n".join(f"{name}={value}" for name, value in state.items())
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as teller, suppress(OSError):
            teller.settimeout(0)
            teller.sendto(words.encode(), self._address)
