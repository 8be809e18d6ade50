"""What all tests stand on: the servers, a migrated database to copy, and pgTAP.

Each server is started once in a run, when a test first needs it. Databases are copies of a template, so each costs
some milliseconds and none sees another's rows.
"""

import os
import re
import secrets
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from pgherald.embedded import EmbeddedServer
from pgherald.migrations import migrate

ROOT: Final = Path(__file__).resolve().parents[2]
_OLDEST: Final = Path("/usr/lib/postgresql/15/bin")
_TEMPLATE: Final = "pgherald_template"
# Nothing here has to survive the machine; what tests durability starts a server of its own.
_FAST: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
_RESULT: Final = re.compile(r"^(not )?ok (\d+)")
_PLAN: Final = re.compile(r"^1\.\.(\d+)$")
_NO_PGTAP: Final = (
    "pgTAP is missing, and neither apt-get nor npm could bring it. Install it where the server finds it (Debian: "
    "apt-get install postgresql-15-pgtap), or install npm."
)


class TapError(Exception):
    """A file's assertions did not all hold, or were not all made."""


def check_tap(lines: Sequence[str]) -> None:
    """Read what a file of assertions says. Raises `TapError` unless it said beforehand how many, and all hold."""
    planned = [int(match[1]) for match in map(_PLAN.match, lines) if match]
    results = [match for match in map(_RESULT.match, lines) if match]
    failed = [match for match in results if match[1]]
    if failed or not results or planned != [len(results)]:
        said = "\n".join(line for line in lines if line.startswith(("not ok", "#")))
        raise TapError(f"planned {planned}, made {len(results)}, failed {len(failed)}\n{said}")


