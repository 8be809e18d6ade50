"""`pgherald preview`: every text that would go in the days to come."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import click
from rich.table import Column, Table
from rich.text import Text

from pgherald import questions
from pgherald.questions import VERDICTS, Moment, Row, question_options

_QUERY = """
    select
      user_id, message_id, series_id, category, priority, planned_for,
      goes_at, local_time, timezone, verdict, gate, evidence, segments, clocks_change
    from public.preview_sends(p_user_id => %s, p_from => %s, p_to => %s)
    order by goes_at, user_id
"""


@click.command(short_help="Show every text that would go in the days to come.")
@click.option("--user", type=click.UUID, help="Only texts to this user.")
@click.option("--from", "begin", type=Moment(), help="From this instant on. Default: now.")
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="For so many days.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="Rows of the table.")
@question_options
def preview(  # noqa: PLR0913
    *,
    user: UUID | None,
    begin: datetime | None,
    days: int,
    limit: int,
    database_url: str | None,
    as_json: bool,
) -> None:
    """Ask the gates about everything that is planned: when each text goes by its reader's clock, or why it does not.

    Nothing is written. What is queued later, and what users change, is not in it.
    """
    end = (begin or datetime.now(UTC)) + timedelta(days=days)
    rows = questions.ask(database_url, _QUERY, user, begin, end)
    if as_json:
        click.echo(questions.as_json(rows))
        return
    if rows:
        questions.console().print(_table(rows[:limit]))
    if len(rows) > limit:
        click.echo(f"and {len(rows) - limit} more (--limit, or --json for all)")
    counts = Counter(row["verdict"] for row in rows)
    segments = sum(row["segments"] or 0 for row in rows if row["verdict"] == "pass")
    click.echo(
        f"{counts['pass']} texts would go ({segments} segments), {counts['block']} would not, {counts['defer']} wait"
        if rows
        else f"nothing is planned in these {days} days; pgherald schedule lists what is later"
    )


def _table(rows: list[Row]) -> Table:
    table = Table(
        "local time", "zone", Column("user", no_wrap=True), "what", "priority", "segments", "verdict", "why",
        box=None, pad_edge=False, header_style="bold",
    )  # fmt: skip
    for row in rows:
        moved = row["goes_at"] - row["planned_for"] > timedelta(seconds=1)
        why = (
            f"{row['gate']}: {row['evidence']}"
            if row["gate"]
            else f"planned for {row['planned_for']:%m-%d %H:%M}Z, and has to wait"
        )
        table.add_row(
            Text(f"{row['local_time']:%a %Y-%m-%d %H:%M}" + (" clocks change" if row["clocks_change"] else "")),
            row["timezone"],
            str(row["user_id"]),
            Text(row["category"] or ("series" if row["series_id"] else "text")),
            row["priority"],
            str(row["segments"] or ""),
            Text(row["verdict"], style=VERDICTS.get(row["verdict"], "")),
            Text(why if row["gate"] or moved else ""),
        )
    return table
