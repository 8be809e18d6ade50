"""Work beside texts: notifications through their channels, and jobs of other types through functions of your own.

Such a function is `async def handle(job: Job) -> Mapping | None`. What it returns is kept with the job. If it raises,
the job is tried again while attempts are left; `PermanentError` ends it, `RetryLater` says when to try again.
"""

import json
import logging
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import psycopg

from pgherald.channels import ClaimedNotification, Deliver, NotificationAnswer
from pgherald.database import Job
from pgherald.lane import Lane
from pgherald.replies import storable, words
from pgherald.settings import SEND_NOTIFICATION

if TYPE_CHECKING:
    from uuid import UUID

    from pgherald.database import Database, RecordedNotification
    from pgherald.settings import Pace

__all__ = ["Handler", "Job", "Jobs", "Notifications", "PermanentError", "RetryLater"]

_log = logging.getLogger(__name__)

Handler = Callable[[Job], Awaitable[Mapping[str, Any] | None]]

_LARGEST_INTEGER: Final = 2**31 - 1
_LONGEST_WAIT: Final = 365 * 86_400
_UNSTORABLE: Final = "22"
# The replies with this meaning: bad request, transaction failed.
_PERMANENT: Final = {"push": 400, "email": 554}
_TO_MEND: Final = {
    "email": "PGHERALD_SMTP_URL and PGHERALD_EMAIL_FROM",
    "push": "PGHERALD_VAPID_PRIVATE_KEY and PGHERALD_VAPID_SUBJECT",
}


class PermanentError(Exception):
    """Raised by a handler: the job failed, and trying again would not help."""


class RetryLater(Exception):  # noqa: N818  it says what is to be done
    """Raised by a handler: the job is to be tried again after so many seconds, if attempts are left."""

    def __init__(self, seconds: float, words: str = "asked to be tried again later") -> None:
        """Say when, and if there is something to say, why."""
        super().__init__(words)
        self.seconds = seconds


class Notifications(Lane[ClaimedNotification, NotificationAnswer]):
    """The notifications of one channel."""

    def __init__(self, database: "Database", deliver: Deliver, pace: "Pace", *, channel: str) -> None:
        """Prepare to hand what is due to `deliver`."""
        self.what = f"notifications by {channel}"
        super().__init__(database, pace)
        self._deliver = deliver
        self._channel = channel
        self._refusal: int | None = None

    async def _claim_batch(self, size: int) -> Sequence[ClaimedNotification]:
        return await self._database.claim_notifications([self._channel], batch_size=size, lease=self._lease)

    async def _next_claim_at(self) -> timedelta | None:
        return await self._database.next_claim_at([SEND_NOTIFICATION], None)

    async def _work(self, item: ClaimedNotification) -> NotificationAnswer:
        try:
            answer = await self._deliver(item)
        except PermanentError as error:
            return NotificationAnswer(code=_PERMANENT[self._channel], error_message=words(str(error)))
        except RetryLater as later:
            return NotificationAnswer(error_message=words(str(later)), retry_after_seconds=_seconds(later))
        return _storable(answer)

    def _went_well(self, outcome: NotificationAnswer) -> bool:
        return outcome.delivered

    def _broken(self, words: str) -> NotificationAnswer:
        return NotificationAnswer(error_message=words)

    async def _report(self, outcomes: Sequence[tuple[ClaimedNotification, NotificationAnswer]]) -> None:
        recorded = {result.job_id: result for result in await self._database.record_notification_results(outcomes)}
        for notification, answer in outcomes:
            result = recorded.get(notification.job_id)
            if result is not None and result.recorded is None:
                self._ask_again(notification, answer)
                continue
            self._let_go(notification)
            self._tell(notification, answer, result)

    def _ids(self, item: ClaimedNotification) -> dict[str, object]:
        return {
            "channel": item.channel,
            "delivery_id": item.delivery_id,
            "job_id": item.job_id,
            "attempt": item.attempt,
            "correlation_id": item.correlation_id,
        }

    def _tell(
        self, notification: ClaimedNotification, answer: NotificationAnswer, result: "RecordedNotification | None"
    ) -> None:
        """Log what became of a notification."""
        if result is None or not result.recorded:
            self._tell_too_late(notification)
            return
        self._count(result.outcome)
        facts = {
            **self._ids(notification),
            "outcome": result.outcome,
            "status": result.delivery_status,
            "code": answer.code,
        }
        if result.outcome == "sent":
            self._refusal = None
            _log.info("sent", extra=facts)
        elif result.outcome == "config":
            self._tell_refusal(answer)
        else:
            _log.info("not sent: %s", answer.error_message, extra=facts)

    def _tell_refusal(self, answer: NotificationAnswer) -> None:
        """Say what somebody has to mend; once, until it changes."""
        if answer.code == self._refusal:
            return
        self._refusal = answer.code
        _log.error(
            "the other side refuses us, and %s waits: %s. Check %s",
            self._channel,
            answer.error_message,
            _TO_MEND.get(self._channel, "its settings"),
            extra={"channel": self._channel, "code": answer.code},
        )


