"""A browser that is subscribed to a push service on loopback, and decrypts what it gets."""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from http_ece import decrypt


class Device:
    """A browser with a push service of its own: replies as told, decrypts what comes, checks who it is from."""

    def __init__(self) -> None:
        """Subscribe, and take everything at first."""
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = os.urandom(16)
        self.endpoint = ""
        self.status = 201
        self.headers: dict[str, str] = {"Location": "/message/1"}
        self.body = ""
        self.delay = 0.0
        self.requests: list[tuple[Mapping[str, str], bytes]] = []

    @property
    def subscription(self) -> dict[str, str]:
        """What the browser gives to the application."""
        public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "p256dh": encode(public), "auth": encode(self.secret)}

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What came, decrypted."""
        return [
            json.loads(decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"))
            for _, body in self.requests
        ]

    async def take(self, request: web.Request) -> web.Response:
        """Take a message, or not."""
        self.requests.append((request.headers, await request.read()))
        await asyncio.sleep(self.delay)
        return web.Response(status=self.status, headers=self.headers, text=self.body)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve at `endpoint`."""
        application = web.Application()
        application.router.add_post("/push/{token}", self.take)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            self.endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}/push/{uuid4().hex}"
            yield
        finally:
            await runner.cleanup()


def encode(value: bytes) -> str:
    """Write base64url as browsers do."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def decode(value: str) -> bytes:
    """Read base64url as browsers write it."""
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
