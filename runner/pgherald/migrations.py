"""Brings a database to the schema and the functions of this tree, and back again.

The files are plain: stock yoyo and stock sqitch run the same ones. This module drives yoyo through its API and adds
what a team needs on top: two runs wait for each other, a killed run can be run again, an edited file is noticed, an
error names file, line and statement, and `sql/functions` is installed whole afterwards, in one transaction.

Nothing of it lies about in `public`: the books are in the schema `herald_migrations`. Stock yoyo keeps the same ones
with `create schema herald_migrations` and `--database 'postgresql+psycopg://…?schema=herald_migrations'`.
"""

import getpass
import hashlib
import os
import random
import re
import select
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

import psycopg
import sqlparse
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import scalar_row
from psycopg.sql import SQL, Identifier
from yoyo import read_migrations
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import DatabaseURI
from yoyo.migrations import MigrationStep, Transactionless, default_migration_table

SCHEMA = "herald_migrations"
OLDEST_SERVER = 15

# One lock for the whole run, held by a session that only watches; one for the session a script runs in. When a run is
# killed, its watcher is gone at once, but the server may still be busy with the script: the next run waits for both.
RUN_LOCK = int.from_bytes(b"pgherald")
SCRIPT_LOCK = RUN_LOCK + 1

# As long as stock yoyo waits for its own lock.
YOYO_PATIENCE = 10.0

# Deadlock, and a lock that did not come in time.
_IN_THE_WAY: Final = frozenset({"40P01", "55P03"})
_INSTALL_TRIES: Final = 5
_LOOKS_FOR_POOLER: Final = 10

Connection = psycopg.Connection[Any]
Echo = Callable[[str], None]


class MigrationError(Exception):
    """What stands in the way, in words for the person who ran the command."""


class ScriptError(MigrationError):
    """A statement of one of our files failed, with this SQLSTATE."""

    def __init__(self, message: str, sqlstate: str | None = None) -> None:
        """Keep what a caller may decide by."""
        super().__init__(message)
        self.sqlstate = sqlstate


@dataclass(frozen=True, slots=True)
class Tree:
    """Where the SQL lies: in a checkout, in a wheel, or wherever a test has put it."""

    root: Path
    migrations: Path
    functions: Path

    @classmethod
    def at(cls, root: Path | None = None) -> "Tree":
        """Find the tree at `root`; without it, the one that came with this package."""
        if root is None:
            packed = Path(__file__).parent / "_sql"
            root = packed if packed.is_dir() else Path(__file__).parents[2]
        functions = root / "sql" / "functions"
        tree = cls(root, root / "migrations", functions if functions.is_dir() else root / "functions")
        if not tree.migrations.is_dir():
            raise MigrationError(f"no folder of migrations at {tree.migrations}")
        return tree

    def names(self) -> list[str]:
        """All migrations, oldest first."""
        return [migration.id for migration in self.load()]

    def load(self) -> Any:  # noqa: ANN401 (yoyo has no types)
        """Yoyo's list of the migrations, each as one step: the whole file, so that nothing depends on a splitter."""
        migrations = read_migrations(str(self.migrations))
        for migration in migrations:
            migration.load()
            step = MigrationStep(0, self._step(migration.id), self._step(migration.id, ".rollback"))
            migration.steps = [Transactionless(step)]
        return migrations

    def _step(self, name: str, kind: str = "") -> Callable[[Connection], None]:
        def run(connection: Connection) -> None:
            connection.execute("select pg_advisory_lock(%s)", (SCRIPT_LOCK,))
            run_script(connection, self.migrations / f"{name}{kind}.sql", self.root)

        return run

    def digest(self, name: str) -> str:
        """Hash a migration as it is applied; line ends and trailing blanks are not part of it."""
        text = (self.migrations / f"{name}.sql").read_text("utf-8")
        return hashlib.sha256("\n".join(line.rstrip() for line in text.splitlines()).strip().encode()).hexdigest()

    def raw_digest(self, name: str) -> str:
        """Hash a migration as sqitch does for its `script_hash`."""
        return hashlib.sha1((self.migrations / f"{name}.sql").read_bytes(), usedforsecurity=False).hexdigest()

    def project(self) -> str:
        """Name of the project in sqitch's plan."""
        plan = self.migrations / "sqitch.plan"
        found = re.search(r"^%project=(\S+)", plan.read_text("utf-8"), re.MULTILINE) if plan.is_file() else None
        return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Result:
    """What a run did: the migrations it applied, reverted or marked, and how many function files it installed."""

    migrations: tuple[str, ...]
    functions: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """One migration and how it stands."""

    name: str
    state: str
    applied_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """What the database says about our migrations. Reading it changes nothing."""

    applied: dict[str, datetime]
    digests: dict[str, str]
    unfinished: dict[str, str]
    sqitch: dict[str, str | None]
    stock_yoyo: frozenset[str]
    supabase: frozenset[str]

    @property
    def by_others(self) -> set[str]:
        """Name what other tools have deployed, by their own books."""
        return set(self.sqitch) | self.stock_yoyo | self.supabase


