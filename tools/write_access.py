"""Writes docs/access.md: who may do what with every table and function, as the catalog has it.

    python tools/write_access.py [--check]

With --check nothing is written, and it fails if the page is not what the catalog says. The roles are those of Supabase,
with Supabase's default privileges, so that what those would open shows. The tests try all of it by deed.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, LiteralString

import click
import psycopg

from pgherald.embedded import EmbeddedServer
from pgherald.migrations import migrate

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "access.md"
ROLES: Final = ("anon", "authenticated", "service_role", "herald_runner", "herald_client", "somebody_else")
VERBS: Final = ("select", "insert", "update", "delete")

_ROLES_OF_SUPABASE: Final[tuple[LiteralString, ...]] = (
    "create role anon nologin",
    "create role authenticated nologin",
    "create role service_role nologin bypassrls",
    "create role somebody_else nologin",
    "alter default privileges in schema public grant all on tables to anon, authenticated, service_role",
    "alter default privileges in schema public grant all on functions to anon, authenticated, service_role",
    "alter default privileges in schema public grant all on sequences to anon, authenticated, service_role",
)
# A policy that speaks of the signed-in user gives their own rows, one that is always true all of them.
_TABLE_RIGHTS: Final[LiteralString] = """
    select
      case when c.relnamespace = 'public'::regnamespace then '' else 'herald.' end || c.relname as table_name,
      role.rolname as role,
      verb.name as verb,
      case
        when verb.name <> 'delete' then columns.theirs
        when has_table_privilege(role.oid, c.oid, 'delete') then columns.all_of_them
      end as columns,
      columns.all_of_them,
      case
        when not c.relrowsecurity or role.rolbypassrls then 'all'
        when policy.is_for_all then 'all'
        when policy.is_for_own then 'own'
        else 'none'
      end as rows
    from pg_catalog.pg_class as c
    cross join pg_catalog.pg_roles as role
    cross join unnest(array['select', 'insert', 'update', 'delete']) with ordinality as verb (name, place)
    cross join lateral (
      select
        coalesce(array_agg(a.attname::text order by a.attnum), '{}') as all_of_them,
        array_agg(a.attname::text order by a.attnum) filter (
          where verb.name <> 'delete' and has_column_privilege(role.oid, c.oid, a.attnum, nullif(verb.name, 'delete'))
        ) as theirs
      from pg_catalog.pg_attribute as a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ) as columns
    cross join lateral (
      select
        bool_or(said.condition = 'true') as is_for_all,
        bool_or(said.condition like '%%current_user_id%%') as is_for_own
      from pg_catalog.pg_policy as p
      cross join lateral (
        select coalesce(
          pg_get_expr(case when verb.name = 'insert' then p.polwithcheck else p.polqual end, p.polrelid), 'true'
        ) as condition
      ) as said
      where p.polrelid = c.oid
        and p.polcmd in ('*', substr('rawd', verb.place::integer, 1)::"char")
        and exists (
          select from unnest(p.polroles) as whom where whom = 0 or pg_has_role(role.oid, nullif(whom, 0), 'usage')
        )
    ) as policy
    where c.relnamespace in ('public'::regnamespace, 'herald'::regnamespace)
      and c.relkind in ('r', 'p', 'v', 'm')
      and c.relname not in ('users', 'projects', 'tasks')
      and role.rolname = any (%s)
    order by c.relnamespace = 'herald'::regnamespace, c.relname, verb.place
"""
_FUNCTION_RIGHTS: Final[LiteralString] = """
    select
      case when p.pronamespace = 'public'::regnamespace then '' else 'herald.' end || p.proname as function_name,
      p.prosecdef as is_definer,
      p.prorettype = 'trigger'::regtype as is_trigger,
      array(
        select role.rolname::text
        from pg_catalog.pg_roles as role
        where role.rolname = any (%s)
          and has_schema_privilege(role.oid, p.pronamespace, 'usage')
          and has_function_privilege(role.oid, p.oid, 'execute')
      ) as roles
    from pg_catalog.pg_proc as p
    where p.pronamespace in ('public'::regnamespace, 'herald'::regnamespace)
      and not exists (select from pg_catalog.pg_depend as d where d.objid = p.oid and d.deptype = 'e')
    order by p.pronamespace = 'herald'::regnamespace, p.proname
"""
_INTRODUCTION: Final = """\
# Who may do what

<!-- Made by tools/write_access.py from the catalog. Rights are in migrations/, policies in sql/functions/access/. -->

How every table and every function stands to every role: what is here is what the database says, and the tests try each
line by deed. [Decision 0008](decisions/0008_what_clients_may_do.md) says why it is so.

- `herald_client` is a signed-in user; `authenticated`, where there is such a role, has it. Their *own* rows are those
  of the user whom the request's claims name.
