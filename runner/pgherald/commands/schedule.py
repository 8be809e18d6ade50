"""`pgherald schedule`: what is planned."""

from datetime import datetime
from uuid import UUID

import click
from rich.table import Column, Table
from rich.text import Text

from pgherald import questions
from pgherald.questions import Moment, Row, question_options, utc

_PLANNED = """
    select
      message_id, user_id, category, priority, status, scheduled_for, local_time,
      timezone, expires_at, deferred_from,
      defer_reason, recurrence_pattern, series_id, project_id, task_id, message_content
    from public.list_scheduled_sms(p_user_id => %s, p_from => %s, p_to => %s, p_limit => %s)
    order by scheduled_for nulls first, message_id
"""
_SERIES = """
    select
      occurrence_at, scheduled_for, local_time,
      status, message_id, reason, message_content
    from public.list_sms_occurrences(p_series_id => %s, p_from => %s, p_to => %s, p_limit => %s)
    order by occurrence_at
"""
_WORDS = 40


@click.command(short_help="List what is planned.")
@click.option("--user", type=click.UUID, help="Only texts to this user.")
@click.option("--series", type=click.UUID, metavar="ID", help="The occurrences of this series instead.")
@click.option("--from", "begin", type=Moment(), help="From this instant on.")
@click.option("--to", "end", type=Moment(), help="Up to this instant.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="At most so many.")
@question_options
def schedule(  # noqa: PLR0913
    *,
    user: UUID | None,
    series: UUID | None,
    begin: datetime | None,
    end: datetime | None,
    limit: int,
    database_url: str | None,
    as_json: bool,
) -> None:
    """List the texts that have not left, the next first; of a series its next occurrence.

    Local times are on the reader's clock, the others are UTC.
    """
    if user and series:
        raise click.UsageError("--user and --series: choose one")
    if series:
        rows = questions.ask(database_url, _SERIES, series, begin, end, limit)
    else:
        rows = questions.ask(database_url, _PLANNED, user, begin, end, limit)
    if as_json:
        click.echo(questions.as_json(rows))
        return
    if not rows:
        click.echo("nothing is planned")
        return
    questions.console().print(_occurrences(rows) if series else _planned(rows))
    if len(rows) == limit:
        click.echo(f"the first {limit}; there may be more (--limit)")


def _planned(rows: list[Row]) -> Table:
    table = Table(
        Column("id", no_wrap=True), "planned for", "local time", Column("user", no_wrap=True), "what", "status",
        "remarks", "words", box=None, pad_edge=False, header_style="bold",
    )  # fmt: skip
    for row in rows:
        table.add_row(
            str(row["message_id"]),
            utc(row["scheduled_for"]) or "at once",
            f"{row['local_time']:%a %H:%M} {row['timezone']}" if row["local_time"] else "",
            str(row["user_id"]),
            f"{row['category'] or 'text'}, {row['priority']}",
            row["status"],
            Text(_remarks(row)),
            Text(row["message_content"][:_WORDS]),
        )
    return table


def _remarks(row: Row) -> str:
    """Say what is special about a text."""
    if row["recurrence_pattern"]:
        return f"series: {row['recurrence_pattern']}"
    if row["deferred_from"]:
        return f"moved from {utc(row['deferred_from'])} by {row['defer_reason']}"
    return f"of series {row['series_id']}" if row["series_id"] else ""


def _occurrences(rows: list[Row]) -> Table:
    table = Table(
        "occurrence", "goes at", "local time", "status", "text", "reason", "words",
        box=None, pad_edge=False, header_style="bold",
    )  # fmt: skip
    for row in rows:
        table.add_row(
            utc(row["occurrence_at"]),
            utc(row["scheduled_for"]),
            f"{row['local_time']:%a %Y-%m-%d %H:%M}",
            row["status"],
            str(row["message_id"] or ""),
            Text(row["reason"] or ""),
            Text(row["message_content"][:_WORDS]),
        )
    return table