def _quiet(_: str) -> None:
    """Say nothing."""


# Scripts


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of SQL and where it comes from."""

    path: Path
    text: str
    lines_before: int = 0


def read_script(path: Path) -> list[Part]:
    r"""Read a script; a line `\ir FILE` stands for that file, as psql has it."""
    parts: list[Part] = []
    lines: list[str] = []
    start = 0
    for number, line in enumerate(path.read_text("utf-8").splitlines(keepends=True), 1):
        include = re.match(r"\\ir\s+(\S+)\s*$", line)
        if include is None:
            lines.append(line)
            continue
        parts.append(Part(path, "".join(lines), start))
        parts.extend(read_script(path.parent / include[1]))
        lines, start = [], number
    parts.append(Part(path, "".join(lines), start))
    return [part for part in parts if part.text.strip()]


def _statements(text: str) -> list[tuple[int, str]]:
    """Cut a script into its statements, each with its offset, without the comments before it."""
    found = []
    end = 0
    for piece in sqlparse.split(text):
        start = text.index(piece, end)
        end = start + len(piece)
        blank = re.match(r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)*", piece, re.DOTALL)
        skip = blank.end() if blank else 0
        if piece[skip:].strip(" \n;"):
            found.append((start + skip, piece[skip:]))
    return found


def has_transaction(text: str) -> bool:
    """Tell whether a script brings its transaction along; one that does not cannot run in any."""
    return re.search(r"^begin\s*;", text, re.IGNORECASE | re.MULTILINE) is not None


def run_script(connection: Connection, path: Path, root: Path) -> int:
    """Run a file and what it includes; the count of the included files comes back."""
    parts = read_script(path)
    for part in parts:
        pieces = [part]
        # The server puts a transaction around a message of several statements. A migration without one of its own is
        # one that cannot run in a transaction, and so goes statement by statement.
        if part.path.parent.name == "migrations" and not has_transaction(part.text):
            pieces = [
                Part(part.path, text, part.text.count("\n", 0, offset)) for offset, text in _statements(part.text)
            ]
        for piece in pieces:
            done, failure = _send(connection, piece.text)
            if failure is not None:
                state = failure.error_field(DiagnosticField.SQLSTATE)
                raise ScriptError(_explain(piece, done, failure, root), state.decode() if state else None)
    return len({part.path for part in parts} - {path})


def _send(connection: Connection, text: str) -> tuple[int, PGresult | None]:
    """Send a script as one message; how many statements went well comes back, and the failure if there was one.

    psycopg's `execute` would do, but for one thing: it keeps to itself which of the statements failed, and the server
    gives no position for most errors that are not errors of syntax.
    """
    pgconn = connection.pgconn
    done = 0
    failure: PGresult | None = None
    try:
        pgconn.send_query(text.encode())
        while True:
            while pgconn.is_busy():
                select.select([pgconn.socket], [], [])
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:
                break
            if result.status == ExecStatus.FATAL_ERROR:
                failure = failure or result
            elif result.status in (ExecStatus.COPY_IN, ExecStatus.COPY_OUT, ExecStatus.COPY_BOTH):
                raise MigrationError("copy from stdin and copy to stdout have no place in a migration")
            else:
                done += 1
    except KeyboardInterrupt:
        connection.cancel_safe()
        raise
    # Whether the script came to its end is not known now, and must not be recorded as if it were.
    if failure is not None and (
        pgconn.status == ConnStatus.BAD
        or (failure.error_field(DiagnosticField.SQLSTATE) or b"57P0").startswith(b"57P0")
    ):
        raise psycopg.OperationalError(failure.get_error_message("utf-8"))
    return done, failure


def _explain(part: Part, done: int, failure: PGresult, root: Path) -> str:
    """Say which statement of which line failed, and why."""

    def field(name: DiagnosticField) -> str:
        return (failure.error_field(name) or b"").decode("utf-8", "replace")

    statements = _statements(part.text)
    position = field(DiagnosticField.STATEMENT_POSITION)
    at = int(position) - 1 if position else statements[min(done, len(statements) - 1)][0]
    start, statement = next((entry for entry in reversed(statements) if entry[0] <= at), statements[0])
    # Inside a DO block the server counts the lines of the block.
    in_block = re.findall(r"inline_code_block line (\d+)", field(DiagnosticField.CONTEXT))
    body = re.search(r"\$\w*\$", statement)
    if in_block and body and not position:
        at = start + body.start()
        line_in_block = int(in_block[-1]) - 1
    else:
        line_in_block = 0
    line = part.lines_before + part.text.count("\n", 0, at) + 1 + line_in_block

    path = part.path.relative_to(root) if part.path.is_relative_to(root) else part.path
    message = field(DiagnosticField.MESSAGE_PRIMARY) or (failure.get_error_message("utf-8").strip())
    sqlstate = field(DiagnosticField.SQLSTATE)
    told = [f"{path}:{line}: {message}" + (f" ({sqlstate})" if sqlstate else "")]
    context = field(DiagnosticField.CONTEXT)
    # What our own raise says needs no look at the raise.
    if not context.endswith("at RAISE"):
        lines = part.text.splitlines()[line - part.lines_before - 1 :][:2]
        told += [f"    {shown}" for shown in lines if shown.strip()]
    # The detail of a broken constraint shows the row, and a row may hold a number or a body.
    if not sqlstate.startswith("23") and (detail := field(DiagnosticField.MESSAGE_DETAIL)):
        told.append(f"  detail: {detail}")
    if hint := field(DiagnosticField.MESSAGE_HINT):
        told.append(f"  hint: {hint}")
    if context and not context.endswith("at RAISE"):
        told.append(f"  context: {context.splitlines()[0]}")
    return "\n".join(told)


# Connections


def _connect(url: str) -> Connection:
    """Open a session of our own; the error says where nobody answered, never with which password."""
    plain = re.sub(r"^postgres(ql)?\+\w+://", "postgresql://", url)
    try:
        parameters = conninfo_to_dict(plain, application_name="pgherald migrate", client_encoding="utf8")
    except psycopg.ProgrammingError as error:
        # libpq repeats what it could not read, and that may be the password.
        reason = str(error).strip() if "invalid URI query parameter" in str(error) else ""
        raise MigrationError(
            "the database URL cannot be read"
            + (f": {reason}" if reason else "")
            + "\n  hint: postgresql://user:password@host:5432/database, with %xx for other than plain characters"
        ) from None
    parameters.setdefault("connect_timeout", 10)
    try:
        connection = psycopg.connect(make_conninfo("", **parameters), autocommit=True, prepare_threshold=None)
    except psycopg.OperationalError as error:
        reason = str(error).strip().replace("connection failed: ", "", 1)
        if parameters.get("password"):
            reason = reason.replace(str(parameters["password"]), "…")
        if "port number" in reason or 'option "port"' in reason:
            reason = "the port is not a number (a special character in the password must be written as %xx)"
        where = str(parameters.get("host") or parameters.get("hostaddr") or os.environ.get("PGHOST") or "local socket")
        raise MigrationError(f"no database answers at {where}: {reason}") from None
    version = connection.info.server_version // 10000
    if version < OLDEST_SERVER:
        connection.close()
        raise MigrationError(f"PostgreSQL {version} is too old: pgherald needs {OLDEST_SERVER} or newer")
    return connection


def _refuse_other_encodings(url: str) -> None:
    """Stop before there is half of a schema: texts hold every character, and so do the files that come now."""
    with _connect(url) as connection:
        encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise MigrationError(
            f"the database is encoded in {encoding}, and pgherald needs UTF8"
            "\n  hint: createdb --encoding=UTF8 --template=template0"
        )


def _refuse_transaction_pooler(url: str, connection: Connection) -> None:
    """Stop if statements of one client may reach different server sessions: no lock and no search_path would hold."""
    query = "select pg_backend_pid()"
    mine = _scalar(connection, query)
    if mine == connection.info.backend_pid:
        return
    # A pooler has made up its own key. In session mode that does no harm; in transaction mode the session that was
    # ours a moment ago is handed to the next client, or to us no longer once somebody else holds it.
    # Where others come and go, one look can miss that.
    for _ in range(_LOOKS_FOR_POOLER):
        with _connect(url) as other:
            other.execute("begin")
            theirs = _scalar(other, query)
            again = _scalar(connection, query)
            other.execute("rollback")
        if theirs == mine or again != mine:
            raise MigrationError(
                "a connection pooler in transaction mode stands in between, and migrations need a session of their own"
                "\n  hint: set PGHERALD_DIRECT_URL to a direct connection (Supabase: port 5432 instead of 6543)"
            )
        time.sleep(random.uniform(0, 0.05))  # noqa: S311  no secret


def _scalar(connection: Connection, query: str, parameters: Sequence[object] = ()) -> Any:  # noqa: ANN401
    """Return the first column of the first row, or None."""
    with connection.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(query, parameters or None).fetchone()


class _Backend(PostgresqlPsycopgBackend):  # type: ignore[misc]
    """Stock yoyo on a connection of ours, in a schema of ours."""

    def connect(self, dburi: DatabaseURI) -> Connection:
        self.schema = SCHEMA
        return _connect(dburi.args["url"])

    def get_log_data(self, migration: Any = None, operation: str = "apply") -> dict[str, object]:  # noqa: ANN401
        """As yoyo's, without asking the name service for our name, which can take seconds a migration."""
        try:
            username = getpass.getuser()
        except (KeyError, OSError):
            username = str(os.getuid())  # a container that runs under a number without a name
        return {
            "id": str(uuid.uuid4()),
            "migration_id": migration.id if migration else None,
            "migration_hash": migration.hash if migration else None,
            "username": username,
            "hostname": os.uname().nodename,
            "created_at_utc": datetime.now(UTC).replace(tzinfo=None),
            "operation": operation,
        }