- `herald_runner` is a server of yours, and the runner; `service_role`, where there is such a role, has it.
- `somebody_else` stands for any role that was given nothing.
- **all**, **own**: which rows. *some columns*: those that are listed below the table, and none of the others.
- Nobody but an owner truncates, or makes triggers and references. `users`, `projects` and `tasks` are the
  application's.
"""


@dataclass(frozen=True, slots=True)
class TableRight:
    """What a role may do with a table by one verb; no columns, or no rows, is nothing."""

    table: str
    role: str
    verb: str
    columns: tuple[str, ...]
    all_columns: tuple[str, ...]
    rows: str

    @property
    def is_nothing(self) -> bool:
        """Whether there is no row or no column."""
        return not self.columns or self.rows == "none"

    def __str__(self) -> str:
        """Give the words of the page."""
        if self.is_nothing:
            return "-"
        return self.rows if self.columns == self.all_columns else f"{self.rows}, some columns"


@dataclass(frozen=True, slots=True)
class FunctionRight:
    """Who may call a function."""

    function: str
    is_definer: bool
    is_trigger: bool
    roles: tuple[str, ...]


def prepare(connection: psycopg.Connection[Any]) -> None:
    """Make the roles and the default privileges that Supabase has; they are there before pgherald is."""
    for statement in _ROLES_OF_SUPABASE:
        connection.execute(statement)


def table_rights(connection: psycopg.Connection[Any]) -> list[TableRight]:
    """Read what every role may do with every table and view."""
    found = connection.execute(_TABLE_RIGHTS, (list(ROLES),)).fetchall()
    return [
        TableRight(t, role, verb, tuple(theirs or ()), tuple(every), rows)
        for t, role, verb, theirs, every, rows in found
    ]


def function_rights(connection: psycopg.Connection[Any]) -> list[FunctionRight]:
    """Read who may call which function."""
    found = connection.execute(_FUNCTION_RIGHTS, (list(ROLES),)).fetchall()
    return [FunctionRight(name, definer, trigger, tuple(roles)) for name, definer, trigger, roles in found]


def page(connection: psycopg.Connection[Any]) -> str:
    """Write the page."""
    tables, functions = table_rights(connection), function_rights(connection)
    return "\n".join([*_tables(tables), *_columns(tables), *_functions(functions)]) + "\n"


def _tables(rights: Sequence[TableRight]) -> Iterator[str]:
    yield _INTRODUCTION
    yield "## Tables\n"
    yield f"| table | verb | {' | '.join(ROLES)} |"
    yield "|---|---" + "|---" * len(ROLES) + "|"
    said = {(right.table, right.verb, right.role): right for right in rights}
    for table in dict.fromkeys(right.table for right in rights):
        for verb in VERBS:
            cells = " | ".join(str(said[table, verb, role]) for role in ROLES)
            yield f"| `{table}` | {verb} | {cells} |"


def _columns(rights: Sequence[TableRight]) -> Iterator[str]:
    yield "\n### Where it is some of the columns\n"
    yield "| table | role | verb | columns |"
    yield "|---|---|---|---|"
    for right in rights:
        if (
            not right.is_nothing
            and right.columns != right.all_columns
            and right.role in {"herald_client", "herald_runner"}
        ):
            yield f"| `{right.table}` | {right.role} | {right.verb} | {', '.join(right.columns)} |"


def _functions(rights: Sequence[FunctionRight]) -> Iterator[str]:
    yield "\n## Functions\n"
    yield "A definer runs with its owner's rights, all others with their caller's. No client can call a definer."
    yield "What is not listed can be called by nobody: trigger functions run by the tables' own doing alone.\n"
    yield f"| function | definer | {' | '.join(ROLES)} |"
    yield "|---|---" + "|---" * len(ROLES) + "|"
    for right in rights:
        if right.roles:
            cells = " | ".join("yes" if role in right.roles else "-" for role in ROLES)
            yield f"| `{right.function}` | {'yes' if right.is_definer else '-'} | {cells} |"
    yield "\nTrigger functions that are definers: "
    yield ", ".join(f"`{right.function}`" for right in rights if right.is_trigger and right.is_definer) + "."


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail if the page is not what the catalog says.")
def main(*, check: bool) -> None:
    """Write docs/access.md from the catalog of a new installation."""
    with EmbeddedServer(settings={"fsync": "off"}) as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            prepare(connection)
        migrate(server.url)
        with psycopg.connect(server.url) as connection:
            text = page(connection)
    if not check:
        PAGE.write_text(text, "utf-8")
    elif not PAGE.exists() or PAGE.read_text("utf-8") != text:
        sys.exit("docs/access.md is not what the catalog says: python tools/write_access.py writes it anew.")


if __name__ == "__main__":
    main()
