"""The look at the provider's books: what became of texts in doubt, and of those of which no report came.

Nothing is decided here. The database says what to ask about, and what follows from what was found. A look that is cut
off or lost is made again, by whichever runner comes first.
"""

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import psycopg

from pgherald.lane import Outage

if TYPE_CHECKING:
    from pgherald.database import Database, Look
    from pgherald.twilio import Findings, Twilio

_log = logging.getLogger(__name__)

# Reading must not take the connections that texts need; and a batch should be done well within the lease.
_AT_ONCE: Final = 8
_BATCH_SIZE: Final = 2 * _AT_ONCE


class Reconciler:
    """Asks Twilio about the texts of one sender, and of those that have no runner (any more)."""

    def __init__(self, database: "Database", twilio: "Twilio", *, sender: str, interval: float, lease: float) -> None:
        """Prepare to look for something to ask about every `interval` seconds; if we die, others wait for `lease`."""
        self._database = database
        self._twilio = twilio
        self._sender = sender
        self._interval = interval
        self._lease = timedelta(seconds=lease)
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def run(self) -> None:
        """Ask, again and again."""
        outage = Outage("reconciling")
        while True:
            wait = self._interval
            try:
                if await self._look_once() == _BATCH_SIZE:
                    wait = 0
            except psycopg.Error as error:
                wait = max(wait, outage.met(error))
            else:
                outage.over()
            await asyncio.sleep(wait)

    async def _look_once(self) -> int:
        """Ask about a batch, and tell the database what was found. Gives the number of texts."""
        looks = await self._database.claim_sms_to_reconcile(self._sender, batch_size=_BATCH_SIZE, lease=self._lease)
        if not looks:
            return 0
        findings = await asyncio.gather(*map(self._look_up, looks))
        by_attempt = dict(zip((look.attempt_id for look in looks), zip(looks, findings, strict=True), strict=True))
        for recorded in await self._database.record_sms_reconciliation(list(by_attempt.values())):
            if recorded.attempt_id in by_attempt:
                _tell(*by_attempt[recorded.attempt_id], recorded.outcome, recorded.message_status)
        return len(looks)

    async def _look_up(self, look: "Look") -> "Findings":
        """Ask about one, when it is its turn."""
        async with self._slots:
            return await self._twilio.look_up(look)


def _tell(look: "Look", findings: "Findings", outcome: str, status: str | None) -> None:
    """Log what followed."""
    facts = {
        "message_id": look.message_id,
        "attempt_id": look.attempt_id,
        "status": status,
        "correlation_id": look.correlation_id,
    }
    if findings.problem:
        _log.warning("Twilio could not be asked about a text: %s", findings.problem, extra=facts)
    elif outcome == "found":
        _log.info("found in Twilio's list", extra=facts)
    elif outcome == "resent":
        _log.warning("not in Twilio's list after the settle time; sent again, as on_unknown says", extra=facts)
    elif outcome == "ambiguous":
        _log.warning("more messages in Twilio's list than it can be; held", extra=facts)
    else:
        _log.debug("asked Twilio about a text: %s", outcome, extra=facts)
