"""`pgherald doctor`: whether the database is as this release shipped it."""

import sys
from typing import Final

import click
from rich.table import Table
from rich.text import Text

from pgherald import questions
from pgherald.questions import Row, question_options
from pgherald.release import Release

_QUERY: Final = "select object_type, object_name, severity, finding, what_to_do from public.doctor()"
# Asked of the catalog and not of doctor(): whoever changes functions can change that one, too.
_BODIES: Final = """
    select
      pronamespace::regnamespace || '.' || proname as name,
      encode(sha256(convert_to(prosrc, 'UTF8')), 'hex') as body
    from pg_catalog.pg_proc
    where pronamespace::regnamespace::text in ('herald', 'public')
"""
_FAULT: Final = "fault"


@click.command(short_help="Say what is not as shipped: triggers, indexes, grants, functions.")
@question_options
def doctor(*, database_url: str | None, as_json: bool) -> None:
    """Compare the database with what was shipped: tables, indexes, constraints, triggers, policies, functions, rights.

    The bodies of the functions are held against the files of this release, all else against what was written down when
    it was installed. Notes tell of what your application has put on our tables, and of storage settings that are other
    than shipped.

    Exits with 0 if there is no fault, 2 if there is one, and 1 if the database cannot be asked.
    """
    rows = _differing(questions.ask(database_url, _BODIES)) + questions.ask(database_url, _QUERY)
    faults = sum(row["severity"] == _FAULT for row in rows)
    if as_json:
        click.echo(questions.as_json(rows))
    else:
        if rows:
            questions.console().print(_table(rows))
        click.echo(f"{faults} faults, {len(rows) - faults} notes" if rows else "all is as shipped")
    sys.exit(2 if faults else 0)


def _differing(bodies: list[Row]) -> list[Row]:
    """Name the functions whose bodies are not those of this release's files."""
    found = {row["name"]: row["body"] for row in bodies}
    return [
        {
            "object_type": "function",
            "object_name": name,
            "severity": _FAULT,
            "finding": "is not that of this release" if name in found else "is missing",
            "what_to_do": "Run pgherald migrate of the release that your runners are of.",
        }
        for name, digest in sorted(Release.of_this_package().functions.items())
        if found.get(name) != digest
    ]


def _table(rows: list[Row]) -> Table:
    table = Table("what", "name", "", "finding", "what to do", box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(
            row["object_type"],
            Text(row["object_name"]),
            Text(row["severity"], style="bold red" if row["severity"] == _FAULT else ""),
            Text(row["finding"]),
            Text(row["what_to_do"]),
        )
    return table
