"""What a person or a program asks the database once: one query, its rows, and an error that says what to do."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

import click
import psycopg
from psycopg.rows import dict_row
from rich.console import Console

from pgherald.database import describe, is_passing
from pgherald.settings import FileOption

Command = TypeVar("Command", bound=Callable[..., Any])
Row = dict[str, Any]

_OUR_ERRORS = ("22", "23", "SM")
_REFUSAL: Final = re.compile(r"FATAL:\s+(.+)")
_REASONS: Final = {
    "its port is no number; special characters in the password are written as %xx": (
        'option "port"',
        "invalid port",
        "Servname",
    ),
    "nothing listens there": ("Connection refused",),
    "no server has a socket there": ("No such file or directory",),
    "its host has no address": ("resolve host", "translate host name"),
    "nothing answers there": ("timeout", "timed out"),
    "there is no way to it from here": ("unreachable",),
    "it and this side do not agree about TLS (sslmode)": ("SSL",),
}


class AwayError(click.ClickException):
    """The database does not answer: it cannot be reached, or is shutting down."""


class Moment(click.ParamType[datetime]):
    """An instant in ISO 8601; without an offset it is UTC."""

    name = "TIME"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read it."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time. Write it as 2027-03-01T08:30+01:00, or 2027-03-01.", param, ctx)
        return moment if moment.tzinfo else datetime.fromisoformat(f"{moment.isoformat()}+00:00")


def database_option(command: Command) -> Command:
    """Give a command whom to ask."""
    return click.option(
        "--database-url",
        cls=FileOption,
        envvar="DATABASE_URL",
        show_envvar=True,
        metavar="URL",
        help="The database, as a member of herald_runner.",
    )(command)


def question_options(command: Command) -> Command:
    """Give a command what every question has: whom to ask, and how to answer."""
    return database_option(click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")(command))


@contextmanager
def connected(database_url: str | None) -> Iterator[psycopg.Connection[Row]]:
    """Connect for questions, each a transaction of its own. Raises `ClickException` that says what to do."""
    if not database_url:
        raise click.UsageError("which database? Set DATABASE_URL or give --database-url")
    try:
        with psycopg.connect(
            database_url,
            connect_timeout=10,
            autocommit=True,
            prepare_threshold=None,
            row_factory=dict_row,
            fallback_application_name="pgherald",
        ) as connection:
            yield connection
    except psycopg.Error as error:
        kind = AwayError if is_passing(error) else click.ClickException
        raise kind(_words(error)) from None


def ask(database_url: str | None, query: str, *values: object) -> list[Row]:
    """Run a query and give its rows, instants in UTC. Raises `ClickException` that says what to do, `AwayError` too."""
    with connected(database_url) as connection:
        rows = connection.execute(query.encode(), values or None).fetchall()
    return [{name: _in_utc(value) for name, value in row.items()} for row in rows]


def _in_utc(value: object) -> object:
    """Give an instant in UTC, whatever the session's time zone; a wall clock stays as it is."""
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else value


def _words(error: psycopg.Error) -> str:
    """Say what is wrong and what to do, without a row or a password in it."""
    state = error.sqlstate or ""
    if state.startswith(_OUR_ERRORS):
        return ". ".join(filter(None, (error.diag.message_primary, error.diag.message_hint)))
    if state in {"42883", "42P01", "3F000"}:
        return "pgherald is not installed there, or not in this release: run pgherald migrate."
    if state == "42501":
        return f"{describe(error)}. An administrator runs: grant herald_runner to <the user of the URL>;"
    if state:
        return describe(error)
    return f"the database cannot be reached: {_reason(error)}. Check --database-url (DATABASE_URL)."


def _reason(error: psycopg.Error) -> str:
    """Say why there is no connection. What libpq says of an address may have a part of a password in it."""
    words = str(error)
    if refusal := _REFUSAL.search(words):
        return refusal[1]
    if isinstance(error, psycopg.ProgrammingError):
        return (
            "the URL cannot be read; write postgresql://user:password@host:5432/name, with %xx for special characters"
        )
    reasons = (reason for reason, traces in _REASONS.items() if any(trace in words for trace in traces))
    return next(reasons, "the connection broke")


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Give rows as JSON: instants in ISO 8601, UTC."""
    return json.dumps([dict(row) for row in rows], default=_plain, indent=2)


def _plain(value: object) -> str:
    """Give what JSON has no type for."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (UUID, timedelta)):
        return str(value)
    raise TypeError(type(value).__name__)


def console() -> Console:
    """Give where tables go; wide enough for a pipe, too."""
    on_screen = Console(highlight=False)
    return on_screen if on_screen.is_terminal else Console(highlight=False, width=200)


def utc(moment: datetime | None) -> str:
    """Give an instant for a table."""
    return f"{moment:%Y-%m-%d %H:%M:%S}Z" if moment else ""


VERDICTS: Mapping[str, str] = {
    "pass": "green",
    "went": "green",
    "waits": "yellow",
    "defer": "yellow",
    "sending": "yellow",
    "block": "red",
    "cancelled": "red",
    "failed": "red",
}