# Books


def _exists(connection: Connection, schema: str, table: str) -> bool:
    """Whether a table is there and may be read."""
    query = """
        select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
        from pg_catalog.pg_class as c
        inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = %s and c.relname = %s
    """
    return bool(_scalar(connection, query, (schema, table)))


def _read(connection: Connection, tree: Tree) -> Book:
    """Read all books that can say something about our migrations: ours, stock yoyo's, sqitch's."""
    applied: dict[str, datetime] = {}
    digests: dict[str, str] = {}
    unfinished: dict[str, str] = {}
    sqitch: dict[str, str | None] = {}
    stock: set[str] = set()
    supabase: set[str] = set()
    if _exists(connection, SCHEMA, default_migration_table):
        query = SQL("select migration_id, applied_at_utc from {}").format(Identifier(SCHEMA, default_migration_table))
        applied = {name: at.replace(tzinfo=UTC) for name, at in connection.execute(query)}
    if _exists(connection, SCHEMA, "files"):
        query = SQL("select name, sha256, unfinished from {}").format(Identifier(SCHEMA, "files"))
        for name, digest, doing in connection.execute(query):
            digests[name] = digest
            if doing is not None:
                unfinished[name] = doing
    if _exists(connection, "sqitch", "changes"):
        # Registries from before script_hash existed hold the change's id instead.
        changes = "select change, nullif(script_hash, change_id) from sqitch.changes where project = %s"
        sqitch = dict(connection.execute(changes, (tree.project(),)).fetchall())
    if _exists(connection, "public", default_migration_table):
        query = SQL("select migration_id from {}").format(Identifier("public", default_migration_table))
        stock = {name for (name,) in connection.execute(query)} & set(tree.names())
    if _exists(connection, "supabase_migrations", "schema_migrations"):
        # The names that `pgherald export supabase` gives; the functions are no migration.
        exported = r"select substring(name from '^pgherald_(\d{4}_.+)') from supabase_migrations.schema_migrations"
        supabase = {name for (name,) in connection.execute(exported) if name}
    return Book(applied, digests, unfinished, sqitch, frozenset(stock), frozenset(supabase))


