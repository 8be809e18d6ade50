"""What every kind of work has in common: claim what is due, work on it, report what came of it.

No transaction is open while something is worked on. A slot is a piece of work under way, and refilled as soon as it is
free, so a slow piece of work holds up nobody but itself. What the slots will take in a moment is claimed ahead, and
what went well waits for its record outside them: the way to the database and back costs no slot its time. All that is
held, from claim to record, is bounded, so a database that is away stops the claims and loses no outcome.
"""

import asyncio
import logging
import random
import time
import traceback
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import psycopg

from pgherald.database import Claimed, describe, is_passing
from pgherald.measures import MEASURES
from pgherald.service import Pulse

if TYPE_CHECKING:
    from uuid import UUID

    from pgherald.database import Database
    from pgherald.settings import Pace

_log = logging.getLogger(__name__)

# Claimed and not recorded, for each slot: one at work, one ahead, and two whose outcomes are on their way.
_MOST_HELD: Final = 4
# As much is claimed ahead as the slots have taken in the last so many seconds: about what the next claim takes. Whoever
# dies leaves it in doubt, so no more than that.
_AHEAD: Final = 0.15
# What has waited so long for a slot goes back: what was decided at its claim may not hold any more, and another runner
# may have a slot for it.
_LONGEST_AHEAD: Final = 0.3
# Batches of outcomes on their way at once.
_RECORDERS: Final = 2
# Freed slots and outcomes are gathered this long: a busy runner should not ask the database for one row at a time.
_GATHER_SLOTS: Final = 0.01
_GATHER_OUTCOMES: Final = 0.02
# Whoever notifies may commit before others whose work the same notification stands for: look again after this.
_SECOND_LOOK: Final = 0.075
# All idle runners hear of the same work, and one of them is enough. Whoever got something last looks at once. Whoever
# claimed in vain looks later the next time, and later again, up to a limit, until that is after the other's claim.
_STAND_BACK: Final = 0.005
_MOST_LOST: Final = 8
_SHORTEST_WAIT: Final = 0.01
# A claim whose answer was lost may have been committed all the same, or may be so in a moment.
_UNSURE: Final = 30.0
_FIRST_RETRY: Final = 0.1
_LONGEST_RETRY: Final = 5.0
# Somebody holds what a result is about: asked again after this, and then ever later, up to the longest retry.
_FIRST_SECOND_ASK: Final = 0.25
# A lock was not to be had in time.
_LOCKED: Final = "55P03"
# How long the last outcomes have to reach the database at the end; in a hurry, and otherwise.
_LAST_WRITE_IN_A_HURRY: Final = 1.0
_LAST_WRITE: Final = 10.0
# What a result is counted as that came after its lease.
_TOO_LATE: Final = "too_late"
# How long work that is cut off may take to notice.
_LAST_WORDS: Final = 5.0
# How long the end may take beyond the grace time: cut-off work notices, the last outcomes are written, all is ended.
AFTER_GRACE: Final = _LAST_WORDS + _LAST_WRITE + _LAST_WRITE_IN_A_HURRY + _LAST_WORDS

Item = TypeVar("Item", bound=Claimed)
Outcome = TypeVar("Outcome")


class Outage:
    """Trouble with the database: told once when it begins or changes, and once when it is over."""

    def __init__(self, what: str) -> None:
        """Watch over something that is done with the database."""
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


