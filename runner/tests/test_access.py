"""The page about who may do what is what the catalog says, and what the catalog says is what happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.sql import Composed

import write_access
from pgherald.embedded import EmbeddedServer
from pgherald.migrations import migrate
from write_access import TableRight

ADA = "00000000-0000-4000-8000-00000000000a"
BOB = "00000000-0000-4000-8000-00000000000b"

# One row of Ada's and two of Bob's in every table that has users, so that a count tells whose rows are seen. Written
# without triggers, which would write others. {n} and {id} differ from row to row.
_ROWS: dict[str, LiteralString] = {
    "notification_events": "(id, event_type, event_source) values ({id}, 'task.due_soon', 'api_action')",
    "notification_deliveries": """(id, event_id, recipient_user_id, channel, status)
        values ({id}, {id}, {user}, 'in_app', 'delivered')""",
    "notification_subscriptions": "(user_id, event_type) values ({user}, {type})",
    "user_notification_preferences": "(user_id, event_type) values ({user}, {type})",
    "notification_suppressions": """(event_id, recipient_user_id, channel, reason)
        values ({id}, {user}, 'sms', 'a reason')""",
    "push_subscriptions": """(user_id, endpoint, p256dh_key, auth_key)
        values ({user}, 'https://push.example/' || {n}, 'k', 'a')""",
    "sms_messages": "(id, user_id, phone_number, message_content) values ({id}, {user}, '+12025550170', 'hello')",
    "queue_jobs": "(user_id, job_type) values ({user}, 'other')",
    "notification_tracking_links": """(short_code, message_id, destination_url)
        values ('code' || {n}, {id}, 'https://example.com')""",
    "sms_templates": "(template_key, name, message_template) values ('key_' || {n}, 'a name', 'words')",
    "user_sms_preferences": "(user_id) values ({owner})",
}
# A client changes nothing but this about a notification.
_CHANGES: dict[tuple[str, str, str], LiteralString] = {
    ("notification_deliveries", role, "update"): "update {table} set {column} = 'opened'"
    for role in ("authenticated", "herald_client")
}


@pytest.fixture(scope="module")
def connection() -> Iterator[psycopg.Connection[Any]]:
    """Give a superuser's connection to a database with Supabase's roles, and rows of two users."""
    with EmbeddedServer(settings={"fsync": "off"}) as own:
        with psycopg.connect(own.url, autocommit=True) as made:
            write_access.prepare(made)
        migrate(own.url)
        with psycopg.connect(own.url, autocommit=True) as made:
            _fill(made)
            yield made


def _fill(made: psycopg.Connection[Any]) -> None:
    made.execute("set session_replication_role = replica")
    made.execute("delete from public.sms_templates")
    for n, (user, kind) in enumerate(((ADA, "task.due_soon"), (BOB, "task.due_soon"), (BOB, "brief.failed"))):
        values = {"n": n, "id": f"00000000-0000-4000-8000-{n:012}", "user": user, "type": kind}
        # One row a user, so that the third is somebody else's again.
        values["owner"] = user if n < len((ADA, BOB)) else values["id"]
        for table, row in _ROWS.items():
            insert = sql.SQL("insert into public.{} ").format(sql.Identifier(table))
            made.execute(insert + sql.SQL(row).format(**{name: sql.Literal(value) for name, value in values.items()}))


@contextmanager
def acting(made: psycopg.Connection[Any], role: str) -> Iterator[None]:
    """Be that role, with Ada signed in; what is done is undone."""
    with made.transaction(force_rollback=True):
        claims = f'{{"sub": "{ADA}", "role": "authenticated"}}'
        made.execute("select set_config('request.jwt.claims', %s, true)", (claims,))
        made.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        yield


def _statement(
    template: LiteralString, right: TableRight, column: str | None = None, **more: sql.Composable
) -> Composed:
    """Fill in the table, a column that the role has if it has any, and what else there is."""
    return sql.SQL(template).format(
        table=sql.SQL(".").join(map(sql.Identifier, right.table.split("."))),
        column=sql.Identifier(column or (right.columns or right.all_columns)[0]),
        **more,
    )


def _attempt(made: psycopg.Connection[Any], role: str, statement: Composed) -> int | None:
    """Count what a statement reached; None if it was refused."""
    try:
        with acting(made, role):
            cursor = made.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return int(row[0]) if row else cursor.rowcount
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState):
        return None  # nobody has the right, or, with a view, there is nothing to have it on


def _insert(made: psycopg.Connection[Any], right: TableRight, which: int) -> int | None:
    """Write a row anew, of the columns that the role may write, after the superuser has taken it away."""
    written = made.execute(
        """
        select attname::text from pg_catalog.pg_attribute
        where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''
        order by attnum
        """,
        (right.table,),
    ).fetchall()
    names = [sql.Identifier(name) for (name,) in written if name in (right.columns or right.all_columns)]
    columns = sql.SQL(", ").join(names)
    texts = sql.SQL(", ").join(sql.SQL("{}::text").format(name) for name in names)
    place = sql.SQL("ctid = (select (array_agg(ctid order by ctid))[{}] from public.{})").format(
        which, sql.Identifier(right.table)
    )
    with made.transaction(force_rollback=True):
        row = made.execute(
            _statement("select {texts} from {table} where {place}", right, texts=texts, place=place)
        ).fetchone()
        assert row
        made.execute(_statement("delete from {table} where {place}", right, place=place))
        values = sql.SQL(", ").join(map(sql.Literal, row))
        new = _statement("insert into {table} ({columns}) values ({values})", right, columns=columns, values=values)
        return _attempt(made, right.role, new)


def _deed(made: psycopg.Connection[Any], right: TableRight) -> str:
    """Do it, and say whose rows it reached."""
    if right.verb == "insert":
        mine, theirs = (_insert(made, right, which) for which in (1, 2))
        return "all" if mine and theirs else "own" if mine else "none"
    verbs: dict[str, LiteralString] = {
        "select": "select count({column}) from {table}",
        "update": "update {table} set {column} = {column}",
        "delete": "delete from {table}",
    }
    template = _CHANGES.get((right.table, right.role, right.verb), verbs[right.verb])
    reached = _attempt(made, right.role, _statement(template, right))
    return {None: "none", 0: "none", 1: "own", 3: "all"}[reached]


def test_the_page_is_what_the_catalog_says(connection: psycopg.Connection[Any]) -> None:
    written = write_access.PAGE.read_text("utf-8")
    assert written == write_access.page(connection), "python tools/write_access.py writes it anew"


def test_every_table_does_with_every_role_what_the_page_says(connection: psycopg.Connection[Any]) -> None:
    ours: LiteralString = """
        select relname::text from pg_catalog.pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not in ('users', 'projects', 'tasks')
    """
    assert {name for (name,) in connection.execute(ours)} == set(_ROWS), "a table without rows is not tried"
    rights = [right for right in write_access.table_rights(connection) if right.table in _ROWS]
    said = {(right.table, right.role, right.verb): "none" if right.is_nothing else right.rows for right in rights}
    done = {(right.table, right.role, right.verb): _deed(connection, right) for right in rights}
    assert done == said


def test_no_column_but_those_listed_is_read_or_written(connection: psycopg.Connection[Any]) -> None:
    verbs: dict[str, LiteralString] = {
        "select": "select {column} from {table} limit 0",
        "update": "update {table} set {column} = default where false",
    }
    opened = [
        (right.table, right.role, right.verb, column)
        for right in write_access.table_rights(connection)
        if right.verb in verbs
        for column in sorted(set(right.all_columns) - set(right.columns))
        if _attempt(connection, right.role, _statement(verbs[right.verb], right, column)) is not None
    ]
    assert opened == []


def test_private_tables_and_views_are_open_to_whom_the_page_says(connection: psycopg.Connection[Any]) -> None:
    verbs: dict[str, LiteralString] = {
        "select": "select {column} from {table} limit 0",
        "insert": "insert into {table} ({column}) select {column} from {table} where false",
        "update": "update {table} set {column} = default where false",
        "delete": "delete from {table} where false",
    }
    for right in write_access.table_rights(connection):
        if right.table not in _ROWS:
            # Not one that the server fills in, which is refused for that.
            column = next(name for name in (right.columns or right.all_columns) if name not in {"id", "place"})
            reached = _attempt(connection, right.role, _statement(verbs[right.verb], right, column))
            assert (reached is None) == right.is_nothing, right


def test_every_function_is_called_by_those_whom_the_page_names(connection: psycopg.Connection[Any]) -> None:
    callable_by = {right.function: set(right.roles) for right in write_access.function_rights(connection)}
    arguments = connection.execute(
        """
        select case when pronamespace = 'public'::regnamespace then 'public.' else 'herald.' end || proname,
          array(select 'null::' || kind::regtype from unnest(proargtypes) as kind), provariadic <> 0
        from pg_catalog.pg_proc where pronamespace in ('public'::regnamespace, 'herald'::regnamespace)
        """
    ).fetchall()
    found = {}
    for name, nulls, is_variadic in arguments:
        # Out of a row that nobody has looked into: a strict function of nulls would be answered without being called.
        names = ", ".join(f"a{place}" for place, _ in enumerate(nulls))
        row = f" from (values ({', '.join(nulls)}) offset 0) as nothing ({names})" if nulls else ""
        call = f"select {name}({'variadic ' * is_variadic}{names}){row}"
        able = set()
        for role in write_access.ROLES:
            try:
                with acting(connection, role):
                    connection.execute(call.encode())
                able.add(role)
            except psycopg.Error as error:
                said = error.diag.message_primary or ""
                bare = name.split(".")[1]
                if said not in {f"permission denied for function {bare}", "permission denied for schema herald"}:
                    able.add(role)
        found[name.removeprefix("public.")] = able
    assert found == callable_by