def _look(url: str, tree: Tree) -> Book:
    """Read the books in a session that cannot write."""
    with _told(), _connect(url) as connection:
        connection.execute("set default_transaction_read_only = on")
        return _read(connection, tree)


def _edited(tree: Tree, book: Book) -> list[str]:
    """Name the applied migrations whose file is no longer what it was when they were applied."""
    known = {name: book.digests[name] for name in book.applied if name in book.digests}
    return sorted(name for name, digest in known.items() if _file(tree, name) and tree.digest(name) != digest)


def _file(tree: Tree, name: str) -> bool:
    return (tree.migrations / f"{name}.sql").is_file()


def _check(tree: Tree, book: Book, *, accept_edited: bool = False) -> None:
    """Refuse what would make a muddle."""
    if unknown := sorted(name for name in book.applied if not _file(tree, name)):
        raise MigrationError(
            f"the database is ahead of these files: it has {', '.join(unknown)}"
            "\n  hint: use the release of pgherald that migrated it, or a newer one"
        )
    if taken := sorted(name for name in book.by_others - set(book.applied) if _file(tree, name)):
        by = (
            "sqitch"
            if set(taken) & set(book.sqitch)
            else "Supabase's command line"
            if set(taken) & book.supabase
            else "yoyo, with its books in public"
        )
        raise MigrationError(
            f"{', '.join(taken)}: deployed already by {by}\n  hint: pgherald migrate --adopt takes over what is there"
        )
    if not accept_edited and (edited := _edited(tree, book)):
        _refuse_edited(edited)


