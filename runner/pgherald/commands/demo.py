"""`pgherald demo`: some dozens of texts and one event on every channel, live, on a server and far ends that come along.

Everything is real but the account: the migrations, the SQL functions, the runner in a process of its own, the official
client, HTTP, signed callbacks. At the end the database and the simulator's book must agree, text by text.
"""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, LiteralString
from uuid import UUID, uuid4

import click
import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from pgherald.showcase import Heard, Showcase

_SENDER: Final = "+15005550006"
_LOOK_EVERY: Final = 0.1
_PATIENCE: Final = 60.0
_ENDED: Final = frozenset({"delivered", "undelivered", "failed", "cancelled"})
_STYLES: Final = {
    "pending": "dim",
    "scheduled": "blue",
    "queued": "cyan",
    "sending": "yellow",
    "sent": "green",
    "delivered": "bold green",
    "undelivered": "bold red",
    "failed": "bold red",
    "cancelled": "magenta",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A text to queue, and how it must end."""

    phone_number: str
    kind: str
    arguments: dict[str, Any]
    ends: str = "delivered"
    requests: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A text as the database has it."""

    id: UUID
    status: str
    scheduled_for: Any
    twilio_sid: str | None
    reason: str | None


@click.command
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), help="Write the last screen as SVG.")
def demo(picture: Path | None) -> None:
    """Show texts and notifications on their way. Needs nothing, sends nothing, leaves nothing behind."""
    try:
        from pgherald.embedded import EmbeddedError, EmbeddedServer  # noqa: PLC0415  an extra
        from pgherald.migrations import migrate  # noqa: PLC0415
        from pgherald.showcase import Showcase  # noqa: PLC0415
        from pgherald.simulator import Simulator  # noqa: PLC0415
    except ImportError:
        raise click.ClickException("the demo needs an extra: pip install '.[demo]' in the checkout") from None

    console = Console(record=picture is not None, highlight=False, width=None if sys.stdout.isatty() else 120)
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))
    try:
        with EmbeddedServer() as server:
            console.print(f"PostgreSQL {server.version} is up, in a folder that goes with it.")
            migrate(server.url)
            console.print("Migrated. The logic is in the database now.")
            simulator = Simulator(account_sid=f"AC{uuid4().hex}", auth_token=uuid4().hex)
            agreed = asyncio.run(_show(console, server.url, simulator, Showcase()))
    except EmbeddedError as error:
        raise click.ClickException(str(error)) from None
    if picture:
        # Without the fonts that rich would fetch from elsewhere: the reader's own will do.
        drawn = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title="make demo"), flags=re.DOTALL)
        picture.write_text(drawn, "utf-8")
    sys.exit(0 if agreed else 1)


def _wishes() -> list[Wish]:
    """Give what the demo queues: mostly ordinary texts, and one of each that is not."""
    wishes = [
        Wish(f"+1202555{number:04}", f"{priority}", {"p_message": f"Hello, number {number}.", "p_priority": priority})
        for number, priority in enumerate(["urgent", "high", "normal", "low"] * 5, start=100)
    ]
    wishes += [
        Wish(f"+1202555{200 + seconds:04}", f"in {seconds} s", {"p_message": "As planned.", "p_in_seconds": seconds})
        for seconds in range(2, 8)
    ]
    wishes += [
        Wish(
            f"+1202555{300 + number:04}",
            "template",
            {"p_template_key": "task_reminder", "p_template_vars": {"task_name": task, "due_time": "at noon"}},
        )
        for number, task in enumerate(["Water the ferns", "Call the bank", "Send the {{invoice}}"])
    ]
    return [
        *wishes,
        Wish("+12025550400", "throttled first", {"p_message": "Twice asked, once sent."}, requests=2),
        Wish("+12025550401", "has opted out", {"p_message": "Never."}, ends="cancelled", requests=0),
        Wish("+12025550402", "is asleep", {"p_message": "In the morning."}, ends="scheduled", requests=0),
        Wish("+15005550001", "bad number", {"p_message": "Nobody there."}, ends="failed"),
    ]


async def _show(console: Console, url: str, simulator: Any, showcase: "Showcase") -> bool:  # noqa: ANN401  its module is an extra
    """Run the demo. True if everything ended as it must."""
    wishes = _wishes()
    simulator.faults.add(kind="throttle", to="+12025550400", times=1, retry_after=1)
    simulator.faults.status_delay = 0.3
    began = time.monotonic()
    async with simulator.serve(host="127.0.0.1", port=0), showcase.running():
        console.print(f"Twilio is simulated at {simulator.base_url}, and so are a mail server and a push service.")
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
        async with connection:
            texts = [(wish, await _queue(connection, wish)) for wish in wishes]
            await showcase.emit(connection)
            console.print(
                f"{len(texts)} texts are queued and an event has happened, by SQL alone. Now the runner starts.\n"
            )
            runner = _start_runner(url, simulator, showcase.environment)
            try:
                rows, heard = await _watch(console, connection, texts, runner, showcase)
            finally:
                code = _stop(runner)
            bodies = {message.sid: message.body for message in simulator.messages}
            told = await showcase.checks(connection, heard, bodies)
        others = {each.twilio_sid for each in heard if each.twilio_sid}
        return _agree(console, texts, rows, simulator, told, others, code, time.monotonic() - began)


async def _queue(connection: psycopg.AsyncConnection[Any], wish: Wish) -> UUID:
    """Make a user of the application, and queue a text for it."""
    user_id = uuid4()
    await connection.execute("insert into public.users (id) values (%s)", (user_id,))
    await connection.execute(
        """
        insert into public.user_sms_preferences (
          user_id, phone_number, phone_verified, opted_out, timezone, quiet_hours_start, quiet_hours_end
        )
        select
          %(user_id)s, %(phone_number)s, true, %(kind)s = 'has opted out', 'UTC',
          -- An hour ago for an hour to come, or none.
          case when %(kind)s = 'is asleep' then (now() at time zone 'UTC' - interval '1 hour')::time end,
          case when %(kind)s = 'is asleep' then (now() at time zone 'UTC' + interval '1 hour')::time end
        """,
        {"user_id": user_id, "phone_number": wish.phone_number, "kind": wish.kind},
    )
    arguments = dict(wish.arguments)
    seconds = arguments.pop("p_in_seconds", None)
    query: LiteralString = """
        select public.queue_sms_message(
          p_user_id => %(user_id)s::uuid,
          p_phone_number => %(phone_number)s::text,
          p_message => %(p_message)s::text,
          p_priority => %(p_priority)s::public.sms_priority,
          p_scheduled_for => now() + %(seconds)s * interval '1 second',
          p_template_key => %(p_template_key)s::text,
          p_template_vars => %(p_template_vars)s::jsonb
        )
    """
    values = {
        "user_id": user_id,
        "phone_number": wish.phone_number,
        "seconds": seconds,
        "p_message": None,
        "p_priority": "normal",
        "p_template_key": None,
        **arguments,
        "p_template_vars": Jsonb(arguments.get("p_template_vars")),
    }
    cursor = await connection.execute(query, values)
    row = await cursor.fetchone()
    if row is None:
        raise RuntimeError("queue_sms_message returned nothing")
    message_id: UUID = row[0]
    return message_id


def _start_runner(url: str, simulator: Any, more: Mapping[str, str]) -> subprocess.Popen[bytes]:  # noqa: ANN401
    """Start `pgherald run` as a team would, with everything in its environment."""
    with socket.create_server(("127.0.0.1", 0)) as finder:
        address = f"127.0.0.1:{finder.getsockname()[1]}"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PGHERALD_", "TWILIO_", "PG"))
    } | {
        "DATABASE_URL": url,
        "TWILIO_ACCOUNT_SID": simulator.account_sid,
        "TWILIO_AUTH_TOKEN": simulator.auth_token,
        "TWILIO_FROM": _SENDER,
        "TWILIO_API_URL": simulator.base_url,
        "PGHERALD_CALLBACK_URL": f"http://{address}/twilio/status",
        "PGHERALD_SERVE": address,
        "PGHERALD_LOG_LEVEL": "warning",
        **more,
    }
    return subprocess.Popen([sys.executable, "-m", "pgherald", "run"], env=environment)


def _stop(runner: subprocess.Popen[bytes]) -> int:
    """End the runner the way systemd does."""
    runner.terminate()
    try:
        return runner.wait(timeout=30)
    except subprocess.TimeoutExpired:
        runner.kill()
        return runner.wait()


async def _look(connection: psycopg.AsyncConnection[Any], texts: Sequence[tuple[Wish, UUID]]) -> dict[UUID, Row]:
    """Ask the database where the texts are."""
    query: LiteralString = """
        select
          id, status::text as status, scheduled_for, twilio_sid,
          coalesce(cancel_reason, twilio_error_message, defer_reason) as reason
        from public.sms_messages
        where id = any (%s)
    """
    async with connection.cursor(row_factory=class_row(Row)) as cursor:
        await cursor.execute(query, ([message_id for _, message_id in texts],))
        return {row.id: row for row in await cursor.fetchall()}


async def _watch(
    console: Console,
    connection: psycopg.AsyncConnection[Any],
    texts: Sequence[tuple[Wish, UUID]],
    runner: subprocess.Popen[bytes],
    showcase: "Showcase",
) -> "tuple[dict[UUID, Row], list[Heard]]":
    """Show the texts and the event on their way until all have ended."""
    ends_at = time.monotonic() + _PATIENCE
    ways: dict[UUID, list[str]] = {message_id: [] for _, message_id in texts}
    with Live(console=console, refresh_per_second=10, vertical_overflow="visible") as live:
        while True:
            rows, heard = await _look(connection, texts), await showcase.look(connection)
            for message_id, row in rows.items():
                if ways[message_id][-1:] != [row.status]:
                    ways[message_id].append(row.status)
            live.update(Group(_picture(texts, ways), Text(), showcase.picture(heard)))
            have_ended = all(rows[message_id].status in _ENDED | {wish.ends} for wish, message_id in texts)
            if have_ended and showcase.is_over(heard):
                return rows, heard
            if time.monotonic() > ends_at or runner.poll() is not None:
                return rows, heard
            await asyncio.sleep(_LOOK_EVERY)


def _picture(texts: Sequence[tuple[Wish, UUID]], ways: dict[UUID, list[str]]) -> RenderableType:
    """Draw the texts, two columns of them, and how many stand where."""
    half = (len(texts) + 1) // 2
    tables = []
    for part in (texts[:half], texts[half:]):
        table = Table(box=None, padding=(0, 1), show_header=False)
        for wish, message_id in part:
            way = Text(" → ").join(Text(status, style=_STYLES[status]) for status in ways[message_id][-4:])
            table.add_row(Text(wish.kind, style="dim"), f"…{wish.phone_number[-4:]}", way)
        tables.append(table)
    counts = Counter(way[-1] for way in ways.values() if way)
    line = Text("   ").join(Text(f"{count} {status}", style=_STYLES[status]) for status, count in counts.items())
    return Group(Columns(tables, padding=(0, 3)), Text(), line)


def _agree(  # noqa: PLR0913, PLR0917  the two books, and what stands in between
    console: Console,
    texts: Sequence[tuple[Wish, UUID]],
    rows: dict[UUID, Row],
    simulator: Any,  # noqa: ANN401
    told: Mapping[str, bool],
    others: set[str],
    code: int,
    seconds: float,
) -> bool:
    """Compare the database with the simulator's book, text by text, and show the result."""
    requests = Counter(request.to for request in simulator.requests)
    book = {message.sid: message for message in simulator.messages}
    early = [message_id for _, message_id in texts if _is_early(rows[message_id], book)]
    sent = {row.twilio_sid for row in rows.values() if row.twilio_sid}
    checks = {
        "each text ended as it should": all(rows[message_id].status == wish.ends for wish, message_id in texts),
        "each text that was sent is in Twilio's book once, and nothing else is": (
            sent | others == set(book) and len(sent) == sum(wish.ends == "delivered" for wish, _ in texts)
        ),
        "Twilio was asked once for each, twice for the throttled one, never for whom it must not": all(
            requests[wish.phone_number] == wish.requests for wish, _ in texts
        ),
        "nothing planned left before its time": not early,
        **told,
        "the runner stopped cleanly": code == 0,
    }
    console.print()
    for what, is_true in checks.items():
        console.print(Text.assemble(("✔ ", "bold green") if is_true else ("✘ ", "bold red"), what))
    for wish, message_id in texts:
        row = rows[message_id]
        if row.status != "delivered":
            console.print(Text(f"  {wish.kind}: {row.status} ({row.reason})", style="dim"))
    console.print(
        f"\n{len(texts)} texts and an event in {seconds:.1f} s. Nothing was sent, and nothing is left running."
    )
    return all(checks.values())


def _is_early(row: Row, book: dict[str, Any]) -> bool:
    """Tell whether a planned text reached Twilio before its time."""
    message = book.get(row.twilio_sid or "")
    return row.scheduled_for is not None and message is not None and message.created_at < row.scheduled_for
