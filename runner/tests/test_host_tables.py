"""The application's own tables: taken as they are, refused in clear words where they cannot be, never taken away."""

from collections.abc import Iterator

import psycopg
import pytest

import harness
from pgherald.embedded import EmbeddedServer
from pgherald.migrations import MigrationError, migrate, revert


@pytest.fixture
def empty_url(server: harness.TestServer) -> Iterator[str]:
    """Give an empty database."""
    url = server.database(template=False)
    yield url
    server.drop(url)


def run(url: str, *statements: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("create table users (id bigint primary key)", "id of type bigint"),
        ("create table users (name text)", "no such column"),
        ("create table tasks (id uuid)", "no primary key or unique constraint on id"),
        ("create table tasks (id uuid, other int, unique (id, other))", "no primary key or unique constraint on id"),
        ("create table real_users (id uuid primary key); create view users as table real_users", "is not a table"),
    ],
)
def test_a_table_that_cannot_be_referred_to_stops_the_migration(empty_url: str, table: str, complaint: str) -> None:
    run(empty_url, table)
    with pytest.raises(MigrationError, match=complaint):
        migrate(empty_url)
    left = run(empty_url, "select nspname from pg_namespace where nspname = 'herald'")
    assert left == []
    assert run(empty_url, "select to_regclass('public.sms_messages') is null") == [(True,)]


def test_an_applications_tables_are_taken_as_they_are_and_left_so(empty_url: str) -> None:
    run(
        empty_url,
        "create table users (id uuid primary key default gen_random_uuid(), email text unique, age int)",
        "insert into users (email) values ('somebody@example.com')",
    )
    migrate(empty_url)
    run(empty_url, "insert into user_sms_preferences (user_id, phone_number) select id, '+12025550123' from users")
    revert(empty_url)
    assert run(empty_url, "select email from users") == [("somebody@example.com",)]
    assert run(empty_url, "select to_regclass('projects') is null and to_regclass('tasks') is null") == [(True,)]


def test_a_table_of_ours_that_is_in_use_stays(empty_url: str) -> None:
    migrate(empty_url)
    run(empty_url, "insert into projects default values", "alter table tasks add column title text")
    revert(empty_url)
    names = "select string_agg(relname, ' ' order by relname) from pg_class where relnamespace = 'public'::regnamespace"
    assert run(empty_url, f"{names} and relkind = 'r'") == [("projects tasks",)]
    migrate(empty_url)
    assert run(empty_url, "select count(*) from projects") == [(1,)]


def test_who_may_not_make_roles_is_told_what_an_administrator_runs() -> None:
    with EmbeddedServer(settings={"fsync": "off"}) as own:
        run(own.url, "create role modest login password 'test'", "create database modest owner modest")
        modest = own.url.replace(own.url.split("//")[1].split("@")[0], "modest:test").replace("/postgres", "/modest")
        with pytest.raises(MigrationError) as refused:
            migrate(modest)
        assert "create role herald_runner nologin; create role herald_client nologin;" in str(refused.value)
        run(own.url, "create role herald_runner nologin", "create role herald_client nologin")
        migrate(modest)
        assert run(modest, "select count(*) from herald.settings") == [(1,)]


def test_supabases_roles_get_ours_and_nothing_by_default(empty_url: str) -> None:
    """Older Supabase projects open every new table and function to anon and authenticated by default privileges."""
    roles = ("anon", "authenticated", "service_role")
    existing = {row[0] for row in run(empty_url, "select rolname from pg_roles")}
    made = [role for role in roles if role not in existing]
    try:
        for role in made:
            run(empty_url, f"create role {role} nologin")
        for what in ("tables", "functions", "sequences"):
            run(
                empty_url,
                f"alter default privileges in schema public grant all on {what} to anon, authenticated, service_role",
            )
        migrate(empty_url)
        open_tables = """
            select r.rolname, c.relname
            from pg_class as c, pg_roles as r
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v')
              and r.rolname in ('anon', 'authenticated')
              and c.relname not in ('users', 'projects', 'tasks')
              and has_table_privilege(r.oid, c.oid, 'select, insert, update, delete')
        """
        # What a signed-in user has there, they have by our roles: docs/access.md says what, and is tested.
        own = "has_table_privilege(r.oid, c.oid, 'select, insert, update, delete')"
        assert not [row for row in run(empty_url, open_tables) if row[0] == "anon"]
        by_ours = run(empty_url, open_tables.replace(own, own.replace("r.oid", "'herald_client'")))
        assert [row for row in by_ours if row[0] == "authenticated"] == run(empty_url, open_tables)
        truncates = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' "
        truncates += "and relname not in ('users', 'projects', 'tasks') "
        assert run(empty_url, truncates + "and has_table_privilege('service_role', oid, 'truncate')") == []
        open_functions = """
            select r.rolname, p.proname
            from pg_proc as p, pg_roles as r
            where p.pronamespace = 'public'::regnamespace and r.rolname in ('anon', 'authenticated')
              and has_function_privilege(r.oid, p.oid, 'execute')
            order by 1, 2
        """
        assert run(empty_url, open_functions) == [
            ("authenticated", name)
            for name in (
                "cancel_sms",
                "confirm_phone_verification",
                "count_unread_notifications",
                "end_sms_series",
                "explain_sms",
                "get_scheduled_sms_for_user",
                "list_notifications",
                "list_scheduled_sms",
                "list_sms_occurrences",
                "mark_opened",
                "skip_sms_occurrence",
                "sms_segments",
                "start_phone_verification",
            )
        ]
        may = "select has_function_privilege('service_role', oid, 'execute') from pg_proc where proname = %s"
        assert run(empty_url, may.replace("%s", "'queue_sms_message'")) == [(True,)]
        assert run(empty_url, "select object_type, object_name, finding from doctor()") == [], "all is as shipped"
    finally:
        revert(empty_url)
        run(empty_url, *(f"drop owned by {role}" for role in made))
        run(empty_url, *(f"drop role {role}" for role in made))
