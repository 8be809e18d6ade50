"""The signed posts to the other side: status callbacks and inbound texts."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final
from urllib.parse import parse_qsl, urldefrag, urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from twilio.request_validator import RequestValidator

from pgherald.simulator.rules import whole_number

_PATIENCE: Final = 15.0
_MOST_RETRIES: Final = 5
_AT_ONCE: Final = 200
_SERVER_ERROR: Final = 500


class Caller:
    """Posts what the account has to say, with its signature."""

    def __init__(self, auth_token: str) -> None:
        """Sign with this token."""
        self._validator = RequestValidator(auth_token)
        self._session: ClientSession | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Be able to post."""
        # The patience is with the webhook, not with a turn in our own queue, which may be long if another one is slow.
        timeout = ClientTimeout(total=None, sock_connect=_PATIENCE, sock_read=_PATIENCE)
        async with ClientSession(connector=TCPConnector(limit=_AT_ONCE), timeout=timeout) as self._session:
            yield

    async def post(self, url: str, parameters: Mapping[str, str]) -> int:
        """Post a signed form, and give the status that is answered. Raises `ClientError` and `OSError`."""
        if self._session is None:
            raise RuntimeError("the simulator does not serve")
        signature = self._validator.compute_signature(url, dict(parameters))
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        async with self._session.post(url, data=urlencode(parameters), headers=headers) as answer:
            await answer.read()
            return answer.status

    async def tell(self, address: str, report: Mapping[str, str], copies: int) -> None:
        """Post a status callback so many times, and each as often as the fragment of its address allows."""
        url, fragment = urldefrag(address)
        tries = 1 + min(whole_number(dict(parse_qsl(fragment)).get("rc", "")), _MOST_RETRIES)
        for _ in range(copies):
            for attempt in range(tries):
                with suppress(ClientError, TimeoutError, OSError, ValueError):
                    if await self.post(url, report) < _SERVER_ERROR:
                        break
                if attempt + 1 < tries:
                    await asyncio.sleep(0.1 * 2**attempt)
