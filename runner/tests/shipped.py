"""`make shipped`: writes sql/functions/watch/shipped_objects.sql from a database that has just been migrated.

To be run after a migration or a grant was added; a test says when.
"""

from typing import Final

import psycopg

from harness import ROOT, close_servers, server
from pgherald.migrations import migrate

PATH: Final = ROOT / "sql/functions/watch/shipped_objects.sql"
_BEGIN: Final = "values\n"
_END: Final = "\n$$;"
_WIDTH: Final = 120

# Functions and what belongs to them are written down by their installation, unless a migration made them.
_QUERY: Final = """
    select there.object_type, there.object_name, there.definition
    from herald.observed_objects() as there
    where not exists (
        select from herald.installed_objects as installed
        where installed.object_type = there.object_type and installed.object_name = there.object_name
      )
      and (
        there.object_type = 'schema'
        or there.object_name like 'herald.%%'
        or split_part(split_part(there.object_name, ': ', 1), '.', 2) = any (%s)
      )
    order by there.object_type collate "C", there.object_name collate "C"
"""
_TABLES: Final = """
    select c.relname
    from pg_policy as p
    inner join pg_class as c on c.oid = p.polrelid
    where p.polname = 'the runner works on every row' and c.relnamespace = 'public'::regnamespace
    order by 1
"""


def shipped(url: str) -> list[tuple[str, str, str]]:
    """Read what the migrations have made."""
    with psycopg.connect(url) as connection:
        tables = [name for (name,) in connection.execute(_TABLES)]
        return list(connection.execute(_QUERY, (tables,)))


def row(values: tuple[str, str, str]) -> str:
    """Write a row of literals, over as many lines as it takes."""
    literals = ["'" + value.replace("'", "''") + "'" for value in values]
    line = f"({', '.join(literals)})"
    if len(line) < _WIDTH:
        return line
    return "(\n  " + ",\n  ".join(_folded(literal) for literal in literals) + "\n)"


def _folded(literal: str) -> str:
    """Cut a literal into pieces that the server puts together again."""
    width = _WIDTH - 10
    inner, pieces = literal[1:-1], []
    while len(inner) > width:
        cut = inner.rfind(" ", 0, width) + 1 or width
        while inner[:cut].endswith("'"):
            cut -= 1
        pieces.append(inner[:cut])
        inner = inner[cut:]
    return "\n  || ".join(f"'{piece}'" for piece in [*pieces, inner])


def write(url: str) -> None:
    """Put the rows into the file."""
    text = PATH.read_text("utf-8")
    head, rest = text.split(_BEGIN, 1)
    tail = rest[rest.index(_END) :]
    PATH.write_text(head + _BEGIN + ",\n".join(map(row, shipped(url))) + tail, "utf-8")


def main() -> None:
    """Write twice: the list itself decides which tables are looked at."""
    running = server("18")
    try:
        url = running.database(template=False)
        migrate(url)
        _seed(url)
        write(url)
        migrate(url)
        write(url)
    finally:
        close_servers()


def _seed(url: str) -> None:
    """Have the list name our tables for a start."""
    with psycopg.connect(url) as connection:
        tables = [name for (name,) in connection.execute(_TABLES)]
    rows = [row(("table", f"public.{name}", "with row security")) for name in tables]
    text = PATH.read_text("utf-8")
    head, rest = text.split(_BEGIN, 1)
    PATH.write_text(head + _BEGIN + ",\n".join(rows) + rest[rest.index(_END) :], "utf-8")
    migrate(url)


if __name__ == "__main__":
    main()
