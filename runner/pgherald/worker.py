"""The runner: claims what is due, has it sent, and reports what was answered.

No transaction is open while Twilio is called. A slot is a text from its claim until its result is recorded: nothing is
claimed for which there is no slot, so a database that is away stops the claims and loses no result.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import psycopg

from pgherald.database import describe, is_passing
from pgherald.twilio import Answer

if TYPE_CHECKING:
    from uuid import UUID

    from pgherald.database import ClaimedText, Database, RecordedResult
    from pgherald.settings import RunSettings
    from pgherald.twilio import Twilio

_log = logging.getLogger(__name__)

_JOB_TYPES: Final = ("send_sms",)
# Freed slots and answers are gathered this long, so that a busy runner does not ask the database for one row at a time.
_GATHER_SLOTS: Final = 0.01
_GATHER_ANSWERS: Final = 0.02
# Whoever notifies may commit before others whose texts the same notification stands for: look again after this.
_SECOND_LOOK: Final = 0.075
_SHORTEST_WAIT: Final = 0.01
# A claim whose answer was lost may have been committed all the same, or may be so in a moment.
_UNSURE: Final = 30.0
_FIRST_RETRY: Final = 0.1
_LONGEST_RETRY: Final = 5.0
# How long the last results have to reach the database at the end; in a hurry, and otherwise.
_LAST_WRITE_IN_A_HURRY: Final = 1.0
_LAST_WRITE: Final = 10.0

# A text and its answer; without one it was never posted.
Result = tuple["ClaimedText", Answer | None]


class _Outage:
    """Trouble with the database: told once when it begins or changes, and once when it is over."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._told: str | None = None
        self._wait = _FIRST_RETRY

    def met(self, error: psycopg.Error) -> float:
        """Tell of trouble, and give the seconds to wait before the next try."""
        # A shutdown, refused connections and a starting server are one outage, not three.
        kind = "away" if is_passing(error) else str(error.sqlstate)
        if kind != self._told:
            weight = logging.WARNING if kind == "away" else logging.ERROR
            _log.log(weight, "%s does not work, trying again until it does: %s", self._what, describe(error))
        self._told = kind
        wait, self._wait = self._wait, min(self._wait * 2, _LONGEST_RETRY)
        return wait

    def over(self) -> None:
        """Tell that it works again, if it did not."""
        if self._told is not None:
            _log.info("%s works again", self._what)
        self._told = None
        self._wait = _FIRST_RETRY


