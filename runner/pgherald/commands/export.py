"""`pgherald export`: the schema and the functions as files for those who migrate with other tools."""

import json
from pathlib import Path

import click
from rich.table import Table

from pgherald import questions
from pgherald.export import ExportError, export_supabase


@click.group(short_help="Write the migrations for another tool.")
def export() -> None:
    """Write the schema and the functions as migrations of another tool's."""


@export.command(short_help="Write supabase/migrations.")
@click.argument("directory", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would be written; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def supabase(*, directory: Path, dry_run: bool, as_json: bool) -> None:
    """Write what DIR/supabase/migrations lacks of this release; what is there already stays as it is.

    `supabase db push` and `supabase migration up` apply the files, and so does plain psql, one after the other.
    """
    try:
        files = export_supabase(directory, dry_run=dry_run)
    except ExportError as error:
        raise click.ClickException(str(error)) from error
    new = "would be written" if dry_run else "written"
    if as_json:
        rows = [{"name": file.name, "path": str(file.path), "state": new if file.is_new else "there"} for file in files]
        click.echo(json.dumps({"files": rows}, indent=2))
        return
    table = Table("file", "state", box=None, pad_edge=False, header_style="bold")
    for file in files:
        table.add_row(file.path.name, new if file.is_new else "there")
    questions.console().print(table)
    if not any(file.is_new for file in files):
        click.echo("nothing to write: all of this release is there")
    elif not dry_run:
        click.echo("next: supabase db push")
