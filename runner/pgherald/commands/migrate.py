"""`pgherald migrate`: the schema and the functions, up, down, and how they stand."""

import json
import sys

import click

from pgherald import migrations
from pgherald.settings import FileOption


@click.command(short_help="Apply pending migrations and install the functions.")
@click.option(
    "--database-url",
    cls=FileOption,
    envvar=["PGHERALD_DIRECT_URL", "DATABASE_URL"],
    metavar="URL",
    help="The database. Not through a pooler in transaction mode.  [env: PGHERALD_DIRECT_URL, else DATABASE_URL]",
)
@click.option("--status", "wants_status", is_flag=True, help="Show how each migration stands; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="With --status: as JSON.")
@click.option("--dry-run", is_flag=True, help="Show what would run, also with --revert; change nothing.")
@click.option(
    "--revert", "wants_revert", is_flag=True, help="Drop the functions and undo the migrations. Data goes too."
)
@click.option("--to", metavar="NAME", help="With --revert: undo what came after NAME, and keep NAME.")
@click.option("--yes", is_flag=True, help="With --revert: do not ask.")
@click.option("--adopt", "wants_adopt", is_flag=True, help="Take over a database that another tool has migrated.")
@click.option("--accept-edited", is_flag=True, help="Go on although an applied file was changed.")
def migrate(  # noqa: PLR0913
    *,
    database_url: str | None,
    wants_status: bool,
    as_json: bool,
    dry_run: bool,
    wants_revert: bool,
    to: str | None,
    yes: bool,
    wants_adopt: bool,
    accept_edited: bool,
) -> None:
    """Bring the database to this release: apply pending migrations, then install all functions.

    Two runs at once wait for each other, and a run that was killed can be run again.
    """
    for is_wrong, why in (
        (wants_status + wants_revert + wants_adopt > 1, "--status, --revert and --adopt: choose one"),
        (as_json and not wants_status, "--json goes with --status"),
        ((to is not None or yes) and not wants_revert, "--to and --yes go with --revert"),
        (dry_run and (wants_status or wants_adopt), "--dry-run goes with a migration or with --revert"),
        (
            accept_edited and (wants_status or wants_revert or dry_run),
            "--accept-edited goes with a migration or --adopt",
        ),
        (not database_url, "which database? Set DATABASE_URL or give --database-url"),
    ):
        if is_wrong:
            raise click.UsageError(why)
    url = database_url or ""

    try:
        if wants_status:
            _show_status(url, as_json=as_json)
        elif dry_run:
            _show_plan(url, to, wants_revert=wants_revert)
        elif wants_revert:
            _revert(url, to, yes=yes)
        elif wants_adopt:
            migrations.adopt(url, echo=click.echo, accept_edited=accept_edited)
        else:
            migrations.migrate(url, echo=click.echo, accept_edited=accept_edited)
    except migrations.MigrationError as error:
        raise click.ClickException(str(error)) from error


def _show_status(url: str, *, as_json: bool) -> None:
    states = migrations.status(url)
    if as_json:
        rows = [
            {"name": this.name, "state": this.state, "applied_at": this.applied_at and this.applied_at.isoformat()}
            for this in states
        ]
        click.echo(json.dumps({"migrations": rows}, indent=2))
        return
    width = max((len(this.name) for this in states), default=0)
    for this in states:
        when = f"{this.applied_at:%Y-%m-%d %H:%M} UTC" if this.applied_at else ""
        click.echo(f"{this.name:<{width}}  {this.state:<11}  {when}".rstrip())
    count = sum(this.state == "pending" for this in states)
    click.echo(f"{count} pending" if count else "nothing pending")


def _show_plan(url: str, to: str | None, *, wants_revert: bool) -> None:
    names = migrations.revertible(url, to) if wants_revert else migrations.pending(url)
    done = "revert" if wants_revert else "apply"
    for name in names:
        click.echo(f"would {done} {name}")
    if wants_revert:
        click.echo("would drop all functions first" if names else "nothing to revert")
    else:
        click.echo("would install all functions" + (" then" if names else "; no migration is pending"))


def _revert(url: str, to: str | None, *, yes: bool) -> None:
    names = migrations.revertible(url, to)
    if names and not yes and not sys.stdin.isatty():
        raise click.UsageError("--revert drops the tables with all data. Where nobody can be asked, say --yes as well.")
    if names and not yes:
        click.confirm(f"Undo {len(names)} migrations, {names[0]} first, with all data in their tables?", abort=True)
    migrations.revert(url, to, echo=click.echo)