class Worker:
    """One runner. `run` returns once `stop` was called and what was in flight has ended."""

    def __init__(self, database: "Database", twilio: "Twilio", settings: "RunSettings", *, runner: str) -> None:
        """Prepare a runner that the database knows as `runner`."""
        self._database = database
        self._twilio = twilio
        self._settings = settings
        self._runner = runner
        self._lease = timedelta(seconds=settings.lease)
        self._stopping = asyncio.Event()
        self._hurrying = asyncio.Event()
        self._wake = asyncio.Event()
        self._freed = asyncio.Event()
        # By attempt: what was claimed and is not recorded yet, and those of it that the database has taken back.
        self._held: dict[UUID, ClaimedText] = {}
        self._lost: set[UUID] = set()
        self._sends: set[asyncio.Task[None]] = set()
        self._results: asyncio.Queue[Result] = asyncio.Queue()
        self._second_look = False
        self._patience = _SHORTEST_WAIT
        self._refusal: tuple[str, int | None] | None = None

    @property
    def is_stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Claim nothing more and come to an end; called again, hurry."""
        if self._stopping.is_set():
            _log.warning("in a hurry: what is in flight is cut off")
            self._hurrying.set()
        else:
            _log.info("stopping", extra={"in_flight": len(self._held)})
        self._stopping.set()
        self._wake.set()
        self._freed.set()

    async def run(self) -> int:
        """Work until told to stop. Gives the exit code: 0, or 1 if a part of the runner broke."""
        claiming = asyncio.create_task(self._claim(), name="claim")
        recording = asyncio.create_task(self._record(), name="record")
        extending = asyncio.create_task(self._extend(), name="extend leases")
        ticking = asyncio.create_task(self._tick(), name="tick")
        listening = asyncio.create_task(self._listen(), name="listen")
        stopping = asyncio.create_task(self._stopping.wait(), name="stop")
        parts = (claiming, recording, extending, ticking, listening, stopping)
        _log.info("running", extra={"runner": self._runner})
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            broken = [part for part in done if part.exception()]
            for part in broken:
                _log.critical("a part of the runner broke: %s", part.get_name(), exc_info=part.exception())
            if broken and not self._stopping.is_set():
                self.stop()
            await _end(ticking, listening)
            await self._finish(claiming)
        finally:
            await _end(*parts, *self._sends)
        return 1 if broken else 0

    async def _claim(self) -> None:
        """Keep the slots filled."""
        outage = _Outage("claiming texts")
        unsure_until = 0.0
        while await self._room():
            asked = min(self._settings.batch_size, self._free())
            began = time.monotonic()
            self._wake.clear()
            try:
                if began < unsure_until:
                    await self._database.hand_back_unseen_sms(self._runner, list(self._held.values()))
                texts = await self._database.claim_sms(
                    self._settings.twilio.sender, batch_size=asked, lease=self._lease, runner=self._runner
                )
            except psycopg.Error as error:
                unsure_until = time.monotonic() + _UNSURE
                await self._sleep(outage.met(error))
                continue
            outage.over()
            self._start(texts, began)
            if texts:
                self._patience = _SHORTEST_WAIT
            if len(texts) < asked:
                await self._idle()

    def _free(self) -> int:
        """Give the number of free slots."""
        return self._settings.concurrency - len(self._held)

    async def _room(self) -> bool:
        """Wait for a free slot, and a little for more of them. False once the runner stops."""
        while not self._stopping.is_set() and self._free() < 1:
            self._freed.clear()
            await self._freed.wait()
        if self._free() < min(self._settings.batch_size, self._settings.concurrency // 4):
            await asyncio.sleep(_GATHER_SLOTS)
        return not self._stopping.is_set()

    def _start(self, texts: "Sequence[ClaimedText]", began: float) -> None:
        """Send each text in a task of its own."""
        for text in texts:
            self._held[text.attempt_id] = text
            task = asyncio.create_task(self._send(text, began))
            self._sends.add(task)
            task.add_done_callback(self._sends.discard)

    async def _idle(self) -> None:
        """Wait for what may bring a text: a notification, the time of the next one, or at last the poll interval."""
        wait = _SECOND_LOOK if self._second_look else await self._next_claim()
        self._second_look = await self._sleep(min(wait, self._settings.poll_interval))

    async def _next_claim(self) -> float:
        """Give the seconds until a claim may find something."""
        try:
            wait = await self._database.next_claim_at(_JOB_TYPES, self._settings.twilio.sender)
        except psycopg.Error:
            return self._settings.poll_interval  # the next claim meets the same trouble, and tells of it
        if wait is None:
            return self._settings.poll_interval
        if wait:
            self._patience = _SHORTEST_WAIT
            return wait.total_seconds()
        # There is something, and the claim did not get it: asking again and again at once would be a hot loop.
        self._patience = min(self._patience * 2, self._settings.poll_interval)
        return self._patience

    async def _sleep(self, seconds: float) -> bool:
        """Sleep, unless woken. Tells whether it was."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return False
        return True

    async def _send(self, text: "ClaimedText", began: float) -> None:
        """Post a text, and pass the answer on. Never ends without having passed something on."""
        answer: Answer | None = None
        # Not posted if the lease may be over already, because this process or the answer to the claim was held up.
        if not self._stopping.is_set() and time.monotonic() - began < self._settings.lease:
            try:
                answer = await self._twilio.send(text)
            except asyncio.CancelledError:
                answer = Answer(maybe_accepted=True, error_message="cut off by the end of the runner")
            except Exception:  # noqa: BLE001  a text without a result would hold its slot for ever
                _log.exception("sending broke", extra=_ids(text))
                answer = Answer(maybe_accepted=True, error_message="sending broke")
        self._results.put_nowait((text, answer))

    async def _record(self) -> None:
        """Bring results to the database, in batches, until each is there."""
        outage = _Outage("recording results")
        while True:
            results = await self._gather()
            try:
                await self._write(results)
            except psycopg.Error as error:
                wait = outage.met(error)
                if not is_passing(error) and len(results) > 1:
                    # One of them may be what the database refuses; the others must not wait for it.
                    await self._write_singly(results)
                else:
                    await asyncio.sleep(min(wait, _LAST_WRITE / 10) if self._stopping.is_set() else wait)
                    self._put_back(results)
                continue
            outage.over()

    async def _gather(self) -> list[Result]:
        """Take results: a full batch, all there can be, or what has come after a moment."""
        results = [await self._results.get()]
        try:
            async with asyncio.timeout(_GATHER_ANSWERS):
                while len(results) < min(self._settings.batch_size, len(self._held)):
                    results.append(await self._results.get())
        except TimeoutError:
            pass
        # Two attempts of one job (the first lost its lease) must not meet in one batch, whose rows are told by job.
        first = {text.job_id: text.attempt_id for text, _ in reversed(results)}
        self._put_back([result for result in results if first[result[0].job_id] != result[0].attempt_id])
        return [result for result in results if first[result[0].job_id] == result[0].attempt_id]

    def _put_back(self, results: Sequence[Result]) -> None:
        """Leave results for later."""
        for result in results:
            self._results.put_nowait(result)

    async def _write(self, results: Sequence[Result]) -> None:
        """Record answers, and hand back what was never posted."""
        # What is not held any more was recorded before the rest of its batch met trouble.
        results = [(text, answer) for text, answer in results if text.attempt_id in self._held]
        answers = [(text, answer) for text, answer in results if answer is not None]
        if answers:
            recorded = {result.job_id: result for result in await self._database.record_sms_results(answers)}
            for text, answer in answers:
                self._let_go(text)
                self._tell(text, answer, recorded.get(text.job_id))

        unposted = [text for text, answer in results if answer is None]
        if unposted:
            handed_back = await self._database.hand_back_jobs(unposted)
            for text in unposted:
                self._let_go(text)
                _log.info("handed back" if text.job_id in handed_back else "was taken back", extra=_ids(text))

    async def _write_singly(self, results: Sequence[Result]) -> None:
        """Record results one by one; what is refused is tried again later, and never thrown away."""
        for result in results:
            try:
                await self._write([result])
            except psycopg.Error as error:
                _log.error("the database refuses a result: %s", describe(error), extra=_ids(result[0]))
                asyncio.get_running_loop().call_later(_LONGEST_RETRY, self._results.put_nowait, result)

    def _let_go(self, text: "ClaimedText") -> None:
        """Free a text's slot."""
        self._held.pop(text.attempt_id, None)
        self._lost.discard(text.attempt_id)
        self._freed.set()

    def _tell(self, text: "ClaimedText", answer: Answer, result: "RecordedResult | None") -> None:
        """Log what became of a text."""
        if result is None or not result.recorded:
            _log.warning("the result came after the lease, and was not recorded", extra=_ids(text))
            return
        facts = {
            **_ids(text),
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

    async def _extend(self) -> None:
        """Extend the leases of what is in flight, three times in a lease."""
        outage = _Outage("extending leases")
        wait = self._settings.lease / 3
        while True:
            await asyncio.sleep(wait)
            texts = [text for text in self._held.values() if text.attempt_id not in self._lost]
            wait = self._settings.lease / 3
            if not texts:
                continue
            try:
                kept = await self._database.extend_leases(texts, lease=self._lease)
            except psycopg.Error as error:
                wait = min(wait, outage.met(error))
                continue
            outage.over()
            for text in texts:
                if text.job_id not in kept and text.attempt_id in self._held:
                    # The text may be on its way: its answer is awaited and reported all the same.
                    self._lost.add(text.attempt_id)
                    _log.warning("lost the lease of a text in flight", extra=_ids(text))

    async def _tick(self) -> None:
        """Call tick() again and again."""
        outage = _Outage("tick()")
        while True:
            wait = self._settings.tick_interval
            try:
                counts = await self._database.tick()
            except psycopg.Error as error:
                wait = max(wait, outage.met(error))
            else:
                outage.over()
                if any(count for what, count in counts.items() if what != "busy"):
                    _log.debug("tick", extra={"counts": dict(counts)})
                    self._wake.set()
            await asyncio.sleep(wait)

    async def _listen(self) -> None:
        """Wake the claim when the database notifies. Where that does not work, polling does."""
        outage = _Outage("listening for notifications (polling goes on)")
        while True:
            try:
                async for _ in self._database.listen():
                    outage.over()
                    self._wake.set()
            except psycopg.Error as error:
                await asyncio.sleep(outage.met(error))

    async def _finish(self, claiming: asyncio.Task[None]) -> None:
        """Let what is in flight end within the grace time, cut off the rest, and see that all of it is recorded."""
        now = asyncio.get_running_loop().time
        grace_ends_at = now() + self._settings.grace
        await self._wait_for([claiming], grace_ends_at)
        await _end(claiming)

        await asyncio.sleep(0)  # a task that is cancelled before its first step would report nothing
        sends = list(self._sends)
        await self._wait_for(sends, grace_ends_at)
        for send in sends:
            send.cancel()
        await asyncio.gather(*sends, return_exceptions=True)

        recorded = asyncio.create_task(self._all_recorded())
        await self._wait_for([recorded], now() + _LAST_WRITE)
        await asyncio.wait([recorded], timeout=_LAST_WRITE_IN_A_HURRY)
        await _end(recorded)
        for text in self._held.values():
            _log.error("the database was not there to take the last result", extra=_ids(text))
        _log.info("stopped")

    async def _wait_for(self, tasks: Sequence[asyncio.Task[None]], ends_at: float) -> None:
        """Wait until all tasks are done, the time is up, or somebody is in a hurry."""
        hurrying = asyncio.create_task(self._hurrying.wait())
        pending = {task for task in tasks if not task.done()}
        while pending and not hurrying.done():
            left = ends_at - asyncio.get_running_loop().time()
            if left <= 0:
                break
            await asyncio.wait({hurrying, *pending}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            pending = {task for task in pending if not task.done()}
        await _end(hurrying)

    async def _all_recorded(self) -> None:
        """Wait until no text is held any more."""
        while self._held:
            self._freed.clear()
            await self._freed.wait()


async def _end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait until they are gone."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _ids(text: "ClaimedText") -> dict[str, object]:
    """Give what a text is called in logs."""
    return {
        "message_id": text.message_id,
        "attempt_id": text.attempt_id,
        "attempt": text.attempt,
        "correlation_id": text.correlation_id,
    }
