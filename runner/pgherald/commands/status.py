"""`pgherald status`: whether it is well, check by check."""

import sys
import time
from typing import Final

import click
from rich.live import Live
from rich.table import Table
from rich.text import Text

from pgherald import questions
from pgherald.health import AMBER, AWAY, GREEN, RED, worst
from pgherald.questions import AwayError, Row, question_options

_QUERY: Final = "select check_name, status, summary, evidence, what_to_do from public.health()"
_EXIT_CODES: Final = {GREEN: 0, AMBER: 1, RED: 2}
_STYLES: Final = {GREEN: "green", AMBER: "yellow", RED: "bold red"}
_AWAY: Final[Row] = {
    "check_name": AWAY.check_name,
    "status": AWAY.status,
    "summary": AWAY.summary,
    "evidence": {},
    "what_to_do": AWAY.what_to_do,
}


@click.command(short_help="Show whether it is well; exits with 0, 1 or 2.")
@click.option("--watch", is_flag=True, help="Go on showing it, until told to stop.")
@click.option(
    "--interval",
    type=click.FloatRange(min=0.1, max=3_600),
    default=2,
    show_default=True,
    metavar="SECONDS",
    help="With --watch: look again after this.",
)
@question_options
def status(*, watch: bool, interval: float, database_url: str | None, as_json: bool) -> None:
    """Ask health() in the database: each check is green, amber or red, with what to do about it.

    Exits with 0 if all is green, 1 if something is amber, 2 if something is red or the database gives no answer.
    """
    if watch and as_json:
        raise click.UsageError("--watch shows a table; for programs call --json again and again")
    if watch:
        _watch(database_url, interval)
    rows = _ask(database_url)
    if as_json:
        click.echo(questions.as_json(rows))
    else:
        questions.console().print(_table(rows))
    sys.exit(_EXIT_CODES[_worst(rows)])


def _watch(database_url: str | None, interval: float) -> None:
    """Show it again and again; Ctrl-C ends it with the code of the last look."""
    rows: list[Row] = [_AWAY]
    try:
        with Live(console=questions.console(), auto_refresh=False) as live:
            while True:
                rows = _ask(database_url)
                live.update(_table(rows), refresh=True)
                time.sleep(interval)
    except KeyboardInterrupt:
        sys.exit(_EXIT_CODES[_worst(rows)])


def _ask(database_url: str | None) -> list[Row]:
    try:
        return questions.ask(database_url, _QUERY)
    except AwayError as away:
        return [{**_AWAY, "what_to_do": away.message}]
    except click.ClickException as error:
        # No answer is red; 1 would be amber.
        error.show()
        sys.exit(_EXIT_CODES[RED])


def _worst(rows: list[Row]) -> str:
    return worst(row["status"] for row in rows)


def _table(rows: list[Row]) -> Table:
    table = Table("check", "status", "what is seen", "what to do", box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(
            row["check_name"],
            Text(row["status"], style=_STYLES.get(row["status"], "")),
            Text(row["summary"]),
            Text(row["what_to_do"] or ""),
        )
    return table
