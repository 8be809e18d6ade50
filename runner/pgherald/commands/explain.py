"""`pgherald explain`: why a text goes, waits, went, or did not."""

from datetime import UTC, datetime
from uuid import UUID

import click
from rich.table import Table
from rich.text import Text

from pgherald import questions
from pgherald.questions import VERDICTS, Moment, Row, question_options, utc

_QUERY = """
    select gate, verdict, until, evidence
    from public.explain_sms(
      p_message_id => %s, p_user_id => %s, p_category => %s, p_priority => %s, p_at => %s
    )
    order by gate_order
"""


@click.command(short_help="Say why a text goes, waits, went, or did not.")
@click.argument("message_id", type=click.UUID, required=False, metavar="[ID]")
@click.option("--user", type=click.UUID, help="A text to this user that does not exist yet.")
@click.option("--category", help="With --user: its category; none is a transactional text.")
@click.option(
    "--priority",
    type=click.Choice(["low", "normal", "high", "urgent"]),
    default="normal",
    show_default=True,
    help="With --user: its priority.",
)
@click.option("--at", type=Moment(), help="The instant to ask about. Default: when it goes or went; with --user now.")
@question_options
def explain(  # noqa: PLR0913
    *,
    message_id: UUID | None,
    user: UUID | None,
    category: str | None,
    priority: str,
    at: datetime | None,
    database_url: str | None,
    as_json: bool,
) -> None:
    """Ask every gate about the text ID, or about one to --user that does not exist yet.

    Exits with 0 whatever the gates say; times are UTC.
    """
    if (message_id is None) == (user is None):
        raise click.UsageError("give the ID of a text, or --user for one that does not exist yet")
    if category is not None and user is None:
        raise click.UsageError("--category goes with --user: a text has its own")
    rows = questions.ask(database_url, _QUERY, message_id, user, category, priority, at)
    if as_json:
        click.echo(questions.as_json(rows))
        return
    questions.console().print(_table(rows))
    click.echo(_sum(rows))


def _table(rows: list[Row]) -> Table:
    table = Table("gate", "verdict", "until", "evidence", box=None, pad_edge=False, header_style="bold")
    for row in rows:
        verdict = Text(row["verdict"], style=VERDICTS.get(row["verdict"], ""))
        table.add_row(row["gate"], verdict, utc(row["until"]), Text(row["evidence"]))
    return table


def _sum(rows: list[Row]) -> str:
    """Say it in a sentence."""
    gates = [row for row in rows if row["gate"] != "outcome"]
    outcome = next((row for row in rows if row["gate"] == "outcome"), None)
    if outcome and outcome["verdict"] not in {"waits", "sending"}:
        return f"It {outcome['verdict']}: {outcome['evidence']}."
    for row in gates:
        if row["verdict"] == "block":
            return f"It will not go: {row['evidence']}."
    waits = [row for row in gates if row["verdict"] == "defer"]
    if waits:
        longest = max(waits, key=lambda row: row["until"] or datetime.max.replace(tzinfo=UTC))
        until = f" until {utc(longest['until'])}" if longest["until"] else ""
        return f"It waits{until}: {longest['evidence']}."
    if outcome and outcome["until"] and outcome["until"] > datetime.now(UTC):
        return f"It goes at {utc(outcome['until'])}, as far as can be told now: the gates speak for that time."
    return "It may go."
