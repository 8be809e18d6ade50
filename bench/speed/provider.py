"""A provider that takes texts after a delay and costs as little as a process can: python provider.py SECONDS.

Prints its port. POST anything is a text, GET tells of all texts so far: [[body, monotonic time of arrival], …].
"""

import asyncio
import json
import sys
from contextlib import suppress
from time import monotonic
from typing import Final, cast
from urllib.parse import parse_qs

_END: Final = b"\r\n\r\n"


class _Exchange(asyncio.Protocol):
    """One connection, kept alive."""

    def __init__(self, delay: float, arrivals: list[tuple[str, float]]) -> None:
        self._delay = delay
        self._arrivals = arrivals
        self._buffer = b""
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(_END)) >= 0:
            head = self._buffer[:end].lower()
            _, _, rest = head.partition(b"content-length:")
            length = int(rest.split(b"\r\n", 1)[0] or 0)
            begin = end + len(_END)
            if len(self._buffer) < begin + length:
                return
            body, self._buffer = self._buffer[begin : begin + length], self._buffer[begin + length :]
            if head.startswith(b"get"):
                self._answer(200, json.dumps(self._arrivals))
            else:
                self._take(body.decode())

    def _take(self, form: str) -> None:
        number = len(self._arrivals)
        self._arrivals.append((parse_qs(form)["Body"][0], monotonic()))
        message = f'{{"sid": "SM{number:032x}", "status": "queued", "num_segments": "1"}}'
        if self._delay:
            self._loop.call_later(self._delay, self._answer, 201, message)
        else:
            self._answer(201, message)

    def _answer(self, status: int, content: str) -> None:
        head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
        self._transport.write(f"{head}\r\n\r\n{content}".encode())


async def _main(delay: float) -> None:
    arrivals: list[tuple[str, float]] = []
    server = await asyncio.get_running_loop().create_server(
        # Sixteen runners come at once, each with as many connections as it has slots.
        lambda: _Exchange(delay, arrivals), "127.0.0.1", 0, backlog=4096
    )  # fmt: skip
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201  this is how the port is told
    await server.serve_forever()


if __name__ == "__main__":
    # Ctrl-C reaches the whole group, and who started us tells of it.
    with suppress(KeyboardInterrupt):
        asyncio.run(_main(float(sys.argv[1])))
