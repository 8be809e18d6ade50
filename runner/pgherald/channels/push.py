"""Web Push with VAPID: one message to one subscription, and what the push service replied.

The address is written by whoever subscribes. So that nobody can send this runner into its own network, only public
addresses are connected to, whatever a name resolves to at that moment, and redirects are not followed.
"""

import base64
import ipaddress
import json
import math
import socket
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
    TCPConnector,
)
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key
from http_ece import ECEException
from py_vapid import Vapid, VapidException
from pywebpush import WebPusher, WebPushException
from yarl import URL

from pgherald.channels import ChannelError, NotificationAnswer
from pgherald.replies import name_of, retry_after, storable, words_without_addresses

if TYPE_CHECKING:
    from pgherald.database import ClaimedNotification
    from pgherald.settings import PushSettings, Secret

# RFC 8291, section 4: a push service need not take more than 4,096 bytes, of which encryption needs 103.
_LARGEST_MESSAGE: Final = 4096 - 103
# Longer ones would leave no room for words; browsers keep to about that length, too.
_LONGEST_URL: Final = 2000
# The longest that push services keep a message.
_LONGEST_TTL: Final = 28 * 86_400
# RFC 8292 allows a day.
_TOKEN_SECONDS: Final = 12 * 3600
_URGENT: Final = 1
_LOW: Final = 20
# What an address would get that no push service can be behind.
_BAD_ADDRESS: Final = 400
_MALFORMED_SUBSCRIPTION: Final = "the subscription's endpoint or keys are malformed"
_LONGEST_REPLY: Final = 2048
_RAW_KEY_BYTES: Final = 32
# RFC 6052: addresses that a gateway turns into IPv4 ones.
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


# What the libraries raise about endpoints and keys that are none.
_MALFORMED: Final = (ChannelError, ECEException, IndexError, TypeError, ValueError, VapidException, WebPushException)


