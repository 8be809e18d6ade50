"""The runner: lanes of work side by side, and what they share: one ear for notifications, one tick, one end.

The lane of texts is here, too. A text goes out once: its attempt is on record before the request is made, and whatever
comes of that request is reported.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import psycopg

from pgherald.lane import Lane, Outage, end
from pgherald.service import TOO_LONG, Pulse, ServiceManager, longest_turn
from pgherald.twilio import Answer

if TYPE_CHECKING:
    from pgherald.database import ClaimedText, Database, RecordedResult
    from pgherald.reconciler import Reconciler
    from pgherald.settings import Pace
    from pgherald.twilio import Twilio

_log = logging.getLogger(__name__)

_JOB_TYPES: Final = ("send_sms",)
# With these the database lets the sender rest.
_RESTS: Final = frozenset({"throttled", "config", "sender"})


class Worker:
    """One runner. `run` returns once `stop` was called and what was in flight has ended."""

    def __init__(  # noqa: PLR0913
        self,
        database: "Database",
        lanes: Sequence[Lane[Any, Any]],
        *,
        runner: str,
        tick_interval: float = 1,
        reconciler: "Reconciler | None" = None,
        manager: ServiceManager | None = None,
    ) -> None:
        """Prepare a runner that the database knows as `runner`, and that tells `manager` how it is."""
        self._database = database
        self._lanes = lanes
        self._runner = runner
        self._tick_interval = tick_interval
        self._reconciler = reconciler
        self._manager = manager or ServiceManager()
        self._ticking = Pulse()
        self._stopping = asyncio.Event()

    @property
    def is_stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping.is_set()

    @property
    def is_alive(self) -> bool:
        """Whether none of the loops hangs. One that meets trouble with the database does not."""
        return longest_turn(self._pulses) < TOO_LONG

    def stop(self) -> None:
        """Claim nothing more and come to an end; called again, hurry."""
        if self._stopping.is_set():
            _log.warning("in a hurry: what is in flight is cut off")
            for lane in self._lanes:
                lane.hurry()
        else:
            _log.info("stopping", extra={"in_flight": self._in_flight})
            longest_end = max((lane.longest_end for lane in self._lanes), default=0)
            self._manager.tell(
                STOPPING="1",
                STATUS=f"ending, {self._in_flight} in flight",
                EXTEND_TIMEOUT_USEC=str(int(longest_end * 1_000_000)),
            )
        self._stopping.set()
        for lane in self._lanes:
            lane.stop()

    async def run(self) -> int:
        """Work until told to stop. Gives the exit code: 0, or 1 if a part of the runner broke."""
        ticking = asyncio.create_task(self._tick(), name="tick")
        listening = asyncio.create_task(self._listen(), name="listen")
        stopping = asyncio.create_task(self._stopping.wait(), name="stop")
        telling = asyncio.create_task(self._tell_manager(), name="tell the service manager")
        beside: list[asyncio.Task[Any]] = [ticking, listening]
        if self._reconciler:
            beside.append(asyncio.create_task(self._reconciler.run(), name="reconcile"))
        parts = [*beside, stopping, telling]
        for lane in self._lanes:
            parts += lane.start()
        _log.info("running", extra={"runner": self._runner})
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            broken = [part for part in done if part.exception()]
            for part in broken:
                _log.critical("a part of the runner broke: %s", part.get_name(), exc_info=part.exception())
            if broken and not self._stopping.is_set():
                self.stop()
            await end(*beside)
            await asyncio.gather(*(lane.finish() for lane in self._lanes))
            _log.info("stopped")
        finally:
            await end(*beside, stopping, telling)
            await asyncio.gather(*(lane.end() for lane in self._lanes))
        return 1 if broken else 0

    async def _tick(self) -> None:
        """Call tick() again and again."""
        outage = Outage("tick()")
        failed: Mapping[str, str] = {}
        while True:
            wait = self._tick_interval
            try:
                with self._ticking.turn():
                    counts = await self._database.tick()
            except psycopg.Error as error:
                wait = max(wait, outage.met(error))
            else:
                outage.over()
                if not counts.get("busy") and counts.get("failed", {}) != failed:
                    failed = counts.get("failed", {})
                    _log.warning("parts of tick() cannot be done, trying again: %s", dict(failed) or "none any more")
                if any(count for what, count in counts.items() if what not in {"busy", "failed"}):
                    _log.debug("tick", extra={"counts": dict(counts)})
                    self._wake()
            await asyncio.sleep(wait)

    async def _listen(self) -> None:
        """Wake the claims when the database notifies. Where that does not work, polling does."""
        outage = Outage("listening for notifications (polling goes on)")
        while True:
            try:
                async for _ in self._database.listen():
                    outage.over()
                    self._wake()
            except psycopg.Error as error:
                await asyncio.sleep(outage.met(error))

    @property
    def _in_flight(self) -> int:
        """How much is claimed and not recorded yet."""
        return sum(lane.in_flight for lane in self._lanes)

    @property
    def _pulses(self) -> list[Pulse]:
        """The loops that must not hang."""
        return [self._ticking, *(pulse for lane in self._lanes for pulse in lane.pulses)]

    async def _tell_manager(self) -> None:
        """Tell the service manager that work has begun, and then again and again that it goes on, if it does."""
        limit = self._manager.watchdog or TOO_LONG
        for pulse in (self._ticking, *(lane.claiming for lane in self._lanes)):
            await pulse.begun.wait()
        self._manager.tell(READY="1")
        told_of_hanging = False
        while True:
            is_hanging = longest_turn(self._pulses) >= limit
            if is_hanging and not told_of_hanging:
                _log.critical("a call of the database has not come back for %g s", limit)
            told_of_hanging = is_hanging
            if not self._stopping.is_set():
                work = ", ".join(lane.what for lane in self._lanes)
                self._manager.tell(STATUS=f"{work}: {self._in_flight} in flight")
            if not is_hanging:
                self._manager.tell(WATCHDOG="1")
            await asyncio.sleep(self._manager.interval)

    def _wake(self) -> None:
        """Have every lane look again."""
        for lane in self._lanes:
            lane.wake()


class Texts(Lane["ClaimedText", Answer]):
    """The texts of one sender."""

    what = "texts"

    def __init__(self, database: "Database", twilio: "Twilio", pace: "Pace", *, sender: str, runner: str) -> None:
        """Prepare to claim under the name `runner`, which no other process ever has."""
        super().__init__(database, pace)
        self._twilio = twilio
        self._sender = sender
        self._runner = runner
        self._refusal: tuple[str, int | None] | None = None

    async def _claim_batch(self, size: int) -> "Sequence[ClaimedText]":
        return await self._database.claim_sms(self._sender, batch_size=size, lease=self._lease, runner=self._runner)

    async def _hand_back_unseen(self, seen: "Sequence[ClaimedText]") -> None:
        await self._database.hand_back_unseen_sms(self._runner, seen)

    async def _next_claim_at(self) -> timedelta | None:
        return await self._database.next_claim_at(_JOB_TYPES, self._sender)

    async def _work(self, item: "ClaimedText") -> Answer:
        return await self._twilio.send(item)

    def _went_well(self, outcome: Answer) -> bool:
        return outcome.sid is not None

    def _broken(self, words: str) -> Answer:
        return Answer(maybe_accepted=True, error_message=words)

    async def _report(self, outcomes: "Sequence[tuple[ClaimedText, Answer]]") -> None:
        recorded = {result.job_id: result for result in await self._database.record_sms_results(outcomes)}
        if any(result.recorded and result.outcome in _RESTS for result in recorded.values()):
            self._recall()
        for text, answer in outcomes:
            result = recorded.get(text.job_id)
            if result is not None and result.recorded is None:
                self._ask_again(text, answer)
                continue
            self._let_go(text)
            self._tell(text, answer, result)

    def _ids(self, item: "ClaimedText") -> dict[str, object]:
        return {
            "message_id": item.message_id,
            "attempt_id": item.attempt_id,
            "attempt": item.attempt,
            "correlation_id": item.correlation_id,
        }

    def _tell(self, text: "ClaimedText", answer: Answer, result: "RecordedResult | None") -> None:
        """Log what became of a text."""
        if result is None or not result.recorded:
            self._tell_too_late(text)
            return
        self._count(result.outcome)
        facts = {
            **self._ids(text),
            "outcome": result.outcome,
            "status": result.message_status,
            "http_status": answer.http_status,
            "error_code": answer.error_code,
        }
        match result.outcome:
            case "accepted":
                self._refusal = None
                _log.info("accepted", extra=facts)
            case "config" | "sender":
                self._tell_refusal(result.outcome, answer)
            case "unknown":
                _log.warning("Twilio may or may not have it; held: %s", answer.error_message, extra=facts)
            case "not_sent":
                _log.warning("Twilio was not reached: %s", answer.error_message, extra=facts)
            case _:
                _log.info("not accepted: %s", answer.error_message, extra=facts)

    def _tell_refusal(self, outcome: str, answer: Answer) -> None:
        """Say what somebody has to mend; once, until it changes."""
        if self._refusal == (outcome, answer.error_code):
            return
        self._refusal = (outcome, answer.error_code)
        _log.error(
            "Twilio refuses %s, and the sender is paused: %s. Check %s",
            "our account" if outcome == "config" else "our sender",
            answer.error_message,
            "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and the state of the account"
            if outcome == "config"
            else "TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID",
            extra={"http_status": answer.http_status, "error_code": answer.error_code},
        )