def _refuse_edited(names: list[str]) -> None:
    files = ", ".join(f"migrations/{name}.sql" for name in names)
    raise MigrationError(
        f"{files}: changed after it was applied; this database has the file as it was before"
        "\n  hint: put the released file back and write the change as a new migration; if the change alters nothing"
        "\n        in the database (a comment, say), accept it with --accept-edited"
    )


class _Ledger:
    """Our own page in the books: the file that was applied, and what was begun and perhaps not finished."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        if not _exists(connection, SCHEMA, "files"):
            connection.execute(f"""
                create table if not exists {SCHEMA}.files (
                  name text not null,
                  sha256 text not null,
                  unfinished text,
                  constraint files_pkey primary key (name),
                  constraint files_unfinished_is_known check (unfinished in ('apply', 'revert'))
                );
                comment on table {SCHEMA}.files is
                'The migrations as they were applied. unfinished: begun by a run that has not come back.'
            """)

    def begin(self, name: str, digest: str, doing: str) -> None:
        """Write down what is about to happen, before it happens."""
        query = f"""
            insert into {SCHEMA}.files as file (name, sha256, unfinished) values (%s, %s, %s)
            on conflict (name) do update
            set unfinished = excluded.unfinished,
              sha256 = case excluded.unfinished when 'apply' then excluded.sha256 else file.sha256 end
        """  # noqa: S608
        self.connection.execute(query, (name, digest, doing))

    def keep(self, name: str, digest: str) -> None:
        """Write down that the migration is applied, and from which file."""
        query = f"""
            insert into {SCHEMA}.files (name, sha256) values (%s, %s)
            on conflict (name) do update set sha256 = excluded.sha256, unfinished = null
        """  # noqa: S608
        self.connection.execute(query, (name, digest))

    def settle(self, name: str) -> None:
        """Write down that nothing is under way."""
        self.connection.execute(f"update {SCHEMA}.files set unfinished = null where name = %s", (name,))  # noqa: S608

    def forget(self, name: str) -> None:
        """Write down that the migration is not there."""
        self.connection.execute(f"delete from {SCHEMA}.files where name = %s", (name,))  # noqa: S608


# A run


@contextmanager
def _run(url: str, echo: Echo) -> Iterator[tuple[Any, _Ledger]]:
    """Be the only run on this database, from here to the end; yoyo's backend and our page come back."""
    with _connect(url) as watcher:
        _refuse_transaction_pooler(url, watcher)
        watcher.execute("set idle_in_transaction_session_timeout = 0")
        _wait_for(watcher, RUN_LOCK, "another migration is running", echo)
        _wait_for(watcher, SCRIPT_LOCK, "the server is still busy with a run that was killed", echo)
        watcher.execute("select pg_advisory_unlock(%s)", (SCRIPT_LOCK,))
        if not _scalar(watcher, "select true from pg_catalog.pg_namespace where nspname = %s", (SCHEMA,)):
            watcher.execute(f"create schema {SCHEMA}")
            watcher.execute(f"comment on schema {SCHEMA} is 'Which migrations of pgherald were applied. Kept by yoyo.'")
        with _Backend(_uri(url), default_migration_table) as backend:
            backend.init_database()
            _shut_out_stock_yoyo(watcher, backend, echo)
            watcher.execute("rollback")
            backend.ensure_internal_schema_updated()
            _shut_out_stock_yoyo(watcher, backend, echo)
            yield backend, _Ledger(backend.connection)


def _uri(url: str) -> DatabaseURI:
    return DatabaseURI("postgresql+psycopg", None, None, None, None, None, {"url": url})


def _wait_for(connection: Connection, lock: int, why: str, echo: Echo) -> None:
    """Take a lock of this session; if somebody has it, say so and wait."""
    if _scalar(connection, "select pg_try_advisory_lock(%s)", (lock,)):
        return
    holder = """
        select format('server process %%s, since %%s', pid, to_char(backend_start, 'HH24:MI:SS'))
        from pg_catalog.pg_locks
        inner join pg_catalog.pg_stat_activity using (pid)
        where locktype = 'advisory' and granted and pg_locks.database = (
          select oid from pg_catalog.pg_database where datname = current_database()
        ) and ((classid::bigint << 32) | objid::bigint) = %s
    """
    echo(f"{why} ({_scalar(connection, holder, (lock,)) or 'just finished'}): waiting")
    connection.execute("select pg_advisory_lock(%s)", (lock,))


def _shut_out_stock_yoyo(watcher: Connection, backend: Any, echo: Echo) -> None:  # noqa: ANN401
    """Hold yoyo's lock table itself in an open transaction, which no killed run can leave behind, unlike a row in it.

    A stock `yoyo apply` that comes now waits at the table. One that came before has left a row; if nobody is there who
    could have written it, the row is taken away.
    """
    until = time.monotonic() + YOYO_PATIENCE
    seen_alone = 0
    while True:
        watcher.execute(f"begin; lock table {SCHEMA}.yoyo_lock in exclusive mode")
        process = _scalar(watcher, f"select pid from {SCHEMA}.yoyo_lock")  # noqa: S608
        if process is None:
            return
        watcher.execute("rollback")
        at_work = """
            select exists (
              select
              from pg_catalog.pg_stat_activity
              where datname = current_database() and query ilike '%%yoyo%%' and pid <> all (%s)
            )
        """
        ours = [watcher.info.backend_pid, backend.connection.info.backend_pid]
        # Twice, for between two of its statements a yoyo at work may be seen with a bare commit.
        seen_alone = 0 if _is_alive(process) or _scalar(watcher, at_work, (ours,)) else seen_alone + 1
        if seen_alone > 1:
            watcher.execute(f"delete from {SCHEMA}.yoyo_lock where pid = %s", (process,))  # noqa: S608
            echo(f"yoyo's lock was left by process {process}, which is gone: removed")
        elif time.monotonic() > until:
            raise MigrationError(
                f"yoyo is at work here (process {process})"
                f"\n  hint: wait for it; if it is gone for good, empty {SCHEMA}.yoyo_lock"
            )
        else:
            time.sleep(0.3)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _is_deployed(url: str, tree: Tree, name: str) -> bool:
    """Ask the migration's verify script, and leave nothing of the question behind."""
    path = tree.migrations / "verify" / f"{name}.sql"
    if not path.is_file():
        raise MigrationError(f"{name}: an earlier run was interrupted, and there is no {path} to tell how far it came")
    with _connect(url) as connection:
        connection.execute("begin")
        try:
            run_script(connection, path, tree.root)
        except ScriptError:
            return False
        return True


def _deployed_without_books(url: str, tree: Tree, book: Book) -> set[str]:
    """Name the migrations that are here although no books tell of any, as after psql alone."""
    if book.applied:
        return set()
    return set(takewhile(lambda name: _is_deployed(url, tree, name), tree.names()))


def _finish_interrupted(url: str, tree: Tree, backend: Any, ledger: _Ledger, echo: Echo) -> None:  # noqa: ANN401
    """Bring the books in line with what a killed run really did: script and mark are two transactions."""
    book = _read(backend.connection, tree)
    known = {migration.id: migration for migration in tree.load()}
    for name, doing in book.unfinished.items():
        is_marked = name in book.applied
        if name not in known or (is_marked and doing == "apply"):
            ledger.settle(name)
        elif not is_marked and doing == "revert":
            ledger.forget(name)
        elif _is_deployed(url, tree, name):
            if not is_marked:
                backend.mark_migrations([known[name]])
                echo(f"{name}: was in place, though an interrupted run had not marked it; marked now")
            ledger.settle(name)
        else:
            if is_marked:
                backend.unmark_migrations([known[name]])
                echo(f"{name}: was gone, though an interrupted run had not unmarked it; unmarked now")
            ledger.forget(name)


def migrate(url: str, root: Path | None = None, *, echo: Echo = _quiet, accept_edited: bool = False) -> Result:
    """Apply what is pending, then install all functions. Safe to run at any time, also twice at once."""
    tree = Tree.at(root)
    with _told():
        _refuse_other_encodings(url)
    with _told(), _run(url, echo) as (backend, ledger):
        _finish_interrupted(url, tree, backend, ledger, echo)
        book = _read(backend.connection, tree)
        _check(tree, book, accept_edited=accept_edited)
        if not book.applied and _exists(backend.connection, "herald", "installed_routines"):
            raise MigrationError(
                "pgherald is here already, and no books tell how far"
                "\n  hint: pgherald migrate --adopt finds out and takes over what is there"
            )
        for name in book.applied:
            ledger.keep(name, tree.digest(name))
        todo = list(backend.to_apply(tree.load()))
        for migration in todo:
            _apply(tree, backend, ledger, migration, echo)
        if not todo:
            echo(f"schema is up to date ({len(book.applied)} migrations)")
        return Result(tuple(migration.id for migration in todo), _install(url, tree, echo))


def _apply(tree: Tree, backend: Any, ledger: _Ledger, migration: Any, echo: Echo) -> None:  # noqa: ANN401
    """Apply one migration; on failure nothing of it is kept, also not in the books."""
    started = time.monotonic()
    ledger.begin(migration.id, tree.digest(migration.id), "apply")
    try:
        backend.apply_one(migration)
    except ScriptError as error:
        ledger.forget(migration.id)
        raise ScriptError(f"{migration.id} failed and {_fate(migration)}\n{error}") from None
    ledger.settle(migration.id)
    echo(f"{migration.id}: applied in {_since(started)}")


def _fate(migration: Any) -> str:  # noqa: ANN401
    """Tell what became of a failed migration: one that runs outside a transaction cannot be taken back."""
    if has_transaction(migration.source):
        return "left nothing behind"
    return "may be there in part; once the cause is gone, run it again"


def _since(started: float) -> str:
    return f"{(time.monotonic() - started) * 1000:.0f} ms"


def _install(url: str, tree: Tree, echo: Echo) -> int:
    """Install every function, view, trigger and policy of this tree in one transaction, and drop what has left it."""
    index = tree.functions / "index.sql"
    if not index.is_file():
        return 0
    started = time.monotonic()
    # Triggers want locks that traffic holds, table by table, in orders of its own: the two can meet crosswise.
    for tries_left in reversed(range(_INSTALL_TRIES)):
        with _script_session(url) as connection:
            connection.execute("begin")
            try:
                count = run_script(connection, index, tree.root)
            except ScriptError as error:
                if tries_left and error.sqlstate in _IN_THE_WAY:
                    echo("functions: others were in the way, trying again")
                    time.sleep(random.uniform(0.1, 1))  # noqa: S311  no secret
                    continue
                raise ScriptError(
                    f"the functions could not be installed; those that were there stay\n{error}", error.sqlstate
                ) from None
            connection.execute("commit")
            break
    count -= len(_closing(tree))
    echo(f"functions: {count} files installed in {_since(started)}")
    return count


def _closing(tree: Tree) -> list[Path]:
    return [path for path in tree.functions.glob("*.sql") if path.name not in {"index.sql", "uninstall.sql"}]


@contextmanager
def _script_session(url: str) -> Iterator[Connection]:
    """Open a session that the next run waits for, should this one be killed."""
    with _connect(url) as connection:
        connection.execute("select pg_advisory_lock(%s)", (SCRIPT_LOCK,))
        yield connection


def revert(url: str, to: str | None = None, root: Path | None = None, *, echo: Echo = _quiet) -> Result:
    """Undo all migrations, or all after `to`. The functions go first and stay away."""
    tree = Tree.at(root)
    with _told(), _run(url, echo) as (backend, ledger):
        _finish_interrupted(url, tree, backend, ledger, echo)
        book = _read(backend.connection, tree)
        names = _to_revert(tree, book, to)
        if not names:
            echo("nothing to revert")
            return Result(())
        _uninstall(url, tree, echo)
        by_name = {migration.id: migration for migration in tree.load()}
        for name in names:
            started = time.monotonic()
            ledger.begin(name, tree.digest(name), "revert")
            try:
                backend.rollback_one(by_name[name])
            except ScriptError as error:
                ledger.settle(name)
                raise ScriptError(
                    f"{name} could not be reverted and is still there; the functions are not\n{error}"
                ) from None
            ledger.forget(name)
            echo(f"{name}: reverted in {_since(started)}")
        if to is not None:
            echo("the functions are not installed now: those of this tree are written for its newest schema")
            echo("  next: pgherald migrate, or the release that fits this schema")
        return Result(tuple(names))


def _to_revert(tree: Tree, book: Book, to: str | None) -> list[str]:
    """Name what has to go, newest first."""
    _check(tree, book, accept_edited=True)
    applied = [name for name in tree.names() if name in book.applied]
    if to is not None:
        found = [name for name in applied if name == to or name.split("_")[0] == to]
        if len(found) != 1:
            raise MigrationError(f"{to} is not applied here\n  hint: pgherald migrate --status lists what is")
        applied = applied[applied.index(found[0]) + 1 :]
    for name in applied:
        if not (tree.migrations / f"{name}.rollback.sql").is_file():
            raise MigrationError(f"{name} cannot be undone: migrations/{name}.rollback.sql is missing")
    return applied[::-1]


def _uninstall(url: str, tree: Tree, echo: Echo) -> None:
    """Drop our functions, triggers, views and policies, and nothing that is not ours."""
    path = tree.functions / "uninstall.sql"
    if not path.is_file():
        return
    with _script_session(url) as connection:
        connection.execute("begin")
        try:
            run_script(connection, path, tree.root)
        except ScriptError as error:
            raise ScriptError(f"the functions could not be dropped; nothing was changed\n{error}") from None
        connection.execute("commit")
    echo("functions: dropped")


def adopt(url: str, root: Path | None = None, *, echo: Echo = _quiet, accept_edited: bool = False) -> Result:
    """Mark as applied what another tool has deployed: sqitch, stock yoyo with its books in public, Supabase, psql.

    Runs no script, but asks the verify scripts where nobody has kept books.
    """
    tree = Tree.at(root)
    with _told(), _run(url, echo) as (backend, ledger):
        _finish_interrupted(url, tree, backend, ledger, echo)
        book = _read(backend.connection, tree)
        there = book.by_others or _deployed_without_books(url, tree, book)
        if not there:
            raise MigrationError("nothing to adopt: no other tool has deployed this project here")
        if unknown := sorted(name for name in there if not _file(tree, name)):
            raise MigrationError(f"the database is ahead of these files: it has {', '.join(unknown)}")
        edited = sorted(name for name, digest in book.sqitch.items() if digest and tree.raw_digest(name) != digest)
        if edited and not accept_edited:
            _refuse_edited(edited)
        todo = [migration for migration in tree.load() if migration.id in there - set(book.applied)]
        for migration in todo:
            ledger.keep(migration.id, tree.digest(migration.id))
        backend.mark_migrations(todo)
        echo(f"{len(todo)} migrations marked as applied; next: pgherald migrate")
        return Result(tuple(migration.id for migration in todo))


def status(url: str, root: Path | None = None) -> list[State]:
    """How each migration stands. Changes nothing."""
    tree = Tree.at(root)
    book = _look(url, tree)
    edited = _edited(tree, book)
    names = tree.names()
    states = []
    for name in [*names, *sorted(set(book.applied) - set(names))]:
        if name in book.unfinished:
            state = "interrupted"
        elif name in book.applied:
            state = "edited" if name in edited else "applied" if name in names else "unknown"
        elif name in book.by_others:
            state = "adoptable"
        else:
            state = "pending"
        states.append(State(name, state, book.applied.get(name)))
    return states


def pending(url: str, root: Path | None = None) -> list[str]:
    """Name what `migrate` would apply, in order; refuse what it would refuse. Changes nothing."""
    tree = Tree.at(root)
    with _told():
        _refuse_other_encodings(url)
    book = _look(url, tree)
    _check(tree, book)
    return [name for name in tree.names() if name not in book.applied]


def revertible(url: str, to: str | None = None, root: Path | None = None) -> list[str]:
    """Name what `revert` would undo, in order. Changes nothing."""
    tree = Tree.at(root)
    book = _look(url, tree)
    return _to_revert(tree, book, to)


@contextmanager
def _told() -> Iterator[None]:
    """Give every error of the driver as one of ours, so that callers know one kind."""
    try:
        yield
    except psycopg.Error as error:
        with suppress(AttributeError):
            if error.diag.message_primary:
                hint = (
                    "\n  hint: log in as the role that migrates, which owns the schemas; a runner's role may not"
                    if error.diag.sqlstate == "42501"
                    else ""
                )
                raise MigrationError(f"{error.diag.message_primary} ({error.diag.sqlstate}){hint}") from error
        raise MigrationError(
            f"the connection broke: {str(error).strip()}\n  hint: run it again; how far this run came is found out then"
        ) from error