class Push(AbstractAsyncContextManager["Push"]):
    """An application's key, and a session to reach push services with; used as a context manager."""

    def __init__(self, settings: "PushSettings", *, connections: int) -> None:
        """Prepare for up to `connections` requests at once. Raises `ChannelError` if the key cannot be used."""
        self._settings = settings
        self._connections = connections
        # The subject is checked with the settings; the library refuses some that are right.
        self._vapid = Vapid(private_key=_private_key(settings.private_key), conf={"no-strict": True})

    async def __aenter__(self) -> Self:
        """Open the one session that all requests share."""
        settings = self._settings
        self._session = ClientSession(
            connector=TCPConnector(
                limit=self._connections, socket_factory=None if settings.allow_private else _public_socket
            ),
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(
                total=settings.send_timeout,
                connect=settings.connect_timeout,
                # aiohttp rounds time-outs above this many seconds up to whole seconds.
                ceil_threshold=math.inf,
            ),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the session."""
        await self._session.close()

    async def deliver(self, notification: "ClaimedNotification") -> NotificationAnswer:
        """Make one request. Whatever goes wrong on the way is a fact of the answer."""
        try:
            url = self._endpoint(notification.address)
            body = _encrypt(notification)
            headers = self._headers(notification, url)
        except _MALFORMED as error:
            told = str(error) if isinstance(error, ChannelError) else _MALFORMED_SUBSCRIPTION
            return NotificationAnswer(code=_BAD_ADDRESS, error_message=told)
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                return await _read(response)
        except ClientConnectorError as error:
            if isinstance(error.os_error, _PrivateAddressError):
                return NotificationAnswer(code=_BAD_ADDRESS, error_message=str(error.os_error))
            return NotificationAnswer(error_message=name_of(error.os_error))
        except InvalidURL:
            return NotificationAnswer(code=_BAD_ADDRESS, error_message=_MALFORMED_SUBSCRIPTION)
        except (ClientError, OSError) as error:
            return NotificationAnswer(error_message=name_of(error))

    def _endpoint(self, address: str) -> URL:
        """Read an address. Raises `ValueError` or `ChannelError` if nothing may be sent there."""
        if any(not "!" <= character <= "~" for character in address):
            raise ValueError
        url = URL(address, encoded=True)
        if not url.host or url.scheme not in {"http", "https"} or url.raw_user is not None:
            raise ValueError
        if url.scheme != "https" and not self._settings.allow_private:
            raise ChannelError("the subscription's endpoint is not https")
        return url

    def _headers(self, notification: "ClaimedNotification", url: URL) -> dict[str, str]:
        """Say who sends, how long it is worth keeping, and what it replaces."""
        claims = {
            "aud": str(url.origin()),
            "exp": int(time.time()) + _TOKEN_SECONDS,
            "sub": self._settings.subject,
        }
        limit = notification.expires_in_seconds
        return {
            **self._vapid.sign(claims),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(_LONGEST_TTL if limit is None else min(max(limit, 0), _LONGEST_TTL)),
            "Urgency": _urgency(notification.priority),
            # A message that was sent twice takes the place of the first, if that still waits for its device.
            "Topic": base64.urlsafe_b64encode(notification.delivery_id.bytes).rstrip(b"=").decode(),
        }


class _PrivateAddressError(OSError):
    """The endpoint is in a network that is not the public one."""

    def __str__(self) -> str:
        return "the subscription's endpoint is not a public address"


def _public_socket(address: tuple[Any, ...]) -> socket.socket:
    """Make a socket for what a name was resolved to, unless that is in a network of our own."""
    family, kind, protocol, _, where = address
    if not _is_public(ipaddress.ip_address(where[0].partition("%")[0])):
        raise _PrivateAddressError
    return socket.socket(family, kind, protocol)


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Tell whether an address is a public one, also where it wraps another."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if wrapped:
            return _is_public(wrapped)
    return address.is_global and not address.is_multicast


def _private_key(secret: "Secret") -> ec.EllipticCurvePrivateKey:
    """Read the key: a file or text in PEM, or base64url as tools for the browser make it. Raises `ChannelError`."""
    given = secret.reveal().strip()
    try:
        if "-----BEGIN" in given:
            key = load_pem_private_key(given.encode(), None)
        elif Path(given).is_file():
            key = load_pem_private_key(Path(given).read_bytes(), None)
        else:
            raw = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
            if len(raw) == _RAW_KEY_BYTES:
                return ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())
            key = load_der_private_key(raw, None)
    except (OSError, ValueError, TypeError):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ChannelError("is neither a file in PEM nor a key in base64url, of the curve P-256.") from None
    return key


def _urgency(priority: int) -> str:
    """Say by RFC 8030 what is worth waking a device for."""
    if priority <= _URGENT:
        return "high"
    return "low" if priority >= _LOW else "normal"


def _encrypt(notification: "ClaimedNotification") -> bytes:
    """Encrypt the message for the one subscription. Raises what the library raises about keys."""
    pusher = WebPusher(
        {
            "endpoint": notification.address,
            "keys": {"p256dh": notification.p256dh_key or "", "auth": notification.auth_key or ""},
        }
    )
    body: bytes = pusher.encode(_message(notification))["body"]
    return body


def _message(notification: "ClaimedNotification") -> bytes:
    """Write the message as JSON, its words cut where it would be too large."""
    payload = notification.payload
    url = _text(payload, "url")
    fields = {
        "title": _text(payload, "title") or notification.event_type,
        "body": _text(payload, "body"),
        **({"url": url} if url and len(url) <= _LONGEST_URL else {}),
        "delivery_id": str(notification.delivery_id),
        "event_type": notification.event_type,
    }
    for field in ("body", "title"):
        excess = len(_json(fields)) - _LARGEST_MESSAGE
        if excess > 0:
            fields[field] = _cut(fields[field], excess)
    return _json(fields)


def _cut(text: str, excess: int) -> str:
    """Shorten a text by at least so many bytes of JSON, or to nothing."""
    room = _size(text) - excess - _size("…")
    end = 0
    for character in text:
        room -= _size(character)
        if room < 0:
            break
        end += 1
    return f"{text[:end].rstrip()}…" if end else ""


def _size(text: str) -> int:
    """Give the bytes that a text takes in JSON, without the quotes."""
    return len(_json(text)) - 2


def _json(value: Mapping[str, str] | str) -> bytes:
    """Write JSON as short as it can be."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _text(payload: Mapping[str, Any], field: str) -> str:
    """Give a field that is text; anything else counts as missing."""
    value = payload.get(field)
    return value if isinstance(value, str) else ""


async def _read(response: ClientResponse) -> NotificationAnswer:
    """Put a reply into facts."""
    if response.status // 100 == 2:  # noqa: PLR2004  success
        return NotificationAnswer(
            delivered=True, code=response.status, external_id=storable(response.headers.get("Location"))
        )
    said = b""
    with suppress(ClientError, OSError):
        # The first packet will do: the other side may be anybody, and go on for ever.
        said = await response.content.read(_LONGEST_REPLY)
    return NotificationAnswer(
        code=response.status,
        error_message=words_without_addresses(said.decode("utf-8", "replace") or response.reason),
        retry_after_seconds=retry_after(response.headers.get("Retry-After"), response.headers.get("Date")),
    )
