"""Twilio Verify: where it makes and checks the codes, this makes the requests that the database has for it.

Each is made once. One that got no answer is told as failed: the user asks again, and is told no more than that.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, Literal

import psycopg
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, encode_basic_auth

from pgherald.lane import Outage, end

if TYPE_CHECKING:
    from pgherald.database import Database, VerifyRequest
    from pgherald.settings import TwilioSettings

_log = logging.getLogger(__name__)

_URL: Final = "https://verify.twilio.com"
_AT_ONCE: Final = 20
_INTERVAL: Final = 0.5
# Used up, or too late; and the highest number of checks reached.
_OVER: Final = frozenset({20404, 60202})

Outcome = Literal["sent", "approved", "wrong", "over", "failed"]


@asynccontextmanager
async def verifying(database: "Database", settings: "TwilioSettings") -> AsyncIterator[None]:
    """Make the requests that there are, until the block ends."""
    task = asyncio.create_task(_verify(database, settings), name="verify")
    try:
        yield
    finally:
        await end(task)


async def _verify(database: "Database", settings: "TwilioSettings") -> None:
    """Make requests until cancelled."""
    outage = Outage("claiming requests to Twilio Verify")
    timeout = ClientTimeout(total=settings.send_timeout, connect=settings.connect_timeout)
    headers = {"Authorization": encode_basic_auth(settings.account_sid, settings.auth_token.reveal())}
    async with ClientSession(headers=headers, cookie_jar=DummyCookieJar(), timeout=timeout) as session:
        while True:
            wait = _INTERVAL
            try:
                requests = await database.claim_verify_requests(_AT_ONCE)
                await asyncio.gather(*(_settle(database, settings, session, request) for request in requests))
            except psycopg.Error as error:
                wait = max(wait, outage.met(error))
            else:
                outage.over()
            await asyncio.sleep(wait)


async def _settle(
    database: "Database", settings: "TwilioSettings", session: ClientSession, request: "VerifyRequest"
) -> None:
    """Make one request, and record what came of it."""
    outcome = await _ask(settings, session, request)
    _log.info("Twilio Verify: %s", outcome, extra={"request_id": request.id, "kind": request.kind})
    await database.record_verify_result(request, outcome)


async def _ask(settings: "TwilioSettings", session: ClientSession, request: "VerifyRequest") -> Outcome:
    """Make one request, and say what the answer means."""
    is_start = request.kind == "start"
    service = f"{settings.api_url or _URL}/v2/Services/{settings.verify_service_sid}"
    fields = {"To": request.phone_number, **({"Channel": "sms"} if is_start else {"Code": request.code or ""})}
    try:
        async with session.post(
            f"{service}/{'Verifications' if is_start else 'VerificationCheck'}", data=fields, allow_redirects=False
        ) as answer:
            content: Any = await answer.json(content_type=None)
    except (ClientError, TimeoutError, OSError, ValueError) as error:
        _log.warning("Twilio Verify did not answer: %s", type(error).__name__, extra={"request_id": request.id})
        return "failed"

    content = content if isinstance(content, dict) else {}
    if answer.ok and content.get("status") == "pending":
        return "sent" if is_start else "wrong"
    if answer.ok and content.get("status") == "approved":
        return "approved"
    if not is_start and (content.get("status") == "canceled" or content.get("code") in _OVER):
        return "over"
    _log.error(
        "Twilio Verify refuses: status %s, code %s", answer.status, content.get("code"), extra={"kind": request.kind}
    )
    return "failed"