@dataclass(frozen=True, slots=True)
class _End:
    """How a job's attempt ended: with a result in JSON, or with an error."""

    result: str | None = None
    error: str | None = None
    retry: bool = True
    retry_after: timedelta | None = None


class Jobs(Lane[Job, _End]):
    """Jobs of other types."""

    what = "jobs"

    def __init__(self, database: "Database", handlers: Mapping[str, Handler], pace: "Pace") -> None:
        """Prepare to hand what is due to the function for its type."""
        super().__init__(database, pace)
        self._handlers = handlers

    async def _claim_batch(self, size: int) -> Sequence[Job]:
        return await self._database.claim_pending_jobs(list(self._handlers), batch_size=size, lease=self._lease)

    async def _next_claim_at(self) -> timedelta | None:
        return await self._database.next_claim_at(list(self._handlers), None)

    async def _work(self, item: Job) -> _End:
        try:
            result = await self._handlers[item.job_type](item)
        except PermanentError as error:
            return _End(error=words(str(error)) or "failed for good", retry=False)
        except RetryLater as later:
            return _End(error=words(str(later)), retry_after=timedelta(seconds=_seconds(later)))
        except (Exception, SystemExit) as error:  # noqa: BLE001  anything else is a failure as well
            _log.warning("the handler broke", exc_info=error, extra=self._ids(item))
            return _End(error=words(f"{type(error).__name__}: {error}"))
        return _End(result=self._json(item, result))

    def _json(self, job: Job, result: object) -> str | None:
        """Write a result. One that cannot be written is missing, since what it tells of is done all the same."""
        try:
            return None if result is None else json.dumps(result, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            _log.error("the result is no JSON and is not kept: %s", type(error).__name__, extra=self._ids(job))
            return None

    def _went_well(self, outcome: _End) -> bool:
        return outcome.error is None

    def _broken(self, words: str) -> _End:
        return _End(error=words)

    async def _report(self, outcomes: Sequence[tuple[Job, _End]]) -> None:
        done = {job.id: (job, outcome) for job, outcome in outcomes if outcome.error is None}
        recorded = await self._complete([job for job, _ in done.values()], [end.result for _, end in done.values()])
        for job, outcome in done.values():
            if recorded[job.id] is None:
                self._ask_again(job, outcome)
                continue
            self._let_go(job)
            if not recorded[job.id]:
                self._tell_too_late(job)
                continue
            self._count("completed")
            _log.info("done", extra=self._ids(job))
        for job, outcome in outcomes:
            if outcome.error is not None:
                await self._fail(job, outcome.error, outcome)

    async def _complete(self, jobs: Sequence[Job], results: Sequence[str | None]) -> "Mapping[UUID, bool | None]":
        """Record that jobs are done, whatever becomes of their results."""
        if not jobs:
            return {}
        try:
            return await self._database.complete_queue_jobs(jobs, [result or "null" for result in results])
        except psycopg.Error as error:
            if not (error.sqlstate or "").startswith(_UNSTORABLE) or not any(results):
                raise
        if len(jobs) > 1:
            recorded: dict[UUID, bool | None] = {}
            for job, result in zip(jobs, results, strict=True):
                recorded |= await self._complete([job], [result])
            return recorded
        # JSON, but not what jsonb takes: done all the same, and nothing that may run again.
        _log.error("the database does not take the result, it is not kept", extra=self._ids(jobs[0]))
        return await self._complete(jobs, [None])

    async def _fail(self, job: Job, error: str, outcome: _End) -> None:
        """Record that a job's attempt failed."""
        recorded = await self._database.fail_queue_job(job, error, retry=outcome.retry, retry_after=outcome.retry_after)
        self._let_go(job)
        if not recorded:
            self._tell_too_late(job)
            return
        self._count("failed")
        last = not outcome.retry or job.attempts >= job.max_attempts
        _log.warning("failed for good: %s" if last else "failed, will be tried again: %s", error, extra=self._ids(job))

    def _lose(self, item: Job) -> None:
        # It was cancelled, or is somebody else's already: two at it would be worse than none.
        if task := self._tasks.get(item.processing_token):
            task.cancel()

    def _ids(self, item: Job) -> dict[str, object]:
        return {
            "job_type": item.job_type,
            "job_id": item.id,
            "attempt": item.attempts,
            "correlation_id": item.correlation_id,
        }


def _seconds(later: RetryLater) -> int:
    """Give a wait that the database can count with."""
    seconds = later.seconds
    return min(math.ceil(max(0, seconds)), _LONGEST_WAIT) if abs(seconds) < _LARGEST_INTEGER else _LONGEST_WAIT


def _storable(answer: NotificationAnswer) -> NotificationAnswer:
    """Keep the answers of others' channels within what the database takes: it refuses a whole batch for one of them."""
    if not isinstance(answer, NotificationAnswer):
        raise TypeError
    code = answer.code
    return replace(
        answer,
        code=code if isinstance(code, int) and abs(code) <= _LARGEST_INTEGER else None,
        external_id=storable(answer.external_id),
        error_message=words(answer.error_message),
    )