@dataclass
class TestServer:
    """A server to test on: one of ours, or the one that DATABASE_URL names."""

    __test__ = False
    label: str
    embedded: EmbeddedServer | None = None
    url: str = ""
    scratch: list[str] = field(default_factory=list)

    def database(self, *, template: bool = True) -> str:
        """Make a database, migrated unless told otherwise, and give its URL."""
        name = f"pgherald_test_{secrets.token_hex(4)}"
        self._create(name, self._template() if template else None)
        return self._named(name)

    def copy(self, url: str) -> str:
        """Make a database that is as another one is now, as from a backup, and give its URL."""
        name = f"pgherald_test_{secrets.token_hex(4)}"
        self._create(name, urlsplit(url).path.lstrip("/"))
        return self._named(name)

    def drop(self, url: str) -> None:
        """Drop a database that `database` made."""
        name = urlsplit(url).path.lstrip("/")
        self._execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        self.scratch.remove(name)

    def close(self) -> None:
        """Leave nothing behind."""
        if self.embedded:
            self.embedded.stop("immediate")
            return
        for name in self.scratch:
            self._execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def _template(self) -> str:
        """Give the name of the migrated database, made when it is first asked for."""
        made = next((name for name in self.scratch if name.startswith(_TEMPLATE)), None)
        if made:
            return made
        name = f"{_TEMPLATE}_{secrets.token_hex(4)}"
        self._create(name, None)
        url = self._named(name)
        migrate(url)
        with psycopg.connect(url) as connection:
            _load_pgtap(connection)
            connection.execute((ROOT / "sql/tests/arrange.sql").read_bytes())
            # Tests take on other roles, and go on asserting.
            connection.execute("grant usage on schema tap, tests to public")
        return name

    def _create(self, name: str, template: str | None) -> None:
        query = sql.SQL("create database {}").format(sql.Identifier(name))
        if template:
            query += sql.SQL(" template {}").format(sql.Identifier(template))
        self._execute(query)
        self.scratch.append(name)

    def _named(self, database: str) -> str:
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{database}"))

    def _execute(self, query: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(query)


def labels() -> list[str]:
    """Name the servers that the SQL is tested on, without starting any."""
    named = ["18"]
    if (_OLDEST / "postgres").exists():
        named.append("15")
    if os.environ.get("DATABASE_URL"):
        named.append("url")
    return named


@cache
def server(label: str) -> TestServer:
    """Give a running server, the same one all through the run."""
    if label == "url":
        return TestServer(label, url=os.environ["DATABASE_URL"])
    embedded = EmbeddedServer(bin_dir=_OLDEST if label == "15" else None, settings=_FAST)
    embedded.start()
    _servers.append(running := TestServer(label, embedded, embedded.url))
    return running


_servers: list[TestServer] = []


def close_servers() -> None:
    """Stop what was started."""
    for running in _servers:
        running.close()
    if "url" in labels() and server.cache_info().currsize:
        server("url").close()


def _load_pgtap(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Put pgTAP into the schema `tap`: from the server if it has it, else from a file."""
    connection.execute("create schema tap")
    if connection.execute("select 1 from pg_available_extensions where name = 'pgtap'").fetchone():
        connection.execute("create extension pgtap schema tap")
        return
    script = pgtap_script().read_text("utf-8")
    connection.execute("set local search_path = tap")
    connection.execute(re.sub(r"^\\.*$", "", script, flags=re.MULTILINE).encode())
    connection.execute("reset search_path")


@cache
def pgtap_script() -> Path:
    """Find pgTAP's installation script, or bring it. Raises `FileNotFoundError` that says what to install."""
    folder = cache_folder()
    on_this_machine = sorted(Path("/usr/share/postgresql").glob("*/extension/pgtap--*.sql"))
    for scripts in (sorted(folder.glob("pgtap--*.sql")), on_this_machine):
        whole = [script for script in scripts if script.name.count("--") == 1]
        if whole:
            return whole[-1]
    for bring in (_pgtap_by_apt, _pgtap_by_npm):
        script = _bring(bring)
        if script:
            target = folder / script[0]
            partial = target.with_suffix(f".{os.getpid()}")
            partial.write_bytes(script[1])
            partial.replace(target)
            return target
    raise FileNotFoundError(_NO_PGTAP)


def cache_folder() -> Path:
    """Give a folder outside the repository that lasts, if there can be one."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    try:
        (folder := base / "pgherald").mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="pgherald-cache-"))
    return folder


def node_modules(name: str, *packages: str, manifest: bytes | None = None) -> Path:
    """Bring packages, or what a package.json names, by npm; once a machine, into the folder that is given back.

    Raises `FileNotFoundError` that says what is missing.
    """
    folder = cache_folder() / name
    if not folder.exists():
        if not (npm := shutil.which("npm")):
            raise FileNotFoundError(f"{name} is missing, and so is npm, which could bring it")
        partial = folder.with_name(f"{name}.{secrets.token_hex(4)}")
        partial.mkdir()
        (partial / "package.json").write_bytes(manifest or b"{}")
        command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock", *packages]
        done = subprocess.run(command, cwd=partial, capture_output=True, text=True, check=False, timeout=240)
        if done.returncode != 0:
            shutil.rmtree(partial)
            raise FileNotFoundError(f"{name} is missing, and npm could not bring it: {done.stdout}{done.stderr}")
        try:
            partial.replace(folder)
        except OSError:  # another process was first
            shutil.rmtree(partial)
    return folder / "node_modules"


def _bring(way: Callable[[Path], None]) -> tuple[str, bytes] | None:
    """Try one way to download pgTAP, and give its script's name and content."""
    with tempfile.TemporaryDirectory(prefix="pgherald-pgtap-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # apt-get reads as an account of its own
        try:
            way(folder)
        except (OSError, subprocess.SubprocessError, tarfile.TarError):
            return None
        found = [path for path in folder.rglob("pgtap--*.sql") if path.name.count("--") == 1]
        return (found[0].name, found[0].read_bytes()) if found else None


def _pgtap_by_apt(folder: Path) -> None:
    """Unpack Debian's package; nothing is installed, so no rights are needed."""
    names = _output("apt-cache", "pkgnames", "postgresql-", cwd=folder).split()
    package = max(name for name in [*names, ""] if name.endswith("-pgtap") or not name)
    _output("apt-get", "download", package, cwd=folder)
    for archive in folder.glob("*.deb"):
        _output("dpkg", "-x", str(archive), str(folder), cwd=folder)


def _pgtap_by_npm(folder: Path) -> None:
    """Unpack the npm package, which carries the extension as a tar file within a tar file."""
    if not shutil.which("npm"):
        raise FileNotFoundError("npm")
    _output("npm", "pack", "--silent", "@electric-sql/pglite-pgtap", cwd=folder)
    for pattern in ("*.tgz", "package/dist/pgtap.tar.gz"):
        for archive in folder.glob(pattern):
            with tarfile.open(archive) as opened:
                opened.extractall(folder, filter="data")


def _output(*command: str, cwd: Path) -> str:
    """Run a program and give what it prints."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout
