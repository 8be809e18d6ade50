"""The engine on small trees made here: what a run does, and what it does when something is wrong."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import harness
from pgherald import migrations
from pgherald.cli import main

FOUNDATION = """
    create schema herald;
    create table herald.installed_routines (signature text primary key);
"""


@pytest.fixture
def empty_url(server: harness.TestServer) -> Iterator[str]:
    """Make a database with nothing in it."""
    url = server.database(template=False)
    yield url
    server.drop(url)


class Tree:
    """A tree of files under a temporary folder, written as ours are."""

    def __init__(self, root: Path) -> None:
        """Make the folders."""
        self.root = root
        (root / "migrations" / "verify").mkdir(parents=True)
        self.functions = root / "sql" / "functions"
        self.functions.mkdir(parents=True)

    def migration(
        self, name: str, up: str, down: str = "select 1;", verify: str = "select 1;", *, begin: bool = True
    ) -> None:
        """Write a migration with what belongs to it."""
        body = f"begin;\n\n{textwrap.dedent(up).strip()}\n\ncommit;\n" if begin else textwrap.dedent(up)
        undo = f"begin;\n{down}\ncommit;\n" if begin else down
        folder = self.root / "migrations"
        (folder / f"{name}.sql").write_text(f"-- Deploy test:{name} to pg\n-- transactional: false\n\n{body}")
        (folder / f"{name}.rollback.sql").write_text(undo)
        (folder / "verify" / f"{name}.sql").write_text(verify)

    def function(self, name: str, text: str) -> None:
        """Write a function file and list it."""
        ours = Path(migrations.__file__).parents[2] / "sql" / "functions"
        for fixed in ("sweep.sql", "uninstall.sql"):
            (self.functions / fixed).write_text((ours / fixed).read_text())
        (self.functions / "room").mkdir(exist_ok=True)
        (self.functions / "room" / f"{name}.sql").write_text(textwrap.dedent(text).lstrip())
        self.list_functions()

    def remove_function(self, name: str) -> None:
        """Delete a function file and its line in the index."""
        (self.functions / "room" / f"{name}.sql").unlink()
        self.list_functions()

    def list_functions(self) -> None:
        """Write index.sql: the head of the real one, the files that are here, the sweep."""
        ours = Path(migrations.__file__).parents[2] / "sql" / "functions"
        head = (ours / "index.sql").read_text().split("\\ir")[0]
        files = "".join(f"\\ir room/{path.name}\n" for path in sorted((self.functions / "room").glob("*.sql")))
        (self.functions / "index.sql").write_text(f"{head}{files}\\ir sweep.sql\n")


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Make a foundation and two tables, of which the second stands on the first."""
    made = Tree(tmp_path / "tree")
    made.migration(
        "0001_base", FOUNDATION, "drop schema herald cascade;", "select signature from herald.installed_routines;"
    )
    made.migration(
        "0002_colours",
        "create table public.colours (id int);",
        "drop table public.colours;",
        "select id from public.colours;",
    )
    made.migration(
        "0003_shades",
        "create table public.shades (id int);",
        "drop table public.shades;",
        "select id from public.shades;",
    )
    return made


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def tables(url: str) -> set[object]:
    return {name for (name,) in ask(url, "select tablename from pg_tables where schemaname = 'public'")}


def states(url: str, tree: Tree) -> dict[str, str]:
    return {this.name: this.state for this in migrations.status(url, tree.root)}


def in_another_process(tree: Tree, url: str, before: str = "") -> subprocess.Popen[str]:
    """Start a run; `before` may arrange for its death."""
    code = f"""
import os, signal, sys
from pathlib import Path
from pgherald import migrations
# A run in the background of a shell would have been told to ignore the keyboard.
signal.signal(signal.SIGINT, signal.default_int_handler)
{before}
migrations.migrate(sys.argv[1], Path(sys.argv[2]), echo=lambda line: print(line, flush=True))
"""
    return subprocess.Popen(
        [sys.executable, "-c", code, url, str(tree.root)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


# Up, down, and how it stands


def test_up_then_down_then_up(empty_url: str, tree: Tree) -> None:
    up = migrations.migrate(empty_url, tree.root)
    assert up.migrations == ("0001_base", "0002_colours", "0003_shades")
    assert tables(empty_url) == {"colours", "shades"}

    assert migrations.migrate(empty_url, tree.root).migrations == ()

    down = migrations.revert(empty_url, root=tree.root)
    assert down.migrations == ("0003_shades", "0002_colours", "0001_base")
    assert tables(empty_url) == set()
    assert ask(empty_url, "select nspname from pg_namespace where nspname = 'herald'") == []

    assert len(migrations.migrate(empty_url, tree.root).migrations) == 3


def test_books_are_not_in_public(empty_url: str, tree: Tree) -> None:
    migrations.migrate(empty_url, tree.root)
    books = ask(empty_url, "select tablename from pg_tables where schemaname = 'herald_migrations' order by 1")
    assert [name for (name,) in books] == ["_yoyo_log", "_yoyo_migration", "_yoyo_version", "files", "yoyo_lock"]
    assert tables(empty_url) == {"colours", "shades"}


def test_revert_to_keeps_that_migration_and_leaves_no_function(empty_url: str, tree: Tree) -> None:
    tree.function(
        "hue", "create function public.hue() returns int language sql set search_path = '' as $$ select 1 $$;"
    )
    migrations.migrate(empty_url, tree.root)
    said: list[str] = []
    gone = migrations.revert(empty_url, "0002_colours", tree.root, echo=said.append)
    assert gone.migrations == ("0003_shades",)
    assert states(empty_url, tree) == {"0001_base": "applied", "0002_colours": "applied", "0003_shades": "pending"}
    assert ask(empty_url, "select from pg_proc where proname = 'hue'") == []
    assert "functions are not installed now" in "\n".join(said)


def test_revert_to_what_is_not_there_changes_nothing(empty_url: str, tree: Tree) -> None:
    migrations.migrate(empty_url, tree.root)
    with pytest.raises(migrations.MigrationError, match="0009 is not applied here"):
        migrations.revert(empty_url, "0009", tree.root)
    assert tables(empty_url) == {"colours", "shades"}


def test_a_missing_rollback_file_stops_a_revert_before_it_starts(empty_url: str, tree: Tree) -> None:
    migrations.migrate(empty_url, tree.root)
    (tree.root / "migrations" / "0002_colours.rollback.sql").unlink()
    with pytest.raises(migrations.MigrationError, match="0002_colours cannot be undone"):
        migrations.revert(empty_url, root=tree.root)
    assert tables(empty_url) == {"colours", "shades"}


def test_looking_changes_nothing(empty_url: str, tree: Tree) -> None:
    assert migrations.pending(empty_url, tree.root) == ["0001_base", "0002_colours", "0003_shades"]
    assert set(states(empty_url, tree).values()) == {"pending"}
    assert migrations.revertible(empty_url, root=tree.root) == []
    assert ask(empty_url, "select nspname from pg_namespace where nspname ~ '^herald'") == []


def test_an_index_may_be_built_concurrently(empty_url: str, tree: Tree) -> None:
    tree.migration(
        "0004_index",
        "drop index concurrently if exists public.shades_idx;\n"
        "create index concurrently shades_idx on public.shades (id);\n",
        "drop index concurrently public.shades_idx;",
        "select 1 / count(*) from pg_index where indexrelid = 'public.shades_idx'::regclass and indisvalid;",
        begin=False,
    )
    migrations.migrate(empty_url, tree.root)
    assert ask(empty_url, "select indisvalid from pg_index where indexrelid = 'public.shades_idx'::regclass") == [
        (True,)
    ]
    migrations.revert(empty_url, "0003_shades", tree.root)
    assert ask(empty_url, "select to_regclass('public.shades_idx')") == [(None,)]


# Failures


def test_a_failed_migration_leaves_nothing_and_names_file_line_and_statement(empty_url: str, tree: Tree) -> None:
    tree.migration("0004_broken", "create table public.half (id int);\n\ncreate table public.colours (id int);")
    with pytest.raises(migrations.MigrationError) as caught:
        migrations.migrate(empty_url, tree.root)
    said = str(caught.value)
    assert "0004_broken failed and left nothing behind" in said
    assert 'migrations/0004_broken.sql:8: relation "colours" already exists (42P07)' in said
    assert "create table public.colours (id int);" in said
    assert "half" not in tables(empty_url)
    assert states(empty_url, tree)["0004_broken"] == "pending"

    tree.migration("0004_broken", "create table public.whole (id int);")
    assert migrations.migrate(empty_url, tree.root).migrations == ("0004_broken",)


@pytest.mark.parametrize(
    ("up", "line"),
    [
        ("create table public.half (id int);\n\ncreate tabel public.x ();", 8),
        ("create table public.half (id int);\nselect 1,\n  nothing from public.half;", 8),
        ("create table public.half (id int);\n\ndo $$\nbegin\n  perform 1;\n  perform 1 / 0;\nend;\n$$;", 11),
        ("create table public.half (id int);\n\n-- why\n/* and\n how */ drop table public.none;", 10),
        ("create table public.half (c text);\ncomment on table public.half is $$a; 'b'$$;\nselect 1 / 0;", 8),
    ],
    ids=["syntax", "position in a statement", "in a do block", "after comments", "after quotes"],
)
def test_the_line_of_an_error_is_right(empty_url: str, tree: Tree, up: str, line: int) -> None:
    tree.migration("0004_broken", up)
    with pytest.raises(migrations.MigrationError, match=rf"migrations/0004_broken\.sql:{line}: "):
        migrations.migrate(empty_url, tree.root)
    assert "half" not in tables(empty_url)


def test_an_error_shows_no_row(empty_url: str, tree: Tree) -> None:
    tree.migration(
        "0004_broken", "create table public.p (body text unique);\ninsert into public.p values ('secret'), ('secret');"
    )
    with pytest.raises(migrations.MigrationError) as caught:
        migrations.migrate(empty_url, tree.root)
    assert "23505" in str(caught.value)
    assert "Key (body)" not in str(caught.value)


def test_a_failed_function_leaves_the_old_ones_and_names_its_line(empty_url: str, tree: Tree) -> None:
    tree.function(
        "hue",
        "create or replace function public.hue() returns int language sql set search_path = '' as $$ select 1 $$;",
    )
    migrations.migrate(empty_url, tree.root)
    tree.function(
        "hue",
        "create or replace function public.hue() returns int language sql set search_path = '' as $$ select 2 $$;",
    )
    tree.function(
        "tint",
        "\n-- A tint.\ncreate or replace function public.tint() returns nonsense\nlanguage sql as $$ select 1 $$;",
    )
    with pytest.raises(
        migrations.MigrationError, match=r'sql/functions/room/tint\.sql:2: type "nonsense" does not exist'
    ):
        migrations.migrate(empty_url, tree.root)
    assert ask(empty_url, "select public.hue()") == [(1,)]


def test_an_old_file_that_was_edited_is_noticed(empty_url: str, tree: Tree) -> None:
    migrations.migrate(empty_url, tree.root)
    path = tree.root / "migrations" / "0002_colours.sql"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    migrations.migrate(empty_url, tree.root)  # another line end is no edit

    path.write_text(path.read_text().replace("id int", "id bigint"))
    for call in (migrations.migrate, migrations.pending):
        with pytest.raises(
            migrations.MigrationError, match=r"migrations/0002_colours\.sql: changed after it was applied"
        ):
            call(empty_url, tree.root)
    assert states(empty_url, tree)["0002_colours"] == "edited"

    migrations.migrate(empty_url, tree.root, accept_edited=True)
    assert states(empty_url, tree)["0002_colours"] == "applied"
    migrations.migrate(empty_url, tree.root)


def test_a_database_ahead_of_the_files_is_left_alone(empty_url: str, tree: Tree) -> None:
    migrations.migrate(empty_url, tree.root)
    (tree.root / "migrations" / "0003_shades.sql").unlink()
    with pytest.raises(migrations.MigrationError, match="ahead of these files: it has 0003_shades"):
        migrations.migrate(empty_url, tree.root)
    assert states(empty_url, tree)["0003_shades"] == "unknown"


# Killed


def test_killed_between_script_and_mark_it_can_be_run_again(empty_url: str, tree: Tree) -> None:
    die = """
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
migrations._Backend.log_migration = lambda self, this, what: this.id == "0002_colours" and die()
"""
    killed = in_another_process(tree, empty_url, die)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert tables(empty_url) == {"colours"}
    assert states(empty_url, tree)["0002_colours"] == "interrupted"

    said: list[str] = []
    again = migrations.migrate(empty_url, tree.root, echo=said.append)
    assert again.migrations == ("0003_shades",)
    assert "0002_colours: was in place" in said[0]
    assert set(states(empty_url, tree).values()) == {"applied"}


def test_killed_before_the_script_it_can_be_run_again(empty_url: str, tree: Tree) -> None:
    die = """
def die(self, this, force=False):
    os.kill(os.getpid(), signal.SIGKILL)
migrations._Backend.apply_one = die
"""
    in_another_process(tree, empty_url, die).communicate(timeout=60)
    assert states(empty_url, tree)["0001_base"] == "interrupted"
    assert len(migrations.migrate(empty_url, tree.root).migrations) == 3


SLEEPERS = "select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"


def wait_for_sleep(url: str) -> object:
    """Wait until a script sleeps on the server, and give the server's process."""
    until = time.monotonic() + 30
    while not (found := ask(url, SLEEPERS)):
        assert time.monotonic() < until
        time.sleep(0.05)
    return found[0][0]


def slow(tree: Tree, seconds: float) -> None:
    up = f"create table public.slow (id int);\nselect pg_sleep({seconds});"
    tree.migration("0004_slow", up, verify="select id from public.slow;")


def test_killed_in_the_script_it_waits_for_the_server_and_goes_on(empty_url: str, tree: Tree) -> None:
    slow(tree, 2)
    killed = in_another_process(tree, empty_url)
    wait_for_sleep(empty_url)
    killed.kill()
    killed.communicate()

    said: list[str] = []
    migrations.migrate(empty_url, tree.root, echo=said.append)
    assert "still busy with a run that was killed" in said[0]
    assert set(states(empty_url, tree).values()) == {"applied"}
    assert "slow" in tables(empty_url)


def test_a_connection_that_breaks_in_the_script_is_told_from_a_failure(empty_url: str, tree: Tree) -> None:
    slow(tree, 60)
    broken = in_another_process(tree, empty_url)
    ask(empty_url, f"select pg_terminate_backend({wait_for_sleep(empty_url)})")
    said, _ = broken.communicate(timeout=30)
    assert broken.returncode == 1
    assert "the connection broke" in said
    assert states(empty_url, tree)["0004_slow"] == "interrupted"
    slow(tree, 0)
    assert migrations.migrate(empty_url, tree.root).migrations == ("0004_slow",)


def test_an_interrupt_from_the_keyboard_stops_the_server_too(empty_url: str, tree: Tree) -> None:
    slow(tree, 60)
    stopped = in_another_process(tree, empty_url)
    wait_for_sleep(empty_url)
    stopped.send_signal(signal.SIGINT)
    stopped.communicate(timeout=30)
    assert ask(empty_url, SLEEPERS) == []
    slow(tree, 0)
    assert migrations.migrate(empty_url, tree.root).migrations == ("0004_slow",)


def test_killed_while_reverting_it_can_be_run_again(empty_url: str, tree: Tree) -> None:
    migrations.migrate(empty_url, tree.root)
    die = """
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
migrations._Backend.log_migration = die
migrations.migrate = lambda url, root, echo: migrations.revert(url, root=root, echo=echo)
"""
    in_another_process(tree, empty_url, die).communicate(timeout=60)
    assert tables(empty_url) == {"colours"}
    assert states(empty_url, tree)["0003_shades"] == "interrupted"
    assert migrations.revert(empty_url, root=tree.root).migrations == ("0002_colours", "0001_base")
    assert tables(empty_url) == set()


def test_the_lock_of_a_killed_stock_yoyo_is_no_obstacle(empty_url: str, tree: Tree) -> None:
    migrations.migrate(empty_url, tree.root)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with psycopg.connect(empty_url) as connection:
        connection.execute(
            "insert into herald_migrations.yoyo_lock (locked, ctime, pid) values (1, now(), %s)", (gone.pid,)
        )
    said: list[str] = []
    migrations.migrate(empty_url, tree.root, echo=said.append)
    assert "left by process" in said[0]


def test_a_stock_yoyo_at_work_is_not_disturbed(empty_url: str, tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    migrations.migrate(empty_url, tree.root)
    with psycopg.connect(empty_url) as connection:
        connection.execute(
            "insert into herald_migrations.yoyo_lock (locked, ctime, pid) values (1, now(), %s)", (os.getpid(),)
        )
    monkeypatch.setattr(migrations, "YOYO_PATIENCE", 0.5)
    with pytest.raises(migrations.MigrationError, match="yoyo is at work here"):
        migrations.migrate(empty_url, tree.root)


# Two at once


def test_of_two_runs_at_once_one_waits(empty_url: str, tree: Tree) -> None:
    slow(tree, 1.5)
    both = [in_another_process(tree, empty_url) for _ in range(2)]
    said = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    first, second = sorted(said, key=lambda text: "waiting" in text)
    assert re.findall(r"^(\S+): applied", first, re.MULTILINE) == [
        "0001_base",
        "0002_colours",
        "0003_shades",
        "0004_slow",
    ]
    assert "another migration is running (server process" in second
    assert "schema is up to date" in second
    assert "applied in" not in second


# What stands in between


def test_a_url_that_answers_nothing_is_named_without_its_password(tree: Tree) -> None:
    with pytest.raises(migrations.MigrationError, match=r"no database answers at 127\.0\.0\.1") as caught:
        migrations.migrate("postgresql://someone:test-word@127.0.0.1:1/nowhere", tree.root)
    assert "test-word" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://someone:test-word@localhost/x",
        "postgresql://someone:test-word@localhost/x?y=1",
        "postgresql://someone:test-word/1@h/x",
    ],
)
def test_a_url_that_makes_no_sense_is_refused_without_its_password(tree: Tree, url: str) -> None:
    with pytest.raises(migrations.MigrationError) as caught:
        migrations.migrate(url, tree.root)
    assert "test-word" not in str(caught.value)


@pytest.mark.parametrize("mode", ["transaction", "session"])
def test_only_a_pooler_in_transaction_mode_is_refused(empty_url: str, tree: Tree, tmp_path: Path, mode: str) -> None:
    pgbouncer = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if pgbouncer is None:
        pytest.skip("pgbouncer is not on this machine (Debian: apt-get install pgbouncer)")
    there = {"host": "127.0.0.1", **conninfo_to_dict(empty_url)}
    target = " ".join(f"{key}={there[key]}" for key in ("host", "port", "user", "password") if there.get(key))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = tmp_path / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n* = {target}\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port={port}\nauth_type=any\n"
        f"pool_mode={mode}\nunix_socket_dir=\n"
    )
    # It refuses to run as root, and reads its settings only after it has become somebody else.
    with settings.open() as opened:
        somebody = {"user": "nobody", "extra_groups": []} if os.getuid() == 0 else {}
        pooler = subprocess.Popen(
            [pgbouncer, "-q", "/dev/stdin"],
            stdin=opened,
            stderr=subprocess.DEVNULL,
            **somebody,  # type: ignore[call-overload]
        )
    try:
        until = time.monotonic() + 10
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert time.monotonic() < until
            time.sleep(0.05)
        url = make_conninfo("", **{**there, "host": "127.0.0.1", "port": port})
        if mode == "session":
            assert len(migrations.migrate(url, tree.root).migrations) == 3
        else:
            with pytest.raises(migrations.MigrationError, match="pooler in transaction mode"):
                migrations.migrate(url, tree.root)
            assert set(states(empty_url, tree).values()) == {"pending"}
    finally:
        pooler.terminate()
        pooler.wait()


def test_a_server_that_is_too_old_is_refused(empty_url: str, tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "OLDEST_SERVER", 99)
    with pytest.raises(migrations.MigrationError, match="is too old: pgherald needs 99 or newer"):
        migrations.migrate(empty_url, tree.root)
    monkeypatch.undo()
    assert set(states(empty_url, tree).values()) == {"pending"}


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_of_another_encoding_is_refused(empty_url: str, encoding: str) -> None:
    """In one half of the schema was applied and then no function; in the other the first file already failed."""
    name = f"{conninfo_to_dict(empty_url)['dbname']}_{encoding.lower()}"
    url = make_conninfo(empty_url, dbname=name)
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute(
            f"create database {name} encoding '{encoding}' template template0 lc_collate 'C' lc_ctype 'C'".encode()
        )
    try:
        for attempt in (migrations.migrate, migrations.pending):
            with pytest.raises(migrations.MigrationError, match=f"encoded in {encoding}, and pgherald needs UTF8"):
                attempt(url)
        assert ask(url, "select nspname from pg_namespace where nspname like 'herald%'") == []
    finally:
        with psycopg.connect(empty_url, autocommit=True) as connection:
            connection.execute(f"drop database {name}".encode())


def test_a_yoyo_url_is_understood(empty_url: str, tree: Tree) -> None:
    parameters = conninfo_to_dict(empty_url)
    if str(parameters.get("host", "/")).startswith("/"):
        pytest.skip("the test server is reached by socket")
    words = {**parameters}
    user = words.get("user", "")
    if words.get("password"):
        user = f"{user}:{words['password']}"
    url = f"postgresql+psycopg://{user}@{words['host']}:{words.get('port', 5432)}/{words['dbname']}"
    assert len(migrations.migrate(url, tree.root).migrations) == 3


# The command


def test_the_command_migrates_the_real_tree_and_tells_how_it_stands(empty_url: str) -> None:
    cli = CliRunner()
    environment = {"PGHERALD_DIRECT_URL": empty_url, "DATABASE_URL": "postgresql://127.0.0.1:1/never_asked"}
    planned = cli.invoke(main, ["migrate", "--dry-run"], env=environment)
    assert planned.exit_code == 0
    assert planned.output.startswith("would apply 0001_foundation\n")

    done = cli.invoke(main, ["migrate"], env=environment)
    assert done.exit_code == 0, done.output
    assert re.search(r"^functions: \d+ files installed in \d+ ms$", done.output, re.MULTILINE)

    told = cli.invoke(main, ["migrate", "--status", "--json"], env=environment)
    rows = json.loads(told.output)["migrations"]
    assert {row["state"] for row in rows} == {"applied"}
    assert rows[0]["name"] == "0001_foundation"
    assert "nothing pending" in cli.invoke(main, ["migrate", "--status"], env=environment).output

    planned = cli.invoke(main, ["migrate", "--revert", "--to", "0001", "--dry-run"], env=environment)
    assert f"would revert {rows[-1]['name']}\n" in planned.output
    unasked = cli.invoke(main, ["migrate", "--revert"], env=environment)
    assert unasked.exit_code == 2, "where nobody can be asked, nothing is dropped"
    assert "--yes" in unasked.output
    undone = cli.invoke(main, ["migrate", "--revert", "--yes"], env=environment)
    assert undone.exit_code == 0, undone.output
    assert "0001_foundation: reverted" in undone.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["--status", "--revert"],
        ["--json"],
        ["--to", "0001"],
        ["--adopt", "--dry-run"],
        ["--revert", "--accept-edited"],
        [],
    ],
)
def test_the_command_refuses_what_makes_no_sense(arguments: list[str]) -> None:
    url = ["--database-url", "postgresql://127.0.0.1:1/x"] if arguments else []
    done = CliRunner().invoke(
        main, ["migrate", *arguments, *url], env={"DATABASE_URL": None, "PGHERALD_DIRECT_URL": None}
    )
    assert done.exit_code == 2


def test_the_command_fails_loudly() -> None:
    done = CliRunner().invoke(main, ["migrate", "--database-url", "postgresql://127.0.0.1:1/x"])
    assert done.exit_code == 1
    assert done.output.startswith("Error: no database answers at 127.0.0.1")


def test_a_runners_role_is_told_who_migrates(database_url: str) -> None:
    url = make_conninfo(database_url, options="-c role=herald_runner")
    result = CliRunner().invoke(main, ["migrate"], env={"DATABASE_URL": url})
    assert result.exit_code == 1
    assert "hint: log in as the role that migrates" in result.output
