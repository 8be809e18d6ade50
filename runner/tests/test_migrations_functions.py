"""What an installation of functions takes away, and what it never touches."""

import shutil
import subprocess
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

import harness
from pgherald import migrations

ROOT = Path(__file__).parents[2]
FUNCTION = """
    create or replace function public.{name}({arguments}) returns integer
    language sql
    set search_path = ''
    as $$ {body} $$;
"""


class Installation:
    """A database, and a folder of function files that is installed into it."""

    def __init__(self, url: str, folder: Path) -> None:
        """Make what migrations would have made, and the files that are always there."""
        self.url = url
        self.folder = folder
        (folder / "room").mkdir(parents=True)
        for fixed in ("sweep.sql", "uninstall.sql"):
            shutil.copy(ROOT / "sql" / "functions" / fixed, folder)
        self.run("create schema herald; create table herald.installed_routines (signature text primary key);")

    def run(self, query: str) -> list[tuple[object, ...]]:
        """Ask the database, or tell it."""
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def write(self, name: str, text: str) -> None:
        """Write a file into the one room."""
        (self.folder / "room" / f"{name}.sql").write_text(textwrap.dedent(text))

    def function(self, name: str, body: str = "select 1", arguments: str = "") -> None:
        """Write a function's file."""
        self.write(name, FUNCTION.format(name=name, arguments=arguments, body=body))

    def remove(self, name: str) -> None:
        """Delete a file."""
        (self.folder / "room" / f"{name}.sql").unlink()

    def install(self, script: str = "index.sql") -> None:
        """Install as the engine does."""
        head = (ROOT / "sql" / "functions" / "index.sql").read_text().split("\\ir")[0]
        files = "".join(f"\\ir room/{path.name}\n" for path in sorted((self.folder / "room").glob("*.sql")))
        (self.folder / "index.sql").write_text(f"{head}{files}\\ir sweep.sql\n")
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("begin")
            migrations.run_script(connection, self.folder / script, self.folder)
            connection.execute("commit")

    def installed(self) -> set[object]:
        """Ask the catalog what is there, whoever made it."""
        query = """
            select oid::regprocedure::text from pg_proc
            where pronamespace in ('public'::regnamespace, 'herald'::regnamespace)
            union all select 'view ' || viewname from pg_views where schemaname = 'public'
            union all select 'trigger ' || tgname from pg_trigger where not tgisinternal
            union all select 'policy ' || polname from pg_policy
        """
        return {name for (name,) in self.run(query)}

    def recorded(self) -> set[object]:
        """Ask what is remembered as ours."""
        return {name for (name,) in self.run("select signature from herald.installed_routines")}


@pytest.fixture(params=harness.labels())
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """Make a database with the table that remembers, and no function yet."""
    server = harness.server(request.param)
    url = server.database(template=False)
    yield Installation(url, tmp_path / "functions")
    server.drop(url)


@pytest.fixture
def full(here: Installation) -> Installation:
    """One of each: a function, a procedure, a trigger on its function, a view on a function, a policy."""
    here.run("create table public.texts (id integer)")
    here.function("hue")
    here.write("mix", "create or replace procedure herald.mix() language sql set search_path = '' as $$ select 1 $$;")
    here.write(
        "stamp",
        """
        create or replace function herald.stamp() returns trigger language plpgsql set search_path = ''
        as $$ begin return new; end; $$;
        create or replace trigger t10_stamp before update on public.texts for each row execute function herald.stamp();
        """,
    )
    here.write("tints", "create or replace view public.tints as select public.hue() as hue;")
    here.write(
        "texts",
        """
        drop policy if exists "all may read" on public.texts;
        create policy "all may read" on public.texts using (true);
        """,
    )
    here.install()
    return here


ALL = {"hue()", "herald.mix()", "herald.stamp()", "trigger t10_stamp", "view tints", "policy all may read"}


def test_all_kinds_are_installed_and_recorded(full: Installation) -> None:
    assert full.installed() == ALL
    assert full.recorded() == {
        "function public.hue()",
        "procedure herald.mix()",
        "function herald.stamp()",
        "trigger t10_stamp on public.texts",
        "view public.tints",
        'policy "all may read" on public.texts',
    }


def test_installing_again_keeps_everything(full: Installation) -> None:
    before = full.recorded()
    full.install()
    assert full.installed() == ALL
    assert full.recorded() == before


def test_a_deleted_file_takes_its_objects_along(full: Installation) -> None:
    for name in ("stamp", "tints", "hue", "mix", "texts"):
        full.remove(name)
    full.function("shade")
    full.install()
    assert full.installed() == {"shade()"}
    assert full.recorded() == {"function public.shade()"}


def test_f18_a_drop_with_another_signature_did_nothing(full: Installation) -> None:
    full.remove("tints")
    full.function("hue", arguments="p_shift integer default 0", body="select p_shift")
    full.install()
    assert full.installed() == ALL - {"hue()", "view tints"} | {"hue(integer)"}


def test_a_function_goes_although_an_older_view_of_ours_used_it(full: Installation) -> None:
    full.function("shade")
    full.write("tints", "create or replace view public.tints as select public.shade() as hue;")
    full.remove("hue")
    full.install()
    assert "hue()" not in full.installed()
    assert "view tints" in full.installed()


def test_what_an_application_has_is_never_touched(full: Installation) -> None:
    full.run("create function public.theirs() returns integer language sql as 'select 1'")
    full.run("create view public.their_view as select 1 as one")
    full.remove("mix")
    full.install()
    theirs = {"theirs()", "view their_view"}
    assert full.installed() == ALL - {"herald.mix()"} | theirs
    full.install("uninstall.sql")
    assert full.installed() == theirs


