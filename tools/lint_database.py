"""Linters that want a database: plpgsql_check reads every function, Supabase's own linter the whole of it.

    python tools/lint_database.py

Everything is installed in a database that looks like a Supabase project. What a linter says makes it fail. A linter
that is not here is named, with how to get it, and makes it fail in CI alone.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Final, LiteralString

import click
import psycopg
from psycopg import sql

from pgherald.migrations import migrate

# The database that looks like a Supabase project, and Supabase's command line, are the tests' as well.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "runner" / "tests"))
import supabase_project

_DEBIAN: Final = Path("/usr/lib/postgresql/15/bin")
_CHECKER: Final = Path("/usr/share/postgresql/15/extension/plpgsql_check.control")
# Each with its reason: what a checker says that is no fault here.
_LEFT_OUT: Final = {
    # No index of an empty database has been used.
    "unused_index",
    # The column's name is part of a signature that clients use.
    'name of parameter "limit" is reserved keyword',
    # array_agg of a WITH's whole rows: the checker sees records, the server the rows' type.
    'cast "record[]" value to "public.queue_jobs[]" type',
    'cast "record[]" value to "public.sms_messages[]" type',
    'cast "record[]" value to "public.notification_deliveries[]" type',
}
# A trigger function is read once for each table that it serves. Performance hints are left out: they are about casts of
# counts, which cost nothing here.
_CHECK: Final[LiteralString] = """
    select
      format('%s%s line %s', routine.id::regprocedure, ' on ' || routine.relation, said.lineno),
      said.message, coalesce(said.detail, '')
    from (
      select p.oid as id, t.tgrelid::regclass as relation, t.tgoldtable, t.tgnewtable
      from pg_catalog.pg_proc as p
      inner join pg_catalog.pg_language as l on l.oid = p.prolang
      left join pg_catalog.pg_trigger as t on t.tgfoid = p.oid and not t.tgisinternal
      where l.lanname = 'plpgsql'
        and p.pronamespace in ('public'::regnamespace, 'herald'::regnamespace)
        and (t.oid is not null or p.prorettype <> 'trigger'::regtype)
    ) as routine
    cross join lateral extensions.plpgsql_check_function_tb(
      routine.id, coalesce(routine.relation, 0::regclass), fatal_errors => false,
      oldtable => routine.tgoldtable, newtable => routine.tgnewtable,
      extra_warnings => true, security_warnings => true, compatibility_warnings => true
    ) as said
    order by 1
"""


def check_functions(admin_url: str) -> list[str]:
    """Have plpgsql_check read every function, as a signed-in user for those that ask who it is."""
    with psycopg.connect(admin_url) as connection:
        connection.execute("create extension plpgsql_check schema extensions")
        claims = '{"sub": "00000000-0000-4000-8000-000000000000"}'
        connection.execute("select set_config('request.jwt.claims', %s, true)", (claims,))
        said = connection.execute(_CHECK).fetchall()
    return [f"{where}: {what} {detail}".strip() for where, what, detail in said if not {what, detail} & _LEFT_OUT]


def ask_supabase(project: supabase_project.Project) -> list[str]:
    """Have Supabase's linter look at the database, told which schemas a project exposes."""
    with psycopg.connect(project.admin_url) as connection:
        exposed = sql.SQL("alter database {} set pgrst.db_schemas = 'public, graphql_public'")
        connection.execute(exposed.format(sql.Identifier(connection.info.dbname)))
    with tempfile.TemporaryDirectory() as folder:
        advisors = ("db", "advisors", "--level=info", "--output-format=json")
        answer = supabase_project.run_supabase(Path(folder), project.url, *advisors)
    found: list[dict[str, Any]] = json.JSONDecoder().raw_decode(answer)[0]["results"]
    return [f"{lint['name']}: {lint['detail']}" for lint in found if lint["name"] not in _LEFT_OUT]


def main() -> None:
    """Install everything, ask the linters, and print what they say."""
    is_complete, said = True, list[str]()
    with supabase_project.a_project(bin_dir=_DEBIAN if _CHECKER.exists() else None) as project:
        migrate(project.url)
        if _CHECKER.exists():
            said += check_functions(project.admin_url)
        else:
            is_complete = False
            click.echo("plpgsql_check is not here. Debian: apt-get install postgresql-15-plpgsql-check", err=True)
        try:
            said += ask_supabase(project)
        except FileNotFoundError as error:
            is_complete = False
            click.echo(str(error), err=True)
    for line in said:
        click.echo(line)
    if said or (os.environ.get("CI") and not is_complete):
        sys.exit(1)


if __name__ == "__main__":
    main()
