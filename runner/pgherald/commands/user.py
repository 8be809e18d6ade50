"""`pgherald user`: what is on record about a person, and its end."""

import json
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TextIO
from uuid import UUID

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pgherald import questions
from pgherald.questions import database_option, question_options

_EXPORT = "select section, record from public.export_user(%s)"
_ERASE = "select erased, remaining, in_flight from public.erase_user(%s, %s)"
_BATCH = 1000


@click.group(short_help="Export or erase a person's data.")
def user() -> None:
    """Export or erase all that is on record about a person."""


@user.command(short_help="Write all that is on record about a user, as JSON.")
@click.argument("user_id", type=click.UUID, metavar="ID")
@click.option(
    "--output",
    "path",
    type=click.Path(path_type=Path),
    help="A new file, which only you can read. Default: standard output.",
)
@database_option
def export(*, user_id: UUID, path: Path | None, database_url: str | None) -> None:
    """Write all that is on record about the user ID, as one JSON object with a list for each kind of record.

    Also of a user whom your application has deleted. What it keeps in tables of its own is not in it.
    """
    # Row by row, however many there are; a cursor lives in a transaction.
    with (
        questions.connected(database_url) as connection,
        connection.transaction(),
        connection.cursor(name="export") as cursor,
        _target(path) as output,
    ):
        cursor.execute(_EXPORT, (user_id,))
        section = None
        output.write(f'{{\n"user_id": "{user_id}"')
        for row in cursor:
            if row["section"] != section:
                output.write("\n]" if section else "")
                section = row["section"]
                output.write(f",\n{json.dumps(section)}: [\n")
            else:
                output.write(",\n")
            output.write(json.dumps(row["record"], ensure_ascii=False))
        output.write("\n]\n}\n" if section else "\n}\n")


def _target(path: Path | None) -> AbstractContextManager[TextIO]:
    """Open what a person's data are written to: never over anything, and for nobody else's eyes."""
    if path is None:
        return nullcontext(sys.stdout)
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
    except FileExistsError:
        raise click.ClickException(f"{path} is there already; name a new file.") from None
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from None


@user.command(short_help="Erase all that is personal about a user.")
@click.argument("user_id", type=click.UUID, metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@question_options
def erase(*, user_id: UUID, yes: bool, database_url: str | None, as_json: bool) -> None:
    """Erase all that is personal about the user ID: it cannot be taken back, but by a backup.

    What waits is cancelled. What is being sent ends, and is erased by the runners' next tick then. What stopped texts
    to their number goes on doing so, by a hash; counts stay. Your application's own tables are left to it.
    """
    if not yes:
        click.confirm(f"Erase all that is on record about user {user_id}?", abort=True, err=True)
    erased = 0
    with questions.connected(database_url) as connection, _progress() as progress:
        bar = progress.add_task("erasing")
        while True:
            [row] = connection.execute(_ERASE, (user_id, _BATCH)).fetchall()
            erased += row["erased"]
            progress.update(bar, total=erased + row["remaining"], completed=erased)
            if row["remaining"] == row["in_flight"]:
                break
    if as_json:
        click.echo(questions.as_json([{"user_id": user_id, "erased": erased, "in_flight": row["in_flight"]}]))
        return
    nothing = "" if erased or row["in_flight"] else ": there is nothing personal on record under this ID"
    click.echo(f"{erased} records erased{nothing}")
    if row["in_flight"]:
        click.echo(f"{row['in_flight']} are just being sent, or in doubt: the runners erase them when that has ended")


def _progress() -> Progress:
    """Give a bar, on the screen only, beside what a program reads."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not Console(stderr=True).is_terminal,
        transient=True,
    )