def test_a_grant_on_an_applications_view_does_not_make_it_ours(full: Installation) -> None:
    full.run("create view public.their_view as select 1 as one")
    full.write("their_view", "grant select on public.their_view to current_user;")
    full.install()
    assert "view public.their_view" not in full.recorded()


def test_an_applications_function_of_the_same_name_is_not_replaced(here: Installation) -> None:
    here.run("create function public.hue() returns integer language sql as 'select 42'")
    here.function("hue")
    with pytest.raises(
        migrations.MigrationError, match=r"already here, and not ours to replace: function public\.hue\(\)"
    ):
        here.install()
    assert here.run("select public.hue()") == [(42,)]


def test_an_applications_view_of_the_same_name_is_not_replaced(here: Installation) -> None:
    here.run("create view public.tints as select 42 as hue")
    here.write("tints", "create or replace view public.tints as select 1 as hue;")
    with pytest.raises(migrations.MigrationError, match=r"not ours to replace: view public\.tints"):
        here.install()
    assert here.run("select hue from public.tints") == [(42,)]


@pytest.mark.parametrize("script", ["index.sql", "uninstall.sql"])
def test_what_an_application_has_built_on_ours_stops_the_drop(full: Installation, script: str) -> None:
    full.run("create view public.their_view as select public.hue()")
    full.remove("tints")
    full.remove("hue")
    with pytest.raises(
        migrations.MigrationError, match=r"function public\.hue\(\) is still in use by something"
    ) as caught:
        full.install(script)
    assert "detail: view public.their_view depends on function public.hue()" in str(caught.value)
    assert full.installed() == ALL | {"view their_view"}


def test_uninstalling_leaves_tables_and_what_migrations_made(full: Installation) -> None:
    full.run("create function herald.frozen() returns integer language sql immutable as 'select 1'")
    full.install("uninstall.sql")
    assert full.installed() == {"herald.frozen()"}
    assert full.recorded() == set()
    assert full.run("select to_regclass('public.texts') is not null") == [(True,)]
    full.install("uninstall.sql")
    full.install()
    assert full.installed() == ALL | {"herald.frozen()"}


def test_what_somebody_has_dropped_already_is_no_obstacle(full: Installation) -> None:
    full.run("drop table public.texts; drop procedure herald.mix()")
    full.install("uninstall.sql")
    assert full.installed() == set()


def test_files_may_use_what_a_later_file_makes(here: Installation) -> None:
    here.function("a_first", body="select public.z_last()")
    here.function("z_last")
    here.install()
    assert here.run("select public.a_first()") == [(1,)]


@pytest.mark.parametrize(
    ("language", "body", "message"),
    [
        ("sql", "select public.nowhere()", r"function public\.hue\(\): function public\.nowhere\(\) does not exist"),
        ("plpgsql", "begin retrun 1; end;", r"function public\.hue\(\): syntax error"),
        ("sql", "select count(*) from texts", r'function public\.hue\(\): relation "texts" does not exist'),
    ],
)
def test_a_body_that_cannot_work_is_refused(full: Installation, language: str, body: str, message: str) -> None:
    full.write(
        "hue",
        f"create or replace function public.hue() returns int language {language} set search_path='' as $${body}$$;",
    )
    with pytest.raises(migrations.MigrationError, match=message):
        full.install()
    assert full.run("select public.hue()") == [(1,)]


def test_an_installation_inside_a_savepoint_is_refused(full: Installation) -> None:
    with psycopg.connect(full.url, autocommit=True) as connection:
        connection.execute("begin")
        connection.execute("savepoint here")
        with pytest.raises(migrations.MigrationError, match="this transaction itself has installed nothing"):
            migrations.run_script(connection, full.folder / "index.sql", full.folder)
    assert full.installed() == ALL


def test_before_the_schema_it_says_so(here: Installation) -> None:
    here.run("drop schema herald cascade")
    here.function("hue")
    with pytest.raises(migrations.MigrationError, match="the schema is not here yet"):
        here.install()


def test_psql_does_the_same(full: Installation) -> None:
    psql = shutil.which("psql")
    if psql is None:
        pytest.skip("psql is not on this machine")
    full.remove("mix")
    full.install()
    full.run("create function herald.mix() returns integer language sql as 'select 1'")
    for script in ("index.sql", "uninstall.sql"):
        subprocess.run(
            [psql, "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-d", full.url, "-f", str(full.folder / script)],
            check=True,
            capture_output=True,
        )
    assert full.installed() == {"herald.mix()"}


def test_traffic_that_meets_an_installation_crosswise_is_waited_for(database_url: str) -> None:
    """Somebody has users and wants events, while the installation has events and wants users."""
    said: list[str] = []

    def host() -> None:
        with psycopg.connect(database_url) as connection:
            # Longer than the server waits before it looks for a deadlock, so that not we are chosen.
            connection.execute("set deadlock_timeout = '10s'")
            connection.execute("lock table public.users in row exclusive mode")
            has_begun.set()
            installing = """
                select count(*) from pg_locks
                where relation = 'public.notification_events'::regclass and mode = 'AccessExclusiveLock' and granted
            """
            while connection.execute(installing).fetchone() == (0,):
                time.sleep(0.01)
            connection.execute("lock table public.notification_events in row exclusive mode")

    has_begun = threading.Event()
    with ThreadPoolExecutor() as threads:
        busy = threads.submit(host)
        assert has_begun.wait(30)
        result = migrations.migrate(database_url, echo=said.append)
        busy.result()
    assert result.functions
    assert "functions: others were in the way, trying again" in said