class Lane(ABC, Generic[Item, Outcome]):
    """One kind of work. What differs between kinds is in the methods at the end, which are for subclasses to fill."""

    what: str

    def __init__(self, database: "Database", pace: "Pace") -> None:
        """Prepare. Nothing is claimed yet."""
        self._database = database
        self._pace = pace
        self._lease = timedelta(seconds=pace.lease)
        self._stopping = asyncio.Event()
        self._hurrying = asyncio.Event()
        self._wake = asyncio.Event()
        self._freed = asyncio.Event()
        # By token: what was claimed and is not recorded yet, those of it that the database has taken back, the tasks at
        # work, and what has a slot until it is recorded.
        self._held: dict[UUID, Item] = {}
        self._lost: set[UUID] = set()
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._keeping: set[UUID] = set()
        # Claimed ahead: with the times before the claim and after it. And when slots came free lately.
        self._ahead: deque[tuple[Item, float, float]] = deque()
        self._recalled_at = 0.0
        self._freed_at: deque[float] = deque(maxlen=pace.slots)
        # Without an outcome it was never begun.
        self._outcomes: asyncio.Queue[tuple[Item, Outcome | None]] = asyncio.Queue()
        self._next_asks: dict[UUID, float] = {}
        self._gathering = asyncio.Lock()
        self._unsure_until = 0.0
        self._second_look_at = 0.0
        self._times_lost = 0
        self._patience = _SHORTEST_WAIT
        self._parts: tuple[asyncio.Task[None], ...] = ()
        self.claiming, self._extending = Pulse(), Pulse()
        self._recording = tuple(Pulse() for _ in range(_RECORDERS))
        # A monitor sees the first one only as a step from 0.
        MEASURES.results[self.what, _TOO_LATE] += 0

    @property
    def pulses(self) -> Sequence[Pulse]:
        """The loops that must not hang."""
        return self.claiming, *self._recording, self._extending

    @property
    def longest_end(self) -> float:
        """The seconds that `finish` and `end` may take at most."""
        return self._pace.grace + AFTER_GRACE

    @property
    def in_flight(self) -> int:
        """How much is claimed and not recorded yet."""
        return len(self._held)

    def start(self) -> Sequence[asyncio.Task[None]]:
        """Begin; gives the parts that must not end."""
        self._parts = (
            asyncio.create_task(self._claim(), name=f"claim {self.what}"),
            asyncio.create_task(self._extend(), name=f"extend leases of {self.what}"),
            *(asyncio.create_task(self._record(pulse), name=f"record {self.what}") for pulse in self._recording),
        )
        return self._parts

    def wake(self) -> None:
        """Look again: there may be something to claim."""
        self._wake.set()

    def stop(self) -> None:
        """Claim nothing more."""
        self._stopping.set()
        self._wake.set()
        self._freed.set()
        self._fill_slots()

    def hurry(self) -> None:
        """Cut off what is in flight."""
        self._hurrying.set()

    async def finish(self) -> None:
        """Let what is in flight end within the grace time, cut off the rest, and see that all of it is recorded."""
        now = asyncio.get_running_loop().time
        grace_ends_at = now() + self._pace.grace
        claiming = self._parts[0]
        await self._wait_for([claiming], grace_ends_at)
        await end(claiming)

        await asyncio.sleep(0)  # a task that is cancelled before its first step would report nothing
        tasks = list(self._tasks.values())
        await self._wait_for(tasks, grace_ends_at)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_LAST_WORDS)

        recorded = asyncio.create_task(self._all_recorded())
        await self._wait_for([recorded], now() + _LAST_WRITE)
        await asyncio.wait([recorded], timeout=_LAST_WRITE_IN_A_HURRY)
        await end(recorded)
        for token, item in self._held.items():
            if token in self._tasks:
                _log.error("did not end when it was cut off; its lease runs out", extra=self._ids(item))
            else:
                _log.error("the database did not take the last result", extra=self._ids(item))

    async def end(self) -> None:
        """Leave nothing running."""
        tasks = [*self._parts, *self._tasks.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_LAST_WORDS)

    async def _claim(self) -> None:
        """Keep the slots filled."""
        outage = Outage(f"claiming {self.what}")
        was_due = False
        while await self._room():
            asked = min(self._pace.batch_size, self._free())
            # What came free lately counts for a moment only, and that may have passed.
            if asked < 1:
                continue
            began = time.monotonic()
            self._hear()
            try:
                with self.claiming.turn():
                    if self._is_unsure:
                        await self._hand_back_unseen(list(self._held.values()))
                    items = await self._claim_batch(asked)
            except psycopg.Error as error:
                self._unsure_until = time.monotonic() + _UNSURE
                await self._sleep(outage.met(error))
                continue
            outage.over()
            self._begin(items, began)
            if items:
                self._patience, self._times_lost = _SHORTEST_WAIT, 0
            elif was_due:
                self._times_lost = min(self._times_lost + 1, _MOST_LOST)
            was_due = len(items) < asked and await self._idle()

    @property
    def _is_unsure(self) -> bool:
        """Whether a claim may have taken something that never arrived here."""
        return time.monotonic() < self._unsure_until

    def _free(self) -> int:
        """Give how much more may be claimed."""
        earliest = time.monotonic() - _AHEAD
        while self._freed_at and self._freed_at[0] < earliest:
            self._freed_at.popleft()
        wanted = self._pace.slots + len(self._freed_at) - self._taken - len(self._ahead)
        return min(wanted, self._pace.slots * _MOST_HELD - len(self._held))

    @property
    def _taken(self) -> int:
        """How many slots are not free."""
        return len(self._tasks) + len(self._keeping)

    async def _room(self) -> bool:
        """Wait until something may be claimed, and a little for more of it. False once the runner stops."""
        while not self._stopping.is_set() and self._free() < 1:
            self._freed.clear()
            await self._freed.wait()
        if self._free() < min(self._pace.batch_size, self._pace.slots // 4):
            await asyncio.sleep(_GATHER_SLOTS)
        return not self._stopping.is_set()

    def _begin(self, items: Sequence[Item], began: float) -> None:
        """Work on each, when there is a slot for it."""
        now = time.monotonic()
        for item in items:
            self._held[item.processing_token] = item
            self._ahead.append((item, began, now))
        self._fill_slots()
        if self._ahead:
            asyncio.get_running_loop().call_later(_LONGEST_AHEAD + _SHORTEST_WAIT, self._fill_slots)

    def _fill_slots(self) -> None:
        """Begin what was claimed ahead, each in a task of its own, and hand back what should not begin any more."""
        now = time.monotonic()
        while self._ahead:
            item, began, arrived = self._ahead[0]
            token = item.processing_token
            # The lease may be over already, because this process or the answer to the claim was held up.
            is_late = now - began >= self._pace.lease or now - arrived >= _LONGEST_AHEAD or token in self._lost
            if self._stopping.is_set() or is_late or began < self._recalled_at:
                self._outcomes.put_nowait((item, None))
            elif self._taken < self._pace.slots:
                self._tasks[token] = asyncio.create_task(self._see_through(item))
            else:
                return
            self._ahead.popleft()

    def _recall(self) -> None:
        """Have what was claimed until now go back, unless it is begun: claimed now, it would not be let through."""
        self._recalled_at = time.monotonic()
        self._fill_slots()

    async def _idle(self) -> bool:
        """Wait until a claim may find something: after a notification, at the time of what comes next, or by polling.

        Tells whether there is something, as far as a look can tell.
        """
        wait = await self._look()
        if not wait:
            # There is something, and the claim did not get it: asking again and again at once would be a hot loop.
            wait = self._patience = min(self._patience * 2, self._pace.poll_interval)
        while True:
            wait = min(wait, self._pace.poll_interval)
            second_look = self._second_look_at - time.monotonic()
            await self._sleep(min(wait, second_look) if second_look > 0 else wait)
            if self._stopping.is_set() or self._is_unsure:
                return False
            # By chance: those who have lost as often should not come back together.
            await asyncio.sleep(random.uniform(0.5, 1) * self._times_lost * _STAND_BACK)  # noqa: S311  no secret
            self._hear()
            wait = await self._look()
            if not wait:
                return True

    def _hear(self) -> None:
        """Take note of notifications, if there were any, before looking for what they tell of."""
        if self._wake.is_set():
            self._wake.clear()
            self._second_look_at = time.monotonic() + _SECOND_LOOK

    async def _look(self) -> float:
        """Give the seconds until a claim may find something; that is cheaper than a claim. 0 if a look fails."""
        try:
            with self.claiming.turn():
                wait = await self._next_claim_at()
        except psycopg.Error:
            return 0  # the next claim meets the same trouble, and tells of it
        if wait is None:
            return self._pace.poll_interval
        if wait:
            self._patience = _SHORTEST_WAIT
        return wait.total_seconds()

    async def _sleep(self, seconds: float) -> None:
        """Sleep, unless woken."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    async def _see_through(self, item: Item) -> None:
        """Work on something, and pass the outcome on. Never ends without having passed something on."""
        MEASURES.in_flight[self.what] += 1
        began = time.monotonic()
        try:
            outcome = await self._work(item)
        except asyncio.CancelledError:
            outcome = self._broken("cut off by the end of the runner" if self._stopping.is_set() else "cut off")
        except Exception as error:  # noqa: BLE001  work without an outcome would hold its slot for ever
            # Not its words, which may quote what was worked on.
            where = traceback.extract_tb(error.__traceback__)[-1]
            what = f"broke: {type(error).__name__} in {Path(where.filename).name}, line {where.lineno}"
            _log.error(what, extra=self._ids(item))
            outcome = self._broken(what)
        ended = time.monotonic()
        MEASURES.in_flight[self.what] -= 1
        MEASURES.ended(self.what, ended - began)
        del self._tasks[item.processing_token]
        self._outcomes.put_nowait((item, outcome))
        if self._went_well(outcome):
            self._freed_at.append(ended)
            self._fill_slots()
            self._freed.set()
        else:
            # What follows from it, once it is recorded, may be that nothing more should go.
            self._keeping.add(item.processing_token)

    async def _record(self, pulse: Pulse) -> None:
        """Bring outcomes to the database, in batches, until each is there."""
        outage = Outage(f"recording results of {self.what}")
        while True:
            async with self._gathering:
                outcomes = await self._gather()
            try:
                with pulse.turn():
                    await self._write(outcomes)
            except psycopg.Error as error:
                wait = outage.met(error)
                if (not is_passing(error) or error.sqlstate == _LOCKED) and len(outcomes) > 1:
                    # One of them may be what the database refuses, or somebody holds; the others must not wait for it.
                    await self._write_singly(outcomes)
                else:
                    await asyncio.sleep(min(wait, _LAST_WRITE / 10) if self._stopping.is_set() else wait)
                    self._put_back(outcomes)
                continue
            outage.over()

    async def _gather(self) -> list[tuple[Item, Outcome | None]]:
        """Take outcomes: a full batch, all there can be, or what has come after a moment."""
        outcomes = [await self._outcomes.get()]
        try:
            async with asyncio.timeout(_GATHER_OUTCOMES):
                while len(outcomes) < self._pace.batch_size and (self._tasks or not self._outcomes.empty()):
                    outcomes.append(await self._outcomes.get())
        except TimeoutError:
            pass
        # Two attempts of one job (the first lost its lease) must not meet in one batch, whose rows are told by job.
        first = {item.job_id: item.processing_token for item, _ in reversed(outcomes)}
        self._put_back([each for each in outcomes if first[each[0].job_id] != each[0].processing_token])
        return [each for each in outcomes if first[each[0].job_id] == each[0].processing_token]

    def _put_back(self, outcomes: Sequence[tuple[Item, Outcome | None]]) -> None:
        """Leave outcomes for later."""
        for outcome in outcomes:
            self._outcomes.put_nowait(outcome)

    async def _write(self, outcomes: Sequence[tuple[Item, Outcome | None]]) -> None:
        """Record outcomes, and hand back what was never begun."""
        # What is not held any more was recorded before the rest of its batch met trouble.
        outcomes = [(item, outcome) for item, outcome in outcomes if item.processing_token in self._held]
        ended = [(item, outcome) for item, outcome in outcomes if outcome is not None]
        if ended:
            await self._report(ended)

        unbegun = [item for item, outcome in outcomes if outcome is None]
        if unbegun:
            handed_back = await self._database.hand_back_jobs(unbegun)
            left = [item for item in unbegun if item.job_id not in handed_back]
            # A text whose lease is over is ours as well, and nobody else can tell that it has not gone.
            kept = await self._database.held_jobs(left) if left else ()
            for item in unbegun:
                if item.job_id in kept:
                    self._ask_again(item, None)
                    continue
                self._let_go(item)
                _log.info("handed back" if item.job_id in handed_back else "was taken back", extra=self._ids(item))

    def _ask_again(self, item: Item, outcome: Outcome | None) -> None:
        """Leave an outcome whose rows somebody else holds for a little later. It stays held; others go on."""
        token = item.processing_token
        if token not in self._next_asks:
            _log.info("somebody holds its row in the database; recorded as soon as it is free", extra=self._ids(item))
        wait = self._next_asks.get(token, _FIRST_SECOND_ASK)
        self._next_asks[token] = min(wait * 2, _LONGEST_RETRY)
        asyncio.get_running_loop().call_later(
            min(wait, _LAST_WRITE / 10) if self._stopping.is_set() else wait,
            self._outcomes.put_nowait,
            (item, outcome),
        )

    async def _write_singly(self, outcomes: Sequence[tuple[Item, Outcome | None]]) -> None:
        """Record outcomes one by one; what is refused is tried again later, and never thrown away."""
        for outcome in outcomes:
            try:
                await self._write([outcome])
            except psycopg.Error as error:
                _log.error("the database refuses a result: %s", describe(error), extra=self._ids(outcome[0]))
                asyncio.get_running_loop().call_later(_LONGEST_RETRY, self._outcomes.put_nowait, outcome)

    def _let_go(self, item: Item) -> None:
        """Forget what is recorded, and free its slot if it has one yet."""
        token = item.processing_token
        self._held.pop(token, None)
        self._lost.discard(token)
        self._next_asks.pop(token, None)
        if token in self._keeping:
            self._keeping.remove(token)
            self._fill_slots()
        self._freed.set()

    def _count(self, outcome: str | None) -> None:
        """Count a result that is recorded."""
        MEASURES.results[self.what, outcome or "none"] += 1

    def _tell_too_late(self, item: Item) -> None:
        """Log that a result is nobody's any more."""
        self._count(_TOO_LATE)
        _log.warning("the result came after the lease, and was not recorded", extra=self._ids(item))

    async def _extend(self) -> None:
        """Extend the leases of what is in flight, three times in a lease."""
        outage = Outage(f"extending leases of {self.what}")
        wait = self._pace.lease / 3
        while True:
            await asyncio.sleep(wait)
            items = [item for token, item in self._held.items() if token not in self._lost]
            wait = self._pace.lease / 3
            if not items:
                continue
            try:
                with self._extending.turn():
                    kept = await self._database.extend_leases(items, lease=self._lease)
            except psycopg.Error as error:
                wait = min(wait, outage.met(error))
                continue
            outage.over()
            for item in items:
                if item.job_id not in kept and item.processing_token in self._held:
                    self._lost.add(item.processing_token)
                    _log.warning("lost the lease in flight", extra=self._ids(item))
                    self._lose(item)

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
        await end(hurrying)

    async def _all_recorded(self) -> None:
        """Wait until nothing is held any more, but for what goes on although it was cut off."""
        while self._held.keys() - self._tasks.keys():
            self._freed.clear()
            await self._freed.wait()

    @abstractmethod
    async def _claim_batch(self, size: int) -> Sequence[Item]:
        """Claim up to `size` of what is due."""

    @abstractmethod
    async def _next_claim_at(self) -> timedelta | None:
        """Tell how long until a claim may find something; None if nothing is in sight."""

    @abstractmethod
    async def _work(self, item: Item) -> Outcome:
        """Do the work. Nothing is claimed to be known about it if this raises."""

    @abstractmethod
    def _went_well(self, outcome: Outcome) -> bool:
        """Tell whether nothing follows from it for other work."""

    @abstractmethod
    def _broken(self, words: str) -> Outcome:
        """Give the outcome of work that did not come to an end of its own."""

    @abstractmethod
    async def _report(self, outcomes: Sequence[tuple[Item, Outcome]]) -> None:
        """Record outcomes, let go of each that is recorded, and tell what became of it."""

    @abstractmethod
    def _ids(self, item: Item) -> dict[str, object]:
        """Give what it is called in logs."""

    async def _hand_back_unseen(self, seen: Sequence[Item]) -> None:
        """Give back what a claim took whose answer was lost, where there is a way; else the leases run out."""

    def _lose(self, item: Item) -> None:
        """Do something about work whose lease is lost. By default it goes on, and its outcome is reported."""


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait until they are gone."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
