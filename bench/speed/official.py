"""The official client with nothing around it, at its best: python official.py API_URL TEXTS IN_FLIGHT.

One process, one asyncio loop, one session whose pool is as large as what is in flight: as the runner has it.
"""

import asyncio
import gc
import sys
from itertools import repeat

from aiohttp import ClientSession, DummyCookieJar, TCPConnector
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client


async def _main(api_url: str, texts: int, in_flight: int) -> None:
    http = AsyncTwilioHttpClient(pool_connections=False)
    # Of its own it opens a hundred connections at most.
    async with ClientSession(connector=TCPConnector(limit=in_flight), cookie_jar=DummyCookieJar()) as session:
        http.session = session
        client = Client(f"AC{'0' * 32}", "token", http_client=http, environment={"bench": ""})
        client.api.base_url = api_url
        left = repeat(None, texts)

        async def send() -> None:
            for _ in left:
                await client.messages.create_async(to="+12025550100", from_="+15005550006", body="A text")

        await asyncio.gather(*(send() for _ in range(in_flight)))


# As the runner does.
gc.freeze()
gc.set_threshold(20_000)
asyncio.run(_main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
