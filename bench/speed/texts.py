"""How fast texts go out by our whole way, at a provider whose answer costs nothing.

Gates, lease, guards, all tables; the real lane of the runner. Against it: a script that writes the same rows to the
same tables, indexes and foreign keys with as many round trips, and without a rule.
"""

import asyncio
import logging
import statistics
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final, LiteralString, cast
from uuid import uuid4

from pgherald.database import ClaimedText, Database
from pgherald.settings import Pace, Secret
from pgherald.twilio import Answer
from pgherald.worker import Texts, Worker
from speed import drain
from speed.book import Line, compare
from speed.stand import OURS, Stand, connect, expect, settle, stopwatch, user_triggers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import psycopg

    from pgherald.twilio import Twilio

SECTION: Final = "drain, texts"
BARE: Final = "bare script"
# Claims and records side by side, as ours does.
BARE_TWICE: Final = "bare script, two connections"
_GOAL: Final = 0.5
# As many as the runner has in flight at most.
_SLOTS: Final = 500
_RIVALS: Final = ("PgQueuer", "pg-boss", "procrastinate")
_FILL: Final[LiteralString] = """
    select count(public.queue_sms_message(
      p_user_id => wishes.user_id, p_phone_number => wishes.phone_number, p_message => 'Text ' || number
    ))
    from (
      select user_id, phone_number, row_number() over (order by user_id) - 1 as place, count(*) over () as users
      from public.user_sms_preferences
    ) as wishes
    inner join generate_series(1, %s) as number on number %% users = wishes.place
"""
_SENT: Final[LiteralString] = """
    select count(*)
    from public.sms_messages as message
    inner join public.queue_jobs as job on job.id = message.queue_job_id
    where message.status = 'sent' and job.status = 'completed'
"""
_BARE_CLAIM: Final[LiteralString] = """
    with due as materialized (
      select id from public.queue_jobs
      where status in ('pending', 'retrying') and job_type = 'send_sms' and due_rank <= now() + interval '20 minutes'
      order by due_rank limit %s for no key update skip locked
    ),
    jobs as (
      update public.queue_jobs
      set status = 'processing', attempts = attempts + 1, started_at = now(), processing_token = gen_random_uuid(),
        lease_expires_at = now() + interval '2 minutes', updated_at = now()
      where id in (select id from due)
      returning id, processing_token
    ),
    messages as (
      update public.sms_messages as message
      set status = 'sending', attempt_count = 1, counted_at = now(), updated_at = now()
      from jobs where message.queue_job_id = jobs.id
      returning message.id, message.user_id, message.queue_job_id, message.phone_number, message.message_content
    ),
    counted as (
      update public.user_sms_preferences as wishes
      set daily_sms_count = daily_sms_count + texts, daily_count_reset_at = now(), updated_at = now()
      from (select user_id, count(*) as texts from messages group by user_id) as each
      where wishes.user_id = each.user_id
    ),
    attempts as (
      insert into herald.sms_attempts (message_id, job_id, attempt, sender, runner, started_at)
      select id, queue_job_id, 1, '+15005550006', 'bench', now() from messages
      returning id, message_id, job_id
    )
    select messages.queue_job_id, messages.id, attempts.id, messages.phone_number, messages.message_content
    from messages inner join attempts on attempts.message_id = messages.id
"""
_BARE_RECORD: Final[LiteralString] = """
    with told as materialized (
      select * from unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[]) as told (job_id, message_id, attempt_id, sid)
    ),
    jobs as (
      update public.queue_jobs as job
      set status = 'completed', processing_token = null, lease_expires_at = null, processed_at = now(),
        completed_at = now(), updated_at = now(), result = jsonb_build_object('twilio_sid', told.sid)
      from told where job.id = told.job_id
    ),
    messages as (
      update public.sms_messages as message
      set status = 'sent', sent_at = now(), twilio_sid = told.sid, twilio_status = 'queued', segment_count = 1,
        updated_at = now()
      from told where message.id = told.message_id
    )
    update herald.sms_attempts as attempt
    set outcome = 'accepted', finished_at = now(), http_status = 201, twilio_sid = told.sid
    from told where attempt.id = told.attempt_id
"""


class Provider:
    """Takes every text at once, in this process."""

    def __init__(self) -> None:
        """Begin with none."""
        self.taken = 0

    async def send(self, _text: ClaimedText) -> Answer:
        """Take one."""
        self.taken += 1
        return Answer(sid=sid(), provider_status="queued", segments=1, http_status=201, maybe_accepted=True)


def sid() -> str:
    """Make an id as the provider would."""
    return f"SM{uuid4().hex}"


def measure(stand: Stand) -> None:
    """Drain texts ours and the bare way, turn by turn."""
    texts = stand.size(10_000, 500)
    contestants: dict[str, Callable[[], float]] = {
        BARE: partial(_bare, stand, texts),
        BARE_TWICE: partial(_bare_twice, stand, texts),
        OURS: partial(_ours, stand, texts),
    }
    samples = stand.take_turns("texts a second", contestants)
    lines = compare(
        SECTION, samples, unit="texts/s", against=BARE, at_least=_GOAL, who=[OURS],
        notes={OURS: f"the runner's lane, {_SLOTS} in flight, a provider in its process"},
    )  # fmt: skip
    stand.book.lines += lines
    _compare_to_empty_jobs(stand, samples[OURS])


def _compare_to_empty_jobs(stand: Stand, ours: list[float]) -> None:
    """Set our texts beside the peers' empty jobs of the same run."""
    rate = statistics.median(ours)
    stand.book.lines += [
        Line(
            section=SECTION,
            who=f"{OURS}, its texts",
            value=rate,
            unit="texts/s",
            ratio=rate / line.value,
            against=f"{line.who}, empty jobs",
            target="ahead of it",
            is_met=rate > line.value,
        )
        for line in stand.book.lines
        if line.section == drain.SECTION and line.who in _RIVALS
    ]


def filled(stand: Stand, name: str, texts: int, *, triggers: bool = True) -> str:
    """Make a database with so many texts that are due; give its URL. The rows are the same for everybody."""
    template = f"texts_{texts}"
    if template not in stand.made:
        stand.tell(f"making {texts:,} texts …")
        made = stand.herald(template)
        # First a few: plans that were made beside empty tables would make the rest slow.
        for rows in (texts // 20, texts - texts // 20):
            with connect(made) as connection:
                connection.execute(_FILL, (rows,))
                settle(connection)
        stand.made.add(template)
    url = stand.database(name, template)
    with connect(url) as connection:
        user_triggers(connection, on=triggers)
        settle(connection)
    return url


def _ours(stand: Stand, texts: int) -> float:
    url = filled(stand, "texts_ours", texts)
    seconds = asyncio.run(_run(url, texts))
    _expect_sent(url, texts)
    return texts / seconds


def _expect_sent(url: str, texts: int) -> None:
    """See that all of them went."""
    with connect(url) as connection:
        expect(connection, _SENT, texts, "texts are recorded as sent")


async def _run(url: str, texts: int) -> float:
    """Run the runner until all is recorded; give the seconds."""
    logging.disable(logging.INFO)
    provider = Provider()
    pace = Pace(slots=_SLOTS, batch_size=_SLOTS // 2, lease=120, poll_interval=1, grace=5)
    async with Database(Secret(url)) as database:
        await database.register_sender("+15005550006", rate_per_second=None, account="bench")
        lane = Texts(database, cast("Twilio", provider), pace, sender="+15005550006", runner="bench")
        lanes: list[Any] = [lane]
        worker = Worker(database, lanes, runner="bench")
        with stopwatch() as seconds:
            running = asyncio.create_task(worker.run())
            while provider.taken < texts or lane.in_flight:  # noqa: ASYNC110  the lane is not ours to change
                await asyncio.sleep(0.002)
        worker.stop()
        await running
    return seconds[0]


def _bare(stand: Stand, texts: int) -> float:
    url = filled(stand, "texts_bare", texts, triggers=False)
    with connect(url) as connection, stopwatch() as seconds:
        while claimed := connection.execute(_BARE_CLAIM, (_SLOTS,)).fetchall():
            _record(connection, claimed)
    _expect_sent(url, texts)
    return texts / seconds[0]


def _bare_twice(stand: Stand, texts: int) -> float:
    url = filled(stand, "texts_bare", texts, triggers=False)
    with connect(url) as claims, connect(url) as results, ThreadPoolExecutor(1) as other, stopwatch() as seconds:
        records = []
        while claimed := claims.execute(_BARE_CLAIM, (_SLOTS,)).fetchall():
            records.append(other.submit(_record, results, claimed))
        for record in records:
            record.result()
    _expect_sent(url, texts)
    return texts / seconds[0]


def _record(connection: "psycopg.Connection", claimed: "Sequence[tuple[Any, ...]]") -> None:
    """Write what the provider said of a batch."""
    jobs, messages, attempts, *_ = zip(*claimed, strict=True)
    connection.execute(_BARE_RECORD, (list(jobs), list(messages), list(attempts), [sid() for _ in claimed]))
