"""The demo's one event: who is subscribed, what each of them gets, and what the far ends say to it.

The mail server and the browser are on this machine, and they are real to the runner: it speaks SMTP to the one, and
encrypts for the other.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from uuid import UUID, uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric import ec
from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pgherald.simulator.mail import MailServer
from pgherald.simulator.push import Device, encode

_EVENT_TYPE: Final = "calendar.sync_failed"
_TITLE: Final = "Your calendar is out of date"
_BODY: Final = "Sign in again: https://app.example.com/calendar?from=notification"
_LINK: Final = re.compile(r"https://go\.example\.com/l/[0-9A-Za-z]{6}$")
_ENDED: Final = frozenset({"sent", "delivered", "opened", "failed", "bounced"})
_STYLES: Final = {"pending": "dim", "sent": "green", "delivered": "bold green", "failed": "bold red"}


@dataclass(frozen=True, slots=True)
class Reader:
    """A subscriber to the event, with wishes."""

    id: UUID
    name: str
    phone_number: str
    wishes: frozenset[str]
    has_device: bool = False
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What the database says of one reader and one channel: a delivery, or why there is none."""

    reader: UUID
    channel: str
    status: str
    evidence: str | None
    twilio_sid: str | None
    count: int


class Showcase:
    """One event, four readers, and both ends of the line."""

    def __init__(self) -> None:
        """Prepare. Nothing is started yet."""
        self.mail = MailServer()
        self.device = Device()
        self.readers = (
            Reader(uuid4(), "Ada", "+12025550501", frozenset({"email", "push", "sms"}), has_device=True),
            Reader(uuid4(), "Ben", "+12025550502", frozenset({"email", "sms"}), opted_out=True),
            Reader(uuid4(), "Cleo", "+12025550503", frozenset({"push"})),
            Reader(uuid4(), "Dan", "+12025550504", frozenset({"batch", "email"})),
        )
        self.events: list[UUID] = []
        self.ways: dict[tuple[UUID, str], list[str]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Have the mail server and the push service listen."""
        async with self.mail.running(), self.device.running():
            yield

    @property
    def environment(self) -> Mapping[str, str]:
        """What the runner has to know of them."""
        key = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32, "big")
        return {
            "PGHERALD_SMTP_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "PGHERALD_EMAIL_FROM": "The demo <demo@example.com>",
            "PGHERALD_VAPID_PRIVATE_KEY": encode(key),
            "PGHERALD_VAPID_SUBJECT": "mailto:demo@example.com",
            "PGHERALD_PUSH_ALLOW_PRIVATE": "1",
        }

    async def emit(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Subscribe the readers, and let the event happen: twice under one key, and twice more for who gathers."""
        await connection.execute("alter table public.users add column email text")
        await connection.execute(
            "update herald.settings set link_base_url = 'https://go.example.com', default_batch_interval = '3 seconds'"
        )
        for reader in self.readers:
            await self._subscribe(connection, reader)
        for key, target in (("once", None), ("once", None), (None, self.readers[3].id), (None, self.readers[3].id)):
            cursor = await connection.execute(
                """
                select public.emit_notification_event(
                  p_event_type => %s, p_target_user_id => %s, p_payload => %s, p_idempotency_key => %s
                )
                """,
                (_EVENT_TYPE, target, Jsonb({"title": _TITLE, "body": _BODY}), key),
            )
            row = await cursor.fetchone()
            self.events.append(row[0] if row else uuid4())

    async def _subscribe(self, connection: psycopg.AsyncConnection[Any], reader: Reader) -> None:
        await connection.execute(
            "insert into public.users (id, email) values (%s, %s)", (reader.id, f"{reader.name.lower()}@example.com")
        )
        await connection.execute(
            """
            insert into public.user_sms_preferences (
              user_id, phone_number, phone_verified, opted_out, quiet_hours_start, quiet_hours_end, daily_sms_limit
            )
            values (%s, %s, true, %s, null, null, 1000)
            """,
            (reader.id, reader.phone_number, reader.opted_out),
        )
        await connection.execute(
            "insert into public.notification_subscriptions (user_id, event_type) values (%s, %s)",
            (reader.id, _EVENT_TYPE),
        )
        await connection.execute(
            """
            update public.user_notification_preferences
            set sms_enabled = %s, email_enabled = %s, push_enabled = %s, batch_enabled = %s
            where user_id = %s and event_type = %s
            """,
            (*(wish in reader.wishes for wish in ("sms", "email", "push", "batch")), reader.id, _EVENT_TYPE),
        )
        if reader.has_device:
            given = self.device.subscription
            await connection.execute(
                """
                insert into public.push_subscriptions (user_id, endpoint, p256dh_key, auth_key) values (%s, %s, %s, %s)
                """,
                (reader.id, given["endpoint"], given["p256dh"], given["auth"]),
            )

    async def look(self, connection: psycopg.AsyncConnection[Any]) -> list[Heard]:
        """Ask the database what each reader has heard."""
        query: LiteralString = """
            select
              delivery.recipient_user_id as reader, delivery.channel, delivery.status, delivery.last_error as evidence,
              message.twilio_sid, coalesce((delivery.payload ->> 'count')::integer, 1) as count
            from public.notification_deliveries as delivery
            left join public.sms_messages as message on message.notification_delivery_id = delivery.id
            where delivery.recipient_user_id = any (%(readers)s)
            union all
            select distinct recipient_user_id, channel, 'suppressed', reason, null, 1
            from public.notification_suppressions
            where recipient_user_id = any (%(readers)s)
            order by 1, 2
        """
        async with connection.cursor(row_factory=class_row(Heard)) as cursor:
            await cursor.execute(query, {"readers": [reader.id for reader in self.readers]})
            heard = await cursor.fetchall()
        for each in heard:
            way = self.ways.setdefault((each.reader, each.channel), [])
            if way[-1:] != [each.status]:
                way.append(each.status)
        return heard

    def is_over(self, heard: Sequence[Heard]) -> bool:
        """Tell whether everything has gone that will go, the digest included, and the carrier has the text."""
        by_sms = [each for each in heard if each.channel == "sms" and each.status != "suppressed"]
        return (
            {each.reader for each in heard} == {reader.id for reader in self.readers}
            and all(each.status in {*_ENDED, "suppressed"} for each in heard)
            and all(each.status == "delivered" for each in by_sms)
        )

    def picture(self, heard: Sequence[Heard]) -> RenderableType:
        """Draw what each reader hears, by channel."""
        table = Table(box=None, padding=(0, 1), show_header=False)
        for reader in self.readers:
            mine = [each for each in heard if each.reader == reader.id]
            for number, each in enumerate(mine):
                way = [status for status in self.ways[each.reader, each.channel] if status != "suppressed"]
                said = Text(" → ").join(Text(status, style=_STYLES.get(status, "")) for status in way)
                if each.count > 1:
                    said.append(f"  ({each.count} events in one)", style="dim")
                reason = Text(f"not told: {each.evidence}", style="magenta") if each.status == "suppressed" else said
                table.add_row(
                    Text(reader.name if not number else "", style="bold"), Text(each.channel, style="dim"), reason
                )
            if not mine:
                table.add_row(Text(reader.name, style="bold"), "", Text("gathers", style="blue"))
        return Group(Text(f"One event, {_EVENT_TYPE}:", style="bold"), table)

    async def checks(
        self,
        connection: psycopg.AsyncConnection[Any],
        heard: Sequence[Heard],
        texts: Mapping[str, str],
    ) -> dict[str, bool]:
        """Compare what the database says with the far ends. `texts`: the words that Twilio has, by SID."""
        ada, ben, cleo, dan = self.readers
        told = {(each.reader, each.channel): each for each in heard if each.status != "suppressed"}
        mails = sorted((str(mail["To"]), str(mail["Subject"])) for mail in self.mail.mails)
        sms = told.get((ada.id, "sms"))
        return {
            "one event reached all four channels, each once, with its words": (
                {channel for reader, channel in told if reader == ada.id} == {"in_app", "email", "push", "sms"}
                and [message["title"] for message in self.device.messages] == [_TITLE]
                and mails.count(("ada@example.com", _TITLE)) == 1
                and sms is not None
                and _LINK.search(texts.get(sms.twilio_sid or "", "")) is not None
            ),
            "the same event emitted again under its key was the same one": self.events[0] == self.events[1],
            "nobody was told by a channel they did not want, and the reasons are on record": (
                {to for to, _ in mails} == {f"{reader.name.lower()}@example.com" for reader in (ada, ben, dan)}
                and (cleo.id, "email") not in told
                and (ben.id, "sms") not in told
                and any(each.reader == ben.id and "opted out" in str(each.evidence) for each in heard)
            ),
            "three events that were gathered came as one": (
                [subject for to, subject in mails if to == "dan@example.com"]
                == ["3 updates: Your calendar could not be synchronised"]
            ),
            "the list in the application showed it unread, and then opened": await self._read(connection, ada.id),
        }

    @staticmethod
    async def _read(connection: psycopg.AsyncConnection[Any], user_id: UUID) -> bool:
        """Be the client of a signed-in user: look at the list, and open what is in it."""
        async with connection.transaction(), connection.cursor() as cursor:
            await cursor.execute("set local role herald_client")
            await cursor.execute("select set_config('request.jwt.claims', %s, true)", (f'{{"sub": "{user_id}"}}',))
            await cursor.execute("select id, title, is_unread from public.list_notifications()")
            listed = await cursor.fetchall()
            await cursor.execute("select public.mark_opened(%s)", ([row[0] for row in listed],))
            opened = await cursor.fetchone()
            await cursor.execute("select public.count_unread_notifications()")
            left = await cursor.fetchone()
        return [row[1:] for row in listed] == [(_TITLE, True)] and opened == (1,) and left == (0,)
