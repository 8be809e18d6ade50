"""How fast work comes in: one text a transaction, and many in one, against a bare insert into the same two tables."""

from functools import partial
from typing import TYPE_CHECKING, Final, LiteralString

import psycopg
from psycopg.types.json import Jsonb

from speed.book import compare
from speed.peers import Peer, peers
from speed.stand import OURS, Stand, connect, expect, settle, stopwatch
from speed.texts import filled

if TYPE_CHECKING:
    from collections.abc import Callable

SINGLE: Final = "enqueue, one a transaction"
BULK: Final = "enqueue, in bulk"
BARE: Final = "bare insert, two tables"
_GOAL: Final = 0.8
_OURS: Final[LiteralString] = """
    select public.queue_sms_message(p_user_id => %s, p_phone_number => %s, p_message => 'A text')
"""
_OURS_BULK: Final[LiteralString] = "select count(*) from public.queue_sms_messages(%s::jsonb)"
_BARE_MANY: Final[LiteralString] = """
    with wish as materialized (
      select gen_random_uuid() as id, gen_random_uuid() as job_id, *
      from unnest(%s::uuid[], %s::text[]) as wish (user_id, number)
    ),
    jobs as (
      insert into public.queue_jobs (id, user_id, job_type, scheduled_for, priority, attempts, max_attempts, metadata)
      select job_id, user_id, 'send_sms', now(), 10, 0, 3, jsonb_build_object('message_id', id, 'priority', 'normal')
      from wish
    )
    insert into public.sms_messages (id, user_id, phone_number, message_content, status, queue_job_id)
    select id, user_id, number, 'A text', 'queued', job_id
    from wish
"""

# A text that may not go is on record, too, and costs less.
_QUEUED: Final[LiteralString] = """
    select count(*)
    from public.sms_messages as message
    inner join public.queue_jobs as job on job.id = message.queue_job_id
    where message.status = 'queued' and job.status = 'pending' and job.scheduled_for <= now()
"""

# A user, and the number a text to them goes to.
_Wishes = list[tuple[object, str]]


def measure(stand: Stand) -> None:
    """Enqueue one by one, then in bulk, turn by turn."""
    others = list(peers(stand, "enqueue"))
    rivals = [peer.name for peer, _ in others]
    sizes = {SINGLE: stand.size(2_000, 50), BULK: stand.size(20_000, 500)}
    ways = {SINGLE: (_one_by_one, "single"), BULK: (_at_once, "bulk")}
    for section, (way, command) in ways.items():
        texts = sizes[section]
        contestants: dict[str, Callable[[], float]] = {
            BARE: partial(way, stand, texts, is_bare=True),
            OURS: partial(way, stand, texts, is_bare=False),
        }
        for peer, template in others:
            contestants[peer.name] = partial(_peer, stand, peer, template, command, texts)
        samples = stand.take_turns(f"{section}, a second", contestants)
        stand.book.lines += compare(
            section, samples, unit="a second", against=BARE, at_least=_GOAL, who=[OURS], ahead_of=rivals,
            notes={OURS: "texts, their gates asked and their jobs made"},
        )  # fmt: skip


def _url(stand: Stand, *, is_bare: bool) -> str:
    """Make a database that has been in use: in an empty one, the plans are those of an empty one."""
    name = "enqueue_bare" if is_bare else "enqueue_ours"
    return filled(stand, name, _before(stand), triggers=not is_bare)


def _before(stand: Stand) -> int:
    """How many texts there are before."""
    return stand.size(10_000, 500)


def _wishes(connection: psycopg.Connection, texts: int) -> _Wishes:
    """Give users and numbers, everybody as often as the next."""
    users = connection.execute("select user_id, phone_number from public.user_sms_preferences").fetchall()
    return [users[place % len(users)] for place in range(texts)]


def _one_by_one(stand: Stand, texts: int, *, is_bare: bool) -> float:
    with connect(_url(stand, is_bare=is_bare)) as connection:
        wishes = _wishes(connection, texts)
        with stopwatch() as seconds:
            for user_id, number in wishes:
                if is_bare:
                    connection.execute(_BARE_MANY, ([user_id], [number]))
                else:
                    connection.execute(_OURS, (user_id, number))
        expect(connection, _QUEUED, _before(stand) + texts, "texts have a job that is due")
    return texts / seconds[0]


def _at_once(stand: Stand, texts: int, *, is_bare: bool) -> float:
    with connect(_url(stand, is_bare=is_bare)) as connection:
        wishes = _wishes(connection, texts)
        with stopwatch() as seconds:
            if is_bare:
                connection.execute(_BARE_MANY, ([user for user, _ in wishes], [number for _, number in wishes]))
            else:
                texts_asked_for = [
                    {"user_id": str(user), "phone_number": number, "message": "A text"} for user, number in wishes
                ]
                connection.execute(_OURS_BULK, (Jsonb(texts_asked_for),))
        expect(connection, _QUEUED, _before(stand) + texts, "texts have a job that is due")
    return texts / seconds[0]


def _peer(stand: Stand, peer: Peer, template: str, command: str, jobs: int) -> float:
    url = stand.database(f"{template}_turn", template)
    with connect(url) as connection:
        settle(connection)
    return jobs / peer.work(stand.cache, command, url, jobs)
